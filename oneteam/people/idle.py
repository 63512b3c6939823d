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
BY_ITSELF = "X-By-Itself"  # set by what a page fetches to stay live
DISPLAY = "display"  # the session shows a screen to a room and can do nothing else
DISPLAY_DAYS = 30
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


def left_alone(request: HttpRequest, user: Account, *, moment: float, at: datetime) -> bool:
    """Tell whether this session was left alone too long by `moment` (real time in seconds); notes nothing.

    One that only displays is meant to be alone.
    """
    if DISPLAY in request.session:
        return False
    seen = request.session.get(SEEN)
    away = moment - seen if isinstance(seen, float) else 0.0
    actor = Actor(kind=ActorKind.PERSON, id=str(user.person_id))
    return away > STEP and session_ended(actor, at, idle=timedelta(seconds=away))


def idle_too_long(request: HttpRequest, user: Account, *, moment: float, at: datetime) -> bool:
    """Tell whether this session was left alone too long; else note that somebody is there.

    `moment` is real time in seconds, not the region's: the person sits before the screen in the real one. What the page
    asks by itself to stay live is no activity.
    """
    if left_alone(request, user, moment=moment, at=at):
        return True
    seen = request.session.get(SEEN)
    by_itself = request.path == reverse("web:live") or BY_ITSELF in request.headers
    if seen is None or (moment - seen > STEP and not by_itself):
        request.session[SEEN] = moment
    return False


_displays: list[str] = []


def displays(*names: str) -> None:
    """Let the addresses of these names be shown for long by a session that opens nothing else."""
    _displays.extend(names)


def only_display(request: HttpRequest) -> None:
    """Make this session one that shows the displays until it is closed or its post ends, and opens nothing else."""
    request.session[DISPLAY] = True
    request.session.set_expiry(timedelta(days=DISPLAY_DAYS))


def beyond_display(request: HttpRequest) -> bool:
    """Tell whether a session that only displays asks for something else."""
    return DISPLAY in request.session and request.path not in [reverse("web:live"), *map(reverse, _displays)]
