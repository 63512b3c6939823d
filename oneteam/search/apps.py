from django.apps import AppConfig


class SearchConfig(AppConfig):
    name = "oneteam.search"
    label = "search"

    def ready(self) -> None:
        """Register the follower that keeps the index."""
        from oneteam.search import follower  # noqa: F401, PLC0415 -- models are there only now
