"""Points, lines and outlines: what lies inside, how far, how large."""

import math
from collections.abc import Sequence
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oneteam.kernel.geometry import (
    Box,
    Locator,
    Prepared,
    along,
    area,
    box,
    centre,
    crossing,
    inside,
    length,
    metres,
    nearest,
    scale,
)

SQUARE = [[0.0, 0.0], [10.0, 0.0], [10.0, 10.0], [0.0, 10.0], [0.0, 0.0]]
NOTCHED = [[0.0, 0.0], [10.0, 0.0], [10.0, 10.0], [5.0, 5.0], [0.0, 10.0], [0.0, 0.0]]
HOLE = [[4.0, 4.0], [6.0, 4.0], [6.0, 6.0], [4.0, 6.0], [4.0, 4.0]]
ISLAND = [[20.0, 0.0], [21.0, 0.0], [21.0, 1.0], [20.0, 1.0], [20.0, 0.0]]
BOW = [[0.0, 0.0], [10.0, 10.0], [10.0, 0.0], [0.0, 10.0], [0.0, 0.0]]


@pytest.mark.parametrize(
    ("outline", "lon", "lat", "expected"),
    [
        ([SQUARE], 5, 5, True),
        ([SQUARE], 9.999999, 5, True),
        ([SQUARE], 10.000001, 5, False),
        ([SQUARE], -0.000001, 5, False),
        ([SQUARE], 5, 10.000001, False),
        ([SQUARE], 5, -0.000001, False),
        ([NOTCHED], 5, 4.999999, True),
        ([NOTCHED], 5, 5.000001, False),
        ([NOTCHED], 1, 8.9, True),
        ([SQUARE, HOLE], 5, 5, False),
        ([SQUARE, HOLE], 3.999999, 5, True),
        ([SQUARE, ISLAND], 20.5, 0.5, True),
        ([SQUARE, ISLAND], 15, 0.5, False),
        ([], 5, 5, False),
    ],
)
def test_point_is_inside_or_outside_by_a_millionth_of_a_degree(
    outline: list[list[list[float]]], lon: float, lat: float, expected: bool
) -> None:
    assert inside(outline, lon, lat) is expected


degrees = st.integers(-400, 400).map(lambda n: n / 37)


@given(st.lists(degrees, min_size=1, max_size=6), degrees, degrees)
def test_point_on_a_shared_boundary_lies_in_exactly_one_neighbour(bends: list[float], lon: float, lat: float) -> None:
    """Two outlines that share a crooked line from south to north, and a point anywhere or on that very line."""
    line = [[bend, -20 + 40 * row / (len(bends) + 1)] for row, bend in enumerate([0.0, *bends, 0.0])]
    west = [[-20.0, -20.0], *line, [-20.0, 20.0], [-20.0, -20.0]]
    east = [[20.0, -20.0], [20.0, 20.0], *reversed(line), [20.0, -20.0]]
    for x, y in [(lon, lat), *((x, y) for x, y in line[1:-1]), *_middles(line)]:
        assert inside([west], x, y) + inside([east], x, y) == 1


def _middles(line: list[list[float]]) -> list[tuple[float, float]]:
    return [((x1 + x2) / 2, (y1 + y2) / 2) for (x1, y1), (x2, y2) in pairwise(line)]


def _geodesic(lon1: float, lat1: float, lon2: float, lat2: float) -> float:
    """Vincenty's inverse formula, as an oracle (metres)."""
    a, f = 6_378_137.0, 1 / 298.257_223_563
    b, u1, u2 = a * (1 - f), math.atan((1 - f) * math.tan(math.radians(lat1))), 0.0
    u2 = math.atan((1 - f) * math.tan(math.radians(lat2)))
    lam = difference = math.radians(lon2 - lon1)
    for _round in range(50):
        x = math.cos(u2) * math.sin(lam)
        y = math.cos(u1) * math.sin(u2) - math.sin(u1) * math.cos(u2) * math.cos(lam)
        sin_sigma = math.hypot(x, y)
        cos_sigma = math.sin(u1) * math.sin(u2) + math.cos(u1) * math.cos(u2) * math.cos(lam)
        sigma = math.atan2(sin_sigma, cos_sigma)
        sin_alpha = math.cos(u1) * math.cos(u2) * math.sin(lam) / sin_sigma
        cos2 = 1 - sin_alpha**2
        middle = cos_sigma - 2 * math.sin(u1) * math.sin(u2) / cos2 if cos2 else 0.0
        c = f / 16 * cos2 * (4 + f * (4 - 3 * cos2))
        lam = difference + (1 - c) * f * sin_alpha * (
            sigma + c * sin_sigma * (middle + c * cos_sigma * (2 * middle**2 - 1))
        )
    u = cos2 * (a * a - b * b) / (b * b)
    big_a = 1 + u / 16384 * (4096 + u * (-768 + u * (320 - 175 * u)))
    big_b = u / 1024 * (256 + u * (-128 + u * (74 - 47 * u)))
    delta = big_b * sin_sigma * (middle + big_b / 4 * (cos_sigma * (2 * middle**2 - 1)))
    return b * big_a * (sigma - delta)


@pytest.mark.parametrize(
    ("lon1", "lat1", "lon2", "lat2"),
    [
        (120.5, 27.5, 120.5001, 27.5001),
        (120.47, 27.47, 120.63, 27.63),
        (120.3, 27.4, 120.7, 27.7),
        (116.2, 39.7, 116.6, 40.0),
        (113.9, 22.4, 114.2, 22.6),
    ],
)
def test_distance_agrees_with_the_geodesic_to_a_thousandth(lon1: float, lat1: float, lon2: float, lat2: float) -> None:
    assert metres(lon1, lat1, lon2, lat2) == pytest.approx(_geodesic(lon1, lat1, lon2, lat2), rel=1e-3)


def test_area_leaves_holes_out_and_counts_islands() -> None:
    east, north = scale(27.505)
    block = [[120.5, 27.5], [120.51, 27.5], [120.51, 27.51], [120.5, 27.51], [120.5, 27.5]]
    yard = [[120.503, 27.503], [120.505, 27.503], [120.505, 27.505], [120.503, 27.505], [120.503, 27.503]]
    islet = [[x + 0.1, y] for x, y in yard]
    whole = 0.0001 * east * north
    assert area([block]) == pytest.approx(whole, rel=1e-3)
    assert area([block, yard]) == pytest.approx(whole * 0.96, rel=1e-3)
    assert area([block, islet]) == pytest.approx(whole * 1.04, rel=1e-3)
    assert area([block[::-1], yard]) == pytest.approx(whole * 0.96, rel=1e-3), "direction does not matter"


@pytest.mark.parametrize("outline", [[SQUARE], [NOTCHED], [SQUARE, HOLE], [SQUARE, ISLAND], [ISLAND, SQUARE]])
def test_centre_lies_inside(outline: list[list[list[float]]]) -> None:
    assert inside(outline, *centre(outline))


def test_nearest_point_of_a_line() -> None:
    line = [[120.5, 27.5], [120.51, 27.5], [120.51, 27.51]]
    found = nearest(line, 120.505, 27.501)
    assert found.leg == 0
    assert (found.lon, found.lat) == pytest.approx((120.505, 27.5))
    assert found.metres == pytest.approx(metres(120.505, 27.501, 120.505, 27.5), rel=1e-6)
    assert nearest(line, 120.52, 27.505).leg == 1
    assert nearest(line, 120.49, 27.49).lon == pytest.approx(120.5), "no further than the end"
    assert nearest([[120.5, 27.5]], 120.5, 27.501).metres == pytest.approx(110.8, abs=0.5)
    with pytest.raises(ValueError, match="without a position"):
        nearest([], 120.5, 27.5)


def test_share_of_a_line() -> None:
    line = [[120.5, 27.5], [120.51, 27.5], [120.51, 27.51]]
    assert along(line, 0) == (120.5, 27.5)
    assert along(line, 1) == (120.51, 27.51)
    lon, lat = along(line, 0.5)
    assert metres(120.5, 27.5, lon, 27.5) + metres(120.51, 27.5, 120.51, lat) == pytest.approx(
        length(line) / 2, rel=1e-3
    )


def test_crossing_edges_are_found() -> None:
    assert crossing([SQUARE]) is None
    assert crossing([SQUARE, HOLE]) is None
    assert crossing([BOW]) == (5.0, 5.0)
    assert crossing([SQUARE, [[5.0, 5.0], [15.0, 5.0], [15.0, 6.0], [5.0, 6.0], [5.0, 5.0]]]) is not None


def test_locator_finds_what_holds_a_point() -> None:
    grid = {
        (x, y): [[[x / 50, y / 50], [(x + 1) / 50, y / 50], [(x + 1) / 50, (y + 1) / 50], [x / 50, (y + 1) / 50],
                  [x / 50, y / 50]]]
        for x in range(-5, 5) for y in range(-5, 5)
    }  # fmt: skip
    locator = Locator(
        [*grid.items(), ("all", [[[-0.9, -0.9], [0.9, -0.9], [0.9, 0.9], [-0.9, 0.9], [-0.9, -0.9]]]), ("nothing", [])]
    )
    assert locator.find(0.05, -0.03) == [(2, -2), "all"]
    assert locator.find(0.02, 0.02) == [(1, 1), "all"], "a corner lies in one"
    assert locator.find(0.8, 0.8) == ["all"]
    assert locator.find(1, 0) == []
    assert box([SQUARE, ISLAND]) == Box(0.0, 0.0, 21.0, 10.0)


@given(
    st.lists(st.tuples(st.integers(0, 12), st.integers(0, 12)), min_size=3, max_size=40),
    st.floats(-1, 13),
    st.one_of(st.floats(-1, 13), st.integers(-1, 13).map(float)),
)
def test_prepared_outline_answers_as_the_outline_itself(corners: list[tuple[int, int]], lon: float, lat: float) -> None:
    outline: list[Sequence[Sequence[float]]] = [[*corners, corners[0]], HOLE]
    assert Prepared(outline).holds(lon, lat) == inside(outline, lon, lat)


def test_prepared_outline_without_ground_holds_nothing() -> None:
    assert not Prepared([]).holds(0, 0)
    assert not Prepared([[[0.0, 5.0], [9.0, 5.0], [0.0, 5.0]]]).holds(4, 5)
