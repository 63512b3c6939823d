from django.apps import AppConfig


class PatrolsConfig(AppConfig):
    name = "oneteam.patrols"
    label = "patrols"

    def ready(self) -> None:
        """Register acts, checks, notices, panels, what can be found and the navigation entry."""
        from oneteam.patrols import acts, checks, panels, searching  # noqa: F401, PLC0415 -- models are there only now
