"""Cases made for tests: two certified officers, a stall, a party, and the way up to each step."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from oneteam.cases import acts, closing, deciding, ordering, queries
from oneteam.cases.deciding import Proposed, Settling
from oneteam.cases.models import Case
from oneteam.journal.actors import Actor, ActorKind, operator
from oneteam.journal.models import Act
from oneteam.kernel.clock import legal_day
from oneteam.kernel.idnumbers import credit_code_check, resident_id_check
from oneteam.kernel.ids import uuid7
from oneteam.people.standing_acts import register_certificate
from oneteam.procedures.errors import RefusedError
from oneteam.procedures.queries import runs
from tests.world import AT, actor

FIRST, SECOND = "weng.shanxing", "luo.chengye"
"""An officer who is a grid attendant as well, and another officer."""
STALL, WASTE, BICYCLES = "F01-001", "F01-012", "F01-009"
DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)
CREDIT = "91330383MA2ABCDE0"
COMPANY: dict[str, Any] = {
    "kind": "legal_person", "name": "云屿骑行科技有限公司", "id_number": "",
    "credit_code": CREDIT + credit_code_check(CREDIT),
    "representative": "周行舟", "address": "云屿市潮平路2号",
}  # fmt: skip
CASHIER = Actor(kind=ActorKind.PERSON, id=str(uuid7()), post=uuid7(), role="cashier")


def officer(username: str = FIRST) -> Actor:
    """Return an officer of the demo city under that post."""
    return actor(username, "officer")


def person(username: str) -> UUID:
    """Return whose id an officer's is."""
    found = officer(username).person_id
    assert found is not None
    return found


def certify(*usernames: str, until: date | None = None) -> None:
    """Give officers certificates that are valid around the tests' day."""
    today = legal_day(AT)
    for username in usernames:
        register_certificate(
            actor=operator("clerk"), at=AT, person=person(username), number=f"ZJ-{username}", kind="enforcement",
            issued=today - 400 * DAY, valid_from=today - 400 * DAY, valid_to=until or today + 400 * DAY,
            exam_passed_on=today - 500 * DAY,
        )  # fmt: skip


def id_number(born: str = "19700101", serial: str = "123") -> str:
    """Return a made-up identity number that passes its check."""
    body = f"330383{born}{serial}"
    return body + resident_id_check(body)


def opened(*, at: datetime = AT, incident: UUID | None = None, certified: bool = True, **more: Any) -> UUID:
    """Open a case of two certified officers."""
    if certified:
        certify(FIRST, SECOND)
    return acts.open_case(actor=officer(), at=at, second=person(SECOND), incident=incident, **more)


def identified(case: UUID, *, at: datetime = AT, **changes: Any) -> None:
    """Say who the party is: a citizen, unless told otherwise."""
    values: dict[str, Any] = {"kind": "citizen", "name": "林垟喆", "id_number": id_number(), "address": "望海路88号"}
    acts.identify_party(actor=officer(), at=at, case=case, **{**values, **changes})


def noted(case: UUID, matter: str = STALL, *, at: datetime = AT, **changes: Any) -> None:
    """Note what was found."""
    values = {"found_at": at, "where": "锦塘路88号门前人行道", "act": "占用人行道约三平方米摆摊。"}
    acts.note_facts(actor=officer(), at=at, case=case, matter=matter, **{**values, **changes})


def known(matter: str = STALL, *, at: datetime = AT, party: dict[str, Any] | None = None, **more: Any) -> UUID:
    """Return a case of which party and facts are known."""
    case = opened(at=at, **more)
    acts.show_certificates(actor=officer(), at=at, case=case)
    identified(case, at=at, **(party or {}))
    noted(case, matter, at=at)
    return case


def ordered(case: UUID, *, at: datetime = AT, deadline: datetime | None = None, **more: Any) -> None:
    """Order the correction."""
    ordering.order_correction(
        actor=officer(), at=at, case=case, demand="立即收摊，清理现场。", consequence="依法处五十元以下罚款。",
        deadline=deadline, **more,
    )  # fmt: skip


def rechecked(case: UUID, correction: str = "refused", *, at: datetime = AT, **more: Any) -> None:
    """Check whether it was corrected."""
    ordering.recheck(actor=officer(), at=at, case=case, correction=correction, note="当事人拒不收摊。", **more)


def fine(amount: str | int, **more: Any) -> Proposed:
    """Return a proposed fine."""
    return Proposed(penalty="fine", amount=Decimal(amount), **more)


def heard(case: UUID, proposed: Proposed, *, at: datetime = AT, **more: Any) -> None:
    """Tell the party what is intended, and hear it."""
    deciding.hear(actor=officer(), at=at, case=case, proposed=proposed, statement="生意不好，请求从轻。", **more)


def decided(case: UUID, proposed: Proposed, *, at: datetime = AT, happened: bool = False, **settling: Any) -> None:
    """Decide."""
    settled = Settling(**{"clear": True, **settling})
    deciding.decide(actor=officer(), at=at, case=case, proposed=proposed, settling=settled, happened=happened)


def fined(amount: int = 50, *, at: datetime = AT, **settling: Any) -> UUID:
    """Return a case of a stall that ended in a fine."""
    case = known(at=at)
    ordered(case, at=at)
    rechecked(case, at=at)
    heard(case, fine(amount), at=at)
    decided(case, fine(amount), at=at, **settling)
    return case


def delivered(case: UUID, *, at: datetime = AT, **more: Any) -> None:
    """Hand the decision over."""
    closing.deliver(actor=officer(), at=at, case=case, **{"way": "handed", **more})


def row(case: UUID) -> Case:
    """Return a case as it stands."""
    return queries.case(case)


def refused(act: Any, *args: Any, **values: Any) -> list[str]:
    """Return the ids of the checks that refuse an act; nothing is written."""
    before = Act.objects.count()
    with pytest.raises(RefusedError) as error:
        act(*args, **values)
    assert Act.objects.count() == before
    return [failed.id for failed in error.value.failures]


def state(case: UUID) -> str:
    """Return where a case stands."""
    return runs([case])[case].state
