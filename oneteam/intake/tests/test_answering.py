"""Answering, closing and reopening a report."""

from typing import Any

import pytest

from oneteam.intake import acts
from oneteam.intake.queries import outcome
from oneteam.journal.models import Act
from oneteam.journal.once import KeyUsedError
from oneteam.kernel.errors import BadInputError
from oneteam.procedures.errors import RefusedError
from oneteam.procedures.queries import runs
from tests.world import AT, actor, receive

pytestmark = pytest.mark.usefixtures("city")


def test_source_hears_only_of_its_own_reports() -> None:
    taken = receive()
    assert outcome(taken.id, source="api:other") is None
    found = outcome(taken.id, source="api:test")
    assert found is not None
    assert (found["state"], found["answer"], found["answered_at"]) == ("received", None, None)
    acts.answer_report(actor=actor("shen.yulan"), at=AT, report=taken.id, result="explained", answer="已转告")
    found = outcome(taken.id, source="api:test")
    assert found is not None
    assert (found["state"], found["answer"], found["answered_at"]) == ("answered", "已转告", AT)


def test_ot_01_refuses_done_before_the_incident_is_resolved_and_passes_words_for_a_question() -> None:
    taken = receive()
    with pytest.raises(RefusedError, match="OT-01"):
        acts.answer_report(actor=actor("shen.yulan"), at=AT, report=taken.id, result="done", answer="已办好")
    assert runs([taken.id])[taken.id].state == "received"
    acts.answer_report(actor=actor("shen.yulan"), at=AT, report=taken.id, result="explained", answer="已解释")
    assert runs([taken.id])[taken.id].state == "answered"


def test_each_step_of_a_report_is_taken_once_for_a_key_and_refuses_an_edited_content() -> None:
    report = receive().id
    steps: list[tuple[Any, dict[str, Any], dict[str, Any]]] = [
        (acts.answer_report, {"result": "explained", "answer": "已解释"}, {"result": "explained", "answer": "改过"}),
        (acts.close_report, {"contacted": True}, {"contacted": False}),
        (acts.reopen_report, {"reason": "又来了"}, {"reason": "改过"}),
    ]
    for number, (act, content, edited) in enumerate(steps):
        given: dict[str, Any] = {"actor": actor("shen.yulan"), "at": AT, "report": report, "key": f"k{number}"}
        for _again in range(2):
            act(**given, **content)
        count = Act.objects.count()
        with pytest.raises(KeyUsedError):
            act(**given, **edited)
        assert Act.objects.count() == count
    assert runs([report])[report].state == "reopened"


@pytest.mark.parametrize(
    ("text", "fault"), [("", "Write"), (" \n", "Write"), ("字" * 20_001, "20000"), ("a\x00", "null")]
)  # fmt: skip
def test_answer_must_be_written_and_stored(text: str, fault: str) -> None:
    taken = receive()
    with pytest.raises(BadInputError, match=fault):
        acts.answer_report(actor=actor("shen.yulan"), at=AT, report=taken.id, result="explained", answer=text)
    assert runs([taken.id])[taken.id].state == "received"
