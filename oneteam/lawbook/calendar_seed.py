"""The rows with which a city's holiday table begins: 2004 to 2026 as arranged, 2027 and 2028 by the statute alone.

The State Council's yearly notices come from the library `chinesecalendar`. For the years after it, the days off are
those of the Measures on Holidays of Annual Festivals and Memorial Days (全国年节及纪念日放假办法, 2024 amendment):
1 January; Spring Festival's eve and first three days; Qingming; 1 and 2 May; Dragon Boat; Mid-Autumn; 1 to 3 October.
Which working days are shifted, and how holidays on a weekend are made up (art. 6), only the notice can say; until then
the rows are provisional.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from importlib.metadata import version
from typing import NamedTuple

import chinese_calendar
from django.utils.translation import gettext_noop

from oneteam.lawbook.calendar import CalendarRow

NOTICE_YEARS = range(2004, 2027)
LIBRARY_SOURCE = f"chinesecalendar {version('chinesecalendar')}"
STATUTE_SOURCE = "全国年节及纪念日放假办法 2024"
SHIFTED_WORKDAY = gettext_noop("Shifted working day")

# The names under which the rows are stored: msgids, so that a screen shows `gettext(row.name)`.
_NEW_YEAR = gettext_noop("New Year's Day")
_SPRING = gettext_noop("Spring Festival")
_QINGMING = gettext_noop("Tomb-sweeping Day")
_LABOUR = gettext_noop("Labour Day")
_DRAGON_BOAT = gettext_noop("Dragon Boat Festival")
_MID_AUTUMN = gettext_noop("Mid-autumn Festival")
_NATIONAL = gettext_noop("National Day")
_VICTORY = gettext_noop("Anti-Fascist 70th Day")  # 3 September 2015, once


class MoonAndSun(NamedTuple):
    """The moving feasts of one year, in Chinese standard time (UTC+8)."""

    new_year: date  # first day of the first lunar month
    qingming: date  # the Sun's apparent longitude reaches 15 degrees
    dragon_boat: date  # fifth day of the fifth lunar month
    mid_autumn: date  # fifteenth day of the eighth lunar month


# Computed by the rules of GB/T 33661-2017 (new moons and the Sun's longitude at UTC+8). The new moon of 2027-02-06
# falls minutes before midnight; 2028 has a leap fifth month, and Dragon Boat stands in the first of the two.
MOVING_FEASTS = {
    2027: MoonAndSun(date(2027, 2, 6), date(2027, 4, 5), date(2027, 6, 9), date(2027, 9, 15)),
    2028: MoonAndSun(date(2028, 1, 26), date(2028, 4, 4), date(2028, 5, 28), date(2028, 10, 3)),
}


def seed_rows() -> list[CalendarRow]:
    """Return every day of 2004 to 2026 from the library and of 2027 and 2028 as provisional rows, in order."""
    rows = [_arranged(day) for year in NOTICE_YEARS for day in _days_of(year)]
    for year in MOVING_FEASTS:
        rows.extend(statutory_rows(year))
    return rows


def statutory_days_off(year: int) -> dict[date, str]:
    """Return the statutory days off of a year of MOVING_FEASTS with their names, weekends among them not made up."""
    feasts = MOVING_FEASTS[year]
    spring = [feasts.new_year + timedelta(days=offset) for offset in (-1, 0, 1, 2)]
    named = [
        (_NEW_YEAR, [date(year, 1, 1)]),
        (_SPRING, spring),
        (_QINGMING, [feasts.qingming]),
        (_LABOUR, [date(year, 5, 1), date(year, 5, 2)]),
        (_DRAGON_BOAT, [feasts.dragon_boat]),
        (_MID_AUTUMN, [feasts.mid_autumn]),
        (_NATIONAL, [date(year, 10, day) for day in (1, 2, 3)]),
    ]
    return {day: name for name, days in named for day in days}


def statutory_rows(year: int) -> list[CalendarRow]:
    """Return the provisional rows of a year: weekends and statutory days off are off, nothing is shifted (CAL-05)."""
    off = statutory_days_off(year)
    return [
        CalendarRow(day, day not in off and day.weekday() < 5, off.get(day, ""), STATUTE_SOURCE, provisional=True)
        for day in _days_of(year)
    ]


def _arranged(day: date) -> CalendarRow:
    is_workday = bool(chinese_calendar.is_workday(day))
    if is_workday:
        name = SHIFTED_WORKDAY if day.weekday() >= 5 else ""
    else:
        name = str(chinese_calendar.get_holiday_detail(day)[1] or "")
    return CalendarRow(day, is_workday, name, LIBRARY_SOURCE, provisional=False)


def _days_of(year: int) -> Iterator[date]:
    day = date(year, 1, 1)
    while day.year == year:
        yield day
        day += timedelta(days=1)
