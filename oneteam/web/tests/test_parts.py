"""Clocks, durations, lists: what a reader concludes from them, at the boundaries."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from django.http import QueryDict
from django.template.loader import render_to_string
from django.utils import translation

from oneteam.web.charts import Bar, Chart, nice_top
from oneteam.web.lists import Column, Row, WorkList, sort_link, url_with
from oneteam.web.panels import Candidate, Figure
from oneteam.web.parts import Chip, Clock, Empty, FailedCheck, Pause, Step, duration

AT = datetime(2026, 11, 23, 6, 3, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
SECOND = timedelta(seconds=1)


def _clock(*, due: timedelta, since: timedelta = -100 * MINUTE, **more: object) -> Clock:
    return Clock("Answer", AT + due, AT, AT + since, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("span", "word"),
    [
        (59 * SECOND, "under 1 min"),
        (60 * SECOND, "1 min"),
        (59 * MINUTE + 59 * SECOND, "59 min"),
        (60 * MINUTE, "1 h 00 min"),
        (24 * 60 * MINUTE - SECOND, "23 h 59 min"),
        (24 * 60 * MINUTE, "1 d"),
        (25 * 60 * MINUTE, "1 d 1 h"),
        (72 * 60 * MINUTE + 60 * MINUTE, "3 d"),
    ],
)
def test_duration_reads_in_the_largest_useful_unit(span: timedelta, word: str) -> None:
    with translation.override("en"):
        assert duration(span) == word


@pytest.mark.parametrize(
    ("left", "since", "state"),
    [
        (31, 69, "plain"),
        (30, 70, "plain"),  # exactly 30 % left is not yet "less than 30 %"
        (29, 71, "warn"),
        (0, 100, "warn"),  # the last moment is in time
    ],
)
def test_clock_warns_only_below_thirty_per_cent(left: int, since: int, state: str) -> None:
    assert _clock(due=left * MINUTE, since=-since * MINUTE).state == state


def test_clock_is_overdue_a_moment_after_the_last() -> None:
    late = _clock(due=-SECOND)
    assert (late.state, late.chip.solid) == ("overdue", True)
    assert not _clock(due=timedelta(0)).late


def test_clock_met_in_time_is_plain_and_missed_stays_marked() -> None:
    with translation.override("en"):
        met = _clock(due=-10 * MINUTE, stopped=AT - 10 * MINUTE)
        missed = _clock(due=-10 * MINUTE, stopped=AT - 5 * MINUTE)
        assert (met.state, met.word) == ("plain", "In time")
        assert (missed.state, missed.word, missed.chip.solid) == ("overdue", "Late by 5 min", False)


def test_clock_paused_is_never_overdue() -> None:
    paused = _clock(due=-MINUTE, pauses=[Pause(AT - 5 * MINUTE, None, "testing")])
    assert (paused.state, paused.chip.icon) == ("plain", "pause")
    ended = _clock(due=-MINUTE, pauses=[Pause(AT - 5 * MINUTE, AT - 2 * MINUTE, "testing")])
    assert ended.state == "overdue"


def test_clock_without_deadline_or_start_says_so_and_breaks_nothing() -> None:
    with translation.override("en"):
        assert Clock("Answer", None, AT).word == "No deadline yet"
    assert Clock("Answer", AT + MINUTE, AT).share_used == 0
    assert Clock("Answer", AT - MINUTE, AT).share_used == 100
    assert Clock("Answer", AT, AT, AT).state == "plain"


@pytest.mark.parametrize(("due", "share"), [(100, 50), (0, 100), (-50, 100)])
def test_clock_share_used_stays_within_the_bar(due: int, share: int) -> None:
    assert _clock(due=due * MINUTE).share_used == share


def test_chip_takes_the_shape_of_its_state_unless_told_otherwise() -> None:
    assert Chip("late", "overdue").shown_icon == "diamond"
    assert Chip("to send", "info", "inbox").shown_icon == "inbox"
    assert Chip("on its way").shown_icon == ""


def test_step_blocked_counts_what_is_missing() -> None:
    checks = [FailedCheck("NOT-01", "Not told."), FailedCheck("HEA-01", "No hearing.")]
    with translation.override("en"):
        chip = Step("Decide", "blocked", checks=checks).chip
    assert chip is not None
    assert chip.word == "2 missing"
    assert Step("Decide", "done").chip is None


@pytest.mark.parametrize(("missed", "state"), [("", "plain"), ("Below target 90%", "warn")])
def test_figure_marks_only_what_misses_its_target(missed: str, state: str) -> None:
    figure = Figure("Handled", "41 min", missed=missed)
    assert figure.state == state
    assert (figure.met is None) == (state == "plain")


@pytest.mark.parametrize(
    ("largest", "top"), [(0, 0), (0.3, 0.3), (1, 1), (7, 8), (10, 10), (11, 15), (61, 80), (99, 100), (1001, 1500)]
)
def test_scale_of_a_chart_ends_at_a_round_number(largest: float, top: float) -> None:
    assert nice_top(largest) == pytest.approx(top)


def test_chart_draws_each_value_to_scale_and_keeps_its_table_beside_it() -> None:
    bars = [Bar("08:00", 20, "20"), Bar("09:00", None, "–"), Bar("10:00", 40, "40")]
    chart = Chart(
        "c", "Reports", "columns", bars, "", [Column("Hour"), Column("Reports", "number")],
        [(bar.label, bar.shown) for bar in bars], Empty("Nothing"), line=(10, "Promise"), top=40,
    )  # fmt: skip
    assert [(box.height, box.y) for box in chart.boxes] == [("50", "50"), ("0", "100"), ("100", "0")]
    assert chart.line_at == "75"
    html = render_to_string("web/chart.html", {"part": chart})
    assert html.count("<rect") == 3
    assert html.count('<tr role="row">') == 4
    with pytest.raises(ValueError, match="shorter"):
        _ = replace(chart, rows=[("08:00",)]).cells


@pytest.mark.parametrize(("probability", "percent"), [(0.914, 91), (1.0, 99), (0.0, 0)])
def test_candidate_is_never_certain(probability: float, percent: int) -> None:
    assert Candidate("Trading", probability).percent == percent


def _list(count: int, *, exact: bool = True, cells: int = 1) -> WorkList:
    rows = [Row("1", "Sunk road", "/1/", ["x"] * cells)]
    return WorkList("r", "Reports", "Report", [Column("Source")], rows, Empty("Nothing"), count=count, exact=exact)


@pytest.mark.parametrize(
    ("count", "exact", "word"),
    [
        (0, True, "0 items"),
        (1, True, "1 item"),
        (10_000, True, "10,000 items"),
        (10_001, True, "about 10,001 items"),
        (10_001, False, "more than 10,000 items"),
        (9, False, "about 9 items"),
    ],
)
def test_list_counts_exactly_up_to_ten_thousand(count: int, exact: bool, word: str) -> None:
    with translation.override("en"):
        assert _list(count, exact=exact).count_word == word


def test_list_refuses_a_row_whose_cells_do_not_fit_its_columns() -> None:
    assert len(_list(1).paired) == 1
    with pytest.raises(ValueError, match="zip"):
        _ = _list(1, cells=2).paired


def test_url_with_goes_back_to_the_first_page_and_keeps_other_filters() -> None:
    query = QueryDict("area=1&after=xyz&q=a+b")
    assert url_with(query, area=None) == "?q=a+b"
    assert url_with(query, area="2") == "?area=2&q=a+b"
    assert query["after"] == "xyz"


@pytest.mark.parametrize(
    ("query", "url", "state"),
    [("", "?sort=due", ""), ("sort=due", "?sort=-due", "ascending"), ("sort=-due", "?sort=due", "descending")],
)
def test_sort_link_turns_the_order_round(query: str, url: str, state: str) -> None:
    assert sort_link(QueryDict(query), "due") == (url, state)
