"""What the command room shows on a report's page, and who may see the photos of its orders."""

from collections.abc import Hashable, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from django.forms import BaseForm
from django.http import HttpRequest
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from oneteam.command import queries
from oneteam.command.acts import RECEIVERS
from oneteam.command.checks import FINISHED
from oneteam.command.dispatch import Candidate, Spot, in_hand
from oneteam.command.forms import DecideForm, SendForm, SplitForm, correct_form
from oneteam.command.hands import hands, in_officers_hands
from oneteam.command.models import Order
from oneteam.command.navigation import conducts
from oneteam.command.offers import also_of, offered_places
from oneteam.command.rules import visible
from oneteam.files.slots import MAY_SEE
from oneteam.intake.labels import HANDLINGS, title_of, urgency_chip
from oneteam.intake.models import Incident, Report
from oneteam.intake.queries import listed, reports_by_id, reports_of_incidents
from oneteam.intake.slots import REPORT_MAIN, REPORT_SIDE
from oneteam.kernel.clock import SHANGHAI, legal_day, now
from oneteam.kernel.ids import uuid7
from oneteam.lawbook.catalogue import field_name, matter_name
from oneteam.patrols.queries import Found, found_matters
from oneteam.people.queries import next_turn
from oneteam.people.shown import names_of_posts
from oneteam.places.queries import localised
from oneteam.procedures.queries import runs
from oneteam.procedures.shown import Returned, clocks_of
from oneteam.triage.models import Proposal
from oneteam.triage.queries import proposals
from oneteam.web.lists import url_with
from oneteam.web.panels import Choice, Choices
from oneteam.web.parts import Chip, Empty, Fact, Facts
from oneteam.web.slots import Panel, register_bulk

RERENDERED = "command_returned"
"""The request attribute under which the desk's forms come back to the page."""


SEVERAL = 2
MOST_OFFERED = 40  # people on one form, the best first; nobody reads more
SHOWN_AT_LEAST = 3  # people shown unfolded where the place lies on nobody's ground


def people_choices(form: BaseForm, spot: Spot, *, error: str = "") -> Choices:
    """Return the people on duty as choices, the proposed one first and chosen, each with minutes and reason.

    Where the place is unknown nobody is proposed: the desk chooses.
    """
    moment = now()
    found = queries.propose(spot, moment)
    proposed = next((str(one.post.id) for one in found if one.minutes is not None), "")
    chosen = str(form.data.get("post", "")) if form.is_bound else proposed
    choices = [
        Choice(
            str(one.post.id),
            one.post.name,
            note=one.post.title,
            facts=[one.post.unit, *one.reason],
            end=_("%(minutes)d min") % {"minutes": one.minutes} if one.minutes is not None else "",
            end_note=in_hand(one.open_orders) if one.open_orders else "",
            checked=str(one.post.id) == chosen,
        )
        for one in _offered(found, chosen)
    ]
    near = SHOWN_AT_LEAST
    return Choices(
        "post",
        _("Send to"),
        choices[:near],
        rest=choices[near:],
        rest_label=_("%(count)d others on duty") % {"count": len(found) - near},
        hint=_hint(spot, found),
        error=error or " ".join(map(str, form.errors.get("post", ()))),
        empty="" if found else _nobody(moment),
    )


def _back(request: HttpRequest) -> str:
    """Return the desk's address to come back to after sending, without the report that was open; "" elsewhere."""
    if request.method == "POST":
        return request.POST.get("back", "")
    return (
        reverse("desk") + url_with(request.GET, open=None, also=None).removesuffix("?")
        if request.path == reverse("desk")
        else ""
    )


def spot_of(report: Report, proposal: Proposal | None, found: Found | None = None) -> Spot:
    """Return where a report's incident is and which side it lies on: as established, else as the patrol found or as
    the machine proposes."""
    incident = report.incident
    if incident is not None:
        return Spot(incident.place_id, incident.lon, incident.lat, incident.handling)
    if found is not None:
        return Spot(found.place, report.lon, report.lat, found.handling)
    if proposal is None:
        return Spot(None, report.lon, report.lat, "")
    return Spot(proposal.place_id, report.lon, report.lat, proposal.handling or "")


def _offered(found: Sequence[Candidate], chosen: str) -> list[Candidate]:
    """Return the first of the people on duty, and whoever was chosen."""
    return [one for place, one in enumerate(found) if place < MOST_OFFERED or str(one.post.id) == chosen]


def _hint(spot: Spot, found: Sequence[Candidate]) -> str:
    """Return what the desk should know before it chooses."""
    if found and not any(one.may for one in found):
        return _("No officer with a valid certificate is on duty: whoever goes can look, not decide.")
    if spot.place is not None and found and not any(one.covers for one in found):
        return _("Nobody on duty has this place on their ground.")
    return ""


def _nobody(at: datetime) -> str:
    """Return what to do where the roster has a hole: who comes next, and who is only away."""
    turn = next_turn(at, RECEIVERS)
    lines = [_("Nobody who could be sent is on duty now.")]
    if turn is not None:
        starts, held = turn
        values = {"name": held.name, "unit": held.unit, "time": f"{starts.astimezone(SHANGHAI):%m-%d %H:%M}"}
        lines.append(_("Next on duty: %(name)s, %(unit)s, from %(time)s.") % values)
    lines.append(_("Accept without an order, or have the roster filled."))
    return " ".join(lines)


def _desk(request: HttpRequest, reports: Sequence[Report]) -> Mapping[Hashable, Sequence[Panel]]:
    """Offer the dispatcher to decide what a report is and to send an order."""
    acting = getattr(request, "acting", None)
    if acting is None or acting.post.role != "dispatcher":
        return {}
    known, patrol = proposals(report.id for report in reports), found_matters(report.id for report in reports)
    state, handed = runs(report.id for report in reports), in_officers_hands(_incidents(reports))
    found: dict[Hashable, Sequence[Panel]] = {}
    returned: Returned | None = getattr(request, RERENDERED, None)
    for report in reports:
        if returned is None and state[report.id].state not in ("received", "reopened"):
            continue
        proposal = known.get(report.id)
        decide: BaseForm | None = None
        if report.incident is None:
            day, seen = legal_day(now()), patrol.get(report.id)
            also = [proposal.place_id if proposal else None, seen.place if seen else None]
            places = offered_places(also, on=day)
            decide = DecideForm(proposal=proposal, found=seen, places=places, on=day)
            if returned and "decide" in returned.forms:
                decide = returned.forms["decide"]
            spot = spot_of(report, proposal, patrol.get(report.id))
        else:
            spot = spot_of(report, proposal)
            orders = queries.orders_of_incidents([report.incident.id]).get(report.incident.id, [])
            open_now = runs(order.id for order in orders)
            done = runs([report.incident.id])[report.incident.id].state == "resolved" or report.incident.id in handed
            if returned is None and (done or any(open_now[order.id].state not in FINISHED for order in orders)):
                continue
        send = returned.forms["send"] if returned and "send" in returned.forms else SendForm(on_duty=[])
        context = {
            "action": reverse("report-decide", args=[report.id]),
            "offer": reverse("offer-people", args=[report.id]),
            "decide": decide,
            "send": send,
            "people": people_choices(send, spot),
            "draft": f"desk-{report.id}",
            "back": _back(request),
            "key": (returned and returned.key) or str(uuid7()),
            "also": _also(request, report) if decide is not None else [],
        }
        found[report.id] = [Panel("command/desk_panel.html", context, order=10)]
    return found


def _incidents(reports: Sequence[Report]) -> set[UUID]:
    return {report.incident_id for report in reports if report.incident_id}


def _hands(request: HttpRequest, reports: Sequence[Report]) -> Mapping[Hashable, Sequence[Panel]]:
    """Say which officer has what a report tells of, where one has it without an order."""
    known = hands(_incidents(reports))
    state = runs(known)
    return {
        report.id: [
            Panel(
                "command/hand_panel.html",
                {
                    "hand": known[report.incident_id],
                    "open": state[report.incident_id].state == "established",
                    "resolve": reverse("report-resolve", args=[report.id]) if conducts(request) else "",
                    "back": _back(request),
                },
                order=5,
            )
        ]
        for report in reports
        if report.incident_id in known
    }


def _together(request: HttpRequest, reports: Sequence[Report]) -> Mapping[Hashable, Sequence[Panel]]:
    """Let the dispatcher say on a report's own page that another one tells of the same."""
    if not conducts(request) or request.path == reverse("desk"):
        return {}
    state = runs(report.id for report in reports)
    return {
        report.id: [Panel("command/together_panel.html", {"report": report}, order=30)]
        for report in reports
        if state[report.id].state in ("received", "reopened")
    }


def _also(request: HttpRequest, report: Report) -> list[tuple[UUID, str]]:
    """Return the undecided reports that are to be one incident with this one, as they are called."""
    wanted = also_of(request.POST if request.method == "POST" else request.GET)
    rows = [row for row in reports_by_id(wanted) if row.incident_id is None and row.id != report.id] if wanted else []
    return [
        (row.id, _("No. %(number)d %(title)s") % {"number": row.number, "title": title_of(row.told)})
        for row in listed(rows)
    ]


def _orders(request: HttpRequest, reports: Sequence[Report]) -> Mapping[Hashable, Sequence[Panel]]:
    """Show a report's incident with its orders."""
    incidents = {report.incident.id: report.incident for report in reports if report.incident}
    if not incidents:
        return {}
    orders = queries.orders_of_incidents(incidents)
    every = [order for listed in orders.values() for order in listed]
    state, words = runs([*(order.id for order in every), *incidents]), queries.instructions(every)
    handed = in_officers_hands(incidents)
    mates = {incident: len(rows) for incident, rows in reports_of_incidents(incidents).items()}
    names, clocks = names_of_posts(order.post_id for order in every), clocks_of([o.id for o in every], at=now())
    found: dict[Hashable, Sequence[Panel]] = {}
    for report in reports:
        if report.incident is None:
            continue
        context = {
            "facts": shown_incident(report.incident, str(state[report.incident.id].label)),
            "orders": [
                {
                    "url": reverse("order", args=[order.id]),
                    "number": order.number,
                    "state": state_chip(state[order.id].state, str(state[order.id].label)),
                    "clocks": [clock for clock in clocks.get(order.id, []) if clock.stopped is None][:1],
                    "who": names.get(order.post_id, ""),
                    "instruction": words[order.id],
                }
                for order in orders.get(report.incident.id, [])
            ],
            "empty": Empty(
                _("No order was sent: an officer has it.")
                if report.incident.id in handed
                else _("No order has been sent."),
                icon="order",
            ),
            **_mending(request, report, state[report.incident.id].state, alone=mates[report.incident.id] < SEVERAL),
        }
        found[report.id] = [Panel("command/orders_panel.html", context, order=5)]
    return found


def _mending(request: HttpRequest, report: Report, state: str, *, alone: bool) -> dict[str, object]:
    """Return the forms by which the desk corrects an open incident, or takes a report out of it; as they came back."""
    if not conducts(request) or state != "established" or report.incident is None:
        return {}
    returned: Returned | None = getattr(request, RERENDERED, None)
    back = returned.forms if returned else {}
    found: dict[str, object] = {
        "correct": back.get("incident.correct") or correct_form(report.incident, on=legal_day(now())),
        "correct_url": reverse("incident-correct", args=[report.id]),
        "correct_key": (returned and returned.key) or str(uuid7()),
        "mended": back.keys() & {"incident.correct", "report.split"},
    }
    if not alone:
        found |= {
            "split": back.get("report.split") or SplitForm(auto_id="id_split_%s"),
            "split_url": reverse("report-split", args=[report.id]),
        }
    return found


def shown_incident(incident: Incident, state: str) -> Facts:
    """Return what an incident was established to be."""
    place = incident.place
    return Facts(
        [
            Fact(_("Incident"), _("No. %(number)d") % {"number": incident.number}, note=state),
            Fact(_("Matter"), matter_name(incident.matter), note=capfirst(field_name(incident.field))),
            Fact(_("Side"), HANDLINGS[incident.handling]),
            Fact(_("Urgency"), urgency_chip(incident.urgency)),
            Fact(_("Place"), localised(place.name_zh, place.name_en) if place else _("Unresolved")),
        ]
    )


def state_chip(state: str, label: str) -> Chip:
    """Return the chip of an order's state."""
    return Chip(label, {"verified": "ok", "returned": "warn", "handled": "info"}.get(state, "plain"))  # type: ignore[arg-type]


def marks(order: Order) -> list[Chip]:
    """Return what stands out about an order: how often it was urged, that it is late, that more time is wanted."""
    found = []
    if order.urgings:
        found.append(Chip(_("Urged %(count)d×") % {"count": order.urgings}, "warn", "bell"))
    if order.escalated_at is not None:
        found.append(Chip(_("Told to the leader"), "overdue"))
    if order.extension_asked_at is not None and not order.extensions:
        found.append(Chip(_("More time is asked for"), "info"))
    elif order.extensions:
        found.append(Chip(_("Extended"), "plain", "clock"))
    return found


def order_title(order: Order) -> str:
    """Return how an order is called: its matter and, where known, its place."""
    place = order.incident.place
    name = matter_name(order.incident.matter)
    return f"{name} {localised(place.name_zh, place.name_en)}" if place else name


def _photos(request: HttpRequest, blobs: Sequence[UUID]) -> Mapping[Hashable, Sequence[bool]]:
    """Show the photos of an order to whoever may see the order."""
    acting = getattr(request, "acting", None)
    photos = queries.photos_among(blobs)
    seen = visible(acting, [photo.order for photo in photos]) if acting else set()
    return {photo.blob_id: [photo.order_id in seen] for photo in photos}


register_bulk(MAY_SEE, _photos)
register_bulk(REPORT_SIDE, _hands)
register_bulk(REPORT_SIDE, _desk)
register_bulk(REPORT_SIDE, _together)
register_bulk(REPORT_MAIN, _orders)
