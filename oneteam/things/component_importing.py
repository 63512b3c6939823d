"""Importing components, checked first and taken together, and devices, each tried by its own act."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from oneteam.directories.importing import Applied, Batch, Column, Entry, Importer, Option, register_importer
from oneteam.directories.trying import refuse, taken_back, told, tried
from oneteam.kernel import sheets
from oneteam.kernel.errors import Fault, OneteamError, TableError
from oneteam.people.queries import unit_ids
from oneteam.things import component_acts
from oneteam.things.checks import CGCS2000, GCJ02, WGS84
from oneteam.things.component_acts import OLD_DIGITS, Checking, NewComponent, Renewing, require_mapped
from oneteam.things.importing import credit_code, target
from oneteam.things.labels import ACCURACIES, DEVICE_KINDS, STATES
from oneteam.things.models import ComponentState
from oneteam.things.party_acts import KEEPERS


def _unit(entry: Entry, known: Mapping[str, UUID]) -> UUID:
    found = known.get(entry["unit"])
    if found is None:
        raise refuse(
            entry, "unit", _("there is no unit %(code)s") % {"code": entry["unit"]},
            _("look the unit's code up in the directory of units"),
        )  # fmt: skip
    return found


def _component(batch: Batch, entry: Entry, units: Mapping[str, UUID]) -> NewComponent:
    reason = entry["reason"]
    return NewComponent(
        code=entry["code"], name=entry["name"], unit=_unit(entry, units), department_code=entry["department_code"],
        lon=entry["lon"], lat=entry["lat"], first_date=entry["first_date"], accuracy=entry["accuracy"],
        system=batch.options["system"], state=entry["state"] or ComponentState.INTACT, old_code=entry["old_code"] or "",
        overrides={"EVT-02": reason, "EVT-06": reason} if reason else {},
    )  # fmt: skip


@dataclass(slots=True)
class _Plan:
    """What becomes of a file's rows: components to register, rows left out with a reason (EVT-09), faults."""

    components: list[NewComponent] = field(default_factory=list)
    left_out: list[Fault] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)


def _plan(batch: Batch) -> _Plan:
    """Check every row; in a constant number of queries. A code of 16 digits is of the old standard and is renewed."""
    plan, codes = _Plan(), [entry["code"] for entry in batch.entries]
    units = unit_ids({entry["unit"] for entry in batch.entries})
    checking, renewing = Checking(batch.actor, batch.at, codes), Renewing(codes)
    for entry in batch.entries:
        try:
            written = _component(batch, entry, units)
            old = len(written.code) == OLD_DIGITS
            new = renewing.renew(written, line=entry.line) if old else written
            if new is None:
                plan.left_out.append(_left_out(batch, entry))
                continue
            checking.check(new)
            plan.components.append(new)
        except OneteamError as error:
            plan.faults += told(entry, error, column="code")
    return plan


def _left_out(batch: Batch, entry: Entry) -> Fault:
    """Return why a row of an old type without a new one is left out; RefusedError where no reason is given."""
    unmapped = [(entry.line, entry["code"][6:10], entry["name"])]
    require_mapped(unmapped, actor=batch.actor, at=batch.at, reason=entry["reason"] or "")
    return Fault(
        entry.line, "code",
        _("EVT-09: the old type %(type)s “%(name)s” has no type of five digits; this row is left out: %(reason)s")
        % {"type": entry["code"][6:10], "name": entry["name"], "reason": entry["reason"]},
        _("write the code of 17 digits to have it taken"),
    )  # fmt: skip


def _check_components(batch: Batch) -> Iterable[Fault]:
    plan = _plan(batch)
    batch.left_out.extend(plan.left_out)
    return plan.faults


def _apply_components(batch: Batch) -> Applied:
    plan = _plan(batch)
    if plan.faults:  # somebody else's write came between the check and this
        raise TableError(plan.faults)
    made = component_acts.register_components(actor=batch.actor, at=batch.at, components=plan.components)
    batch.tell(len(batch.entries))
    return Applied(len(made), ids=made)


def _take_device(batch: Batch, entry: Entry) -> None:
    component_acts.register_device(
        actor=batch.actor, at=batch.at, code=entry["code"], kind=entry["kind"], name=entry["name"],
        unit=_unit(entry, unit_ids([entry["unit"]])),
        used_from=entry["used_from"], plate=entry["plate"] or "", lon=entry["lon"], lat=entry["lat"],
    )  # fmt: skip


_UNIT = Column("unit", gettext_lazy("Kept by"), required=True, example="U07", hint=gettext_lazy("the code of a unit"))
_LON = Column("lon", gettext_lazy("Longitude"), parse=sheets.decimal(least=-180, most=180), example="120.54039")
_LAT = Column("lat", gettext_lazy("Latitude"), parse=sheets.decimal(least=-90, most=90), example="27.49317")
_devices = tried(_take_device, column="code")
register_importer(Importer(
    name="components", label=gettext_lazy("Components"), who=KEEPERS, unique=["code"], check=_check_components,
    apply=_apply_components, target=target("components"),
    options=[Option(
        "system", gettext_lazy("Coordinates"), CGCS2000, gettext_lazy("GCJ-02 is computed back and is of class C."),
        [(CGCS2000, "CGCS2000"), (WGS84, "WGS 84"), (GCJ02, "GCJ-02")],
    )],
    columns=[
        Column("code", gettext_lazy("Code of 17 digits"), required=True, example="99038301021000001",
               hint=gettext_lazy("16 digits of the old standard become 17")),
        Column("name", gettext_lazy("Name"), required=True, example="雨水井盖"),
        _UNIT,
        Column("department_code", gettext_lazy("Credit code of the department"), required=True, parse=credit_code),
        Column("lon", _LON.label, required=True, parse=_LON.parse, example=_LON.example),
        Column("lat", _LAT.label, required=True, parse=_LAT.parse, example=_LAT.example),
        Column("accuracy", gettext_lazy("Accuracy"), parse=sheets.choice(ACCURACIES), example="B"),
        Column("state", gettext_lazy("State"), parse=sheets.choice(STATES), example="intact"),
        Column("first_date", gettext_lazy("First recorded on"), required=True, parse=sheets.day, example="2026-03-05"),
        Column("old_code", gettext_lazy("Former code")),
        Column("reason", gettext_lazy("Reason where a check warns")),
    ],
))  # fmt: skip
register_importer(Importer(
    name="devices", label=gettext_lazy("Devices"), who=KEEPERS, unique=["code", "plate"],
    check=taken_back(_devices), apply=_devices, target=target("devices"),
    columns=[
        Column("code", gettext_lazy("Code"), required=True, example="REC-0001"),
        Column("kind", gettext_lazy("Kind"), required=True, parse=sheets.choice(DEVICE_KINDS), example="recorder"),
        Column("name", gettext_lazy("Name"), required=True, example="执法记录仪 1 号"),
        _UNIT,
        Column("used_from", gettext_lazy("Used from"), required=True, parse=sheets.day, example="2026-03-05"),
        Column("plate", gettext_lazy("Plate"), example="浙C12345", hint=gettext_lazy("of a vehicle")),
        _LON, _LAT,
    ],
))  # fmt: skip
