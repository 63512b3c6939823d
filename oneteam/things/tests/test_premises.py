"""Premises: where they are, whose, and their licences by date."""

import re
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from oneteam.journal.models import Act
from oneteam.kernel.clock import legal_day
from oneteam.kernel.errors import BadInputError, ConflictError, MissingError, NotAllowedError
from oneteam.kernel.ids import uuid7
from oneteam.people.standing import tied
from oneteam.places.models import Place
from oneteam.things import premises_acts as acts
from oneteam.things import queries
from oneteam.things.models import Licence, Premises
from oneteam.things.premises_acts import NewPremises
from oneteam.things.tests.making import CLERK, firm, shop
from tests.pages import page
from tests.world import AT, actor, browser

pytestmark = pytest.mark.usefixtures("city")
TODAY = legal_day(AT)
YEAR = timedelta(days=365)


def licence(premises: UUID, **values: Any) -> UUID:
    given = {
        "premises": premises, "name": "食品经营许可证", "number": "JY1", "issuer": "云屿市市场监督管理局",
        "valid_from": date(2025, 1, 1), "valid_to": date(2029, 12, 31), **values,
    }  # fmt: skip
    return acts.record_licence(actor=CLERK, at=AT, **given)


def test_premises_get_their_grid_from_the_point() -> None:
    made = Premises.objects.get(id=shop(firm()))
    assert made.grid is not None
    assert (made.grid.code, made.fields) == ("990383000012001", ["F01", "F28"])
    assert made.open_on(date(2024, 5, 1))
    assert not made.open_on(date(2024, 4, 30))
    act = Act.objects.get(kind="premises.registered")
    assert act.about == [made.party_id], "the party's file names them"


def test_premises_without_a_point_get_the_one_their_address_leads_to() -> None:
    made = Premises.objects.get(id=shop(firm(), lon=None, lat=None, address="海棠路97号"))
    road = Place.objects.get(code="R12")
    door = next(door for door in road.doors or [] if door[0] == 97)
    assert (float(made.lon), float(made.lat)) == (door[1], door[2])
    for address in ("建设路88号", "某处", "海棠路"):
        with pytest.raises(BadInputError, match="no point for certain"):
            shop(firm(2) if address == "建设路88号" else made.party_id, lon=None, lat=None, address=address)


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ({"lat": None}, "longitude and a latitude"),
        ({"lon": Decimal("27.55"), "lat": Decimal("120.55")}, "outside the region"),
        ({"name": ""}, "name is missing"),
        ({"address": "长" * 201}, "address is missing or longer"),
        ({"fields": ["F01", "F30"]}, "not F30"),
        ({"fields": ["消防"]}, "F01 to F29"),
    ],
)
def test_premises_that_cannot_be_right(values: dict[str, Any], reason: str) -> None:
    with pytest.raises(BadInputError, match=reason):
        shop(firm(), **values)
    assert not Premises.objects.exists()


def test_premises_of_nobody_are_refused_one_or_many() -> None:
    with pytest.raises(MissingError):
        shop(uuid7())
    known = firm()
    lines = [NewPremises(party=party, name="店", address="海棠路88号") for party in (known, uuid7())]
    with pytest.raises(MissingError):
        acts.register_premises_of(actor=CLERK, at=AT, premises=lines)
    made = acts.register_premises_of(actor=CLERK, at=AT, premises=lines[:1])
    assert [row.id for row in queries.premises_of(known)] == made


def test_moved_premises_get_another_grid_and_the_act_says_what_changed() -> None:
    made, grid = shop(firm()), Place.objects.get(code="990383000013001")
    acts.correct_premises(actor=CLERK, at=AT, premises=made, lon=grid.lon, lat=grid.lat, fields=["F28", "F01", "F01"])
    row = Premises.objects.get(id=made)
    assert row.grid_id == grid.id
    assert Act.objects.get(kind="premises.corrected").payload == {"changed": ["grid", "lat", "lon"]}
    before = Act.objects.count()
    acts.correct_premises(actor=CLERK, at=AT, premises=made, name="阿海面馆")
    assert Act.objects.count() == before
    with pytest.raises(BadInputError, match="cannot be corrected: party"):
        acts.correct_premises(actor=CLERK, at=AT, premises=made, party=firm(2))


def test_handed_over_premises_stand_in_both_files() -> None:
    one, two = firm(1), firm(2)
    made = shop(one)
    acts.hand_over_premises(actor=CLERK, at=AT, premises=made, party=two, since=TODAY)
    assert Premises.objects.get(id=made).party_id == two
    assert set(Act.objects.get(kind="premises.handed_over").about) == {one, two}
    with pytest.raises(ConflictError):
        acts.hand_over_premises(actor=CLERK, at=AT, premises=made, party=two, since=TODAY)
    with pytest.raises(MissingError):
        acts.hand_over_premises(actor=CLERK, at=AT, premises=made, party=uuid7(), since=TODAY)


def test_closed_premises_were_open_until_the_day_before() -> None:
    made = shop(firm())
    with pytest.raises(BadInputError, match="before they opened"):
        acts.close_premises(actor=CLERK, at=AT, premises=made, closed_on=date(2024, 5, 1))
    acts.close_premises(actor=CLERK, at=AT, premises=made, closed_on=TODAY)
    row = Premises.objects.get(id=made)
    assert row.open_on(TODAY - timedelta(days=1))
    assert not row.open_on(TODAY)
    with pytest.raises(ConflictError):
        acts.close_premises(actor=CLERK, at=AT, premises=made, closed_on=TODAY)


def test_licences_of_one_name_never_overlap() -> None:
    made = shop(firm())
    first = licence(made)
    for span in (
        {"valid_from": date(2029, 12, 31), "valid_to": None},
        {"valid_from": date(2020, 1, 1), "valid_to": date(2025, 1, 1)},
        {"valid_from": date(2026, 1, 1), "valid_to": date(2026, 1, 2)},
    ):
        with pytest.raises(BadInputError, match=r"overlaps licence JY1 \(2025-01-01 to 2029-12-31\)"):
            licence(made, number="JY2", **span)
    licence(made, number="JY2", valid_from=date(2030, 1, 1), valid_to=None)
    licence(made, number="JY0", valid_from=date(2020, 1, 1), valid_to=date(2024, 12, 31))
    licence(made, name="排污许可证", number="PW1")
    assert [row.number for row in queries.licences_on([made], TODAY)[made]] == ["PW1", "JY1"]
    acts.end_licence(actor=CLERK, at=AT, licence=first, valid_to=TODAY - timedelta(days=1))
    assert [row.number for row in queries.licences_on([made], TODAY)[made]] == ["PW1"]


def test_licence_that_cannot_be_right() -> None:
    made = shop(firm())
    with pytest.raises(BadInputError, match="end before it begins"):
        licence(made, valid_to=date(2024, 12, 31))
    with pytest.raises(BadInputError, match="number of the licence"):
        licence(made, number=" ")
    first = licence(made)
    for day in (date(2024, 12, 31), date(2030, 1, 1)):
        with pytest.raises(BadInputError, match="between 2025-01-01 and 2029-12-31"):
            acts.end_licence(actor=CLERK, at=AT, licence=first, valid_to=day)
    with pytest.raises(MissingError):
        acts.end_licence(actor=CLERK, at=AT, licence=uuid7(), valid_to=TODAY)
    with pytest.raises(MissingError):
        licence(uuid7())
    assert Licence.objects.count() == 1


def test_contractor_keeps_no_premises() -> None:
    made = firm()
    with pytest.raises(NotAllowedError):
        acts.register_premises(
            actor=actor("tao.suqin", "grid_attendant").__class__(**{**_values(), "role": "contractor_crew"}), at=AT,
            party=made, name="店", address="海棠路88号",
        )  # fmt: skip


def _values() -> dict[str, Any]:
    held = actor("tao.suqin")
    return {name: getattr(held, name) for name in held.__dataclass_fields__}


def test_off_03_tie_of_ones_own_is_declared_where_the_place_is_shown() -> None:
    made = shop(firm())
    client = browser("weng.shanxing", "officer")
    assert f"/directory/premises/{made}/tie/" in page(client, f"/directory/premises/{made}/")
    form = page(client, f"/directory/premises/{made}/tie/")
    seen = re.findall('name="seen" value="([^"]+)"', form)[0]
    answer = client.post(f"/directory/premises/{made}/tie/", {
        "kind": "property", "valid_from": TODAY.isoformat(), "seen": seen,
    })  # fmt: skip
    assert answer.status_code == 302
    officer = actor("weng.shanxing", "officer").person_id
    assert officer is not None
    assert tied([officer], TODAY, premises=[made]) == [officer]
