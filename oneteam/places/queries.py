"""Reading the ground."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise
from uuid import UUID

from django.db import connection
from django.utils.translation import get_language

from oneteam.places.models import Place, PlaceKind, Region

Ring = Sequence[Sequence[float]]


@dataclass(frozen=True, slots=True)
class Named:
    """A place as pages name it."""

    id: UUID
    kind: str
    name: str
    lon: Decimal
    lat: Decimal


def region() -> Region | None:
    """Return the region, or None before it is defined."""
    return Region.objects.first()


def localised(zh: str, en: str) -> str:
    """Return the name in the reader's language."""
    return zh if (get_language() or "zh-hans").startswith("zh") else en


def inside(ring: Ring, lon: float, lat: float) -> bool:
    """Tell whether a point lies inside a closed ring (even-odd rule; degrees)."""
    hit = False
    for (x1, y1), (x2, y2) in pairwise(ring):
        if (y1 > lat) != (y2 > lat) and lon < (x2 - x1) * (lat - y1) / (y2 - y1) + x1:
            hit = not hit
    return hit


def in_region(lon: Decimal, lat: Decimal) -> bool:
    """Tell whether a point (degrees, WGS 84) lies in the region; True where no outline is known."""
    return region_check()(lon, lat)


_outlines: dict[str, Ring] = {}  # by database: a city's region is defined once and never changed


def _outline() -> Ring:
    name = str(connection.settings_dict["NAME"])
    if name not in _outlines:
        here = region()
        if here is None:
            return ()
        _outlines[name] = here.outline
    return _outlines[name]


def region_check() -> Callable[[Decimal, Decimal], bool]:
    """Return `in_region` with the outline at hand, for many points."""
    outline = _outline()
    return lambda lon, lat: not outline or inside(outline, float(lon), float(lat))


def all_places() -> list[Place]:
    """Return every place, areas first, for the gazetteer and for choices in forms."""
    order = {kind: position for position, kind in enumerate(PlaceKind.values)}
    return sorted(Place.objects.all(), key=lambda place: (order[place.kind], place.code))


def place_names(ids: set[UUID]) -> dict[UUID, Named]:
    """Return these places as pages name them, in one query."""
    return {
        place.id: Named(place.id, place.kind, localised(place.name_zh, place.name_en), place.lon, place.lat)
        for place in Place.objects.filter(id__in=ids)
    }


def within(place: UUID | None) -> set[UUID]:
    """Return a place and everything that it lies in."""
    ground: set[UUID] = set()
    while place is not None and place not in ground:
        ground.add(place)
        place = Place.objects.filter(id=place).values_list("parent_id", flat=True).first()
    return ground
