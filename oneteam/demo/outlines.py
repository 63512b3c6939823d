"""From a raster of labels to outlines: shared arcs are smoothed once, so that neighbours keep one boundary between them
and grids, communities, areas and the region nest without a gap."""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from oneteam.demo.growth import Labels
from oneteam.demo.terrain import degrees

Corner = tuple[int, int]  # column, row of a cell's corner
Points = list[tuple[float, float]]


@dataclass(frozen=True, slots=True)
class Arc:
    """A stretch of boundary between two labels (left and right of it), smoothed, in raster coordinates."""

    left: int
    right: int
    points: Points


def arcs(labels: Labels) -> list[Arc]:
    """Return all boundaries of a raster, cut where three labels meet."""
    padded = np.pad(labels, 1)
    steps: dict[Corner, list[Corner]] = defaultdict(list)
    sides: dict[tuple[Corner, Corner], tuple[int, int]] = {}
    for across in (True, False):
        one, two = (padded[1:, 1:-1], padded[:-1, 1:-1]) if across else (padded[1:-1, :-1], padded[1:-1, 1:])
        for row, column in np.argwhere(one != two).tolist():
            start, end = (column, row), (column + 1, row) if across else (column, row + 1)
            left, right = int(one[row, column]), int(two[row, column])
            steps[start].append(end)
            steps[end].append(start)
            sides[start, end], sides[end, start] = (left, right), (right, left)
    found: list[Arc] = []
    used: set[tuple[Corner, Corner]] = set()
    knots = [corner for corner in sorted(steps) if len(steps[corner]) != 2]
    for start in [*knots, *sorted(steps)]:
        for first in steps[start]:
            if (start, first) not in used:
                line = _walk(start, first, steps, used)
                left, right = sides[start, first]
                found.append(Arc(left, right, _smoothed([(float(x), float(y)) for x, y in line])))
    return found


def _walk(
    start: Corner, first: Corner, steps: dict[Corner, list[Corner]], used: set[tuple[Corner, Corner]]
) -> list[Corner]:
    line, before, here = [start, first], start, first
    used |= {(start, first), (first, start)}
    while here != start and len(steps[here]) == 2:
        one, two = steps[here]
        before, here = here, two if one == before else one
        used |= {(before, here), (here, before)}
        line.append(here)
    return line


def _smoothed(points: Points) -> Points:
    """Round the steps of the raster off, ends kept, and leave out what is within a sixth of a cell."""
    closed = points[0] == points[-1]
    line = [((x1 + x2) / 2, (y1 + y2) / 2) for (x1, y1), (x2, y2) in pairwise(points)]
    line = [*line, line[0]] if closed else [points[0], *line, points[-1]]
    for _round in range(2):
        inner = [
            ((x0 + 2 * x1 + x2) / 4, (y0 + 2 * y1 + y2) / 4)
            for (x0, y0), (x1, y1), (x2, y2) in zip(line, line[1:], line[2:], strict=False)
        ]
        line = [line[0], *inner, line[-1]]
    return _simplified(line, 1 / 6)


def _simplified(points: Points, tolerance: float) -> Points:
    """Douglas and Peucker's line: no point left out lies further than `tolerance` from it."""
    keep = {0, len(points) - 1}
    stack = [(0, len(points) - 1)]
    if points[0] == points[-1] and len(points) > 3:  # a loop has no chord: cut it in two
        middle = len(points) // 2
        keep.add(middle)
        stack = [(0, middle), (middle, len(points) - 1)]
    while stack:
        first, last = stack.pop()
        (x1, y1), (x2, y2) = points[first], points[last]
        dx, dy = x2 - x1, y2 - y1
        long = (dx * dx + dy * dy) ** 0.5
        far, at = 0.0, first
        for number in range(first + 1, last):
            x, y = points[number]
            away = abs(dx * (y - y1) - dy * (x - x1)) / long if long else ((x - x1) ** 2 + (y - y1) ** 2) ** 0.5
            if away > far:
                far, at = away, number
        if far > tolerance:
            keep.add(at)
            stack += [(first, at), (at, last)]
    return [points[number] for number in sorted(keep)]


def outline(of: list[Arc], mine: Callable[[int], bool]) -> list[list[list[float]]]:
    """Return the rings around all labels that are `mine`, in degrees, the longest first."""
    edges: dict[tuple[float, float], list[Points]] = defaultdict(list)
    rings: list[Points] = []
    for arc in of:
        if mine(arc.left) == mine(arc.right):
            continue
        points = arc.points if mine(arc.left) else arc.points[::-1]
        if points[0] == points[-1]:
            rings.append(points)
        else:
            edges[points[0]].append(points)
    while edges:
        start = next(iter(edges))
        ring: Points = [start]
        while ring[-1] != start or len(ring) == 1:
            following = edges[ring[-1]].pop()
            if not edges[ring[-1]]:
                del edges[ring[-1]]
            ring += following[1:]
        rings.append(ring)
    rings.sort(key=lambda ring: (-len(ring), ring[0]))
    return [[_rounded(point) for point in ring] for ring in rings]


def _rounded(point: tuple[float, float]) -> list[float]:
    lon, lat = degrees(*point)
    return [round(lon, 5), round(lat, 5)]
