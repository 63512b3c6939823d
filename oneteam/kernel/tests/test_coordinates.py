"""WGS 84 to GCJ-02 and back."""

import random

import pytest

from oneteam.kernel.coordinates import ROUND_TRIP, to_gcj02, to_wgs84
from oneteam.kernel.geometry import metres

# Points of the open formula as other programs give them (longitude, latitude): WGS 84, GCJ-02.
KNOWN = [
    ((121.5272106, 31.1774276), (121.531541859215, 31.17530398364597)),
    ((113.912316, 22.543847), (113.9171764808363, 22.540796131694766)),
    ((116.377817, 39.911954), (116.38404722455657, 39.91334545536069)),
]


@pytest.mark.parametrize(("wgs", "gcj"), KNOWN)
def test_shift_agrees_with_other_programs_to_a_millimetre(wgs: tuple[float, float], gcj: tuple[float, float]) -> None:
    assert metres(*to_gcj02(*wgs), *gcj) < 0.001
    assert metres(*to_wgs84(*gcj), *wgs) < 0.001


def test_way_back_is_as_exact_as_stated_over_the_mainland() -> None:
    draw = random.Random(47678)
    points = [(draw.uniform(73.5, 135.0), draw.uniform(18.0, 53.5)) for _point in range(5000)]
    points += [(105.0 + step * 1e-6, 35.0) for step in range(-50, 50)]  # where the formula has its kink
    assert max(metres(*point, *to_wgs84(*to_gcj02(*point))) for point in points) < ROUND_TRIP


def test_shift_is_hundreds_of_metres_in_the_demo_city() -> None:
    """What a forgotten conversion would do: the wrong side of a road, often the wrong grid."""
    assert 400 < metres(120.55, 27.55, *to_gcj02(120.55, 27.55)) < 600


@pytest.mark.parametrize("point", [(2.35, 48.86), (-74.0, 40.7), (72.003, 30.0), (120.0, 55.8272), (120.0, 0.8292)])
def test_nothing_is_shifted_outside_china(point: tuple[float, float]) -> None:
    assert to_gcj02(*point) == point
    assert to_wgs84(*point) == point
