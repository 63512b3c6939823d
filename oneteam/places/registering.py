"""New places, checked all together before any of them is written: parents may stand in the same list."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import pairwise
from typing import Any
from uuid import UUID

from django.db.models import Q
from django.utils.translation import gettext as _

from oneteam.kernel.citycodes import check_grid_code
from oneteam.kernel.errors import BadInputError
from oneteam.kernel.geometry import centre, nearest
from oneteam.kernel.ids import uuid7
from oneteam.places.models import BOUNDED, Boundary, Place, PlaceKind, Region
from oneteam.places.outlines import Rings, check_line, check_outline, check_point_within, check_within

# What a place of each kind may lie in; None: nothing.
PARENTS: Mapping[str, tuple[str | None, ...]] = {
    PlaceKind.AREA: (None,), PlaceKind.COMMUNITY: (PlaceKind.AREA, None), PlaceKind.GRID: (PlaceKind.COMMUNITY,),
    PlaceKind.STATION: (PlaceKind.COMMUNITY, PlaceKind.AREA, None), PlaceKind.ROAD: (PlaceKind.AREA, None),
    PlaceKind.LANDMARK: (PlaceKind.COMMUNITY, PlaceKind.AREA, None),
    PlaceKind.SHOP: (PlaceKind.COMMUNITY, PlaceKind.AREA, None),
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class NewPlace:
    """A place to be registered; `parent` is a code. `lon` and `lat` may be left out beside an outline or a line.

    `outline` holds from `valid_from` (default: the day of registering); `doors` as [number, longitude, latitude].
    """

    code: str
    kind: str
    name_zh: str
    name_en: str
    aliases: tuple[str, ...] = ()
    parent: str | None = None
    lon: Decimal | None = None
    lat: Decimal | None = None
    address: str = ""
    outline: Any = None
    valid_from: date | None = None
    line: Any = None
    doors: Sequence[Sequence[float]] = ()


@dataclass(frozen=True, slots=True)
class PlaceFault:
    """What is wrong with one of the places: its position in the list, the field, and what to do."""

    index: int
    field: str
    message: str


class PlacesRefusedError(BadInputError):
    """None of the places was registered; `faults` names every one that must be mended."""

    def __init__(self, faults: Sequence[PlaceFault]) -> None:
        self.faults = tuple(faults)
        super().__init__("\n".join(fault.message for fault in faults))


@dataclass(frozen=True, slots=True)
class Planned:
    """A place as it will be written."""

    id: UUID
    new: NewPlace
    parent: UUID | None
    lon: Decimal
    lat: Decimal
    outline: Rings | None
    valid_from: date
    line: list[list[float]] | None
    doors: list[list[float]] | None


@dataclass(frozen=True, slots=True)
class _Known:
    """A place that may be a parent: one that stands already, or one of the same list."""

    id: UUID
    kind: str
    name: str
    outline: Rings | None


def plan(places: Sequence[NewPlace], *, on: date) -> list[Planned]:
    """Return how these places will be written; PlacesRefusedError with every fault of every one. `on`: today."""
    region = Region.objects.first()
    codes = {place.code.strip() for place in places}
    known = _known(codes | {place.parent for place in places if place.parent}, on)
    taken = {code for code in codes if code in known}
    planned: list[Planned] = []
    faults: list[PlaceFault] = []
    for index, place in enumerate(places):
        try:
            if place.code.strip() in taken:
                raise _FaultError("code", _("Another place has the code %(code)s.") % {"code": place.code.strip()})
            taken.add(place.code.strip())
            row = _plan_one(place, known, region, on)
        except _FaultError as fault:
            faults.append(PlaceFault(index, fault.field, str(fault)))
            continue
        planned.append(row)
        known[row.new.code.strip()] = _Known(row.id, place.kind, place.name_zh, row.outline)
    if faults:
        raise PlacesRefusedError(faults)
    return planned


class _FaultError(BadInputError):
    def __init__(self, field: str, message: str) -> None:
        self.field = field
        super().__init__(message)


def _known(codes: set[str], on: date) -> dict[str, _Known]:
    in_force = Boundary.objects.filter(Q(valid_to__isnull=True) | Q(valid_to__gte=on), valid_from__lte=on)
    outlines = dict(in_force.filter(place__code__in=codes).values_list("place_id", "outline"))
    rows = Place.objects.filter(code__in=codes).values_list("code", "id", "kind", "name_zh")
    return {code: _Known(place, kind, name, outlines.get(place)) for code, place, kind, name in rows}


def _plan_one(place: NewPlace, known: Mapping[str, _Known], region: Region | None, on: date) -> Planned:
    if place.kind not in PlaceKind.values:
        raise _FaultError("kind", _("There is no kind of place “%(kind)s”.") % {"kind": place.kind})
    if not place.code.strip() or len(place.code.strip()) > 15:
        raise _FaultError("code", _("A place needs a code of at most 15 characters."))
    if not place.name_zh.strip():
        raise _FaultError("name_zh", _("A place needs its Chinese name."))
    if place.kind == PlaceKind.GRID and region is not None:
        _of("code", lambda: check_grid_code(place.code, division=region.code))
    above = parent_of(place.kind, place.parent, known)
    if (place.outline is not None and place.kind not in BOUNDED) or (place.line and place.kind != PlaceKind.ROAD):
        raise _FaultError("outline", _("Only areas, communities and grids have an outline, and only roads a line."))
    rings = _of("outline", lambda: check_outline(place.outline)) if place.outline is not None else None
    if rings is not None and above is not None and above.outline:
        whole, named = above.outline, above.name
        _of("outline", lambda: check_within(rings, whole, part_name=place.name_zh, whole_name=named))
    line = _of("line", lambda: check_line(place.line)) if place.line else None
    doors = _of("doors", lambda: check_doors(place.doors)) if place.doors else None
    lon, lat = _point(place, rings, line)
    holder, holder_name = _holder(place, rings, above, region)
    if place.lon is not None and holder:
        names = {"part_name": place.name_zh, "whole_name": holder_name}
        _of("lon", lambda: check_point_within(float(lon), float(lat), holder, **names))
    since = place.valid_from or on
    return Planned(uuid7(), place, above.id if above else None, lon, lat, rings, since, line, doors)


def _holder(
    place: NewPlace, rings: Rings | None, above: _Known | None, region: Region | None
) -> tuple[Rings | None, str]:
    """Return what a place's point must lie in, with its name: its own outline, its parent's, or the region's."""
    if rings:
        return rings, place.name_zh
    if above is not None and above.outline and place.kind != PlaceKind.ROAD:  # a road runs through areas
        return above.outline, above.name
    return (region.outline, region.name_zh) if region is not None else (None, "")


def _of(field: str, check: Any) -> Any:
    try:
        return check()
    except BadInputError as error:
        raise _FaultError(field, str(error)) from error


def parent_of(kind: str, code: str | None, known: Mapping[str, _Known]) -> _Known | None:
    """Return the parent of a place of a kind; a fault where there is none of that code or it cannot be one."""
    if code is None:
        if None not in PARENTS[kind]:
            raise _FaultError("parent", _("A grid lies in a community; name it."))
        return None
    if code not in known:
        raise _FaultError("parent", _("There is no place with the code %(code)s to lie in.") % {"code": code})
    if known[code].kind not in PARENTS[kind]:
        raise _FaultError("parent", _("%(name)s cannot hold a place of this kind.") % {"name": known[code].name})
    return known[code]


def _point(place: NewPlace, rings: Rings | None, line: list[list[float]] | None) -> tuple[Decimal, Decimal]:
    if place.lon is not None and place.lat is not None:
        if not (-180 <= place.lon <= 180 and -90 <= place.lat <= 90):
            raise _FaultError("lon", _("A point is a longitude and a latitude in degrees."))
        return place.lon, place.lat
    if rings:
        lon, lat = centre(rings)
    elif line:
        middle = line[len(line) // 2]
        spot = nearest(line, middle[0], middle[1])
        lon, lat = spot.lon, spot.lat
    else:
        raise _FaultError("lon", _("A place needs a point: longitude and latitude."))
    return Decimal(f"{lon:.6f}"), Decimal(f"{lat:.6f}")


def check_doors(doors: Sequence[Sequence[float]]) -> list[list[float]]:
    """Return the doors of a road in the order of their numbers; BadInputError for one that is none or stands twice."""
    clean: list[list[float]] = []
    for each in doors:
        if len(each) != 3 or int(each[0]) != each[0] or not 1 <= each[0] <= 99_999:
            raise BadInputError(_("A door is a whole number from 1, a longitude and a latitude."))
        position = check_line([list(each[1:]), list(each[1:])])[0]
        clean.append([int(each[0]), *position])
    clean.sort()
    twice = sorted({int(one[0]) for one, two in pairwise(clean) if one[0] == two[0]})
    if twice:
        message = _("These house numbers stand twice: %(numbers)s.")
        raise BadInputError(message % {"numbers": ", ".join(map(str, twice[:10]))})
    return clean
