"""After the decision: handed over, reported, paid, closed; and a case that ends without a penalty."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from oneteam.cases.acts import about_case, case_step, keep_photos, locked_case
from oneteam.cases.labels import DELIVERIES, ENDINGS
from oneteam.cases.models import Case, Delivery, Ending, Moment
from oneteam.cases.papers import RECEIPT, receipt_values, subject_of
from oneteam.documents.acts import issue
from oneteam.documents.queries import missing
from oneteam.files.photos import Photo
from oneteam.journal.actors import Actor
from oneteam.journal.acts import write
from oneteam.journal.once import Once
from oneteam.journal.queries import label_values
from oneteam.journal.subjects import standing
from oneteam.kernel.errors import BadInputError
from oneteam.kernel.texts import words
from oneteam.procedures.engine import step_kind
from oneteam.procedures.taken import Taken

SLIP_LIMIT = 60

step_kind(
    name="case.delivered",
    text=gettext_lazy("Decision delivered: %(way)s"),
    fields={"way": str, "photos": int},
    personal=frozenset({"received_by", "refusal", "proof"}),
)
step_kind(name="case.reported_for_record", text=gettext_lazy("Decision reported to the agency for the record"))
step_kind(name="case.fine_paid", text=gettext_lazy("Fine paid, slip %(slip)s"), fields={"slip": str})
step_kind(name="case.cash_handed_in", text=gettext_lazy("Cash handed in to the agency"))
step_kind(name="case.cash_banked", text=gettext_lazy("Cash paid in at the bank, slip %(slip)s"), fields={"slip": str})
step_kind(name="case.closed", text=gettext_lazy("Case closed"))
step_kind(
    name="case.ended",
    text=gettext_lazy("Ended without penalty: %(ending)s"),
    fields={"ending": str},
    personal=frozenset({"reason"}),
)
label_values("case.delivered", "way", DELIVERIES)
label_values("case.ended", "ending", ENDINGS)


@write
def deliver(
    *, actor: Actor, at: datetime, case: UUID, way: str, received_by: str = "", refusal: str = "", proof: str = "",
    photos: Sequence[Photo] = (), key: str | None = None, happened: bool = False,
) -> Taken:  # fmt: skip
    """Record that the decision was handed over on the spot, or how the party refused to sign; issues the receipt.

    `proof` names a witness, or says that it was photographed or filmed (SIM-07).
    """
    row = locked_case(case)
    if way not in Delivery.values:
        raise BadInputError(_("Choose how the decision was delivered."))
    once = Once.of(key, "case.deliver", case, way, received_by, refusal, proof, [photo.sha256 for photo in photos])
    told = {"received_by": received_by, "refusal": refusal, "proof": proof}
    given = {name: value for name, value in told.items() if value.strip()}
    taken = case_step(
        "deliver", actor=actor, at=at, row=row, once=once, happened=happened, facts={"way": way, **told},
        payload={"way": way, "photos": len(photos)},
        personal={standing(row.text_subject): given} if given else {},
    )  # fmt: skip
    if taken.replayed:
        return taken
    keep_photos(actor=actor, at=at, row=row, photos=photos, moment=Moment.DELIVERY)
    values = receipt_values(row, at=at, way=way, received_by=received_by, refusal=refusal, proof=proof)
    # What happened is recorded though its receipt cannot be made out: SIM-07 stands as a breach.
    if not (happened and missing(RECEIPT, values)):
        issue(actor=actor, at=at, template=RECEIPT, subject=subject_of(row), about=about_case(row), values=values)
    Case.objects.filter(id=case).update(delivered_at=at, delivery=way)
    return taken


@write
def report_for_record(*, actor: Actor, at: datetime, case: UUID, key: str | None = None) -> Taken:
    """Report the decision to the agency for its record (Penalty Law 52(3), SIM-08)."""
    return _once("record", "recorded_at", actor=actor, at=at, case=case, key=key)


@write
def enter_payment(*, actor: Actor, at: datetime, case: UUID, slip: str, key: str | None = None) -> Taken:
    """Enter that the fine was paid at the bank, by the number of its slip."""
    return _once("pay", "paid_at", actor=actor, at=at, case=case, key=key, slip=_slip(slip))


@write
def hand_in(*, actor: Actor, at: datetime, case: UUID, key: str | None = None) -> Taken:
    """The cashier takes in what was collected on the spot (Penalty Law 71, PAY-04)."""
    return _once("hand_in", "handed_in_at", actor=actor, at=at, case=case, key=key)


@write
def bank(*, actor: Actor, at: datetime, case: UUID, slip: str, key: str | None = None) -> Taken:
    """The cashier pays the cash in at the bank (Penalty Law 71, PAY-05)."""
    return _once("bank", "banked_at", actor=actor, at=at, case=case, key=key, slip=_slip(slip))


@write
def close_case(*, actor: Actor, at: datetime, case: UUID, key: str | None = None) -> Taken:
    """Close a case of which nothing is left to do."""
    return case_step("close", actor=actor, at=at, row=locked_case(case), once=Once.of(key, "case.close", case))


@write
def end_case(*, actor: Actor, at: datetime, case: UUID, ending: str, reason: str, key: str | None = None) -> Taken:
    """End a case without a penalty: corrected, minor, under age, no violation, or over to the general procedure."""
    row = locked_case(case)
    if ending not in Ending.values:
        raise BadInputError(_("Choose why the case ends."))
    taken = case_step(
        "end", actor=actor, at=at, row=row, once=Once.of(key, "case.end", case, ending, reason),
        payload={"ending": ending}, personal={standing(row.text_subject): {"reason": words(reason, _("the reason"))}},
    )  # fmt: skip
    if not taken.replayed:
        Case.objects.filter(id=case).update(ending=ending)
    return taken


def _once(verb: str, column: str, *, actor: Actor, at: datetime, case: UUID, key: str | None, slip: str = "") -> Taken:
    once = Once.of(key, f"case.{verb}", case, slip)
    payload = {"slip": slip} if slip else {}
    taken = case_step(verb, actor=actor, at=at, row=locked_case(case), once=once, payload=payload)
    if not taken.replayed:
        Case.objects.filter(id=case).update(**{column: at})
    return taken


def _slip(slip: str) -> str:
    text = " ".join(slip.split())
    if not text or len(text) > SLIP_LIMIT:
        raise BadInputError(_("Enter the number of the slip, in %(most)d characters at most.") % {"most": SLIP_LIMIT})
    return text
