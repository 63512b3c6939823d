"""The page that tells the demo city's day; a city of its own has none."""

from collections.abc import Iterable

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from oneteam.kernel.clock import SHANGHAI, now
from oneteam.server import config, playing
from oneteam.server.story_page import day_told
from oneteam.web.parts import PageHeader
from oneteam.web.slots import NAVIGATION, NavigationEntry, register


def _entries(_request: HttpRequest) -> Iterable[NavigationEntry]:
    return [NavigationEntry("story", "calendar", _("Story"), order=90)] if settings.REGION_IS_DEMO else []


register(NAVIGATION, _entries)


@require_GET
def story(request: HttpRequest) -> HttpResponse:
    """Tell the day's threads; asked for by a page that shows them already, only how far they are."""
    if not settings.REGION_IS_DEMO:
        raise Http404
    progress = playing.read(config.city_paths(config.city()))
    signed_in = getattr(request, "acting", None) is not None
    moment = now().astimezone(SHANGHAI)
    context = {
        "header": PageHeader(_("The story of the day")),
        "day": day_told(progress, at=moment, signed_in=signed_in),
        "now": moment,
        "signed_in": signed_in,
        "layout": "web/base.html" if signed_in else "web/bare.html",
    }
    part = request.headers.get("HX-Request") == "true" and request.headers.get("HX-Boosted") != "true"
    return render(request, "server/story_part.html" if part else "server/story.html", context)
