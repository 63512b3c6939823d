from django.apps import AppConfig
from django.conf import settings


class PlacesConfig(AppConfig):
    name = "oneteam.places"
    label = "places"

    def ready(self) -> None:
        """Register acts, pages and imports; let the shell name the region, which is known in the database only."""
        from oneteam.places import acts, directory, importing, searching  # noqa: F401, PLC0415 -- models are there only now
        from oneteam.places.naming import RegionNames  # noqa: PLC0415 -- models are there only now

        settings.REGION_NAME = RegionNames()
