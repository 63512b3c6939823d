"""Joining a report to the incident of another one that tells the same thing."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from oneteam.intake.acts import join_report
from oneteam.kernel.clock import now
from oneteam.kernel.errors import BadInputError
from oneteam.people.middleware import PersonRequest
from oneteam.people.views import for_roles


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
