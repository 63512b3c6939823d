"""What the desk and the brigade do about an order that is under way: extend, urge, suspend, recall, escalate."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from oneteam.command.acts import about_order, locked_order, order_step, resolve_when_done
from oneteam.command.checks import FINISHED
from oneteam.command.hands import hands
from oneteam.command.models import Order
from oneteam.intake.acts import join_report, resolve_incident
from oneteam.intake.joining import locked_incidents, merge_incident
from oneteam.intake.models import Report
from oneteam.journal.actors import Actor
from oneteam.journal.acts import earlier, record, write
from oneteam.journal.kinds import ActKind, register
from oneteam.journal.once import Once
from oneteam.journal.queries import acts, label_values
from oneteam.journal.subjects import standing
from oneteam.kernel.clock import legal_day
from oneteam.kernel.errors import BadInputError, ConflictError, NotAllowedError
from oneteam.kernel.texts import words
from oneteam.people.queries import leader_over
from oneteam.procedures.queries import runs

SEVERAL = 2
URGERS = frozenset({"dispatcher", "brigade_leader", "head"})
GROUNDS = {
    "weather": gettext_lazy("Weather"),
    "access": gettext_lazy("Nobody lets us in"),
    "party": gettext_lazy("Waiting for the party"),
    "other_agency": gettext_lazy("Waiting for another agency"),
    "material": gettext_lazy("Waiting for material or a machine"),
}
label_values("order.suspended", "ground", GROUNDS)

register(
    ActKind(
        name="order.extension_asked",
        text=gettext_lazy("Asked for more time"),
        personal=frozenset({"reason"}),
        who=frozenset({"grid_attendant", "officer"}),
    )
)
register(
    ActKind(
        name="order.urged",
        text=gettext_lazy("Urged, %(count)s. time"),
        fields={"count": int},
        personal=frozenset({"reason"}),
        who=URGERS,
    )
)
register(
    ActKind(
        name="order.escalated",
        text=gettext_lazy("Told to the leader: a time limit was exceeded"),
        fields={"clock": str, "post": str},
        who=frozenset({"machine"}),
    )
)


@write
def ask_extension(*, actor: Actor, at: datetime, order: UUID, reason: str, key: str | None = None) -> None:
    """Ask for more time, as the person the order was sent to; the desk or the leader decides.

    Raises NotAllowedError for anybody else, ConflictError where the order is not in hand or more time was asked for.
    """
    once = Once.of(key, "order.ask_extension", order, reason)
    if earlier(actor=actor, once=once) is not None:
        return
    row = locked_order(order)
    if actor.post != row.post_id:
        raise NotAllowedError(_("This order was sent to somebody else."))
    if runs([order])[order].state not in ("accepted", "arrived"):
        raise ConflictError(_("More time is asked for while an order is in hand."))
    if row.extension_asked_at is not None:
        raise ConflictError(_("More time was asked for already; the desk decides."))
    record(
        kind="order.extension_asked", actor=actor, at=at, stream=order, about=about_order(row), once=once,
        personal={standing(row.text_subject): {"reason": words(reason, _("the reason"))}},
    )  # fmt: skip
    Order.objects.filter(id=order).update(extension_asked_at=at)


@write
def extend_order(*, actor: Actor, at: datetime, order: UUID, reason: str, key: str | None = None) -> None:
    """Grant more time before the limit to handle ends; it counts from that end on, once.

    Raises RefusedError: HOT-04 after the end, OT-05 for a second extension.
    """
    row = locked_order(order)
    taken = order_step(
        "order.extend", actor=actor, at=at, order=row, once=Once.of(key, "order.extend", order, reason),
        personal={standing(row.text_subject): {"reason": words(reason, _("the reason"))}},
    )  # fmt: skip
    if not taken.replayed:
        Order.objects.filter(id=order).update(extensions=(row.extensions or 0) + 1)


@write
def urge_order(*, actor: Actor, at: datetime, order: UUID, reason: str, key: str | None = None) -> None:
    """Urge whoever has an order in hand. Raises ConflictError for one that is handled, verified or returned."""
    once = Once.of(key, "order.urge", order, reason)
    if earlier(actor=actor, once=once) is not None:
        return
    row = locked_order(order)
    if runs([order])[order].state in (*FINISHED, "handled"):
        raise ConflictError(_("This order is not in hand any more."))
    count = (row.urgings or 0) + 1
    record(
        kind="order.urged", actor=actor, at=at, stream=order, about=about_order(row), once=once,
        payload={"count": count},
        personal={standing(row.text_subject): {"reason": words(reason, _("what is urged"))}},
    )  # fmt: skip
    Order.objects.filter(id=order).update(urgings=count)


@write
def suspend_order(*, actor: Actor, at: datetime, order: UUID, ground: str, reason: str, key: str | None = None) -> None:
    """Let the time limit stand still on a ground that is told (EVT-08). BadInputError for an unknown ground."""
    if ground not in GROUNDS:
        raise BadInputError(_("Choose why the work cannot go on."))
    row = locked_order(order)
    order_step(
        "order.suspend", actor=actor, at=at, order=row, payload={"ground": ground},
        once=Once.of(key, "order.suspend", order, ground, reason),
        personal={standing(row.text_subject): {"reason": words(reason, _("the reason"))}},
    )  # fmt: skip


@write
def resume_order(*, actor: Actor, at: datetime, order: UUID, key: str | None = None) -> None:
    """Go on with a suspended order; its time limit goes on as well."""
    order_step("order.resume", actor=actor, at=at, order=locked_order(order), once=Once.of(key, "order.resume", order))


@write
def recall_order(*, actor: Actor, at: datetime, order: UUID, reason: str, key: str | None = None) -> None:
    """Take an order back that cannot be done where it lies, such as one to a person who went off duty."""
    row = locked_order(order)
    taken = order_step(
        "order.recall", actor=actor, at=at, order=row, once=Once.of(key, "order.recall", order, reason),
        personal={standing(row.text_subject): {"reason": words(reason, _("the reason"))}},
    )  # fmt: skip
    if not taken.replayed:
        resolve_when_done(row, actor=actor, at=at)


@write
def escalate_order(*, actor: Actor, at: datetime, order: UUID, clock: str) -> bool:
    """Tell the leader over the person an order was sent to that its time limit was exceeded; once a clock.

    The leader is the head of the nearest unit above, else its brigade leader, else a head of the bureau. Returns
    whether anything was recorded: nothing is for an order that is over, nor where nobody leads.
    """
    row = locked_order(order)
    known = acts(kinds=["order.escalated"]).filter(stream=order, payload__clock=clock).exists()
    if known or runs([order])[order].state in FINISHED:
        return False
    leader = leader_over(row.post_id, legal_day(at))
    if leader is None:
        return False
    record(
        kind="order.escalated", actor=actor, at=at, stream=order, about=about_order(row),
        payload={"clock": clock, "post": str(leader)},
    )  # fmt: skip
    Order.objects.filter(id=order).update(escalated_to=leader, escalated_at=at)
    return True


def undecided(reports: Sequence[UUID]) -> list[UUID]:
    """Return these reports, the oldest first, where there are several and none has an incident yet; else nothing."""
    rows = list(Report.objects.filter(id__in=reports).order_by("id"))
    together = len(rows) >= SEVERAL and all(row.incident_id is None for row in rows)
    return [row.id for row in rows] if together else []


@write
def same_incident(*, actor: Actor, at: datetime, reports: Sequence[UUID]) -> int:
    """Make one incident of what these reports tell of, all or nothing; return its number.

    The oldest of their incidents stays; reports of no incident join it. Raises BadInputError for fewer than two reports
    and where none of them was decided on, ConflictError where they are one incident already.
    """
    rows = list(Report.objects.select_related("incident").filter(id__in=reports).order_by("id"))
    if len(rows) < SEVERAL or len(rows) < len(set(reports)):
        raise BadInputError(_("Choose two reports or more."))
    found = {row.incident.id: row.incident for row in rows if row.incident is not None}
    if not found:
        raise BadInputError(
            _("None of these reports is decided yet. Decide on one of them with the others at its side.")
        )
    first, *others = sorted(found.values(), key=lambda one: one.number)
    alone = [row for row in rows if row.incident is None]
    if not others and not alone:
        raise ConflictError(_("These reports are one incident already."))
    for other in others:
        merge_incidents(actor=actor, at=at, incident=other.id, into=first.id)
    for row in alone:
        join_report(actor=actor, at=at, report=row.id, incident=first.id)
    return first.number


@write
def merge_incidents(*, actor: Actor, at: datetime, incident: UUID, into: UUID, key: str | None = None) -> None:
    """Merge an incident into another one with its reports and its orders. Errors as of `intake.merge_incident`."""
    merge_incident(actor=actor, at=at, incident=incident, into=into, key=key)
    Order.objects.filter(incident=incident).update(incident=into)


@write
def confirm_resolved(*, actor: Actor, at: datetime, incident: UUID) -> None:
    """Resolve an incident that an officer took over, once the officers are done. Sent twice it is confirmed once.

    A fine may still have to be paid. Raises ConflictError while a case of it is not decided and handed over, or where
    no officer has it: then it is resolved with its last order; RefusedError (OT-02) while an order is open.
    """
    locked = locked_incidents(incident)[incident]
    if runs([locked.id])[locked.id].state == "resolved":
        return
    hand = hands([locked.id]).get(locked.id)
    if hand is None:
        raise ConflictError(_("No officer has this; it is resolved when its last order is verified."))
    if hand.pending:
        raise ConflictError(_("A case of this is not decided and handed over yet; it is resolved after that."))
    resolve_incident(actor=actor, at=at, incident=locked.id)
