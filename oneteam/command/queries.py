"""Reading orders, and whom the desk could send."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from oneteam.command.dispatch import Candidate, Spot, absent, dispatch_proposal, propose
from oneteam.command.models import Order, OrderPhoto
from oneteam.files.queries import State as FileState
from oneteam.files.queries import states
from oneteam.intake.queries import GROUND
from oneteam.journal.subjects import read_personal
from oneteam.procedures.queries import in_state

__all__ = ["Candidate", "Order", "Spot", "absent", "dispatch_proposal", "propose"]


def orders_of_incidents(incidents: Iterable[UUID]) -> dict[UUID, list[Order]]:
    """Return the orders of each incident, oldest first, in one query."""
    found: dict[UUID, list[Order]] = {}
    for order in Order.objects.filter(incident__in=set(incidents)).order_by("id"):
        found.setdefault(order.incident_id, []).append(order)
    return found


def order(order_id: UUID) -> Order | None:
    """Return an order with its incident and place."""
    return Order.objects.select_related("incident__place").defer(*GROUND).filter(id=order_id).first()


def count_of_post(post: UUID) -> int:
    """Return how many orders were ever sent to a post."""
    return Order.objects.filter(post=post).count()


def finished_of_post(post: UUID, *, limit: int = 200) -> list[Order]:
    """Return what was sent to a post and is verified or returned, newest first."""
    over = in_state("order", "verified", "returned")
    rows = Order.objects.select_related("incident__place").defer(*GROUND).filter(post=post, id__in=over)
    return list(rows.order_by("-id")[:limit])


def waits_for_verification(*, besides: UUID | None) -> int:
    """Return how many handled orders somebody else than this person handled."""
    return Order.objects.filter(id__in=in_state("order", "handled")).exclude(handled_by=besides).count()


def orders_to_verify(*, besides: UUID | None, limit: int = 200) -> list[Order]:
    """Return handled orders that somebody else than this person handled, newest first."""
    found = Order.objects.select_related("incident__place").defer(*GROUND).filter(id__in=in_state("order", "handled"))
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


def orders_escalated_to(post: UUID, *, limit: int = 200) -> list[Order]:
    """Return the orders that were told to a leader's post and are not over, the latest first."""
    found = Order.objects.select_related("incident__place").defer(*GROUND).filter(escalated_to=post)
    open_now = in_state("order", "sent", "accepted", "arrived", "suspended", "handled")
    return list(found.filter(id__in=open_now).order_by("-escalated_at")[:limit])


def orders_by_id(ids: Iterable[UUID]) -> list[Order]:
    """Return these orders with their incidents and places, oldest first."""
    return list(Order.objects.select_related("incident__place").defer(*GROUND).filter(id__in=set(ids)).order_by("id"))


def open_orders(
    *, posts: Iterable[UUID] | None = None, incidents: Iterable[UUID] | None = None, limit: int = 2_000
) -> list[Order]:
    """Return the orders that are not over, oldest first; with `posts` only what was sent to these, with `incidents`
    only those about these."""
    open_now = in_state("order", "sent", "accepted", "arrived", "suspended", "handled")
    found = Order.objects.select_related("incident__place").defer(*GROUND).filter(id__in=open_now)
    if posts is not None:
        found = found.filter(post__in=set(posts))
    if incidents is not None:
        found = found.filter(incident__in=set(incidents))
    return list(found.order_by("id")[:limit])
