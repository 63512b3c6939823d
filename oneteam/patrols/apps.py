from django.apps import AppConfig


class PatrolsConfig(AppConfig):
    name = "oneteam.patrols"
    label = "patrols"

    def ready(self) -> None:
        """Register acts, checks, panels and the navigation entry."""
        from oneteam.patrols import acts, checks, panels  # noqa: F401, PLC0415 -- models are there only now
