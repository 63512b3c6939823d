"""New parties, checked all together before any of them is written; and what of a party is personal."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from oneteam.kernel.errors import BadInputError
from oneteam.kernel.idnumbers import check_credit_code, check_phone, check_resident_id
from oneteam.things.models import Party, PartyKind

NAME_LIMIT, ADDRESS_LIMIT = 100, 200
PERSONAL = ("citizen_name", "id_number", "phone", "home", "representative")


@dataclass(frozen=True, slots=True, kw_only=True)
class NewParty:
    """A party to be registered. `name` is a citizen's or a firm's, `address` a home or a seat.

    `id_number` is the citizen's own, or that of the `representative` of a firm; phone, too.
    """

    kind: str
    name: str
    credit_code: str = ""
    id_number: str = ""
    phone: str = ""
    address: str = ""
    representative: str = ""


@dataclass(frozen=True, slots=True)
class PartyFault:
    """What is wrong with one of the parties: its position in the list, the field, and what to do."""

    index: int
    field: str
    message: str
    suggestion: str = ""


class PartiesRefusedError(BadInputError):
    """None of the parties was registered; `faults` names every one that must be mended."""

    def __init__(self, faults: Sequence[PartyFault]) -> None:
        self.faults = tuple(faults)
        super().__init__("\n".join(fault.message for fault in faults))


@dataclass(frozen=True, slots=True)
class Clean:
    """A party's values in their normal form: the open ones of its row, and the personal ones that are given."""

    kind: str
    name: str
    credit_code: str | None
    address: str
    personal: Mapping[str, Any]

    @property
    def id_number(self) -> str:
        """The identity number by which its person is found again, or nothing."""
        return str(self.personal.get("id_number", ""))


class _FaultError(BadInputError):
    def __init__(self, field: str, message: str) -> None:
        self.field = field
        super().__init__(message)


def clean(party: NewParty, *, on: date) -> Clean:
    """Return a party's values in their normal form. A fault names the field; `on` is the day of entering."""
    if party.kind not in PartyKind.values:
        raise _FaultError("kind", _("There is no kind of party “%(kind)s”.") % {"kind": party.kind})
    name, address = " ".join(party.name.split()), " ".join(party.address.split())
    if not name or len(name) > NAME_LIMIT:
        raise _FaultError("name", _("A party needs its name, of at most %(most)d characters.") % {"most": NAME_LIMIT})
    if len(address) > ADDRESS_LIMIT:
        message = _("An address has at most %(most)d characters.")
        raise _FaultError("address", message % {"most": ADDRESS_LIMIT})
    personal: dict[str, Any] = {}
    if party.id_number.strip():
        personal["id_number"] = _of("id_number", lambda: check_resident_id(party.id_number, on=on))
    if party.phone.strip():
        personal["phone"] = _of("phone", lambda: check_phone(party.phone))
    code = _credit_code(party)
    if party.kind == PartyKind.CITIZEN:
        personal["citizen_name"] = name
        if address:
            personal["home"] = address
        return Clean(party.kind, "", None, "", personal)
    if party.representative.strip():
        personal["representative"] = " ".join(party.representative.split())[:NAME_LIMIT]
    return Clean(party.kind, name, code, address, personal)


def _credit_code(party: NewParty) -> str | None:
    if party.kind == PartyKind.CITIZEN:
        if party.credit_code.strip():
            raise _FaultError("credit_code", _("A citizen has no credit code; is it an individual business?"))
        return None
    if party.credit_code.strip():
        return str(_of("credit_code", lambda: check_credit_code(party.credit_code)))
    if party.kind != PartyKind.OTHER_ORGANISATION:
        message = _("The unified social credit code is missing; it stands on the business licence.")
        raise _FaultError("credit_code", message)
    return None


def _of(field: str, check: Any) -> Any:
    try:
        return check()
    except BadInputError as error:
        raise _FaultError(field, str(error)) from error


def plan(parties: Sequence[NewParty], *, on: date) -> list[Clean]:
    """Return what will be written; PartiesRefusedError with every fault of every party.

    A credit code stands for one firm: one that is registered already, or stands twice here, is refused with the name it
    has, because two names for one firm are a fault of one of the two.
    """
    faults: list[PartyFault] = []
    cleaned: list[Clean] = []
    for index, party in enumerate(parties):
        try:
            cleaned.append(clean(party, on=on))
        except _FaultError as fault:
            faults.append(PartyFault(index, fault.field, str(fault)))
            cleaned.append(Clean(party.kind, "", None, "", {}))
    codes = [each.credit_code for each in cleaned if each.credit_code]
    known = {row.credit_code: row for row in Party.objects.filter(credit_code__in=codes)}
    first: dict[str, int] = {}
    for index, each in enumerate(cleaned):
        if each.credit_code is None:
            continue
        if (row := known.get(each.credit_code)) is not None:
            faults.append(_taken(index, each, row))
        elif each.credit_code in first:
            other = cleaned[first[each.credit_code]].name
            message = _("The credit code stands already for “%(other)s” in the same list; one firm has one name.")
            faults.append(PartyFault(index, "credit_code", message % {"other": other}))
        first.setdefault(each.credit_code, index)
    if faults:
        raise PartiesRefusedError(sorted(faults, key=lambda fault: fault.index))
    return cleaned


def _taken(index: int, each: Clean, row: Party) -> PartyFault:
    if each.name in (row.name, *row.former_names):
        message = _("“%(name)s” is registered already.") % {"name": row.name}
        return PartyFault(index, "credit_code", message, _("leave it out, or correct the party on its page"))
    message = _("The credit code stands for “%(known)s”, not for “%(name)s”: two names for one firm.")
    return PartyFault(
        index, "name", message % {"known": row.name, "name": each.name},
        _("if the firm was renamed, correct its name on its page; else look at the code again"),
    )  # fmt: skip
