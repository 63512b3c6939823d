from django.apps import AppConfig


class ServerConfig(AppConfig):
    name = "oneteam.server"
    label = "server"

    def ready(self) -> None:
        """Make the acts of this room known, and the story of the demo city's day in the rail."""
        from oneteam.server import story_views, upgrade  # noqa: F401, PLC0415 -- Django must be set up first
