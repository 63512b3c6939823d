from django.apps import AppConfig


class HelpConfig(AppConfig):
    name = "oneteam.help"
    label = "help"

    def ready(self) -> None:
        """Hand the help to the palette."""
        from oneteam.help import navigation  # noqa: F401, PLC0415 -- apps are ready only now
