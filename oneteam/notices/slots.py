"""Who is told of what: each room registers which posts an act concerns."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from oneteam.journal.models import Act

Told = tuple[Act, UUID]
"""An act and a post that is told of it."""


@dataclass(frozen=True, slots=True)
class Notifier:
    """After acts of these kinds `find` gives the posts that they concern; `kind` is the object's name in the search."""

    kind: str
    acts: frozenset[str]
    find: Callable[[Sequence[Act]], Iterable[Told]]


_notifiers: list[Notifier] = []


def register_notifier(notifier: Notifier) -> None:
    """Add a notifier."""
    _notifiers.append(notifier)


def notifiers() -> Sequence[Notifier]:
    """Return every notifier."""
    return tuple(_notifiers)
