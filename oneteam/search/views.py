"""The page of the search."""

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from oneteam.people.middleware import PersonRequest
from oneteam.people.views import for_roles
from oneteam.search.finding import find
from oneteam.search.page import palette_context, search_context
from oneteam.search.palette import commands
from oneteam.search.tokens import QUERY_LIMIT
from oneteam.web.parts import PageHeader


@for_roles()
@require_GET
def search(request: PersonRequest) -> HttpResponse:
    """What matches the words, by kind; with `kind` all of one kind."""
    words = _words(request)
    kind = request.GET.get("kind", "")[:20]
    found = find(request, words, role=request.acting.post.role, kind=kind)
    context = {
        "header": PageHeader(title=_("Search")),
        "address": reverse("search"),
        **search_context(found, words=words, kind=kind),
    }
    return render(request, "search/search.html", context)


@for_roles()
@require_GET
def palette(request: PersonRequest) -> HttpResponse:
    """The options of the palette for the words typed so far: places to go to, then what is found."""
    words = _words(request)
    found = find(request, words, role=request.acting.post.role)
    return render(request, "search/palette.html", palette_context(commands(request, words), found, words=words))


def _words(request: PersonRequest) -> str:
    return request.GET.get("q", "").replace("\x00", "").strip()[:QUERY_LIMIT]
