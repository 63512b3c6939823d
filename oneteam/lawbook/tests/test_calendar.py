"""The holiday table: its seed, the provisional years and the alarm."""

from datetime import date, datetime, time, timedelta

import pytest

from oneteam.kernel.clock import SHANGHAI
from oneteam.kernel.errors import NotReadyError
from oneteam.kernel.periods import Deadline, OfficeHours, Period, Side, Unit, deadline
from oneteam.lawbook.calendar import CalendarRow, calendar_from_rows, next_year_alarm
from oneteam.lawbook.calendar_seed import MOVING_FEASTS, SHIFTED_WORKDAY, seed_rows, statutory_days_off, statutory_rows

HOURS = OfficeHours(((time(8, 30), time(12)), (time(13, 30), time(17))))
SEED = seed_rows()
CALENDAR = calendar_from_rows(SEED, office_hours=HOURS)
FIVE_DAYS = Period(5, Unit.WORKING_DAY, Side.AGENCY)


def due(start: date, period: Period = FIVE_DAYS) -> Deadline:
    return deadline(datetime(start.year, start.month, start.day, 10, tzinfo=SHANGHAI), period, CALENDAR)


def final_rows(year: int, *, left_out: date | None = None) -> list[CalendarRow]:
    """Return a year's rows as a notice would bring them, one day left out if asked."""
    rows = statutory_rows(year)
    return [CalendarRow(r.day, r.is_workday, r.name, "notice", provisional=False) for r in rows if r.day != left_out]


def test_seed_holds_every_day_once_from_2004_to_2028() -> None:
    days = [row.day for row in SEED]
    assert days == sorted(set(days))
    assert (days[0], days[-1]) == (date(2004, 1, 1), date(2028, 12, 31))
    assert len(days) == (days[-1] - days[0]).days + 1


def test_seed_of_2026_is_the_notice() -> None:
    rows = [row for row in SEED if row.day.year == 2026]
    assert sum(row.is_workday for row in rows) == 248
    assert [row.day for row in rows if row.name == SHIFTED_WORKDAY] == [
        date(2026, month, day) for month, day in [(1, 4), (2, 14), (2, 28), (5, 9), (9, 20), (10, 10)]
    ]
    assert sum(bool(row.name) and not row.is_workday for row in rows) == 33
    assert not any(row.provisional for row in rows)


@pytest.mark.parametrize(
    ("start", "n", "last"),
    [
        (date(2026, 2, 12), 10, date(2026, 3, 4)),
        (date(2026, 9, 18), 7, date(2026, 9, 29)),
        (date(2026, 9, 30), 2, date(2026, 10, 9)),
    ],
)
def test_seeded_calendar_carries_the_reference_vectors(start: date, n: int, last: date) -> None:
    assert due(start, Period(n, Unit.WORKING_DAY, Side.AGENCY)).last_day == last


@pytest.mark.parametrize(
    ("year", "off"),
    [
        (2027, ["01-01", "02-05", "02-06", "02-07", "02-08", "04-05", "05-01", "05-02", "06-09", "09-15"]),
        (2028, ["01-01", "01-25", "01-26", "01-27", "01-28", "04-04", "05-01", "05-02", "05-28"]),
    ],
)
def test_provisional_year_has_the_statutory_days_off_and_no_shifts(year: int, off: list[str]) -> None:
    expected = {date.fromisoformat(f"{year}-{day}") for day in [*off, "10-01", "10-02", "10-03"]}
    assert set(statutory_days_off(year)) == expected
    rows = statutory_rows(year)
    assert all(row.provisional for row in rows)
    assert {row.day for row in rows if not row.is_workday} == expected | {r.day for r in rows if r.day.weekday() >= 5}


@pytest.mark.parametrize("year", MOVING_FEASTS)
def test_lunar_feasts_stand_at_the_right_age_of_the_moon(year: int) -> None:
    # From the known first day of 2026's lunar year (17 February), by the mean month of 29.530589 days; true new moons
    # lie within 0.6 days of mean ones, so the nearest whole month must come out within a day.
    first = date(2026, 2, 17)
    feasts = MOVING_FEASTS[year]
    for day in (feasts.new_year, feasts.dragon_boat - timedelta(days=4), feasts.mid_autumn - timedelta(days=14)):
        months = (day - first).days / 29.530589
        assert abs(months - round(months)) * 29.530589 < 1.2


# CAL-05: the table for every year touched, or the provisional flag


def test_cal_05_deadline_within_the_notices_is_final() -> None:
    assert not due(date(2026, 12, 24)).provisional


def test_cal_05_deadline_that_crosses_into_2027_is_provisional() -> None:
    crossing = due(date(2026, 12, 25))
    assert crossing.provisional
    assert crossing.last_day == date(2027, 1, 4)


def test_cal_05_deadline_that_crosses_into_2029_is_refused() -> None:
    with pytest.raises(NotReadyError, match="2029"):
        due(date(2028, 12, 28))


def test_office_hours_that_the_city_has_not_set_are_asked_for() -> None:
    unset = calendar_from_rows(SEED, office_hours=None)
    start = datetime(2026, 11, 25, 10, tzinfo=SHANGHAI)
    with pytest.raises(NotReadyError, match="office_hours"):
        deadline(start, Period(4, Unit.WORKING_HOUR, Side.AGENCY), unset)


# CAL-07: from 1 December next year's table must be there


def test_cal_07_missing_table_is_alarmed_from_the_first_of_december() -> None:
    assert not next_year_alarm(date(2026, 11, 30), SEED)
    assert next_year_alarm(date(2026, 12, 1), SEED)
    assert next_year_alarm(date(2026, 12, 31), SEED)


def test_cal_07_loaded_table_ends_the_alarm() -> None:
    assert not next_year_alarm(date(2026, 12, 1), [*SEED, *final_rows(2027)])
    assert not next_year_alarm(date(2025, 12, 1), SEED)


def test_cal_07_table_with_a_gap_does_not_end_the_alarm() -> None:
    assert next_year_alarm(date(2026, 12, 1), [*SEED, *final_rows(2027, left_out=date(2027, 12, 31))])
