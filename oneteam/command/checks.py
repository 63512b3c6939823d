"""Checks, scopes and facts of orders."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from oneteam.command.models import Order
from oneteam.procedures.queries import runs
from oneteam.procedures.registry import Context, Failure, check, facts, scope

FINISHED = frozenset({"verified", "returned"})


@check("EVT-07", needs=("handled_by",))
def verifier_is_not_handler(context: Context) -> Failure | None:
    """Whoever handled an order never verifies it (seven-step loop). Fact: `handled_by`, a person's id."""
    handler = context.fact("handled_by")
    if handler is not None and context.actor.person_id == handler:
        return Failure({"handler": context.actor.name})
    return None


@check("OT-02", needs=("open_orders",))
def no_order_left_open(context: Context) -> Failure | None:
    """An incident is resolved when each of its orders is verified or returned. Fact: `open_orders`, their number."""
    count = context.fact("open_orders")
    return Failure({"count": count}) if count else None


@scope("assignee", text=_("the person it was sent to"), needs=("post",))
def assignee(context: Context) -> bool:
    """Tell whether the actor acts under the post the order was sent to."""
    return bool(context.actor.post == context.fact("post"))


@facts("order", gives=("post", "handled_by", "urgency"))
def order_facts(ids: Iterable[UUID], at: datetime) -> Mapping[UUID, Mapping[str, Any]]:
    """Give the post an order was sent to, the person who handled it, and its urgency."""
    rows = Order.objects.filter(id__in=list(ids)).values_list("id", "post_id", "handled_by_id", "urgency")
    return {order: {"post": post, "handled_by": handler, "urgency": urgency} for order, post, handler, urgency in rows}


@facts("incident", gives=("open_orders",))
def incident_facts(ids: Iterable[UUID], at: datetime) -> Mapping[UUID, Mapping[str, Any]]:
    """Give how many orders of an incident are neither verified nor returned."""
    wanted = list(ids)
    orders = list(Order.objects.filter(incident_id__in=wanted).values_list("id", "incident_id"))
    now = runs([order for order, _incident in orders])
    counts = dict.fromkeys(wanted, 0)
    for order, incident in orders:
        counts[incident] += now[order].state not in FINISHED
    return {incident: {"open_orders": count} for incident, count in counts.items()}
