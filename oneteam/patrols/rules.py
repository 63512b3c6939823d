"""Who may see which finding."""

from collections.abc import Sequence
from uuid import UUID

from oneteam.patrols.models import Finding
from oneteam.people.middleware import Acting

FINDERS = ("grid_attendant", "officer")
"""Who goes on patrol."""
READERS = (*FINDERS, "dispatcher", "brigade_leader", "head", "auditor", "legal_reviewer", "stationed_lawyer")


def visible(acting: Acting, findings: Sequence[Finding]) -> set[UUID]:
    """Return which of these findings the acting person may see.

    Whoever is on patrol sees their own, under each of their posts; an officer also what was passed on.
    """
    role, person = acting.post.role, acting.actor.person_id
    if role not in READERS:
        return set()
    return {
        finding.id for finding in findings
        if role not in FINDERS or finding.found_by_id == person or (role == "officer" and finding.report_id is not None)
    }  # fmt: skip
