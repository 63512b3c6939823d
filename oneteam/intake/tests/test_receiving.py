"""Taking reports: once each, whatever is sent twice; all of a file or nothing; words that only who must may read."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
import pytest
from django.conf import settings
from django.db import connection

from conftest import City
from oneteam.directories.taking import check_file, import_data, take_checked
from oneteam.intake import acts, importing_run
from oneteam.intake.importing import REPORTS, lines_of
from oneteam.intake.importing_run import import_file
from oneteam.intake.models import Report
from oneteam.intake.queries import report, reports_by_caller, told_texts
from oneteam.intake.telling import Line
from oneteam.journal.actors import Actor, ActorKind, operator
from oneteam.journal.models import Act
from oneteam.journal.notes import load_key
from oneteam.journal.seal import Sealer, dsn_of
from oneteam.journal.tests.kit import aside
from oneteam.kernel.errors import BadInputError, ConflictError, MissingError, NotAllowedError, TableError
from oneteam.kernel.ids import uuid7
from oneteam.kernel.masking import mask_name, mask_phone
from oneteam.kernel.sheets import write_csv
from oneteam.places.queries import all_places, region
from oneteam.procedures.queries import clocks, runs
from tests.world import AT, actor, browser, receive, told

pytestmark = pytest.mark.usefixtures("city")

SAMPLES = Path(__file__).resolve().parents[3] / "demo" / "samples"
CLIENT = Actor(kind=ActorKind.CLIENT, id="0199aaaa-0000-7000-8000-000000000002", name="other")


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
    found = clocks([taken.id], AT)[taken.id]
    assert {clock.name: clock.started_at for clock in found} == {"report.accept": AT, "report.answer": AT}


def test_point_on_both_sides_of_the_regions_outline() -> None:
    here = region()
    assert here is not None
    west, lat = min((corner for ring in here.outline for corner in ring), key=lambda corner: corner[0])
    inner = (Decimal(str(west)) + Decimal("0.001"), Decimal(str(lat)))
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


@pytest.mark.parametrize("phone", ["13800005602", ""])
@pytest.mark.parametrize("key", ["k", None])
def test_report_costs_two_statements_whoever_calls(
    monkeypatch: pytest.MonkeyPatch, phone: str, key: str | None
) -> None:
    places = all_places()
    here: dict[str, Any] = {"lon": places[0].lon, "lat": places[0].lat}
    receive(**here)  # fills the process's memory
    seen: list[object] = []
    execute = psycopg.Cursor.execute

    def counting(cursor: Any, query: Any, *arguments: Any, **options: Any) -> Any:
        seen.append(query)
        return execute(cursor, query, *arguments, **options)

    monkeypatch.setattr(psycopg.Cursor, "execute", counting)
    for number in range(2):  # a new caller, then a known one
        acts.receive_report(
            actor=CLIENT, at=AT, told=told(f"第{number}条", caller_phone=phone, **here), source="api:other",
            key=key and f"{key}{number}",
        )  # fmt: skip
    assert len(seen) == 4, seen  # each: what is known already, then all that is written


def test_same_report_eight_times_at_once_is_taken_once() -> None:
    barrier = threading.Barrier(8)

    def send() -> acts.Received:
        barrier.wait()
        return keyed("k1")

    with ThreadPoolExecutor(8) as pool:
        answers = [result.result(timeout=60) for result in [aside(pool, send) for _ in range(8)]]
    assert len({answer.id for answer in answers}) == 1
    assert sorted(answer.known for answer in answers) == [False] + [True] * 7
    assert counted() == (1, 1)


def test_name_without_a_phone_makes_a_caller_of_its_own() -> None:
    first, second = receive(caller_name="林某"), receive("另一", caller_name="林某")
    subjects = set(Report.objects.filter(id__in=[first.id, second.id]).values_list("caller_subject", flat=True))
    assert len(subjects) == 2
    assert Report.objects.get(id=receive("无名").id).caller_subject is None


def as_file(rows: list[Line]) -> bytes:
    told_rows = [[row.told.external_id, row.told.channel, row.told.told_at, row.told.text] for row in rows]
    return write_csv(["external_id", "channel", "told_at", "text"], told_rows)


def test_import_takes_all_rows_with_one_act_beside_them_and_the_same_again_adds_nothing() -> None:
    clerk = operator("clerk")
    taken = import_data(REPORTS, actor=clerk, at=AT, data=as_file(lines(30)))
    assert (len(taken.ids), taken.taken, taken.known) == (30, 30, 0)
    again = import_data(REPORTS, actor=clerk, at=AT, data=as_file(lines(35)))
    assert (again.taken, again.known) == (5, 30)
    assert counted() == (35, 35)
    done = Act.objects.filter(kind="import.done").order_by("n")
    assert [(act.payload["taken"], act.payload["known"], act.payload["source"]) for act in done] == [
        (30, 0, "import"), (5, 30, "import"),
    ]  # fmt: skip


def test_imported_history_starts_no_clock() -> None:
    (taken,) = acts.import_reports(actor=operator("clerk"), at=AT, lines=lines(1), source="import").taken
    assert clocks([taken.id], AT) == {}
    assert runs([taken.id])[taken.id].state == "received"


def test_one_bad_row_of_a_thousand_and_nothing_is_taken(tmp_path: Path) -> None:
    rows = [f"X-{number},letter,2026-11-12 09:00,第{number}条" for number in range(1000)]
    rows[499] = "X-499,letter,2026-02-30 09:00,没有这一天"
    file = tmp_path / "thousand.csv"
    file.write_text("external_id,channel,told_at,text\n" + "\n".join(rows) + "\n", "utf-8")
    with pytest.raises(TableError) as caught:
        import_file(file, source="import", channel="website", user="clerk")
    assert [(fault.line, fault.column) for fault in caught.value.faults] == [(501, "told_at")]
    assert counted() == (0, 0)


def test_known_id_with_another_content_refuses_the_file_by_line() -> None:
    acts.import_reports(actor=operator("clerk"), at=AT, lines=lines(3), source="import")
    changed = [*lines(2, start=3), Line(4, told("改过的内容", external_id="X-1"))]
    with pytest.raises(TableError) as caught:
        acts.import_reports(actor=operator("clerk"), at=AT, lines=changed, source="import")
    assert [fault.line for fault in caught.value.faults] == [4]
    assert counted() == (3, 3)


def test_known_id_with_another_content_is_found_before_anything_is_written() -> None:
    acts.import_reports(actor=operator("clerk"), at=AT, lines=lines(1), source="import")
    data = as_file([Line(2, told("改过的内容", external_id="X-0"))])
    with pytest.raises(TableError, match="2:external_id"):
        check_file(REPORTS, actor=operator("clerk"), at=AT, data=data)
    assert check_file(REPORTS, actor=operator("clerk"), at=AT, data=data, options={"source": "other"})


def test_who_may_not_import_takes_nothing() -> None:
    with pytest.raises(NotAllowedError):
        import_data(REPORTS, actor=actor("fang.xiaohe"), at=AT, data=as_file(lines(2)))
    assert counted() == (0, 0)


def test_command_imports_a_sample_and_says_what_became_of_it(city: City, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "SEALER_DATABASE", city.database("sealer"))
    done = import_file(SAMPLES / "messages_gbk.csv", source="import", channel="website", user="clerk")
    assert "messages_gbk.csv: 12 reports taken, 0 known before" in done.text(seconds=0.1)
    assert done.lines, "the proposals are counted"
    again = import_file(SAMPLES / "messages_gbk.csv", source="import", channel="website", user="clerk")
    assert "0 reports taken, 12 known before" in again.text(seconds=0.1)


def test_command_beside_a_busy_server_does_not_count_before_the_reports_are_sealed(
    city: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings, "SEALER_DATABASE", city.database("sealer"))
    monkeypatch.setattr(importing_run, "PATIENCE", 1.5)
    servers = Sealer(
        dsn_of(city.database("sealer")), load_key(Path(settings.SEALER_KEY)), Path(settings.CHECKPOINT_FILE)
    )
    assert servers.start()
    try:
        done = import_file(SAMPLES / "messages_gbk.csv", source="import", channel="website", user="clerk")
    finally:
        servers.close()
    assert done.lines == ["The server's followers are still busy; the proposals come by themselves."]


def test_command_names_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(BadInputError, match="nowhere"):
        import_file(tmp_path / "nowhere.csv", source="import", channel="website", user="clerk")


@pytest.mark.parametrize("name", ["messages.csv", "utf16.csv", "utf8_bom.csv", "hotspot_shape.csv"])
def test_samples_pass_the_demo_regions_own_outline(name: str) -> None:
    checked = check_file(REPORTS, actor=operator("clerk"), at=AT, data=(SAMPLES / name).read_bytes())
    taken = take_checked(checked=checked, at=AT)
    rows = lines_of(checked.batch)
    assert len(taken.ids) == len(rows) > 0
    words = told_texts(list(Report.objects.all()))
    for report_id, row in zip(taken.ids, rows, strict=True):
        assert words[report_id].text == row.told.text, "as told, to the last character"


def test_callers_form_sent_twice_is_one_report() -> None:
    desk = browser("shen.yulan")
    form = {"channel": "hotline_12345", "text": "路灯不亮", "idempotency_key": "form-1"}
    assert desk.post("/reports/new/", form).status_code == 302
    assert desk.post("/reports/new/", form).status_code == 302
    assert Report.objects.count() == 1


@pytest.mark.parametrize("key", ["k" * 201, "a\x00b"])
def test_key_that_cannot_be_stored_is_refused_with_what_to_do(key: str) -> None:
    with pytest.raises(BadInputError, match="1 to 200 characters"):
        keyed(key)
    assert keyed("k" * 200).number
    assert counted() == (1, 1)


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
