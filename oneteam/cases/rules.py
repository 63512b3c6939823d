"""Who may see cases."""

from collections.abc import Iterable
from uuid import UUID

from oneteam.cases.models import Case
from oneteam.people.middleware import Acting

READERS_OF_ALL = ("brigade_leader", "head", "legal_reviewer", "stationed_lawyer", "auditor", "cashier")
READERS = ("officer", *READERS_OF_ALL)


def visible(acting: Acting | None, rows: Iterable[Case]) -> set[UUID]:
    """Return which of these cases the acting person may see: an officer those of the officer's own."""
    if acting is None or acting.post.role not in READERS:
        return set()
    every = acting.post.role in READERS_OF_ALL
    return {row.id for row in rows if every or acting.post.person in row.officers}
