from django.apps import AppConfig


class LiveConfig(AppConfig):
    name = "oneteam.live"
    label = "live"

    def ready(self) -> None:
        """Register the navigation entries, and the wall as what may hang in a room."""
        from oneteam.live import navigation  # noqa: F401, PLC0415 -- models are there only now
        from oneteam.people.idle import displays  # noqa: PLC0415 -- as above

        displays("wall", "wall-now")
