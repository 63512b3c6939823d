"""Pages of orders: the desk's decision, what was sent to me, one order on the phone, what waits for verification."""

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from oneteam.command import acts, queries
from oneteam.command.desk import decide_and_send
from oneteam.command.forms import DecideForm, HandleForm, ReasonForm, SendForm
from oneteam.command.listing import order_list, verify_list
from oneteam.command.models import Order
from oneteam.command.page import order_context
from oneteam.command.panels import RERENDERED
from oneteam.intake.navigation import READERS
from oneteam.intake.queries import report as report_row
from oneteam.intake.views import report_page
from oneteam.kernel.clock import now
from oneteam.kernel.errors import BadInputError, MissingError, NotAllowedError
from oneteam.people.middleware import PersonRequest
from oneteam.people.queries import on_duty
from oneteam.people.views import for_roles
from oneteam.places.queries import all_places, place_names
from oneteam.procedures.errors import RefusedError
from oneteam.triage.queries import proposal_of
from oneteam.web.parts import PageHeader

FIELD = ("dispatcher", "grid_attendant", "officer", "brigade_leader")


@for_roles()
@require_GET
def home(request: PersonRequest) -> HttpResponse:
    """Lead each role to where its work begins."""
    role = request.acting.post.role
    if role in acts.RECEIVERS:
        return redirect("orders")
    return redirect("reports" if role in READERS else "figures")


@for_roles("dispatcher")
@require_POST
def decide(request: PersonRequest, report_id: UUID) -> HttpResponse:
    """Confirm or correct what a report is, and send an order about it, in one go."""
    row = report_row(report_id)
    if row is None:
        raise MissingError(_("There is no such report."))
    moment = now()
    only = request.POST.get("only") == "decide"
    send = SendForm({} if only else request.POST, on_duty=on_duty(moment, acts.RECEIVERS))
    decided: DecideForm | None = None
    if row.incident is None:
        places = list(place_names({place.id for place in all_places()}).values())
        decided = DecideForm(request.POST, proposal=proposal_of(report_id), places=places)
    valid = (decided is None or decided.is_valid()) & send.is_valid()
    if valid and not only and send.chosen() is None:
        send.add_error("post", _("Choose who is to go, or accept without an order."))
    if not (send.errors or (decided and decided.errors)):
        try:
            sent = decide_and_send(
                actor=request.acting.actor, at=moment, report=row, decided=decided, post=send.chosen(),
                instruction=send.cleaned_data.get("instruction", ""), key=request.POST.get("idempotency_key"),
            )  # fmt: skip
        except BadInputError as error:
            send.add_error("post", str(error))
        except RefusedError as error:
            setattr(request, RERENDERED, {"decide": decided, "send": send})
            return report_page(request, report_id, refused=error, status=422)
        else:
            messages.success(
                request, _("Order %(number)d sent") % {"number": sent.number} if sent else _("Incident established")
            )
            return redirect("report", report_id)
    setattr(request, RERENDERED, {"decide": decided, "send": send})
    bound: Mapping[str, forms.Form] = {"decide": decided, "send": send} if decided else {"send": send}
    return report_page(request, report_id, bound=bound, status=422)


@for_roles(*acts.RECEIVERS)
@require_GET
def orders(request: PersonRequest) -> HttpResponse:
    """What was sent to the post in force."""
    context = {"header": PageHeader(title=_("My orders")), "list": order_list(request, at=now())}
    return render(request, "command/orders.html", context)


@for_roles(*FIELD)
@require_GET
def verify(request: PersonRequest) -> HttpResponse:
    """What was handled and waits for somebody else to verify it."""
    context = {"header": PageHeader(title=_("To verify")), "list": verify_list(request, at=now())}
    return render(request, "command/orders.html", context)


@for_roles(*FIELD, "head", "auditor", "legal_reviewer", "stationed_lawyer")
@require_GET
def order(request: PersonRequest, order_id: UUID) -> HttpResponse:
    """One order, made for one hand on a phone."""
    return _page(request, order_id)


def _page(
    request: PersonRequest,
    order_id: UUID,
    *,
    refused: RefusedError | None = None,
    bound: Mapping[str, forms.Form] | None = None,
    status: int = 200,
) -> HttpResponse:
    row = queries.order(order_id)
    if row is None:
        raise MissingError(_("There is no such order."))
    if _hidden(request, row):
        raise NotAllowedError(_("This order was sent to somebody else."))
    context = order_context(request, row, at=now(), refused=refused, bound=bound or {})
    return render(request, "command/order.html", context, status=status)


def _hidden(request: PersonRequest, row: Order) -> bool:
    """Tell whether an order is none of this person's: sent to another post, and nothing to verify."""
    acting = request.acting
    return acting.post.role in acts.RECEIVERS and row.post_id != acting.post.id and not queries.may_verify(row.id)


def _step(
    name: str, act: Callable[..., object], done: Any, form_class: type[forms.Form] | None = None
) -> Callable[..., HttpResponseBase]:
    """Return the view that takes one step of an order: perhaps a form, an act, and back to the order."""

    @for_roles(*FIELD)
    @require_POST
    def view(request: PersonRequest, order_id: UUID) -> HttpResponse:
        form = form_class(request.POST, request.FILES) if form_class else None
        bound = {name: form} if form else {}
        if form is not None and not form.is_valid():
            return _page(request, order_id, bound=bound, status=422)
        values = dict(form.cleaned_data) if form else {}
        for moment in ("before", "after"):
            if moment in values:
                values[moment] = [file.read() for file in values[moment]]
        try:
            act(actor=request.acting.actor, at=now(), order=order_id, key=request.POST.get("idempotency_key"), **values)
        except RefusedError as error:
            return _page(request, order_id, refused=error, bound=bound, status=422)
        except BadInputError as error:
            if form is None:
                raise
            form.add_error(None, str(error))
            return _page(request, order_id, bound=bound, status=422)
        messages.success(request, str(done))
        row = queries.order(order_id)
        return redirect("verify") if row is None or _hidden(request, row) else redirect("order", order_id)

    return view


accept = _step("order.accept", acts.accept_order, gettext_lazy("Order accepted"))
arrive = _step("order.arrive", acts.arrive, gettext_lazy("Arrival noted"))
handle = _step("order.handle", acts.handle_order, gettext_lazy("Reported as handled"), HandleForm)
give_back = _step("order.return", acts.return_order, gettext_lazy("Order returned"), ReasonForm)
confirm = _step("order.verify", acts.verify_order, gettext_lazy("Handling verified"))
refuse = _step("order.refuse", acts.refuse_verification, gettext_lazy("Sent back"), ReasonForm)
