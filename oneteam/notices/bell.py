"""The bell in the bar."""

from collections.abc import Iterable

from django.http import HttpRequest
from django.urls import reverse

from oneteam.notices.queries import unseen
from oneteam.web.slots import BELL, Bell, register


def _bell(request: HttpRequest) -> Iterable[Bell]:
    acting = getattr(request, "acting", None)
    if acting is not None and acting.post.id is not None:
        yield Bell(reverse("notices"), unseen(acting.post.id))


register(BELL, _bell)
