"""Security headers of every answer, and errors meant for people as pages instead of traces."""

import logging
import time
from collections.abc import Callable
from uuid import uuid4

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import translation
from django.utils.cache import patch_vary_headers

from oneteam.kernel.errors import OneteamError
from oneteam.kernel.logs import request_id
from oneteam.web import views
from oneteam.web.live import feed_origin

log = logging.getLogger(__name__)

# Everything comes from this server, the live feed perhaps from a port of its own; blob: is the preview of a photograph
# that has not been sent yet.
POLICY = (
    "default-src 'self'; img-src 'self' blob: data:; object-src 'none'; base-uri 'self'; form-action 'self'; "
    "frame-ancestors 'none'"
)


def logged(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Log each request: by which route, never with what was typed into its address; by which post, never by name.

    Every line written meanwhile carries the request's id, and so does the answer (`X-Request-Id`).
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        begun, number = time.monotonic(), uuid4().hex[:12]
        mark = request_id.set(number)
        try:
            response = get_response(request)
            response.headers["X-Request-Id"] = number
            if not request.path.startswith(settings.STATIC_URL):
                log.info("", extra={"event": "request", **_told(request, response, begun)})
        finally:
            request_id.reset(mark)
        return response

    return middleware


def _told(request: HttpRequest, response: HttpResponse, begun: float) -> dict[str, object]:
    acting, actor = getattr(request, "acting", None), getattr(request, "auth", None)
    return {
        "method": request.method,
        "route": (request.resolver_match.route or "/") if request.resolver_match else "",
        "status": response.status_code,
        "ms": round((time.monotonic() - begun) * 1000, 1),
        "post": str(acting.post.id) if acting else "",
        "client": str(getattr(actor, "id", "") or ""),
    }


def security_headers(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Set the content security policy unless a view set a stricter one; also keep pages of one person out of caches."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        page = response.get("Content-Type", "").startswith("text/html")
        feed = feed_origin(request) if page else ""
        policy = f"{POLICY}; connect-src 'self' {feed}" if feed else POLICY
        response.headers.setdefault("Content-Security-Policy", policy)
        response.headers.setdefault("Permissions-Policy", "camera=(self), geolocation=(self), microphone=()")
        if page:
            response.headers.setdefault("Cache-Control", "no-store")
        return response

    return middleware


def readers_language(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Answer in the language of the reader's choice or, without one, of the browser.

    Django's own layer also looks for a language in each address, where we have none.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        translation.activate(translation.get_language_from_request(request))
        request.LANGUAGE_CODE = translation.get_language()
        response = get_response(request)
        patch_vary_headers(response, ("Accept-Language",))
        response.headers.setdefault("Content-Language", translation.get_language())
        return response

    return middleware


NOT_ALLOWED = 405


class ErrorPages:
    """Turns an OneteamError that a view let through into a page (or, for htmx, a sentence) with the right status."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        return views.wrong_method(request, response) if response.status_code == NOT_ALLOWED else response

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Django calls this for what a view raised; other errors take their usual way."""
        return views.of_error(request, error) if isinstance(error, OneteamError) else None
