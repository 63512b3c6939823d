"""Incidents of reports: opened once, joined, taken up again."""

from dataclasses import replace

import pytest

from oneteam.intake import acts
from oneteam.intake.models import Report
from oneteam.journal.once import KeyUsedError
from oneteam.kernel.errors import ConflictError, MissingError
from oneteam.kernel.ids import uuid7
from oneteam.procedures.queries import runs
from tests.world import AT, HERE, actor, receive

pytestmark = pytest.mark.usefixtures("city")

MATTER = "F01-001"  # street stalls


def established() -> acts.Established:
    return acts.Established(matter=MATTER, field="F01", handling="enforcement", urgency="general")


def test_incident_is_opened_once_and_a_second_dispatcher_hears_so() -> None:
    taken = receive()
    incident = acts.open_incident(
        actor=actor("shen.yulan"), at=AT, report=taken.id, established=established(), key="open"
    )  # fmt: skip
    again = acts.open_incident(
        actor=actor("shen.yulan"), at=AT, report=taken.id, established=established(), key="open"
    )  # fmt: skip
    assert incident == again
    other = replace(established(), urgency="urgent")
    with pytest.raises(KeyUsedError):
        acts.open_incident(actor=actor("shen.yulan"), at=AT, report=taken.id, established=other, key="open")
    with pytest.raises(ConflictError, match=f"Shen Yulan has decided this report already, at {HERE:%Y-%m-%d %H:%M}"):
        acts.open_incident(actor=actor("qiu.mingzhou"), at=AT, report=taken.id, established=established())


def test_second_report_joins_the_incident_of_the_first() -> None:
    first, second = receive(), receive("还是那件事")
    incident = acts.open_incident(actor=actor("shen.yulan"), at=AT, report=first.id, established=established())
    acts.join_report(actor=actor("shen.yulan"), at=AT, report=second.id, incident=incident)
    assert set(acts.reports_of(incident)) == {first.id, second.id}
    with pytest.raises(ConflictError):
        acts.join_report(actor=actor("shen.yulan"), at=AT, report=second.id, incident=incident)
    with pytest.raises(MissingError):
        acts.join_report(actor=actor("shen.yulan"), at=AT, report=receive("第三").id, incident=uuid7())
    with pytest.raises(MissingError):
        acts.join_report(actor=actor("shen.yulan"), at=AT, report=uuid7(), incident=incident)


def test_nothing_joins_an_incident_that_is_resolved() -> None:
    first, second = receive(), receive("又出现了")
    incident = acts.open_incident(actor=actor("shen.yulan"), at=AT, report=first.id, established=established())
    acts.resolve_incident(actor=actor("shen.yulan"), at=AT, incident=incident)
    with pytest.raises(ConflictError, match="resolved already"):
        acts.join_report(actor=actor("shen.yulan"), at=AT, report=second.id, incident=incident)
    assert Report.objects.get(id=second.id).incident_id is None


def test_nothing_is_opened_for_or_joined_from_a_report_that_is_answered() -> None:
    first, second = receive(), receive("请问几点开门")
    incident = acts.open_incident(actor=actor("shen.yulan"), at=AT, report=first.id, established=established())
    acts.answer_report(actor=actor("shen.yulan"), at=AT, report=second.id, result="explained", answer="八点半")
    with pytest.raises(ConflictError, match="answered already"):
        acts.open_incident(actor=actor("shen.yulan"), at=AT, report=second.id, established=established())
    with pytest.raises(ConflictError, match="answered already"):
        acts.join_report(actor=actor("shen.yulan"), at=AT, report=second.id, incident=incident)


def test_reopening_sent_twice_does_not_take_up_again_what_was_resolved_meanwhile() -> None:
    report = receive().id
    incident = acts.open_incident(actor=actor("shen.yulan"), at=AT, report=report, established=established())
    acts.resolve_incident(actor=actor("shen.yulan"), at=AT, incident=incident)
    acts.answer_report(actor=actor("shen.yulan"), at=AT, report=report, result="done", answer="已处理")
    for states in ("established", "resolved"):
        acts.reopen_report(actor=actor("shen.yulan"), at=AT, report=report, reason="还在", key="again")
        if states == "established":
            acts.resolve_incident(actor=actor("shen.yulan"), at=AT, incident=incident)
        assert runs([incident])[incident].state == "resolved"
