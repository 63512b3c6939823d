"""Lists of orders, for a phone first."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _

from oneteam.command import queries
from oneteam.command.models import Order
from oneteam.command.panels import marks, order_title, state_chip
from oneteam.intake.labels import urgency_chip
from oneteam.people.middleware import PersonRequest
from oneteam.people.shown import names_of_posts
from oneteam.procedures.queries import RunView, runs
from oneteam.procedures.shown import clocks_of
from oneteam.web.lists import Column, Row, Tab, WorkList, url_with
from oneteam.web.parts import Empty


def escalated_list(request: PersonRequest, *, at: datetime) -> WorkList:
    """Return the late orders that were told to the acting leader."""
    found = queries.orders_escalated_to(request.acting.post.id)
    empty = Empty(
        _("No late order was told to you."),
        _("An order whose time limit is exceeded comes here by itself."),
        icon="tick",
    )
    return _list(_("Overdue orders"), found, at=at, empty=empty)


def order_list(request: PersonRequest, *, at: datetime) -> WorkList:
    """Return what was sent to the acting post and is open, the newest first within its state; or what is finished."""
    post, finished = request.acting.post.id, request.GET.get("view") == "finished"
    running = queries.open_orders(posts=[post])
    over = queries.count_of_post(post) - len(running)
    empty = Empty(_("No order waits for you."), _("New ones appear here by themselves."), icon="tick")
    if finished:
        empty = Empty(_("No order is finished yet."), icon="order")
    tabs = [
        Tab(_("Open orders"), url_with(request.GET, view=None), len(running), current=not finished),
        Tab(_("Finished"), url_with(request.GET, view="finished"), over, current=finished),
    ]
    shown = queries.finished_of_post(post) if finished else running
    return replace(
        _list(_("My orders"), shown, at=at, empty=empty), news="order.sent order.refused", tabs=tabs,
        live=not shown and not finished,
    )  # fmt: skip


def verify_list(request: PersonRequest, *, at: datetime) -> WorkList:
    """Return what others handled and the acting person may verify."""
    found = queries.orders_to_verify(besides=request.acting.actor.person_id)
    empty = Empty(
        _("Nothing waits for verification."), _("Your own handling is verified by somebody else."), icon="tick"
    )
    return _list(_("To verify"), found, at=at, empty=empty)


def columns() -> list[Column]:
    """Return what the cells of `order_rows` stand under."""
    return [
        Column(_("State"), word_on_phone=False), Column(_("Time limit"), word_on_phone=False), Column(_("Sent to"))
    ]  # fmt: skip


def order_rows(orders: Sequence[Order], *, at: datetime) -> list[Row]:
    """Return orders as rows, in their order; in a constant number of queries."""
    return _rows(orders, runs(order.id for order in orders), at=at)


def _list(caption: str, orders: Sequence[Order], *, at: datetime, empty: Empty) -> WorkList:
    state = runs(order.id for order in orders)
    rank = {"sent": 0, "accepted": 1, "arrived": 1, "handled": 2}
    ordered = sorted(orders, key=lambda order: (rank.get(state[order.id].state, 3), -order.number))
    return WorkList(
        id="orders", caption=caption, title_column=_("Order"), columns=columns(), rows=_rows(ordered, state, at=at),
        empty=empty, live=not orders, count=len(orders),
    )  # fmt: skip


def _rows(orders: Sequence[Order], state: Mapping[UUID, RunView], *, at: datetime) -> list[Row]:
    clocks = clocks_of([order.id for order in orders], at=at, running=True)
    words, names = queries.instructions(orders), names_of_posts(order.post_id for order in orders)
    return [
        Row(
            id=str(order.id),
            title=order_title(order),
            url=reverse("order", args=[order.id]),
            facts=[
                _("No. %(number)d") % {"number": order.number},
                urgency_chip(order.urgency),
                *marks(order),
                words[order.id][:80],
            ],
            cells=[
                state_chip(state[order.id].state, str(state[order.id].label)),
                next((clock for clock in clocks.get(order.id, []) if clock.stopped is None), ""),
                names.get(order.post_id, ""),
            ],
        )
        for order in orders
    ]
