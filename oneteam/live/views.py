"""The live picture: the map with its list at a desk, and the wall. One view's pieces are fetched anew by the pages."""

import json

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from oneteam.journal.queries import last_sealed
from oneteam.kernel.clock import SHANGHAI, legal_day, now
from oneteam.live.city import city_ground
from oneteam.live.feed import SENTENCES, Seat, heard_after, may_hear
from oneteam.live.picture import PICTURED, Picture, picture
from oneteam.people.idle import DISPLAY, only_display
from oneteam.people.middleware import PersonRequest
from oneteam.people.queries import bureau_name
from oneteam.people.views import for_roles
from oneteam.web.maps import Map
from oneteam.web.parts import Empty, Link, PageHeader

ALARMS = 4  # that a wall shows; it says how many more there are
LINES = 3  # of the wall's stream
LOOKED_BACK = 100  # acts


@for_roles(*PICTURED)
@require_GET
def city_map(request: PersonRequest) -> HttpResponse:
    """The map of the city now, with the list of what is late or nearly so."""
    return render(request, "live/map.html", _map_context(picture(now())))


@for_roles(*PICTURED)
@require_GET
def map_now(request: PersonRequest) -> HttpResponse:
    """The pieces of the map's page that change."""
    return render(request, "live/map_parts.html", _map_context(picture(now())))


@for_roles(*PICTURED)
@require_GET
def wall(request: PersonRequest) -> HttpResponse:
    """The command screen, for a wall at five metres. `?size=small` for one of many small pixels."""
    at = now()
    seen = picture(at)
    context = {
        **_wall_context(seen),
        "bureau": bureau_name(legal_day(at)),
        "stays": DISPLAY in request.session,
        "small": request.GET.get("size") == "small",
        "sentences": json.dumps({kind: str(word) for kind, word in SENTENCES.items()}, ensure_ascii=False),
        "areas": json.dumps(dict(seen.areas), ensure_ascii=False),
        "most": LINES,
        "lines": _just_now(request, seen),
    }
    return render(request, "live/wall.html", context)


@for_roles(*PICTURED)
@require_GET
def wall_now(request: PersonRequest) -> HttpResponse:
    """The pieces of the wall that change."""
    return render(request, "live/wall_parts.html", _wall_context(picture(now())))


@for_roles(*PICTURED)
@require_POST
def wall_stay(request: PersonRequest) -> HttpResponse:
    """Leave the wall on show: the session stays without anybody at it, and from now on opens nothing else."""
    only_display(request)
    return redirect("wall")


def _just_now(request: PersonRequest, seen: Picture) -> list[dict[str, str]]:
    """Return the last acts as the stream says them, the newest first, until the feed brings newer ones."""
    post = request.acting.post
    seat = Seat("", "", post.person, post.id, post.role)
    events = [event for event in heard_after(max(-1, last_sealed() - LOOKED_BACK)).events if may_hear(seat, event)]
    return [
        {
            "at": event.at.astimezone(SHANGHAI).strftime("%H:%M"), "word": str(SENTENCES[event.kind]),
            "area": seen.areas.get(str(event.area), ""),
        }
        for event in reversed(events[-LINES:])
    ]  # fmt: skip


def _map_context(seen: Picture) -> dict[str, object]:
    return {
        "header": PageHeader(title=_("Map"), links=[Link(_("Show on the wall"), reverse("wall"))]),
        "map": _map(seen),
    }


def _wall_context(seen: Picture) -> dict[str, object]:
    return {
        "seen": seen,
        "wall": True,
        "map": _map(seen),
        "alarms": seen.alarms[:ALARMS],
        "more": max(0, seen.overdue + seen.soon - ALARMS),
    }


def _map(seen: Picture) -> Map:
    told = _("Map of the city: %(late)d overdue, %(soon)d due soon, %(calm)d within their time. The list names them.")
    return Map(
        id="city", title=_("Late or nearly so"), ground=city_ground(legal_day(seen.at)), places=seen.places,
        summary=told % {"late": seen.overdue, "soon": seen.soon, "calm": seen.calm},
        empty=Empty(_("Nothing is late or nearly so."), _("What becomes it appears here by itself."), icon="tick"),
        calm=seen.calm_words,
    )  # fmt: skip
