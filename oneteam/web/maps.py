"""A map of the city as one part, drawn on the server from its own geometry, with the list of what is on it beside it.

SVG in two layers: the ground, which scales, and above it names and markers, which stand at shares of its width and
height and keep their size at any width. No script, no tiles, no outside host; it prints, and colours come from the
tokens of the page, so that light, dark and wall are one drawing.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import ClassVar, Literal

from oneteam.kernel.geometry import Line, Outline, Position, box, scale
from oneteam.web.parts import Empty, State, Text

WIDTH = 1000.0
MARGIN = 24.0  # units around the city
NOMINAL = 0.8  # pixels a unit at which names are kept apart; on larger screens there is the more room
LETTER, LINE_HEIGHT = 13.0, 20.0  # pixels of a Han letter and a line of a name
Level = Literal["area", "community", "landmark"]


@dataclass(frozen=True, slots=True)
class Name:
    """A name on the ground, at shares of width and height. Only areas are named on a phone."""

    text: str
    x: str
    y: str
    level: Level


@dataclass(frozen=True, slots=True)
class Shape:
    """A drawn part of the ground: land, area, community or road."""

    kind: Literal["land", "community", "area", "road"]
    path: str


class Projection:
    """From degrees (WGS 84) to the drawing: north is up, both directions have the scale of the middle of the city."""

    def __init__(self, outline: Outline) -> None:
        """Take the outline of the whole; ValueError for one without a point."""
        around = box(outline)
        east, north = scale((around.south + around.north) / 2)
        wide, high = (around.east - around.west) * east, (around.north - around.south) * north
        self._unit = (WIDTH - 2 * MARGIN) / max(wide, 1.0)
        self._east, self._north, self._around = east * self._unit, north * self._unit, around
        self.height = high * self._unit + 2 * MARGIN

    def at(self, lon: float, lat: float) -> tuple[float, float]:
        """Return where a point is, in units from the left and the top."""
        return (lon - self._around.west) * self._east + MARGIN, (self._around.north - lat) * self._north + MARGIN

    def share(self, lon: float, lat: float) -> tuple[str, str] | None:
        """Return where a point is in per cent of width and height; None beside the drawing."""
        x, y = self.at(lon, lat)
        if not (0 <= x <= WIDTH and 0 <= y <= self.height):
            return None
        return f"{100 * x / WIDTH:.2f}%", f"{100 * y / self.height:.2f}%"

    def path(self, lines: Iterable[Line], *, closed: bool) -> str:
        """Return lines as a path; what lies closer together than a unit is one point."""
        return "".join(self._one(line, closed=closed) for line in lines)

    def _one(self, line: Line, *, closed: bool) -> str:
        last: tuple[int, ...] | None = None
        steps: list[str] = []
        for position in line:
            point = tuple(round(value) for value in self.at(position[0], position[1]))
            if point != last:
                steps.append(f"{'L' if steps else 'M'}{point[0]} {point[1]}")
            last = point
        return "".join(steps) + ("Z" if closed else "") if len(steps) > 1 else ""


@dataclass(frozen=True, slots=True)
class Ground:
    """The ground as it is drawn, made once and shown on every map until it changes."""

    projection: Projection
    shapes: Sequence[Shape]
    names: Sequence[Name]

    @property
    def view(self) -> str:
        """The drawing's own box."""
        return f"0 0 {WIDTH:.0f} {self.projection.height:.0f}"


def ground(
    whole: Outline,
    *,
    communities: Iterable[Outline],
    areas: Iterable[Outline],
    roads: Iterable[Line],
    named: Iterable[tuple[Level, str, Position]],
) -> Ground:
    """Draw the ground. `named`: level, name and where it stands, the most important first; names that would lie on an
    earlier one give way."""  # fmt: skip
    projection = Projection(whole)
    shapes = [
        Shape("land", projection.path(whole, closed=True)),
        Shape("community", projection.path(_borders(communities, whole), closed=False)),
        Shape("road", projection.path(roads, closed=False)),
        Shape("area", projection.path(_borders(areas, whole), closed=False)),
    ]
    return Ground(projection, shapes, _apart(projection, named))


def _borders(outlines: Iterable[Outline], whole: Outline) -> Iterator[Line]:
    """Yield the borders inside the whole, each once: neighbours share theirs, and dashes drawn twice are none."""

    def edges(ring: Line) -> Iterator[tuple[Position, Position]]:
        return pairwise([tuple(position) for position in ring])

    seen = {frozenset(edge) for ring in whole for edge in edges(ring)}
    for ring in (ring for outline in outlines for ring in outline):
        line: list[Position] = []
        for one, two in edges(ring):
            if frozenset((one, two)) in seen:
                if line:
                    yield line
                line = []
                continue
            seen.add(frozenset((one, two)))
            line = [*line, two] if line else [one, two]
        if line:
            yield line


def _apart(projection: Projection, named: Iterable[tuple[Level, str, Position]]) -> list[Name]:
    kept: list[Name] = []
    taken: list[tuple[float, float, float, float]] = []
    for level, text, where in named:
        share = projection.share(where[0], where[1])
        if share is None:
            continue
        x, y = (value * NOMINAL for value in projection.at(where[0], where[1]))
        half = sum(LETTER if ord(letter) > 0x2E7F else LETTER * 0.55 for letter in text) / 2 + 6
        mine = (x - half, y - LINE_HEIGHT / 2 - 3, x + half, y + LINE_HEIGHT / 2 + 3)
        if all(mine[2] < one[0] or mine[0] > one[2] or mine[3] < one[1] or mine[1] > one[3] for one in taken):
            taken.append(mine)
            kept.append(Name(text, *share, level))
    return kept


@dataclass(frozen=True, slots=True)
class Place:
    """What is on the map: also a line of the list beside it, unless it is `quiet` (normal, counted in words instead).

    `state` gives shape and colour, `title` and `facts` the line, `url` where it leads; no position: in the list alone.
    """

    id: str
    title: Text
    state: State
    lon: float | None
    lat: float | None
    facts: Sequence[object] = ()
    url: str = ""
    quiet: bool = False


@dataclass(frozen=True, slots=True)
class Marker:
    """A place where it is drawn."""

    place: Place
    x: str
    y: str


@dataclass(frozen=True, slots=True)
class Map:
    """The city with what is on it, and the list. `summary` says in words what the drawing shows."""

    id: str
    title: Text
    ground: Ground | None
    places: Sequence[Place]
    summary: Text
    empty: Empty
    calm: Text = ""
    template: ClassVar[str] = "web/map.html"

    @property
    def markers(self) -> list[Marker]:
        """What is drawn, exceptions above what is normal."""
        if self.ground is None:
            return []
        found = []
        for place in sorted(self.places, key=lambda place: not place.quiet):
            if place.lon is not None and place.lat is not None:
                share = self.ground.projection.share(place.lon, place.lat)
                if share is not None:
                    found.append(Marker(place, *share))
        return found

    @property
    def listed(self) -> list[Place]:
        """The lines of the list."""
        return [place for place in self.places if not place.quiet]
