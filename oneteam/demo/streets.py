"""Roads of the made-up city as lines, and the house numbers along them: odd on the left, even on the right."""

import random
from itertools import pairwise

from oneteam.demo.terrain import Mask, Path, cell, degrees, raster
from oneteam.kernel.geometry import metres, scale

STEP = 90.0  # metres between two points of a road
FRONT = 12.0  # metres of road for one house
SETBACK = 14.0  # metres from the middle of the road to a door
LENGTHS = {"大道": (3200, 4800), "路": (900, 2200), "街": (600, 1200), "巷": (180, 420), "弄": (140, 320)}  # metres

Line = list[list[float]]
Numbers = list[list[float]]


def road(draw: random.Random, land: Mask, name: str, at: tuple[float, float]) -> Line:
    """Return a road through a point: as long as its kind is, slightly winding, and on land."""
    least, most = next(span for end, span in LENGTHS.items() if name.endswith(end))
    steps = max(2, round(draw.uniform(least, most) / STEP))
    dx, dy = _direction(draw)
    ahead = round(steps * draw.uniform(0.35, 0.65))
    before = _walk(draw, land, at, (-dx, -dy), steps - ahead)
    return [*reversed(before), _rounded(*at), *_walk(draw, land, at, (dx, dy), ahead)]


def artery(land: Mask, course: Path) -> Line:
    """Return the stretch on land of a great road that was drawn on the raster, the longest one."""
    points = [degrees(column, row) for column, row in course]
    stretches: list[Line] = [[]]
    for (lon1, lat1), (lon2, lat2) in pairwise(points):
        for share in (0.0, 0.34, 0.67):
            lon, lat = lon1 + (lon2 - lon1) * share, lat1 + (lat2 - lat1) * share
            if land[cell(lon, lat)]:
                stretches[-1].append(_rounded(lon, lat))
            elif stretches[-1]:
                stretches.append([])
    return max(stretches, key=len)


def numbers(line: Line) -> Numbers:
    """Return doors of a road as [number, longitude, latitude], one in eight on each side and the last ones."""
    doors: Numbers = []
    gone, due = 0.0, FRONT / 2
    for (lon1, lat1), (lon2, lat2) in pairwise(line):
        leg = metres(lon1, lat1, lon2, lat2)
        east, north = scale(lat1)
        right = ((lat2 - lat1) * north / leg * SETBACK / east, -(lon2 - lon1) * east / leg * SETBACK / north)
        while due <= gone + leg:
            share = (due - gone) / leg
            lon, lat = lon1 + (lon2 - lon1) * share, lat1 + (lat2 - lat1) * share
            number = 2 * round((due - FRONT / 2) / FRONT)
            doors.append([number + 1, *_rounded(lon - right[0], lat - right[1])])
            doors.append([number + 2, *_rounded(lon + right[0], lat + right[1])])
            due += FRONT * 8
        gone += leg
    return doors


def _direction(draw: random.Random) -> tuple[float, float]:
    while True:
        x, y = draw.uniform(-1, 1), draw.uniform(-1, 1)
        size = (x * x + y * y) ** 0.5
        if 0.2 < size < 1:
            return x / size, y / size


def _walk(draw: random.Random, land: Mask, at: tuple[float, float], heading: tuple[float, float], steps: int) -> Line:
    lon, lat = at
    dx, dy = heading
    line: Line = []
    turn = draw.uniform(-0.05, 0.05)
    for _step in range(steps):
        turn = turn * 0.8 + draw.uniform(-0.04, 0.04)
        dx, dy = dx - dy * turn, dy + dx * turn
        size = (dx * dx + dy * dy) ** 0.5
        dx, dy = dx / size, dy / size
        east, north = scale(lat)
        lon, lat = lon + dx * STEP / east, lat + dy * STEP / north
        column, row = raster(lon, lat)
        if not (0 <= int(row) < land.shape[0] and 0 <= int(column) < land.shape[1] and land[int(row), int(column)]):
            break
        line.append(_rounded(lon, lat))
    return line


def _rounded(lon: float, lat: float) -> list[float]:
    return [round(lon, 5), round(lat, 5)]
