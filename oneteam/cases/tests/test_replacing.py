"""An officer of a case is replaced: what blocks the rest goes on with a pair that may handle it."""

from typing import Any
from uuid import UUID

import pytest

from oneteam.cases.replacing import replace_officer
from oneteam.cases.tests.making import (
    DAY,
    FIRST,
    SECOND,
    delivered,
    fined,
    officer,
    person,
    refused,
    row,
    state,
)
from oneteam.journal.actors import operator
from oneteam.journal.models import Act
from oneteam.kernel.clock import legal_day
from oneteam.kernel.errors import BadInputError, NotAllowedError
from oneteam.people.acts import give_post, register_person
from oneteam.people.models import Certificate, Unit
from oneteam.people.standing_acts import declare_interest, end_certificate, register_certificate
from oneteam.procedures.errors import RefusedError
from tests.world import AT, actor, browser

pytestmark = pytest.mark.usefixtures("city")

CLERK, TODAY = operator("clerk"), legal_day(AT)


def third() -> UUID:
    """Return somebody who became an officer today, without a certificate."""
    made = register_person(actor=CLERK, at=AT, name_zh="陈三", name_en="Chen San")
    give_post(
        actor=CLERK, at=AT, person=made, unit=Unit.objects.get(code="U01").id, role="officer", title_zh="执法队员",
        title_en="Officer", valid_from=TODAY,
    )  # fmt: skip
    return made


def certified(who: UUID) -> None:
    register_certificate(
        actor=CLERK, at=AT, person=who, number=f"ZJ-{who.hex[-6:]}", kind="enforcement", issued=TODAY,
        valid_from=TODAY, valid_to=TODAY + 9 * DAY, exam_passed_on=TODAY,
    )  # fmt: skip


def replaced(case: UUID, joining: UUID, leaving: UUID | None = None) -> None:
    replace_officer(
        actor=officer(), at=AT, case=case, leaving=leaving or person(SECOND), joining=joining, reason="证件到期"
    )


def ready() -> UUID:
    """Return a decided case whose second officer has no certificate any more."""
    case = fined()
    held = Certificate.objects.get(person=person(SECOND))
    end_certificate(actor=CLERK, at=AT, certificate=held.id, valid_to=TODAY - DAY, reason="调离")
    return case


def test_off_01_decision_is_handed_over_after_the_officer_without_certificate_was_replaced() -> None:
    case, joining = ready(), third()
    assert refused(delivered, case, at=AT) == ["OFF-01"]
    with pytest.raises(RefusedError, match="OFF-01"):
        replaced(case, joining)
    certified(joining)
    replaced(case, joining)
    assert row(case).officers == (person(FIRST), joining)
    delivered(case, at=AT)
    assert state(case) == "delivered"


def test_off_03_nobody_with_a_tie_to_the_party_takes_the_place() -> None:
    case, joining = ready(), third()
    certified(joining)
    declare_interest(actor=CLERK, at=AT, person=joining, kind="kinship", name="林垟喆", valid_from=TODAY)
    with pytest.raises(RefusedError, match="OFF-03"):
        replaced(case, joining)
    assert not Act.objects.filter(kind="case.officer_replaced").exists()


def test_replacement_is_an_officer_and_neither_of_the_two() -> None:
    case, leader = ready(), actor("xie.lianfang", "brigade_leader").person_id
    assert leader is not None
    for joining, leaving in ((person(FIRST), None), (leader, None), (leader, leader)):
        with pytest.raises(BadInputError):
            replaced(case, joining, leaving)


def test_officer_is_replaced_on_the_page_of_the_case() -> None:
    case, joining = ready(), third()
    certified(joining)
    client = browser(FIRST, "officer")
    assert f"/cases/{case}/replace/" in client.get(f"/cases/{case}/").content.decode()
    form = {"leaving": str(person(SECOND)), "joining": str(joining), "reason": "生病", "idempotency_key": "r"}
    assert "陈三" in client.get(f"/cases/{case}/replace/").content.decode()
    assert client.post(f"/cases/{case}/replace/", {**form, "joining": ""}).status_code == 422
    assert client.post(f"/cases/{case}/replace/", form).status_code == 302
    assert row(case).officers == (person(FIRST), joining)


def test_replacement_sent_twice_is_made_once_and_nobody_else_may_make_it() -> None:
    case, joining = ready(), third()
    certified(joining)
    values: dict[str, Any] = {"case": case, "leaving": person(SECOND), "joining": joining, "reason": "调离"}
    with pytest.raises(NotAllowedError):
        replace_officer(actor=actor("shen.yulan"), at=AT, **values)
    first = replace_officer(actor=officer(), at=AT, key="r", **values)
    again = replace_officer(actor=officer(), at=AT, key="r", **values)
    assert (again.replayed, again.act.id) == (True, first.act.id)
    assert Act.objects.filter(kind="case.officer_replaced").count() == 1
    with pytest.raises(NotAllowedError):
        replace_officer(actor=officer(SECOND), at=AT, **{**values, "leaving": joining, "joining": person(SECOND)})
