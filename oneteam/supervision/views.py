"""The three intervals on one page."""

from datetime import timedelta

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from oneteam.kernel.clock import now
from oneteam.people.middleware import PersonRequest
from oneteam.people.views import for_roles
from oneteam.supervision.intervals import Measured, measure
from oneteam.web.panels import Figure, Figures
from oneteam.web.parts import PageHeader, duration

DAYS = 30
TARGET = 90  # per cent within the promise below which a figure is marked; the product's own


@for_roles()
@require_GET
def figures(request: PersonRequest) -> HttpResponse:
    """The three intervals of the last thirty days against their promises, from the journal."""
    moment = now()
    measured = measure(since=moment - timedelta(days=DAYS), until=moment + timedelta(seconds=1))
    context = {
        "header": PageHeader(title=_("Three intervals"), facts=[_("Last %(days)d days") % {"days": DAYS}]),
        "figures": Figures([_figure(one) for one in measured]),
    }
    return render(request, "supervision/figures.html", context)


@for_roles()
@require_GET
def strip(request: PersonRequest) -> HttpResponse:
    """The three intervals in one line, for pages that load it after themselves."""
    moment = now()
    measured = measure(since=moment - timedelta(days=DAYS), until=moment + timedelta(seconds=1))
    return render(request, "supervision/strip.html", {"figures": [_figure(one) for one in measured]})


def _figure(one: Measured) -> Figure:
    return Figure(
        title=one.interval.label,
        since=one.interval.start_label,
        until=one.interval.end_label,
        promise=duration(one.interval.promise),
        before=one.interval.before,
        count=one.finished,
        median=duration(one.median) if one.median is not None else "",
        p90=duration(one.p90) if one.p90 is not None else "",
        share=round(100 * one.share) if one.share is not None else None,
        target=TARGET,
        empty=_("%(count)d running, none finished yet.") % {"count": one.running} if one.running else _("No acts yet."),
    )
