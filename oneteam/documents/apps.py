from django.apps import AppConfig


class DocumentsConfig(AppConfig):
    name = "oneteam.documents"
    label = "documents"

    def ready(self) -> None:
        """Register acts, what must be kept, and the navigation entry."""
        from oneteam.documents import acts, keeping, panels, searching  # noqa: F401, PLC0415 -- models are there only now
