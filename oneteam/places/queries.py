"""Reading the ground."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from django.db import connection
from django.db.models import Q
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from oneteam.kernel.geometry import Line, Outline, Prepared
from oneteam.kernel.text import Span, fold
from oneteam.places.gazetteer import Found, Gazetteer, Outcome
from oneteam.places.ground import Ground, ground
from oneteam.places.ground import Located as Located
from oneteam.places.models import Place, PlaceKind, Region

MOST_CHARACTERS = 4_000  # what is read of a text
LEAST = 0.75  # what is less sure is not resolved: somebody has to look


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


def in_region(lon: Decimal, lat: Decimal) -> bool:
    """Tell whether a point (degrees, WGS 84) lies in the region; True where no outline is known."""
    return region_check()(lon, lat)


# By database; None where no outline is known. A city's region is defined once and never changed: nothing to ask.
_outlines: dict[str, Prepared | None] = {}


def _outline() -> Prepared | None:
    name = str(connection.settings_dict["NAME"])
    if name not in _outlines:
        here = region()
        if here is None:
            return None
        _outlines[name] = Prepared(here.outline) if here.outline else None
    return _outlines[name]


def region_check() -> Callable[[Decimal, Decimal], bool]:
    """Return `in_region` with the outline at hand, for many points."""
    outline = _outline()
    return lambda lon, lat: outline is None or outline.holds(float(lon), float(lat))


def place_of(lon: Decimal, lat: Decimal, *, on: date) -> Located:
    """Return the grid, community and area whose boundaries in force on a day hold a point (degrees, WGS 84)."""
    return ground(on).locate(float(lon), float(lat))


def place_finder(on: date) -> Callable[[Decimal, Decimal], Located]:
    """Return `place_of` of a day with the ground at hand, for many points."""
    here = ground(on)
    return lambda lon, lat: here.locate(float(lon), float(lat))


class Reason(StrEnum):
    """Why a text was resolved to a point, or was not."""

    DOOR = "door"
    CROSSING = "crossing"
    NAME = "name"
    WIDER = "wider"
    UNSURE = "unsure"
    AMBIGUOUS = "ambiguous"
    CONFLICT = "conflict"
    UNKNOWN = "unknown"
    NONE = "none"


_REASONS = {
    Outcome.DOOR: Reason.DOOR, Outcome.CROSSING: Reason.CROSSING, Outcome.RESOLVED: Reason.NAME,
    Outcome.WIDER: Reason.WIDER, Outcome.AMBIGUOUS: Reason.AMBIGUOUS, Outcome.CONFLICT: Reason.CONFLICT,
    Outcome.UNKNOWN: Reason.UNKNOWN, Outcome.NONE: Reason.NONE,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Resolution:
    """Where a text is: its place, point and what holds it, how sure that is and why; all None where it is not resolved.

    `spans` are the words that named places, `candidates` the places they may mean.
    """

    place: UUID | None
    point: tuple[Decimal, Decimal] | None
    grid: UUID | None
    community: UUID | None
    area: UUID | None
    confidence: float
    reason: Reason
    spans: tuple[Span, ...]
    candidates: tuple[UUID, ...]


def resolve(text: str, *, on: date, near: tuple[Decimal, Decimal] | None = None) -> Resolution:
    """Find the place that an address or a sentence speaks of, as the ground stood on a day.

    `near`: the point where it was told, which decides between namesakes. What is less sure than LEAST stays unresolved.
    """
    return _resolve(ground(on), text, near)


def resolver(on: date) -> Callable[[str], Resolution]:
    """Return `resolve` of a day with the ground at hand, for many addresses."""
    here = ground(on)
    return lambda text: _resolve(here, text, None)


def _resolve(here: Ground, text: str, near: tuple[Decimal, Decimal] | None) -> Resolution:
    at = (float(near[0]), float(near[1])) if near else None
    found = here.gazetteer.resolve(fold(text[:MOST_CHARACTERS]), near=at)
    spans = tuple(mention.span for mention in found.mentions) or found.unknown
    candidates = tuple(UUID(entry.id) for entry in found.candidates)
    if found.place is None or found.point is None or found.probability < LEAST:
        reason = Reason.UNSURE if found.place is not None else _REASONS[found.outcome]
        return Resolution(None, None, None, None, None, found.probability, reason, spans, candidates)
    place, point = UUID(found.place.id), found.point
    held = _held(here, found, place, point)
    exact = (Decimal(f"{point[0]:.6f}"), Decimal(f"{point[1]:.6f}"))
    return Resolution(
        place,
        exact,
        held.grid,
        held.community,
        held.area,
        found.probability,
        _REASONS[found.outcome],
        spans,
        candidates,
    )


def _held(here: Ground, found: Found, place: UUID, point: tuple[float, float]) -> Located:
    """Return what certainly holds the place: a road without a number runs through many grids, an area has many."""
    located, kind = here.locate(*point), here.places[place].kind
    above = {here.places[each].kind: each for each in here.within(place)}
    if kind == PlaceKind.AREA:
        return Located(None, None, place)
    if kind == PlaceKind.COMMUNITY:
        return Located(None, place, above.get(PlaceKind.AREA, located.area))
    if kind == PlaceKind.GRID:
        return Located(place, above.get(PlaceKind.COMMUNITY), above.get(PlaceKind.AREA))
    if kind == PlaceKind.ROAD and found.outcome is Outcome.RESOLVED:
        return Located(None, None, above.get(PlaceKind.AREA, located.area))
    return located


def gazetteer(on: date) -> Gazetteer:
    """Return the names of the places that stand on a day, for finding them in texts."""
    return ground(on).gazetteer


def all_places(on: date | None = None) -> list[Place]:
    """Return every place, areas first, for choices in forms; with a day, those that stand on it."""
    order = {kind: position for position, kind in enumerate(PlaceKind.values)}
    found = Place.objects.filter(Q(closed_on__isnull=True) | Q(closed_on__gt=on)) if on else Place.objects.all()
    return sorted(found.defer("line", "doors"), key=lambda place: (order[place.kind], place.code))


def place_names(ids: Iterable[UUID]) -> dict[UUID, Named]:
    """Return these places as pages name them, in one query."""
    return {
        place.id: Named(place.id, place.kind, localised(place.name_zh, place.name_en), place.lon, place.lat)
        for place in Place.objects.filter(id__in=set(ids)).defer("line", "doors")
    }


def wide_places(also: Iterable[UUID] = ()) -> list[Named]:
    """Return areas, communities and stations as pages name them, and these places besides; in one query.

    A city has thousands of roads and shops: no form lists them all.
    """
    wide = Q(kind__in=[PlaceKind.AREA, PlaceKind.COMMUNITY, PlaceKind.STATION], closed_on__isnull=True)
    order = {kind: position for position, kind in enumerate(PlaceKind.values)}
    columns = ("kind", "code", "id", "name_zh", "name_en", "lon", "lat")
    found = Place.objects.filter(wide | Q(id__in=set(also))).values_list(*columns)
    return [
        Named(place, kind, localised(zh, en), lon, lat)
        for kind, _code, place, zh, en, lon, lat in sorted(found, key=lambda row: (order[row[0]], row[1]))
    ]


def find_places(words: str, *, on: date, most: int) -> list[Named]:
    """Return places that stand on a day with all these words in their names; from memory, the best `most`.

    Names that begin with the words come first, then wide ones, then short ones. What is no wide place is named with the
    community or area it lies in, as one name may stand in several.
    """
    wanted = words.casefold().split()
    if not wanted:
        return []
    here = ground(on)
    order = {kind: position for position, kind in enumerate(PlaceKind.values)}
    hits = []
    for place in here.places.values():
        names = " ".join((place.name_zh, place.name_en, *place.aliases, place.address)).casefold()
        if all(word in names for word in wanted):
            hits.append(((not names.startswith(wanted[0]), order[place.kind], len(place.name_zh), place.code), place))
    return [_within(here, place) for _key, place in sorted(hits, key=lambda hit: hit[0])[:most]]


def _within(here: Ground, place: Place) -> Named:
    name = localised(place.name_zh, place.name_en)
    above = here.parent(place.id)
    if above is not None and place.kind not in (PlaceKind.AREA, PlaceKind.COMMUNITY):
        held = here.places[above]
        name = _("%(place)s (%(whole)s)") % {"place": name, "whole": localised(held.name_zh, held.name_en)}
    return Named(place.id, place.kind, name, place.lon, place.lat)


def places_on(ids: Iterable[UUID], *, on: date) -> dict[UUID, Place]:
    """Return these places as they stand on a day, from memory; closed and unknown ones are left out."""
    known = ground(on).places
    return {place: known[place] for place in ids if place in known}


def within(place: UUID | None, *, on: date) -> set[UUID]:
    """Return a place and everything that it lies in on a day."""
    return around(on)(place)


def around(on: date) -> Callable[[UUID | None], set[UUID]]:
    """Return `within` of a day with the ground at hand, for many places."""
    here = ground(on)
    return lambda place: here.within(place) if place is not None else set()


def area_finder(on: date) -> Callable[[UUID | None, Decimal | None, Decimal | None], UUID | None]:
    """Return what says in which area a place or a point lies on a day, with the ground at hand; None where unknown."""
    here = ground(on)

    def find(place: UUID | None, lon: Decimal | None, lat: Decimal | None) -> UUID | None:
        if lon is not None and lat is not None and (found := here.locate(float(lon), float(lat)).area):
            return found
        within = here.within(place) if place is not None else set()
        return next((each for each in within if here.places[each].kind == PlaceKind.AREA), None)

    return find


@dataclass(frozen=True, slots=True)
class Drawn:
    """A place as a map draws it: the outline of an area or community, the line of a road, the point of a landmark."""

    id: UUID
    kind: str
    zh: str
    en: str
    point: tuple[float, float]
    outline: Outline
    line: Line


def drawn(on: date) -> tuple[Outline, Sequence[Drawn], object]:
    """Return the region's outline ([] where none is known), what is drawn in it on a day, and which ground that is.

    The ground is the same object as long as nothing changed: whoever keeps a drawing compares it.
    """
    here, whole = ground(on), region()
    kinds = (PlaceKind.AREA, PlaceKind.COMMUNITY, PlaceKind.ROAD, PlaceKind.LANDMARK)
    found = [
        Drawn(place.id, place.kind, place.name_zh, place.name_en, here.points[place.id],
              here.outlines.get(place.id, ()), place.line or ())
        for place in here.places.values() if place.kind in kinds
    ]  # fmt: skip
    return (whole.outline if whole else []), found, here


def areas(on: date) -> dict[UUID, str]:
    """Return the names of the areas that stand on a day, in their order."""
    found = [place for place in ground(on).places.values() if place.kind == PlaceKind.AREA]
    return {place.id: localised(place.name_zh, place.name_en) for place in sorted(found, key=lambda each: each.code)}
