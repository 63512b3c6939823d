"""Legal periods: from a moment and a rule to the last instant that is still in time, with every reason for it.

Pure: the calendar is handed in and no clock is read. What the law says (law.md section 7):

* The day of the event is not counted; days are days in Shanghai; the last ends at 24:00 (Civil Code 201, 203; CAL-02).
* A period of a party that ends on a day off ends on the first working day after it (Civil Procedure Law 85); the
  agency's own limits are not stretched that way, since neither the Penalty nor the Compulsion Law says so (CAL-03).
* Months and years end on the corresponding day, or on the last day of a month that has none (Civil Code 202; CAL-04).
* Hours run from the moment itself; working hours only while the office is open.

`Deadline.due` is the last instant in time, so for days it is 23:59:59.999999 of the last day (PostgreSQL's finest step)
and for hours the full hour itself. Everywhere, also in SQL, late means: later than `due`.

A pause counts like a period of its own: its first day still runs, its last day does not. A pause of k days (from a
Monday to the Thursday: k = 3) therefore moves a deadline in days by k days; one that ends on the day it began by none.
"""

from calendar import monthrange
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum

from django.utils.translation import gettext as _

from oneteam.kernel.clock import SHANGHAI, legal_day, require_aware
from oneteam.kernel.errors import BadInputError
from oneteam.kernel.unit_table import Unit, UnitTable, national_table, unit_for
from oneteam.kernel.workcalendar import Calendar, Day, OfficeHours

__all__ = [
    "Calendar",
    "Day",
    "Deadline",
    "OfficeHours",
    "Pause",
    "Period",
    "Side",
    "SkipReason",
    "SkippedDay",
    "Unit",
    "deadline",
    "statutory_period",
    "unit_for",
]

MAX_COUNT = 10_000  # more than any statute's longest period (20 years) in days

HOUR_UNITS = frozenset({Unit.WORKING_HOUR, Unit.NATURAL_HOUR})
_MONTHS = {Unit.MONTH: 1, Unit.YEAR: 12}
_END_OF_TIME = datetime(9999, 12, 31, tzinfo=UTC)
_ONE_DAY = timedelta(days=1)
_LAST_INSTANT = time(23, 59, 59, 999_999)


class Side(StrEnum):
    """Whose period it is: a party's rolls forward over days off, the agency's does not (CAL-03)."""

    PARTY = "party"
    AGENCY = "agency"


@dataclass(frozen=True, slots=True)
class Period:
    """`n` units on one side's clock. `article` is the rule that sets the length ("APL 64(1)"), `unit_article` the one
    that says which days count ("APL 85"), if they differ. BadInputError if `n` is not from 1 to 10,000."""

    n: int
    unit: Unit
    side: Side
    article: str = ""
    unit_article: str = ""

    def __post_init__(self) -> None:
        if not 1 <= self.n <= MAX_COUNT:
            message = _("A period has from 1 to %(most)d units; %(n)d was given.")
            raise BadInputError(message % {"most": MAX_COUNT, "n": self.n})


@dataclass(frozen=True, slots=True)
class Pause:
    """A span (aware) in which the clock stands still, on a legal ground; `end` None means that it still stands."""

    start: datetime
    end: datetime | None
    ground: str

    def __post_init__(self) -> None:
        require_aware(self.start)
        if self.end is not None and require_aware(self.end) < self.start:
            raise BadInputError(_("A pause cannot end before it began."))
        if not self.ground.strip():
            raise BadInputError(_("A pause needs its legal ground; only a statute or rule can stop a clock."))

    def holds(self, day: date) -> bool:
        """Whether `day` is not counted because of this pause."""
        return self.end is not None and legal_day(self.start) < day <= legal_day(self.end)


class SkipReason(StrEnum):
    """Why a day between start and end was not counted."""

    DAY_OFF = "day_off"
    PAUSE = "pause"


@dataclass(frozen=True, slots=True)
class SkippedDay:
    """A day not counted; `name` is the holiday's name (a msgid, may be empty) or the pause's ground."""

    day: date
    reason: SkipReason
    name: str


@dataclass(frozen=True, slots=True)
class Deadline:
    """A computed deadline and what led to it.

    `due` (aware, Shanghai) is the last instant in time. `rolled_from` is the day on which a party's period would have
    ended if it were not a day off. `suspended_since` is set while a pause is open: `due` is then the earliest that is
    possible, and nothing is late. `provisional` says that a computed year of the holiday table was used (CAL-05).
    """

    start: datetime
    period: Period
    due: datetime
    skipped: tuple[SkippedDay, ...]
    rolled_from: date | None
    pauses: tuple[Pause, ...]
    suspended_since: datetime | None
    provisional: bool

    @property
    def last_day(self) -> date:
        """The day, in Shanghai, on which the period ends; what a screen shows for a period in days."""
        return legal_day(self.due)

    @property
    def days_skipped(self) -> tuple[date, ...]:
        """The days between start and end that were not counted; `skipped` says why."""
        return tuple(skipped.day for skipped in self.skipped)

    def is_late(self, at: datetime) -> bool:
        """Whether `at` (aware) is after the last instant in time; never while a pause is open."""
        return self.suspended_since is None and require_aware(at) > self.due


def statutory_period(
    statute: str, n: int, side: Side, *, article: str = "", on: date | None = None, table: UnitTable | None = None
) -> Period:
    """Return the period "`n` days" of `statute`, in the unit that the statute gives to that number (CAL-01).

    `article` sets the length ("64(1)"); `on` is the day whose law applies (None: as it stands). BadInputError for a
    statute, number or day that the table does not know.
    """
    rule = (table or national_table()).rule(statute, n, on=on)
    return Period(n, rule.unit, side, f"{statute} {article}" if article else "", rule.citation)


def deadline(start: datetime, period: Period, calendar: Calendar, pauses: Iterable[Pause] = ()) -> Deadline:
    """Compute the deadline of `period` for an event at `start` (aware). Pauses may overlap; each moment counts once.

    ValueError for a naive `start`; NotReadyError if the calendar lacks a year that is needed, or the office hours for
    working hours; BadInputError if the period runs past the year 9999.
    """
    require_aware(start)
    given = tuple(sorted(pauses, key=lambda pause: pause.start))
    walk = _Walk(calendar, given)
    rolled_from: date | None = None
    try:
        if period.unit in HOUR_UNITS:
            due = walk.hours(start, period)
        else:
            last = walk.days(legal_day(start), period)
            if period.side is Side.PARTY:
                rolled = walk.rolled(last)
                rolled_from, last = (None if rolled == last else last), rolled
            due = datetime.combine(last, _LAST_INSTANT, SHANGHAI)
    except OverflowError as error:
        raise BadInputError(_("The period runs past the year 9999; check its start and its length.")) from error
    open_since = [pause.start for pause in given if pause.end is None and pause.start <= due]
    return Deadline(
        start=start.astimezone(SHANGHAI),
        period=period,
        due=due,
        skipped=tuple(walk.skipped),
        rolled_from=rolled_from,
        pauses=given,
        suspended_since=open_since[0] if open_since else None,
        provisional=any(calendar.provisional(year) for year in walk.years),
    )


class _Walk:
    """One walk over the days; remembers which days it left out and which years of the calendar it relied on."""

    def __init__(self, calendar: Calendar, pauses: Sequence[Pause]) -> None:
        self.calendar = calendar
        self.pauses = pauses
        self.skipped: list[SkippedDay] = []
        self.years: set[int] = set()

    def days(self, first: date, period: Period) -> date:
        """Return the last day of a period in days, months or years that began on `first`."""
        left = period.n
        if period.unit in _MONTHS:
            left = (months_later(first, period.n * _MONTHS[period.unit]) - first).days
        if period.unit is not Unit.WORKING_DAY and not self.pauses:
            return first + timedelta(days=left)
        day = first
        while left:
            day += _ONE_DAY
            if not self._paused(day) and not (period.unit is Unit.WORKING_DAY and self._off(day)):
                left -= 1
        return day

    def rolled(self, day: date) -> date:
        """Return `day`, or the first day after it that is neither off nor paused (CPL 85)."""
        while self._off(day) or self._paused(day):
            day += _ONE_DAY
        return day

    def hours(self, start: datetime, period: Period) -> datetime:
        """Return the moment at which `period.n` hours have run since `start`."""
        left = timedelta(hours=period.n)
        moment = start.astimezone(UTC)
        windows = self._office(moment) if period.unit is Unit.WORKING_HOUR else iter([(moment, _END_OF_TIME)])
        for opens, closes in self._running(windows):
            if closes - opens >= left:
                return (opens + left).astimezone(SHANGHAI)
            left -= closes - opens
        raise OverflowError

    def _office(self, moment: datetime) -> Iterator[tuple[datetime, datetime]]:
        day = legal_day(moment)
        while True:
            if not self._off(day):
                for opens, closes in self.calendar.office_windows(day):
                    if closes > moment:
                        yield max(opens.astimezone(UTC), moment), closes.astimezone(UTC)
            day += _ONE_DAY

    def _running(self, windows: Iterable[tuple[datetime, datetime]]) -> Iterator[tuple[datetime, datetime]]:
        """Cut the closed pauses (in order of their start) out of the windows."""
        for opens, closes in windows:
            for pause in self.pauses:
                if pause.end is None or pause.end <= opens or pause.start >= closes:
                    continue
                if pause.start > opens:
                    yield opens, pause.start.astimezone(UTC)
                opens = pause.end.astimezone(UTC)
            if opens < closes:
                yield opens, closes

    def _off(self, day: date) -> bool:
        self.years.add(day.year)
        off = not self.calendar.is_workday(day)
        if off:
            self._skip(SkippedDay(day, SkipReason.DAY_OFF, self.calendar.name(day)))
        return off

    def _paused(self, day: date) -> bool:
        for pause in self.pauses:
            if pause.holds(day):
                self._skip(SkippedDay(day, SkipReason.PAUSE, pause.ground))
                return True
        return False

    def _skip(self, skipped: SkippedDay) -> None:
        if not self.skipped or self.skipped[-1].day != skipped.day:
            self.skipped.append(skipped)


def months_later(day: date, months: int) -> date:
    """Return the corresponding day `months` later, or that month's last day (Civil Code 202)."""
    years, month = divmod(day.month - 1 + months, 12)
    year = day.year + years
    if year >= _END_OF_TIME.year:
        raise OverflowError
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
