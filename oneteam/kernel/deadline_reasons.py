"""Why a deadline falls where it does, as data: start, rule, days left out, pauses, rolling, the provisional flag."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from itertools import groupby

from oneteam.kernel.clock import legal_day
from oneteam.kernel.periods import HOUR_UNITS, Deadline, SkipReason
from oneteam.kernel.unit_table import Unit


class ReasonKind(StrEnum):
    """What one line of a deadline's explanation is about."""

    START = "start"
    RULE = "rule"
    DAYS_OFF = "days_off"
    PAUSED = "paused"
    SUSPENDED = "suspended"
    ROLLED = "rolled"
    DUE = "due"
    PROVISIONAL = "provisional"


@dataclass(frozen=True, slots=True)
class Reason:
    """One line of the explanation, as data; the screen makes the sentence.

    START: `first` is the event's day, `moment` its moment. RULE: `count` and `unit`, `text` the articles. DAYS_OFF and
    PAUSED: `count` days from `first` to `last` (0 for a pause between hours), `text` the holiday (a msgid) or the
    ground. SUSPENDED: `moment` since when, `text` the ground. ROLLED: from day `first` to day `last`. DUE: `last` and
    `moment`. PROVISIONAL: nothing more.
    """

    kind: ReasonKind
    first: date | None = None
    last: date | None = None
    count: int = 0
    unit: Unit | None = None
    moment: datetime | None = None
    text: str = ""


def reasons(of: Deadline) -> tuple[Reason, ...]:
    """Return why the deadline falls where it does, in the order in which a person would tell it."""
    articles = ", ".join(dict.fromkeys(filter(None, (of.period.article, of.period.unit_article))))
    lines = [
        Reason(ReasonKind.START, first=legal_day(of.start), moment=of.start),
        Reason(ReasonKind.RULE, count=of.period.n, unit=of.period.unit, text=articles),
    ]
    for (reason, name), group in groupby(of.skipped, key=lambda skipped: (skipped.reason, skipped.name)):
        days = [skipped.day for skipped in group]
        kind = ReasonKind.PAUSED if reason is SkipReason.PAUSE else ReasonKind.DAYS_OFF
        lines.append(Reason(kind, first=days[0], last=days[-1], count=len(days), text=name))
    if of.period.unit in HOUR_UNITS:
        lines += [
            Reason(ReasonKind.PAUSED, first=legal_day(pause.start), last=legal_day(pause.end), text=pause.ground)
            for pause in of.pauses
            if pause.end is not None and pause.start < of.due and pause.end > of.start
        ]
    if of.suspended_since is not None:
        ground = next(pause.ground for pause in of.pauses if pause.end is None)
        lines.append(Reason(ReasonKind.SUSPENDED, moment=of.suspended_since, text=ground))
    if of.rolled_from is not None:
        lines.append(Reason(ReasonKind.ROLLED, first=of.rolled_from, last=of.last_day))
    lines.append(Reason(ReasonKind.DUE, last=of.last_day, moment=of.due))
    if of.provisional:
        lines.append(Reason(ReasonKind.PROVISIONAL))
    return tuple(lines)
