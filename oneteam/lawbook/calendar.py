"""The holiday table as rows, and what hangs on it: calendar and yearly alarm.

The rows lie in the database (`CalendarDay`); everything here is pure over rows handed in.
"""

from calendar import isleap
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from oneteam.kernel.periods import Calendar, Day, OfficeHours


@dataclass(frozen=True, slots=True)
class CalendarRow:
    """One day of the table. `name` is the holiday's, empty on a plain day; `source` says where the row comes from;
    `provisional` rows are computed from the statute and give way to the State Council's notice."""

    day: date
    is_workday: bool
    name: str
    source: str
    provisional: bool


def calendar_from_rows(rows: Iterable[CalendarRow], *, office_hours: OfficeHours | None) -> Calendar:
    """Return the calendar over which deadlines are computed; of two rows for one day the later in `rows` counts.

    `office_hours` is None where the city has not set them (mark U): deadlines in working hours are then refused.
    """
    days = {row.day: Day(row.is_workday, row.name, row.provisional) for row in rows}
    return Calendar(days, office_hours)


def next_year_alarm(today: date, rows: Iterable[CalendarRow]) -> bool:
    """Whether to raise the alarm that next year's table is missing (CAL-07): from 1 December on, unless every day of
    next year stands in `rows` from a notice; computed days do not count. `today` is the legal day."""
    if today.month != 12:
        return False
    year = today.year + 1
    final = {row.day for row in rows if row.day.year == year and not row.provisional}
    return len(final) < days_in(year)


def days_in(year: int) -> int:
    """Return the number of days of the year."""
    return 365 + isleap(year)
