"""Joining a report to the incident of another one that tells the same thing."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from oneteam.intake.acts import join_report
from oneteam.intake.navigation import READERS
from oneteam.kernel.clock import now
from oneteam.kernel.errors import BadInputError
from oneteam.people.middleware import PersonRequest
from oneteam.people.views import for_roles
from oneteam.triage.queries import proposal_of


@for_roles(*READERS)
@require_GET
def proposal(request: PersonRequest, report_id: UUID) -> HttpResponse:
    """Lead to the report once its proposal is there; until then 204, which leaves the waiting page as it is."""
    return redirect("report", report_id) if proposal_of(report_id) else HttpResponse(status=204)


@for_roles("dispatcher")
@require_POST
def join(request: PersonRequest, report_id: UUID) -> HttpResponse:
    """Join this report to the chosen incident."""
    try:
        incident = UUID(request.POST.get("incident", ""))
    except ValueError:
        raise BadInputError(_("Choose the incident to join.")) from None
    join_report(actor=request.acting.actor, at=now(), report=report_id, incident=incident)
    messages.success(request, _("Report joined"))
    return redirect("report", report_id)
