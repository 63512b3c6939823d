from django.apps import AppConfig


class PeopleConfig(AppConfig):
    name = "oneteam.people"
    label = "people"

    def ready(self) -> None:
        """Register acts and what records signing in."""
        from oneteam.people import accounts, acts, checks, rosters, standing_acts, units  # noqa: F401, PLC0415 -- models are there only now
