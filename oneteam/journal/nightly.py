"""Verifying everything by a timer (SEC-07): what was found stands in the journal itself, as an act of the machine."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import NAMESPACE_URL, uuid5

from django.utils.translation import gettext_lazy

from oneteam.journal import statements
from oneteam.journal.actors import Actor
from oneteam.journal.acts import Recorded, record, write
from oneteam.journal.faults import Fault
from oneteam.journal.kinds import ActKind, register
from oneteam.journal.models import Act
from oneteam.journal.state import state
from oneteam.journal.verify import verify

VERIFICATION_STREAM = uuid5(NAMESPACE_URL, "oneteam:verification")
NAMED = 20
"""Faults that an act names; `oneteam journal verify --state` names the others."""

CLEAN = register(
    ActKind(
        name="journal.verified",
        text=gettext_lazy("Journal verified: %(acts)s acts and %(rows)s rows, everything holds"),
        fields={"acts": int, "sealed": int, "rows": int, "root": str},
        who=frozenset({"machine"}),
    )
)
FAULTY = register(
    ActKind(
        name="journal.found_faulty",
        text=gettext_lazy("Journal verified: %(faults)s faults; the last time without any: %(last_clean)s"),
        # `named`: [code, act, table, row] of the first faults, "" for what one does not concern
        fields={"faults": int, "named": list, "last_clean": str, "acts": int, "rows": int},
        who=frozenset({"machine"}),
    )
)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a verification of acts, seals and rows found."""

    acts: int
    sealed: int
    rows: int
    root: bytes
    faults: Sequence[Fault]
    more: int

    @property
    def count(self) -> int:
        """Return the number of faults."""
        return len(self.faults) + self.more


def verify_everything() -> Outcome:
    """Verify the journal against the file outside and every guarded row against its acts, in this one process."""
    acts, rows = verify(processes=1), state()
    return Outcome(
        acts=acts.acts, sealed=acts.sealed, rows=rows.rows, root=acts.root, faults=[*acts.faults, *rows.faults],
        more=acts.more + rows.more,
    )  # fmt: skip


@write
def record_outcome(*, actor: Actor, at: datetime, outcome: Outcome) -> Recorded:
    """Record what a verification found; where something does not hold, the act says when everything last did."""
    if not outcome.count:
        return record(
            kind=CLEAN.name, actor=actor, at=at, stream=VERIFICATION_STREAM,
            payload={
                "acts": outcome.acts, "sealed": outcome.sealed, "rows": outcome.rows, "root": outcome.root.hex(),
            },
        )  # fmt: skip
    clean = Act.objects.filter(kind=CLEAN.name).order_by("-n").first()
    return record(
        kind=FAULTY.name, actor=actor, at=at, stream=VERIFICATION_STREAM,
        payload={
            "faults": outcome.count, "named": [_named(fault) for fault in outcome.faults[:NAMED]],
            "last_clean": clean.occurred_at.isoformat() if clean else "", "acts": outcome.acts, "rows": outcome.rows,
        },
    )  # fmt: skip


def _named(fault: Fault) -> list[str]:
    return [fault.code, str(fault.act or ""), fault.table, str(fault.row or "")]


@dataclass(frozen=True, slots=True)
class Verification:
    """One verification as the journal tells it."""

    at: datetime
    faults: int
    acts: int
    rows: int


def last_verification(*, clean: bool = False) -> Verification | None:
    """Return the last verification, or the last that found nothing wrong; None where there was none."""
    kinds = [CLEAN.name] if clean else [CLEAN.name, FAULTY.name]
    found = Act.objects.filter(kind__in=kinds).order_by("-n").first()
    if found is None:
        return None
    said = found.payload
    return Verification(found.occurred_at, said.get("faults", 0), said["acts"], said["rows"])


def begun_at() -> datetime | None:
    """Return when the first sealed act occurred: the beginning of the journal; None before anything is sealed."""
    row = statements.run(
        "SELECT a.occurred_at FROM journal_leaf l JOIN journal_act a ON a.id = l.act_id WHERE l.idx = 0", []
    ).fetchone()
    return row[0] if row else None
