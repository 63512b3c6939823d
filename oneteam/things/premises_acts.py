"""Writes to premises and their licences."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from oneteam.journal import statements
from oneteam.journal.actors import Actor
from oneteam.journal.acts import earlier, record, write
from oneteam.journal.kinds import ActKind, register
from oneteam.journal.once import Once
from oneteam.journal.statements import Part
from oneteam.kernel.clock import legal_day
from oneteam.kernel.errors import BadInputError, ConflictError, MissingError
from oneteam.kernel.ids import uuid7
from oneteam.places.queries import place_finder, region_check, resolver
from oneteam.things.models import Licence, Party, Premises
from oneteam.things.party_acts import FIELD, KEEPERS

_FIELD_CODE = re.compile(r"F(?:0[1-9]|1[0-9]|2[0-9])")
TEXT_LIMIT = 200

register(
    ActKind(
        name="premises.registered",
        text=gettext_lazy("Premises registered: %(name)s"),
        fields={"name": str, "party": str, "fields": list},
        who=KEEPERS | FIELD,
    )
)
register(
    ActKind(
        name="premises.corrected",
        text=gettext_lazy("Premises corrected"),
        fields={"changed": list},
        who=KEEPERS | FIELD,
    )
)
register(
    ActKind(
        name="premises.handed_over",
        text=gettext_lazy("Premises handed over to another party"),
        fields={"party": str, "since": str},
        who=KEEPERS | FIELD,
    )
)
register(
    ActKind(
        name="premises.closed",
        text=gettext_lazy("Premises closed from %(closed_on)s"),
        fields={"closed_on": str},
        who=KEEPERS | FIELD,
    )
)
register(
    ActKind(
        name="licence.recorded",
        text=gettext_lazy("Licence recorded: %(name)s %(number)s"),
        fields={"name": str, "number": str, "valid_from": str, "valid_to": str},
        who=KEEPERS | FIELD,
    )
)
register(
    ActKind(
        name="licence.ended",
        text=gettext_lazy("Licence %(number)s ends on %(valid_to)s"),
        fields={"number": str, "valid_to": str},
        who=KEEPERS | FIELD,
    )
)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewPremises:
    """Premises to be registered. Without a point (WGS 84) the address must lead to one."""

    party: UUID
    name: str
    address: str
    fields: tuple[str, ...] = ()
    lon: Decimal | None = None
    lat: Decimal | None = None
    opened_on: date | None = None


@dataclass(frozen=True, slots=True)
class Placed:
    """Where premises are: the point and the unit grid around it, if one is known."""

    lon: Decimal
    lat: Decimal
    grid: UUID | None


class Places:
    """Finds where premises are, with the ground of a day at hand for many of them."""

    def __init__(self, on: date) -> None:
        self._in_region, self._find, self._resolve = region_check(), place_finder(on), resolver(on)

    def locate(self, address: str, lon: Decimal | None, lat: Decimal | None) -> Placed:
        """Return the point that is given, or the one the address leads to, with its grid.

        BadInputError for half a point, one outside the region, and an address that leads nowhere for certain.
        """
        if (lon is None) != (lat is None):
            raise BadInputError(_("A point needs a longitude and a latitude."))
        if lon is None or lat is None:
            found = self._resolve(address)
            if found.point is None or found.grid is None:
                message = _("The address “%(address)s” leads to no point for certain; give longitude and latitude.")
                raise BadInputError(message % {"address": address})
            return Placed(*found.point, found.grid)
        if not self._in_region(lon, lat):
            raise BadInputError(_("The point lies outside the region; were longitude and latitude exchanged?"))
        return Placed(lon, lat, self._find(lon, lat).grid)


_INSERT = """
INSERT INTO things_premises (id, party_id, name, address, fields, grid_id, lon, lat, opened_on)
VALUES (%s, %s, %s, %s, %s::text[], %s, %s, %s, %s)
"""


@write
def register_premises_of(*, actor: Actor, at: datetime, premises: Sequence[NewPremises]) -> list[UUID]:
    """Register many premises, an act each; returns their ids in the order given. All or none; errors as for one."""
    day = legal_day(at)
    wanted = {new.party for new in premises}
    standing = Party.objects.filter(Q(ended_on__isnull=True) | Q(ended_on__gt=day), id__in=wanted)
    if wanted - set(standing.values_list("id", flat=True)):
        raise MissingError(_("There is no such party."))
    places = Places(day)
    with statements.ahead():
        return [_register(actor, at, new, places.locate(new.address, new.lon, new.lat), None) for new in premises]


@write
def register_premises(
    *,
    actor: Actor,
    at: datetime,
    party: UUID,
    name: str,
    address: str,
    fields: Iterable[str] = (),
    lon: Decimal | None = None,
    lat: Decimal | None = None,
    opened_on: date | None = None,
    key: str | None = None,
) -> UUID:
    """Register the premises of a party; `fields` are branches of matters (F01 to F29), the point is WGS 84.

    Without a point the address must lead to one for certain. MissingError for an unknown party or one that is no more;
    BadInputError for the rest.
    """
    new = NewPremises(
        party=party, name=name, address=address, fields=tuple(fields), lon=lon, lat=lat, opened_on=opened_on
    )  # fmt: skip
    once = Once.of(
        key, "premises.registered", party, name, address, list(new.fields), str(lon), str(lat), str(opened_on)
    )  # fmt: skip
    if done := earlier(actor=actor, once=once):
        return done.stream
    if not Party.objects.filter(Q(ended_on__isnull=True) | Q(ended_on__gt=legal_day(at)), id=party).exists():
        raise MissingError(_("There is no such party."))
    return _register(actor, at, new, Places(legal_day(at)).locate(address, lon, lat), once)


def _register(actor: Actor, at: datetime, new: NewPremises, where: Placed, once: Once | None) -> UUID:
    premises = uuid7()
    name, address, fields = _text(new.name, _("name")), _text(new.address, _("address")), check_fields(new.fields)
    opened = new.opened_on or legal_day(at)
    record(
        kind="premises.registered", actor=actor, at=at, stream=premises, about=[new.party], once=once,
        payload={"name": name, "party": str(new.party), "fields": fields},
        along=[Part("premises", _INSERT, [
            premises, new.party, name, address, fields, where.grid, where.lon, where.lat, opened,
        ])],
    )  # fmt: skip
    return premises


@write
def correct_premises(*, actor: Actor, at: datetime, premises: UUID, **values: Any) -> None:
    """Correct premises: name, address, fields, lon, lat. A moved point gets its grid anew; what is not named stays."""
    row = _locked(premises)
    unknown = values.keys() - {"name", "address", "fields", "lon", "lat"}
    if unknown:
        raise BadInputError(_("This cannot be corrected: %(fields)s.") % {"fields": ", ".join(sorted(unknown))})
    if "name" in values:
        values["name"] = _text(values["name"], _("name"))
    if "address" in values:
        values["address"] = _text(values["address"], _("address"))
    if "fields" in values:
        values["fields"] = check_fields(values["fields"])
    if values.keys() & {"lon", "lat"}:
        lon, lat = values.get("lon", row.lon), values.get("lat", row.lat)
        where = Places(legal_day(at)).locate(row.address, lon, lat)
        values |= {"lon": where.lon, "lat": where.lat, "grid_id": where.grid}
    changed = {name: value for name, value in values.items() if getattr(row, name) != value}
    if not changed:
        return
    named = sorted("grid" if name == "grid_id" else name for name in changed)
    record(
        kind="premises.corrected", actor=actor, at=at, stream=premises, about=[row.party_id], payload={"changed": named}
    )  # fmt: skip
    Premises.objects.filter(id=premises).update(**changed)


@write
def hand_over_premises(*, actor: Actor, at: datetime, premises: UUID, party: UUID, since: date) -> None:
    """Record that premises belong to another party from a day on; both parties' files name it."""
    row = _locked(premises)
    if row.party_id == party:
        raise ConflictError(_("The premises belong to this party already."))
    if not Party.objects.filter(Q(ended_on__isnull=True) | Q(ended_on__gt=since), id=party).exists():
        raise MissingError(_("There is no such party."))
    record(
        kind="premises.handed_over", actor=actor, at=at, stream=premises, about=[row.party_id, party],
        payload={"party": str(party), "since": since.isoformat()},
    )  # fmt: skip
    Premises.objects.filter(id=premises).update(party=party)


@write
def close_premises(*, actor: Actor, at: datetime, premises: UUID, closed_on: date) -> None:
    """Record that premises closed: open until the day before."""
    row = _locked(premises)
    if row.closed_on is not None:
        raise ConflictError(_("These premises are closed already."))
    if closed_on <= row.opened_on:
        raise BadInputError(_("Premises cannot close before they opened (%(day)s).") % {"day": row.opened_on})
    record(
        kind="premises.closed", actor=actor, at=at, stream=premises, about=[row.party_id],
        payload={"closed_on": closed_on.isoformat()},
    )  # fmt: skip
    Premises.objects.filter(id=premises).update(closed_on=closed_on)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewLicence:
    """A licence to be recorded, both days included; without `valid_to` it holds on."""

    premises: UUID
    name: str
    number: str
    issuer: str
    valid_from: date
    valid_to: date | None = None


_INSERT_LICENCE = """
INSERT INTO things_licence (id, premises_id, name, number, issuer, valid_from, valid_to)
VALUES (%s, %s, %s, %s, %s, %s, %s)
"""


@write
def record_licences(*, actor: Actor, at: datetime, licences: Sequence[NewLicence]) -> list[UUID]:
    """Record licences, an act each; returns their ids in the order given. All or none.

    MissingError for unknown premises; BadInputError for a span that ends before it begins or overlaps another licence
    of the same name on the same premises, one that stands already or one of the list.
    """
    # The rows are held, so that two lists at once do not record one licence twice.
    rows = Premises.objects.select_for_update().filter(id__in={new.premises for new in licences}).order_by("id")
    party_of = dict(rows.values_list("id", "party_id"))
    known: dict[tuple[UUID, str], list[_Span]] = {}
    for span in Licence.objects.filter(premises__in=party_of).values_list(
        "premises_id", "name", "number", "valid_from", "valid_to"
    ):
        known.setdefault(span[:2], []).append(_Span(*span[2:]))
    done = []
    with statements.ahead():
        for new in licences:
            if new.premises not in party_of:
                raise MissingError(_("There are no such premises."))
            done.append(_record_licence(actor, at, new, party_of[new.premises], known))
    return done


@dataclass(frozen=True, slots=True)
class _Span:
    """The days of a licence that stands."""

    number: str
    first: date
    last: date | None

    def meets(self, first: date, last: date | None) -> bool:
        return (self.last is None or first <= self.last) and (last is None or self.first <= last)


def _record_licence(
    actor: Actor, at: datetime, new: NewLicence, party: UUID, known: dict[tuple[UUID, str], list[_Span]]
) -> UUID:
    if new.valid_to is not None and new.valid_to < new.valid_from:
        raise BadInputError(_("A licence cannot end before it begins."))
    name, number = _text(new.name, _("name of the licence")), _text(new.number, _("number of the licence"))
    beside = known.setdefault((new.premises, name), [])
    for other in beside:
        if other.meets(new.valid_from, new.valid_to):
            message = _("The span overlaps licence %(number)s (%(first)s to %(last)s); end that one first.")
            raise BadInputError(message % {"number": other.number, "first": other.first, "last": other.last or "…"})
    beside.append(_Span(number, new.valid_from, new.valid_to))
    licence = uuid7()
    record(
        kind="licence.recorded", actor=actor, at=at, stream=new.premises, about=[party],
        payload={
            "name": name, "number": number, "valid_from": new.valid_from.isoformat(),
            "valid_to": new.valid_to.isoformat() if new.valid_to else "",
        },
        along=[Part("licence", _INSERT_LICENCE, [
            licence, new.premises, name, number, new.issuer.strip(), new.valid_from, new.valid_to,
        ])],
    )  # fmt: skip
    return licence


@write
def record_licence(
    *,
    actor: Actor,
    at: datetime,
    premises: UUID,
    name: str,
    number: str,
    issuer: str,
    valid_from: date,
    valid_to: date | None = None,
) -> UUID:
    """Record one licence of premises; errors as in `record_licences`."""
    new = NewLicence(
        premises=premises, name=name, number=number, issuer=issuer, valid_from=valid_from, valid_to=valid_to
    )  # fmt: skip
    return record_licences(actor=actor, at=at, licences=[new])[0]


@write
def end_licence(*, actor: Actor, at: datetime, licence: UUID, valid_to: date) -> None:
    """End a licence earlier: `valid_to` is its last day."""
    row = Licence.objects.select_for_update().filter(id=licence).first()
    if row is None:
        raise MissingError(_("There is no such licence."))
    if valid_to < row.valid_from or (row.valid_to is not None and valid_to > row.valid_to):
        message = _("The last day must lie between %(first)s and %(last)s.")
        raise BadInputError(message % {"first": row.valid_from, "last": row.valid_to or "…"})
    record(
        kind="licence.ended", actor=actor, at=at, stream=row.premises_id,
        payload={"number": row.number, "valid_to": valid_to.isoformat()},
    )  # fmt: skip
    Licence.objects.filter(id=licence).update(valid_to=valid_to)


def check_fields(fields: Iterable[str]) -> list[str]:
    """Return branches of matters in their order, each once; BadInputError for what is none (F01 to F29)."""
    clean = sorted({field.strip().upper() for field in fields if field.strip()})
    strange = [field for field in clean if not _FIELD_CODE.fullmatch(field)]
    if strange:
        raise BadInputError(_("There are the fields F01 to F29, not %(fields)s.") % {"fields": ", ".join(strange)})
    return clean


def _text(text: str, what: str) -> str:
    clean = " ".join(text.split())
    if not clean or len(clean) > TEXT_LIMIT:
        message = _("The %(what)s is missing or longer than %(most)d characters.")
        raise BadInputError(message % {"what": what, "most": TEXT_LIMIT})
    return clean


def _locked(premises: UUID) -> Premises:
    row = Premises.objects.select_for_update().filter(id=premises).first()
    if row is None:
        raise MissingError(_("There are no such premises."))
    return row
