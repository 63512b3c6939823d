"""The ground as it stands on a day: which boundaries are in force, what lies in what. Read once, kept in memory."""

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property
from uuid import UUID

from django.db import connection
from django.db.models import Q

from oneteam.kernel.geometry import Locator, Outline
from oneteam.places.gazetteer import Entry, Gazetteer
from oneteam.places.models import BOUNDED, EDITION_ID, Boundary, Edition, Place, PlaceKind

_KEPT = 4  # grounds kept in memory: today's, and those of days that are asked about in old files


@dataclass(frozen=True, slots=True)
class Located:
    """What holds a point on a day; None where no boundary is known there."""

    grid: UUID | None
    community: UUID | None
    area: UUID | None

    @property
    def ids(self) -> set[UUID]:
        """The ids of all that holds the point."""
        return {each for each in (self.grid, self.community, self.area) if each is not None}


@dataclass
class Ground:
    """All places that stood on a day, without a database behind them."""

    places: Mapping[UUID, Place]
    outlines: Mapping[UUID, Outline]
    registered: Mapping[UUID, UUID | None]
    _parents: dict[UUID, UUID | None] = field(default_factory=dict, init=False)

    @cached_property
    def _locators(self) -> Mapping[str, Locator[UUID]]:
        return {
            kind: Locator((place, ring) for place, ring in self.outlines.items() if self.places[place].kind == kind)
            for kind in BOUNDED
        }

    @cached_property
    def gazetteer(self) -> Gazetteer:
        """The names of the places, for finding them in texts; its ids are those of the places as text."""
        return Gazetteer(
            Entry(
                id=str(place.id), name=place.name_zh, kind=place.kind, parent=_text(self.parent(place.id)),
                lon=float(place.lon), lat=float(place.lat),
                aliases=(*place.aliases, *((place.code,) if place.kind == PlaceKind.GRID else ())),
                line=place.line or (), doors=place.doors or (),
            )
            for place in self.places.values()
        )  # fmt: skip

    @cached_property
    def points(self) -> Mapping[UUID, tuple[float, float]]:
        """Where each place is (degrees, WGS 84)."""
        return {place.id: (float(place.lon), float(place.lat)) for place in self.places.values()}

    def locate(self, lon: float, lat: float) -> Located:
        """Return the grid, community and area that hold a point (degrees, WGS 84)."""
        first = {kind: next(iter(locator.find(lon, lat)), None) for kind, locator in self._locators.items()}
        grid, community = first[PlaceKind.GRID], first[PlaceKind.COMMUNITY]
        community = community or self._above(grid, PlaceKind.COMMUNITY)
        return Located(grid, community, first[PlaceKind.AREA] or self._above(community, PlaceKind.AREA))

    def parent(self, place: UUID) -> UUID | None:
        """Return what a place lies in: what its boundary says, else where its point is, else as registered."""
        if place not in self._parents:
            self._parents[place] = self._find_parent(place)
        return self._parents[place]

    def _find_parent(self, place: UUID) -> UUID | None:
        row = self.places[place]
        registered = self.registered.get(place)
        if row.kind not in BOUNDED and row.kind != PlaceKind.ROAD:
            registered = self.locate(float(row.lon), float(row.lat)).community or registered
        return registered if registered in self.places else None

    def within(self, place: UUID) -> set[UUID]:
        """Return a place and everything that holds it: its grid, where its point is one, its community and area."""
        found: set[UUID] = set()
        here: UUID | None = place if place in self.places else None
        while here is not None and here not in found:
            found.add(here)
            here = self.parent(here)
        if found and self.places[place].kind not in BOUNDED and self.places[place].kind != PlaceKind.ROAD:
            found |= self.locate(float(self.places[place].lon), float(self.places[place].lat)).ids
        return found

    def _above(self, place: UUID | None, kind: str) -> UUID | None:
        if place is None:
            return None
        return next((each for each in self.within(place) if self.places[each].kind == kind), None)


def _text(place: UUID | None) -> str | None:
    return str(place) if place is not None else None


_Edition = tuple[str, UUID | None]
_kept: dict[tuple[_Edition, date], Ground] = {}
_turns: dict[_Edition, list[date]] = {}


def ground(on: date) -> Ground:
    """Return the ground of a day (legal day in Shanghai), from this process's memory where nothing changed since.

    Days between which no place was closed and no boundary began or ended have the same one.
    """
    act = Edition.objects.filter(id=EDITION_ID).values_list("act", flat=True).first()
    edition = (str(connection.settings_dict["NAME"]), act)
    turns = _turns.get(edition)
    if turns is None:
        turns = _turning_days()
        _turns.clear()
        _turns[edition] = turns
    place = bisect_right(turns, on)
    key = (edition, turns[place - 1] if place else date.min)
    if key not in _kept:
        for old in [known for known in _kept if known[0] != edition] or list(_kept)[: 1 - _KEPT]:
            del _kept[old]
        _kept[key] = _read(on)
    return _kept[key]


def _turning_days() -> list[date]:
    """Return the days from which the ground is another one than on the day before, in their order."""
    closed = Place.objects.filter(closed_on__isnull=False).values_list("closed_on", flat=True)
    bounds = Boundary.objects.values_list("valid_from", "valid_to").distinct()
    ended = {end + timedelta(days=1) for _begin, end in bounds if end is not None}
    return sorted({*(day for day in closed if day), *(begin for begin, _end in bounds), *ended})


def _read(on: date) -> Ground:
    standing = Place.objects.filter(Q(closed_on__isnull=True) | Q(closed_on__gt=on))
    places = {place.id: place for place in standing.order_by("code")}
    registered: dict[UUID, UUID | None] = {place.id: place.parent_id for place in places.values()}
    outlines: dict[UUID, Outline] = {}
    in_force = Boundary.objects.filter(Q(valid_to__isnull=True) | Q(valid_to__gte=on), valid_from__lte=on)
    for boundary in in_force.filter(place__in=standing):
        outlines[boundary.place_id] = boundary.outline
        registered[boundary.place_id] = boundary.parent_id
    return Ground(places, outlines, registered)
