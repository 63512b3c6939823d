"""Plane geometry on small ground: outlines, lines and distances, in degrees of WGS 84 and metres.

An outline is a list of closed rings, each a list of (longitude, latitude). What lies inside an odd number of rings is
inside: a second ring is an island or, within the first, a hole. Neighbours share their boundary point for point, and a
point on it belongs to exactly one of them.
"""

import math
from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Generic, TypeVar

Position = Sequence[float]
Ring = Sequence[Position]
Outline = Sequence[Ring]
Line = Sequence[Position]
Key = TypeVar("Key", bound=Hashable)

_A = 6_378_137.0  # semi-major axis of WGS 84, metres
_E2 = 6.694_379_990_141_316e-3  # its first eccentricity squared


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle of longitudes and latitudes, its edges included."""

    west: float
    south: float
    east: float
    north: float

    def holds(self, lon: float, lat: float) -> bool:
        """Tell whether a point lies in the rectangle."""
        return self.west <= lon <= self.east and self.south <= lat <= self.north


def inside(outline: Outline, lon: float, lat: float) -> bool:
    """Tell whether a point lies in an outline. A point on a boundary that two outlines share lies in one of them."""
    hit = False
    for ring in outline:
        for one, two in pairwise(ring):
            (x1, y1), (x2, y2) = (one, two) if one[1] <= two[1] else (two, one)  # the same sum from either side
            if y1 <= lat < y2 and lon < (x2 - x1) * (lat - y1) / (y2 - y1) + x1:
                hit = not hit
    return hit


def box(outline: Outline) -> Box:
    """Return the smallest rectangle around an outline that has a point; ValueError for none."""
    lons = [position[0] for ring in outline for position in ring]
    lats = [position[1] for ring in outline for position in ring]
    return Box(min(lons), min(lats), max(lons), max(lats))


def scale(lat: float) -> tuple[float, float]:
    """Return the metres of a degree of longitude and of latitude at a latitude, on the ellipsoid."""
    phi = math.radians(lat)
    w = 1 - _E2 * math.sin(phi) ** 2
    return math.radians(_A * math.cos(phi) / math.sqrt(w)), math.radians(_A * (1 - _E2) / w**1.5)


def metres(lon1: float, lat1: float, lon2: float, lat2: float) -> float:
    """Return the distance of two points in metres; within a city (50 km) off by less than a thousandth."""
    east, north = scale((lat1 + lat2) / 2)
    return math.hypot((lon2 - lon1) * east, (lat2 - lat1) * north)


def area(outline: Outline) -> float:
    """Return the area of an outline in square metres; rings within another count as holes."""
    rings = [ring for ring in outline if len(ring) > 3]
    return sum(abs(_signed(ring)) * (-1 if _depth(ring, rings) % 2 else 1) for ring in rings)


def _signed(ring: Ring) -> float:
    lon0, lat0 = ring[0]
    east, north = scale(sum(position[1] for position in ring) / len(ring))
    doubled = math.fsum((x1 - lon0) * (y2 - lat0) - (x2 - lon0) * (y1 - lat0) for (x1, y1), (x2, y2) in pairwise(ring))
    return doubled / 2 * east * north


def _depth(ring: Ring, rings: Sequence[Ring]) -> int:
    lon, lat = ring[0]
    return sum(other is not ring and inside([other], lon, lat) for other in rings)


def centre(outline: Outline) -> tuple[float, float]:
    """Return a point inside an outline and far from its boundary, for a label: the middle of its widest row.

    The row is sought along a few latitudes of the largest ring's box, so that a crescent gets a point of its own.
    """
    largest = max(outline, key=lambda ring: abs(_signed(ring)))
    around = box([largest])
    best = (0.0, around.west, around.south)
    for step in range(1, 24):
        lat = around.south + (around.north - around.south) * step / 24
        weight = min(step, 24 - step) / 12  # rather the middle than the tip
        for west, east in _row(outline, lat):
            best = max(best, ((east - west) * weight, (west + east) / 2, lat))
    return best[1], best[2]


def _row(outline: Outline, lat: float) -> Iterator[tuple[float, float]]:
    cuts = []
    for ring in outline:
        for one, two in pairwise(ring):
            (x1, y1), (x2, y2) = (one, two) if one[1] <= two[1] else (two, one)
            if y1 <= lat < y2:
                cuts.append((x2 - x1) * (lat - y1) / (y2 - y1) + x1)
    cuts.sort()
    return zip(cuts[::2], cuts[1::2], strict=True)


@dataclass(frozen=True, slots=True)
class Near:
    """The point of a line that is nearest to another point: where it is, how far (metres), and on which leg."""

    lon: float
    lat: float
    metres: float
    leg: int


def nearest(line: Line, lon: float, lat: float) -> Near:
    """Return the nearest point of a line with at least one position; ValueError for none."""
    if not line:
        raise ValueError("a line without a position")
    east, north = scale(lat)
    best = Near(line[0][0], line[0][1], metres(lon, lat, line[0][0], line[0][1]), 0)
    for leg, ((x1, y1), (x2, y2)) in enumerate(pairwise(line)):
        dx, dy = (x2 - x1) * east, (y2 - y1) * north
        px, py = (lon - x1) * east, (lat - y1) * north
        length = dx * dx + dy * dy
        share = min(1.0, max(0.0, (px * dx + py * dy) / length)) if length else 0.0
        away = math.hypot(px - share * dx, py - share * dy)
        if away < best.metres:
            best = Near(x1 + share * (x2 - x1), y1 + share * (y2 - y1), away, leg)
    return best


def meeting(one: Line, two: Line) -> Near:
    """Return where two lines cross or, if they do not, come nearest: a point and the metres between them."""
    for a, b in pairwise(one):
        for leg, (c, d) in enumerate(pairwise(two)):
            cut = _cross(a, b, c, d)
            if cut is not None:
                return Near(cut[0], cut[1], 0.0, leg)
    spots = [nearest(two, position[0], position[1]) for position in one]
    spots += [
        Near(position[0], position[1], nearest(one, position[0], position[1]).metres, leg)
        for leg, position in enumerate(two)
    ]
    return min(spots, key=lambda spot: spot.metres)


def length(line: Line) -> float:
    """Return the length of a line in metres."""
    return math.fsum(metres(x1, y1, x2, y2) for (x1, y1), (x2, y2) in pairwise(line))


def along(line: Line, share: float) -> tuple[float, float]:
    """Return the point at a share (0 to 1) of a line's length."""
    left = length(line) * min(1.0, max(0.0, share))
    for (x1, y1), (x2, y2) in pairwise(line):
        leg = metres(x1, y1, x2, y2)
        if leg and left <= leg:
            return x1 + (x2 - x1) * left / leg, y1 + (y2 - y1) * left / leg
        left -= leg
    return line[-1][0], line[-1][1]


def crossing(outline: Outline) -> tuple[float, float] | None:
    """Return a point in which two edges of an outline cross, or None; a ring that only touches itself passes."""
    edges = [(one, two) for ring in outline for one, two in pairwise(ring) if one[0] != two[0] or one[1] != two[1]]
    edges.sort(key=lambda edge: min(edge[0][0], edge[1][0]))
    open_edges: list[tuple[Position, Position]] = []
    for edge in edges:
        west = min(edge[0][0], edge[1][0])
        open_edges = [other for other in open_edges if max(other[0][0], other[1][0]) >= west]
        for other in open_edges:
            if (found := _cross(*edge, *other)) is not None:
                return found
        open_edges.append(edge)
    return None


def _cross(a: Position, b: Position, c: Position, d: Position) -> tuple[float, float] | None:
    """Return the point in which the insides of two edges cross."""
    if max(a[1], b[1]) < min(c[1], d[1]) or max(c[1], d[1]) < min(a[1], b[1]):
        return None
    rx, ry, sx, sy = b[0] - a[0], b[1] - a[1], d[0] - c[0], d[1] - c[1]
    cross = rx * sy - ry * sx
    if cross == 0:
        return None
    t = ((c[0] - a[0]) * sy - (c[1] - a[1]) * sx) / cross
    u = ((c[0] - a[0]) * ry - (c[1] - a[1]) * rx) / cross
    return (a[0] + t * rx, a[1] + t * ry) if 1e-9 < t < 1 - 1e-9 and 1e-9 < u < 1 - 1e-9 else None


class Prepared:
    """An outline that is asked often: a point is held only against the edges at its latitude."""

    def __init__(self, outline: Outline) -> None:
        """Take the outline; one without a ring holds nothing."""
        legs = [leg for ring in outline for leg in pairwise(ring) if leg[0][1] != leg[1][1]]
        self._box = box(outline) if legs else Box(math.inf, math.inf, -math.inf, -math.inf)
        self._rows: list[list[tuple[Position, Position]]] = [[] for _leg in legs]
        self._scale = len(legs) / (self._box.north - self._box.south) if legs else 0.0
        for one, two in legs:
            low, high = sorted((self._row(one[1]), self._row(two[1])))
            for row in range(low, high + 1):
                self._rows[row].append((one, two))

    def _row(self, lat: float) -> int:
        return min(len(self._rows) - 1, int((lat - self._box.south) * self._scale))

    def holds(self, lon: float, lat: float) -> bool:
        """Tell whether a point lies in the outline, exactly as `inside` does."""
        return self._box.holds(lon, lat) and inside(self._rows[self._row(lat)], lon, lat)


class Locator(Generic[Key]):
    """Finds which of many outlines hold a point; built once, asked often."""

    def __init__(self, outlines: Iterable[tuple[Key, Outline]]) -> None:
        """Take the outlines; one without a ring holds nothing."""
        self._outlines: list[tuple[Key, Prepared]] = []
        self._cells: dict[tuple[int, int], list[int]] = defaultdict(list)
        for number, (key, outline) in enumerate((key, outline) for key, outline in outlines if any(outline)):
            self._outlines.append((key, Prepared(outline)))
            around = box(outline)
            for column in range(math.floor(around.west * 100), math.floor(around.east * 100) + 1):
                for row in range(math.floor(around.south * 100), math.floor(around.north * 100) + 1):
                    self._cells[column, row].append(number)

    def find(self, lon: float, lat: float) -> list[Key]:
        """Return the keys of all outlines that hold the point, in the order in which they were given."""
        cell = self._cells.get((math.floor(lon * 100), math.floor(lat * 100)), ())
        return [key for key, outline in (self._outlines[number] for number in cell) if outline.holds(lon, lat)]
