"""Who is told of what happens to an order: whom it was sent to, who sent it, the leader of a late one; and who is told
of a report that was not answered in time."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from oneteam.command.models import Order
from oneteam.intake.queries import AWAITED
from oneteam.journal.models import Act
from oneteam.journal.queries import acts as journal_acts
from oneteam.notices.slots import Notifier, Told, register_notifier
from oneteam.people.queries import on_duty
from oneteam.procedures.queries import in_state

TO_HANDLER = frozenset({
    "order.sent", "order.urged", "order.extended", "order.suspended", "order.resumed", "order.recalled",
    "order.refused",
})  # fmt: skip
TO_SENDER = frozenset({"order.returned", "order.extension_asked"})
TO_LEADER = frozenset({"order.escalated"})


def _find(batch: Sequence[Act]) -> Iterable[Told]:
    orders = {order.id: order for order in Order.objects.filter(id__in={act.stream for act in batch})}
    sent = [orders[act.stream].sent_act for act in batch if act.kind in TO_SENDER]
    senders = {act.id: act.post for act in journal_acts().filter(id__in=sent) if act.post}
    for act in batch:
        order = orders[act.stream]
        if act.kind in TO_HANDLER:
            yield act, order.post_id
        elif act.kind in TO_LEADER:
            yield act, UUID(act.payload["post"])
        elif order.sent_act in senders:
            yield act, senders[order.sent_act]


register_notifier(Notifier("orders", TO_HANDLER | TO_SENDER | TO_LEADER, _find))


def _broken(batch: Sequence[Act]) -> Iterable[Told]:
    """Tell dispatchers on duty of a promise to a caller that was not kept, while the caller still waits."""
    reports = set(in_state("report", *AWAITED).filter(id__in={act.stream for act in batch}))
    for act in batch:
        if act.stream in reports:
            for held in on_duty(act.occurred_at, ("dispatcher",)):
                yield act, held.id


register_notifier(Notifier("reports", frozenset({"clock.breached"}), _broken))
