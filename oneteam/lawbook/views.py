"""The directory of matters: list, one matter as it holds on a day, the whole catalogue as a file."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from oneteam.kernel.clock import legal_day, now
from oneteam.lawbook.catalogue_console import export
from oneteam.lawbook.listing import day_of, matter_list
from oneteam.lawbook.offers import by_field, found_matters
from oneteam.lawbook.page import matter_context
from oneteam.people.middleware import PersonRequest
from oneteam.people.views import for_roles
from oneteam.web.parts import PageHeader
from oneteam.web.widgets import WORDS, found_options

_TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


@for_roles()
@require_GET
def matters(request: PersonRequest) -> HttpResponse:
    """The matters in force on a day."""
    listed = matter_list(request, today=legal_day(now()))
    return render(request, "lawbook/matters.html", {"header": PageHeader(title=_("Matters")), "list": listed})


@for_roles()
@require_GET
def offer_matters(request: PersonRequest) -> HttpResponse:
    """Options of the matters that the typed words find, the best one first and chosen."""
    found = found_matters(request.GET.get("matter" + WORDS, ""), legal_day(now()))
    return HttpResponse(found_options(by_field(found)))


@for_roles()
@require_GET
def matter(request: PersonRequest, code: str) -> HttpResponse:
    """One matter, as it holds today or on the day that `on` names."""
    today = legal_day(now())
    on = day_of(request.GET.get("on", ""), today=today)
    return render(request, "lawbook/matter.html", matter_context(code, on=on, today=today))


@for_roles()
@require_GET
def matters_export(request: PersonRequest, kind: str) -> HttpResponse:
    """The whole catalogue with every version, as “oneteam law import” takes it back."""
    response = HttpResponse(export(f"catalogue.{kind}"), content_type=_TYPES[kind])
    response["Content-Disposition"] = f'attachment; filename="catalogue.{kind}"'
    return response
