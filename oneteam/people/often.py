"""How often one person may ask for what is dear: searching, files, uploads (LIMITS). Every worker counts the same.

Told from the address and the headers alone, before anything of a body is read or a view is found.
"""

from collections.abc import Callable, Mapping

from allauth.core.internal import ratelimit  # its public face counts only what its own settings name
from django.http import HttpRequest, HttpResponse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from oneteam.kernel.errors import TooOftenError
from oneteam.people.models import Account
from oneteam.web.views import of_error

LIMITS: Mapping[str, str] = {"search": "240/m/user", "file": "60/m/user", "upload": "60/m/user"}
TOLD: Mapping[str, Promise] = {
    "search": _("So much was searched for within a minute. Wait a minute, then go on."),
    "file": _("So many files were taken within a minute. Wait a minute, then take this one again."),
    "upload": _("So much was sent within a minute that this was not taken. Wait a minute, then send it again."),
}
MINUTE = 60


def dear(request: HttpRequest) -> str:
    """Return which limit a request is held to, "" for none."""
    if request.method == "POST":
        return "upload" if request.content_type == "multipart/form-data" else ""
    if request.path.endswith((".csv", ".xlsx")) or "file" in request.GET:
        return "file"
    return "search" if request.path.startswith("/search/") or "/offer" in request.path else ""


def not_too_often(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Answer 429 to a signed-in person who asks more often than LIMITS; what strangers may ask limits itself."""

    def middleware(request: HttpRequest) -> HttpResponse:
        action = dear(request)
        if action and isinstance(request.user, Account) and not _within(request, action):
            return of_error(request, TooOftenError(str(TOLD[action]), seconds=MINUTE))
        return get_response(request)

    return middleware


def _within(request: HttpRequest, action: str) -> bool:
    return bool(ratelimit.consume(request, app="people", action=action, config=dict(LIMITS), limit_get=True))
