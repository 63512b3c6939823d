"""Importing parties, premises with their parties, and licences, by the bulk acts of this room."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from oneteam.directories.importing import Applied, Batch, Column, Entry, Importer, register_importer
from oneteam.directories.trying import refuse, taken_back, tried
from oneteam.kernel import sheets
from oneteam.kernel.clock import legal_day
from oneteam.kernel.errors import BadInputError, CellError, Fault
from oneteam.kernel.idnumbers import check_credit_code
from oneteam.things import premises_acts
from oneteam.things.labels import PARTY_KINDS
from oneteam.things.models import Party, PartyKind, Premises
from oneteam.things.parties import NewParty, PartiesRefusedError, plan
from oneteam.things.party_acts import KEEPERS, register_parties
from oneteam.things.premises_acts import NewPremises, Places, check_fields

_LEADING = {"91": PartyKind.LEGAL_PERSON, "92": PartyKind.INDIVIDUAL_BUSINESS}


def credit_code(cell: str) -> str:
    """Read a unified social credit code."""
    try:
        return check_credit_code(cell)
    except BadInputError as error:
        raise CellError(str(error), _("copy it from the business licence")) from error


def _fields(cell: str) -> tuple[str, ...]:
    try:
        return tuple(check_fields(cell.replace("、", " ").replace(",", " ").replace(";", " ").split()))
    except BadInputError as error:
        raise CellError(str(error)) from error


# Parties ------------------------------------------------------------------------------------------------------------


def _new_party(entry: Entry, _batch: Batch) -> NewParty:
    return NewParty(
        kind=entry["kind"], name=entry["name"], credit_code=entry["credit_code"] or "",
        id_number=entry["id_number"] or "", phone=entry["phone"] or "", address=entry["address"] or "",
        representative=entry["representative"] or "",
    )  # fmt: skip


def _parties_faults(parties: Sequence[NewParty], lines: Sequence[int], batch: Batch, **columns: str) -> list[Fault]:
    try:
        plan(parties, on=legal_day(batch.at))
    except PartiesRefusedError as error:
        return [
            Fault(lines[fault.index], columns.get(fault.field, fault.field), fault.message, fault.suggestion)
            for fault in error.faults
        ]
    return []


def _check_parties(batch: Batch) -> Iterable[Fault]:
    lines = [entry.line for entry in batch.entries]
    return _parties_faults([entry.item for entry in batch.entries], lines, batch)


def _apply_parties(batch: Batch) -> Applied:
    made = register_parties(actor=batch.actor, at=batch.at, parties=[entry.item for entry in batch.entries])
    batch.tell(len(made))
    return Applied(len(made), ids=made)


# Premises -----------------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Parties:
    """The parties a file of premises names: those that are registered, by code, and those it brings along."""

    known: Mapping[str, Party]
    new: list[NewParty]
    lines: list[int]
    by_code: dict[str, int]


def _parties_of(batch: Batch) -> _Parties:
    codes = {entry["credit_code"] for entry in batch.entries}
    found = _Parties({str(row.credit_code): row for row in Party.objects.filter(credit_code__in=codes)}, [], [], {})
    seen: set[tuple[str, str]] = set()
    for entry in batch.entries:
        code, name = entry["credit_code"], entry["party"]
        known = found.known.get(code)
        named = known is not None and name in (None, known.name, *known.former_names)
        if named or name is None or (code, name) in seen:
            continue
        # A name that differs from the known one is handed on: that two names for one firm are refused says `plan`.
        seen.add((code, name))
        found.by_code.setdefault(code, len(found.new))
        found.lines.append(entry.line)
        kind = entry["kind"] or _LEADING.get(code[:2], PartyKind.OTHER_ORGANISATION)
        found.new.append(NewParty(kind=kind, name=name, credit_code=code))
    return found


def _check_premises(batch: Batch) -> Iterable[Fault]:
    """Find two names for one firm, firms that nobody named, and points and addresses that lead nowhere."""
    parties = _parties_of(batch)
    yield from _parties_faults(parties.new, parties.lines, batch, name="party")
    for entry in batch.entries:
        code = entry["credit_code"]
        if code not in parties.known and code not in parties.by_code:
            yield Fault(
                entry.line, "party", _("no party has the code %(code)s") % {"code": code},
                _("write the firm's name: it is registered along with its premises"),
            )  # fmt: skip
        ended = parties.known.get(code)
        if ended is not None and ended.ended_on is not None:
            yield Fault(entry.line, "credit_code", _("%(name)s is no more since %(day)s") % {
                "name": ended.name, "day": ended.ended_on,
            }, _("name the firm that has the premises now"))  # fmt: skip
    places = Places(legal_day(batch.at))
    for entry in batch.entries:
        try:
            places.locate(entry["address"], entry["lon"], entry["lat"])
        except BadInputError as error:
            yield Fault(entry.line, "address" if entry["lon"] is None else "lon", str(error))


def _apply_premises(batch: Batch) -> Applied:
    parties = _parties_of(batch)
    made = register_parties(actor=batch.actor, at=batch.at, parties=parties.new)
    batch.tell(len(batch.entries) // 2)
    ids = {code: row.id for code, row in parties.known.items()}
    ids |= {code: made[index] for code, index in parties.by_code.items()}
    done = premises_acts.register_premises_of(actor=batch.actor, at=batch.at, premises=[
        NewPremises(
            party=ids[entry["credit_code"]], name=entry["name"], address=entry["address"],
            fields=entry["fields"] or (), lon=entry["lon"], lat=entry["lat"], opened_on=entry["opened_on"],
        )
        for entry in batch.entries
    ])  # fmt: skip
    batch.tell(len(done))
    return Applied(len(done), ids=done)


# Licences -----------------------------------------------------------------------------------------------------------


def _premises(entry: Entry) -> UUID:
    found = Premises.objects.filter(party__credit_code=entry["credit_code"], closed_on__isnull=True).order_by("id")
    if entry["premises"]:
        found = found.filter(name=entry["premises"])
    rows = list(found.values_list("id", flat=True)[:2])
    if not rows:
        problem = _("no open premises belong to %(code)s") % {"code": entry["credit_code"]}
        raise refuse(entry, "premises", problem, _("import the premises first, or look at the name again"))
    if len(rows) > 1:
        raise refuse(entry, "premises", _("this party has several premises"), _("name the premises"))
    return rows[0]


def _take_licence(batch: Batch, entry: Entry) -> None:
    premises_acts.record_licence(
        actor=batch.actor, at=batch.at, premises=_premises(entry), name=entry["name"], number=entry["number"],
        issuer=entry["issuer"], valid_from=entry["valid_from"], valid_to=entry["valid_to"],
    )  # fmt: skip


def target(name: str) -> Any:
    """Return what leads to a directory's list."""
    return lambda: reverse("directory", args=[name])


_CODE = Column(
    "credit_code", gettext_lazy("Unified social credit code"), required=True, parse=credit_code,
    example="91330383MA2ABCDE0X",
)  # fmt: skip
_LON = Column("lon", gettext_lazy("Longitude"), parse=sheets.decimal(least=-180, most=180), example="120.54039")
_LAT = Column("lat", gettext_lazy("Latitude"), parse=sheets.decimal(least=-90, most=90), example="27.49317")

register_importer(Importer(
    name="parties", label=gettext_lazy("Parties"), who=KEEPERS, unique=["credit_code", "id_number"],
    build=_new_party, check=_check_parties, apply=_apply_parties, target=target("parties"),
    columns=[
        Column("kind", gettext_lazy("Kind"), required=True, parse=sheets.choice(PARTY_KINDS), example="legal_person"),
        Column("name", gettext_lazy("Name"), required=True, example="海棠餐饮有限公司"),
        replace(_CODE, required=False, hint=gettext_lazy("of all but citizens")),
        Column("address", gettext_lazy("Address"), example="海棠路 12 号"),
        Column("representative", gettext_lazy("Legal representative"), example="林安"),
        Column("id_number", gettext_lazy("Identity number"), hint=gettext_lazy("the citizen's or representative's")),
        Column("phone", gettext_lazy("Phone")),
    ],
))  # fmt: skip
register_importer(Importer(
    name="premises", label=gettext_lazy("Premises"), who=KEEPERS, brings=["credit_code"], check=_check_premises,
    apply=_apply_premises,
    target=target("premises"), note=gettext_lazy("A firm that is not registered yet comes along with its premises."),
    columns=[
        _CODE,
        Column("party", gettext_lazy("Party"), example="海棠餐饮有限公司"),
        Column("kind", gettext_lazy("Kind"), parse=sheets.choice(PARTY_KINDS), hint=gettext_lazy("of a new party")),
        Column("name", gettext_lazy("Name of the premises"), required=True, example="海棠餐饮店"),
        Column("address", gettext_lazy("Address"), required=True, example="海棠路 12 号"),
        Column("fields", gettext_lazy("Fields"), parse=_fields, example="F03 F12"),
        replace(_LON, hint=gettext_lazy("where the address does not lead to a point")), _LAT,
        Column("opened_on", gettext_lazy("Opened on"), parse=sheets.day, example="2024-05-01"),
    ],
))  # fmt: skip
_licences = tried(_take_licence, column="valid_from")
register_importer(Importer(
    name="licences", label=gettext_lazy("Licences"), who=KEEPERS, check=taken_back(_licences), apply=_licences,
    target=target("licences"),
    columns=[
        _CODE,
        Column("premises", gettext_lazy("Name of the premises"), hint=gettext_lazy("where the party has several")),
        Column("name", gettext_lazy("Name of the licence"), required=True, example="食品经营许可证"),
        Column("number", gettext_lazy("Number"), required=True, example="JY13303830000001"),
        Column("issuer", gettext_lazy("Issuing authority"), required=True, example="云屿市市场监督管理局"),
        Column("valid_from", gettext_lazy("First day"), required=True, parse=sheets.day, example="2024-05-01"),
        Column("valid_to", gettext_lazy("Last day"), parse=sheets.day, example="2029-04-30"),
    ],
))  # fmt: skip
