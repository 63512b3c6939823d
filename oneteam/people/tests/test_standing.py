"""Certificates, absences and ties, and the checks that read them, at their boundary values."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from oneteam.journal.actors import operator
from oneteam.journal.checks import Context, require
from oneteam.journal.models import Act
from oneteam.journal.subjects import read_personal
from oneteam.kernel.clock import legal_day
from oneteam.kernel.errors import BadInputError, MissingError, NotAllowedError, OneteamError
from oneteam.kernel.ids import uuid7
from oneteam.people import acts, standing_acts
from oneteam.people.models import Certificate, Interest, Unit
from oneteam.people.queries import absent_from_duty, certificate_on, interests_of, on_duty
from tests.pages import page
from tests.world import AT, actor, browser

pytestmark = pytest.mark.usefixtures("city")

CLERK = operator("clerk")
TODAY = legal_day(AT)
DAY = timedelta(days=1)
HOUR = timedelta(hours=1)


def person(name: str = "Tester") -> UUID:
    return acts.register_person(actor=CLERK, at=AT, name_zh="测试员", name_en=name)


def certify(who: UUID, first: date = TODAY, last: date = TODAY, **more: Any) -> UUID:
    values: dict[str, Any] = {
        "number": f"N{uuid7().hex[-10:]}", "kind": "enforcement", "issued": first, "exam_passed_on": first, **more,
    }  # fmt: skip
    return standing_acts.register_certificate(actor=CLERK, at=AT, person=who, valid_from=first, valid_to=last, **values)


def give(who: UUID, role: str, first: date = TODAY, last: date | None = None) -> UUID:
    return acts.give_post(
        actor=CLERK, at=AT, person=who, unit=Unit.objects.get(code="U01").id, role=role, title_zh="岗位",
        title_en="Post", valid_from=first, valid_to=last,
    )  # fmt: skip


def asked(check: str, **facts: Any) -> str:
    """Ask a check as of the tests' day; return what it says against, "" for nothing."""
    context = Context(step="probe.step", object_id=uuid7(), state=None, actor=CLERK, at=AT, facts=facts)
    try:
        require(check, context=context)
    except OneteamError as error:
        _heading, line = str(error).splitlines()
        assert line.startswith(f"{check}: ")
        return line
    return ""


def officers(*spans: tuple[int, int]) -> Sequence[UUID]:
    """Register people with certificates valid from so many to so many days after today."""
    found = []
    for number, (first, last) in enumerate(spans):
        who = person(f"Officer {number}")
        certify(who, TODAY + first * DAY, TODAY + last * DAY)
        found.append(who)
    return found


@pytest.mark.parametrize("spans", [((0, 0), (-9, 9)), ((-9, 0), (0, 9)), ((0, 0), (0, 0), (0, 0))])
def test_off_01_two_with_certificates_valid_that_day_pass(spans: tuple[tuple[int, int], ...]) -> None:
    assert asked("OFF-01", officers=officers(*spans)) == ""


def test_off_01_certificate_that_expired_yesterday_is_refused_and_named() -> None:
    said = asked("OFF-01", officers=officers((0, 0), (-9, -1)))
    assert "Officer 1" in said
    assert f"expired on {TODAY - DAY}" in said
    assert "art. 42" in said


def test_off_01_certificate_from_tomorrow_is_refused() -> None:
    assert f"valid only from {TODAY + DAY}" in asked("OFF-01", officers=officers((0, 0), (1, 9)))


def test_off_01_one_officer_or_the_same_twice_or_nobody_is_refused() -> None:
    (one,) = officers((0, 0))
    assert "there are 1" in asked("OFF-01", officers=[one])
    assert "there are 1" in asked("OFF-01", officers=[one, one])
    assert asked("OFF-01", officers=[])
    assert "no certificate" in asked("OFF-01", officers=[one, person()])


def test_off_01_certificate_for_supervision_gives_no_power() -> None:
    (one,), other = officers((0, 0)), person()
    certify(other, kind="supervision")
    assert asked("OFF-01", officers=[one, other])


def test_off_01_costs_the_same_for_two_and_for_ten() -> None:
    few, many = officers(*[(0, 0)] * 2), officers(*[(0, 0)] * 10)
    costs = []
    for who in (few, many):
        with CaptureQueriesContext(connection) as captured:
            assert asked("OFF-01", officers=who) == ""
        costs.append(len(captured))
    assert costs[0] == costs[1]


@pytest.mark.parametrize(
    ("passed", "refused"),
    [
        (date(2021, 11, 25), False),  # five years to the day
        (date(2021, 11, 24), True),
        (date(2026, 11, 25), False),
        (None, True),
    ],
)
def test_off_02_exam_counts_for_five_years(passed: date | None, refused: bool) -> None:
    facts = {"requested_on": date(2026, 11, 25), "exam_passed_on": passed, "enforcement_staff": False}
    assert bool(asked("OFF-02", **facts)) is refused
    assert asked("OFF-02", **{**facts, "enforcement_staff": True}) == "", "who is staff already needs none"


def test_off_02_leap_day_counts_to_the_last_of_february() -> None:
    facts = {"exam_passed_on": date(2024, 2, 29), "enforcement_staff": False}
    assert asked("OFF-02", **facts, requested_on=date(2029, 2, 28)) == ""
    assert asked("OFF-02", **facts, requested_on=date(2029, 3, 1))


def test_off_02_is_gone_against_with_a_reason_that_stands_in_the_act() -> None:
    who = person()
    old = TODAY - 2000 * DAY
    with pytest.raises(OneteamError, match="OFF-02"):
        certify(who, exam_passed_on=old)
    assert not Certificate.objects.filter(person=who).exists()
    made = certify(who, exam_passed_on=old, overrides={"OFF-02": "passed again last week, list to come"})
    act = Act.objects.get(stream=made, kind="certificate.registered")
    assert act.payload["overrides"] == [{"check": "OFF-02", "reason": "passed again last week, list to come"}]
    give(officer := person(), "officer")
    assert certify(officer, exam_passed_on=old), "enforcement staff"


def test_off_03_tie_to_party_premises_or_name_is_refused() -> None:
    who, free, party, premises = person("Tied One"), person("Free One"), uuid7(), uuid7()
    for more in ({"party": party}, {"premises": premises}, {"name": "林 大海"}):
        standing_acts.declare_interest(actor=CLERK, at=AT, person=who, kind="kinship", valid_from=TODAY, **more)
    for fact in ({"parties": [party]}, {"premises": [premises]}, {"names": ["林大海"]}):
        said = asked("OFF-03", officers=[free, who], **fact)
        assert "Tied One" in said
        assert "Free One" not in said
        assert asked("OFF-03", officers=[free], **fact) == ""
    assert asked("OFF-03", officers=[who], parties=[uuid7()], names=["林大", ""]) == ""


@pytest.mark.parametrize(
    ("first", "last", "refused"), [(0, 0, True), (1, None, False), (-9, -1, False), (-9, None, True)]
)
def test_off_03_tie_holds_from_its_first_to_its_last_day(first: int, last: int | None, refused: bool) -> None:
    who, party = person(), uuid7()
    made = standing_acts.declare_interest(
        actor=CLERK, at=AT, person=who, kind="property", valid_from=TODAY + first * DAY, party=party
    )
    if last is not None:
        standing_acts.end_interest(actor=CLERK, at=AT, interest=made, valid_to=TODAY + last * DAY)
    assert bool(asked("OFF-03", officers=[who], parties=[party])) is refused
    assert bool(interests_of(who, TODAY)) is refused


def test_name_of_a_tie_is_kept_encrypted_and_only_its_hash_stands_in_the_row() -> None:
    made = standing_acts.declare_interest(
        actor=CLERK, at=AT, person=person(), kind="kinship", valid_from=TODAY, name="林大海"
    )
    row, act = Interest.objects.get(id=made), Act.objects.get(stream=made)
    assert "林大海".encode() not in bytes(row.name_mark or b"")
    assert "林大海" not in str(act.payload)
    assert read_personal([act.id])[act.id]["name"] == "林大海"


def test_everybody_declares_their_own_tie_and_nobody_ends_it() -> None:
    me = actor("shen.yulan")
    assert me.person_id is not None
    values: dict[str, Any] = {"kind": "work", "valid_from": TODAY, "party": uuid7()}
    made = standing_acts.declare_interest(actor=me, at=AT, person=me.person_id, **values)
    with pytest.raises(NotAllowedError):
        standing_acts.declare_interest(actor=me, at=AT, person=person(), **values)
    with pytest.raises(NotAllowedError):
        standing_acts.end_interest(actor=me, at=AT, interest=made, valid_to=TODAY)
    for wrong in ({**values, "party": None}, {**values, "name": "x"}, {**values, "kind": "grudge"}):
        with pytest.raises(BadInputError):
            standing_acts.declare_interest(actor=CLERK, at=AT, person=me.person_id, **wrong)


@pytest.mark.parametrize(
    ("first", "last", "refused"),
    [(-5, -1, False), (-5, 0, True), (3, 4, True), (10, 20, True), (11, 20, False)],
)
def test_overlapping_certificate_is_refused_and_names_the_other(first: int, last: int, refused: bool) -> None:
    who = person()
    certify(who, TODAY, TODAY + 10 * DAY, number="Z-1")
    if not refused:
        assert certify(who, TODAY + first * DAY, TODAY + last * DAY)
        return
    with pytest.raises(BadInputError, match="overlaps certificate Z-1"):
        certify(who, TODAY + first * DAY, TODAY + last * DAY)
    assert Act.objects.filter(kind="certificate.registered", about__contains=[who]).count() == 1


def test_certificate_with_a_taken_number_backward_span_or_unknown_kind_is_refused() -> None:
    certify(person(), number="Z-1")
    for more in ({"number": "Z-1"}, {"last": TODAY - DAY}, {"kind": "driving"}):
        with pytest.raises(BadInputError):
            certify(person(), **more)
    with pytest.raises(MissingError):
        certify(uuid7())


def test_certificate_ends_within_its_span_with_a_reason() -> None:
    who = person()
    made = certify(who, TODAY - 5 * DAY, TODAY + 5 * DAY)
    for day, reason in ((TODAY + 6 * DAY, "lost"), (TODAY - 6 * DAY, "lost"), (TODAY, " ")):
        with pytest.raises(BadInputError):
            standing_acts.end_certificate(actor=CLERK, at=AT, certificate=made, valid_to=day, reason=reason)
    standing_acts.end_certificate(actor=CLERK, at=AT, certificate=made, valid_to=TODAY, reason="withdrawn")
    assert certificate_on(who, TODAY)
    assert certificate_on(who, TODAY + DAY) is None


def test_absent_ones_are_not_on_duty_from_the_first_minute_until_before_the_last() -> None:
    who = person()
    post = give(who, "officer")
    acts.plan_duty(actor=CLERK, at=AT, post=post, starts=AT, ends=AT + 9 * HOUR)
    made = standing_acts.enter_absence(
        actor=CLERK, at=AT, person=who, starts=AT + HOUR, ends=AT + 3 * HOUR, reason="training"
    )

    def there(hours: float) -> bool:
        moment = AT + hours * HOUR
        found = post in {held.id for held in on_duty(moment, ["officer"])}
        away = {held.id: info.reason for held, info in absent_from_duty(moment, ["officer"])}
        assert away.get(post) == (None if found else "training")
        return found

    assert [there(hours) for hours in (0.99, 1, 2.99, 3)] == [True, False, False, True]
    standing_acts.shorten_absence(actor=CLERK, at=AT, absence=made, ends=AT + 2 * HOUR)
    assert there(2)
    for moment in (AT + HOUR, AT + 3 * HOUR):
        with pytest.raises(BadInputError):
            standing_acts.shorten_absence(actor=CLERK, at=AT, absence=made, ends=moment)


def test_absence_that_overlaps_or_has_no_length_or_reason_is_refused() -> None:
    who = person()
    values: dict[str, Any] = {"actor": CLERK, "at": AT, "person": who, "reason": "leave"}
    standing_acts.enter_absence(**values, starts=AT, ends=AT + HOUR)
    with pytest.raises(BadInputError, match="already"):
        standing_acts.enter_absence(**values, starts=AT + HOUR / 2, ends=AT + 2 * HOUR)
    assert standing_acts.enter_absence(**values, starts=AT + HOUR, ends=AT + 2 * HOUR), "the next minute"
    for wrong in ({"ends": AT - HOUR}, {"ends": AT - 2 * HOUR}, {"ends": AT, "reason": "illness"}):
        with pytest.raises(BadInputError):
            standing_acts.enter_absence(**{**values, "starts": AT - HOUR, **wrong})


def test_officer_declares_a_tie_of_his_own_and_sees_it() -> None:
    client = browser("weng.shanxing", "officer")
    me = actor("weng.shanxing", "officer").person_id
    assert me is not None
    answer = client.post("/ties/", {"kind": "kinship", "name": "林大海", "valid_from": TODAY.isoformat()})
    assert answer.status_code == 302
    assert asked("OFF-03", officers=[me], names=["林大海"])
    text = page(client, "/ties/")
    assert "亲属" in text
    assert "林大海" not in text, "the name is kept encrypted"
    assert client.post("/ties/", {"kind": "kinship", "name": "", "valid_from": "x"}).status_code == 422
    assert Interest.objects.filter(person=me).count() == 1
    with pytest.raises(NotAllowedError):
        standing_acts.declare_interest(actor=CLERK, at=AT, kind="kinship", valid_from=TODAY, name="林大海")
