"""The city divided: communities with their areas, and the unit grids within them, on the raster."""

import heapq
import random
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from oneteam.demo.growth import Labels, fill, grow, mainland, smooth, spread
from oneteam.demo.outlines import Arc, arcs
from oneteam.demo.terrain import Mask, Terrain, cell, cells_of, degrees, raster

COMMUNITIES = 102
GRIDS = (3, 6)  # in a community, at least and at most
CELLS_OF_A_GRID = 150


@dataclass(frozen=True, slots=True)
class Community:
    """A community before it has a shape. `named`: it stands in the file with a code of its own."""

    code: str
    zh: str
    en: str
    aliases: tuple[str, ...]
    area: str
    at: tuple[float, float]
    named: bool


@dataclass(frozen=True, slots=True)
class Division:
    """Grids as labels (1, 2, …), whose they are (index of the community), in which order, and their boundaries."""

    communities: list[Community]
    labels: Labels
    owner: Mapping[int, int]
    arcs: list[Arc]

    def grids_of(self, community: int) -> list[int]:
        """Return the labels of a community's grids in the order of their numbers."""
        return [label for label, owner in self.owner.items() if owner == community]


def divide(draw: random.Random, country: Terrain, names: Mapping[str, Any]) -> Division:
    """Divide the land among named communities and as many more as are missing, then each into unit grids."""
    named = names["communities"]
    known = [tuple(entry["at"]) for part in ("communities", "landmarks", "roads") for entry in names[part]]
    dry = mainland(country.land, cell(*named[0]["at"]))
    fresh = [degrees(*point) for point in spread(draw, dry, [raster(*at) for at in known], COMMUNITIES - len(named))]
    points = [(entry["at"][0], entry["at"][1]) for entry in named] + fresh
    seeds = [(number, cell(*at)) for number, at in enumerate(points, 1)]
    number_of = {entry["code"]: number for number, entry in enumerate(named, 1)}
    for entry in names["landmarks"]:  # a landmark lies in its community, whatever its neighbours would take
        number = number_of[entry["community"]]
        seeds += [(number, at) for at in cells_of([raster(*points[number - 1]), raster(*entry["at"])])]
    by_community = fill(country.land, grow(country.land, country.rough, seeds))
    areas = _areas(by_community, names)
    communities, order = _named(points, areas, names)
    labels, owner = _grids(draw, country, by_community, order)
    labels = smooth(labels)
    return Division(communities, labels, owner, arcs(labels))


def _areas(by_community: Labels, names: Mapping[str, Any]) -> dict[int, str]:
    """Return the area of each community: it grows from the spine, and no part of it hangs apart."""
    at = {entry["code"]: raster(*entry["at"]) for entry in names["communities"]}
    beside = _neighbours(by_community)
    queue: list[tuple[float, int, int]] = []
    for number, area in enumerate(names["areas"], 1):
        along = [int(by_community[place]) for place in cells_of([at[code] for code in area["spine"]])]
        queue += [(0.0, number, community) for community in along if community]
    middle = {n: np.argwhere(by_community == n).mean(axis=0) for n in beside}
    area_of: dict[int, int] = {}
    heapq.heapify(queue)
    while queue:
        far, number, community = heapq.heappop(queue)
        if community not in area_of:
            area_of[community] = number
            for other in sorted(beside[community]):
                heapq.heappush(queue, (far + float(np.hypot(*(middle[other] - middle[community]))), number, other))
    for number, entry in enumerate(names["communities"], 1):
        area_of[number] = 1 + [area["code"] for area in names["areas"]].index(entry["area"])
    for number, area in enumerate(names["areas"], 1):
        home = 1 + [entry["code"] for entry in names["communities"]].index(area["spine"][0])
        joined, stack = {home}, [home]
        while stack:
            fresh = [n for n in beside[stack.pop()] if area_of[n] == number and n not in joined]
            joined.update(fresh)
            stack += fresh
        for apart in sorted(c for c, of in area_of.items() if of == number and c not in joined):
            others = [area_of[n] for n in sorted(beside[apart]) if area_of[n] != number]
            area_of[apart] = max(sorted(set(others)), key=others.count)
    return {community: names["areas"][number - 1]["code"] for community, number in area_of.items()}


def _neighbours(labels: Labels) -> dict[int, set[int]]:
    beside: dict[int, set[int]] = defaultdict(set)
    for one, two in ((labels[:-1], labels[1:]), (labels[:, :-1], labels[:, 1:])):
        for a, b in {(int(a), int(b)) for a, b in zip(one.flat, two.flat, strict=True) if a != b and a and b}:
            beside[a].add(b)
            beside[b].add(a)
    return beside


def _named(
    points: list[tuple[float, float]], areas: Mapping[int, str], names: Mapping[str, Any]
) -> tuple[list[Community], list[int]]:
    """Return the communities in the order of their codes, and their numbers on the raster in that order."""
    found = [
        Community(
            entry["code"], entry["name"]["zh"], entry["name"]["en"], tuple(entry["aliases"]), entry["area"],
            (entry["at"][0], entry["at"][1]), named=True,
        )
        for entry in names["communities"]
    ]  # fmt: skip
    order = list(range(1, len(found) + 1))
    for area in names["areas"]:
        stems = iter(names["more_communities"][area["code"]])
        mine = [n for n in range(len(names["communities"]) + 1, len(points) + 1) if areas[n] == area["code"]]
        for number in sorted(mine, key=lambda n: (-round(points[n - 1][1], 2), points[n - 1][0])):
            zh, en = next(stems).split()
            found.append(
                Community(
                    f"C{len(found) + 1:02}", f"{zh}社区", f"{en} Community", (f"{zh}居委会",), area["code"],
                    points[number - 1], named=False,
                )
            )  # fmt: skip
            order.append(number)
    return found, order


def _grids(
    draw: random.Random, country: Terrain, by_community: Labels, order: list[int]
) -> tuple[Labels, dict[int, int]]:
    """Return the grids, and whose they are: the index of the community in the order of the codes."""
    seeds: list[tuple[int, tuple[int, int]]] = []
    owner: dict[int, int] = {}
    for index, community in enumerate(order):
        mine: Mask = by_community == community
        count = min(GRIDS[1], max(GRIDS[0], round(float(mine.sum()) / CELLS_OF_A_GRID)))
        points = sorted(spread(draw, mine, [], count, tries=20), key=lambda point: (-point[1], point[0]))
        for column, row in points:
            owner[len(owner) + 1] = index
            seeds.append((len(owner), (int(row), int(column))))
    grown = grow(country.land, country.rough, seeds, within=by_community)
    return fill(country.land, grown, within=by_community), owner
