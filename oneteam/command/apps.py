from django.apps import AppConfig


class CommandConfig(AppConfig):
    name = "oneteam.command"
    label = "command"

    def ready(self) -> None:
        """Register acts, checks, panels and the navigation entry."""
        from oneteam.command import (  # noqa: F401, PLC0415 -- models are there only now
            acts,
            checks,
            conduct,
            follower,
            handover,
            navigation,
            notices,
            panels,
            patrol,
            searching,
        )
