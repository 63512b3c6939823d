"""The page of one order."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from oneteam.cases.panels import incident_panel
from oneteam.command import queries
from oneteam.command.conduct import URGERS
from oneteam.command.forms import HandleForm, SuspendForm
from oneteam.command.handled import handled_context, photos_of
from oneteam.command.models import Order
from oneteam.command.panels import marks, order_title, shown_incident, state_chip
from oneteam.intake.labels import urgency_chip, word_for
from oneteam.intake.queries import ToldText, reports_of_incidents, told_texts
from oneteam.journal.queries import timeline
from oneteam.kernel.masking import mask_told
from oneteam.people.middleware import PersonRequest
from oneteam.people.shown import names_of_posts, shown_timeline
from oneteam.procedures.forms import ReasonForm
from oneteam.procedures.queries import next_steps, runs
from oneteam.procedures.shown import Returned, StepForm, clocks_of, offer, shown_steps
from oneteam.web.parts import Clocks, Link, PageHeader, Step, Steps

READABLE = ("instruction", "note", "reason")


def order_context(request: PersonRequest, row: Order, *, at: datetime, returned: Returned | None) -> dict[str, Any]:
    """Return what the template of an order shows; `returned` holds a form that was not taken."""
    state = runs([row.id, row.incident_id])
    reports = reports_of_incidents([row.incident_id]).get(row.incident_id, [])
    told = told_texts(reports)
    steps = next_steps([row.id], request.acting.actor, at).get(row.id, [])
    clocks = clocks_of([row.id], at=at).get(row.id, [])
    entries = timeline(row.id)
    mine = row.post_id == request.acting.post.id
    offers = _offers(row, returned, mine=mine, state=state[row.id].state)
    return {
        "header": PageHeader(
            title=order_title(row),
            crumbs=[Link(_("Orders"), reverse("orders" if mine else "verify"))],
            chips=[
                state_chip(state[row.id].state, str(state[row.id].label)), urgency_chip(row.urgency),
                *[clock for clock in clocks if clock.stopped is None][:1],
            ],
            facts=[
                *marks(row),
                _("No. %(number)d") % {"number": row.number},
                names_of_posts([row.post_id]).get(row.post_id, ""),
            ],
        ),
        "order": row,
        "navigate": _navigate(row),
        "instruction": queries.instructions([row])[row.id],
        "told": [masked(told[report.id]) for report in reports],
        "facts": shown_incident(row.incident, str(state[row.incident_id].label)),
        "sent_back": returned.above(steps, offers) if returned else None,
        "steps": Steps([*shown_steps(steps, offers), *_besides(request, row, offers, state=state[row.id].state)],
                       title=_("Next steps")),
        "handled": handled_context(row, entries) if state[row.id].state == "handled" else None,
        "photos": photos_of(row.id),
        "cases": incident_panel(
            request, row.incident_id, enforcement=mine and row.incident.handling == "enforcement"
        ),
        "clocks": Clocks(clocks, title=_("Time limits")),
        "timeline": shown_timeline(entries, told=READABLE, words=word_for),
    }  # fmt: skip


def _navigate(row: Order) -> str:
    """Return the address that opens a phone's map at the spot, or at the place it was established to lie in."""
    incident = row.incident
    at = incident if incident.lon is not None else incident.place
    return f"geo:{at.lat},{at.lon}?q={at.lat},{at.lon}" if at is not None else ""


def _offers(row: Order, returned: Returned | None, *, mine: bool, state: str) -> dict[str, StepForm]:
    # What comes next on the way is the main act: accept, arrive, handle.
    handle, arrive, main = HandleForm(auto_id="id_handle_%s"), mine and state == "accepted", mine and state == "arrived"
    back, refuse = ReasonForm(auto_id="id_return_%s"), ReasonForm(auto_id="id_refuse_%s")
    return {
        "order.accept": offer("order.accept", row.id, returned=returned, main=mine, icon="tick"),
        "order.arrive": offer("order.arrive", row.id, returned=returned, main=arrive, icon="pin"),
        "order.handle": offer("order.handle", row.id, form=handle, returned=returned, main=main, icon="tick"),
        "order.return": offer("order.return", row.id, form=back, returned=returned, icon="back"),
        "order.verify": offer("order.verify", row.id, returned=returned, main=True, icon="tick"),
        "order.extend": offer("order.extend", row.id, form=_reason("extend"), returned=returned, icon="clock"),
        "order.suspend": offer(
            "order.suspend", row.id, form=SuspendForm(auto_id="id_suspend_%s"), returned=returned, icon="pause"
        ),
        "order.resume": offer("order.resume", row.id, returned=returned, main=mine, icon="right"),
        "order.recall": offer("order.recall", row.id, form=_reason("recall"), returned=returned, icon="back"),
        "order.ask_extension": offer(
            "order.ask_extension", row.id, form=_reason("ask_extension"), returned=returned, icon="clock"
        ),
        "order.urge": offer("order.urge", row.id, form=_reason("urge"), returned=returned, icon="bell"),
        "order.refuse": offer("order.refuse", row.id, form=refuse, returned=returned, icon="back"),
    }


def _reason(verb: str) -> ReasonForm:
    return ReasonForm(auto_id=f"id_{verb}_%s")


def _besides(request: PersonRequest, row: Order, offers: dict[str, StepForm], *, state: str) -> list[Step]:
    """Return what may be done about an order beside the steps of its procedure: ask for more time, urge."""
    acting, found = request.acting, []
    if acting.post.id == row.post_id and state in ("accepted", "arrived") and row.extension_asked_at is None:
        found.append(("order.ask_extension", _("Ask for more time")))
    if acting.post.role in URGERS and state in ("sent", "accepted", "arrived", "suspended"):
        found.append(("order.urge", _("Urge")))
    return [
        Step(
            title, "lawful", button=title, action=offers[name].action, icon=offers[name].icon, form=offers[name].form,
            key=offers[name].key,
        )
        for name, title in found
    ]  # fmt: skip


def masked(told: ToldText) -> ToldText:
    """Return told words without what names the caller: who handles an order never sees it (HOT-03)."""
    names, phones = [told.caller_name], [told.caller_phone]
    return replace(
        told,
        title=mask_told(told.title, names=names, phones=phones),
        text=mask_told(told.text, names=names, phones=phones),
        address=mask_told(told.address, names=names, phones=phones),
    )
