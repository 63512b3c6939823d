"""The help: of one page, also as a piece that opens beside it, and of all pages."""

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from oneteam.help.pages import Deed, HelpPage, articles, help_of, help_pages, split
from oneteam.people.labels import ROLES
from oneteam.people.middleware import PersonRequest
from oneteam.people.views import for_roles
from oneteam.web.panels import Way, Ways
from oneteam.web.parts import Link, PageHeader


@for_roles()
@require_GET
def index(request: PersonRequest) -> HttpResponse:
    """Every page of which there is help."""
    ways = [Way(str(page.title), _address(page), "question") for page in help_pages()]
    return render(request, "help/index.html", {"header": PageHeader(_("Help")), "pages": Ways(_("All pages"), ways)})


@for_roles()
@require_GET
def page(request: PersonRequest, name: str) -> HttpResponse:
    """What a page is, what the acting post can do there, what others can, and which law stands behind it."""
    found = help_of(name)
    if found is None:
        raise Http404
    mine, others = split(found, request.acting.post.role)
    context = {
        "header": PageHeader(str(found.title), crumbs=[Link(_("Help"), reverse("help"))]),
        "page": found,
        "post": request.acting.post.label,
        "mine": mine,
        "others": [(deed.label, _roles(deed)) for deed in others],
        "law": list(articles(found)),
    }
    beside = request.headers.get("HX-Request") == "true"
    return render(request, "help/beside.html" if beside else "help/page.html", context)


def _address(page: HelpPage) -> str:
    return reverse("help-page", args=[page.name])


def _roles(deed: Deed) -> str:
    return _(", ").join(str(ROLES[role]) for role in deed.who)
