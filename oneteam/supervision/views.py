"""The figures: an overview, a page each, and a line for the desk; they name nobody, and all may see them.

The leader's page names people with their work in hand: it is for leaders alone.
"""

from dataclasses import replace

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from oneteam.command.rules import LEADERS
from oneteam.kernel.clock import now
from oneteam.people.middleware import PersonRequest
from oneteam.people.views import for_roles
from oneteam.supervision import leader_page, page
from oneteam.supervision.breakdown import parts_of
from oneteam.supervision.declaration import By, Measure, indicators
from oneteam.supervision.leading import FINDINGS, WHOLE, standing_of
from oneteam.supervision.measuring import measure
from oneteam.supervision.spans import DAYS, USUAL, days_of, last_days
from oneteam.web.exporting import FILE_TYPES, PARAMETER, asked_file, exportable, sheet_file
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


@for_roles(*LEADERS)
@require_GET
def leader(request: PersonRequest) -> HttpResponse:
    """What went well and what will break, in plain words, of what the acting leader answers for."""
    here = standing_of(request.acting, now())
    whose = _("The whole city") if request.acting.post.role in WHOLE else request.acting.post.unit
    header = PageHeader(title=_("Today"), facts=[whose], links=[Link(_("Figures"), reverse("figures"))])
    return render(request, "supervision/leader.html", {"header": header, "parts": leader_page.parts(here)})


@for_roles(*LEADERS)
@require_GET
def leader_orders(request: PersonRequest, which: str) -> HttpResponse:
    """The orders that a sentence of the leader's page counts, also as a file."""
    if which not in FINDINGS:
        raise Http404
    part = leader_page.leader_list(standing_of(request.acting, now()), which, request.GET.get("post", ""))
    header = PageHeader(title=str(part.caption), crumbs=[Link(_("Today"), reverse("leader"))])
    context = {"header": header, "list": exportable(part, request.GET)}
    return asked_file(request.GET, part) or render(request, "supervision/leader_list.html", context)
