"""Who acts in a session, asked without a request: by what is open for long, such as a stream."""

from dataclasses import dataclass
from datetime import datetime
from importlib import import_module

from django.conf import settings
from django.contrib.auth import get_user
from django.http import HttpRequest

from oneteam.kernel.clock import legal_day
from oneteam.people.idle import left_alone
from oneteam.people.models import Account
from oneteam.people.queries import HeldPost, posts_of


@dataclass(frozen=True, slots=True)
class Holder:
    """The account of a session, and the post that is in force in it."""

    account: str
    post: HeldPost


def holder_of(session: str, *, moment: float, at: datetime) -> Holder | None:
    """Return who acts in the session of this key, as the pages' layer takes it (`people.middleware`).

    None where nobody does: it ended, was left alone too long by `moment` (real time in seconds), its account is
    disabled, or it has no post that is held at `at` (region time). Asking is no activity: it keeps no session open.
    """
    if not session:
        return None
    request = HttpRequest()
    request.session = import_module(settings.SESSION_ENGINE).SessionStore(session)
    user = get_user(request)
    if not isinstance(user, Account) or left_alone(request, user, moment=moment, at=at):
        return None
    chosen = request.session.get("post")
    held = next((post for post in posts_of(user.person_id, legal_day(at)) if str(post.id) == chosen), None)
    return Holder(str(user.pk), held) if held is not None else None
