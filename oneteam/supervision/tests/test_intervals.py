"""The three intervals: computed from acts whose times are known, and nothing else."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

import pytest

from oneteam.intake.acts import answer_report, import_reports, reopen_report
from oneteam.intake.telling import Line
from oneteam.journal.actors import operator
from oneteam.supervision.intervals import INTERVALS, Measured, measure
from tests.world import AT, actor, browser, receive, told

pytestmark = pytest.mark.usefixtures("city")

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


def complaint(since: datetime = AT - 30 * DAY, until: datetime = AT + 30 * DAY) -> Measured:
    return measure(since=since, until=until)[0]


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
    found = complaint()
    assert (found.finished, found.running) == (len(minutes), 0)
    assert found.median == (None if median is None else median * MINUTE)
    assert found.p90 == (None if p90 is None else p90 * MINUTE)
    assert found.share == (None if share is None else pytest.approx(share))


def test_what_is_not_answered_yet_runs_and_counts_in_no_figure() -> None:
    receive("还没有答复")
    answer(receive("答复了").id, 10 * MINUTE)
    found = complaint()
    assert (found.finished, found.running, found.median) == (1, 1, 10 * MINUTE)


def test_imported_history_counts_in_none() -> None:
    line = Line(2, told("历史数据", told_at=AT - 300 * DAY))
    (taken,) = import_reports(actor=operator("clerk"), at=AT, lines=[line], source="import").taken
    answer(taken.id, 10 * MINUTE)
    found = complaint()
    assert (found.finished, found.running) == (0, 0)


def test_first_answer_ends_the_interval_and_a_second_one_changes_nothing() -> None:
    report = receive().id
    answer(report, 10 * MINUTE)
    reopen_report(actor=actor("shen.yulan"), at=AT + HOUR, report=report, reason="还是没有解决")
    answer(report, 5 * HOUR)
    found = complaint()
    assert (found.finished, found.median, found.share) == (1, 10 * MINUTE, 1.0)


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
    assert complaint(AT + since, AT + until).finished == counted


def test_answer_after_the_span_still_ends_what_began_in_it() -> None:
    answer(receive().id, 10 * DAY)
    assert complaint(AT - DAY, AT + DAY).median == 10 * DAY


def test_intervals_without_acts_show_that_there_are_none() -> None:
    _complaint, filing, joint = measure(since=AT - DAY, until=AT + DAY)
    for one in (filing, joint):
        assert (one.finished, one.running, one.median, one.p90, one.share) == (0, 0, None, None, None)
    assert [one.promise for one in INTERVALS] == [HOUR, DAY, 2 * DAY]


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_page_shows_the_figures_to_whoever_is_signed_in(language: str) -> None:
    for number, after in enumerate([10, 20, 300]):
        answer(receive(f"第{number}条", at=AT - DAY, told_at=AT - DAY).id, after * MINUTE, AT - DAY)
    receive("还在办")
    content = browser("he.jingyuan", language=language).get("/figures/")
    assert content.status_code == 200
    assert "67" in content.content.decode()
