"""The edition of the law in force: the act that changed calendar, settings, catalogue or declarations last."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from uuid import UUID

from django.db import connection
from django.utils.translation import gettext as _

from oneteam.kernel.errors import NotReadyError
from oneteam.lawbook.models import EDITION_ID

# Put into a statement that runs anyway, so that knowing whether a cache is still true costs nothing.
EDITION_SQL = f"(SELECT act FROM lawbook_edition WHERE id = '{EDITION_ID}')"  # noqa: S608 -- our own constant

_held: ContextVar[UUID | None] = ContextVar("edition", default=None)


@contextmanager
def held(found: UUID | None) -> Iterator[None]:
    """Within, take this edition for the one in force: one reading that asks the law often sees one law all along."""
    token = _held.set(found)
    try:
        yield
    finally:
        _held.reset(token)


def edition() -> UUID:
    """Return the edition in force: the act that changed calendar, settings, catalogue or declarations last."""
    if (found := _held.get()) is not None:
        return found
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {EDITION_SQL}")
        return known_edition(cursor.fetchone()[0])


def known_edition(found: UUID | None) -> UUID:
    """Return the edition that a statement brought along; NotReadyError when no law is loaded."""
    if found is None:
        raise NotReadyError(_("No law is loaded in this city yet; run “oneteam law load”."))
    return found
