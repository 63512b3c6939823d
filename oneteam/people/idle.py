"""When a session no longer holds: it was left alone too long, or its name is locked (SEC-02)."""

from datetime import datetime, timedelta

from django.http import HttpRequest
from django.urls import reverse

from oneteam.journal.actors import Actor, ActorKind
from oneteam.journal.checks import Context, require
from oneteam.kernel.errors import UnlawfulError
from oneteam.kernel.ids import uuid7
from oneteam.people.models import Account

SEEN = "seen"
STEP = 60.0  # seconds; activity is noted no oftener, so that most requests write no session


def session_ended(
    actor: Actor, at: datetime, *, locked: timedelta = timedelta(), idle: timedelta = timedelta()
) -> bool:
    """Ask SEC-02 whether a sign-in no longer holds."""
    facts = {"locked": locked, "idle": idle}
    context = Context(
        step="session.use", object_id=actor.person_id or uuid7(), state=None, actor=actor, at=at, facts=facts
    )
    try:
        require("SEC-02", context=context)
    except UnlawfulError:
        return True
    return False


def idle_too_long(request: HttpRequest, user: Account, *, moment: float, at: datetime) -> bool:
    """Tell whether this session was left alone too long; else note that somebody is there.

    `moment` is real time in seconds, not the region's: the person sits before the screen in the real one. What the page
    asks by itself to stay live is no activity.
    """
    seen = request.session.get(SEEN)
    away = moment - seen if isinstance(seen, float) else 0.0
    if away > STEP:
        actor = Actor(kind=ActorKind.PERSON, id=str(user.person_id))
        if session_ended(actor, at, idle=timedelta(seconds=away)):
            return True
    by_itself = request.path == reverse("web:live")
    if seen is None or (away > STEP and not by_itself):
        request.session[SEEN] = moment
    return False
