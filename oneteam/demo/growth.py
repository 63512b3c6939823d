"""Dividing land among seeds: each grows over the raster, slowly over hills, slower over rivers and great roads, so that
boundaries come to lie where they lie in real cities."""

import heapq
import random
from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from oneteam.demo.terrain import COLUMNS, ROWS, Field, Mask

Labels = NDArray[np.int32]
NOBODY = 0
_BESIDE = ((-1, 0), (1, 0), (0, -1), (0, 1), (-1, -1), (-1, 1), (1, -1), (1, 1))
_AROUND = tuple((down * COLUMNS + right, 1.42 if down and right else 1.0) for down, right in _BESIDE)


def grow(
    land: Mask, rough: Field, seeds: Iterable[tuple[int, tuple[int, int]]], within: Labels | None = None
) -> Labels:
    """Return for each cell of land which seed reaches it first; 0 where none can. `seeds`: (label, (row, column)).

    With `within`, a seed stays on the cells that have the value of its own cell there.
    """
    labels = [NOBODY] * (ROWS * COLUMNS)
    known = np.where(land, np.inf, -1.0).ravel().tolist()  # the least cost so far; what is no land can never be reached
    cost = rough.ravel().tolist()
    region = within.ravel().tolist() if within is not None else labels
    queue: list[tuple[float, int, int]] = []
    for number, (label, (row, column)) in enumerate(seeds):
        at = row * COLUMNS + column
        if number * 1e-9 < known[at]:
            known[at] = number * 1e-9
            queue.append((known[at], at, label))
    heapq.heapify(queue)
    mixed = within is not None
    while queue:
        reached, at, label = heapq.heappop(queue)
        if labels[at]:
            continue
        labels[at] = label
        row, column = divmod(at, COLUMNS)
        if not (0 < row < ROWS - 1 and 0 < column < COLUMNS - 1):
            continue  # nothing grows on the outermost cells
        for step, far in _AROUND:
            beside = at + step
            there = reached + far * (cost[at] + cost[beside])
            if there < known[beside] and not (mixed and region[beside] != region[at]):
                known[beside] = there
                heapq.heappush(queue, (there, beside, label))
    return np.array(labels, dtype=np.int32).reshape(ROWS, COLUMNS)


def fill(land: Mask, labels: Labels, within: Labels | None = None) -> Labels:
    """Give land that no seed reached (islands) the nearest label; with `within`, only one with the same value there."""
    known = np.argwhere((labels > 0) & ~_surrounded(labels))
    now = labels.copy()
    for row, column in np.argwhere(land & (labels == NOBODY)):
        mine = known if within is None else known[within[known[:, 0], known[:, 1]] == within[row, column]]
        nearest = mine[((mine - (row, column)) ** 2).sum(axis=1).argmin()]
        now[row, column] = labels[nearest[0], nearest[1]]
    return now


def _surrounded(labels: Labels) -> Mask:
    padded = np.pad(labels, 1)
    beside = (padded[:-2, 1:-1], padded[2:, 1:-1], padded[1:-1, :-2], padded[1:-1, 2:])
    return np.asarray(np.logical_and.reduce([near == labels for near in beside]))


def smooth(labels: Labels, rounds: int = 3) -> Labels:
    """Give cells that hang on by a thread to their neighbours, and leave no two labels that meet only cornerwise."""
    now = labels.copy()
    for _round in range(rounds):
        padded = np.pad(now, 1)
        near = np.stack([padded[1 + d : 1 + d + ROWS, 1 + r : 1 + r + COLUMNS] for d, r in _BESIDE])
        alike = (near == now).sum(axis=0)
        for row, column in np.argwhere(alike <= 2):
            around = near[:, row, column].tolist()
            now[row, column] = max(sorted(set(around)), key=around.count)
    return _uncross(now)


def _uncross(labels: Labels) -> Labels:
    now = labels.copy()
    for _round in range(20):
        a, b, c, d = now[:-1, :-1], now[:-1, 1:], now[1:, :-1], now[1:, 1:]
        crossed = np.argwhere((a == d) & (a != b) & (a != c) | (b == c) & (b != a) & (b != d))
        if not len(crossed):
            break
        for row, column in crossed:
            one, two = now[row, column], now[row, column + 1]
            if one == now[row + 1, column + 1]:
                now[row, column + 1] = one
            elif two == now[row + 1, column]:
                now[row, column] = two
    return now


def mainland(land: Mask, at: tuple[int, int]) -> Mask:
    """Return the connected part of the land that holds a cell."""
    part = np.zeros_like(land)
    stack = [at]
    while stack:
        row, column = stack.pop()
        if 0 <= row < ROWS and 0 <= column < COLUMNS and land[row, column] and not part[row, column]:
            part[row, column] = True
            stack += [(row - 1, column), (row + 1, column), (row, column - 1), (row, column + 1)]
    return part


def spread(
    draw: random.Random, land: Mask, taken: Sequence[tuple[float, float]], count: int, tries: int = 60
) -> list[tuple[float, float]]:
    """Return `count` raster points (column, row) far from each other and those taken, closer in the centre."""
    places = [(int(row), int(column)) for row, column in np.argwhere(land)]
    known, fresh = list(taken), []
    for _seed in range(count):
        best, most = (0.0, 0.0), -1.0
        for _try in range(tries):
            row, column = places[int(draw.random() * len(places))]
            x, y = column + 0.5, row + 0.5
            wanted = 1.0 + 1.3 * (((x / COLUMNS - 0.46) / 0.4) ** 2 + ((y / ROWS - 0.5) / 0.42) ** 2)
            free = min(((x - a) ** 2 + (y - b) ** 2 for a, b in known), default=1e9) / (wanted * wanted)
            if free > most:
                best, most = (x, y), free
        known.append(best)
        fresh.append(best)
    return fresh
