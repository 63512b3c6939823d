"""The bell in the bar."""

from collections.abc import Iterable
from functools import lru_cache

from django.http import HttpRequest
from django.urls import reverse

from oneteam.notices.queries import unseen
from oneteam.notices.slots import notifiers
from oneteam.web.slots import BELL, Bell, register


def bell_of(request: HttpRequest) -> Iterable[Bell]:
    """Give the bell of the acting post."""
    acting = getattr(request, "acting", None)
    if acting is not None and acting.post.id is not None:
        yield Bell(reverse("notices"), unseen(acting.post.id), reverse("notices-bell"), _kinds())


@lru_cache(maxsize=1)
def _kinds() -> str:
    return " ".join(sorted(frozenset().union(*(notifier.acts for notifier in notifiers()))))


register(BELL, bell_of)
