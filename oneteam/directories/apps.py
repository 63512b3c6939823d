from django.apps import AppConfig


class DirectoriesConfig(AppConfig):
    name = "oneteam.directories"
    label = "directories"

    def ready(self) -> None:
        """Register the act of an import and the navigation entry."""
        from oneteam.directories import acts, navigation  # noqa: F401, PLC0415 -- models are there only now
