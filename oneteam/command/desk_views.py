"""The duty desk: its page, making one incident of several reports, handing over at the end of a shift."""

import re
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.forms import Form
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from oneteam.command import handover
from oneteam.command.conduct import confirm_resolved, same_incident, undecided
from oneteam.command.desk_page import desk_context
from oneteam.command.dispatch import Spot
from oneteam.command.forms import HandOverForm, SendForm, SplitForm, correct_form
from oneteam.command.handover_page import handover_context
from oneteam.command.offers import MOST, uuid_of
from oneteam.command.panels import RERENDERED, people_choices
from oneteam.intake.acts import Established
from oneteam.intake.joining import correct_incident, split_report
from oneteam.intake.models import Incident
from oneteam.intake.queries import id_of_number
from oneteam.intake.queries import report as report_row
from oneteam.intake.views import report_page
from oneteam.kernel.clock import legal_day, now
from oneteam.kernel.errors import BadInputError, ConflictError, MissingError, OneteamError
from oneteam.lawbook.catalogue import matters
from oneteam.people.middleware import PersonRequest
from oneteam.people.views import for_roles
from oneteam.places.queries import find_places
from oneteam.procedures.shown import Returned, returned_by
from oneteam.web.typed import keep
from oneteam.web.widgets import WORDS, found_options

DESK = ("dispatcher",)


def back_to_desk(request: PersonRequest) -> HttpResponseRedirect | None:
    """Return the way back to the desk where a form was sent from there; no other address is followed."""
    back = request.POST.get("back", "")
    desk = reverse("desk")
    return redirect(back) if back == desk or back.startswith(f"{desk}?") else None


@for_roles(*DESK)
@require_GET
def desk(request: PersonRequest) -> HttpResponse:
    """The work list, the report that is open, and who could go."""
    return render(request, "command/desk.html", desk_context(request, at=now()))


def desk_or_report(request: PersonRequest, report: UUID, *, returned: Returned) -> HttpResponse:
    """Return the page that a form came from, with the form as it was typed."""
    if back_to_desk(request) is None:
        return report_page(request, report, returned=returned)
    context = desk_context(request, at=now(), report=report, returned=returned)
    return render(request, "command/desk.html", context, status=returned.status)


@for_roles(*DESK)
@require_GET
def offer_places(request: PersonRequest) -> HttpResponse:
    """Options of the places that the typed words find, the best one first and chosen."""
    found = find_places(request.GET.get("place" + WORDS, ""), on=legal_day(now()), most=MOST)
    return HttpResponse(found_options([("", [(str(place.id), place.name) for place in found])] if found else []))


@for_roles(*DESK)
@require_GET
def offer_people(request: PersonRequest, report_id: UUID) -> HttpResponse:
    """The people who could go for the matter and place that are chosen in the form, proposed anew."""
    report = report_row(report_id)
    if report is None:
        raise MissingError(_("There is no such report."))
    matter = matters().get(request.GET.get("matter", ""))
    spot = Spot(uuid_of(request.GET.get("place", "")), report.lon, report.lat, str(matter.kind) if matter else "")
    return render(request, "web/choices.html", {"part": people_choices(SendForm(on_duty=[]), spot)})


@for_roles(*DESK)
@require_POST
def merge(request: PersonRequest) -> HttpResponse:
    """Make one incident of the reports that were selected; where none is decided yet, decide on them together.

    On a report's own page the other one is told by its `number`.
    """
    here = request.POST.get("row", "") if "number" in request.POST else ""
    try:
        chosen = [UUID(one) for one in request.POST.getlist("row")]
        if here:
            chosen.append(_by_number(request.POST["number"]))
        if together := undecided(chosen):
            return redirect(f"{reverse('desk')}?{urlencode({'open': together[0], 'also': together[1:]}, doseq=True)}")
        number = same_incident(actor=request.acting.actor, at=now(), reports=chosen)
    except ValueError:
        raise BadInputError(_("Choose two reports or more.")) from None
    except (BadInputError, ConflictError) as error:
        messages.warning(request, str(error))
    else:
        messages.success(request, _("These reports are incident %(number)d now") % {"number": number})
    return redirect("report", here) if here else back_to_desk(request) or redirect("desk")


def _by_number(told: str) -> UUID:
    """Return the report of a number, however it is written (“No. 12”, “12号”); BadInputError for none."""
    digits = re.sub(r"\D", "", told)[:9]
    found = id_of_number(int(digits)) if digits else None
    if found is None:
        raise BadInputError(_("There is no report of the number “%(told)s”.") % {"told": told.strip()})
    return found


@for_roles(*DESK)
@require_POST
def split(request: PersonRequest, report_id: UUID) -> HttpResponse:
    """Take a report out of its incident."""
    form = SplitForm(request.POST, auto_id="id_split_%s")
    keep(request, form)
    if not form.is_valid():
        return _report(request, report_id, Returned({"report.split": form}))
    try:
        split_report(actor=request.acting.actor, at=now(), report=report_id, **form.cleaned_data)
    except MissingError:
        raise
    except OneteamError as error:
        return _report(request, report_id, returned_by(error, {"report.split": form}, key=None))
    messages.success(request, _("The report stands for itself again; decide what it is."))
    return redirect("report", report_id)


def _incident_of(report_id: UUID) -> Incident:
    row = report_row(report_id)
    if row is None or row.incident is None:
        raise MissingError(_("This report has no incident yet."))
    return row.incident


@for_roles(*DESK)
@require_POST
def resolve(request: PersonRequest, report_id: UUID) -> HttpResponse:
    """Confirm that what an officer took over is resolved."""
    try:
        confirm_resolved(actor=request.acting.actor, at=now(), incident=_incident_of(report_id).id)
    except MissingError:
        raise
    except OneteamError as error:
        return _report(request, report_id, returned_by(error, {"incident.resolve": Form()}, key=None))
    messages.success(request, _("Incident resolved"))
    return back_to_desk(request) or redirect("report", report_id)


@for_roles(*DESK)
@require_POST
def correct(request: PersonRequest, report_id: UUID) -> HttpResponse:
    """Correct what the incident of a report was established to be."""
    incident = _incident_of(report_id)
    form = correct_form(incident, request.POST, on=legal_day(now()))
    key = request.POST.get("idempotency_key")
    keep(request, form)
    returned = Returned({"incident.correct": form}, key=key)
    if form.is_valid():
        try:
            correct_incident(
                actor=request.acting.actor, at=now(), incident=incident.id, key=key,
                established=Established(**form.established()),
            )  # fmt: skip
        except OneteamError as error:
            returned = returned_by(error, {"incident.correct": form}, key=key)
        else:
            messages.success(request, _("Incident corrected"))
            return redirect("report", report_id)
    return _report(request, report_id, returned)


def _report(request: PersonRequest, report_id: UUID, returned: Returned) -> HttpResponse:
    setattr(request, RERENDERED, returned)
    return report_page(request, report_id, returned=returned)


@for_roles(*DESK)
@require_http_methods(["GET", "POST"])
def hand_over(request: PersonRequest) -> HttpResponse:
    """What is open at the end of a shift; POST hands it over."""
    form, key = HandOverForm(request.POST or None), request.POST.get("idempotency_key")
    returned: Returned | None = None
    if request.method == "POST":
        keep(request, form)
        returned = Returned({"shift.hand_over": form}, key=key)
        if form.is_valid():
            try:
                handover.hand_over(actor=request.acting.actor, at=now(), key=key, **form.cleaned_data)
            except OneteamError as error:
                returned = returned_by(error, {"shift.hand_over": form}, key=key)
            else:
                messages.success(request, _("Desk handed over"))
                return redirect("handover")
    context = handover_context(request, at=now(), form=form, returned=returned)
    return render(request, "command/handover.html", context, status=returned.status if returned else 200)


@for_roles(*DESK)
@require_POST
def take_over(request: PersonRequest, handover_id: UUID) -> HttpResponse:
    """Take the desk over with everything that is open."""
    handover.take_over(actor=request.acting.actor, at=now(), handover=handover_id)
    messages.success(request, _("Desk taken over"))
    return redirect("desk")
