"""What the page of notices shows."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.http import HttpRequest
from django.urls import reverse

from oneteam.directories.searchable import Hit, searchables
from oneteam.journal.queries import acts
from oneteam.journal.queries import sentence as told
from oneteam.notices.models import Notice
from oneteam.people.middleware import PersonRequest
from oneteam.people.queries import actor_names
from oneteam.web.slots import Text


@dataclass(frozen=True, slots=True)
class Row:
    """A notice as shown: what happened, to what, by whom; no address where the post may not see the object."""

    sentence: str
    title: Text
    by: str
    at: datetime
    url: str
    seen: bool


def rows_of(request: PersonRequest, notices: Sequence[Notice]) -> list[Row]:
    """Return the notices with sentences, titles and names, in a constant number of queries."""
    known = {act.id: act for act in acts().filter(id__in=[notice.act for notice in notices])}
    names = actor_names(act.actor for act in known.values())
    hits = _hits(request, request.acting.post.role, notices)
    rows = []
    for notice in notices:
        act, hit = known[notice.act], hits.get((notice.kind, notice.object))
        rows.append(Row(
            sentence=told(act.kind, act.payload), title=hit.title if hit else "", by=names.get(act.actor, ""),
            at=notice.at, url=reverse("notices-open", args=[notice.id]) if hit else "", seen=notice.seen_at is not None,
        ))  # fmt: skip
    return rows


def target(request: PersonRequest, notice: Notice) -> str | None:
    """Return where a notice leads, None where the post may not see it."""
    hit = _hits(request, request.acting.post.role, [notice]).get((notice.kind, notice.object))
    return hit.url if hit else None


def _hits(request: HttpRequest, role: str, notices: Sequence[Notice]) -> dict[tuple[str, UUID], Hit]:
    found: dict[tuple[str, UUID], Hit] = {}
    for known in searchables(role):
        ids = [notice.object for notice in notices if notice.kind == known.kind]
        if ids:
            found |= {(known.kind, key): hit for key, hit in known.shown(request, ids).items()}
    return found
