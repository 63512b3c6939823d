"""Timelines as pages show them: the journal's acts with their actors' names."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from oneteam.journal.queries import Entry as ActEntry
from oneteam.journal.queries import sentence
from oneteam.journal.subjects import read_personal
from oneteam.people.queries import actor_names, posts
from oneteam.web.panels import Entry, Timeline
from oneteam.web.parts import Chip, Link, State
from oneteam.web.templatetags.web import day, day_time

_HASH = re.compile(r"[0-9a-f]{64}")
# Moments and days as acts keep them; a moment without its offset is none.
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_MOMENT = re.compile(_DAY.pattern + r"T\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)")

# Acts that mark a turn, by the end of their name, and their sign in the timeline.
_SIGNS: Mapping[str, tuple[str, State]] = {
    "received": ("inbox", "info"),
    "verified": ("tick", "ok"),
    "closed": ("tick", "ok"),
    "refused": ("octagon", "danger"),
    "returned": ("back", "warn"),
    "reopened": ("back", "warn"),
    "breached": ("diamond", "overdue"),
}


def shown_timeline(
    entries: Sequence[ActEntry],
    *,
    told: Iterable[str] = (),
    proof: Link | None = None,
    title: str = "",
    words: Callable[[str, object], str | None] = lambda _name, _value: None,
) -> Timeline:
    """Return a timeline, newest first, in a constant number of queries.

    `told` names the hidden fields (an answer, a note, a reason) that this page's readers may read beside their acts;
    `words` gives the reader's word for the value of an open field (a matter's name for its code), or None.
    """
    names = actor_names({entry.actor for entry in entries})
    held = posts({entry.post for entry in entries if entry.post})
    wanted = list(told)
    hidden = read_personal(entry.act for entry in entries) if wanted else {}
    return Timeline(
        [
            Entry(
                when=entry.occurred_at,
                actor=names[entry.actor] + (f" {held[entry.post].title}" if entry.post in held else ""),
                text=sentence(
                    entry.kind,
                    entry.payload,
                    {name: words(name, value) or _readable(value) for name, value in entry.payload.items()},
                ),
                icon=_sign(entry.kind)[0],
                state=_sign(entry.kind)[1],
                note=" ".join(str(hidden[entry.act][name]) for name in wanted if name in hidden.get(entry.act, {})),
                chips=_chips(entry.payload) + _sealed(entry.sealed),
            )
            for entry in entries
        ],
        title=title or _("Timeline"),
        proof=proof,
    )


def _readable(value: object) -> object:
    """Return a moment or a day as pages write them, a hash as its beginning, anything else as it is."""
    if not isinstance(value, str):
        return value
    if _HASH.fullmatch(value):
        return f"{value[:12]}…"  # enough to compare by eye
    try:
        if _MOMENT.fullmatch(value):
            return day_time(datetime.fromisoformat(value))
        return day(date.fromisoformat(value)) if _DAY.fullmatch(value) else value
    except ValueError:  # it only looks like one
        return value


def _sign(kind: str) -> tuple[str, State]:
    return _SIGNS.get(kind.rpartition(".")[2], ("", "plain"))


def _chips(payload: Mapping[str, Any]) -> list[Chip]:
    breaches = [
        Chip(_("Breach of %(check)s") % {"check": item["check"]}, "danger") for item in payload.get("breaches", [])
    ]
    return breaches + [
        Chip(_("%(check)s overridden: %(reason)s") % {"check": item["check"], "reason": item["reason"]}, "warn")
        for item in payload.get("overrides", [])
    ]


def _sealed(index: int | None) -> list[Chip]:
    return [Chip(_("Sealed no. %(index)d") % {"index": index + 1}, "plain", "lock")] if index is not None else []


def names_of_posts(ids: Iterable[UUID]) -> dict[UUID, str]:
    """Return who holds each post, with its title, as pages name them."""
    return {post.id: f"{post.name} {post.title}" for post in posts(ids).values()}
