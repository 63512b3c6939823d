from django.apps import AppConfig


class CasesConfig(AppConfig):
    name = "oneteam.cases"
    label = "cases"

    def ready(self) -> None:
        """Register acts, checks, facts, panels, what can be found and the navigation entry."""
        from oneteam.cases import (  # noqa: PLC0415 -- models are there only now
            acts,  # noqa: F401
            checks,  # noqa: F401
            closing,  # noqa: F401
            deciding,  # noqa: F401
            facts,  # noqa: F401
            notices,  # noqa: F401
            ordering,  # noqa: F401
            panels,  # noqa: F401
            searching,  # noqa: F401
        )
