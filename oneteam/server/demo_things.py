"""The whole demo city's firms and things: parties with premises and licences, components, devices."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from oneteam.demo.trade import FirmRow, PremisesRow, Trade, credit_code
from oneteam.journal.actors import Actor
from oneteam.people.models import Unit
from oneteam.things import component_acts, party_acts, premises_acts
from oneteam.things.codes import component_type
from oneteam.things.parties import NewParty

KEEPER = "K01"  # the unit that keeps all components
KEEPER_CODE = credit_code("91", 31**4)  # nobody's


def found_things(*, actor: Actor, at: datetime, trade: Trade | None = None) -> None:
    """Register parties, their premises and licences, components and devices: an act each, in lists."""
    made = trade or Trade()
    units = dict(Unit.objects.values_list("code", "id"))
    _found_firms(actor, at, list(made.firms()))
    _found_components(actor, at, made, units[KEEPER])
    for device in made.devices():
        component_acts.register_device(
            actor=actor, at=at, code=device.code, kind=device.kind, name=device.name, unit=units[device.unit],
            used_from=device.since, plate=device.plate,
            lon=_degrees(device.at[0]) if device.at else None, lat=_degrees(device.at[1]) if device.at else None,
        )  # fmt: skip


def _found_firms(actor: Actor, at: datetime, firms: Sequence[FirmRow]) -> None:
    parties = party_acts.register_parties(actor=actor, at=at, parties=[
        NewParty(
            kind=firm.kind, name=firm.name, credit_code=firm.credit_code, address=firm.premises[0].door.address,
            representative=firm.representative,
        )
        for firm in firms
    ])  # fmt: skip
    homes: list[tuple[UUID, PremisesRow]] = [
        (party, home) for party, firm in zip(parties, firms, strict=True) for home in firm.premises
    ]
    premises = premises_acts.register_premises_of(actor=actor, at=at, premises=[
        premises_acts.NewPremises(
            party=party, name=home.name, address=home.door.address, fields=home.of, lon=_degrees(home.door.lon),
            lat=_degrees(home.door.lat), opened_on=home.opened,
        )
        for party, home in homes
    ])  # fmt: skip
    premises_acts.record_licences(actor=actor, at=at, licences=[
        premises_acts.NewLicence(
            premises=place, name=home.licence.name, number=home.licence.number, issuer=home.licence.issuer,
            valid_from=home.licence.valid_from, valid_to=home.licence.valid_to,
        )
        for place, (_party, home) in zip(premises, homes, strict=True) if home.licence is not None
    ])  # fmt: skip


def _found_components(actor: Actor, at: datetime, made: Trade, keeper: UUID) -> None:
    rows = []
    for each in made.components():
        kind = component_type(each.type)
        if kind is None:
            raise LookupError(each.type)
        rows.append(
            component_acts.NewComponent(
                code=each.code, name=kind.name_zh, unit=keeper, department_code=KEEPER_CODE, lon=_degrees(each.lon),
                lat=_degrees(each.lat), first_date=each.first, accuracy=each.accuracy,
            )
        )  # fmt: skip
    component_acts.register_components(actor=actor, at=at, components=rows)


def _degrees(value: float) -> Decimal:
    return Decimal(f"{value:.6f}")
