from django.apps import AppConfig


class FilesConfig(AppConfig):
    name = "oneteam.files"
    label = "files"

    def ready(self) -> None:
        """Register acts."""
        from oneteam.files import acts  # noqa: F401, PLC0415 -- models are there only now
