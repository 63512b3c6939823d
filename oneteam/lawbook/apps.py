"""The law book's Django application."""

from django.apps import AppConfig


class LawbookConfig(AppConfig):
    """Law packs, the calendar and the city's settings."""

    name = "oneteam.lawbook"
    label = "lawbook"

    def ready(self) -> None:
        """Make the acts of this room known, and the city's settings to the rooms before it that need some."""
        from oneteam.lawbook import (  # noqa: PLC0415 -- models are there only now
            acts,  # noqa: F401
            auxiliaries,  # noqa: F401
            catalogue_acts,  # noqa: F401
            navigation,  # noqa: F401
            queries,
            searching,  # noqa: F401
        )
        from oneteam.lawbook.catalogue import branch_names  # noqa: PLC0415 -- models are there only now
        from oneteam.people.limits import read_settings_by  # noqa: PLC0415 -- models are there only now
        from oneteam.things.branches import name_branches_by  # noqa: PLC0415 -- models are there only now

        read_settings_by(queries.setting)
        name_branches_by(branch_names)
