"""Taking reports: once each, whatever is sent twice; all of a file or nothing; words that only who must may read."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.conf import settings
from django.db import connection

from conftest import City
from oneteam.intake import acts
from oneteam.intake.importing import Line, read_reports
from oneteam.intake.importing_run import import_file
from oneteam.intake.masking import mask_name, mask_phone
from oneteam.intake.models import Report
from oneteam.intake.queries import outcome, report, reports_by_caller, told_texts, told_words
from oneteam.journal.actors import Actor, ActorKind, operator
from oneteam.journal.erase import erase_subject
from oneteam.journal.models import Act
from oneteam.journal.once import KeyUsedError
from oneteam.journal.subjects import read_personal
from oneteam.kernel.errors import BadInputError, ConflictError, ImportRefusedError, MissingError, NotAllowedError
from oneteam.kernel.ids import uuid7
from oneteam.lawbook.catalogue import matters
from oneteam.places.queries import region, region_check
from oneteam.procedures.queries import clocks, runs
from tests.world import AT, actor, browser, receive, told

pytestmark = pytest.mark.usefixtures("city")

SAMPLES = Path(__file__).resolve().parents[3] / "demo" / "samples"
CLIENT = Actor(kind=ActorKind.CLIENT, id="0199aaaa-0000-7000-8000-000000000002", name="other")
MATTER = next(code for code, matter in matters().items() if matter.field == "F01")


def counted() -> tuple[int, int]:
    """Return how many reports and how many acts of receiving there are."""
    return Report.objects.count(), Act.objects.filter(kind="report.received").count()


def keyed(key: str, text: str = "占道摆摊") -> acts.Received:
    client = Actor(kind=ActorKind.CLIENT, id="0199aaaa-0000-7000-8000-000000000001")
    return acts.receive_report(actor=client, at=AT, told=told(text), source="api:test", key=key)


def lines(count: int, *, start: int = 0) -> list[Line]:
    return [
        Line(number + 2, told(f"第{number}条：占道摆摊", external_id=f"X-{number}"))
        for number in range(start, start + count)
    ]


def established() -> acts.Established:
    return acts.Established(matter=MATTER, field="F01", handling="enforcement", urgency="general")


def test_same_key_with_the_same_content_is_answered_with_the_first_report() -> None:
    first = keyed("k1")
    again = keyed("k1")
    assert (again.id, again.number, again.known) == (first.id, first.number, True)
    assert not first.known
    assert counted() == (1, 1)


def test_same_key_with_another_content_is_a_conflict_and_takes_nothing() -> None:
    keyed("k1")
    with pytest.raises(ConflictError, match="key"):
        keyed("k1", "另一段内容")
    assert counted() == (1, 1)


def test_key_belongs_to_the_one_who_sent_it() -> None:
    keyed("k1")
    other = acts.receive_report(actor=CLIENT, at=AT, told=told("另一个系统"), source="api:other", key="k1")
    assert not other.known
    assert counted() == (2, 2)


def test_same_external_id_is_the_same_report_and_with_another_content_a_conflict() -> None:
    first = receive(external_id="E-1")
    assert receive(external_id="E-1").id == first.id
    with pytest.raises(ConflictError, match="E-1"):
        receive("改过的内容", external_id="E-1")
    assert counted() == (1, 1)


def test_external_id_belongs_to_its_source() -> None:
    receive(external_id="E-1")
    other = acts.receive_report(actor=CLIENT, at=AT, told=told("不同来源", external_id="E-1"), source="api:other")
    assert not other.known


def test_reports_without_key_and_id_are_taken_each_time() -> None:
    assert receive().id != receive().id
    assert counted() == (2, 2)


def test_clock_of_the_answer_starts_when_it_is_received_not_when_it_was_told() -> None:
    taken = receive(told_at=AT - timedelta(days=3))
    (clock,) = clocks([taken.id], AT)[taken.id]
    assert clock.started_at == AT


def test_point_on_both_sides_of_the_regions_outline() -> None:
    here = region()
    assert here is not None
    west, lat = min(here.outline, key=lambda corner: corner[0])
    inner = (Decimal(str(west)) + Decimal("0.002"), Decimal(str(lat)) - Decimal("0.001"))
    assert receive(lon=inner[0], lat=inner[1]).number
    with pytest.raises(BadInputError, match="outside the region"):
        receive(lon=Decimal(str(west)) - Decimal("0.000001"), lat=Decimal(str(lat)))
    assert counted() == (1, 1)


def test_told_words_stand_in_no_column_of_the_report() -> None:
    taken = receive("只有他知道的内容", caller_name="林某生", caller_phone="138 0000 5602", address="锦塘路9号")
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_jsonb(r)::text || (SELECT string_agg(a::text, '') FROM journal_act a) FROM"
                       " intake_report r WHERE id = %s", [taken.id])  # fmt: skip
        stored = cursor.fetchone()[0]
    for word in ("只有他知道", "林某生", "138 0000 5602", "13800005602", "锦塘路9号"):
        assert word not in stored


def test_same_phone_however_written_is_the_same_caller() -> None:
    first = receive(caller_phone="138 0000 5602", caller_name="林某生")
    second = receive("又来电", caller_phone="138-0000-5602", caller_name="林先生")
    row = Report.objects.get(id=second.id)
    assert row.caller_subject is not None
    assert [other.id for other in reports_by_caller(row.caller_subject, besides=second.id)] == [first.id]


def test_name_without_a_phone_makes_a_caller_of_its_own() -> None:
    first, second = receive(caller_name="林某"), receive("另一", caller_name="林某")
    subjects = set(Report.objects.filter(id__in=[first.id, second.id]).values_list("caller_subject", flat=True))
    assert len(subjects) == 2
    assert Report.objects.get(id=receive("无名").id).caller_subject is None


def test_erased_words_are_gone_and_machines_no_longer_read_them() -> None:
    taken = receive("请把我说的删掉")
    row = Report.objects.get(id=taken.id)
    erase_subject(
        actor=operator("clerk"), at=AT, subject=row.text_subject, ground="consent_withdrawn", basis=["PIPL-47"]
    )
    shown = told_texts([row])[row.id]
    assert (shown.words_erased, shown.text, shown.headline) == (True, "", "")
    assert told_words([row.id]) == {}


def erased(subject: UUID | None) -> None:
    assert subject is not None
    erase_subject(actor=operator("clerk"), at=AT, subject=subject, ground="consent_withdrawn", basis=["PIPL-47"])


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


def test_import_takes_all_rows_with_one_act_beside_them_and_the_same_again_adds_nothing() -> None:
    taken = acts.import_reports(actor=operator("clerk"), at=AT, lines=lines(30), source="import")
    assert (len(taken.taken), taken.known) == (30, 0)
    again = acts.import_reports(actor=operator("clerk"), at=AT, lines=lines(35), source="import")
    assert (len(again.taken), again.known) == (5, 30)
    assert counted() == (35, 35)
    done = Act.objects.filter(kind="import.done").order_by("n")
    assert [(act.payload["taken"], act.payload["known"]) for act in done] == [(30, 0), (5, 30)]


def test_imported_history_starts_no_clock() -> None:
    (taken,) = acts.import_reports(actor=operator("clerk"), at=AT, lines=lines(1), source="import").taken
    assert clocks([taken.id], AT) == {}
    assert runs([taken.id])[taken.id].state == "received"


def test_one_bad_row_of_a_thousand_and_nothing_is_taken(tmp_path: Path) -> None:
    rows = [f"X-{number},letter,2026-11-12 09:00,第{number}条" for number in range(1000)]
    rows[499] = "X-499,letter,2026-02-30 09:00,没有这一天"
    file = tmp_path / "thousand.csv"
    file.write_text("external_id,channel,told_at,text\n" + "\n".join(rows) + "\n", "utf-8")
    with pytest.raises(ImportRefusedError) as caught:
        import_file(file, source="import", channel="website", user="clerk")
    assert [(fault.line, fault.column) for fault in caught.value.faults] == [(501, "told_at")]
    assert counted() == (0, 0)


def test_known_id_with_another_content_refuses_the_file_by_line() -> None:
    acts.import_reports(actor=operator("clerk"), at=AT, lines=lines(3), source="import")
    changed = [*lines(2, start=3), Line(4, told("改过的内容", external_id="X-1"))]
    with pytest.raises(ImportRefusedError) as caught:
        acts.import_reports(actor=operator("clerk"), at=AT, lines=changed, source="import")
    assert [fault.line for fault in caught.value.faults] == [4]
    assert counted() == (3, 3)


def test_who_may_not_import_takes_nothing() -> None:
    with pytest.raises(NotAllowedError):
        acts.import_reports(actor=actor("fang.xiaohe"), at=AT, lines=lines(2), source="import")
    assert counted() == (0, 0)


def test_command_imports_a_sample_and_says_what_became_of_it(city: City, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "SEALER_DATABASE", city.database("sealer"))
    done = import_file(SAMPLES / "messages_gbk.csv", source="import", channel="website", user="clerk")
    assert "messages_gbk.csv: 12 reports taken, 0 known before" in done.text(seconds=0.1)
    assert done.lines, "the proposals are counted"
    again = import_file(SAMPLES / "messages_gbk.csv", source="import", channel="website", user="clerk")
    assert "0 reports taken, 12 known before" in again.text(seconds=0.1)


def test_command_names_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(BadInputError, match="nowhere"):
        import_file(tmp_path / "nowhere.csv", source="import", channel="website", user="clerk")


@pytest.mark.parametrize("name", ["messages.csv", "utf16.csv", "utf8_bom.csv", "hotspot_shape.csv"])
def test_samples_pass_the_demo_regions_own_outline(name: str) -> None:
    rows = read_reports((SAMPLES / name).read_bytes(), at=AT, in_region=region_check())
    taken = acts.import_reports(actor=operator("clerk"), at=AT, lines=rows, source="import")
    assert len(taken.taken) == len(rows) > 0
    by_number = {row.number: row for row in Report.objects.all()}
    words = told_texts([by_number[one.number] for one in taken.taken])
    for one, row in zip(taken.taken, rows, strict=True):
        assert words[one.id].text == row.told.text, "as told, to the last character"


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
    with pytest.raises(ConflictError, match="reload"):
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


def test_callers_form_sent_twice_is_one_report() -> None:
    desk = browser("shen.yulan")
    form = {"channel": "hotline_12345", "text": "路灯不亮", "idempotency_key": "form-1"}
    assert desk.post("/reports/new/", form).status_code == 302
    assert desk.post("/reports/new/", form).status_code == 302
    assert Report.objects.count() == 1


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


@pytest.mark.parametrize("key", ["k" * 201, "a\x00b"])
def test_key_that_cannot_be_stored_is_refused_with_what_to_do(key: str) -> None:
    with pytest.raises(BadInputError, match="1 to 200 characters"):
        keyed(key)
    assert keyed("k" * 200).number
    assert counted() == (1, 1)


@pytest.mark.parametrize(
    ("text", "fault"), [("", "Write"), (" \n", "Write"), ("字" * 20_001, "20000"), ("a\x00", "null")]
)  # fmt: skip
def test_answer_must_be_written_and_stored(text: str, fault: str) -> None:
    taken = receive()
    with pytest.raises(BadInputError, match=fault):
        acts.answer_report(actor=actor("shen.yulan"), at=AT, report=taken.id, result="explained", answer=text)
    assert runs([taken.id])[taken.id].state == "received"


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


def test_missing_objects_are_said_to_be_missing() -> None:
    assert report(UUID(int=0)) is None
    with pytest.raises(MissingError):
        acts.close_report(actor=actor("shen.yulan"), at=AT, report=uuid7(), contacted=True)


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("", ""),
        ("林", "*"),
        ("林生", "林*"),
        ("林某生", "林*生"),
        ("欧阳某生", "欧**生"),
        ("A very long name", "A***e"),
    ],
)
def test_names_are_masked(name: str, shown: str) -> None:
    assert mask_name(name) == shown


@pytest.mark.parametrize(
    ("phone", "shown"),
    [("", ""), ("138 0000 5602", "138****5602"), ("6555 1234", "655*1234"), ("1234567", "*****67"), ("110", "*10"),
     ("12", "12")],
)  # fmt: skip
def test_phones_are_masked(phone: str, shown: str) -> None:
    assert mask_phone(phone) == shown
