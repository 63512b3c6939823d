"""What the room of people hands in, because it stands later: the guard of pages, and timelines with names."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from django.http import HttpRequest

from oneteam.journal.actors import Actor
from oneteam.journal.queries import Entry
from oneteam.web.panels import Timeline

View = Callable[..., Any]
Words = Callable[[str, object], str | None]


class _Acting(Protocol):
    @property
    def actor(self) -> Actor: ...


class ActingRequest(HttpRequest):
    """A request that came through the guard: somebody acts under a post."""

    acting: _Acting


class Timelines(Protocol):
    """`people.shown.shown_timeline`."""

    def __call__(self, entries: Sequence[Entry], *, told: Iterable[str], words: Words) -> Timeline: ...


@dataclass(slots=True)
class _HandedIn:
    guard: Callable[..., Callable[[View], View]] | None = None
    timelines: Timelines | None = None


_handed_in = _HandedIn()


def provide(*, guard: Callable[..., Callable[[View], View]], timelines: Timelines) -> None:
    """Hand in `for_roles` and `shown_timeline`; called once, when people gets ready."""
    _handed_in.guard, _handed_in.timelines = guard, timelines


def guarded(view: View, roles: Iterable[str]) -> View:
    """Return the view, seen only by persons who act under one of these roles (any role when none is named)."""
    assert _handed_in.guard is not None, "people hands the guard in when it gets ready"
    return _handed_in.guard(*sorted(roles))(view)


def shown(entries: Sequence[Entry], *, told: Iterable[str], words: Words) -> Timeline:
    """Return a timeline with the names of those who acted."""
    assert _handed_in.timelines is not None, "people hands timelines in when it gets ready"
    return _handed_in.timelines(entries, told=told, words=words)


def role_of(request: HttpRequest) -> str | None:
    """Return the role somebody acts under, None where nobody does."""
    acting = getattr(request, "acting", None)
    return None if acting is None else acting.actor.role
