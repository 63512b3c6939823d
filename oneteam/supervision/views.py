"""The figures: an overview, a page each, and a line for the desk. Whoever works here may see them: they name nobody."""

from dataclasses import replace

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from oneteam.kernel.clock import now
from oneteam.people.middleware import PersonRequest
from oneteam.people.views import for_roles
from oneteam.supervision import page
from oneteam.supervision.breakdown import parts_of
from oneteam.supervision.declaration import By, Measure, indicators
from oneteam.supervision.measuring import measure
from oneteam.supervision.spans import DAYS, USUAL, days_of, last_days
from oneteam.web.exporting import FILE_TYPES, PARAMETER, sheet_file
from oneteam.web.panels import Figures
from oneteam.web.parts import Link, PageHeader

FAULTY = 422


@for_roles()
@require_GET
def figures(request: PersonRequest) -> HttpResponse:
    """Every figure as a tile, compared with the span before."""
    days = days_of(request.GET, now())
    query = page.days_query(days)
    tiles = [page.tile(one, measure(one, days.span), query=query) for one in indicators().values()]
    context = {
        "header": PageHeader(title=_("Figures"), facts=[page.days_words(days)]),
        "figures": Figures(tiles),
        "days_tabs": page.days_tabs(days, None),
        "form": days.form,
    }
    return render(request, "supervision/figures.html", context, status=FAULTY if days.form.errors else 200)


@for_roles()
@require_GET
def figure(request: PersonRequest, name: str) -> HttpResponse:
    """One figure, broken down: a chart with its table, also as a file."""
    indicator = indicators().get(name)
    if indicator is None:
        raise Http404
    days = days_of(request.GET, now())
    asked = request.GET.get("by", "")
    by = By(asked) if asked in indicator.by else next(iter(indicator.by))
    parts = parts_of(indicator, days, by)
    kind = request.GET.get(PARAMETER, "")
    if kind in FILE_TYPES and not days.form.errors:
        columns, rows = page.sheet(indicator, by, parts)
        file = f"{indicator.id}-{by}-{days.first.isoformat()}-{days.last.isoformat()}"
        return sheet_file(columns, rows, name=file, kind=kind, title=str(indicator.name))
    query = page.days_query(days)
    exports = [Link(word, f"{query}&by={by}&{PARAMETER}={kind}") for kind, word in (("csv", "CSV"), ("xlsx", "Excel"))]
    tile = page.tile(indicator, measure(indicator, days.span))
    context = {
        "header": PageHeader(
            title=str(indicator.name), crumbs=[Link(_("Figures"), reverse("figures") + query)],
            facts=[page.way(indicator)],
        ),
        "figures": Figures([replace(tile, title=page.days_words(days), way="", url="")]),
        "chart": replace(page.chart(indicator, by, parts), exports=exports),
        "days_tabs": page.days_tabs(days, by),
        "by_tabs": page.by_tabs(indicator, by, query),
        "form": days.form,
        "acts": indicator.kinds,
    }  # fmt: skip
    return render(request, "supervision/figure.html", context, status=FAULTY if days.form.errors else 200)


@for_roles()
@require_GET
def strip(request: PersonRequest) -> HttpResponse:
    """The three intervals in one line, for pages that load it after themselves."""
    span = last_days(DAYS[USUAL][0], now())
    intervals = [one for one in indicators().values() if one.measure is Measure.INTERVAL]
    return render(
        request, "supervision/strip.html", {"figures": [page.tile(one, measure(one, span)) for one in intervals]}
    )  # fmt: skip
