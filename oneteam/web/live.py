"""Where the pages of a request find the live feed: their own address behind a proxy, else a port beside it."""

from django.conf import settings
from django.core.exceptions import DisallowedHost
from django.http import HttpRequest
from django.http.request import split_domain_port

FEED = "/live/events/"


def feed_origin(request: HttpRequest) -> str:
    """Return the origin of the live feed where it is another than the page's, else ""."""
    port = getattr(settings, "LIVE_PORT", 0)
    if not port or settings.ALLAUTH_TRUSTED_PROXY_COUNT:
        return ""
    try:
        host = split_domain_port(request.get_host())[0]
    except DisallowedHost:
        return ""
    return f"{request.scheme}://{host}:{port}" if host else ""


def feed_url(request: HttpRequest) -> str:
    """Return where the live feed is, "" where no process serves it."""
    return feed_origin(request) + FEED if getattr(settings, "LIVE_PORT", 0) else ""
