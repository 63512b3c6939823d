"""Clocks of a run: computed from an act, a period and the calendar; started, stopped, paused and resumed by steps."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from django.db import connection
from psycopg.types.json import Jsonb

from oneteam.journal.statements import Part
from oneteam.kernel.clock import legal_day
from oneteam.kernel.deadline_reasons import Reason, ReasonKind, reasons
from oneteam.kernel.ids import uuid7
from oneteam.kernel.periods import Deadline, Pause, Period, Side, Unit, deadline, statutory_period
from oneteam.lawbook.queries import EDITION_SQL, Book
from oneteam.lawbook.settings_table import SettingValue, UnsetSettingError
from oneteam.procedures.declaration import ClockDo, ClockRule, Declaration, Step
from oneteam.procedures.models import Clock

_COLUMNS = (
    "id, run_id, name, side, n, unit, basis, unit_basis, mark, started_act, started_at, due, provisional, reasons,"
    " pauses"
)
_ROW = "(%s, %s, %s, %s, %s, %s, %s, %s, %s, {act}, %s, %s, %s, %s, %s)"
_THIS_ACT = "(SELECT id FROM act)"  # of the statement that the act is part of
_OPEN = (
    "INSERT INTO procedures_run (id, procedure, declaration_id, state, since, opened_act, last_act)"  # noqa: S608
    f" VALUES (%s, %s, %s, %s, %s, {_THIS_ACT}, {_THIS_ACT}) ON CONFLICT (id) DO NOTHING"
    f" RETURNING {EDITION_SQL} AS edition"
)
WARN_SHARE = 0.3  # looks.md section 4: grey while more than 30 % of the time is left


@dataclass(frozen=True, slots=True)
class ClockChange:
    """What a step did with one clock; `due` as it is now (the earliest possible while paused)."""

    do: ClockDo
    name: str
    due: datetime
    provisional: bool


@dataclass(frozen=True, slots=True)
class Computed:
    """A clock about to start: its deadline and the mark of the number behind it."""

    name: str
    deadline: Deadline
    mark: str


def rule_period(rule: ClockRule, facts: Mapping[str, Any], book: Book, day: date) -> tuple[Period, str]:
    """Return the period of a clock that starts on a legal day, and the mark of its ground.

    UnsetSettingError where it is a setting that the city has not set.
    """
    period = rule.period
    if period.setting:
        name = setting_name(rule, facts, book)
        amount, value = book.amount(name), book.settings[name]
        return Period(amount.n, amount.unit, rule.side, _citation(value)), value.mark
    if period.statute:
        return statutory_period(period.statute, period.n, rule.side, article=period.article, on=day), period.mark
    if period.unit is None:  # pragma: no cover - the loader refuses such a rule
        raise AssertionError(rule.name)
    return Period(period.n, period.unit, rule.side, period.article), period.mark


def setting_name(rule: ClockRule, facts: Mapping[str, Any], book: Book) -> str:
    """Return the setting that gives a clock's length, its variant chosen by the facts that the rule names.

    A city may set a limit for a category (`order.handle.service.urgent`); where it has not, that of every category
    holds (`order.handle.urgent`): the facts are dropped from the front until one is set, the last stays.
    """
    try:
        chosen = [str(facts[by]) for by in rule.period.by]
        names = [".".join([rule.period.setting, *chosen[start:]]) for start in range(max(1, len(chosen)))]
        return next((name for name in names if name in book.settings), names[-1])
    except KeyError as error:
        raise LookupError(f"the clock {rule.name} needs the fact {error}") from None


def _citation(value: SettingValue) -> str:
    return f"{value.name} ({value.basis})"


def compute(
    declaration: Declaration,
    step: Step,
    facts: Mapping[str, Any],
    at: datetime,
    book: Book,
    *,
    lenient: bool = False,
    dues: Mapping[str, datetime] | None = None,
) -> tuple[list[Computed], list[str]]:
    """Return the clocks that a step starts, and the unset settings that kept one from starting.

    With `lenient` (something that has already happened) an unset setting is only named; else UnsetSettingError.
    `dues` are the ends of the run's open clocks, for those that begin after another; one that is past counts from `at`.
    """
    computed, unset = [], []
    for use in step.does(ClockDo.START):
        if use.unless and facts.get(use.unless):
            continue
        try:
            period, mark = rule_period(declaration.clocks[use.clock], facts, book, legal_day(at))
        except UnsetSettingError as error:
            if not lenient:
                raise
            unset.append(error.name)
            continue
        begins = max(at, (dues or {}).get(use.after, at))
        computed.append(Computed(use.clock, deadline(begins, period, book.calendar), mark))
    return computed, unset


def opening(run: tuple[UUID, str, UUID, str, datetime], computed: Sequence[Computed]) -> list[Part]:
    """Return what begins a run (id, procedure, declaration, state, since) and its clocks along with the opening act.

    `opened` tells the edition in force, as the statement itself sees it, and nothing where a run stands already.
    """
    parts = [Part("opened", _OPEN, run, "edition")]
    if computed:
        # Where a run stands already, its clocks may too: nothing is inserted then.
        clocks = f"{_insert(len(computed), _THIS_ACT)} ON CONFLICT DO NOTHING"
        parts.append(Part("started", clocks, _rows(run[0], (), computed)))
    return parts


def insert(run: UUID, act: UUID, computed: Sequence[Computed]) -> None:
    """Start clocks of a run that exists: one statement, however many."""
    if computed:
        with connection.cursor() as cursor:
            cursor.execute(_insert(len(computed), "%s"), _rows(run, (act,), computed))


def started(computed: Iterable[Computed]) -> list[ClockChange]:
    """Return what starting these clocks changed."""
    return [
        ClockChange(ClockDo.START, clock.name, clock.deadline.due, clock.deadline.provisional) for clock in computed
    ]


def _insert(count: int, act: str) -> str:
    """Return the statement for that many clocks; `act` is the text that stands for the act that starts them."""
    rows = ", ".join([_ROW.format(act=act)] * count)
    return f"INSERT INTO procedures_clock ({_COLUMNS}) VALUES {rows}"  # noqa: S608 placeholders


def _rows(run: UUID, act: tuple[UUID, ...], computed: Iterable[Computed]) -> list[Any]:
    values: list[Any] = []
    for clock in computed:
        due, period = clock.deadline, clock.deadline.period
        values += (
            uuid7(), run, clock.name, period.side, period.n, period.unit, period.article, period.unit_article,
            clock.mark, *act, due.start, due.due, due.provisional, Jsonb(reasons_json(due)), Jsonb([]),
        )  # fmt: skip
    return values


def change(
    run: UUID, act: UUID, at: datetime, step: Step, facts: Mapping[str, Any], book: Book, *, only_stop: bool = False
) -> list[ClockChange]:
    """Stop, pause and resume the run's open clocks as the step says. A clock that is not open is left alone.

    With `only_stop` (a fact told so late that it lies behind the present state) nothing is paused or resumed.
    """
    does = (ClockDo.STOP,) if only_stop else (ClockDo.STOP, ClockDo.PAUSE, ClockDo.RESUME)
    uses = [use for use in step.does(*does) if not (use.unless and facts.get(use.unless))]
    if not uses:
        return []
    found = Clock.objects.filter(run_id=run, name__in={use.clock for use in uses}, stopped_at__isnull=True)
    open_clocks = {clock.name: clock for clock in found}
    changes = []
    for use in uses:
        clock = open_clocks.get(use.clock)
        if (
            clock is None
            or (use.do is ClockDo.PAUSE and clock.paused_since is not None)
            or (use.do is ClockDo.RESUME and clock.paused_since is None)
        ):
            continue
        if use.do is ClockDo.PAUSE:
            clock.paused_since = at
            clock.pauses = [*clock.pauses, {"start": at.isoformat(), "end": None, "ground": use.ground}]
        elif clock.paused_since is not None:
            ended = max(at, clock.paused_since)
            clock.pauses = [*clock.pauses[:-1], {**clock.pauses[-1], "end": ended.isoformat()}]
            clock.paused_since = None
        if use.do is ClockDo.STOP:
            clock.stopped_at, clock.stopped_act = at, act
        apply(clock, recomputed(clock, book))
        clock.save(
            update_fields=["paused_since", "pauses", "stopped_at", "stopped_act", "due", "provisional", "reasons"]
        )
        changes.append(ClockChange(use.do, clock.name, clock.due, clock.provisional))
    return changes


def open_names(run: UUID) -> set[str]:
    """Return the names of a run's open clocks."""
    return set(Clock.objects.filter(run_id=run, stopped_at__isnull=True).values_list("name", flat=True))


def open_dues(run: UUID) -> dict[str, datetime]:
    """Return when each of a run's open clocks ends."""
    return dict(Clock.objects.filter(run_id=run, stopped_at__isnull=True).values_list("name", "due"))


def recomputed(clock: Clock, book: Book) -> Deadline:
    """Compute a clock's deadline anew from what it began with, its pauses and the calendar of `book`."""
    period = Period(clock.n, Unit(clock.unit), Side(clock.side), clock.basis, clock.unit_basis)
    return deadline(clock.started_at, period, book.calendar, _pauses(clock))


def apply(clock: Clock, due: Deadline) -> None:
    """Write a computed deadline into a clock's row (not yet saved)."""
    clock.due, clock.provisional, clock.reasons = due.due, due.provisional, reasons_json(due)


def _pauses(clock: Clock) -> list[Pause]:
    return [
        Pause(
            datetime.fromisoformat(pause["start"]),
            datetime.fromisoformat(pause["end"]) if pause["end"] else None,
            pause["ground"],
        )
        for pause in clock.pauses
    ]


def reasons_json(of: Deadline) -> list[dict[str, Any]]:
    """Return why a deadline falls where it does, as JSON without empty entries."""
    lines = []
    for reason in reasons(of):
        line: dict[str, Any] = {"kind": reason.kind}
        for name in ("first", "last", "moment"):
            moment: date | None = getattr(reason, name)
            if moment is not None:
                line[name] = moment.isoformat()
        for name in ("count", "unit", "text"):
            if value := getattr(reason, name):
                line[name] = value
        lines.append(line)
    return lines


def reasons_from(lines: Iterable[Mapping[str, Any]]) -> tuple[Reason, ...]:
    """Return stored reasons as the data they were."""
    return tuple(
        Reason(
            ReasonKind(line["kind"]),
            first=date.fromisoformat(line["first"]) if "first" in line else None,
            last=date.fromisoformat(line["last"]) if "last" in line else None,
            count=line.get("count", 0),
            unit=Unit(line["unit"]) if "unit" in line else None,
            moment=datetime.fromisoformat(line["moment"]) if "moment" in line else None,
            text=line.get("text", ""),
        )
        for line in lines
    )


class ClockState(StrEnum):
    """How a clock stands: what its chip shows."""

    RUNNING = "running"
    WARN = "warn"
    OVERDUE = "overdue"
    MET = "met"
    BREACHED = "breached"
    PAUSED = "paused"


def state_of(clock: Clock, at: datetime) -> ClockState:
    """Return how a clock stands at a region time; late means after `due`, never while paused."""
    if clock.stopped_at is not None:
        return ClockState.BREACHED if clock.stopped_at > clock.due else ClockState.MET
    if clock.paused_since is not None:
        return ClockState.PAUSED
    if at > clock.due:
        return ClockState.OVERDUE
    left, whole = clock.due - at, clock.due - clock.started_at
    return ClockState.WARN if left <= whole * WARN_SHARE else ClockState.RUNNING
