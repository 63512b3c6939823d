"""A deadline explains itself: the screen gets start, rule, days left out, pauses, rolling and the provisional flag."""

from datetime import date, timedelta

from oneteam.kernel.deadline_reasons import ReasonKind, reasons
from oneteam.kernel.periods import Period, Side, Unit, deadline, statutory_period
from oneteam.kernel.tests.test_periods import at, calendar, pause


def test_reasons_of_a_party_period_over_a_holiday_name_it() -> None:
    period = statutory_period("APL", 5, Side.PARTY, article="64(1)")
    start, rule, *days_off, due = reasons(deadline(at("2026-09-30"), period, calendar()))
    assert (start.kind, start.first, start.moment) == (ReasonKind.START, date(2026, 9, 30), at("2026-09-30"))
    assert (rule.count, rule.unit, rule.text) == (5, Unit.WORKING_DAY, "APL 64(1), APL 85")
    assert [(line.kind, line.first, line.last, line.count, line.text) for line in days_off] == [
        (ReasonKind.DAYS_OFF, date(2026, 10, 1), date(2026, 10, 7), 7, "National Day"),
        (ReasonKind.DAYS_OFF, date(2026, 10, 11), date(2026, 10, 11), 1, ""),
    ]
    assert (due.kind, due.last) == (ReasonKind.DUE, date(2026, 10, 13))


def test_reasons_tell_rolling_and_provisional_year() -> None:
    found = reasons(deadline(at("2026-12-18"), Period(15, Unit.NATURAL_DAY, Side.PARTY, "APL 67(3)"), calendar()))
    rolled = next(line for line in found if line.kind is ReasonKind.ROLLED)
    assert (rolled.first, rolled.last) == (date(2027, 1, 2), date(2027, 1, 4))
    assert found[-1].kind is ReasonKind.PROVISIONAL


def test_reasons_tell_closed_and_open_pauses_with_their_ground() -> None:
    pauses = [pause("2026-09-07", "2026-09-10"), pause("2026-10-01", None)]
    found = reasons(deadline(at("2026-09-02"), Period(90, Unit.NATURAL_DAY, Side.AGENCY), calendar(), pauses))
    paused = next(line for line in found if line.kind is ReasonKind.PAUSED)
    assert (paused.first, paused.last, paused.count) == (date(2026, 9, 8), date(2026, 9, 10), 3)
    suspended = next(line for line in found if line.kind is ReasonKind.SUSPENDED)
    assert (suspended.moment, suspended.text) == (at("2026-10-01"), pauses[1].ground)


def test_reasons_of_hours_tell_the_pause() -> None:
    pauses = [pause("2026-09-18T10:00", "2026-09-18T11:00"), pause("2026-09-25", "2026-09-26")]
    result = deadline(at("2026-09-18T09:00"), Period(4, Unit.NATURAL_HOUR, Side.AGENCY), calendar(), pauses)
    paused = [line for line in reasons(result) if line.kind is ReasonKind.PAUSED]
    assert [line.first for line in paused] == [date(2026, 9, 18)]
    assert result.due == result.start + timedelta(hours=5)
