"""The region's name for the shell, read once it is defined."""

from django.db import DatabaseError

from oneteam.places.models import Region


class RegionNames:
    """The region's names by language (`zh`, `en`), as settings.REGION_NAME."""

    def __init__(self) -> None:
        self._names: dict[str, str] = {}

    def get(self, language: str, default: str = "") -> str:
        """Return the name in a language, or the default before the region is defined or where the database is away."""
        if not self._names:
            try:
                region = Region.objects.first()
            except DatabaseError:
                return default
            if region is not None:
                self._names = {"zh": region.name_zh, "en": region.name_en}
        return self._names.get(language, default)
