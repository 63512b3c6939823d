from django.apps import AppConfig


class ThingsConfig(AppConfig):
    name = "oneteam.things"
    label = "things"

    def ready(self) -> None:
        """Make acts and checks known."""
        from oneteam.things import checks, component_acts, party_acts, premises_acts  # noqa: F401, PLC0415
