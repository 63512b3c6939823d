"""A new holiday table moves open clocks and lists them (CAL-05, CAL-06)."""

from datetime import date, datetime

from oneteam.journal.models import Act
from oneteam.kernel.clock import SHANGHAI
from oneteam.kernel.deadline_reasons import ReasonKind
from oneteam.lawbook.acts import load_calendar
from oneteam.lawbook.calendar import CalendarRow
from oneteam.procedures.acts import breach_overdue
from oneteam.procedures.clocks import ClockState
from oneteam.procedures.models import Clock
from oneteam.procedures.tests.probe import (
    DAY,
    HOUR,
    MORNING,
    OPERATOR,
    TIMER,
    begin,
    end_of,
    step,
    view,
)


def working_day(day: date, *, is_workday: bool, provisional: bool = False) -> CalendarRow:
    return CalendarRow(day, is_workday, "" if is_workday else "Typhoon", "notice", provisional)


def test_cal_06_loading_a_changed_table_moves_open_clocks_and_lists_them(probe: object) -> None:
    one = begin()
    stopped = begin()
    step("work", stopped, MORNING)
    step("finish", stopped, MORNING)
    before = view(one, "probe.reply", MORNING).due
    row = working_day(date(2026, 3, 5), is_workday=False)
    loaded = load_calendar(actor=OPERATOR, at=MORNING + HOUR, rows=[row], source="typhoon notice")
    assert (loaded.added, loaded.changed) == (0, 1)
    moved = [d for d in loaded.differences if d.procedure == "probe"]
    assert [(d.object_id, d.clock, d.before, d.after) for d in moved] == [
        (one, "probe.reply", before, end_of(date(2026, 3, 10)))
    ]
    after = view(one, "probe.reply", MORNING)
    assert after.due == end_of(date(2026, 3, 10))
    assert "Typhoon" in {reason.text for reason in after.reasons}
    assert view(stopped, "probe.reply", MORNING).due == before  # what is over is not judged by a later table
    told = Act.objects.get(stream=one, kind="clock.recomputed").payload
    assert loaded.act is not None
    assert (told["clock"], told["calendar_act"]) == ("probe.reply", str(loaded.act.id))
    assert view(begin(), "probe.reply", MORNING).due == after.due  # new clocks use the new table at once


def test_cal_06_table_that_moves_nothing_lists_nothing(probe: object) -> None:
    one = begin()
    row = working_day(date(2026, 8, 5), is_workday=False)
    loaded = load_calendar(actor=OPERATOR, at=MORNING, rows=[row], source="notice")
    assert [d for d in loaded.differences if d.object_id == one] == []
    assert not Act.objects.filter(stream=one, kind="clock.recomputed").exists()


def test_cal_06_clock_that_is_no_longer_late_can_be_breached_again(probe: object) -> None:
    one = begin()
    at = end_of(date(2026, 3, 9)) + HOUR
    assert breach_overdue(actor=TIMER, at=at) == 1
    row = working_day(date(2026, 3, 5), is_workday=False)
    load_calendar(actor=OPERATOR, at=at, rows=[row], source="notice")
    assert Clock.objects.get(run_id=one, name="probe.reply").breached_act is None
    assert view(one, "probe.reply", at).state is ClockState.WARN
    assert breach_overdue(actor=TIMER, at=at + DAY) == 1


def test_cal_05_clock_over_a_computed_year_is_flagged_until_the_notice_is_loaded(probe: object) -> None:
    at = datetime(2026, 12, 29, 9, 0, tzinfo=SHANGHAI)
    one = begin(at=at)
    flagged = view(one, "probe.reply", at)
    assert (flagged.provisional, flagged.due) == (True, end_of(date(2027, 1, 6)))
    assert ReasonKind.PROVISIONAL in {reason.kind for reason in flagged.reasons}
    rows = [
        working_day(date(2027, 1, 1) + n * DAY, is_workday=(date(2027, 1, 1) + n * DAY).weekday() < 5 and n > 0)
        for n in range(365)
    ]
    loaded = load_calendar(actor=OPERATOR, at=at, rows=rows, source="notice for 2027")
    assert [(d.clock, d.before == d.after, d.provisional) for d in loaded.differences if d.object_id == one] == [
        ("probe.reply", True, False)
    ]
    assert not view(one, "probe.reply", at).provisional
