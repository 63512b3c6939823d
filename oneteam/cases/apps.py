from django.apps import AppConfig


class CasesConfig(AppConfig):
    name = "oneteam.cases"
    label = "cases"

    def ready(self) -> None:
        """Register acts, checks, facts, panels and the navigation entry."""
        from oneteam.cases import acts, checks, closing, deciding, facts, ordering, panels  # noqa: F401, PLC0415 -- models are there only now
