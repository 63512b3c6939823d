"""Reading orders."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from oneteam.command.acts import RECEIVERS
from oneteam.command.models import Order, OrderPhoto
from oneteam.files.queries import State as FileState
from oneteam.files.queries import states
from oneteam.journal.subjects import read_personal
from oneteam.kernel.clock import legal_day
from oneteam.people.queries import HeldPost, on_duty
from oneteam.places.queries import within
from oneteam.procedures.queries import in_state


@dataclass(frozen=True, slots=True)
class Candidate:
    """Somebody who could be sent, and why: `covers` when the place lies on their ground."""

    post: HeldPost
    covers: bool
    open_orders: int


def orders_of_incidents(incidents: Iterable[UUID]) -> dict[UUID, list[Order]]:
    """Return the orders of each incident, oldest first, in one query."""
    found: dict[UUID, list[Order]] = {}
    for order in Order.objects.filter(incident__in=set(incidents)).order_by("id"):
        found.setdefault(order.incident_id, []).append(order)
    return found


def order(order_id: UUID) -> Order | None:
    """Return an order with its incident and place."""
    return Order.objects.select_related("incident__place").filter(id=order_id).first()


def orders_of_post(post: UUID, *, limit: int = 200) -> list[Order]:
    """Return what was sent to a post, newest first."""
    return list(Order.objects.select_related("incident__place").filter(post=post).order_by("-id")[:limit])


def orders_to_verify(*, besides: UUID | None, limit: int = 200) -> list[Order]:
    """Return handled orders that somebody else than this person handled, newest first."""
    found = Order.objects.select_related("incident__place").filter(id__in=in_state("order", "handled"))
    return list(found.exclude(handled_by=besides).order_by("-id")[:limit])


def instructions(orders: Sequence[Order]) -> dict[UUID, str]:
    """Return the words of each order, in two queries."""
    words = read_personal(order.sent_act for order in orders)
    return {order.id: words.get(order.sent_act, {}).get("instruction", "") for order in orders}


def photos(order_id: UUID) -> list[tuple[OrderPhoto, FileState]]:
    """Return the photos of an order in the order they were taken, each with how its original stands."""
    found = list(OrderPhoto.objects.select_related("blob").filter(order=order_id).order_by("id"))
    standing = states(photo.blob_id for photo in found)
    return [(photo, standing[photo.blob_id]) for photo in found]


def photos_among(blobs: Iterable[UUID]) -> list[OrderPhoto]:
    """Return which of these kept files are photos of orders, with their orders, in one query."""
    return list(OrderPhoto.objects.select_related("order").filter(blob__in=set(blobs)))


def candidates(at: datetime, *, place: UUID | None) -> list[Candidate]:
    """Return who is on duty and may be sent: those whose ground holds the place first, then by name."""
    ground = within(place, on=legal_day(at))
    found = on_duty(at, RECEIVERS)
    load = _load([held.id for held in found])
    listed = [Candidate(held, bool(ground & set(held.scope)), load.get(held.id, 0)) for held in found]
    return sorted(listed, key=lambda one: (not one.covers, one.open_orders, one.post.name))


def _load(posts: Sequence[UUID]) -> dict[UUID, int]:
    """Return how many orders each post has in hand."""
    open_orders = in_state("order", "sent", "accepted", "arrived")
    counts: dict[UUID, int] = {}
    for post in Order.objects.filter(post__in=posts, id__in=open_orders).values_list("post_id", flat=True):
        counts[post] = counts.get(post, 0) + 1
    return counts
