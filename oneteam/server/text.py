"""Words for the operator, also before Django's settings are loaded (the database is started before them)."""

from django.conf import settings
from django.utils import translation


def gettext(message: str) -> str:
    """The message in the reader's language where languages are known already, else in English."""
    return translation.gettext(message) if settings.configured else message
