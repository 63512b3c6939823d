"""Checks, scopes and facts of orders."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from oneteam.cases.queries import cases_of_incidents
from oneteam.command.models import Moment, Order, OrderPhoto
from oneteam.files.queries import facts as photo_facts
from oneteam.intake.models import Handling
from oneteam.intake.queries import GROUND, reports_with_incidents
from oneteam.journal.queries import acts
from oneteam.kernel.clock import SHANGHAI, legal_day
from oneteam.kernel.geometry import metres
from oneteam.lawbook.queries import setting
from oneteam.lawbook.text import Text
from oneteam.patrols.queries import incidents_of
from oneteam.places.queries import place_of
from oneteam.procedures.queries import running_dues, runs
from oneteam.procedures.registry import Context, Failure, check, facts, scope

FINISHED = frozenset({"verified", "returned"})
HANDLED_IT = Text("由您本人处置，或您是其案件的执法人员", "you handled it, or are an officer of its case")
ELSEWHERE = Text("处置后的照片不是在事件所在的单元网格内拍的", "the photo from afterwards was not taken in its grid")
TOO_OLD = Text("处置后的照片不晚于处置前的照片", "the photo from afterwards is not younger than the one from before")


@check("EVT-07", needs=("handled_by", "officers", "photos"), by_step=True)
def verified_by_somebody_else_from_photos_of_the_spot(context: Context) -> Failure | None:
    """Whoever handled an order, or is an officer of its incident's case, never verifies it (seven-step loop).

    What is verified was photographed there and then: a photo of the handled state lies in the incident's grid and is
    younger than every one of the found state, as far as the photos tell. Facts: `handled_by`, a person's id;
    `officers`, ids; `photos`, what is wrong with them, or None.
    """
    if context.actor.person_id in {context.fact("handled_by"), *context.fact("officers")} - {None}:
        return Failure({"problem": HANDLED_IT})
    wrong = context.fact("photos") if context.step == "order.verify" else None
    return Failure({"problem": wrong}) if wrong else None


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


@facts("order", gives=("officers", "photos"))
def verification_facts(ids: Iterable[UUID], at: datetime) -> Mapping[UUID, Mapping[str, Any]]:
    """Give the officers of the cases of each order's incident, and what is wrong with photos of its last handling."""
    orders = list(Order.objects.filter(id__in=list(ids)).select_related("incident__place").defer(*GROUND))
    cases = cases_of_incidents({order.incident_id for order in orders})
    photos: dict[UUID, list[OrderPhoto]] = {order.id: [] for order in orders}
    for photo in OrderPhoto.objects.filter(order__in=photos).order_by("id"):
        photos[photo.order_id].append(photo)
    handled = acts(kinds=["order.handled"]).filter(stream__in=photos).values_list("stream", "payload")
    last = {order: payload["photos"] for order, payload in handled}  # the later acts overwrite the earlier ones
    photos = {order: taken[len(taken) - last.get(order, 0) :] for order, taken in photos.items()}
    told = photo_facts(photo.blob_id for taken in photos.values() for photo in taken)
    return {
        order.id: {
            "officers": {who for case in cases.get(order.incident_id, ()) for who in (case.officer_id, case.second_id)},
            "photos": _wrong_photos(order, [(photo.moment, told[photo.blob_id]) for photo in photos[order.id]], at),
        }
        for order in orders
    }


def _wrong_photos(order: Order, photos: Sequence[tuple[str, Mapping[str, Any]]], at: datetime) -> Text | None:
    """Say what speaks against photos; one that tells neither place nor time speaks against nothing."""
    before, after = ([told for when, told in photos if when == moment] for moment in (Moment.BEFORE, Moment.AFTER))
    first = min(filter(None, map(_taken_at, after)), default=None)
    last = max(filter(None, map(_taken_at, before)), default=None)
    if first and last and first <= last:
        return TOO_OLD
    return ELSEWHERE if any(_far_off(one, order, at) for one in after) else None


def _taken_at(told: Mapping[str, Any]) -> datetime | None:
    """Read a device's time; one without an offset is the region's."""
    try:
        taken = datetime.fromisoformat(told.get("taken_at", ""))
    except ValueError:
        return None
    return taken if taken.tzinfo else taken.replace(tzinfo=SHANGHAI)


def _far_off(told: Mapping[str, Any], order: Order, at: datetime) -> bool:
    """Tell whether a photo was taken outside the incident's grid and farther from it than a position may err."""
    incident, day = order.incident, legal_day(at)
    point = incident if incident.lon is not None else incident.place
    if point is None or point.lon is None or point.lat is None or "lat" not in told:
        return False
    lon, lat = Decimal(told["lon"]), Decimal(told["lat"])
    grid = place_of(point.lon, point.lat, on=day).grid
    if grid is None or place_of(lon, lat, on=day).grid == grid:
        return False
    return metres(float(lon), float(lat), float(point.lon), float(point.lat)) > int(setting("photo.metres"))


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
