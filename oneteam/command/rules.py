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


def sees(role: str, post: UUID, *, sent_to: UUID | None, handled: bool) -> bool:
    """Tell whether a role acting under a post may see an order; `handled`: it waits for verification.

    Whoever orders are sent to sees those sent to the post in force, and what was handled and waits for verification,
    which anybody in the field but its handler may do.
    """
    if role not in READERS:
        return False
    return role not in RECEIVERS or handled or sent_to == post


def visible(acting: Acting, orders: Sequence[Order]) -> set[UUID]:
    """Return which of these orders the acting person may see, in at most one query."""
    role, post = acting.post.role, acting.post.id
    if role not in READERS:
        return set()
    every = {order.id for order in orders}
    waiting = set(in_state("order", "handled").filter(id__in=every)) if role in RECEIVERS else set()
    return {order.id for order in orders if sees(role, post, sent_to=order.post_id, handled=order.id in waiting)}
