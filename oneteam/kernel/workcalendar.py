"""Which days are working days, and the office's hours: the calendar over which legal periods are counted.

The days are data (the room `lawbook` keeps the table); this class only answers questions about the days it was given.
"""

from calendar import isleap
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from itertools import pairwise

from django.utils.translation import gettext as _

from oneteam.kernel.clock import SHANGHAI
from oneteam.kernel.errors import BadInputError, NotReadyError


@dataclass(frozen=True, slots=True)
class Day:
    """What the table says about one day; `name` is the holiday's, empty on a plain weekday or weekend."""

    is_workday: bool
    name: str = ""
    provisional: bool = False


@dataclass(frozen=True, slots=True)
class OfficeHours:
    """The windows of one working day in Shanghai wall time, in order and apart; a city sets them."""

    windows: tuple[tuple[time, time], ...]

    def __post_init__(self) -> None:
        flat = [moment for window in self.windows for moment in window]
        if not flat or any(earlier >= later for earlier, later in pairwise(flat)):
            message = _("Office hours are windows in rising order, for example 08:30-12:00 and 13:30-17:00.")
            raise BadInputError(message)
        if any(moment.tzinfo for moment in flat):
            raise BadInputError(_("Office hours are given as plain times of day, without a zone."))


@dataclass(frozen=True, slots=True)
class Calendar:
    """A table of days. `office_hours` is None where the city has not set them: working hours then cannot be counted."""

    days: Mapping[date, Day]
    office_hours: OfficeHours | None
    _known: frozenset[int] = field(init=False, repr=False, compare=False)
    _provisional: frozenset[int] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        count = Counter(day.year for day in self.days)
        known = frozenset(year for year, number in count.items() if number == 365 + isleap(year))
        object.__setattr__(self, "_known", known)
        object.__setattr__(
            self, "_provisional", frozenset(d.year for d, entry in self.days.items() if entry.provisional)
        )

    def known(self, year: int) -> bool:
        """Whether the table holds every day of the year."""
        return year in self._known

    def provisional(self, year: int) -> bool:
        """Whether any day of the year is only computed, because the State Council's notice is not loaded (CAL-05)."""
        return year in self._provisional

    def is_workday(self, day: date) -> bool:
        """Whether `day` is a working day. NotReadyError if its year is not (wholly) in the table (CAL-05)."""
        if day.year not in self._known:
            message = _(
                "The holiday table does not hold the year %(year)d, so that no deadline can be computed over it. "
                "An administrator loads it with “oneteam law calendar FILE” (CSV: date,is_workday,name)."
            )
            raise NotReadyError(message % {"year": day.year})
        return self.days[day].is_workday

    def name(self, day: date) -> str:
        """Return the holiday's name, "" if it has none. It is a msgid for holidays that ship with the product."""
        entry = self.days.get(day)
        return entry.name if entry else ""

    def office_windows(self, day: date) -> Iterator[tuple[datetime, datetime]]:
        """Yield the office's windows on `day` (aware, Shanghai); none on a day off. NotReadyError without hours."""
        if self.office_hours is None:
            message = _(
                "The office hours of this city are not set, so that no deadline in working hours can be computed. "
                "An administrator sets them in the city's settings (office_hours)."
            )
            raise NotReadyError(message)
        if self.is_workday(day):
            for opens, closes in self.office_hours.windows:
                yield datetime.combine(day, opens, SHANGHAI), datetime.combine(day, closes, SHANGHAI)
