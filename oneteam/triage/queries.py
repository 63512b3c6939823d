"""Reading the machine's proposals."""

from collections.abc import Iterable
from uuid import UUID

from oneteam.journal import statements
from oneteam.triage.models import Proposal


def proposals(reports: Iterable[UUID]) -> dict[UUID, Proposal]:
    """Return the proposal of each report that has one, in one query."""
    found = Proposal.objects.select_related("place").defer("place__line", "place__doors")
    return {proposal.report_id: proposal for proposal in found.filter(report_id__in=set(reports))}


def proposal_of(report: UUID) -> Proposal | None:
    """Return the proposal of one report."""
    return proposals([report]).get(report)


_PRESSING = "SELECT report_id FROM triage_proposal WHERE report_id = ANY(%s::uuid[]) AND urgency = %s"


def pressing(reports: Iterable[UUID], urgency: str) -> set[UUID]:
    """Return which of these reports are proposed to be of this urgency, in one query."""
    return {row[0] for row in statements.run(_PRESSING, [list(reports), str(urgency)]).fetchall()}


def counts(reports: Iterable[UUID]) -> tuple[int, int, int]:
    """Return how many of these reports have a proposal, how many an abstention, and how many a resolved place."""
    found = proposals(reports).values()
    proposed = sum(proposal.matter is not None for proposal in found)
    return proposed, len(found) - proposed, sum(proposal.place_id is not None for proposal in found)
