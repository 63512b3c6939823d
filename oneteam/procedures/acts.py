"""Writes of this room that are no steps: loading declarations, recording breached clocks, moving deadlines."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import connection
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from oneteam.journal.actors import Actor
from oneteam.journal.acts import record, write
from oneteam.journal.kinds import ActKind, register
from oneteam.kernel.errors import NotAllowedError
from oneteam.kernel.ids import uuid7
from oneteam.kernel.periods import Side, Unit
from oneteam.lawbook import queries as lawbook
from oneteam.lawbook.acts import KEEPERS, LAW_STREAM, ClockDifference, begin_edition, on_calendar
from oneteam.lawbook.loading import LawFile
from oneteam.procedures import clocks
from oneteam.procedures.declaration import Declaration
from oneteam.procedures.models import Clock
from oneteam.procedures.models import Declaration as Stored
from oneteam.procedures.packs import pack_declarations

register(
    ActKind(
        name="law.loaded",
        text=gettext_lazy("Procedure %(name)s loaded, version %(version)s"),
        fields={"name": str, "version": int, "hash": str},
        who=KEEPERS,
    )
)
register(
    ActKind(
        name="clock.breached",
        text=gettext_lazy("A time limit was exceeded"),
        fields={"clock": str, "due": str},
        who=frozenset({"machine"}),
    )
)
register(
    ActKind(
        name="clock.recomputed",
        text=gettext_lazy("A time limit was recomputed over a new holiday table"),
        fields={"clock": str, "before": str, "after": str, "provisional": bool, "calendar_act": str},
        who=KEEPERS,
    )
)


@dataclass(frozen=True, slots=True)
class LawLoaded:
    """What loading did: the declarations that were new, by name and version."""

    new: tuple[tuple[str, int], ...]


@write
def load_law(*, actor: Actor, at: datetime, declarations: Sequence[tuple[str, Declaration]] | None = None) -> LawLoaded:
    """Store every declaration of the law packs that is new; runs that began earlier keep theirs.

    `declarations` are (file, declaration) pairs; None takes the law packs as they were validated at the start.
    LawFaultsError where a version that was loaded before has another content now.
    """
    if declarations is None:
        declarations = pack_declarations()
    known = {(stored.name, stored.version): stored.hash for stored in Stored.objects.all()}
    new = []
    for file, declaration in declarations:
        stands = known.get((declaration.name, declaration.version))
        if stands is None:
            new.append(declaration)
        elif stands != declaration.hash:
            reader = LawFile(file)
            message = _("version %(version)d of %(name)s was loaded with another content; raise its version")
            reader.fault(1, message % {"version": declaration.version, "name": declaration.name})
            reader.finish()
    for declaration in new:
        fields = {"name": declaration.name, "version": declaration.version, "hash": declaration.hash}
        act = record(kind="law.loaded", actor=actor, at=at, stream=LAW_STREAM, payload=fields)
        Stored.objects.create(id=uuid7(), text=declaration.text, **fields)
        begin_edition(act)
    return LawLoaded(tuple((declaration.name, declaration.version) for declaration in new))


@write
def breach_overdue(*, actor: Actor, at: datetime, limit: int = 100) -> int:
    """Record `clock.breached` for open clocks past their due, once a clock; return how many were recorded now.

    The actor is the machine that keeps time. Objects that somebody works on at this moment are left for the next call.
    """
    if actor.role_or_kind != "machine":
        raise NotAllowedError(_("Only the timer records that a time limit was exceeded."))
    late = (
        Clock.objects.filter(stopped_at__isnull=True, breached_act__isnull=True, paused_since__isnull=True, due__lt=at)
        .select_related("run")
        .select_for_update(skip_locked=True, of=("self", "run"))
        .order_by("due", "id")[:limit]
    )
    count = 0
    for clock in late:
        payload = {"clock": clock.name, "due": clock.due.isoformat()}
        act = record(kind="clock.breached", actor=actor, at=at, stream=clock.run_id, payload=payload)
        clock.breached_act = act.id
        clock.save(update_fields=["breached_act"])
        count += 1
    return count


def _over_calendar() -> "QuerySet[Clock]":
    """The open clocks whose deadline asks the calendar: in working time, or a party's, which rolls over days off."""
    units = [Unit.WORKING_DAY, Unit.WORKING_HOUR]
    asking = Clock.objects.filter(Q(unit__in=units) | Q(side=Side.PARTY), stopped_at__isnull=True)
    return asking.select_related("run").order_by("id")


@on_calendar
def recompute_open_clocks(actor: Actor, at: datetime, calendar_act: UUID) -> list[ClockDifference]:
    """Recompute every open clock over the holiday table just written; return and record what moved (CAL-06).

    A step that runs at this moment is waited for, and one that begins later waits for this transaction, so that no
    clock is left with a deadline of the old table.
    """
    with connection.cursor() as cursor:
        cursor.execute("LOCK TABLE procedures_run IN EXCLUSIVE MODE")
    book = lawbook.book()
    differences = []
    for clock in _over_calendar().iterator():
        after = clocks.recomputed(clock, book)
        if (after.due, after.provisional) == (clock.due, clock.provisional):
            continue
        before = clock.due
        record(
            kind="clock.recomputed", actor=actor, at=at, stream=clock.run_id,
            payload={
                "clock": clock.name, "before": before.isoformat(), "after": after.due.isoformat(),
                "provisional": after.provisional, "calendar_act": str(calendar_act),
            },
        )  # fmt: skip
        clocks.apply(clock, after)
        if after.due >= at:
            clock.breached_act = None  # no longer late: it can be breached again, and the journal keeps the first time
        clock.save(update_fields=["due", "provisional", "reasons", "breached_act"])
        differences.append(
            ClockDifference(clock.run_id, clock.run.procedure, clock.name, before, after.due, after.provisional)
        )
    return differences
