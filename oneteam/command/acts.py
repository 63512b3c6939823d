"""Writes to orders: sent by a dispatcher, accepted, handled, verified by somebody else."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from oneteam.command.checks import FINISHED
from oneteam.command.models import Moment, Order, OrderPhoto
from oneteam.files.acts import keep_photo
from oneteam.files.photos import Photo
from oneteam.intake.acts import next_number, reports_of, resolve_incident
from oneteam.intake.models import Incident
from oneteam.intake.queries import names_a_caller
from oneteam.journal.actors import Actor
from oneteam.journal.acts import earlier, write
from oneteam.journal.once import Once
from oneteam.journal.subjects import new_subject, standing
from oneteam.kernel.errors import BadInputError, ConflictError, MissingError
from oneteam.kernel.ids import uuid7
from oneteam.kernel.texts import words
from oneteam.people.queries import on_duty
from oneteam.procedures.engine import step_kind, take_step
from oneteam.procedures.queries import runs
from oneteam.procedures.taken import Taken

step_kind(
    name="order.sent",
    text=gettext_lazy("Order %(number)s sent"),
    fields={"number": int, "incident": str, "post": str, "urgency": str},
    personal=frozenset({"instruction"}),
)
step_kind(name="order.accepted", text=gettext_lazy("Order accepted"))
step_kind(name="order.arrived", text=gettext_lazy("Arrived on the spot"))
step_kind(name="order.handled", text=gettext_lazy("Handled"), fields={"photos": int}, personal=frozenset({"note"}))
step_kind(name="order.returned", text=gettext_lazy("Order returned"), personal=frozenset({"reason"}))
step_kind(name="order.verified", text=gettext_lazy("Handling confirmed"))
step_kind(name="order.refused", text=gettext_lazy("Verification refused: not done"), personal=frozenset({"reason"}))

step_kind(name="order.extended", text=gettext_lazy("Time limit extended"), personal=frozenset({"reason"}))
step_kind(
    name="order.suspended",
    text=gettext_lazy("Order suspended: %(ground)s"),
    fields={"ground": str},
    personal=frozenset({"reason"}),
)
step_kind(name="order.resumed", text=gettext_lazy("Order taken up again"))
step_kind(name="order.recalled", text=gettext_lazy("Order recalled by the desk"), personal=frozenset({"reason"}))

RECEIVERS = ("grid_attendant", "officer")
PHOTO_LIMIT = 12


def photos_fault() -> str:
    """Return what to say of too many photos."""
    return _("An order takes %(limit)d photos at most.") % {"limit": PHOTO_LIMIT}


@dataclass(frozen=True, slots=True)
class Sent:
    """An order that was sent."""

    id: UUID
    number: int


@write
def send_order(
    *, actor: Actor, at: datetime, incident: UUID, post: UUID, instruction: str, key: str | None = None
) -> Sent:
    """Send an order about an established incident to a person who is on duty under a post.

    Raises BadInputError where that person just went off duty, ConflictError for an incident that is resolved,
    MissingError for an unknown one.
    """
    once = Once.of(key, "order.send", incident, post, instruction)
    before = earlier(actor=actor, once=once)
    if before is not None:
        return Sent(before.stream, Order.objects.values_list("number", flat=True).get(id=before.stream))
    about = Incident.objects.select_for_update().filter(id=incident).first()
    if about is None:
        raise MissingError(_("There is no such incident."))
    if runs([incident])[incident].state != "established":
        raise ConflictError(_("This incident is not open for orders now."))
    if not on_duty(at, RECEIVERS, post=post):
        raise BadInputError(_("This person is not on duty now; choose another one."))
    order, text = uuid7(), new_subject()
    taken = take_step(
        step="order.send", object_id=order, actor=actor, at=at,
        facts={
            "urgency": about.urgency, "handling": about.handling,
            "caller_named": names_a_caller(instruction, incident),
        },
        numbered=partial(next_number, "command_order_number_seq"),
        payload={"incident": str(incident), "post": str(post), "urgency": about.urgency},
        personal={text: {"instruction": words(instruction, _("what is to be done"))}},
        about=[incident, *reports_of(incident)], once=once,
    )  # fmt: skip
    Order.objects.create(
        id=order, number=taken.number, incident_id=incident, post_id=post, urgency=about.urgency, text_subject=text,
        sent_act=taken.act.id,
    )  # fmt: skip
    return Sent(order, taken.number)


@write
def accept_order(*, actor: Actor, at: datetime, order: UUID, key: str | None = None) -> None:
    """Accept an order; stops its clock of acceptance."""
    order_step("order.accept", actor=actor, at=at, order=locked_order(order), once=Once.of(key, "order.accept", order))


@write
def arrive(*, actor: Actor, at: datetime, order: UUID, key: str | None = None) -> None:
    """Say that one is on the spot."""
    order_step("order.arrive", actor=actor, at=at, order=locked_order(order), once=Once.of(key, "order.arrive", order))


@write
def handle_order(
    *,
    actor: Actor,
    at: datetime,
    order: UUID,
    note: str,
    before: Sequence[Photo] = (),
    after: Sequence[Photo] = (),
    key: str | None = None,
) -> None:
    """Report an order as handled, with what was done and photos from before and after.

    Raises BadInputError for too many photos, RefusedError for an order that cannot be handled now.
    """
    row = locked_order(order)
    pictures = [(Moment.BEFORE, photo) for photo in before] + [(Moment.AFTER, photo) for photo in after]
    if len(pictures) > PHOTO_LIMIT:
        raise BadInputError(photos_fault())
    files = about_order(row)
    photos = [[moment, photo.sha256] for moment, photo in pictures]
    taken = order_step(
        "order.handle", actor=actor, at=at, order=row, payload={"photos": len(pictures)},
        personal={standing(row.text_subject): {"note": words(note, _("what was done"))}},
        once=Once.of(key, "order.handle", order, note, photos),
    )  # fmt: skip
    if taken.replayed:
        return
    for moment, photo in pictures:
        blob = keep_photo(actor=actor, at=at, photo=photo, about=[order, *files])
        OrderPhoto.objects.create(order_id=order, blob_id=blob, moment=moment)
    Order.objects.filter(id=order).update(handled_by=actor.person_id)


@write
def return_order(*, actor: Actor, at: datetime, order: UUID, reason: str, key: str | None = None) -> None:
    """Give an order back with the reason why it cannot be done under this post.

    Resolves its incident where that was the last open order and another one was verified.
    """
    row = locked_order(order)
    taken = order_step(
        "order.return", actor=actor, at=at, order=row, once=Once.of(key, "order.return", order, reason),
        personal={standing(row.text_subject): {"reason": words(reason, _("the reason"))}},
    )  # fmt: skip
    if taken.replayed:
        return
    resolve_when_done(row, actor=actor, at=at)


@write
def verify_order(*, actor: Actor, at: datetime, order: UUID, key: str | None = None) -> None:
    """Confirm on the spot that an order was handled; resolves its incident once no other order of it is open.

    Raises RefusedError (EVT-07) for the person who handled it.
    """
    row = locked_order(order)
    taken = order_step("order.verify", actor=actor, at=at, order=row, once=Once.of(key, "order.verify", order))
    if taken.replayed:
        return
    resolve_when_done(row, actor=actor, at=at)


@write
def refuse_verification(*, actor: Actor, at: datetime, order: UUID, reason: str, key: str | None = None) -> None:
    """Say that the work is not done: the order goes back to the one who accepted it."""
    row = locked_order(order)
    order_step(
        "order.refuse", actor=actor, at=at, order=row, once=Once.of(key, "order.refuse", order, reason),
        personal={standing(row.text_subject): {"reason": words(reason, _("the reason"))}},
    )  # fmt: skip


def resolve_when_done(order: Order, *, actor: Actor, at: datetime) -> None:
    """Resolve an order's incident once none of its orders is open and one was verified.

    The incident's row is the lock: of two orders that end at once, the later sees the earlier's end.
    """
    Incident.objects.select_for_update().get(id=order.incident_id)
    ids = list(Order.objects.filter(incident=order.incident_id).values_list("id", flat=True))
    ends = {run.state for run in runs([*ids]).values()}
    standing = runs([order.incident_id])[order.incident_id].state
    if ends <= FINISHED and "verified" in ends and standing == "established":
        resolve_incident(actor=actor, at=at, incident=order.incident_id)


def locked_order(order: UUID) -> Order:
    """Return an order's row, locked until the transaction ends; MissingError where there is none."""
    row = Order.objects.select_for_update().filter(id=order).first()
    if row is None:
        raise MissingError(_("There is no such order."))
    return row


def about_order(order: Order) -> list[UUID]:
    """Return what else an act on an order belongs to: its incident and its reports."""
    return [order.incident_id, *reports_of(order.incident_id)]


def order_step(
    step: str,
    *,
    actor: Actor,
    at: datetime,
    order: Order,
    once: Once | None,
    payload: Mapping[str, Any] | None = None,
    personal: Mapping[UUID, Mapping[str, Any]] | None = None,
) -> Taken:
    """Take a step of an order, which belongs to its incident's and its reports' files as well."""
    return take_step(
        step=step, object_id=order.id, actor=actor, at=at, about=about_order(order), once=once, payload=payload,
        personal=personal,
    )  # fmt: skip
