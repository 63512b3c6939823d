"""The follower that escalates: an order whose time limit was exceeded is told to the leader."""

from collections.abc import Sequence

from oneteam.command.conduct import escalate_order
from oneteam.command.models import Order
from oneteam.journal.actors import machine
from oneteam.journal.follow import Follower, register_follower
from oneteam.journal.models import Act
from oneteam.kernel.clock import now


class Escalation(Follower):
    """Tells the leader of each order that the timer found late; handing the same acts over again changes nothing."""

    name = "escalation"
    kinds = frozenset({"clock.breached"})

    def handle(self, batch: Sequence[Act]) -> None:
        """Escalate the orders among what was found late; other objects are none of this follower's."""
        orders = set(Order.objects.filter(id__in={act.stream for act in batch}).values_list("id", flat=True))
        for act in batch:
            if act.stream in orders:
                escalate_order(
                    actor=machine(self.name, self.version), at=now(), order=act.stream, clock=act.payload["clock"]
                )


register_follower(Escalation())
