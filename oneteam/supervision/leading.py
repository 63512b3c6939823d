"""What a leader should know: what is late and will be, who has too much, who is away with work in hand, what went well.

Each finding is a set of open orders under a name; the page says each as a sentence that leads to its list, so that no
number stands without what it counts.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from oneteam.command.queries import Order, open_orders
from oneteam.kernel.clock import legal_day
from oneteam.people.middleware import Acting
from oneteam.people.queries import HeldPost, posts, posts_on, unit_ids
from oneteam.people.standing import AbsenceInfo, absences_at
from oneteam.people.units import below
from oneteam.procedures.queries import nearest_due, runs

SOON = timedelta(hours=4)
WAITED = timedelta(minutes=30)  # an order that nobody accepted for so long
LOADED = 5  # orders in one hand that are named
WHOLE = ("head",)
"""Whose city it is; other leaders see their own unit and what lies below it."""


@dataclass(frozen=True, slots=True)
class Standing:
    """The open orders that a leader answers for, as they stand at a moment."""

    at: datetime
    orders: Sequence[Order]
    states: Mapping[UUID, str]
    since: Mapping[UUID, datetime]
    dues: Mapping[UUID, datetime]
    held: Mapping[UUID, HeldPost]
    away: Mapping[UUID, AbsenceInfo]

    def found(self, which: str) -> list[Order]:
        """Return the orders of a finding (FINDINGS), what is due first coming first."""
        found = [order for order in self.orders if FINDINGS[which](self, order)]
        return sorted(found, key=lambda order: (self.dues.get(order.id) is None, self.dues.get(order.id), order.id))

    def by_unit(self, found: Iterable[Order]) -> list[tuple[str, int]]:
        """Return how many of these orders each unit has, most first."""
        return Counter(self.held[order.post_id].unit for order in found).most_common()

    def by_post(self, found: Iterable[Order]) -> list[tuple[HeldPost, int]]:
        """Return how many of these orders each post has, most first."""
        return [(self.held[post], count) for post, count in Counter(one.post_id for one in found).most_common()]


def _overdue(here: Standing, order: Order) -> bool:
    due = here.dues.get(order.id)
    return due is not None and due < here.at


def _due(here: Standing, order: Order) -> bool:
    due = here.dues.get(order.id)
    return due is not None and here.at <= due <= here.at + SOON


def _unaccepted(here: Standing, order: Order) -> bool:
    return here.states[order.id] == "sent" and here.since[order.id] < here.at - WAITED


def _away(here: Standing, order: Order) -> bool:
    return in_hand(here, order) and here.held[order.post_id].person in here.away


def in_hand(here: Standing, order: Order) -> bool:
    """Tell whether somebody has still to do something about an order."""
    return here.states[order.id] in ("sent", "accepted", "arrived")


def _verify(here: Standing, order: Order) -> bool:
    return here.states[order.id] == "handled"


FINDINGS = {
    "overdue": _overdue, "due": _due, "unaccepted": _unaccepted, "away": _away, "verify": _verify, "in_hand": in_hand,
}  # fmt: skip


def standing_of(acting: Acting, at: datetime) -> Standing:
    """Return how the orders stand that a leader answers for; in a fixed number of queries."""
    mine = None
    if acting.post.role not in WHOLE:
        day = legal_day(at)
        units = below(unit_ids([acting.post.unit_code]).values(), day)
        mine = [post.id for post in posts_on(day, units=units)]
    found = open_orders(posts=mine)
    states = runs(order.id for order in found)
    return Standing(
        at=at, orders=found, states={one: run.state for one, run in states.items()},
        since={one: run.since for one, run in states.items()}, dues=nearest_due(order.id for order in found),
        held=posts(order.post_id for order in found), away=absences_at(at),
    )  # fmt: skip
