"""The desk handed over at the end of a shift, and taken over by the next dispatcher."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from oneteam.command.models import HandOver, Order
from oneteam.intake.queries import open_reports
from oneteam.journal.actors import Actor
from oneteam.journal.acts import earlier, record, write
from oneteam.journal.kinds import ActKind, register
from oneteam.journal.once import Once
from oneteam.journal.subjects import new_subject, read_personal
from oneteam.kernel.errors import ConflictError, MissingError, NotAllowedError
from oneteam.kernel.ids import uuid7
from oneteam.kernel.texts import words
from oneteam.procedures.queries import in_state

DESK = frozenset({"dispatcher"})
MOST = 500  # open items that a hand-over lists; more than that is no shift's work
OPEN = ("sent", "accepted", "arrived", "suspended", "handled")

register(
    ActKind(
        name="shift.handed_over",
        text=gettext_lazy("Desk handed over: %(reports)s reports, %(orders)s orders open"),
        fields={"reports": int, "orders": int, "items": list},
        personal=frozenset({"note"}),
        who=DESK,
    )
)
register(ActKind(name="shift.taken_over", text=gettext_lazy("Desk taken over"), who=DESK))


def open_items() -> tuple[list[UUID], list[UUID]]:
    """Return what is open at the desk now: reports that wait for a decision or an answer, and orders under way."""
    orders = Order.objects.filter(id__in=in_state("order", *OPEN)).order_by("id").values_list("id", flat=True)
    return open_reports(limit=MOST), list(orders[:MOST])


def waiting() -> HandOver | None:
    """Return the hand-over that nobody has taken yet, the oldest first."""
    return HandOver.objects.filter(taken_by__isnull=True).order_by("given_at").first()


def note_of(handover: HandOver) -> str:
    """Return what was said at a hand-over; empty where it was erased."""
    note: str = read_personal([handover.given_act]).get(handover.given_act, {}).get("note", "")
    return note


@write
def hand_over(*, actor: Actor, at: datetime, note: str, key: str | None = None) -> UUID:
    """Hand the desk over with everything that is open, and what the next one has to know.

    Raises ConflictError while an earlier hand-over waits to be taken.
    """
    once = Once.of(key, "shift.hand_over", note)
    before = earlier(actor=actor, once=once)
    if before is not None:
        return before.stream
    HandOver.objects.select_for_update().filter(taken_by__isnull=True).first()
    if waiting() is not None:
        raise ConflictError(_("An earlier hand-over waits to be taken over first."))
    reports, orders = open_items()
    handover, text = uuid7(), new_subject()
    items = [*map(str, reports), *map(str, orders)]
    act = record(
        kind="shift.handed_over", actor=actor, at=at, stream=handover, once=once,
        payload={"reports": len(reports), "orders": len(orders), "items": items},
        personal={text: {"note": words(note, _("what the next one has to know"))}},
    )  # fmt: skip
    HandOver.objects.create(
        id=handover, given_by_id=_person(actor), given_at=at, given_act=act.id, text_subject=text, items=items
    )
    return handover


@write
def take_over(*, actor: Actor, at: datetime, handover: UUID) -> None:
    """Take the desk over, as another person than gave it. Raises ConflictError where somebody has taken it."""
    row = HandOver.objects.select_for_update().filter(id=handover).first()
    if row is None:
        raise MissingError(_("There is no such hand-over."))
    if row.taken_by_id is not None:
        raise ConflictError(_("Somebody has taken the desk over already."))
    if row.given_by_id == actor.person_id:
        raise NotAllowedError(_("You handed the desk over; somebody else takes it."))
    record(kind="shift.taken_over", actor=actor, at=at, stream=handover)
    HandOver.objects.filter(id=handover).update(taken_by=_person(actor), taken_at=at)


def still_open(items: Sequence[str]) -> tuple[list[UUID], list[UUID]]:
    """Return which reports and orders of a hand-over are open now."""
    reports, orders = open_items()
    wanted = set(items)
    return [one for one in reports if str(one) in wanted], [one for one in orders if str(one) in wanted]


def _person(actor: Actor) -> UUID:
    if actor.person_id is None:
        raise NotAllowedError(_("Only a person hands a desk over or takes it."))
    return actor.person_id
