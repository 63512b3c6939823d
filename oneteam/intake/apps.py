from django.apps import AppConfig


class IntakeConfig(AppConfig):
    name = "oneteam.intake"
    label = "intake"

    def ready(self) -> None:
        """Register acts, checks and the navigation entry."""
        from oneteam.intake import acts, checks, joining, navigation  # noqa: F401, PLC0415 -- models are there only now
