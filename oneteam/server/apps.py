from django.apps import AppConfig


class ServerConfig(AppConfig):
    name = "oneteam.server"
    label = "server"

    def ready(self) -> None:
        """Make the acts of this room known."""
        from oneteam.server import upgrade  # noqa: F401, PLC0415 -- Django must be set up first
