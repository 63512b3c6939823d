"""Pages of orders: the desk's decision, what was sent to me, one order on the phone, what waits for verification."""

from collections.abc import Callable, Mapping, Sequence
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from oneteam.command import acts, conduct, queries
from oneteam.command.desk import decide_and_send
from oneteam.command.desk_views import back_to_desk, desk_or_report
from oneteam.command.forms import DecideForm, HandleForm, SendForm, SuspendForm
from oneteam.command.listing import escalated_list, order_list, verify_list
from oneteam.command.offers import also_of, offered_places, uuid_of
from oneteam.command.page import order_context
from oneteam.command.panels import RERENDERED
from oneteam.command.rules import FIELD, LEADERS, READERS, visible
from oneteam.intake.navigation import READERS as REPORT_READERS
from oneteam.intake.queries import report as report_row
from oneteam.kernel.clock import legal_day, now
from oneteam.kernel.errors import BadInputError, MissingError, NotAllowedError, OneteamError
from oneteam.people.middleware import PersonRequest
from oneteam.people.queries import on_duty
from oneteam.people.views import for_roles
from oneteam.procedures.forms import ReasonForm
from oneteam.procedures.shown import Returned, returned_by
from oneteam.procedures.views import View, step_view
from oneteam.triage.queries import proposal_of
from oneteam.web.exporting import asked_file, exportable
from oneteam.web.lists import WorkList
from oneteam.web.parts import Link, PageHeader
from oneteam.web.typed import keep

HOMES: Mapping[str, Sequence[str]] = {
    "dispatcher": ("desk",), **dict.fromkeys(LEADERS, ("leader",)), "system_admin": ("directories",),
    "security_admin": ("directory", "people"), "cashier": ("cases",),
}  # fmt: skip
"""Where the work of a role begins that gets no orders: a page's name and what it is about."""


@for_roles()
@require_GET
def home(request: PersonRequest) -> HttpResponse:
    """Lead each role to where its work begins."""
    role = request.acting.post.role
    if role in acts.RECEIVERS:
        return redirect("orders")
    if role in HOMES:
        return redirect(*HOMES[role])
    return redirect("reports" if role in REPORT_READERS else "figures")


@for_roles("dispatcher")
@require_POST
def decide(request: PersonRequest, report_id: UUID) -> HttpResponse:
    """Confirm or correct what a report is, and send an order about it, in one go."""
    row = report_row(report_id)
    if row is None:
        raise MissingError(_("There is no such report."))
    moment, key = now(), request.POST.get("idempotency_key")
    only = request.POST.get("only") == "decide"
    chosen = uuid_of(request.POST.get("post", ""))
    send = SendForm(
        {} if only else request.POST, on_duty=on_duty(moment, acts.RECEIVERS, post=chosen) if chosen else []
    )
    decided: DecideForm | None = None
    # A decision that comes where somebody has decided is still read: sent twice it is answered as before, else refused.
    if row.incident is None or request.POST.get("matter"):
        proposal = proposal_of(report_id)
        day = legal_day(moment)
        places = offered_places([proposal.place_id if proposal else None], request.POST, on=day)
        decided = DecideForm(request.POST, proposal=proposal, places=places, on=day)
    sent_forms = {"decide": decided, "send": send} if decided else {"send": send}
    keep(request, *sent_forms.values())
    returned = Returned(sent_forms, key=key)
    valid = (decided is None or decided.is_valid()) & send.is_valid()
    if valid and not only and send.chosen() is None:
        send.add_error("post", _("Choose who is to go, or accept without an order."))
    if not any(form.errors for form in sent_forms.values()):
        try:
            sent = decide_and_send(
                actor=request.acting.actor, at=moment, report=row, decided=decided, post=send.chosen(),
                instruction=send.cleaned_data.get("instruction", ""), key=key,
                also=also_of(request.POST),
            )  # fmt: skip
        except BadInputError as error:
            send.add_error("post", str(error))
        except OneteamError as error:
            returned = returned_by(error, sent_forms, key=key)
        else:
            messages.success(
                request, _("Order %(number)d sent") % {"number": sent.number} if sent else _("Incident established")
            )
            return back_to_desk(request) or redirect("report", report_id)
    setattr(request, RERENDERED, returned)
    return desk_or_report(request, report_id, returned=returned)


@for_roles(*acts.RECEIVERS)
@require_GET
def orders(request: PersonRequest) -> HttpResponse:
    """What was sent to the post in force."""
    waiting = queries.waits_for_verification(besides=request.acting.actor.person_id)
    word = _("To verify: %(count)d") % {"count": waiting}
    links = [Link(word, reverse("verify"))] if waiting else []
    return _listed(request, _("My orders"), order_list(request, at=now()), links)


def _listed(request: PersonRequest, title: str, part: WorkList, links: Sequence[Link] = ()) -> HttpResponse:
    """Return the page of a list of orders, or the file that its address asks for."""
    context = {"header": PageHeader(title=title, links=links), "list": exportable(part, request.GET)}
    return asked_file(request.GET, part) or render(request, "command/orders.html", context)


@for_roles(*LEADERS)
@require_GET
def escalated(request: PersonRequest) -> HttpResponse:
    """Late orders that were told to the acting leader."""
    return _listed(request, _("Overdue orders"), escalated_list(request, at=now()))


@for_roles(*FIELD)
@require_GET
def verify(request: PersonRequest) -> HttpResponse:
    """What was handled and waits for somebody else to verify it."""
    return _listed(request, _("To verify"), verify_list(request, at=now()))


@for_roles(*READERS)
@require_GET
def order(request: PersonRequest, order_id: UUID) -> HttpResponse:
    """One order, made for one hand on a phone."""
    return _page(request, order_id)


def _page(request: PersonRequest, order_id: UUID, *, returned: Returned | None = None) -> HttpResponse:
    row = queries.order(order_id)
    if row is None:
        raise MissingError(_("There is no such order."))
    if not visible(request.acting, [row]):
        raise NotAllowedError(_("This order was sent to somebody else."))
    context = order_context(request, row, at=now(), returned=returned)
    return render(request, "command/order.html", context, status=returned.status if returned else 200)


def _after(request: PersonRequest, order_id: UUID) -> HttpResponse:
    """Go back to the order, or to what is to be verified where it is no longer this person's to see."""
    row = queries.order(order_id)
    return redirect("order", order_id) if row and visible(request.acting, [row]) else redirect("verify")


def _step(
    step: str,
    act: Callable[..., object],
    done: Promise,
    form_class: type[forms.Form] = forms.Form,
    roles: Sequence[str] = FIELD,
) -> View:
    return step_view(
        step=step, form_class=form_class, act=act, done=done, roles=roles, page=_page, after=_after
    )  # fmt: skip


accept = _step("order.accept", acts.accept_order, gettext_lazy("Order accepted"))
arrive = _step("order.arrive", acts.arrive, gettext_lazy("Arrival noted"))
handle = _step("order.handle", acts.handle_order, gettext_lazy("Reported as handled"), HandleForm)
give_back = _step("order.return", acts.return_order, gettext_lazy("Order returned"), ReasonForm)
confirm = _step("order.verify", acts.verify_order, gettext_lazy("Handling verified"))
refuse = _step("order.refuse", acts.refuse_verification, gettext_lazy("Sent back"), ReasonForm)
ask_extension = _step("order.ask_extension", conduct.ask_extension, gettext_lazy("More time asked for"), ReasonForm)
extend = _step("order.extend", conduct.extend_order, gettext_lazy("Time limit extended"), ReasonForm)
suspend = _step("order.suspend", conduct.suspend_order, gettext_lazy("Order suspended"), SuspendForm)
resume = _step("order.resume", conduct.resume_order, gettext_lazy("Order taken up again"))
recall = _step("order.recall", conduct.recall_order, gettext_lazy("Order recalled"), ReasonForm)
urge = _step(
    "order.urge", conduct.urge_order, gettext_lazy("Urged"), ReasonForm, (*sorted(conduct.URGERS),)
)  # fmt: skip
