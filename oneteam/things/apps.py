from django.apps import AppConfig


class ThingsConfig(AppConfig):
    name = "oneteam.things"
    label = "things"

    def ready(self) -> None:
        """Make acts, checks, pages and imports known."""
        from oneteam.things import (  # noqa: F401, PLC0415 -- models are there only now
            checks,
            component_acts,
            component_directory,
            component_importing,
            directory,
            importing,
            party_acts,
            premises_acts,
            searching,
        )
