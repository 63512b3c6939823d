from django.apps import AppConfig


class SupervisionConfig(AppConfig):
    name = "oneteam.supervision"
    label = "supervision"

    def ready(self) -> None:
        """Register the navigation entry."""
        from oneteam.supervision import navigation  # noqa: F401, PLC0415 -- apps are ready only now
