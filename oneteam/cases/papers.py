"""What the documents of a case say: values for the templates, taken from the case, its party and the catalogue."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from oneteam.cases import queries
from oneteam.cases.models import Case, Correction, Delivery, Payment, PenaltyKind
from oneteam.documents.queries import documents_about, missing, template_of, unset
from oneteam.kernel.clock import SHANGHAI, legal_day
from oneteam.lawbook.bases import Basis
from oneteam.lawbook.catalogue import catalogue
from oneteam.lawbook.matters import Matter
from oneteam.lawbook.settings_table import catalogue as settings_catalogue
from oneteam.people.queries import official_names
from oneteam.people.standing import certificates_on
from oneteam.things.queries import PartyInClear, in_clear

DECISION, ORDER, RECEIPT = "decision_on_the_spot", "order_to_correct", "service_receipt"
# Documents are Chinese whatever language the officer reads (documents/composing.py).
ORDERING = "《中华人民共和国行政处罚法》第二十八条第一款"
_FOUND: Mapping[str, str] = {
    Correction.CORRECTED: "经复查，已经改正。",
    Correction.NOT_CORRECTED: "经复查，逾期未改正。",
    Correction.REFUSED: "经复查，拒不改正。",
}


def matter_of(row: Case) -> Matter | None:
    """Return the matter of a case as it stood on the day of the act."""
    return catalogue().version(row.matter, legal_day(row.found_at or row.opened_at)) if row.matter else None


def provisions(matter: Matter, day: date) -> tuple[str, str]:
    """Return in Chinese which provisions were violated and which are the basis of the penalty, as law of a day.

    Where the catalogue names no duty apart, the basis itself describes what is forbidden.
    """
    bases = _joined(matter.bases_on(day))
    return _joined([one for one in matter.duty if one.span.holds(day)]) or bases, bases


def _joined(bases: Sequence[Basis]) -> str:
    return "、".join(one.label.zh for one in bases)


def party_of(row: Case) -> PartyInClear | None:
    """Return the party as documents name it."""
    return in_clear(row.party_id) if row.party_id else None


def officers_of(row: Case, day: date) -> dict[str, str]:
    """Return names and certificates of both officers as documents give them."""
    names, held = official_names(row.officers), certificates_on(row.officers, day)
    values = {}
    for place, person in enumerate(row.officers, 1):
        values[f"officer_{place}"] = names[person]
        values[f"officer_{place}_certificate"] = held[person].number if person in held else ""
    return values


def _found(row: Case, party: PartyInClear | None) -> dict[str, Any]:
    """Return what order and decision both say: who, when, where, what, against which provision."""
    told, matter = queries.texts(row), matter_of(row)
    violated, _basis = provisions(matter, legal_day(row.found_at)) if matter and row.found_at else ("", "")
    return {
        **(_party(party) if party else {}), "found_at": _moment(row.found_at), "place": told.get("where", ""),
        "act": told.get("act", ""), "violated": violated,
    }  # fmt: skip


def _party(party: PartyInClear) -> dict[str, Any]:
    values = {
        "party_name": party.name, "party_kind": party.kind, "party_number": party.number,
        "party_address": party.address, "party_phone": party.phone,
    }  # fmt: skip
    return values if party.kind == "citizen" else {**values, "party_person": party.representative}


def order_values(
    row: Case, *, at: datetime, deadline: datetime | None, demand: str, consequence: str, refusal: str
) -> dict[str, Any]:
    """Return what the order to correct says; no deadline means at once."""
    return _given({
        **_found(row, party_of(row)), **officers_of(row, legal_day(at)), "basis": ORDERING,
        "mode": "by_deadline" if deadline else "at_once", "deadline": _moment(deadline), "demand": demand,
        "consequence": consequence, "refusal": refusal,
    })  # fmt: skip


def decision_values(
    row: Case, *, at: datetime, penalty: str, amount: Decimal | None, payment: str = "", cash_ground: str = "",
    receipt_number: str = "",
) -> dict[str, Any]:  # fmt: skip
    """Return what the decision says, as far as it is known."""
    told, matter = queries.texts(row), matter_of(row)
    basis = provisions(matter, legal_day(row.found_at))[1] if matter and row.found_at else ""
    fined = penalty in (PenaltyKind.FINE, PenaltyKind.WARNING_AND_FINE)
    cash = fined and payment == Payment.CASH
    return _given({
        **_found(row, party_of(row)), **officers_of(row, legal_day(at)), "basis": basis, "penalty": penalty,
        "amount": amount if fined else None, "statement": told.get("statement", ""),
        "order_number": number_of(row, ORDER), "correction": _FOUND.get(row.correction, ""),
        "payment": payment if fined else "", "cash_ground": cash_ground if cash else "",
        "receipt_number": receipt_number if cash else "",
    })  # fmt: skip


def receipt_values(row: Case, *, at: datetime, way: str, received_by: str, refusal: str, proof: str) -> dict[str, Any]:
    """Return what the receipt of the decision's delivery says."""
    party, told = party_of(row), queries.texts(row)
    name = party.name if party else ""
    handed = way == Delivery.HANDED
    own = not received_by.strip() or received_by.strip() == name
    relation = "self" if party and party.kind == "citizen" else "representative"
    return _given({
        **officers_of(row, legal_day(at)), "document_title": template_of(DECISION).label.zh,
        "document_number": number_of(row, DECISION), "recipient": name, "served_at": _moment(at),
        "place": told.get("where", ""), "way": "direct" if handed else "left",
        "received_by": (received_by.strip() or (name if own else "")) if handed else "",
        "relation": (relation if own else "agent") if handed else "",
        "refusal": "" if handed else refusal, "proof": "" if handed else proof,
    })  # fmt: skip


def number_of(row: Case, template: str) -> str:
    """Return the number of the last document of a kind in a case that is not void, "" where there is none."""
    found = [
        document.number.text for document in documents_about([row.id])[row.id]
        if document.template == template and document.number and document.voided_at is None
    ]  # fmt: skip
    return found[-1] if found else ""


def lacking(template: str, values: Mapping[str, Any], day: date) -> list[str]:
    """Return in the reader's language what a document still lacks: fields without value, settings without one."""
    known, names = template_of(template), settings_catalogue()
    return [str(known.fields[name].label) for name in missing(template, values)] + [
        _("setting %(name)s") % {"name": names[name].label} for name in unset(template, values, day=day)
    ]


def subject_of(row: Case) -> UUID | None:
    """Return whose values the documents of a case hold."""
    party = party_of(row)
    return party.subject if party else None


def _given(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value not in (None, "")}


def _moment(moment: datetime | None) -> str:
    return moment.astimezone(SHANGHAI).isoformat(timespec="minutes") if moment else ""
