"""The land of the made-up city as a raster: what is land, where the hills, rivers and great roads lie.

All values come from a seeded generator and from sums and products alone, no library's sine: the same seed gives the
same city on every machine.
"""

import random
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

WEST, SOUTH, WIDTH, HEIGHT = 120.455, 27.455, 0.21, 0.19  # degrees, WGS 84
COLUMNS, ROWS = 344, 350  # cells of about 60 metres
Field = NDArray[np.float64]
Mask = NDArray[np.bool_]
Path = list[tuple[float, float]]


@dataclass(frozen=True, slots=True)
class Terrain:
    """`land` and `rough` (what it costs to cross a cell) by row from south and column from west."""

    land: Mask
    rough: Field
    arteries: dict[str, Path]
    rivers: list[Path]


def degrees(column: float, row: float) -> tuple[float, float]:
    """Return longitude and latitude of a place on the raster (cell corners are whole numbers)."""
    return WEST + column * WIDTH / COLUMNS, SOUTH + row * HEIGHT / ROWS


def raster(lon: float, lat: float) -> tuple[float, float]:
    """Return column and row of a point."""
    return (lon - WEST) * COLUMNS / WIDTH, (lat - SOUTH) * ROWS / HEIGHT


def cell(lon: float, lat: float) -> tuple[int, int]:
    """Return row and column of the cell that holds a point, the nearest one for a point beside the raster."""
    column, row = raster(lon, lat)
    return min(ROWS - 1, max(0, int(row))), min(COLUMNS - 1, max(0, int(column)))


def noise(draw: random.Random, cells: int) -> Field:
    """Return a smooth field between -1 and 1 with about `cells` waves from side to side."""
    lattice = np.array([[draw.uniform(-1, 1) for _column in range(cells + 2)] for _row in range(cells + 2)])
    across = np.arange(COLUMNS) * (cells / COLUMNS)
    up = np.arange(ROWS) * (cells / ROWS)
    left, low = across.astype(int), up.astype(int)
    fx, fy = across - left, up - low
    fx, fy = fx * fx * (3 - 2 * fx), fy * fy * (3 - 2 * fy)
    south = lattice[low][:, left] * (1 - fx) + lattice[low][:, left + 1] * fx
    north = lattice[low + 1][:, left] * (1 - fx) + lattice[low + 1][:, left + 1] * fx
    return np.asarray(south * (1 - fy)[:, None] + north * fy[:, None])


def hills(draw: random.Random, cells: int, octaves: int) -> Field:
    """Return noise of several sizes, each half as high as the one before."""
    total = np.zeros((ROWS, COLUMNS))
    for octave in range(octaves):
        total = total + noise(draw, cells * 2**octave) * 0.5**octave
    return total


def bump(u: Field, v: Field, at: tuple[float, float], size: tuple[float, float]) -> Field:
    """Return a hill of height 1 at a place, gone at `size` from it."""
    far = ((u - at[0]) / size[0]) ** 2 + ((v - at[1]) / size[1]) ** 2
    return np.asarray(np.maximum(0.0, 1 - far) ** 2)


def terrain(draw: random.Random, dry: Iterable[tuple[float, float]]) -> Terrain:
    """Make the land: hills in the west, a river through the middle, a crooked coast with islands in the east.

    `dry`: places (longitude, latitude) that must lie on land.
    """
    u = np.broadcast_to((np.arange(COLUMNS) + 0.5) / COLUMNS, (ROWS, COLUMNS))
    v = np.broadcast_to(((np.arange(ROWS) + 0.5) / ROWS)[:, None], (ROWS, COLUMNS))
    large, fine = hills(draw, 3, 5), hills(draw, 20, 3)
    coast = 0.8 + 0.05 * large + 0.016 * fine
    coast = coast + 0.08 * bump(u, v, (0.8, 0.36), (1.0, 0.1)) - 0.07 * bump(u, v, (0.8, 0.56), (1.0, 0.08))
    coast = coast + 0.06 * bump(u, v, (0.8, 0.76), (1.0, 0.12)) - 0.04 * bump(u, v, (0.8, 0.14), (1.0, 0.1))
    border = hills(draw, 5, 5)
    far = (np.abs(u - 0.47) / 0.44) * (np.abs(u - 0.47) / 0.44) ** 2 + (np.abs(v - 0.49) / 0.45) ** 3
    land = (u < coast) & (far + 0.34 * border + 0.03 * fine < 0.86)
    for at, size in (((0.915, 0.6), 0.036), ((0.945, 0.45), 0.024), ((0.885, 0.2), 0.03), ((0.925, 0.83), 0.022)):
        land = land | (bump(u, v, at, (size, size * 1.3)) + 0.4 * fine + 0.2 * large > 0.4) & (
            bump(u, v, at, (size, size * 1.3)) > 0
        )
    for lon, lat in dry:
        column, row = raster(lon, lat)
        land = land | (bump(u, v, (column / COLUMNS, row / ROWS), (0.02, 0.02)) + 0.1 * fine > 0.3)
    rivers = [_course(draw, (0.03, 0.62), (0.86, 0.535), 0.05), _course(draw, (0.2, 0.04), (0.36, 0.56), 0.04)]
    arteries = {
        "R16": _course(draw, (0.455, 0.12), (0.505, 0.88), 0.012),
        "R07": _course(draw, (0.17, 0.745), (0.78, 0.77), 0.02),
        "R31": _course(draw, (0.2, 0.185), (0.77, 0.2), 0.02),
        "R23": _course(draw, (0.205, 0.14), (0.19, 0.84), 0.02),
        "R40": _course(draw, (0.735, 0.16), (0.765, 0.86), 0.018),
        "R14": _course(draw, (0.2, 0.455), (0.77, 0.44), 0.015),
    }
    rough = 1.0 + 2.2 * (0.5 + 0.5 * hills(draw, 9, 4)) ** 2 + 1.6 * np.maximum(0.0, 0.32 - u) * 4
    rough = np.maximum(rough * (1.0 + 0.45 * hills(draw, 70, 2)), 0.3)
    for path, toll in [*((river, 14.0) for river in rivers), *((road, 6.0) for road in arteries.values())]:
        for row, column in cells_of(path):
            rough[row, column] += toll
    return Terrain(land, rough, arteries, rivers)


def _course(draw: random.Random, start: tuple[float, float], end: tuple[float, float], swing: float) -> Path:
    """Return a natural line between two places of the unit square, in raster columns and rows."""
    points = [start, end]
    for _halving in range(5):
        halved = [points[0]]
        for (x1, y1), (x2, y2) in pairwise(points):
            off = draw.uniform(-swing, swing)
            dx, dy = x2 - x1, y2 - y1
            size = max(abs(dx) + abs(dy), 1e-9)
            halved += [((x1 + x2) / 2 - dy / size * off, (y1 + y2) / 2 + dx / size * off), (x2, y2)]
        points, swing = halved, swing * 0.48
    return [(x * COLUMNS, y * ROWS) for x, y in points]


def cells_of(path: Path) -> list[tuple[int, int]]:
    """Return the cells (row, column) that a line of raster points passes through, each once."""
    found: dict[tuple[int, int], None] = {}
    for (x1, y1), (x2, y2) in pairwise(path):
        steps = int(max(abs(x2 - x1), abs(y2 - y1)) * 2) + 1
        for step in range(steps + 1):
            column, row = int(x1 + (x2 - x1) * step / steps), int(y1 + (y2 - y1) * step / steps)
            if 0 <= row < ROWS and 0 <= column < COLUMNS:
                found[row, column] = None
    return list(found)
