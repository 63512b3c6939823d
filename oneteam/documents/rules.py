"""Who may read documents."""

from collections.abc import Sequence
from uuid import UUID

from django.http import HttpRequest

from oneteam.documents.models import Document
from oneteam.documents.slots import MAY_READ
from oneteam.web.slots import collect_bulk

READERS_OF_ALL = ("brigade_leader", "legal_reviewer", "stationed_lawyer", "head", "auditor")
READERS = ("officer", *READERS_OF_ALL)


def readable(request: HttpRequest, rows: Sequence[Document]) -> set[UUID]:
    """Return which of these documents the acting person may read: an officer those of the officer's own work."""
    acting = getattr(request, "acting", None)
    if acting is None or acting.post.role not in READERS:
        return set()
    if acting.post.role in READERS_OF_ALL:
        return {row.id for row in rows}
    working = collect_bulk(MAY_READ, request, rows)
    return {row.id for row in rows if row.issued_by_id == acting.post.person or any(working.get(row.id, ()))}
