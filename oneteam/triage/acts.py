"""Recording what the machine proposes."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from oneteam.journal.actors import Actor
from oneteam.journal.acts import record, write
from oneteam.journal.kinds import ActKind, register
from oneteam.kernel.ids import uuid7
from oneteam.triage.engine import Guess, Proposal
from oneteam.triage.models import Proposal as Stored

ABSTAINED = "–"
"""What stands as the matter in the act of a machine that proposes none."""

register(
    ActKind(
        name="triage.proposed",
        text=_("Proposal: %(matter)s, probability %(probability)s"),
        instead={("matter", ABSTAINED): _("No proposal: not sure enough (the likeliest matter had %(probability)s)")},
        fields={
            "proposal": str, "matter": str, "probability": str, "handling": str, "urgency": str, "place": str,
            "near": list, "model": str,
        },
        who=frozenset({"machine"}),
    )
)  # fmt: skip


@write
def propose(*, actor: Actor, at: datetime, report: UUID, proposal: Proposal) -> UUID:
    """Record the proposal for a report; a report has one. The actor is the model with its version."""
    identifier = uuid7()
    record(
        kind="triage.proposed", actor=actor, at=at, stream=report,
        payload={
            "proposal": str(identifier), "matter": proposal.matter.value or ABSTAINED,
            "probability": _chance(proposal.matter.probability), "handling": proposal.kind.value or "",
            "urgency": proposal.urgency.value or "", "place": proposal.place.value or "",
            "near": [near.id for near in proposal.near], "model": proposal.model_version,
        },
    )  # fmt: skip
    Stored.objects.create(
        id=identifier, report_id=report, model=proposal.model_version, matter=proposal.matter.value,
        field=proposal.field.value, handling=proposal.kind.value, urgency=proposal.urgency.value or "general",
        place_id=proposal.place.value, content=_content(proposal),
    )  # fmt: skip
    return identifier


def _content(proposal: Proposal) -> dict[str, Any]:
    guesses: Mapping[str, Guess] = {
        "matter": proposal.matter,
        "field": proposal.field,
        "handling": proposal.kind,
        "urgency": proposal.urgency,
        "place": proposal.place,
    }
    content: dict[str, Any] = {name: _guess(guess) for name, guess in guesses.items()}
    content["near"] = [{"id": near.id, "likeness": _chance(near.likeness), "copy": near.copy} for near in proposal.near]
    return content


def _guess(guess: Guess) -> dict[str, Any]:
    return {
        "value": guess.value,
        "probability": _chance(guess.probability),
        "words": [[one.start, one.end] for one in guess.evidence],
        "notes": [note.value for note in guess.notes],
        "alternatives": [
            {"value": other.value, "probability": _chance(other.probability)} for other in guess.alternatives
        ],
    }


def _chance(value: float) -> str:
    """Return a probability as text: the journal holds no floats."""
    return f"{value:.3f}"
