"""Who may see orders and their photos."""

from collections.abc import Sequence
from uuid import UUID

from oneteam.command.acts import RECEIVERS
from oneteam.command.models import Order
from oneteam.people.middleware import Acting
from oneteam.procedures.queries import in_state

LEADERS = ("brigade_leader", "head")
"""To whom a late order is told."""
FIELD = ("dispatcher", "grid_attendant", "officer", "brigade_leader")
READERS = (*FIELD, "head", "auditor", "legal_reviewer", "stationed_lawyer")


def visible(acting: Acting, orders: Sequence[Order]) -> set[UUID]:
    """Return which of these orders the acting person may see, in one query.

    Whoever orders are sent to sees those sent to the post in force, and what was handled and waits for verification,
    which anybody in the field but its handler may do.
    """
    role, post = acting.post.role, acting.post.id
    if role not in READERS:
        return set()
    every = {order.id for order in orders}
    if role not in RECEIVERS:
        return every
    return {order.id for order in orders if order.post_id == post} | set(
        in_state("order", "handled").filter(id__in=every)
    )
