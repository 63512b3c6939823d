"""Writes to the directory of parties. What is personal goes into the vault under the person's own subject."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from oneteam.journal import statements
from oneteam.journal.actors import Actor
from oneteam.journal.acts import earlier, record, write
from oneteam.journal.kinds import ActKind, register
from oneteam.journal.once import Once
from oneteam.journal.queries import label_values
from oneteam.journal.statements import Part
from oneteam.journal.subjects import find_subject, new_subject, read_personal, subject_of
from oneteam.kernel.clock import legal_day
from oneteam.kernel.errors import BadInputError, ConflictError, MissingError
from oneteam.kernel.ids import uuid7
from oneteam.things.labels import PARTY_KINDS, PURPOSES
from oneteam.things.models import Party, PartyKind
from oneteam.things.parties import PERSONAL, Clean, NewParty, clean, plan

IDENTITY = "id_number"  # the kind of value by which a person is found again in the vault
KEEPERS = frozenset({"operator", "system_admin"})
FIELD = frozenset({"dispatcher", "grid_attendant", "officer", "brigade_leader"})
LOOKERS = frozenset({"officer", "brigade_leader", "head", "legal_reviewer", "cashier"})

register(
    ActKind(
        name="party.registered",
        text=gettext_lazy("Party registered: %(kind)s %(name)s"),
        fields={"kind": str, "name": str, "credit_code": str},
        personal=frozenset(PERSONAL),
        who=KEEPERS | FIELD,
    )
)
register(
    ActKind(
        name="party.corrected",
        text=gettext_lazy("Party corrected"),
        fields={"changed": list},
        personal=frozenset(PERSONAL),
        who=KEEPERS | {"officer", "brigade_leader"},
    )
)
register(
    ActKind(
        name="party.ended",
        text=gettext_lazy("Party is no more from %(ended_on)s"),
        fields={"ended_on": str},
        who=KEEPERS,
    )
)
register(
    ActKind(
        name="party.looked_at",
        text=gettext_lazy("Looked at the personal values of the party: %(purpose)s"),
        fields={"purpose": str},
        who=LOOKERS,
    )
)
label_values("party.registered", "kind", PARTY_KINDS)
label_values("party.looked_at", "purpose", PURPOSES)

_INSERT = """
INSERT INTO things_party (id, kind, name, former_names, credit_code, address, subject, told_act)
SELECT %s, %s, %s, '{}', %s, %s, w.subject, CASE WHEN w.subject IS NOT NULL THEN act.id END
FROM act CROSS JOIN (SELECT %s::uuid AS subject) AS w
"""


@write
def register_parties(*, actor: Actor, at: datetime, parties: Sequence[NewParty]) -> list[UUID]:
    """Register parties, an act a party; returns their ids in the order given. All or none.

    PartiesRefusedError names every party that cannot be registered: a missing or wrong code, two names for one firm.
    """
    planned = plan(parties, on=legal_day(at))
    with statements.ahead():
        return [_register(actor, at, each, None) for each in planned]


@write
def register_party(
    *,
    actor: Actor,
    at: datetime,
    kind: str,
    name: str,
    credit_code: str = "",
    id_number: str = "",
    phone: str = "",
    address: str = "",
    representative: str = "",
    key: str | None = None,
) -> UUID:
    """Register one party; errors as in `register_parties`, and ConflictError for a citizen who is registered already.

    With a key that came before, with the same values, the party registered then is returned.
    """
    new = NewParty(
        kind=kind, name=name, credit_code=credit_code, id_number=id_number, phone=phone, address=address,
        representative=representative,
    )  # fmt: skip
    once = Once.of(key, "party.registered", kind, name, credit_code, id_number, phone, address, representative)
    if done := earlier(actor=actor, once=once):
        return done.stream
    [each] = plan([new], on=legal_day(at))
    if kind == PartyKind.CITIZEN and each.id_number and citizen_of(each.id_number) is not None:
        raise ConflictError(_("A citizen with this identity number is registered already; take that entry."))
    return _register(actor, at, each, once)


def citizen_of(id_number: str) -> UUID | None:
    """Return the citizen registered under an identity number in its normal form, or None."""
    subject = find_subject(IDENTITY, id_number)
    if subject is None:
        return None
    return Party.objects.filter(subject=subject, kind=PartyKind.CITIZEN).values_list("id", flat=True).first()


def _register(actor: Actor, at: datetime, each: Clean, once: Once | None) -> UUID:
    party, subject = uuid7(), _subject(each)
    record(
        kind="party.registered", actor=actor, at=at, stream=party, once=once,
        payload={"kind": each.kind, "name": each.name, "credit_code": each.credit_code or ""},
        personal={subject: each.personal} if subject is not None else {},
        along=[Part("party", _INSERT, [party, each.kind, each.name, each.credit_code, each.address, subject])],
    )  # fmt: skip
    return party


def _subject(each: Clean) -> UUID | None:
    if not each.personal:
        return None
    return subject_of(IDENTITY, each.id_number) if each.id_number else new_subject()


@write
def correct_party(*, actor: Actor, at: datetime, party: UUID, **values: Any) -> None:
    """Correct a party: name, credit_code, address, phone, id_number, representative; what is not named stays.

    A firm's earlier name is kept among its former ones. Nothing is recorded where nothing differs. MissingError for an
    unknown party, BadInputError for what cannot be right, and for personal values that were erased.
    """
    row = _locked(party)
    unknown = values.keys() - {"name", "credit_code", "address", "phone", "id_number", "representative"}
    if unknown:
        raise BadInputError(_("This cannot be corrected: %(fields)s.") % {"fields": ", ".join(sorted(unknown))})
    before = _told(row)
    each = clean(NewParty(kind=row.kind, **{**_entered(row, before), **values}), on=legal_day(at))
    changed = [name for name in ("name", "credit_code", "address") if getattr(each, name) != getattr(row, name)]
    changed += sorted(name for name in PERSONAL if each.personal.get(name) != before.get(name))
    if not changed:
        return
    if "credit_code" in changed and Party.objects.filter(credit_code=each.credit_code).exclude(id=party).exists():
        raise BadInputError(_("Another party has this credit code."))
    subject, told_act = row.subject, row.told_act
    personal: Mapping[UUID, Mapping[str, Any]] = {}
    if dict(each.personal) != before:
        if "id_number" in changed or subject is None:
            subject = _subject(each)
        personal = {subject: each.personal} if subject is not None else {}
    act = record(
        kind="party.corrected", actor=actor, at=at, stream=party, payload={"changed": changed}, personal=personal
    )  # fmt: skip
    if dict(each.personal) != before:
        told_act = act.id if personal else None
    former = row.former_names
    if "name" in changed and row.name:
        former = [*(name for name in former if name not in (row.name, each.name)), row.name]
    Party.objects.filter(id=party).update(
        name=each.name, former_names=former, credit_code=each.credit_code, address=each.address, subject=subject,
        told_act=told_act,
    )  # fmt: skip


def _told(row: Party) -> dict[str, Any]:
    if row.told_act is None:
        return {}
    found = read_personal([row.told_act]).get(row.told_act)
    if found is None:
        raise BadInputError(_("The personal values of this party were erased; register it anew."))
    return found


def _entered(row: Party, told: Mapping[str, Any]) -> dict[str, str]:
    citizen = row.kind == PartyKind.CITIZEN
    return {
        "name": str(told.get("citizen_name", "")) if citizen else row.name, "credit_code": row.credit_code or "",
        "id_number": str(told.get("id_number", "")), "phone": str(told.get("phone", "")),
        "address": str(told.get("home", "")) if citizen else row.address,
        "representative": str(told.get("representative", "")),
    }  # fmt: skip


@write
def end_party(*, actor: Actor, at: datetime, party: UUID, ended_on: date) -> None:
    """Record that a firm was struck off, or a citizen died: it is no more from that day on."""
    row = _locked(party)
    if row.ended_on is not None:
        raise ConflictError(_("This party is no more already."))
    if row.premises.filter(closed_on__isnull=True).exists():
        raise BadInputError(_("The party still has premises; close them or hand them over first."))
    record(kind="party.ended", actor=actor, at=at, stream=party, payload={"ended_on": ended_on.isoformat()})
    Party.objects.filter(id=party).update(ended_on=ended_on)


@write
def look_at_party(*, actor: Actor, at: datetime, party: UUID, purpose: str) -> dict[str, str]:
    """Return a party's personal values in clear, after recording the look with its purpose (PII-02, SEC-05).

    Raises BadInputError for another purpose than those of labels.PURPOSES, MissingError for an unknown party.
    """
    row = Party.objects.filter(id=party).first()
    if row is None:
        raise MissingError(_("There is no such party."))
    if purpose not in PURPOSES:
        known = _(", ").join(map(str, PURPOSES.values()))
        raise BadInputError(_("Say what you need the personal values for: %(purposes)s.") % {"purposes": known})
    record(kind="party.looked_at", actor=actor, at=at, stream=party, payload={"purpose": purpose})
    return {name: str(value) for name, value in _told(row).items()}


def _locked(party: UUID) -> Party:
    row = Party.objects.select_for_update().filter(id=party).first()
    if row is None:
        raise MissingError(_("There is no such party."))
    return row
