"""Erased words and callers: gone each on their own, and the file goes on."""

from uuid import UUID

import pytest

from oneteam.intake import acts
from oneteam.intake.models import Report
from oneteam.intake.queries import outcome, told_texts, told_words
from oneteam.journal.actors import operator
from oneteam.journal.erase import erase_subject
from oneteam.journal.models import Act
from oneteam.journal.subjects import read_personal
from oneteam.kernel.errors import MissingError, NotAllowedError
from oneteam.kernel.ids import uuid7
from tests.world import AT, actor, receive

pytestmark = pytest.mark.usefixtures("city")


def erased(subject: UUID | None) -> None:
    assert subject is not None
    erase_subject(actor=operator("clerk"), at=AT, subject=subject, ground="consent_withdrawn", basis=["PIPL-47"])


def test_erased_words_are_gone_and_machines_no_longer_read_them() -> None:
    taken = receive("请把我说的删掉")
    row = Report.objects.get(id=taken.id)
    erase_subject(
        actor=operator("clerk"), at=AT, subject=row.text_subject, ground="consent_withdrawn", basis=["PIPL-47"]
    )
    shown = told_texts([row])[row.id]
    assert (shown.words_erased, shown.text, shown.headline) == (True, "", "")
    assert told_words([row.id]) == {}


def test_words_and_caller_are_erased_each_on_their_own() -> None:
    first, second = (
        Report.objects.get(id=receive(f"第{n}件", caller_name="林某", caller_phone=f"1380000560{n}").id) for n in (1, 2)
    )
    erased(first.caller_subject)
    erased(second.text_subject)
    texts = told_texts([first, second])
    without_caller, without_words = texts[first.id], texts[second.id]
    assert (without_caller.caller_erased, without_caller.words_erased) == (True, False)
    assert (without_caller.text, without_caller.caller_name, without_caller.caller_phone) == ("第1件", "", "")
    assert (without_words.caller_erased, without_words.words_erased) == (False, True)
    assert (without_words.text, without_words.caller_name) == ("", "林某")
    assert told_words([first.id, second.id]).keys() == {first.id}
    nobody = Report.objects.get(id=receive("无名").id)
    assert not told_texts([nobody])[nobody.id].caller_erased


def test_report_whose_words_were_erased_is_answered_and_reopened_all_the_same() -> None:
    report = receive("请把我说的删掉").id
    row = Report.objects.get(id=report)
    acts.answer_report(actor=actor("shen.yulan"), at=AT, report=report, result="explained", answer="第一次答复")
    first = Act.objects.get(kind="report.answered")
    erased(row.text_subject)
    assert read_personal([first.id]) == {}, "what was said about the words goes with them"
    acts.reopen_report(actor=actor("shen.yulan"), at=AT, report=report, reason="还没好")
    acts.answer_report(actor=actor("shen.yulan"), at=AT, report=report, result="explained", answer="第二次答复")
    reopened, second = Act.objects.get(kind="report.reopened"), Act.objects.filter(kind="report.answered").latest("n")
    assert read_personal([reopened.id, second.id]) == {
        reopened.id: {"reason": "还没好"}, second.id: {"answer": "第二次答复"},
    }  # fmt: skip
    found = outcome(report, source="api:test")
    assert found is not None
    assert found["answer"] == "第二次答复"


def test_look_at_the_caller_is_recorded_with_its_purpose() -> None:
    taken = receive(caller_name="林某生", caller_phone="13800005602")
    seen = acts.look_at_caller(actor=actor("shen.yulan"), at=AT, report=taken.id, purpose="call_back")
    assert seen == ("林某生", "13800005602")
    act = Act.objects.get(kind="personal.looked_at", stream=taken.id)
    assert act.payload == {"purpose": "call_back"}
    with pytest.raises(NotAllowedError):
        acts.look_at_caller(actor=actor("bao.zhengheng"), at=AT, report=taken.id, purpose="call_back")
    with pytest.raises(MissingError):
        acts.look_at_caller(actor=actor("shen.yulan"), at=AT, report=uuid7(), purpose="call_back")
    with pytest.raises(MissingError, match="names no caller"):
        acts.look_at_caller(actor=actor("shen.yulan"), at=AT, report=receive("无名").id, purpose="call_back")
    erased(Report.objects.get(id=taken.id).caller_subject)
    with pytest.raises(MissingError, match="were erased"):
        acts.look_at_caller(actor=actor("shen.yulan"), at=AT, report=taken.id, purpose="call_back")
    assert Act.objects.filter(kind="personal.looked_at").count() == 1
