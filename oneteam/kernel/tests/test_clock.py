"""The edge's clock: real time, a shifted clock, a clock shared by several processes, and what it refuses."""

from datetime import UTC, date, datetime, timedelta

import pytest

from oneteam.kernel import clock
from oneteam.kernel.errors import BadInputError, NotReadyError

REAL = datetime(2026, 11, 25, 1, 0, tzinfo=UTC)
FAST = "2027-03-01T08:30+08:00@2026-11-25T01:00:00Zx60>2027-03-01T18:30+08:00"


def test_now_without_a_setting_is_the_real_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(clock.CLOCK_VARIABLE, raising=False)
    monkeypatch.setattr(clock, "real_now", lambda: REAL)
    assert clock.now() == REAL


def test_now_with_a_start_only_runs_on_from_that_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(clock.CLOCK_VARIABLE, "2027-03-01")
    monkeypatch.setattr(clock, "real_now", lambda: clock._PROCESS_START + timedelta(seconds=7))
    assert clock.now() == datetime(2027, 2, 28, 16, 0, 7, tzinfo=UTC)
    assert clock.now().tzinfo is UTC


@pytest.mark.parametrize(
    ("setting", "elapsed", "expected"),
    [
        ("2027-03-01T08:30+08:00@2026-11-25T01:00:00Z", 90, datetime(2027, 3, 1, 0, 31, 30, tzinfo=UTC)),
        ("2027-03-01T08:30@2026-11-25T09:00", 0, datetime(2027, 3, 1, 0, 30, tzinfo=UTC)),
        ("2027-03-01T08:30+08:00@2026-11-25T01:00:00Zx60", 60, datetime(2027, 3, 1, 1, 30, tzinfo=UTC)),
        ("2027-03-01T08:30+08:00@2026-11-25T01:00:00Zx0.5", 60, datetime(2027, 3, 1, 0, 30, 30, tzinfo=UTC)),
        ("2027-03-01T08:30+08:00@2026-11-25T01:00:00Zx0", 3600, datetime(2027, 3, 1, 0, 30, tzinfo=UTC)),
        # Fast until 18:30, which is ten hours or 600 real seconds after the start, then at the usual speed.
        (FAST, 300, datetime(2027, 3, 1, 5, 30, tzinfo=UTC)),
        (FAST, 600, datetime(2027, 3, 1, 10, 30, tzinfo=UTC)),
        (FAST, 601, datetime(2027, 3, 1, 10, 30, 1, tzinfo=UTC)),
        (FAST, 600 + 86_400, datetime(2027, 3, 2, 10, 30, tzinfo=UTC)),
        (
            "2027-03-01T08:30+08:00@2026-11-25T01:00:00Zx60>2027-03-01T08:00+08:00",
            60,
            datetime(2027, 3, 1, 0, 31, tzinfo=UTC),
        ),
        (
            "2027-03-01T08:30+08:00@2026-11-25T01:00:00Zx0>2027-03-01T18:30+08:00",
            60,
            datetime(2027, 3, 1, 0, 30, tzinfo=UTC),
        ),
    ],
)
def test_now_follows_anchor_and_speed(
    monkeypatch: pytest.MonkeyPatch, setting: str, elapsed: int, expected: datetime
) -> None:
    monkeypatch.setenv(clock.CLOCK_VARIABLE, setting)
    monkeypatch.setattr(clock, "real_now", lambda: REAL + timedelta(seconds=elapsed))
    assert clock.now() == expected


def test_processes_with_the_normalised_setting_read_the_same_clock() -> None:
    handed_on = clock.normalise("2027-03-01x60", REAL)
    assert handed_on == "2027-02-28T16:00:00+00:00@2026-11-25T01:00:00+00:00x60"
    later = REAL + timedelta(minutes=1)
    first = clock.parse_clock(handed_on, later)
    second = clock.parse_clock(handed_on, later + timedelta(hours=3))
    assert first.at(later) == second.at(later) == datetime(2027, 2, 28, 17, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    "value", [FAST, "2027-03-01", "2027-03-01T08:30:00.25@2026-11-25T09:00x0.125", "2027-03-01@2026-01-01"]
)
def test_normalise_twice_changes_nothing(value: str) -> None:
    once = clock.normalise(value, REAL)
    assert clock.normalise(once, REAL + timedelta(days=1)) == once


def test_normalise_of_nothing_is_nothing() -> None:
    assert clock.normalise("", REAL) == ""
    assert clock.normalise("  ", REAL) == ""


@pytest.mark.parametrize(
    ("value", "named"),
    [
        ("tomorrow", "tomorrow"),
        ("2027-02-29", "2027-02-29"),
        ("2027-03-01@soon", "soon"),
        ("2027-03-01@2026-11-25@2026-11-26", "START@REAL"),
        ("2027-03-01@2026-11-25xfast", "START@REAL"),
        ("2027-03-01@2026-11-25x86401", "86401"),
        ("2027-03-01@2026-11-25x1.2.3", "1.2.3"),
        ("0001-01-01", "0001-01-01"),
    ],
)
def test_unreadable_setting_is_refused_and_says_what_and_how(value: str, named: str) -> None:
    with pytest.raises(BadInputError) as caught:
        clock.normalise(value, REAL)
    assert clock.CLOCK_VARIABLE in str(caught.value)
    assert named in str(caught.value)
    assert "2027-03-01T08:30" in str(caught.value)


def test_fastest_allowed_speed_is_taken() -> None:
    assert clock.parse_clock("2027-03-01@2026-11-25x86400", REAL).speed == clock.MAX_SPEED


def test_clock_that_ran_past_the_calendar_says_so() -> None:
    setting = clock.parse_clock("9999-12-31@2026-11-25x86400", REAL)
    with pytest.raises(NotReadyError, match=clock.CLOCK_VARIABLE):
        setting.at(REAL + timedelta(days=1))


@pytest.mark.parametrize(
    ("moment", "day"),
    [
        (datetime(2026, 11, 24, 15, 59, 59, tzinfo=UTC), date(2026, 11, 24)),
        (datetime(2026, 11, 24, 16, 0, tzinfo=UTC), date(2026, 11, 25)),
    ],
)
def test_legal_day_changes_at_midnight_in_shanghai(moment: datetime, day: date) -> None:
    assert clock.legal_day(moment) == day


def test_naive_moment_has_no_legal_day() -> None:
    with pytest.raises(ValueError, match="naive"):
        clock.legal_day(datetime(2026, 11, 25))  # noqa: DTZ001 - the naive moment is the point
