"""Reading runs: where objects stand, what may happen next and what blocks it, and their clocks."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from django.db.models import Min, Q, QuerySet
from django.db.models.expressions import RawSQL

from oneteam.journal import statements
from oneteam.journal.actors import Actor
from oneteam.kernel.clock import legal_day
from oneteam.kernel.deadline_reasons import Reason
from oneteam.kernel.periods import Side
from oneteam.lawbook import queries as lawbook
from oneteam.lawbook.checks import Severity
from oneteam.lawbook.settings_table import UnsetSettingError
from oneteam.lawbook.text import Text
from oneteam.procedures import registry, store
from oneteam.procedures.clocks import WARN_SHARE, ClockState, reasons_from, rule_period, state_of
from oneteam.procedures.declaration import ClockDo, Declaration, Step
from oneteam.procedures.errors import Failed
from oneteam.procedures.judging import Said, barred, evaluate, needed_facts, seat_of, unset, warnings, whose
from oneteam.procedures.models import Clock, Run
from oneteam.procedures.registry import Context


@dataclass(frozen=True, slots=True)
class RunView:
    """Where an object stands. `label` is the state's name in both languages."""

    object_id: UUID
    procedure: str
    version: int
    state: str
    label: Text
    since: datetime


def runs(object_ids: Iterable[UUID]) -> dict[UUID, RunView]:
    """Return where these objects stand, in a fixed number of queries; objects without a run are left out."""
    wanted = set(object_ids)
    if not wanted:  # asked a dozen times on a page, mostly about nothing: Django finds that out late
        return {}
    columns = ("id", "procedure", "declaration_id", "state", "since")
    found = list(Run.objects.filter(id__in=wanted).values_list(*columns))
    store.preload({declaration for _id, _procedure, declaration, _state, _since in found})
    views = {}
    for run, procedure, pinned, state, since in found:
        declaration = store.pinned(pinned)
        views[run] = RunView(run, procedure, declaration.version, state, declaration.states[state].label, since)
    return views


def in_state(procedure: str, *states: str) -> "QuerySet[Run, UUID]":
    """Return the ids of the objects in one of these states, to be used inside another query (id__in=…)."""
    return Run.objects.filter(procedure=procedure, state__in=states).values_list("id", flat=True)


def declares(object_id: UUID, step: str) -> bool:
    """Tell whether the version that an object's run is pinned to declares a step: earlier ones may not know it."""
    declaration = Run.objects.filter(id=object_id).values_list("declaration_id", flat=True).first()
    return declaration is not None and step in store.pinned(declaration).steps


class NextState(StrEnum):
    """What stands between an actor and a step."""

    LAWFUL = "lawful"
    BLOCKED = "blocked"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Next:
    """A step that the present state allows.

    `blockers` stand against it (state BLOCKED); `warnings` can be gone against with a reason each, as `overrides`.
    `for_whom` says whose step it is in the reader's language, when it is not this actor's (state OTHER).
    """

    step: str
    act: str
    label: Text
    state: NextState
    blockers: tuple[Failed, ...] = ()
    warnings: tuple[Failed, ...] = ()
    for_whom: tuple[str, ...] = ()


def next_steps(objects: Iterable[UUID], actor: Actor, at: datetime) -> dict[UUID, list[Next]]:
    """Return, for each object, every step that its state allows: lawful, blocked with all reasons, or for another role.

    Rules first, then all checks. A fixed number of queries however many objects there are.
    """
    found = list(Run.objects.filter(id__in=set(objects)).annotate(edition=RawSQL(lawbook.EDITION_SQL, [])))  # noqa: S611
    if not found:
        return {}
    store.preload({run.declaration_id for run in found})
    edition = found[0].edition
    with lawbook.held(edition):
        stored: dict[UUID, dict[str, Any]] = {}
        for procedure in sorted({run.procedure for run in found}):
            mine = [run for run in found if run.procedure == procedure]
            if wanted := _wanted(mine):
                stored |= registry.known_facts(procedure, [run.id for run in mine], at, wanted=wanted)
        book = lawbook.book(edition)
        return {run.id: _steps(run, actor, at, stored.get(run.id, {}), book) for run in found}


def _wanted(found: Sequence[Run]) -> frozenset[str]:
    """Return the stored facts that any step from the states of these runs may ask for."""
    states = {(run.declaration_id, run.state) for run in found}
    return frozenset[str]().union(
        *(
            needed_facts(declaration, step)
            for declaration, state in ((store.pinned(pin), state) for pin, state in states)
            for step in declaration.steps_from(state)
        )
    )


def _steps(run: Run, actor: Actor, at: datetime, facts: dict[str, Any], book: lawbook.Book) -> list[Next]:
    declaration, said = store.pinned(run.declaration_id), Said()
    return [
        _next(declaration, step, _context(run, step, actor, at, facts), book, said)
        for step in declaration.steps_from(run.state)
    ]


def _context(run: Run, step: Step, actor: Actor, at: datetime, facts: dict[str, Any]) -> Context:
    return Context(
        step=step.name, object_id=run.id, state=run.state, actor=actor, at=at, facts=facts, action=step.action,
        preview=True,
    )  # fmt: skip


def _next(declaration: Declaration, step: Step, context: Context, book: lawbook.Book, said: Said) -> Next:
    if seat_of(step, context) is None:
        if by_law := barred(step, context):
            return Next(step.name, step.act, step.label, NextState.BLOCKED, tuple(by_law), for_whom=tuple(whose(step)))
        return Next(step.name, step.act, step.label, NextState.OTHER, for_whom=tuple(whose(step)))
    failures = evaluate(step, context, said) + _unset_clocks(declaration, step, context, book)
    blockers = tuple(failed for failed in failures if failed.severity is Severity.BLOCK)
    state = NextState.BLOCKED if blockers else NextState.LAWFUL
    return Next(step.name, step.act, step.label, state, blockers, warnings(failures))


def _unset_clocks(declaration: Declaration, step: Step, context: Context, book: lawbook.Book) -> list[Failed]:
    """Return a failure for each clock whose length the city has not set, where the facts tell which one it is."""
    missing = []
    for use in step.does(ClockDo.START):
        rule = declaration.clocks[use.clock]
        if not context.facts.keys() >= set(rule.period.by):
            continue
        try:
            rule_period(rule, context.facts, book, legal_day(context.at))
        except UnsetSettingError as error:
            missing.append(unset(error.name))
    return missing


@dataclass(frozen=True, slots=True)
class ClockView:
    """A clock as its chip shows it. `left` of the time is negative when overdue; `due` is the last instant in time."""

    id: UUID
    object_id: UUID
    name: str
    label: Text
    side: Side
    state: ClockState
    started_at: datetime
    due: datetime
    stopped_at: datetime | None
    paused_since: datetime | None
    basis: str
    mark: str
    provisional: bool
    reasons: tuple[Reason, ...]


def clocks(object_ids: Iterable[UUID], at: datetime, *, running: bool = False) -> dict[UUID, list[ClockView]]:
    """Return the clocks of these objects as they stand at a region time, oldest first, in a fixed number of queries.

    With `running` only the one of each object that is due first among those that are not stopped: what a list shows.
    """
    found = Clock.objects.filter(run_id__in=set(object_ids)).select_related("run")
    if running:
        found = found.filter(stopped_at__isnull=True).order_by("run_id", "due", "id").distinct("run_id")
        return _views(list(found), at)
    return _views(list(found.order_by("started_at", "id")), at)


def _views(found: Sequence[Clock], at: datetime) -> dict[UUID, list[ClockView]]:
    store.preload({clock.run.declaration_id for clock in found})
    views: dict[UUID, list[ClockView]] = {}
    for clock in found:
        rule = store.pinned(clock.run.declaration_id).clocks[clock.name]
        views.setdefault(clock.run_id, []).append(
            ClockView(
                id=clock.id,
                object_id=clock.run_id,
                name=clock.name,
                label=rule.label,
                side=Side(clock.side),
                state=state_of(clock, at),
                started_at=clock.started_at,
                due=clock.due,
                stopped_at=clock.stopped_at,
                paused_since=clock.paused_since,
                basis=clock.basis,
                mark=clock.mark,
                provisional=clock.provisional,
                reasons=reasons_from(clock.reasons),
            )
        )
    return views


def overdue(at: datetime, *, limit: int = 100) -> list[ClockView]:
    """Return the open clocks past their due, the longest overdue first. Paused clocks are never late."""
    found = list(_late(at).select_related("run").order_by("due", "id")[:limit])
    return [view for views in _views(found, at).values() for view in views]


def overdue_count(at: datetime) -> int:
    """Return how many open clocks are past their due."""
    return _late(at).count()


def late_runs(procedure: str, at: datetime) -> "QuerySet[Any, Any]":
    """Return the ids of a procedure's objects with an open clock past its due, for a filter."""
    return _late(at).filter(run__procedure=procedure).values("run_id")


def _late(at: datetime) -> "QuerySet[Clock]":
    return Clock.objects.filter(stopped_at__isnull=True, paused_since__isnull=True, due__lt=at)


def running_dues(object_ids: Iterable[UUID], names: Iterable[str]) -> dict[UUID, dict[str, datetime]]:
    """Return for each object with a running clock of these names when each ends, the latest; in one query."""
    rows = Clock.objects.filter(
        run_id__in=set(object_ids), name__in=list(names), stopped_at__isnull=True, paused_since__isnull=True
    )
    found: dict[UUID, dict[str, datetime]] = {}
    for run, name, due in rows.order_by("due").values_list("run_id", "name", "due"):
        found.setdefault(run, {})[name] = due
    return found


_FIRST_DUE = """
SELECT run_id, CASE WHEN due < %s THEN 'overdue' WHEN due - %s <= (due - started_at) * %s THEN 'warn' ELSE 'running' END
FROM (
  SELECT DISTINCT ON (run_id) run_id, started_at, due FROM procedures_clock
  WHERE run_id = ANY(%s::uuid[]) AND stopped_at IS NULL AND paused_since IS NULL ORDER BY run_id, due
) AS nearest
ORDER BY due, run_id
"""


def by_due(object_ids: Iterable[UUID], at: datetime) -> dict[UUID, ClockState]:
    """Return how the first clock stands that is due for each object, the object whose clock ends first coming first.

    In one query; objects without a running clock are left out.
    """
    rows = statements.run(_FIRST_DUE, [at, at, WARN_SHARE, list(object_ids)]).fetchall()
    return {run: ClockState(state) for run, state in rows}


def nearest_due(object_ids: Iterable[UUID]) -> dict[UUID, datetime]:
    """Return for each object the nearest due of its open clocks that are not paused: what a work list sorts by."""
    rows = (
        Clock.objects.filter(run_id__in=set(object_ids), stopped_at__isnull=True, paused_since__isnull=True)
        .values_list("run_id")
        .annotate(nearest=Min("due", filter=Q(paused_since__isnull=True)))
    )
    return dict(rows)


@dataclass(frozen=True, slots=True)
class Pressing:
    """An object whose nearest clock is overdue or nearly so."""

    object_id: UUID
    procedure: str
    due: datetime
    state: ClockState


@dataclass(frozen=True, slots=True)
class Standing:
    """How the objects of some procedures stand by their nearest clock, and the most pressing of them."""

    overdue: int
    soon: int
    calm: int
    first: tuple[Pressing, ...]


_STANDING = """
WITH nearest AS (
  SELECT DISTINCT ON (c.run_id) c.run_id, r.procedure, c.due,
    CASE WHEN c.due < %s THEN 0 WHEN c.due - %s <= (c.due - c.started_at) * %s THEN 1 ELSE 2 END AS state
  FROM procedures_clock c JOIN procedures_run r ON r.id = c.run_id
  WHERE c.stopped_at IS NULL AND c.paused_since IS NULL AND r.procedure = ANY(%s) ORDER BY c.run_id, c.due
)
SELECT run_id, procedure, due, state, count(*) FILTER (WHERE state = 0) OVER (),
  count(*) FILTER (WHERE state = 1) OVER (), count(*) FILTER (WHERE state = 2) OVER ()
FROM nearest ORDER BY due, run_id LIMIT %s
"""
_STATES = (ClockState.OVERDUE, ClockState.WARN)


def standing(procedures: Iterable[str], at: datetime, *, most: int) -> Standing:
    """Return how many objects with a running clock are overdue, nearly so, or calm, and the most pressing of them."""
    rows = statements.run(_STANDING, [at, at, WARN_SHARE, list(procedures), most]).fetchall()
    if not rows:
        return Standing(0, 0, 0, ())
    first = tuple(Pressing(run, name, due, _STATES[state]) for run, name, due, state, *_counts in rows if state < 2)
    overdue, soon, calm = rows[0][4:]
    return Standing(overdue, soon, calm, first)
