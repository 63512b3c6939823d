"""Taking a step: who may, what the law says, the act, the new state and the clocks, in one transaction.

Rules come first (NotAllowedError), then every check at once: a proposed step that fails one is refused with all
failures; a report of what has already happened is recorded with them as breaches (DESIGN, idea 5).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from oneteam.journal.actors import Actor
from oneteam.journal.acts import Recorded, TryAgainError, earlier, record, used
from oneteam.journal.kinds import ActKind
from oneteam.journal.kinds import register as register_kind
from oneteam.journal.once import Once
from oneteam.journal.statements import Part
from oneteam.kernel.clock import legal_day
from oneteam.kernel.errors import BadInputError, ConflictError, MissingError, OneteamError
from oneteam.lawbook import queries as lawbook
from oneteam.lawbook.checks import Severity
from oneteam.lawbook.checks import checks as check_texts
from oneteam.procedures import clocks, registry, store
from oneteam.procedures.clocks import ClockChange, Computed
from oneteam.procedures.declaration import Declaration, Step
from oneteam.procedures.errors import Failed, RefusedError
from oneteam.procedures.judging import authorise, evaluate, needed_facts, out_of_order, unset
from oneteam.procedures.models import Run
from oneteam.procedures.registry import Context
from oneteam.procedures.taken import Taken

# The two fields that every step's act has beside its own: lists of {"check": id, "reason": text}.
STANDARD_FIELDS: Mapping[str, type] = {"breaches": list, "overrides": list}

# Brings the edition in force along, so that knowing whether a cache is still true costs no statement.
_LOCK = f"SELECT declaration_id, state, {lawbook.EDITION_SQL} FROM procedures_run WHERE id = %s FOR UPDATE"  # noqa: S608


def step_kind(
    name: str, text: str | Promise, fields: Mapping[str, Any] | None = None, personal: frozenset[str] = frozenset()
) -> ActKind:
    """Register the kind of act that a step becomes, with the fields for breaches and overrides beside `fields`."""
    own = dict(fields or {})
    return register_kind(ActKind(name=name, text=text, fields={**own, **STANDARD_FIELDS}, personal=personal))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Proposal:
    """All that a caller hands over, for the functions below."""

    step: str
    object_id: UUID
    actor: Actor
    at: datetime
    facts: Mapping[str, Any] = field(default_factory=dict)
    payload: Mapping[str, Any] = field(default_factory=dict)
    personal: Mapping[UUID, Mapping[str, Any]] = field(default_factory=dict)
    about: Sequence[UUID] = ()
    basis: Sequence[str] = ()
    place: str | None = None
    device: str | None = None
    once: Once | None = None
    along: Sequence[Part] = ()
    overrides: Mapping[str, str] = field(default_factory=dict)
    happened: bool = False
    numbered: Callable[[], int] | None = None

    def replay(self) -> Taken | None:
        act = earlier(actor=self.actor, once=self.once)
        return Taken(act, self.step, self.object_id, replayed=True) if act else None

    def context(self, step: Step, state: str | None, stored: Mapping[str, Any]) -> Context:
        # What is stored wins: a caller cannot talk a check out of what the rooms know.
        return Context(
            step=step.name, object_id=self.object_id, state=state, actor=self.actor, at=self.at,
            facts={**self.facts, **stored}, action=step.action,
        )  # fmt: skip

    def record(self, step: Step, verdict: "_Verdict", opening: Sequence[Part] = (), number: int = 0) -> Recorded:
        listed: dict[str, Any] = {
            "breaches": [{"check": failed.id, "reason": ""} for failed in verdict.breaches],
            "overrides": [{"check": check, "reason": why} for check, why in sorted(verdict.overrides.items())],
        }
        if number:
            listed["number"] = number
        return record(
            kind=step.act, actor=self.actor, at=self.at, stream=self.object_id, payload={**self.payload, **listed},
            personal=self.personal, about=self.about, basis=self.basis, place=self.place, device=self.device,
            once=self.once, along=[*opening, *self.along],
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Verdict:
    """What the checks said about a step that may be taken."""

    breaches: tuple[Failed, ...]
    overrides: Mapping[str, str]


def take_step(
    *,
    step: str,
    object_id: UUID,
    actor: Actor,
    at: datetime,
    facts: Mapping[str, Any] | None = None,
    payload: Mapping[str, Any] | None = None,
    personal: Mapping[UUID, Mapping[str, Any]] | None = None,
    about: Sequence[UUID] = (),
    basis: Sequence[str] = (),
    place: str | None = None,
    device: str | None = None,
    once: Once | None = None,
    along: Sequence[Part] = (),
    overrides: Mapping[str, str] | None = None,
    happened: bool = False,
    numbered: Callable[[], int] | None = None,
) -> Taken:
    """Take a step of a procedure for one object, inside the caller's transaction (`journal.acts.write`).

    `step` is its name ("order.verify"); the object's id is also its stream. `facts` is what the proposal brings for
    checks and clocks; what rooms store about the object is asked of them. `overrides` gives a reason for each W check
    that the person goes on against. `happened` reports what already took place: only for steps declared `fact: true`.
    `numbered` draws the number of an object that the step opens, once nothing speaks against it (Taken.number).
    The other arguments are those of `journal.acts.record`; act first, then the run and its clocks, then the caller's
    own rows. With a key (`once`) that came before, the first act is returned as `replayed` and nothing is written.

    Raises NotAllowedError (not this actor's step), RefusedError with every failed check, UnsetSettingError (a clock's
    length is not set), MissingError (no such object or step), ConflictError (already opened; key with other content),
    BadInputError (an override where none is possible; `happened` for a step that can only be proposed).
    """
    proposal = _Proposal(
        step=step, object_id=object_id, actor=actor, at=at, facts=facts or {}, payload=payload or {},
        personal=personal or {}, about=about, basis=basis, place=place, device=device, once=once, along=along,
        overrides={check: reason.strip() for check, reason in (overrides or {}).items() if reason.strip()},
        happened=happened, numbered=numbered,
    )  # fmt: skip
    return _open(proposal) if store.opens(step) else _move(proposal)


class LawChangedError(TryAgainError):
    """The law changed between reading it and opening the run; the whole write is tried again under the new one."""


@dataclass(frozen=True, slots=True)
class _Plan:
    """How a run would begin under one edition of the law; nothing is written yet."""

    pinned: store.Pinned
    step: Step
    verdict: "_Verdict"
    computed: list[Computed]


def _plan(proposal: _Proposal, book: lawbook.Book) -> _Plan:
    pinned = store.in_force(book.edition).on(proposal.step.partition(".")[0], legal_day(proposal.at))
    step = store.step_of(pinned.declaration, proposal.step)
    context = proposal.context(step, None, {})
    authorise(step, context)
    computed, missing = _clocks(proposal, pinned.declaration, step, context, book)
    return _Plan(pinned, step, _judge(proposal, step, context, missing), computed)


def _open(proposal: _Proposal) -> Taken:
    """Begin a run, in one statement with its act and its clocks.

    Law and calendar come from this process's memory; the statement brings back the edition in force, which tells
    whether they were still true. If not, the whole write is tried again.
    """
    replay = proposal.replay()
    if replay is not None:
        return replay
    book = lawbook.kept_book()
    try:
        plan = _plan(proposal, book)
    except OneteamError:
        if lawbook.edition() == book.edition:
            raise
        book = lawbook.book()  # it was only this process's memory that spoke
        plan = _plan(proposal, book)
    run = (proposal.object_id, plan.pinned.declaration.name, plan.pinned.id, plan.step.target, proposal.at)
    number = proposal.numbered() if proposal.numbered else 0
    act = proposal.record(plan.step, plan.verdict, clocks.opening(run, plan.computed), number)
    edition = act.along["opened"]
    if edition is None:
        raise ConflictError(_("This object was opened before."))
    if edition != book.edition:
        lawbook.book(edition)
        raise LawChangedError(proposal.step)
    started = clocks.started(plan.computed)
    return replace(_finish(proposal, plan.step, act, plan.step.target, plan.verdict, started), number=number)


def _move(proposal: _Proposal) -> Taken:
    """Take a step of a run that exists, under the declaration it is pinned to. The run's row is the lock."""
    with connection.cursor() as cursor:
        cursor.execute(_LOCK, [proposal.object_id])
        row = cursor.fetchone()
    if row is None:
        raise MissingError(_("There is no such object, or nothing has begun for it yet."))
    replay = proposal.replay()
    if replay is not None:
        return replay
    declaration_id, state, edition = row
    declaration = store.pinned(declaration_id)
    step, context = _admitted(proposal, declaration, state)
    ahead = state in step.sources
    book = lawbook.book(lawbook.known_edition(edition)) if step.clocks else None
    # A fact told late: it moves the run on when it lies ahead of the present state, and never moves it back.
    moves = ahead or not declaration.reachable(state).isdisjoint(step.sources)
    computed, missing = _clocks(proposal, declaration, step, context, book) if book and moves else ([], [])
    verdict = _judge(proposal, step, context, missing, [] if ahead else [out_of_order(declaration, step, state)])
    act = proposal.record(step, verdict)
    target = (step.target or state) if moves else state
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE procedures_run SET last_act = %s, since = CASE WHEN state = %s THEN since ELSE %s END, state = %s"
            " WHERE id = %s",
            [act.id, target, proposal.at, target, proposal.object_id],
        )
    changes: list[ClockChange] = []
    if book is not None:
        changes += clocks.change(
            proposal.object_id, act.id, proposal.at, step, context.facts, book, only_stop=not moves
        )
        if computed:
            already = clocks.open_names(proposal.object_id)
            fresh = [clock for clock in computed if clock.name not in already]
            clocks.insert(proposal.object_id, act.id, fresh)
            changes += clocks.started(fresh)
    return _finish(proposal, step, act, target, verdict, changes)


def _admitted(proposal: _Proposal, declaration: Declaration, state: str) -> tuple[Step, Context]:
    """Return the step with what is known about it, where this actor may take it and the state allows it."""
    step = store.step_of(declaration, proposal.step)
    wanted = needed_facts(declaration, step)
    stored = registry.known_facts(declaration.name, [proposal.object_id], proposal.at, wanted=wanted) if wanted else {}
    context = proposal.context(step, state, stored.get(proposal.object_id, {}))
    authorise(step, context)
    if state not in step.sources and not proposal.happened:
        raise RefusedError(step.name, [out_of_order(declaration, step, state)])
    return step, context


def ask_step(*, step: str, object_id: UUID, actor: Actor, at: datetime, key: str | None) -> None:
    """Ask whether this actor may take a step and the state allows it, before anything costly is read for it.

    `take_step` asks again, and everything else. A key that the actor used before passes: what came of it is answered
    there. Raises NotAllowedError, RefusedError, MissingError and BadInputError as `take_step` does.
    """
    if used(actor=actor, key=key):
        return
    row = Run.objects.filter(id=object_id).values_list("declaration_id", "state").first()
    if row is None:
        raise MissingError(_("There is no such object, or nothing has begun for it yet."))
    proposal = _Proposal(step=step, object_id=object_id, actor=actor, at=at)
    _admitted(proposal, store.pinned(row[0]), row[1])


def _clocks(
    proposal: _Proposal, declaration: Declaration, step: Step, context: Context, book: lawbook.Book
) -> tuple[list[Computed], list[str]]:
    dues = clocks.open_dues(proposal.object_id) if any(use.after for use in step.clocks) else {}
    return clocks.compute(declaration, step, context.facts, proposal.at, book, lenient=proposal.happened, dues=dues)


def _judge(
    proposal: _Proposal, step: Step, context: Context, missing: Sequence[str], first: Sequence[Failed] = ()
) -> _Verdict:
    """Turn failed checks into a refusal, or into the breaches and overrides that the act carries."""
    if proposal.happened and not step.fact:
        raise BadInputError(_("“%(step)s” can only be proposed, not told afterwards.") % {"step": step.label})
    failures = [*first, *evaluate(step, context), *map(unset, missing)]
    for check in proposal.overrides:
        if check not in step.checks or check_texts()[check].severity is not Severity.WARN:
            message = _("%(check)s is no check that can be gone against with a reason here.")
            raise BadInputError(message % {"check": check})
    told = {f.id: proposal.overrides[f.id] for f in failures if f.needs_reason and f.id in proposal.overrides}
    against = tuple(f for f in failures if f.severity is not Severity.WATCH and f.id not in told)
    if against and not proposal.happened:
        raise RefusedError(step.name, against)
    return _Verdict(against, told)


def _finish(
    proposal: _Proposal, step: Step, act: Recorded, state: str, verdict: _Verdict, changes: Sequence[ClockChange]
) -> Taken:
    """Let the step's effects run once the transaction is committed; one that fails is logged and undoes nothing."""
    taken = Taken(
        act=act, step=step.name, object_id=proposal.object_id, state=state, breaches=verdict.breaches,
        overrides=verdict.overrides, clocks=tuple(changes),
    )  # fmt: skip
    for name in step.effects:
        transaction.on_commit(_later(name, taken), robust=True)
    return taken


def _later(effect: str, taken: Taken) -> Callable[[], None]:
    """Bind an effect to its step, as a function with a name: Django's log of one that fails asks for it."""

    def run() -> None:
        registry.effects()[effect](taken)

    return run
