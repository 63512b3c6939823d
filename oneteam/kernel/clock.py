"""The one clock of the edge, and the zone in which the law counts its days.

Only the edge (views, commands, followers) calls `now()`; domain code takes its time as an argument. The region's time
is the real time unless the environment variable ONETEAM_CLOCK sets another start and speed (exercise regions, tests):

    ONETEAM_CLOCK="2027-03-01"                                        starts then, when this process starts
    ONETEAM_CLOCK="2027-03-01T08:30+08:00@2026-11-25T01:00:00Z"       was 08:30 at the named real moment
    ONETEAM_CLOCK="2027-03-01T08:30+08:00@2026-11-25T01:00:00Zx60"    the same, and a minute passes in each real second
    ONETEAM_CLOCK="2027-03-01T08:30+08:00@…Zx60>2027-03-01T18:30+08:00"  the same until 18:30, then at the usual speed

A moment without an offset is Shanghai time. A supervisor calls `normalise` once and hands the result to its children,
so that all of them read the same clock.
"""

import math
import os
import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from oneteam.kernel.errors import BadInputError, NotReadyError

SHANGHAI = ZoneInfo("Asia/Shanghai")
CLOCK_VARIABLE = "ONETEAM_CLOCK"
MAX_SPEED = 86_400.0  # one day in a second; faster would leave the calendar within a month of running

_FORM = re.compile(r"(?P<start>[^@x>]+)(?:@(?P<anchor>[^@x>]+))?(?:x(?P<speed>[0-9.]+))?(?:>(?P<until>[^@x>]+))?")


@dataclass(frozen=True, slots=True)
class ClockSetting:
    """A mapping from real time to the region's time: `start` held at the real moment `anchor`; `speed` has no unit.

    From `until` (region's time) on, where there is one, it goes on at the usual speed.
    """

    start: datetime
    anchor: datetime
    speed: float
    until: datetime | None = None

    def at(self, real: datetime) -> datetime:
        """Return the region's time (aware, UTC) at the real moment `real`; NotReadyError where the calendar ends."""
        try:
            turn = self.turn()
            if turn is not None and self.until is not None and real > turn:
                return (max(self.start, self.until) + (real - turn)).astimezone(UTC)
            return (self.start + (real - self.anchor) * self.speed).astimezone(UTC)
        except OverflowError as error:
            message = _("The clock set by %(variable)s has left the calendar; restart with a later anchor.")
            raise NotReadyError(message % {"variable": CLOCK_VARIABLE}) from error

    def turn(self) -> datetime | None:
        """Return the real moment from which on the usual speed holds; None where that never comes."""
        if self.until is None or self.speed == 0:
            return None
        return self.anchor + max(self.until - self.start, timedelta()) / self.speed

    def __str__(self) -> str:
        speed = "" if self.speed == 1.0 else f"x{self.speed:f}".rstrip("0").rstrip(".")
        until = "" if self.until is None else f">{self.until.isoformat()}"
        return f"{self.start.isoformat()}@{self.anchor.isoformat()}{speed}{until}"


def real_now() -> datetime:
    """Return the real time (aware, UTC), never shifted; only for what must not follow an exercise clock."""
    return datetime.now(UTC)


# The anchor of a clock that names none. Taken when the module is first imported, which every process does at its start.
_PROCESS_START = real_now()


def parse_clock(value: str, real_anchor: datetime) -> ClockSetting:
    """Read the text of ONETEAM_CLOCK; `real_anchor` (aware) stands in for an anchor that it does not name.

    BadInputError when the text, one of its moments or its speed cannot be read.
    """
    require_aware(real_anchor)
    form = _FORM.fullmatch(value.strip())
    if form is None:
        raise _unreadable(value, _("it is not START, START@REAL, START@REALxSPEED or START@REALxSPEED>UNTIL"))
    anchor = form["anchor"]
    start_moment = _moment(value, form["start"])
    anchor_moment = real_anchor.astimezone(UTC) if anchor is None else _moment(value, anchor)
    until = None if form["until"] is None else _moment(value, form["until"])
    return ClockSetting(start=start_moment, anchor=anchor_moment, speed=_speed(value, form["speed"]), until=until)


def normalise(env_value: str, real_now: datetime) -> str:
    """Return the setting with its anchor written out (the real moment `real_now` if it names none); "" stays "".

    Normalising twice changes nothing. BadInputError as in `parse_clock`.
    """
    return str(parse_clock(env_value, real_now)) if env_value.strip() else ""


def now() -> datetime:
    """Return the region's time (aware, UTC): the real time, or what ONETEAM_CLOCK makes of it.

    BadInputError when ONETEAM_CLOCK cannot be read.
    """
    value = os.environ.get(CLOCK_VARIABLE, "")
    return _setting(value).at(real_now()) if value.strip() else real_now()


def legal_day(moment: datetime) -> date:
    """Return the day on which `moment` (aware) falls for the law: the date in Shanghai. ValueError if naive."""
    return require_aware(moment).astimezone(SHANGHAI).date()


def require_aware(moment: datetime) -> datetime:
    """Return `moment` as it came. ValueError if it names no offset: a guess could move a deadline by a day."""
    if moment.utcoffset() is None:
        raise ValueError(
            f"naive datetime {moment.isoformat()}: give it a zone, for example oneteam.kernel.clock.SHANGHAI"
        )
    return moment


@lru_cache(maxsize=8)
def _setting(value: str) -> ClockSetting:
    return parse_clock(value, _PROCESS_START)


def _moment(value: str, text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text.strip())
        return (moment if moment.tzinfo else moment.replace(tzinfo=SHANGHAI)).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        reason = _("“%(text)s” is not an ISO 8601 moment") % {"text": text}
        raise _unreadable(value, reason) from error


def _speed(value: str, text: str | None) -> float:
    if text is None:
        return 1.0
    try:
        speed = float(text)
    except ValueError:
        speed = math.nan
    if not 0.0 <= speed <= MAX_SPEED:
        reason = _("the speed “%(text)s” is not a number from 0 to %(most)d") % {"text": text, "most": int(MAX_SPEED)}
        raise _unreadable(value, reason)
    return speed


def _unreadable(value: str, reason: str) -> BadInputError:
    message = _("%(variable)s=“%(value)s” cannot be read: %(reason)s. Example: %(example)s")
    example = "2027-03-01T08:30+08:00@2026-11-25T09:00+08:00x60"
    return BadInputError(message % {"variable": CLOCK_VARIABLE, "value": value, "reason": reason, "example": example})
