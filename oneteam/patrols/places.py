"""Where something was found: from the device's position, or from words by the gazetteer."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from django.utils.translation import gettext as _

from oneteam.patrols.acts import Spotted
from oneteam.places.queries import (
    Located,
    Named,
    Reason,
    Resolution,
    find_places,
    in_region,
    place_names,
    place_of,
    resolve,
)

Point = tuple[Decimal, Decimal]
OFFERED = 6  # places of one name
UNSURE = (Reason.AMBIGUOUS, Reason.UNSURE, Reason.CONFLICT)
SIX = Decimal("0.000001")
DEGREES = 180


@dataclass(frozen=True, slots=True)
class Spot:
    """A point (longitude, latitude in WGS 84) with the named place at it; without a point, `problem` says what to do.

    `names` are those of what holds the point, the narrowest first; `choices` the places that the words may mean.
    """

    point: Point | None = None
    place: UUID | None = None
    located: Located | None = None
    names: Sequence[str] = ()
    problem: str = ""
    choices: Sequence[Named] = ()
    chosen: bool = False

    def spotted(self, matter: str, *, address: str = "", note: str = "") -> Spotted:
        """Return what was seen here."""
        assert self.point is not None
        lon, lat = self.point
        return Spotted(matter=matter, lon=lon, lat=lat, place=self.place, address=address, note=note)


def spot_of(point: Point | None, chosen: UUID | None, address: str, *, on: date) -> Spot:
    """Return where it is: at the place chosen of several, else where the words say, else where the device is.

    Words come first, for who writes them corrects the device; words that name no place leave its position standing.
    """
    if chosen is not None:
        named = place_names([chosen]).get(chosen)
        if named is not None:
            return _at((named.lon, named.lat), named.id, on, chosen=True)
    here = _device(point)
    found = resolve(address, on=on, near=here) if address.strip() else None
    if found is not None and found.point is not None:
        return _at(found.point, found.place, on)
    spelt = find_places(address, on=on, most=OFFERED) if found is not None and found.reason not in UNSURE else []
    if len(spelt) == 1:  # by its name in English, or a part of one that no other has
        return _at((spelt[0].lon, spelt[0].lat), spelt[0].id, on)
    if here is not None:
        return _at(here, None, on)
    if choices := spelt or _candidates(found):
        return Spot(problem=_("Several places may be meant; choose one, or write more."), choices=choices)
    if found is None:
        outside = _("The device says that it is outside the city; search for the place instead.")
        return Spot(problem=outside if point else _("Take the device's position, or search for the place."))
    return Spot(problem=_("No place of this name is known; write the road with its number, or a shop or landmark."))


def _candidates(found: Resolution | None) -> Sequence[Named]:
    return list(place_names(found.candidates[:OFFERED]).values()) if found and found.reason in UNSURE else []


def _device(point: Point | None) -> Point | None:
    """Return the device's position to six decimals; None for one outside the city."""
    if point is None or not (abs(point[0]) <= DEGREES and abs(point[1]) <= DEGREES):
        return None
    lon, lat = (value.quantize(SIX) for value in point)
    return (lon, lat) if in_region(lon, lat) else None


def names_at(lon: Decimal, lat: Decimal, place: UUID | None, *, on: date) -> Sequence[str]:
    """Return the names of a place at a point and of what holds it, the narrowest first."""
    return _at((lon, lat), place, on).names


def _at(point: Point, place: UUID | None, on: date, *, chosen: bool = False) -> Spot:
    located = place_of(*point, on=on)
    ids = list(dict.fromkeys(each for each in (place, located.grid, located.community, located.area) if each))
    known = place_names(ids)
    return Spot(point, place, located, [known[each].name for each in ids if each in known], chosen=chosen)
