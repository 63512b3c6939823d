from django.apps import AppConfig


class IntakeConfig(AppConfig):
    name = "oneteam.intake"
    label = "intake"

    def ready(self) -> None:
        """Register acts, checks, the import and the navigation entry."""
        from oneteam.intake import acts, checks, importing, joining, navigation, searching  # noqa: F401, PLC0415 -- models are there only now
