from django.apps import AppConfig


class NoticesConfig(AppConfig):
    name = "oneteam.notices"
    label = "notices"

    def ready(self) -> None:
        """Start following the journal, and put the bell into the shell."""
        from oneteam.notices import bell, follower  # noqa: F401, PLC0415 -- models are there only now
