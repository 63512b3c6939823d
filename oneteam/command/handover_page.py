"""The page of the hand-over: what is open, and what the one before said."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from oneteam.command import handover, queries
from oneteam.command.forms import HandOverForm
from oneteam.command.hands import Hand, hands
from oneteam.command.listing import columns, order_rows
from oneteam.intake.labels import title_of, urgency_chip
from oneteam.intake.models import Urgency
from oneteam.intake.queries import Listed, listed, reports_by_id, reports_with_incidents
from oneteam.kernel.ids import uuid7
from oneteam.people.middleware import PersonRequest
from oneteam.people.queries import actor_names
from oneteam.people.shown import names_of_posts
from oneteam.procedures.clocks import ClockState
from oneteam.procedures.queries import by_due
from oneteam.procedures.shown import Returned, clocks_of
from oneteam.triage.queries import proposals
from oneteam.web.lists import PAGE_SIZE, Column, Row, Tab, WorkList, url_with
from oneteam.web.parts import Empty, Link, PageHeader
from oneteam.web.typed import SentBack

TABS: tuple[tuple[str, Promise], ...] = (
    ("all", gettext_lazy("All open")),
    ("late", gettext_lazy("Overdue")),
    ("soon", gettext_lazy("Due soon")),
    ("reports", gettext_lazy("Reports")),
    ("orders", gettext_lazy("Orders")),
)
BURNS = (ClockState.OVERDUE, ClockState.WARN)
URGENCY_ORDER = (Urgency.VERY_URGENT, Urgency.URGENT, Urgency.GENERAL)
PAGE_DIGITS = 4


@dataclass(frozen=True, slots=True)
class Item:
    """What is open: a report or an order, how urgent it is, how its time limit stands (None: none runs)."""

    id: UUID
    report: bool
    urgency: str
    state: ClockState | None


def handover_context(
    request: PersonRequest, *, at: datetime, form: HandOverForm, returned: Returned | None
) -> dict[str, Any]:
    """Return what the template shows: a hand-over that waits, or what is open now with the form to hand it over."""
    wait = handover.waiting()
    reports, orders = handover.still_open(wait.items) if wait else handover.open_items()
    mine = wait is not None and wait.given_by_id == request.acting.actor.person_id
    given = actor_names([f"person:{wait.given_by_id}"]) if wait else {}
    return {
        "header": PageHeader(title=_("Hand-over"), crumbs=[Link(_("Duty desk"), reverse("desk"))]),
        "wait": wait,
        "mine": mine,
        "given_by": next(iter(given.values()), ""),
        "note": handover.note_of(wait) if wait else "",
        "items": _open_items(request, reports, orders, at=at),
        "form": form,
        "key": (returned and returned.key) or str(uuid7()),
        "sent_back": SentBack(returned.refusal, [form], None) if returned else None,
    }


def _open_items(request: PersonRequest, reports: Sequence[UUID], orders: Sequence[UUID], *, at: datetime) -> WorkList:
    """Return what is open, what burns first, a page of it; in a constant number of queries."""
    items = _sorted(reports, orders, at=at)
    tab = request.GET.get("tab", "")
    tab = tab if tab in dict(TABS) else TABS[0][0]
    views = _views(items)
    chosen = views[tab]
    page = min(_page(request), max(1, -(-len(chosen) // PAGE_SIZE)))
    first = (page - 1) * PAGE_SIZE
    shown = chosen[first : first + PAGE_SIZE]
    rows = {row.id: row for row in [*_report_rows(shown, at=at), *_order_rows(shown, at=at)]}
    return WorkList(
        id="open-items", caption=_("What is open"), title_column=_("Report or order"), count=len(chosen),
        columns=[*columns()[:-1], Column(_("With whom"))], rows=[rows[str(item.id)] for item in shown],
        empty=Empty(_("Nothing is open here."), icon="tick"),
        tabs=[
            Tab(label, url_with(request.GET, tab=key, page=None), len(views[key]), current=key == tab)
            for key, label in TABS
        ],
        newer=url_with(request.GET, page=str(page - 1)) if page > 1 else "",
        older=url_with(request.GET, page=str(page + 1)) if first + PAGE_SIZE < len(chosen) else "",
    )  # fmt: skip


def _page(request: PersonRequest) -> int:
    asked = request.GET.get("page", "")
    return max(1, int(asked)) if asked.isascii() and asked.isdecimal() and len(asked) <= PAGE_DIGITS else 1


def _views(items: Sequence[Item]) -> dict[str, list[Item]]:
    return {
        "all": list(items),
        "late": [item for item in items if item.state is ClockState.OVERDUE],
        "soon": [item for item in items if item.state is ClockState.WARN],
        "reports": [item for item in items if item.report],
        "orders": [item for item in items if not item.report],
    }


def _sorted(reports: Sequence[UUID], orders: Sequence[UUID], *, at: datetime) -> list[Item]:
    """Return what is overdue first, then what is due soon, each by its limit; the rest by urgency, then by limit."""
    due = by_due([*reports, *orders], at)
    proposed = {report: proposal.urgency for report, proposal in proposals(reports).items()}
    urgency = {row.id: row.incident.urgency if row.incident else proposed.get(row.id, Urgency.GENERAL)
               for row in reports_with_incidents(reports)}  # fmt: skip
    urgency |= {row.id: row.urgency for row in queries.orders_by_id(orders)}
    place = {one: position for position, one in enumerate(due)}
    known = set(reports)
    items = [Item(one, one in known, each, due.get(one)) for one, each in urgency.items()]

    def rank(item: Item) -> tuple[int, int, int, UUID]:
        burns = BURNS.index(item.state) if item.state in BURNS else len(BURNS)
        pressing = URGENCY_ORDER.index(item.urgency) if burns == len(BURNS) else 0
        return burns, pressing, place.get(item.id, len(place)), item.id

    return sorted(items, key=rank)


def _report_rows(items: Sequence[Item], *, at: datetime) -> list[Row]:
    urgency = {item.id: item.urgency for item in items if item.report}
    shown, clocks = listed(reports_by_id(urgency)), clocks_of(urgency, at=at, running=True)
    incidents = [row.incident for row in shown if row.incident]
    handed, sent = hands(incidents), _receivers(incidents)
    return [
        Row(
            id=str(row.id), title=title_of(row.told), url=reverse("report", args=[row.id]),
            facts=[
                _("Report no. %(number)d") % {"number": row.number}, urgency_chip(urgency[row.id]),
                *([] if row.incident else [_("to decide")]),
            ],
            cells=[
                row.state_label, next((one for one in clocks.get(row.id, []) if one.stopped is None), ""),
                _who(row, handed, sent),
            ],
        )
        for row in shown
    ]  # fmt: skip


def _receivers(incidents: Sequence[UUID]) -> dict[UUID, list[str]]:
    """Return to whom the orders under way of each of these incidents were sent, in a constant number of queries."""
    orders = queries.open_orders(incidents=incidents)
    names = names_of_posts(order.post_id for order in orders)
    found: dict[UUID, list[str]] = {}
    for order in orders:
        found.setdefault(order.incident_id, []).append(names[order.post_id])
    return found


def _who(row: Listed, handed: Mapping[UUID, Hand], sent: Mapping[UUID, Sequence[str]]) -> str:
    """Return who has what a report tells of: whoever an order under way was sent to, else the officer in whose hands
    it is, else the desk."""
    if row.incident is not None and row.incident in sent:
        return _(", ").join(sent[row.incident])
    return handed[row.incident].who if row.incident is not None and row.incident in handed else _("the desk")


def _order_rows(items: Sequence[Item], *, at: datetime) -> list[Row]:
    orders = queries.orders_by_id(item.id for item in items if not item.report)
    return [
        replace(row, facts=[_("Order no. %(number)d") % {"number": order.number}, *row.facts[1:]])
        for order, row in zip(orders, order_rows(orders, at=at), strict=True)
    ]
