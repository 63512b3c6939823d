"""The law book's Django application."""

from django.apps import AppConfig


class LawbookConfig(AppConfig):
    """Law packs, the calendar and the city's settings."""

    name = "oneteam.lawbook"
    label = "lawbook"

    def ready(self) -> None:
        """Make the acts of this room known."""
        from oneteam.lawbook import acts  # noqa: F401, PLC0415
