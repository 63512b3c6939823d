"""Checks, scopes and facts of orders."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from oneteam.command.models import Order
from oneteam.intake.models import Handling
from oneteam.intake.queries import reports_with_incidents
from oneteam.kernel.clock import SHANGHAI
from oneteam.patrols.queries import incidents_of
from oneteam.procedures.queries import running_dues, runs
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


@check("HOT-03")
def caller_masked(context: Context) -> Failure | None:
    """An instruction does not tell who called (GB/T 33358). From the proposal: `caller_named`."""
    return Failure({}) if context.facts.get("caller_named") else None


@check("HOT-04", needs=("handle_due",))
def extended_in_time(context: Context) -> Failure | None:
    """A time limit is extended or suspended before it ends; its last moment is in time.

    Fact: `handle_due`, when the running limit to handle ends, None where none runs.
    """
    due = context.fact("handle_due")
    return Failure({"due": f"{due.astimezone(SHANGHAI):%m-%d %H:%M}"}) if due and context.at > due else None


@check("OT-05", needs=("extensions",))
def extended_once(context: Context) -> Failure | None:
    """An order is extended once. Fact: `extensions`, how often it was."""
    count = context.fact("extensions")
    return Failure({"count": count}) if count else None


@check("EVT-08", needs=("handle_due",))
def handled_in_time(context: Context) -> Failure | None:
    """What is handled late is watched, never refused: it has happened. Fact: `handle_due`, as in HOT-04."""
    due = context.fact("handle_due")
    return Failure({"due": f"{due.astimezone(SHANGHAI):%m-%d %H:%M}"}) if due and context.at > due else None


@check("HOT-05", needs=("violation", "officer_handled"))
def violation_not_explained_away(context: Context) -> Failure | None:
    """A report of a violation is not settled by an explanation of the hotline (53号): who may decide was there.

    Facts: `violation`, whether its incident lies on the enforcement side; `officer_handled`, whether an officer handled
    an order about it; from the proposal `result`.
    """
    explained = context.facts.get("result") == "explained"
    return Failure({}) if explained and context.fact("violation") and not context.fact("officer_handled") else None


@check("OT-08", needs=("open_orders",))
def nobody_sent_yet(context: Context) -> Failure | None:
    """What somebody was sent for is not taken over besides. Fact: `open_orders`, how many are under way about it."""
    count = context.fact("open_orders")
    return Failure({"count": count}) if count else None


@scope("assignee", text=_("the person it was sent to"), needs=("post",))
def assignee(context: Context) -> bool:
    """Tell whether the actor acts under the post the order was sent to."""
    return bool(context.actor.post == context.fact("post"))


@facts("order", gives=("handle_due",))
def due_facts(ids: Iterable[UUID], at: datetime) -> Mapping[UUID, Mapping[str, Any]]:
    """Give when the running limit to handle an order ends; a suspended one stands still."""
    dues = running_dues(ids, ["order.handle", "order.extended"])
    return {order: {"handle_due": max(dues.get(order, {}).values(), default=None)} for order in ids}


@facts("report", gives=("violation", "officer_handled"))
def violation_facts(ids: Iterable[UUID], at: datetime) -> Mapping[UUID, Mapping[str, Any]]:
    """Give whether each report's incident is a violation, and whether an officer handled an order about it."""
    incidents = {report.id: report.incident for report in reports_with_incidents(ids)}
    by_officer = set(
        Order.objects.filter(
            incident__in=[one.id for one in incidents.values() if one], post__role="officer", handled_by__isnull=False
        ).values_list("incident_id", flat=True)
    )
    return {
        report: {
            "violation": incident is not None and incident.handling == Handling.ENFORCEMENT,
            "officer_handled": incident is not None and incident.id in by_officer,
        }
        for report, incident in incidents.items()
    }


@facts("order", gives=("post", "handled_by", "urgency", "handling", "extensions"))
def order_facts(ids: Iterable[UUID], at: datetime) -> Mapping[UUID, Mapping[str, Any]]:
    """Give whom an order was sent to, who handled it, its urgency and category, and how often it was extended."""
    columns = ("id", "post_id", "handled_by_id", "urgency", "incident__handling", "extensions")
    names = ("post", "handled_by", "urgency", "handling", "extensions")
    rows = Order.objects.filter(id__in=list(ids)).values_list(*columns)
    return {row[0]: dict(zip(names, row[1:], strict=True)) for row in rows}


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


@facts("finding", gives=("open_orders",))
def finding_facts(ids: Iterable[UUID], at: datetime) -> Mapping[UUID, Mapping[str, Any]]:
    """Give how many orders about each finding's incident are under way."""
    wanted = list(ids)
    incidents = incidents_of(wanted)
    counted = incident_facts(incidents.values(), at)
    none = {"open_orders": 0}
    return {finding: counted[incidents[finding]] if finding in incidents else none for finding in wanted}
