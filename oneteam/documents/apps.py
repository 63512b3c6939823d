from django.apps import AppConfig


class DocumentsConfig(AppConfig):
    name = "oneteam.documents"
    label = "documents"

    def ready(self) -> None:
        """Register acts and the navigation entry."""
        from oneteam.documents import acts, panels  # noqa: F401, PLC0415 -- models are there only now
