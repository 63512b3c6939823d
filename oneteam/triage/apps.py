from django.apps import AppConfig


class TriageConfig(AppConfig):
    name = "oneteam.triage"
    label = "triage"

    def ready(self) -> None:
        """Register the act, the follower and the panels."""
        from oneteam.triage import acts, follower, panels  # noqa: F401, PLC0415 -- models are there only now
