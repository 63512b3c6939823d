"""Pages of findings: three taps on a phone, today's list, one finding with what may come of it."""

from collections.abc import Callable, Sequence
from datetime import datetime
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from oneteam.kernel.clock import legal_day, now
from oneteam.kernel.errors import NotAllowedError, OneteamError
from oneteam.kernel.ids import uuid7
from oneteam.patrols import acts
from oneteam.patrols.forms import CorrectForm, FindingForm, PassOnForm, SettleForm, SpotForm
from oneteam.patrols.listing import finding_list
from oneteam.patrols.page import finding_context, found_before, matters_context, new_context, spot_asked, spot_context
from oneteam.patrols.rules import FINDERS, READERS, visible
from oneteam.people.middleware import PersonRequest
from oneteam.people.queries import on_duty
from oneteam.people.views import for_roles
from oneteam.procedures.forms import ReasonForm
from oneteam.procedures.shown import Returned, returned_by
from oneteam.procedures.views import View, step_view
from oneteam.web.exporting import asked_file, exportable
from oneteam.web.parts import PageHeader
from oneteam.web.typed import keep


@for_roles(*READERS)
@require_GET
def findings(request: PersonRequest) -> HttpResponse:
    """Today's findings, what is still to be done, and for officers what waits to be taken over."""
    finder = request.acting.post.role in FINDERS
    part = finding_list(request, at=now())
    context = {
        "header": PageHeader(title=_("Findings")),
        "list": exportable(part, request.GET),
        "may_find": finder,
    }
    return asked_file(request.GET, part) or render(request, "patrols/findings.html", context)


def _on_duty(request: PersonRequest, at: datetime) -> bool:
    """Tell whether the person is at work, under whichever post on the street: only then a position is taken."""
    return any(on_duty(at, FINDERS, post=post.id) for post in request.acting.posts if post.role in FINDERS)


@for_roles(*FINDERS)
@require_http_methods(["GET", "POST"])
def finding_new(request: PersonRequest) -> HttpResponse:
    """Photo, place, matter; the tap on the matter records the finding."""
    moment = now()
    if request.method == "GET":
        form = FindingForm(on=legal_day(moment), on_duty=_on_duty(request, moment), initial={"finding": uuid7()})
        return render(request, "patrols/new.html", new_context(request, form, at=moment, returned=None))
    form = FindingForm(request.POST, request.FILES, on=legal_day(moment), on_duty=_on_duty(request, moment))
    keep(request, form)
    key = request.POST.get("finding")
    returned = Returned({"finding.make": form}, key=key)
    if form.is_valid():
        try:
            made = acts.make_finding(
                actor=request.acting.actor, at=moment, finding=form.cleaned_data["finding"], spotted=form.spotted(),
                photos=form.cleaned_data["photos"],
            )  # fmt: skip
        except OneteamError as error:
            returned = returned_by(error, {"finding.make": form}, key=key)
        else:
            messages.success(request, _("Finding %(number)d recorded") % {"number": made.number})
            return redirect("finding", made.id)
    context = new_context(request, form, at=moment, returned=returned)
    return render(request, "patrols/new.html", context, status=returned.status)


@for_roles(*FINDERS)
@require_GET
def finding_place(request: PersonRequest) -> HttpResponse:
    """Say where a position or a text is: a piece of the page of three taps."""
    moment = now()
    spot, accuracy = spot_asked(SpotForm(request.GET, on=legal_day(moment), on_duty=_on_duty(request, moment)))
    return render(request, "patrols/spot.html", spot_context(spot, accuracy=accuracy))


@for_roles(*FINDERS)
@require_GET
def finding_matters(request: PersonRequest) -> HttpResponse:
    """Offer matters for a place or for words: a piece of the page of three taps."""
    moment = now()
    day = legal_day(moment)
    words = request.GET.get("q", "").replace("\x00", "")
    asked = SpotForm(request.GET, on=day, on_duty=_on_duty(request, moment))
    spot = None if words.strip() else spot_asked(asked)[0]
    return render(request, "patrols/matters.html", matters_context(request, words=words, spot=spot, on=day))


@for_roles(*READERS)
@require_GET
def finding(request: PersonRequest, finding_id: UUID) -> HttpResponse:
    """One finding with its photos, what may come of it and what did."""
    return _page(request, finding_id, returned=None)


def _page(request: PersonRequest, finding_id: UUID, /, *, returned: Returned | None) -> HttpResponse:
    row = found_before(finding_id)
    if not visible(request.acting, [row]):
        raise NotAllowedError(_("This finding is somebody else's."))
    context = finding_context(request, row, at=now(), returned=returned)
    return render(request, "patrols/finding.html", context, status=returned.status if returned else 200)


def _after(request: PersonRequest, finding_id: UUID) -> HttpResponseBase:
    return redirect("finding", finding_id)


def _step(
    step: str,
    act: Callable[..., object],
    done: Promise,
    form_class: type[forms.Form] = forms.Form,
    roles: Sequence[str] = FINDERS,
) -> View:
    return step_view(step=step, form_class=form_class, act=act, done=done, roles=roles, page=_page, after=_after)


settle = _step("finding.settle", acts.settle_finding, gettext_lazy("Settled on the spot"), SettleForm)
pass_on = _step("finding.pass_on", acts.pass_on, gettext_lazy("Finding passed on"), PassOnForm)
take_over = _step("finding.take_over", acts.take_over, gettext_lazy("Taken over"))
give_back = _step("finding.give_back", acts.give_back, gettext_lazy("Given back to the desk"), ReasonForm)


@for_roles(*FINDERS)
@require_POST
def correct(request: PersonRequest, object_id: UUID) -> HttpResponseBase:
    """Correct what was found, or where."""
    row, moment, key = found_before(object_id), now(), request.POST.get("idempotency_key")
    form = CorrectForm(request.POST, auto_id="id_correct_%s", on=legal_day(moment))
    keep(request, form)
    returned = Returned({"finding.correct": form}, key=key)
    if form.is_valid():
        spotted = form.spotted(lon=row.lon, lat=row.lat, place=row.place_id)
        try:
            acts.correct_finding(actor=request.acting.actor, at=moment, finding=object_id, spotted=spotted, key=key)
        except OneteamError as error:
            returned = returned_by(error, {"finding.correct": form}, key=key)
        else:
            messages.success(request, _("Finding corrected"))
            return redirect("finding", object_id)
    return _page(request, object_id, returned=returned)
