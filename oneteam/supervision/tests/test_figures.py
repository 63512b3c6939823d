"""The figures: computed from acts whose times are known, and nothing else."""

import html
from collections.abc import Sequence
from datetime import datetime, time, timedelta
from io import BytesIO
from uuid import UUID
from zipfile import ZipFile

import pytest
from django.db import connection
from django.http import QueryDict
from django.test import Client
from django.test.utils import CaptureQueriesContext

from oneteam.command.acts import return_order, send_order
from oneteam.intake.acts import Established, answer_report, import_reports, join_report, open_incident, reopen_report
from oneteam.intake.joining import correct_incident, merge_incident, split_report
from oneteam.intake.telling import Line
from oneteam.journal.actors import machine, operator
from oneteam.journal.acts import record, write
from oneteam.kernel.clock import SHANGHAI
from oneteam.lawbook.packs import fields
from oneteam.people.queries import posts
from oneteam.places.queries import wide_places
from oneteam.supervision.breakdown import parts_of
from oneteam.supervision.declaration import By, indicators
from oneteam.supervision.measuring import Measured, Span, measure
from oneteam.supervision.spans import days_of
from tests.world import AT, HERE, actor, browser, receive, told

pytestmark = pytest.mark.usefixtures("city")

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
SPAN = Span(AT - 30 * DAY, AT + 30 * DAY, 60 * DAY)


def found(name: str, span: Span = SPAN) -> Measured:
    return measure(indicators()[name], span).now


def complaint(since: datetime = AT - 30 * DAY, until: datetime = AT + 30 * DAY) -> Measured:
    return found("complaint", Span(since, until, until - since))


def answer(report: UUID, after: timedelta, at: datetime = AT) -> None:
    answer_report(actor=actor("shen.yulan"), at=at + after, report=report, result="explained", answer="已解释")


@pytest.mark.parametrize(
    ("minutes", "median", "p90", "share"),
    [
        ([], None, None, None),
        ([30], 30, 30, 1.0),
        ([60], 60, 60, 1.0),
        ([61], 61, 61, 0.0),
        ([10, 20, 300], 20, 244, 2 / 3),
        ([10, 20, 30, 40], 25, 37, 1.0),
        ([60, 61], 60.5, 60.9, 0.5),
    ],
)
def test_median_ninetieth_percentile_and_share_of_known_spans(
    minutes: Sequence[int], median: float | None, p90: float | None, share: float | None
) -> None:
    for number, after in enumerate(minutes):
        answer(receive(f"第{number}条").id, after * MINUTE)
    got = complaint()
    assert (got.settled, got.running) == (len(minutes), 0)
    assert got.median == (None if median is None else median * MINUTE)
    assert got.p90 == (None if p90 is None else p90 * MINUTE)
    assert got.share == (None if share is None else pytest.approx(share))


def test_what_is_not_answered_yet_runs_and_counts_in_no_figure() -> None:
    receive("还没有答复")
    answer(receive("答复了").id, 10 * MINUTE)
    got = complaint()
    assert (got.settled, got.running, got.median) == (1, 1, 10 * MINUTE)


def test_imported_history_counts_in_none() -> None:
    line = Line(2, told("历史数据", told_at=AT - 300 * DAY))
    (taken,) = import_reports(actor=operator("clerk"), at=AT, lines=[line], source="import").taken
    answer(taken.id, 10 * MINUTE)
    got = complaint()
    assert (got.settled, got.running) == (0, 0)


def test_first_answer_ends_the_interval_and_a_second_one_changes_nothing() -> None:
    report = receive().id
    answer(report, 10 * MINUTE)
    reopen_report(actor=actor("shen.yulan"), at=AT + HOUR, report=report, reason="还是没有解决")
    answer(report, 5 * HOUR)
    got = complaint()
    assert (got.settled, got.median, got.share) == (1, 10 * MINUTE, 1.0)


@pytest.mark.parametrize(
    ("since", "until", "counted"),
    [
        (timedelta(), timedelta(microseconds=1), 1),
        (timedelta(), timedelta(), 0),
        (timedelta(microseconds=1), DAY, 0),
        (-DAY, timedelta(), 0),
        (-DAY, timedelta(microseconds=1), 1),
    ],
)
def test_span_begins_with_its_first_moment_and_ends_before_its_last(
    since: timedelta, until: timedelta, counted: int
) -> None:
    answer(receive().id, 10 * MINUTE)
    assert complaint(AT + since, AT + until).settled == counted


def test_answer_after_the_span_still_ends_what_began_in_it() -> None:
    answer(receive().id, 10 * DAY)
    assert complaint(AT - DAY, AT + DAY).median == 10 * DAY


def test_span_before_is_as_long_and_ends_at_the_same_time_of_day() -> None:
    today = days_of(QueryDict("days=1"), AT).span
    for days, minutes in ((1, 50), (1, -50), (0, -1)):  # yesterday after this time of day, and before; today
        receive(at=AT - days * DAY + minutes * MINUTE, told_at=AT - 3 * DAY)
    pair = measure(indicators()["reports"], today)
    assert (pair.now.count, pair.before.count) == (1, 1)


def test_a_day_is_a_legal_day_in_shanghai() -> None:
    midnight = datetime.combine(HERE.date(), time(), SHANGHAI)
    for at in (midnight - timedelta(seconds=1), midnight):
        receive(at=at, told_at=AT - 3 * DAY)
    assert parts("reports", By.DAY, "days=7") == {f"{midnight:%m-%d}": 1, f"{midnight - DAY:%m-%d}": 1}
    assert parts("reports", By.HOUR, "days=7") == {"00:00": 1, "23:00": 1}


def test_in_time_is_what_came_before_the_clock_ran_out_and_silence_is_late() -> None:
    prompt, late, silent = (receive(text).id for text in ("及时", "超期", "不答"))
    receive("还在时限内")
    answer(prompt, MINUTE)
    for report in (late, silent):
        breached(report, 5 * HOUR)
    answer(late, 6 * HOUR)
    got = found("answered_in_time")
    assert (got.count, got.settled, got.reached) == (4, 3, 1)


def test_reopened_is_a_share_of_what_was_answered() -> None:
    for text in ("一", "二"):
        answer(receive(text).id, MINUTE)
    again = receive("三").id
    answer(again, MINUTE)
    for hours in (1, 3):
        reopen_report(actor=actor("shen.yulan"), at=AT + hours * HOUR, report=again, reason="没有解决")
        answer(again, (hours + 1) * HOUR)
    got = found("reopened")
    assert (got.count, got.reached) == (3, 1)


def test_a_report_counts_in_the_field_that_was_decided_last() -> None:
    desk = actor("shen.yulan")
    first, joined, alone = (receive(text).id for text in ("摆摊", "又摆摊", "还没有定"))
    incident = established(first, "F01-001", "F01")
    join_report(actor=desk, at=AT, report=joined, incident=incident)
    field = {code: str(one.name) for code, one in fields().items()}
    assert parts("reports", By.FIELD) == {field["F01"]: 2, "Not decided yet": 1}
    correct_incident(actor=desk, at=AT, incident=incident, established=a_matter("F02-001", "F02"))
    split_report(actor=desk, at=AT, report=joined, reason="是另一件事")
    other = established(alone, "F01-001", "F01")
    merge_incident(actor=desk, at=AT, incident=other, into=incident)
    assert parts("reports", By.FIELD) == {field["F02"]: 2, "Not decided yet": 1}


def test_area_is_that_of_the_place_decided_else_of_the_point_told() -> None:
    areas = [place for place in wide_places() if place.kind == "area"]
    here, there = areas[0], areas[1]
    told_there = receive("有坐标", lon=there.lon, lat=there.lat).id
    receive("没有地点")
    established(receive("有地点").id, "F01-001", "F01", place=here.id)
    assert parts("reports", By.AREA) == {here.name: 1, there.name: 1, "Place not known yet": 1}
    established(told_there, "F01-001", "F01", place=here.id)
    assert parts("reports", By.AREA) == {here.name: 2, "Place not known yet": 1}


def test_load_and_returns_are_told_by_unit_and_never_by_person() -> None:
    post = actor("fang.xiaohe").post
    assert post is not None
    for number in range(2):
        about = established(receive(f"第{number}条").id, "F01-001", "F01")
        order = send_order(actor=actor("shen.yulan"), at=AT, incident=about, post=post, instruction="请处置").id
    return_order(actor=actor("fang.xiaohe"), at=AT + MINUTE, order=order, reason="不在我的网格")
    ((unit, count),) = parts("load", By.UNIT).items()
    assert (unit, count) == (posts([post])[post].unit, 2)
    assert found("returned").share == 0.5
    content = page("load", "by=unit")
    assert unit in content
    assert posts([post])[post].name not in content.split("<main", 1)[1]


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_pages_show_every_figure_to_whoever_is_signed_in(language: str) -> None:
    for number, after in enumerate([10, 20, 300]):
        answer(receive(f"第{number}条", at=AT - DAY, told_at=AT - DAY).id, after * MINUTE, AT - DAY)
    receive("还在办")
    client = browser("he.jingyuan", language=language)
    overview = client.get("/figures/").content.decode()
    assert "66.7%" in overview
    for indicator in indicators().values():
        assert str(indicator.name.en if language == "en" else indicator.name.zh) in overview
        for by in indicator.by:
            shown = client.get(f"/figures/{indicator.id}/?by={by}")
            assert shown.status_code == 200
    assert client.get("/figures/nothing/").status_code == 404
    assert "66.7%" in client.get("/figures/strip/").content.decode()


def test_chart_and_table_and_file_tell_the_same() -> None:
    for number in range(3):
        receive(f"第{number}条")
    receive("来信", channel="letter")
    content = page("reports", "by=channel")
    assert "Highest: 12345 hotline, 3." in content
    assert content.count('<svg class="chart-bar"') == 2
    client = browser("shen.yulan", language="en")
    file = client.get("/figures/reports/?by=channel&file=csv")
    assert file["Content-Disposition"] == (
        f'attachment; filename="reports-channel-{HERE.date() - 29 * DAY}-{HERE.date()}.csv"'
    )
    assert file.content.decode("utf-8-sig").splitlines() == [
        "Channel,Report received,Span before", "12345 hotline,3,0", "Letter,1,0",
    ]  # fmt: skip
    book = client.get("/figures/reports/?by=channel&file=xlsx").content
    assert b"12345 hotline" in ZipFile(BytesIO(book)).read("xl/sharedStrings.xml")


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ("since=2026-11-20&until=2026-11-10", "The last day comes before the first"),
        ("since=2099-01-01&until=2099-01-02", "This day is still to come"),
        ("since=2024-01-01&until=2026-11-01", "At most 366 days"),
        ("since=0001-01-01&until=0001-01-01", "No acts are that old"),
        ("since=2026-11-31&until=", "Enter a valid date"),
    ],
)
def test_days_that_cannot_be_are_told_and_kept(query: str, told: str) -> None:
    answered = browser("shen.yulan", language="en").get(f"/figures/reports/?{query}&file=csv")
    content = html.unescape(answered.content.decode())
    assert answered.status_code == 422
    assert told in content
    assert query.split("&")[0].partition("=")[2] in content


def test_pages_cost_the_same_for_few_reports_and_many() -> None:
    client = browser("shen.yulan")
    addresses = ["/figures/", *(f"/figures/reports/?by={by}" for by in indicators()["reports"].by)]
    addresses.append("/figures/load/?by=unit")
    established(receive("第一条").id, "F01-001", "F01")
    few = [queries(client, address) for address in addresses]
    for number in range(30):
        established(receive(f"再来{number}条").id, "F01-001", "F01")
    assert [queries(client, address) for address in addresses] == few


# ---- helpers


def parts(name: str, by: By, query: str = "days=30") -> dict[str, int]:
    """Return how many began in each part, less the empty ones."""
    days = days_of(QueryDict(query), AT + HOUR)
    listed = parts_of(indicators()[name], days, by)
    return {part.name: part.pair.now.count for part in listed if part.pair.now.count}


def a_matter(matter: str, field: str, place: UUID | None = None) -> Established:
    return Established(matter=matter, field=field, handling="enforcement", urgency="general", place=place)


def established(report: UUID, matter: str, field: str, place: UUID | None = None) -> UUID:
    decided = a_matter(matter, field, place)
    return open_incident(actor=actor("shen.yulan"), at=AT, report=report, established=decided)


@write
def breached(report: UUID, after: timedelta) -> None:
    """Let the timer note that the report's promise ran out."""
    payload = {"clock": "report.answer", "due": (AT + after).isoformat()}
    record(kind="clock.breached", actor=machine("clock", "1"), at=AT + after, stream=report, payload=payload)


def page(name: str, query: str) -> str:
    answered = browser("shen.yulan", language="en").get(f"/figures/{name}/?{query}")
    assert answered.status_code == 200
    return html.unescape(answered.content.decode())


def queries(client: Client, address: str) -> int:
    client.get(address)
    with CaptureQueriesContext(connection) as seen:
        assert client.get(address).status_code == 200
    return len(seen.captured_queries)
