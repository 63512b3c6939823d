"""Words for the operator, also before Django's settings are loaded (the database is started before them)."""

import gettext as catalogues
from functools import cache

from django.conf import settings
from django.utils import translation

from oneteam.server import config

_serving: list[str] = []


def speak(language: str) -> None:
    """Let the words of this room be in the operator's language, in a process whose own is the city's (start, serve)."""
    _serving[:] = [language]


def gettext(message: str) -> str:
    """The message in the operator's language."""
    if not settings.configured:
        return catalogue(config.shell_language(), "server").gettext(message)
    if _serving:
        with translation.override(_serving[0]):
            return translation.gettext(message)
    return translation.gettext(message)


@cache
def catalogue(language: str, room: str) -> catalogues.NullTranslations:
    """A room's translations, read without Django; none where the language is that of the code."""
    if language != config.CITY_LANGUAGE:
        return catalogues.NullTranslations()
    folder = config.CHECKOUT / "oneteam" / room / "locale"
    return catalogues.translation("django", folder, ["zh_Hans"], fallback=True)
