"""The procedure engine's Django application."""

from django.apps import AppConfig


class ProceduresConfig(AppConfig):
    """Declared procedures, their runs and clocks."""

    name = "oneteam.procedures"
    label = "procedures"

    def ready(self) -> None:
        """Make the acts of this room known, and how checks are judged."""
        from oneteam.journal.checks import judge_by  # noqa: PLC0415 -- models are there only now
        from oneteam.procedures import acts, judging  # noqa: F401, PLC0415 -- models are there only now

        judge_by(judging.judge)
