"""A figure's parts: which there are, what they are called, in which order. Numbers are the journal's, names today's.

Times and units stand in their own order, so that no list of units is a ranking; channels and fields by number.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from django.utils.translation import gettext as _

from oneteam.intake.labels import CHANNELS
from oneteam.lawbook.packs import fields
from oneteam.people.queries import posts
from oneteam.places.queries import around, localised, place_finder, places_on
from oneteam.supervision.declaration import By, Indicator
from oneteam.supervision.measuring import NOTHING, Pair, keys_of, measure_by
from oneteam.supervision.spans import Days

AREA = "area"  # the kind of place
HOURS = [f"{hour:02}" for hour in range(24)]


@dataclass(frozen=True, slots=True)
class PartOf:
    """One part of a figure. `day` is set where the part is a day."""

    name: str
    pair: Pair
    day: date | None = None


def parts_of(indicator: Indicator, days: Days, by: By) -> list[PartOf]:
    """Return the parts of a figure, in the order in which they are read; in a fixed number of statements."""
    if by in (By.AREA, By.UNIT):
        keys = keys_of(indicator, days.span, by)
        folded, names = _areas(keys, days.last) if by is By.AREA else _units(keys)
        found = measure_by(indicator, days.span, by, folded)
        listed = [PartOf(name, found[part]) for part, name in names.items() if part in found]
        return listed + _rest(found, names, _("Place not known yet") if by is By.AREA else _("Unit not known"))
    found = measure_by(indicator, days.span, by)
    nothing = Pair(NOTHING, NOTHING)
    if by is By.DAY:
        return [PartOf(f"{day:%m-%d}", found.get(day.isoformat(), nothing), day) for day in days.all()]
    if by is By.HOUR:
        return [PartOf(f"{hour}:00", found.get(hour, nothing)) for hour in HOURS]
    names = _channels() if by is By.CHANNEL else {code: f"{field.name}" for code, field in fields().items()}
    listed = [PartOf(name, found[key]) for key, name in names.items() if key in found]
    listed.sort(key=lambda part: -part.pair.now.count)
    return listed + _rest(found, names, _("Channel not known") if by is By.CHANNEL else _("Not decided yet"))


def _rest(found: Mapping[str | None, Pair], names: Iterable[str], word: str) -> list[PartOf]:
    """Return what no part stands for: nothing is told, or by a name that the packs no longer have."""
    known = set(names)
    return [PartOf(word if key is None else key, pair) for key, pair in found.items() if key not in known]


def _channels() -> dict[str, str]:
    return {str(channel): str(name) for channel, name in CHANNELS.items()}


def _units(keys: Iterable[str]) -> tuple[dict[str, str], dict[str, str]]:
    """Return for posts the codes of their units, and the units' names by code."""
    held = posts(filter(None, map(_uuid, keys)))
    folded = {str(post): one.unit_code for post, one in held.items()}
    names = {one.unit_code: one.unit for one in held.values()}
    return folded, dict(sorted(names.items()))


def _areas(keys: Iterable[str], day: date) -> tuple[dict[str, str], dict[str, str]]:
    """Return for places and points the area that holds them, as the ground stands on a day, and the areas' names."""
    above, find = around(day), place_finder(day)
    held: dict[str, set[UUID]] = {}
    for key in keys:
        if "," in key:
            lon, lat = key.split(",")
            held[key] = find(Decimal(lon), Decimal(lat)).ids
        else:
            held[key] = above(_uuid(key))
    known = places_on(set().union(*held.values()), on=day)
    areas = {place: row for place, row in known.items() if row.kind == AREA}
    folded = {key: str(place) for key, around_it in held.items() for place in around_it if place in areas}
    listed = sorted(areas.values(), key=lambda row: row.code)
    return folded, {str(row.id): localised(row.name_zh, row.name_en) for row in listed}


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
