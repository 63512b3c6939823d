"""Pages of reports: the list, one report, the form for callers."""

from collections.abc import Callable
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from oneteam.intake import acts, queries
from oneteam.intake.forms import AnswerForm, CallForm, CloseForm, LookForm
from oneteam.intake.listing import export_file, report_list
from oneteam.intake.navigation import READERS, reads_reports, takes_reports
from oneteam.intake.page import report_context
from oneteam.intake.telling import Told, ToldFaultsError
from oneteam.journal.prove import prove
from oneteam.kernel.clock import SHANGHAI, now
from oneteam.kernel.errors import BadInputError, MissingError, OneteamError
from oneteam.kernel.ids import uuid7
from oneteam.people.middleware import PersonRequest
from oneteam.people.views import for_roles
from oneteam.procedures.forms import ReasonForm
from oneteam.procedures.shown import Returned, returned_by
from oneteam.procedures.views import View, step_view
from oneteam.web.parts import Link, PageHeader
from oneteam.web.typed import SentBack, keep


@for_roles(*READERS)
@require_GET
def reports(request: PersonRequest) -> HttpResponse:
    """The work list of reports."""
    context = {
        "header": PageHeader(
            title=_("Reports"),
            links=[Link(_("Take a report"), reverse("report-new"))] if takes_reports(request) else [],
        ),
        "list": report_list(request, at=now()),
    }
    return render(request, "intake/reports.html", context)


@for_roles(*READERS)
@require_GET
def reports_file(request: PersonRequest, kind: str) -> HttpResponse:
    """The list as a file for a spreadsheet."""
    return export_file(request, kind, at=now())


@for_roles("dispatcher", "grid_attendant")
@require_http_methods(["GET", "POST"])
def report_new(request: PersonRequest) -> HttpResponse:
    """The form for callers; POST takes the report as told."""
    form, key = CallForm(request.POST or None), request.POST.get("idempotency_key")
    returned: Returned | None = None
    if request.method == "POST":
        keep(request, form)
        returned = Returned({"report.receive": form}, key=key)
    if request.method == "POST" and form.is_valid():
        moment, values = now(), form.cleaned_data
        told_at = values.pop("told_at")
        told = Told(**values, told_at=told_at.astimezone(SHANGHAI) if told_at else moment)
        try:
            received = acts.receive_report(
                actor=request.acting.actor, at=moment, told=told, source="staff", told_now=told_at is None, key=key
            )
        except ToldFaultsError as error:
            for field, message in error.faults.items():
                form.add_error(field if field in form.fields else None, message)
        except OneteamError as error:
            returned = returned_by(error, {"report.receive": form}, key=key)
        else:
            messages.success(request, _("Report %(number)d taken") % {"number": received.number})
            return redirect("report", received.id) if reads_reports(request) else redirect("home")
    context = {
        "header": PageHeader(title=_("Take a report"), crumbs=[Link(_("Reports"), reverse("reports"))]),
        "form": form,
        "sent_back": SentBack(returned.refusal, [form], None) if returned else None,
        "key": (returned and returned.key) or str(uuid7()),
    }
    return render(request, "intake/report_new.html", context, status=returned.status if returned else 200)


@for_roles(*READERS)
@require_GET
def report(request: PersonRequest, report_id: UUID) -> HttpResponse:
    """One report with everything about it."""
    return report_page(request, report_id)


def report_page(request: PersonRequest, report_id: UUID, *, returned: Returned | None = None) -> HttpResponse:
    """Return a report's page, with the forms that came back to it."""
    row = queries.report(report_id)
    if row is None:
        raise MissingError(_("There is no such report."))
    context = report_context(request, row, at=now(), returned=returned)
    return render(request, "intake/report.html", context, status=returned.status if returned else 200)


def _step(step: str, form_class: type[forms.Form], act: Callable[..., None], done: Promise) -> View:
    return step_view(
        step=step, form_class=form_class, act=act, done=done, roles=READERS, page=report_page,
        after=lambda _request, report_id: redirect("report", report_id),
    )  # fmt: skip


answer = _step("report.answer", AnswerForm, acts.answer_report, gettext_lazy("Report answered"))
close = _step("report.close", CloseForm, acts.close_report, gettext_lazy("Report closed"))
review = _step("report.review", ReasonForm, acts.review_report, gettext_lazy("Report taken up again"))
reopen = _step("report.reopen", ReasonForm, acts.reopen_report, gettext_lazy("Report reopened"))


@for_roles(*acts.LOOKERS)
@require_POST
def caller(request: PersonRequest, report_id: UUID) -> HttpResponse:
    """Show the caller's name and phone in clear; the purpose is recorded."""
    form = LookForm(request.POST)
    if not form.is_valid():
        raise BadInputError(_("Choose what you need the caller's name for."))
    name, phone = acts.look_at_caller(
        actor=request.acting.actor, at=now(), report=report_id, purpose=form.cleaned_data["purpose"]
    )
    return render(request, "intake/caller.html", {"name": name, "phone": phone})


@for_roles(*READERS)
@require_GET
def proof(request: HttpRequest, report_id: UUID) -> HttpResponse:
    """Send the proof of a report: every act about it, personal values as commitments only."""
    response = HttpResponse(prove(object_id=report_id).text(), content_type="application/json")
    response["Content-Disposition"] = f'attachment; filename="proof-{report_id}.json"'
    return response
