"""Error pages that help, the switches for language and theme, the sign of life."""

from django.conf import settings
from django.contrib.sessions.exceptions import SessionInterrupted
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from oneteam.kernel import clock
from oneteam.kernel.errors import OneteamError, TooOftenError
from oneteam.web.context_processors import THEME_COOKIE, THEMES, shell_without_person
from oneteam.web.errors import heading
from oneteam.web.parts import Link
from oneteam.web.typed import kept

YEAR_SECONDS = 365 * 24 * 3600
SERVER_ERROR = 500
LINES_SHOWN = 50  # of a long list of faults; the rest is counted


@require_POST
def language(request: HttpRequest) -> HttpResponse:
    """Keep the chosen language in its cookie and go back; an unknown language changes nothing."""
    response = HttpResponseRedirect(safe_next(request))
    code = request.POST.get("language", "")
    if code in dict(settings.LANGUAGES):
        response.set_cookie(settings.LANGUAGE_COOKIE_NAME, code, max_age=YEAR_SECONDS, samesite="Lax")
    return response


@require_POST
def theme(request: HttpRequest) -> HttpResponse:
    """Keep the chosen brightness in its cookie and go back; anything but light or dark means the device's own."""
    response = HttpResponseRedirect(safe_next(request))
    value = request.POST.get("theme", "")
    if value in THEMES:
        response.set_cookie(THEME_COOKIE, value, max_age=YEAR_SECONDS, samesite="Lax")
    else:
        response.delete_cookie(THEME_COOKIE, samesite="Lax")
    return response


@never_cache
@require_GET
def live(request: HttpRequest) -> HttpResponse:
    """A sign of life for the shell; the page shows when the last one came."""
    return HttpResponse(timezone.localtime(clock.now()).strftime("%H:%M"), content_type="text/plain")


def safe_next(request: HttpRequest) -> str:
    """The address named by `next` if it is on this host, else the front page: never a way off the site."""
    target = request.POST.get("next", "")
    allowed = url_has_allowed_host_and_scheme(target, {request.get_host()}, require_https=request.is_secure())
    return target if allowed and target else "/"


def of_error(request: HttpRequest, error: OneteamError) -> HttpResponse:
    """The page for an error meant for people; its text is shown as it is."""
    lines = str(error).splitlines() or [""]
    if len(lines) > LINES_SHOWN:
        lines = [*lines[:LINES_SHOWN], _("… and %(count)d more") % {"count": len(lines) - LINES_SHOWN}]
    status, title = heading(error)
    response = error_page(request, status, title, lines)
    if isinstance(error, TooOftenError):
        response.headers["Retry-After"] = str(error.seconds)
    return response


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """handler400; what is too large is told apart, for it helps to send less."""
    if isinstance(exception, RequestDataTooBig):
        text = _("What was sent is too large, and nothing of it was saved. Send fewer or smaller files.")
        return error_page(request, 413, _("This cannot be taken as it is"), [text])
    if isinstance(exception, SessionInterrupted):
        text = _("You were signed out meanwhile, perhaps in another window. Sign in and look whether it was saved.")
        return error_page(request, 400, _("You are signed out"), [text])
    text = _("The browser sent something that cannot be read. Go back, reload the page and try again.")
    return error_page(request, 400, _("This cannot be taken as it is"), [text])


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """handler403."""
    text = _("Your present post does not allow this. Change your post at the top right, or ask who assigns posts.")
    return error_page(request, 403, _("This post may not do that"), [text])


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """settings.CSRF_FAILURE_VIEW: nearly always a page left open over a new sign-in."""
    text = _("The page was open too long or you signed in anew meanwhile. Go back, reload it and send again.")
    return error_page(request, 403, _("The page is out of date"), [text])


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """handler404."""
    text = _("There is no page at this address, or your post may not see it. Check the number, or start from the list.")
    return error_page(request, 404, _("Not found"), [text])


def wrong_method(request: HttpRequest, answer: HttpResponse) -> HttpResponse:
    """What is answered where a form's address is opened like a page: nothing stands there, and nothing was done."""
    text = _("This address only takes forms. Nothing was changed; go back to the page that you came from.")
    page = error_page(request, answer.status_code, _("Nothing to show here"), [text])
    page["Allow"] = answer["Allow"]
    return page


def server_error(request: HttpRequest) -> HttpResponse:
    """handler500: must not need the database, so it is rendered without the shell's person."""
    text = _("The fault is on our side and was written to the log. What you sent was saved whole or not at all.")
    return error_page(request, 500, _("Something broke"), [text, _("Try again; if it stays, tell the administrator.")])


def error_page(request: HttpRequest, status: int, title: str, lines: list[str]) -> HttpResponse:
    """A page that says what happened and what to do, with what was typed. For htmx only the sentence (app.js)."""
    if request.headers.get("HX-Request") == "true" and request.headers.get("HX-Boosted") != "true":
        return HttpResponse(f"{title}: {' '.join(lines)}", status=status, content_type="text/plain; charset=utf-8")
    context: dict[str, object] = {
        "error_code": status,
        "error_title": title,
        "error_lines": lines,
        "error_links": [Link(_("To the front page"), "/")],
        "typed": kept(request),
        "layout": "web/bare.html",
    }
    if status >= SERVER_ERROR:
        # Nothing that may ask the database, which may be what broke: no person, no navigation, no context processors.
        context |= {"shell": shell_without_person(request), "request": request, "csrf_token": get_token(request)}
        return HttpResponse(render_to_string("web/error.html", context), status=status)
    if getattr(request, "oneteam_actor", None) is not None:
        context["layout"] = "web/base.html"
    return render(request, "web/error.html", context, status=status)
