"""The procedure engine's Django application."""

from django.apps import AppConfig


class ProceduresConfig(AppConfig):
    """Declared procedures, their runs and clocks."""

    name = "oneteam.procedures"
    label = "procedures"

    def ready(self) -> None:
        """Make the acts of this room known."""
        from oneteam.procedures import acts  # noqa: F401, PLC0415
