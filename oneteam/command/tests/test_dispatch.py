"""Who the desk proposes to send, and why."""

from datetime import date, timedelta
from uuid import UUID

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from oneteam.command.dispatch import Candidate, Spot, absent, dispatch_proposal, propose
from oneteam.command.tests.test_orders import incident, sent
from oneteam.journal.actors import operator
from oneteam.kernel.clock import legal_day
from oneteam.kernel.errors import MissingError
from oneteam.kernel.ids import uuid7
from oneteam.people.models import Certificate
from oneteam.people.standing_acts import end_certificate, enter_absence, register_certificate
from oneteam.places.models import Place
from tests.world import AT, actor, post_of

pytestmark = pytest.mark.usefixtures("city")

CLERK = operator("clerk")
TODAY = legal_day(AT)


def spot(code: str = "C07", handling: str = "service") -> Spot:
    return Spot(Place.objects.get(code=code).id, None, None, handling)


def person(username: str) -> UUID:
    return actor(username).person_id or uuid7()


def certify(username: str, last: date) -> UUID:
    first = TODAY - timedelta(days=400)
    who = person(username)
    known = Certificate.objects.filter(person=who).first()
    if known is not None:
        end_certificate(actor=CLERK, at=AT, certificate=known.id, valid_to=last, reason="换证")
        return known.id
    return register_certificate(
        actor=CLERK, at=AT, person=who, number=f"N{uuid7().hex[-8:]}", kind="enforcement", issued=first,
        valid_from=first, valid_to=last, exam_passed_on=first,
    )  # fmt: skip


def names(found: list[Candidate]) -> list[str]:
    return [one.post.name for one in found]


def test_nearest_on_duty_comes_first_with_minutes_and_reason() -> None:
    found = propose(spot(), AT)
    assert {"Fang Xiaohe", "Luo Chengye"} == set(names(found)[:2])
    assert all(one.covers and "Their ground" in one.reason for one in found[:2])
    minutes = [one.minutes for one in found if one.minutes is not None]
    assert minutes == sorted(minutes)
    assert min(minutes) >= 2


def test_orders_in_hand_count_as_minutes() -> None:
    first = propose(spot(), AT)[0]
    username = {"Fang Xiaohe": "fang.xiaohe", "Luo Chengye": "luo.chengye"}[first.post.name]
    for _number in range(20):
        sent(username=username)
    found = propose(spot(), AT)
    assert found[0].person != first.person
    assert next(one for one in found if one.person == first.person).open_orders == 20


@pytest.mark.parametrize(("last", "may"), [(TODAY, True), (TODAY - timedelta(days=1), False)])
def test_violation_takes_an_officer_whose_certificate_is_valid_that_day(*, last: date, may: bool) -> None:
    certify("luo.chengye", last)
    found = propose(spot(handling="enforcement"), AT)
    officer = next(one for one in found if one.post.name == "Luo Chengye")
    attendant = next(one for one in found if one.post.name == "Fang Xiaohe")
    assert officer.may is may
    assert attendant.may is False
    if may:
        assert found.index(officer) < found.index(attendant)
    else:
        assert any("No valid certificate" in fact for fact in officer.reason)


def test_officer_who_is_attendant_too_is_proposed_for_a_violation_under_the_officer_post_only() -> None:
    first = TODAY - timedelta(days=10)
    register_certificate(
        actor=CLERK, at=AT, person=actor("weng.shanxing", "officer").person_id or uuid7(), number="N-both",
        kind="enforcement", issued=first, valid_from=first, valid_to=TODAY, exam_passed_on=first,
    )  # fmt: skip
    found = [one for one in propose(spot("C01", "enforcement"), AT) if one.post.name == "Weng Shanxing"]
    assert [(one.post.role, one.may) for one in found] == [("officer", True), ("grid_attendant", False)]
    assert "Can look and pass on, not decide" in found[1].reason


def test_whoever_is_absent_is_left_out_and_named() -> None:
    enter_absence(
        actor=CLERK, at=AT, person=person("fang.xiaohe"), starts=AT - timedelta(hours=1),
        ends=AT + timedelta(hours=1), reason="leave",
    )  # fmt: skip
    assert "Fang Xiaohe" not in names(propose(spot(), AT))
    assert [(held.name, reason) for held, reason, _ends in absent(AT)] == [("Fang Xiaohe", "leave")]


def test_unknown_place_proposes_by_load_alone_and_estimates_no_way() -> None:
    found = propose(Spot(None, None, None, ""), AT)
    assert found
    assert all(one.minutes is None and not one.covers for one in found)


def test_proposal_for_an_incident_and_for_one_that_is_not_there() -> None:
    of = incident(place=Place.objects.get(code="C07").id)
    assert names(dispatch_proposal(of, AT))
    with pytest.raises(MissingError):
        dispatch_proposal(uuid7(), AT)


def test_proposal_costs_a_fixed_number_of_queries() -> None:
    of = incident(place=Place.objects.get(code="C07").id)
    dispatch_proposal(of, AT)
    with CaptureQueriesContext(connection) as one:
        dispatch_proposal(of, AT)
    for _number in range(5):
        sent(of)
    with CaptureQueriesContext(connection) as many:
        dispatch_proposal(of, AT)
    assert len(many) == len(one)
    assert len(one) <= 8
    assert post_of("fang.xiaohe", "grid_attendant").id in [each.post.id for each in dispatch_proposal(of, AT)]
