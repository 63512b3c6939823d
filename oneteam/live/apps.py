from django.apps import AppConfig


class LiveConfig(AppConfig):
    name = "oneteam.live"
    label = "live"

    def ready(self) -> None:
        """Register the navigation entries."""
        from oneteam.live import navigation  # noqa: F401, PLC0415 -- models are there only now
