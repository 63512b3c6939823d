"""Incidents as events of GB/T 47678.5: EVT-01, EVT-03, EVT-04 and EVT-05 at their boundaries, and the file."""

import csv
import io
from argparse import Namespace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from oneteam.exchange.commands import run_events
from oneteam.exchange.events import COLUMNS, event_records, hand_over_events
from oneteam.intake.acts import Established, open_incident
from oneteam.journal.actors import operator
from oneteam.journal.checks import Context, Failure, checks
from oneteam.journal.models import Act
from oneteam.kernel.clock import legal_day
from oneteam.kernel.errors import BadInputError, TableError
from oneteam.kernel.ids import uuid7
from oneteam.places.models import Place, PlaceKind
from oneteam.places.queries import place_of
from tests.world import AT, actor, receive

DAY = legal_day(AT)
MATTER = "F01-012"  # dumped household waste: 06010


def asked(check_id: str, **facts: Any) -> Failure | None:
    """Ask one check about a right event with some facts changed."""
    right = {
        "division": "990383", "event_type": "06010", "event_code": "99038306010", "number": "12", "day": DAY,
        "grid": "", "point": None, "attributes": dict.fromkeys(
            ("code", "name", "department_code", "department", "place", "grid"), "x"
        ),
    }  # fmt: skip
    context = Context(
        step="events.hand_over", object_id=uuid7(), state=None, actor=operator("x"), at=AT, facts={**right, **facts}
    )
    return checks()[check_id].function(context)


@pytest.mark.parametrize(
    ("kind", "fits"), [("06010", True), ("10001", True), ("06031", False), ("0601", False), ("", False)]
)
def test_evt_01_type_is_one_of_the_standard_or_flagged_local(*, kind: str, fits: bool) -> None:
    assert (asked("EVT-01", event_type=kind) is None) is fits


@pytest.mark.parametrize(
    ("code", "number", "fits"),
    [
        ("99038306010", "12", True),
        ("9903830601", "12", False),
        ("990383060100", "12", False),
        ("99038406010", "12", False),
        ("99038306010", "99038306010", False),
        ("99038306010", "", False),
        ("", "12", False),
    ],
)
def test_evt_03_code_has_eleven_digits_and_is_no_key(*, code: str, number: str, fits: bool) -> None:
    assert (asked("EVT-03", event_code=code, number=number) is None) is fits


@pytest.mark.parametrize("missing", ["code", "name", "department_code", "department", "place", "grid"])
def test_evt_05_names_the_attribute_that_is_missing_of_the_six(missing: str) -> None:
    whole = dict.fromkeys(("code", "name", "department_code", "department", "place", "grid"), "x")
    assert asked("EVT-05", attributes=whole) is None
    failure = asked("EVT-05", attributes={**whole, missing: " "})
    assert failure is not None
    assert "、" not in failure.fields["missing"].zh


@pytest.mark.usefixtures("city")
def test_evt_04_grid_of_fifteen_digits_holds_the_point() -> None:
    grid, other = Place.objects.filter(kind=PlaceKind.GRID).order_by("code")[:2]
    inside = (str(grid.lon), str(grid.lat))
    assert place_of(grid.lon, grid.lat, on=DAY).grid == grid.id
    assert asked("EVT-04", grid=grid.code, point=inside) is None
    assert asked("EVT-04", grid=grid.code) is None, "without a point the grid alone is asked"
    for wrong in (other.code, grid.code[:14], grid.code + "1", "", "111111" + grid.code[6:]):
        assert asked("EVT-04", grid=wrong, point=inside) is not None, wrong


def opened(**where: Any) -> int:
    """Open an incident of dumped waste somewhere; returns its number."""
    established = Established(matter=MATTER, field="F01", handling="service", urgency="general", **where)
    open_incident(actor=actor("shen.yulan"), at=AT, report=receive().id, established=established)
    return max(one.number for one in event_records(DAY, DAY))


@pytest.mark.usefixtures("city")
def test_incidents_of_a_day_are_handed_over_as_one_act(tmp_path: Path) -> None:
    grid = Place.objects.filter(kind=PlaceKind.GRID).order_by("code").first()
    assert grid is not None
    number = opened(lon=grid.lon, lat=grid.lat)
    file = tmp_path / "events.csv"
    done = run_events(Namespace(file=file, first=DAY, last=DAY, reason=""))
    rows = list(csv.reader(io.StringIO(file.read_text("utf-8-sig"))))
    assert (done, tuple(rows[0])) == (0, COLUMNS)
    (row,) = [dict(zip(COLUMNS, cells, strict=True)) for cells in rows[1:]]
    assert (row["number"], row["event_code"], row["grid"]) == (str(number), "99038306010", grid.code)
    assert (len(row["department_code"]), row["department"]) == (18, "云屿市综合行政执法局")
    act = Act.objects.get(kind="events.handed_over")
    assert (act.payload["count"], act.payload["first"], len(act.about)) == (1, DAY.isoformat(), 1)
    assert event_records(DAY - timedelta(days=1), DAY - timedelta(days=1)) == []


@pytest.mark.usefixtures("city")
def test_incident_without_a_place_stops_the_file_and_is_named() -> None:
    grid = Place.objects.filter(kind=PlaceKind.GRID).order_by("code").first()
    assert grid is not None
    opened(lon=grid.lon, lat=grid.lat)
    number = opened()
    with pytest.raises(TableError) as error:
        hand_over_events(actor=operator("x"), at=AT, first=DAY, last=DAY, reason="网格待定")
    assert {(fault.line, fault.column) for fault in error.value.faults} == {(number, "EVT-05")}
    assert not Act.objects.filter(kind="events.handed_over").exists()


@pytest.mark.usefixtures("city")
def test_named_grid_that_does_not_hold_the_point_needs_a_reason_that_stands_in_the_act() -> None:
    grid, other = Place.objects.filter(kind=PlaceKind.GRID).order_by("code")[:2]
    opened(place=other.id, lon=grid.lon, lat=grid.lat)
    with pytest.raises(TableError, match="EVT-04"):
        hand_over_events(actor=operator("x"), at=AT, first=DAY, last=DAY)
    hand_over_events(actor=operator("x"), at=AT, first=DAY, last=DAY, reason="边界正在调整")
    act = Act.objects.get(kind="events.handed_over")
    assert act.payload["overrides"] == [{"check": "EVT-04", "reason": "边界正在调整"}]


@pytest.mark.usefixtures("city")
def test_days_the_wrong_way_round_are_refused() -> None:
    with pytest.raises(BadInputError, match="before"):
        hand_over_events(actor=operator("x"), at=AT, first=DAY, last=DAY - timedelta(days=1))
