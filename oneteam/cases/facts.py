"""What is stored about cases, for checks, clocks and who may."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy

from oneteam.cases.models import Case, Payment
from oneteam.documents.queries import documents_about
from oneteam.journal.subjects import read_personal
from oneteam.kernel.clock import legal_day
from oneteam.lawbook.catalogue import catalogue
from oneteam.lawbook.penalties import PartyKind
from oneteam.lawbook.queries import individual_business
from oneteam.procedures.queries import running_dues
from oneteam.procedures.registry import Context, facts, scope
from oneteam.things.queries import births

PROCEDURE = "case_on_the_spot"
GIVES = (
    "officers", "parties", "premises", "shown_at", "facts_at", "party", "matter", "on", "act_day", "birth", "earlier",
    "two_step", "individual_business", "ordered_at", "deadline", "rechecked_at", "correction", "told_at",
    "told_penalty", "told_amount", "decided_at", "delivered_at", "nothing_due", "cash", "recorded_at", "paid_at",
    "handed_in_at", "banked_at",
)  # fmt: skip
DUES = {"record_due": "record", "hand_in_due": "hand_in", "bank_due": "bank"}


@scope("case_officer", text=gettext_lazy("one of the two officers of the case"), needs=("officers",))
def case_officer(context: Context) -> bool:
    """Tell whether the actor is one of the two who handle the case."""
    return context.actor.person_id in context.fact("officers")


@facts(PROCEDURE, gives=tuple(DUES))
def due_facts(ids: Iterable[UUID], at: datetime) -> Mapping[UUID, Mapping[str, Any]]:
    """Give when the running clocks end that are only watched."""
    wanted = list(ids)
    dues = running_dues(wanted, [f"{PROCEDURE}.{clock}" for clock in DUES.values()])
    return {
        one: {name: dues.get(one, {}).get(f"{PROCEDURE}.{clock}") for name, clock in DUES.items()} for one in wanted
    }


@facts(PROCEDURE, gives=GIVES)
def case_facts(ids: Iterable[UUID], at: datetime) -> Mapping[UUID, Mapping[str, Any]]:
    """Give what the rows of cases hold, with matter, age and earlier fines; in a fixed number of queries."""
    rows = list(Case.objects.select_related("party").filter(id__in=list(ids)))
    born, fined, bearer = _births(rows), _earlier(rows), individual_business("fine_range")
    return {row.id: _facts(row, born.get(row.id), fined[row.id]) | {"individual_business": bearer} for row in rows}


def _facts(row: Case, birth: date | None, earlier: Sequence[str]) -> dict[str, Any]:
    act_day = legal_day(row.found_at or row.opened_at)
    matter = catalogue().version(row.matter, act_day) if row.matter else None
    known: dict[str, Any] = {
        "officers": row.officers, "shown_at": row.shown_at, "facts_at": row.facts_at if row.facts_act else None,
        "party": PartyKind(row.party.kind) if row.party else None, "matter": matter, "on": act_day, "act_day": act_day,
        "birth": birth, "earlier": earlier, "two_step": bool(matter and matter.two_step),
        "ordered_at": row.ordered_at, "deadline": row.deadline, "rechecked_at": row.rechecked_at,
        "correction": row.correction, "told_at": row.told_at, "told_penalty": row.told_penalty,
        "told_amount": row.told_amount, "decided_at": row.decided_at, "delivered_at": row.delivered_at,
        "nothing_due": row.amount is None or row.payment == Payment.CASH, "cash": row.payment == Payment.CASH,
        "recorded_at": row.recorded_at, "paid_at": row.paid_at, "handed_in_at": row.handed_in_at,
        "banked_at": row.banked_at,
    }  # fmt: skip
    # What is not stored yet comes with the proposal that names it.
    if row.party_id:
        known["parties"] = (row.party_id,)
    if row.premises_id:
        known["premises"] = (row.premises_id,)
    return known


def _births(rows: Sequence[Case]) -> dict[UUID, date]:
    """Return each citizen's date of birth by case: by the identity number, else as it was told."""
    known = births(row.party_id for row in rows if row.party_id)
    told = read_personal(row.party_act for row in rows if row.party_act and row.party_id not in known)
    found = {row.id: known[row.party_id] for row in rows if row.party_id in known}
    for row in rows:
        born = told.get(row.party_act, {}).get("born_on") if row.party_act else None
        if born:
            found.setdefault(row.id, date.fromisoformat(born))
    return found


def _earlier(rows: Sequence[Case]) -> dict[UUID, list[str]]:
    """Return the numbers of decisions that fined the same act already (Penalty Law 29).

    The same act: the same party and matter, and the same incident or day. A decision declared void does not count.
    """
    parties = {row.party_id for row in rows if row.party_id}
    fined = list(Case.objects.filter(party__in=parties, amount__isnull=False))
    issued = documents_about(case.id for case in fined)
    found: dict[UUID, list[str]] = {}
    for row in rows:
        same = [
            case for case in fined
            if case.id != row.id and (case.party_id, case.matter) == (row.party_id, row.matter)
            and ((row.incident_id is not None and case.incident_id == row.incident_id) or _day(case) == _day(row))
        ]  # fmt: skip
        found[row.id] = [
            document.number.text
            for case in same for document in issued[case.id]
            if document.id == case.decision and document.number and document.voided_at is None
        ]  # fmt: skip
    return found


def _day(case: Case) -> date:
    return legal_day(case.found_at or case.opened_at)
