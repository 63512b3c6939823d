"""EVT-07: who verifies, and what the photos of the handled state must tell of place and time."""

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from oneteam.cases.acts import open_case
from oneteam.cases.tests.making import certify
from oneteam.command import acts
from oneteam.command.tests.test_orders import handled, incident, photo, sent, state
from oneteam.intake.acts import Established, open_incident
from oneteam.kernel.clock import legal_day
from oneteam.places.models import Place
from oneteam.places.queries import place_of
from oneteam.procedures.errors import RefusedError
from tests.world import AT, actor, browser, receive

pytestmark = pytest.mark.usefixtures("city")

NOON = {"taken_at": "2026-11-25T12:00:00"}
METRE = Decimal("0.000009")  # of latitude, in degrees


def handled_with(order: Any, before: Mapping[str, Any], after: Mapping[str, Any]) -> None:
    attendant = actor("fang.xiaohe")
    acts.handle_order(
        actor=attendant, at=AT, order=order, note="摊主已收摊", before=[replace(photo(), facts=before)],
        after=[replace(photo("green"), facts=after)],
    )  # fmt: skip


def accepted(lon: Decimal | None = None, lat: Decimal | None = None) -> Any:
    of = open_incident(
        actor=actor("shen.yulan"), at=AT, report=receive().id,
        established=Established(
            matter="F01-001", field="F01", handling="enforcement", urgency="urgent", lon=lon, lat=lat
        ),
    )  # fmt: skip
    order = sent(of)
    acts.accept_order(actor=actor("fang.xiaohe"), at=AT, order=order)
    return order


@pytest.mark.parametrize(
    ("before", "after", "refused"),
    [
        (NOON, {"taken_at": "2026-11-25T12:00:01"}, False),
        (NOON, {"taken_at": "2026-11-25T12:00:00"}, True),
        (NOON, {"taken_at": "2026-11-25T04:00:01+00:00"}, False),
        (NOON, {"taken_at": "2026-11-25T03:59:59+00:00"}, True),
        (NOON, {}, False),
        ({}, NOON, False),
        (NOON, {"taken_at": "yesterday"}, False),
    ],
)
def test_evt_07_photo_of_the_handled_state_is_the_younger_one(
    before: Mapping[str, Any], after: Mapping[str, Any], refused: bool
) -> None:
    order = accepted()
    handled_with(order, before, after)
    if refused:
        with pytest.raises(RefusedError, match="EVT-07"):
            acts.verify_order(actor=actor("luo.chengye"), at=AT, order=order)
        acts.refuse_verification(actor=actor("luo.chengye"), at=AT, order=order, reason="照片不对")
        handled_with(order, NOON, {"taken_at": "2026-11-25T13:00:00"})
    acts.verify_order(actor=actor("luo.chengye"), at=AT, order=order)
    assert state(order) == "verified"


def northern_edge() -> tuple[Decimal, Decimal]:
    """Return the last point of a grid, to a metre, on the way north from its middle."""
    grid = Place.objects.filter(kind="grid").order_by("code").first()
    assert grid is not None
    lon, lat = grid.lon, grid.lat
    assert lon is not None
    assert lat is not None
    while place_of(lon, lat + METRE, on=legal_day(AT)).grid == grid.id:
        lat += METRE
    return lon, lat


@pytest.mark.parametrize(("metres", "refused"), [(-120, False), (49, False), (51, True)])
def test_evt_07_photo_is_taken_in_the_grid_or_within_fifty_metres(metres: int, refused: bool) -> None:
    lon, lat = northern_edge()
    order = accepted(lon, lat)
    handled_with(order, {}, {"lon": str(lon), "lat": str(lat + metres * METRE)})
    if refused:
        with pytest.raises(RefusedError, match="EVT-07"):
            acts.verify_order(actor=actor("luo.chengye"), at=AT, order=order)
    else:
        acts.verify_order(actor=actor("luo.chengye"), at=AT, order=order)


def test_evt_07_refuses_the_second_officer_of_the_case() -> None:
    of = incident()
    order = handled(sent(of))
    certify("weng.shanxing", "luo.chengye")
    second = actor("luo.chengye", "officer").person_id
    assert second is not None
    open_case(actor=actor("weng.shanxing", "officer"), at=AT, second=second, incident=of)
    for officer in ("weng.shanxing", "luo.chengye"):
        with pytest.raises(RefusedError, match="EVT-07"):
            acts.verify_order(actor=actor(officer, "officer"), at=AT, order=order)
        with pytest.raises(RefusedError, match="EVT-07"):
            acts.refuse_verification(actor=actor(officer, "officer"), at=AT, order=order, reason="还在摆")
    acts.verify_order(actor=actor("shen.yulan"), at=AT, order=order)


def test_verifier_has_words_photos_time_and_place_of_the_handling_above_the_button() -> None:
    place = Place.objects.filter(lon__isnull=False).first()
    assert place is not None
    order = sent(incident(place=place.id))
    acts.accept_order(actor=actor("fang.xiaohe"), at=AT, order=order)
    spot = replace(photo("green"), facts={"lon": str(place.lon), "lat": str(place.lat + Decimal("0.0001"))})
    acts.handle_order(actor=actor("fang.xiaohe"), at=AT, order=order, note="摊主已收摊", before=[photo()], after=[spot])
    page = browser("luo.chengye", language="en").get(f"/orders/{order}/").content.decode()
    before, after = page.split(f'action="/orders/{order}/verify/"')
    shown = before[before.index("What was handled") :]
    for word in ("摊主已收摊", "Fang Xiaohe", "11 m from the spot"):
        assert word in shown
    assert shown.count('class="photo"') == 2
    assert 'class="photo"' not in after
