"""What a form offers to choose from: what is likely, and what the typed words find. No form lists a whole city."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any
from uuid import UUID

from django.utils.text import capfirst
from django.utils.translation import gettext as _

from oneteam.lawbook.catalogue import branches, catalogue, field_name
from oneteam.lawbook.matters import Matter
from oneteam.places.queries import Named, find_places, wide_places
from oneteam.web.widgets import WORDS

MOST = 40

Groups = list[tuple[str, Any]]


def uuid_of(text: str) -> UUID | None:
    """Return the id that a form sent; None for anything else."""
    try:
        return UUID(text)
    except ValueError:
        return None


def found_matters(words: str, on: date) -> list[Matter]:
    """Return the matters in force on a day with all these words in a name, code, field or common word.

    MOST at most, in both languages; a name that begins with the words comes first, then the shorter one.
    """
    wanted = words.casefold().split()
    if not wanted:
        return []
    named = {code: field_name(code) for code in branches()}
    hits = []
    for code, matter in catalogue().on(on).items():
        name = f"{matter.name.zh} {matter.name.en}".casefold()
        within = f"{name} {code} {named.get(matter.field or '', '')} {' '.join(matter.words)}".casefold()
        if all(word in within for word in wanted):
            missed = sum(word not in name for word in wanted)
            hits.append(((missed, not name.startswith(wanted[0]), len(name), code), matter))
    return [matter for _key, matter in sorted(hits, key=lambda hit: hit[0])[:MOST]]


def matter_choices(on: date, *, likely: Iterable[str | None], words: str = "") -> Groups:
    """Return the likely matters, those of the likeliest one's field, and those the words find, as choices by field."""
    known = catalogue().on(on)
    first = [code for code in likely if code and code in known]
    found = [matter.code for matter in found_matters(words, on)]
    beside = [code for code, matter in known.items() if first and matter.field == known[first[0]].field]
    codes = list(dict.fromkeys([*first, *found, *(beside if not found else ())]))[:MOST]
    return [("", _("Choose a matter")), *by_field([known[code] for code in codes if code])]


def by_field(matters: Iterable[Matter]) -> Groups:
    """Return matters as choices under the names of their fields, the fields in the order of their first matter."""
    groups: dict[str, list[tuple[str, str]]] = {}
    for matter in matters:
        name = capfirst(field_name(matter.field)) if matter.field else _("Other agencies")
        groups.setdefault(name or _("Other agencies"), []).append((matter.code, str(matter.name)))
    return list(groups.items())


def offered_places(also: Iterable[UUID | None], data: Mapping[str, str] | None = None, *, on: date) -> list[Named]:
    """Return the places a form offers: those its words find, the wide ones, these besides, and the sent one."""
    sent = uuid_of(data.get("place", "")) if data else None
    found = find_places(data.get("place" + WORDS, ""), on=on, most=MOST) if data else []
    known = {each.id for each in found}
    wide = wide_places(place for place in (*also, sent) if place)
    return [*found, *(each for each in wide if each.id not in known)]
