from django.apps import AppConfig


class FilesConfig(AppConfig):
    name = "oneteam.files"
    label = "files"

    def ready(self) -> None:
        """Register acts, the follower and the page part of custody."""
        from oneteam.files import acts, follower  # noqa: F401, PLC0415 -- models are there only now
