"""Texts that people write: how long one may be, and what can be stored."""

from django.utils.translation import gettext as _

from oneteam.kernel.errors import BadInputError

TEXT_LIMIT = 20_000  # characters of one text; longer material comes as a file


def words(text: str, what: str) -> str:
    """Return a text a person must write; raises BadInputError where it is empty or longer than can be stored."""
    if not text.strip():
        raise BadInputError(_("Write %(what)s.") % {"what": what})
    if len(text) > TEXT_LIMIT or "\x00" in text:
        raise BadInputError(_("At most %(limit)d characters are taken, and no null character.") % {"limit": TEXT_LIMIT})
    return text
