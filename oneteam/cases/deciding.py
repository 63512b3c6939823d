"""The party told and heard, and the decision."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from oneteam.cases.acts import about_case, case_step, locked_case
from oneteam.cases.labels import PENALTIES
from oneteam.cases.models import Case, Payment, PenaltyKind
from oneteam.cases.papers import DECISION, decision_values, lacking, matter_of, subject_of
from oneteam.documents.acts import issue
from oneteam.journal.actors import Actor
from oneteam.journal.acts import write
from oneteam.journal.once import Once
from oneteam.journal.queries import label_values
from oneteam.journal.subjects import standing
from oneteam.kernel.clock import legal_day
from oneteam.kernel.errors import BadInputError
from oneteam.kernel.money import CENT
from oneteam.kernel.texts import words
from oneteam.procedures.engine import step_kind
from oneteam.procedures.taken import Taken

step_kind(
    name="case.party_heard",
    text=gettext_lazy("Party told and heard: %(penalty)s %(amount)s"),
    fields={"penalty": str, "amount": str},
    personal=frozenset({"statement"}),
)
step_kind(
    name="case.decided",
    text=gettext_lazy("Decided on the spot: %(penalty)s %(amount)s"),
    fields={"penalty": str, "amount": str, "payment": str, "cash_ground": str, "grounds": list},
    personal=frozenset({"ground_note", "no_order_reason", "receipt"}),
)
for _kind in ("case.party_heard", "case.decided"):
    label_values(_kind, "penalty", PENALTIES)


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposed:
    """A penalty that is told or decided.

    `amount` is in yuan, None for a warning; `measured` how many pieces, or how many yuan, a range of the matter depends
    on; `grounds` articles of the Penalty Law (30 to 32) that allow less than its minimum; `lighter`: the file records
    that it is lighter for the age (30).
    """

    penalty: str
    amount: Decimal | None = None
    measured: Decimal | None = None
    grounds: Sequence[str] = ()
    lighter: bool = False

    def facts(self, row: Case) -> dict[str, Any]:
        """Return the proposal as checks ask for it. What is not known yet fails OT-21, and no other check."""
        matter, fined = matter_of(row), self.fined
        ready = row.party is not None and matter is not None
        measures = {}
        if matter is not None and self.measured is not None:
            day = legal_day(row.found_at or row.opened_at)
            names = {one.fine.per or one.fine.base for one in matter.penalties if one.fine and one.span.holds(day)}
            measures = {name: self.measured for name in names if name}
        return {
            "penalty": self.penalty, "amount": self.amount if fined and ready else None, "grounds": self.grounds,
            "measured": measures, "penalised": True, "fined": fined, "lighter": self.lighter,
        }  # fmt: skip

    @property
    def fined(self) -> bool:
        """Whether money is asked for."""
        return self.penalty in (PenaltyKind.FINE, PenaltyKind.WARNING_AND_FINE)

    @property
    def shown(self) -> str:
        """The amount as acts hold it."""
        return f"{self.amount:f}" if self.fined and self.amount is not None else ""

    def checked(self) -> "Proposed":
        """Return the proposal in its normal form; BadInputError for a kind that is none and a fine without amount."""
        if self.penalty not in PenaltyKind.values:
            raise BadInputError(_("Choose the kind of penalty."))
        if not self.fined:
            return replace(self, amount=None)
        if self.amount is None or self.amount != self.amount.quantize(CENT):
            raise BadInputError(_("Enter the fine in yuan, with two decimals at most."))
        if self.amount <= 0:
            raise BadInputError(_("A fine is more than 0 yuan; choose a warning where there is none."))
        return self


@write
def hear(
    *, actor: Actor, at: datetime, case: UUID, proposed: Proposed, statement: str, key: str | None = None,
    happened: bool = False,
) -> Taken:  # fmt: skip
    """Record that the party was told the intended penalty with facts, reasons and basis, and what it said (SIM-06).

    An amount that could not be decided is not told either (SIM-01, DEC-08).
    """
    row, meant = locked_case(case), proposed.checked()
    said = words(statement, _("what the party said; “nothing” will do"))
    once = Once.of(key, "case.hear", case, meant.penalty, meant.shown, str(meant.measured), list(meant.grounds), said)
    taken = case_step(
        "hear", actor=actor, at=at, row=row, once=once, happened=happened, facts=meant.facts(row),
        payload={"penalty": meant.penalty, "amount": meant.shown},
        personal={standing(row.text_subject): {"statement": said}},
    )  # fmt: skip
    if not taken.replayed:
        Case.objects.filter(id=case).update(
            told_at=at, told_penalty=meant.penalty, told_amount=meant.amount, heard_act=taken.act.id
        )
    return taken


@dataclass(frozen=True, slots=True, kw_only=True)
class Settling:
    """What a decision settles beside the penalty.

    `clear`: facts are clear and proven; `other_kinds`: another kind of penalty is due; `no_order_reason` why nothing
    was ordered to be corrected; `ground_note` what makes cash lawful; `number` one reserved for a device.
    """

    clear: bool
    other_kinds: bool = False
    no_order_reason: str = ""
    payment: str = Payment.BANK
    cash_ground: str = ""
    ground_note: str = ""
    receipt_number: str = ""
    number: str = ""

    def facts(self) -> dict[str, Any]:
        """Return it as checks ask for it."""
        return {
            "clear": self.clear, "other_kinds": self.other_kinds, "no_order_reason": self.no_order_reason,
            "payment": self.payment, "cash_ground": self.cash_ground, "ground_note": self.ground_note,
            "receipt_number": self.receipt_number, "number": self.number, "no_cash": self.payment != Payment.CASH,
        }  # fmt: skip


@write
def decide(
    *, actor: Actor, at: datetime, case: UUID, proposed: Proposed, settling: Settling, key: str | None = None,
    happened: bool = False,
) -> Taken:  # fmt: skip
    """Decide on the spot: checked, numbered, rendered and sealed in one.

    `happened` tells of a decision that was handed over without signal, under a reserved number: it is recorded with
    what was unlawful about it as breaches. Penalty Law 51, 52.
    """
    row, meant = locked_case(case), proposed.checked()
    cash = meant.fined and settling.payment == Payment.CASH
    settled = replace(settling, payment=settling.payment if meant.fined else "")
    values = decision_values(
        row, at=at, penalty=meant.penalty, amount=meant.amount, payment=settled.payment,
        cash_ground=settled.cash_ground, receipt_number=settled.receipt_number,
    )  # fmt: skip
    facts = {**meant.facts(row), **settled.facts(), "lacking": lacking(DECISION, values, legal_day(at))}
    once = Once.of(key, "case.decide", case, meant.penalty, meant.shown, str(meant.measured), list(meant.grounds),
                   meant.lighter, *settled.facts().values())  # fmt: skip
    taken = case_step(
        "decide", actor=actor, at=at, row=row, once=once, happened=happened, facts=facts,
        personal=_told(row, settled),
        payload={
            "penalty": meant.penalty, "amount": meant.shown, "payment": settled.payment,
            "cash_ground": settled.cash_ground if cash else "", "grounds": list(meant.grounds),
        },
    )  # fmt: skip
    if taken.replayed:
        return taken
    issued = issue(
        actor=actor, at=at, template=DECISION, subject=subject_of(row), about=about_case(row), values=values,
        number=settled.number or None,
    )  # fmt: skip
    Case.objects.filter(id=case).update(
        decided_at=at, penalty=meant.penalty, amount=meant.amount, decision=issued.id, payment=settled.payment,
        cash_ground=settled.cash_ground if cash else "",
        receipt_number=settled.receipt_number.strip() if cash else None,
    )  # fmt: skip
    return taken


def _told(row: Case, settled: Settling) -> Mapping[UUID, Mapping[str, Any]]:
    told = {
        "ground_note": settled.ground_note, "no_order_reason": settled.no_order_reason,
        "receipt": settled.receipt_number,
    }  # fmt: skip
    given = {name: value for name, value in told.items() if value}
    return {standing(row.text_subject): given} if given else {}
