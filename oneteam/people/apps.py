from django.apps import AppConfig


class PeopleConfig(AppConfig):
    name = "oneteam.people"
    label = "people"

    def ready(self) -> None:
        """Register acts, what records signing in, and directories; hand the pages of all directories their guard."""
        from oneteam.directories.access import provide  # noqa: PLC0415 -- models are there only now
        from oneteam.people import (  # noqa: F401, PLC0415 -- models are there only now
            accounts,
            acts,
            checks,
            directory,
            duty_registers,
            rosters,
            searching,
            standing_acts,
            units,
        )
        from oneteam.people.shown import shown_timeline  # noqa: PLC0415 -- models are there only now
        from oneteam.people.views import for_roles  # noqa: PLC0415 -- models are there only now

        provide(guard=for_roles, timelines=shown_timeline)
