"""Components and devices: identifiers, coordinates, states."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from oneteam.journal.models import Act
from oneteam.kernel.clock import legal_day
from oneteam.kernel.coordinates import to_gcj02
from oneteam.kernel.errors import BadInputError, ConflictError, MissingError, NotAllowedError, OneteamError
from oneteam.kernel.geometry import metres
from oneteam.kernel.ids import uuid7
from oneteam.people.models import Unit
from oneteam.places.models import Place
from oneteam.things import component_acts as acts
from oneteam.things import queries
from oneteam.things.component_acts import NewComponent
from oneteam.things.models import Component, Device
from oneteam.things.tests.making import CLERK, component, credit
from tests.world import AT, actor

pytestmark = pytest.mark.usefixtures("city")
TODAY = legal_day(AT)


def refused(**values: Any) -> Any:
    """Return the RefusedError (of a later room) that registering such a component meets; nothing is written."""
    before = (Act.objects.count(), Component.objects.count())
    with pytest.raises(OneteamError) as caught:
        component(**values)
    assert (Act.objects.count(), Component.objects.count()) == before
    assert type(caught.value).__name__ == "RefusedError"
    return caught.value


def test_evt_02_passes_seventeen_digits_of_the_region_and_a_known_type() -> None:
    made = Component.objects.get(id=component(1))
    assert (made.code, made.type) == ("99038301037000001", "01037")
    assert made.grid.code == "990383000012001"
    Component.objects.get(id=component(2, code="99038301037999999"))
    assert queries.component_by_code("99038301037999999") is not None


@pytest.mark.parametrize(
    ("code", "problem"),
    [
        ("9903830103700001", "old standard with 16 digits"),
        ("990383010370000011", "18 characters"),
        ("33038301037000001", "first six digits are 330383"),
        ("99038301016000001", "01016 is no type of component"),  # a gap in the standard
        ("99038309006000001", "09006 is no type of component"),  # a type of event
        ("99038301037000000", "from 000001"),
        ("", "0 characters"),
    ],
)
def test_evt_02_refuses_another_identifier_with_the_standard_behind_it(code: str, problem: str) -> None:
    error = refused(code=code)
    assert [failed.id for failed in error.failures] == ["EVT-02"]
    assert problem in str(error)
    assert "GB/T 47678.5" in str(error)


def test_evt_02_cannot_be_gone_against_with_a_reason() -> None:
    assert refused(code="123", overrides={"EVT-02": "没有别的号"}).failures[0].id == "EVT-02"


@pytest.mark.parametrize("accuracy", ["A", "B", "C"])
@pytest.mark.parametrize("system", ["CGCS2000", "WGS84"])
def test_evt_06_passes_known_systems_and_classes(system: str, accuracy: str) -> None:
    assert Component.objects.get(id=component(system=system, accuracy=accuracy)).accuracy == accuracy


@pytest.mark.parametrize(
    ("values", "problem"),
    [
        ({"accuracy": None}, "accuracy class"),
        ({"accuracy": "D"}, "accuracy class"),
        ({"system": "local"}, "“local” is not known"),
        ({"system": "GCJ02", "accuracy": "A"}, "class C, not A"),
        ({"system": "GCJ02", "accuracy": "B"}, "class C, not B"),
    ],
)
def test_evt_06_warns_and_a_reason_goes_on(values: dict[str, Any], problem: str) -> None:
    if values.get("system") == "GCJ02":
        values = {**values, **_gcj02()}
    error = refused(**values)
    assert [failed.id for failed in error.failures] == ["EVT-06"]
    assert error.failures[0].needs_reason
    assert problem in str(error)
    made = Component.objects.get(id=component(**values, overrides={"EVT-06": "老数据，下月重新测量"}))
    act = Act.objects.get(kind="component.registered")
    assert act.payload["overrides"] == [{"check": "EVT-06", "reason": "老数据，下月重新测量"}]
    assert made.accuracy in (None, "C")


def test_evt_06_point_of_gcj02_is_computed_back_and_of_class_c() -> None:
    grid = Place.objects.get(code="990383000012001")
    made = Component.objects.get(id=component(system="GCJ02", accuracy="C", **_gcj02()))
    assert metres(float(made.lon), float(made.lat), float(grid.lon), float(grid.lat)) < 0.2
    assert made.accuracy == "C"


def _gcj02() -> dict[str, Any]:
    grid = Place.objects.get(code="990383000012001")
    lon, lat = to_gcj02(float(grid.lon), float(grid.lat))
    return {"lon": Decimal(f"{lon:.6f}"), "lat": Decimal(f"{lat:.6f}")}


def test_every_failed_check_is_told_at_once() -> None:
    assert [failed.id for failed in refused(code="123", accuracy=None).failures] == ["EVT-02", "EVT-06"]


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ({"name": " "}, "needs its name"),
        ({"department_code": credit(9)[:17] + "0"}, "does not fit"),
        ({"lon": Decimal("120.70")}, "No unit grid holds"),
    ],
)
def test_component_that_cannot_be_right(values: dict[str, Any], reason: str) -> None:
    with pytest.raises(BadInputError, match=reason):
        component(**values)
    assert not Component.objects.exists()


def test_many_components_are_taken_or_none() -> None:
    component(1)
    unit, grid = Unit.objects.get(code="U03"), Place.objects.get(code="990383000012002")
    new = NewComponent(
        code="99038304002000001", name="行道树", unit=unit.id, department_code=credit(9, leading="11"), lon=grid.lon,
        lat=grid.lat, first_date=date(2025, 3, 1), accuracy="B",
    )  # fmt: skip
    lines = [new, replace(new, code="99038304002000002"), replace(new, code="99038301037000001")]
    with pytest.raises(BadInputError, match="99038301037000001 already"):
        acts.register_components(actor=CLERK, at=AT, components=lines)
    with pytest.raises(BadInputError, match="99038304002000001 already"):
        acts.register_components(actor=CLERK, at=AT, components=[new, new])
    assert Component.objects.count() == 1
    assert len(acts.register_components(actor=CLERK, at=AT, components=lines[:2])) == 2


def test_state_of_a_component_changes_with_its_day() -> None:
    made = component(1)
    change: dict[str, Any] = {"at": AT, "component": made}
    with pytest.raises(BadInputError, match="no state"):
        acts.change_component(actor=CLERK, **change, state="gone", changed_on=TODAY)
    with pytest.raises(ConflictError):
        acts.change_component(actor=CLERK, **change, state="intact", changed_on=TODAY)
    for day in (date(2025, 2, 28), TODAY + timedelta(days=1)):
        with pytest.raises(BadInputError, match="between the first record"):
            acts.change_component(actor=CLERK, **change, state="damaged", changed_on=day)
    acts.change_component(actor=actor("fang.xiaohe"), **change, state="damaged", changed_on=TODAY)
    row = Component.objects.get(id=made)
    assert (row.state, row.changed_on) == ("damaged", TODAY)
    with pytest.raises(MissingError):
        acts.change_component(actor=CLERK, at=AT, component=uuid7(), state="damaged", changed_on=TODAY)
    with pytest.raises(NotAllowedError):
        acts.register_components(actor=actor("fang.xiaohe"), at=AT, components=[_as_new(row)])


def _as_new(row: Component) -> NewComponent:
    return NewComponent(
        code="99038301037000077", name=row.name, unit=row.unit_id, department_code=row.department_code, lon=row.lon,
        lat=row.lat, first_date=row.first_date, accuracy="A",
    )  # fmt: skip


def device(**values: Any) -> Device:
    given = {
        "code": "CAM-1", "kind": "camera", "name": "海棠路监控", "unit": Unit.objects.get(code="U03").id,
        "used_from": date(2026, 1, 1), "lon": Decimal("120.52099"), "lat": Decimal("27.53430"), **values,
    }  # fmt: skip
    return Device.objects.get(id=acts.register_device(actor=CLERK, at=AT, **given))


def test_camera_has_a_point_and_a_vehicle_a_plate() -> None:
    assert device().grid is not None
    car = device(code="CAR-1", kind="vehicle", name="巡逻车", plate="浙c·12345", lon=None, lat=None)
    assert (car.plate, car.grid) == ("浙C12345", None)
    acts.retire_device(actor=CLERK, at=AT, device=car.id, used_to=TODAY)
    with pytest.raises(ConflictError):
        acts.retire_device(actor=CLERK, at=AT, device=car.id, used_to=TODAY)
    with pytest.raises(BadInputError, match="before it began"):
        acts.retire_device(actor=CLERK, at=AT, device=device(code="CAM-2").id, used_to=date(2025, 12, 31))
    with pytest.raises(MissingError):
        acts.retire_device(actor=CLERK, at=AT, device=uuid7(), used_to=TODAY)


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ({"kind": "robot"}, "no kind of device"),
        ({"code": " "}, "a code and a name"),
        ({"lon": None, "lat": None}, "has a point"),
        ({"kind": "drone"}, "no other device"),
        ({"plate": "浙C12345"}, "has a plate"),
        ({"kind": "vehicle", "lon": None, "lat": None}, "has a plate"),
        ({"kind": "vehicle", "lon": None, "lat": None, "plate": "浙C1"}, "five places"),
    ],
)
def test_device_that_cannot_be_right(values: dict[str, Any], reason: str) -> None:
    with pytest.raises(BadInputError, match=reason):
        device(**values)


def test_code_and_plate_of_a_device_stand_once() -> None:
    car = {"kind": "vehicle", "name": "巡逻车", "plate": "浙C12345", "lon": None, "lat": None}
    device(code="CAR-1", **car)
    with pytest.raises(BadInputError, match="CAR-1 already"):
        device(code="CAR-1", **car)
    with pytest.raises(BadInputError, match="this plate"):
        device(code="CAR-2", **car)


def old(code: str, name: str, **values: Any) -> NewComponent:
    """A component as old data have it, in the first grid of the Haitang community."""
    grid = Place.objects.get(code="990383000012001")
    return NewComponent(
        code=code, name=name, unit=Unit.objects.get(code="U03").id, department_code=credit(9, leading="11"),
        lon=grid.lon, lat=grid.lat, first_date=date(2019, 3, 1), accuracy="C", **values,
    )  # fmt: skip


def test_evt_09_passes_rows_whose_old_types_have_become_one_and_keeps_their_codes() -> None:
    rows = [old("9903830101000007", "上水井盖"), old("9903830405000001", "行道树"), old("9903830101000008", "供水井盖")]
    found = acts.register_old_components(actor=CLERK, at=AT, components=rows)
    codes = [Component.objects.get(id=each).code for each in found]
    assert codes == ["99038301001000007", "99038304002000001", "99038301001000008"]
    for each, row in zip(found, rows, strict=True):
        assert queries.component_by_code(row.code) == Component.objects.get(id=each)


def test_evt_09_names_every_row_without_a_type_and_takes_none_of_all() -> None:
    rows = [old("9903830101000007", "上水井盖"), old("9903830199000001", "某种井盖"), old("9903830301000002", "路灯")]
    with pytest.raises(OneteamError) as caught:
        acts.register_old_components(actor=CLERK, at=AT, components=rows)
    refusal: Any = caught.value  # a RefusedError, which is of a later room
    assert [failed.id for failed in refusal.failures] == ["EVT-09"]
    assert "2: 0199 某种井盖; 3: 0301 路灯" in str(caught.value)
    assert not Component.objects.exists()


def test_evt_09_warns_and_with_a_reason_these_rows_are_left_out() -> None:
    rows = [old("9903830101000007", "上水井盖"), old("9903830199000001", "某种井盖")]
    found = acts.register_old_components(actor=CLERK, at=AT, components=rows, overrides={"EVT-09": "下次普查补录"})
    assert Component.objects.get().id == found[0]


def test_two_old_types_that_became_one_never_share_a_number() -> None:
    component(7, code="99038301001000007", name="供水井盖")
    rows = [old("9903830101000007", "上水井盖"), old("9903830102000007", "供水井盖")]
    found = acts.register_old_components(actor=CLERK, at=AT, components=rows)
    codes = [Component.objects.get(id=each).code for each in found]
    assert codes == ["99038301001000008", "99038301001000009"]


@pytest.mark.parametrize("code", ["99038301001000007", "1101010101000007", "99038301010000X7", ""])
def test_code_that_is_none_of_the_old_standard_is_refused_by_row(code: str) -> None:
    with pytest.raises(BadInputError, match="Row 2"):
        acts.register_old_components(
            actor=CLERK, at=AT, components=[old("9903830101000007", "上水井盖"), old(code, "上水井盖")]
        )
