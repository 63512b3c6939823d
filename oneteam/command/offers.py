"""Which places a form of the desk offers: the wide ones, and what the typed words find."""

from collections.abc import Iterable, Mapping
from datetime import date
from uuid import UUID

from django.http import QueryDict

from oneteam.places.queries import Named, find_places, wide_places
from oneteam.web.widgets import WORDS

MOST = 40


def uuid_of(text: str) -> UUID | None:
    """Return the id that a form sent; None for anything else."""
    try:
        return UUID(text)
    except ValueError:
        return None


def also_of(data: QueryDict) -> list[UUID]:
    """Return the reports that an address or a form wants to be one incident with the one that is decided."""
    return [found for text in data.getlist("also")[:MOST] if (found := uuid_of(text))]


def offered_places(also: Iterable[UUID | None], data: Mapping[str, str] | None = None, *, on: date) -> list[Named]:
    """Return the places a form offers: those its words find, the wide ones, these besides, and the sent one."""
    sent = uuid_of(data.get("place", "")) if data else None
    found = find_places(data.get("place" + WORDS, ""), on=on, most=MOST) if data else []
    known = {each.id for each in found}
    wide = wide_places(place for place in (*also, sent) if place)
    return [*found, *(each for each in wide if each.id not in known)]
