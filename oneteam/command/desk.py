"""The desk's one act of deciding what a report is and sending somebody."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from oneteam.command.acts import Sent, send_order
from oneteam.command.forms import DecideForm, incident_of
from oneteam.intake.acts import Established, join_report, open_incident
from oneteam.intake.models import Report
from oneteam.journal.actors import Actor
from oneteam.journal.acts import write


@write
def decide_and_send(
    *,
    actor: Actor,
    at: datetime,
    report: Report,
    decided: DecideForm | None,
    post: UUID | None,
    instruction: str,
    key: str | None,
    also: Sequence[UUID] = (),
) -> Sent | None:
    """Open and establish the report's incident as decided, and send an order where somebody was chosen.

    The reports `also` tell of the same and join the incident. All or nothing.
    `key` makes the whole idempotent. Errors as of `open_incident` and `send_order`.
    """
    incident = report.incident_id
    if decided is not None:
        established = Established(
            **incident_of(decided), lon=report.lon, lat=report.lat,
            proposal=decided.proposal.id if decided.proposal else None, corrected=decided.corrected(),
        )  # fmt: skip
        incident = open_incident(
            actor=actor, at=at, report=report.id, established=established, key=f"{key}:open" if key else None
        )
        for other in Report.objects.filter(id__in=also).exclude(id=report.id).order_by("id"):
            if other.incident_id != incident:  # sent twice, it has joined before
                join_report(actor=actor, at=at, report=other.id, incident=incident)
    if post is None or incident is None:
        return None
    return send_order(actor=actor, at=at, incident=incident, post=post, instruction=instruction, key=key)
