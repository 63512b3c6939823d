"""Reading the directory of things. Names of citizens come masked; in clear they are looked at with a purpose."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import Q

from oneteam.directories.searchable import Words
from oneteam.journal.subjects import read_personal
from oneteam.kernel.errors import BadInputError
from oneteam.kernel.idnumbers import check_credit_code, check_resident_id
from oneteam.kernel.masking import mask_id_number, mask_name, mask_phone
from oneteam.things.models import Component, Licence, Party, PartyKind, Premises
from oneteam.things.parties import PERSONAL
from oneteam.things.party_acts import citizen_of


@dataclass(frozen=True, slots=True)
class PartyInfo:
    """A party as pages show it. Of a citizen name, number, phone and home are masked; empty when erased."""

    id: UUID
    kind: str
    name: str
    credit_code: str
    address: str
    id_number: str
    phone: str
    representative: str
    former_names: tuple[str, ...]
    ended_on: date | None
    subject: UUID | None

    @property
    def is_citizen(self) -> bool:
        """Whether the law's amounts for citizens apply."""
        return self.kind == PartyKind.CITIZEN

    @property
    def is_told(self) -> bool:
        """Whether there are personal values that can still be read."""
        own = (self.name, self.address) if self.is_citizen else ()
        return any((*own, self.id_number, self.phone, self.representative))


def parties(ids: Iterable[UUID]) -> dict[UUID, PartyInfo]:
    """Return these parties, masked, in three queries however many there are."""
    return party_infos(Party.objects.filter(id__in=set(ids)))


def party_infos(rows: Iterable[Party]) -> dict[UUID, PartyInfo]:
    """Return rows as pages show them."""
    listed = list(rows)
    told = read_personal([row.told_act for row in listed if row.told_act is not None])
    found = {}
    for row in listed:
        values = told.get(row.told_act, {}) if row.told_act is not None else {}
        citizen = row.kind == PartyKind.CITIZEN
        found[row.id] = PartyInfo(
            id=row.id, kind=row.kind, name=mask_name(values.get("citizen_name", "")) if citizen else row.name,
            credit_code=row.credit_code or "", address=mask_name(values.get("home", "")) if citizen else row.address,
            id_number=mask_id_number(values.get("id_number", "")), phone=mask_phone(values.get("phone", "")),
            representative=mask_name(values.get("representative", "")), former_names=tuple(row.former_names),
            ended_on=row.ended_on, subject=row.subject,
        )  # fmt: skip
    return found


def party(party_id: UUID) -> PartyInfo | None:
    """Return a party as pages show it, or None."""
    return parties([party_id]).get(party_id)


def find_party(*, credit_code: str = "", id_number: str = "") -> UUID | None:
    """Return the party with a credit code, or the citizen with an identity number; None where there is none.

    BadInputError for a code or number that cannot be one, or for neither.
    """
    if credit_code.strip():
        code = check_credit_code(credit_code)
        return Party.objects.filter(credit_code=code).values_list("id", flat=True).first()
    if id_number.strip():
        return citizen_of(check_resident_id(id_number))
    raise BadInputError("find_party needs a credit code or an identity number")


def firms_named(words: str, *, most: int) -> list[PartyInfo]:
    """Return parties that are no citizens, by a part of their name or a former one's whole, or by their credit code."""
    named = Q(name__icontains=words) | Q(former_names__contains=[words]) | Q(credit_code=words.upper())
    rows = Party.objects.exclude(kind=PartyKind.CITIZEN).filter(named, ended_on=None).order_by("name")[:most]
    return list(party_infos(rows).values())


def born_on(party_id: UUID) -> date | None:
    """Return a citizen's date of birth from the identity number, for checks of age; None where it is not known."""
    return births([party_id]).get(party_id)


def births(ids: Iterable[UUID]) -> dict[UUID, date]:
    """Return the dates of birth of those parties who are citizens with an identity number, in three queries."""
    rows = Party.objects.filter(id__in=set(ids), kind=PartyKind.CITIZEN, told_act__isnull=False)
    acts = {party: act for party, act in rows.values_list("id", "told_act") if act is not None}
    told = read_personal(acts.values())
    numbers = {party: str(told.get(act, {}).get("id_number", "")) for party, act in acts.items()}
    return {
        party: date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
        for party, number in numbers.items()
        if number
    }


@dataclass(frozen=True, slots=True)
class PartyInClear:
    """A party as a legal document names it. What was erased is empty."""

    id: UUID
    kind: str
    name: str
    number: str
    address: str
    phone: str
    representative: str
    subject: UUID | None


def in_clear(party_id: UUID) -> PartyInClear | None:
    """Return a party with its personal values in clear, for a document that must name it; never for a page.

    A person who looks goes through `party_acts.look_at_party`, which records the purpose.
    """
    row = Party.objects.filter(id=party_id).first()
    if row is None:
        return None
    told = read_personal([row.told_act]).get(row.told_act, {}) if row.told_act is not None else {}
    citizen = row.kind == PartyKind.CITIZEN
    return PartyInClear(
        id=row.id, kind=row.kind, name=str(told.get("citizen_name", "")) if citizen else row.name,
        number=str(told.get("id_number", "")) if citizen else row.credit_code or "",
        address=str(told.get("home", "")) if citizen else row.address, phone=str(told.get("phone", "")),
        representative=str(told.get("representative", "")), subject=row.subject,
    )  # fmt: skip


def premises_of(party_id: UUID) -> list[Premises]:
    """Return the premises of a party, open ones first, by name."""
    return sorted(Premises.objects.filter(party=party_id), key=lambda row: (row.closed_on is not None, row.name))


def licences_on(premises: Sequence[UUID], day: date) -> dict[UUID, list[Licence]]:
    """Return the licences of premises that are valid on a day."""
    found: dict[UUID, list[Licence]] = {each: [] for each in premises}
    valid = Licence.objects.filter(Q(valid_to__isnull=True) | Q(valid_to__gte=day), valid_from__lte=day)
    for licence in valid.filter(premises__in=premises).order_by("name"):
        found[licence.premises_id].append(licence)
    return found


def component_by_code(code: str) -> Component | None:
    """Return a component by its 17 digits, or by the 16 it had under the old standard."""
    return Component.objects.filter(Q(code=code) | Q(old_code=code)).exclude(code="").first() if code else None


def _party(row: Party, told: Mapping[str, Any]) -> Words:
    hidden = [str(told[name]) for name in PERSONAL if name in told]
    return Words(
        titles=[name for name in (row.name, *row.former_names) if name], texts=[row.address] if row.address else [],
        codes=[row.credit_code] if row.credit_code else [], hidden=hidden,
        subjects=[row.subject] if hidden and row.subject else [],
    )  # fmt: skip


def party_words(rows: Sequence[Party]) -> dict[UUID, Words]:
    """Return by what parties, and what is about them, are found: a citizen by no readable word; two queries."""
    told = read_personal([row.told_act for row in rows if row.told_act is not None])
    found = {}
    for row in rows:
        found[row.id] = _party(row, told.get(row.told_act, {}) if row.told_act is not None else {})
    return found
