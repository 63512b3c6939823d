"""The made-up city: complete, without gaps or overlaps, natural, and the same everywhere."""

import hashlib
import json
import random
import subprocess
import sys
from collections import Counter
from dataclasses import asdict
from itertools import pairwise

import pytest

from oneteam.demo.ground import FILE, Ground, Made, ground, names
from oneteam.kernel.citycodes import check_grid_code
from oneteam.kernel.geometry import Locator, area, box, crossing, inside, length, metres, nearest


@pytest.fixture(scope="module")
def city() -> Ground:
    return ground(whole=True)


def by_code(city: Ground) -> dict[str, Made]:
    return {place.code: place for place in city.places}


def locator(city: Ground, kind: str) -> Locator[str]:
    return Locator((place.code, place.outline or []) for place in city.of(kind))


def test_city_has_the_structure_of_its_model(city: Ground) -> None:
    counts = Counter(place.kind for place in city.places)
    assert (counts["area"], counts["community"], counts["station"]) == (5, 102, 26)
    assert counts["grid"] >= 400
    assert counts["road"] >= 150
    assert counts["landmark"] >= 300
    assert counts["shop"] >= 400
    assert len(by_code(city)) == len(city.places), "no code twice"
    grids = Counter(place.parent for place in city.of("grid"))
    assert set(grids) == {place.code for place in city.of("community")}
    assert all(3 <= count <= 6 for count in grids.values())
    for grid in city.of("grid"):
        check_grid_code(grid.code, division=city.code)
        assert grid.parent == f"C{int(grid.code[9:12]):02}"


def test_parents_stand_before_their_children(city: Ground) -> None:
    seen: set[str] = set()
    for place in city.places:
        assert place.parent is None or place.parent in seen
        seen.add(place.code)


def test_names_are_unique_but_where_life_repeats_them(city: Ground) -> None:
    for kind in ("area", "community", "grid", "station", "landmark"):
        counts = Counter(place.zh for place in city.of(kind))
        assert max(counts.values()) == 1, kind
    twice = {name for name, count in Counter(place.zh for place in city.of("road")).items() if count > 1}
    assert twice == {"建设路", "人民路", "解放路"}
    places = by_code(city)
    shops = Counter((place.zh, places[str(place.parent)].parent) for place in city.of("shop"))
    assert max(shops.values()) == 1, "a shop's name is unique in its area"
    assert all(place.zh and place.en and place.en.isascii() for place in city.places)


def test_every_point_of_the_region_lies_in_one_grid_one_community_and_one_area(city: Ground) -> None:
    draw, around = random.Random(1), box(city.outline)
    kinds = {kind: locator(city, kind) for kind in ("area", "community", "grid")}
    places, hits = by_code(city), 0
    for _point in range(4000):
        lon, lat = draw.uniform(around.west, around.east), draw.uniform(around.south, around.north)
        found = {kind: here.find(lon, lat) for kind, here in kinds.items()}
        if not inside(city.outline, lon, lat):
            assert found == {"area": [], "community": [], "grid": []}
            continue
        hits += 1
        [grid], [community], [whole] = found["grid"], found["community"], found["area"]
        assert places[grid].parent == community
        assert places[community].parent == whole
    assert hits > 2000


def test_corners_of_shared_boundaries_lie_in_at_most_one_grid(city: Ground) -> None:
    grids = locator(city, "grid")
    corners = {tuple(position) for place in city.of("grid")[:60] for ring in place.outline or [] for position in ring}
    assert max(len(grids.find(*corner)) for corner in corners) == 1


def test_no_outline_crosses_itself_or_has_the_corners_of_a_box(city: Ground) -> None:
    for place in city.of("area", "community", "grid"):
        assert place.outline
        assert crossing(place.outline) is None, place.code
    for place in city.of("community"):
        assert place.outline
        around = box(place.outline)
        boxed = area([[(around.west, around.south), (around.east, around.south), (around.east, around.north),
                       (around.west, around.north), (around.west, around.south)]])  # fmt: skip
        assert sum(map(len, place.outline)) >= 20, place.code
        assert area(place.outline) < 0.9 * boxed, place.code
        longest = max(metres(*one, *two) for ring in place.outline for one, two in pairwise(ring))
        assert longest < 1200, place.code


def test_areas_hang_together_and_islands_belong_to_somebody(city: Ground) -> None:
    for place in city.of("area"):
        assert place.outline
        sizes = sorted((area([ring]) for ring in place.outline), reverse=True)
        assert sizes[0] > 0.9 * sum(sizes), place.code
    assert len(city.outline) >= 4, "islands"
    assert 180e6 < area(city.outline) < 300e6


def test_points_lie_where_they_say(city: Ground) -> None:
    communities, areas = locator(city, "community"), locator(city, "area")
    for place in city.of("station", "landmark", "shop"):
        assert communities.find(place.lon, place.lat) == [place.parent], place.code
    for place in city.of("road", "community"):
        assert areas.find(place.lon, place.lat) == [place.parent], place.code
    for place in city.of("area", "community", "grid"):
        assert inside(place.outline or [], place.lon, place.lat), place.code


def test_roads_are_as_long_as_their_kind_and_doors_stand_at_their_side(city: Ground) -> None:
    for road in city.of("road"):
        assert len(road.line) >= 2
        assert 60 < length(road.line) < 20_000, road.code
        assert len({number for number, _lon, _lat in road.numbers}) == len(road.numbers) >= 2
        assert all(nearest(road.line, lon, lat).metres < 20 for _number, lon, lat in road.numbers), road.code
    sides = {
        number % 2: nearest(city.of("road")[0].line, lon, lat) for number, lon, lat in city.of("road")[0].numbers[:2]
    }
    assert len(sides) == 2


def test_small_city_is_a_part_of_the_whole_one(city: Ground) -> None:
    small = ground(whole=False)
    assert all(place in city.places for place in small.places)
    named = {entry["code"] for entry in names()["communities"]}
    assert Counter(place.kind for place in small.places) == {
        "area": 5, "community": 20, "grid": sum(place.parent in named for place in city.of("grid")),
        "station": 3, "road": 41, "landmark": 42,
    }  # fmt: skip


def _digest(made: Ground) -> str:
    return hashlib.sha256(json.dumps(asdict(made), sort_keys=True).encode()).hexdigest()


def test_same_seed_makes_the_same_city_in_another_process(city: Ground) -> None:
    program = (
        "import hashlib, json; from dataclasses import asdict; from oneteam.demo.ground import ground;"
        "print(hashlib.sha256(json.dumps(asdict(ground(whole=True)), sort_keys=True).encode()).hexdigest())"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=FILE.parents[1]
    )  # fmt: skip
    assert done.stdout.strip() == _digest(city)
