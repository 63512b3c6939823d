"""Writes to components and devices."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from oneteam.journal import statements
from oneteam.journal.actors import Actor
from oneteam.journal.acts import record, write
from oneteam.journal.checks import Context, require
from oneteam.journal.kinds import ActKind, register
from oneteam.journal.queries import label_values
from oneteam.journal.statements import Part
from oneteam.kernel.citycodes import component_id
from oneteam.kernel.clock import legal_day
from oneteam.kernel.coordinates import to_wgs84
from oneteam.kernel.errors import BadInputError, ConflictError, MissingError
from oneteam.kernel.idnumbers import check_credit_code
from oneteam.kernel.ids import uuid7
from oneteam.kernel.plates import check_plate
from oneteam.places.queries import place_finder, place_of, region
from oneteam.things.checks import CGCS2000, EQUAL, GCJ02
from oneteam.things.codes import mapped
from oneteam.things.labels import STATES
from oneteam.things.models import Accuracy, Component, ComponentState, Device, DeviceKind
from oneteam.things.party_acts import KEEPERS

register(
    ActKind(
        name="component.registered",
        text=gettext_lazy("Component %(code)s registered"),
        fields={"code": str, "overrides": list},
        who=KEEPERS,
    )
)
register(
    ActKind(
        name="component.changed",
        text=gettext_lazy("Component %(code)s is now: %(state)s"),
        fields={"code": str, "state": str, "changed_on": str},
        who=KEEPERS | {"dispatcher", "grid_attendant", "officer", "contractor_manager", "contractor_crew"},
    )
)
register(
    ActKind(
        name="device.registered",
        text=gettext_lazy("Device %(code)s registered"),
        fields={"code": str, "kind": str},
        who=KEEPERS,
    )
)
register(
    ActKind(
        name="device.retired",
        text=gettext_lazy("Device %(code)s is used until %(used_to)s"),
        fields={"code": str, "used_to": str},
        who=KEEPERS,
    )
)
label_values("component.changed", "state", STATES)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewComponent:
    """A component to be registered, with the mandatory attributes of GB/T 47678.5; the grid follows from the point.

    `system` is that of `lon` and `lat`: CGCS2000, WGS84 (equal to some centimetres) or GCJ02, which is computed back.
    `overrides`: reasons to go against EVT-02 or EVT-06.
    """

    code: str
    name: str
    unit: UUID
    department_code: str
    lon: Decimal
    lat: Decimal
    first_date: date
    accuracy: str | None = None
    system: str = CGCS2000
    state: str = ComponentState.INTACT
    old_code: str = ""
    overrides: Mapping[str, str] = field(default_factory=dict)


OLD_DIGITS = 16  # division (6), type (4), serial number (6) of GB/T 30428.2
_INSERT = """
INSERT INTO things_component (id, code, type, name, unit_id, department_code, grid_id, lon, lat, accuracy, state,
  first_date, old_code)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
"""


@dataclass(frozen=True, slots=True)
class Checked:
    """A component that may be registered: in the standard's system, with its grid and the reasons that stand."""

    new: NewComponent
    department: str
    grid: UUID
    reasons: Mapping[str, str]


class Checking:
    """Checks components before any of them is written, with the ground and the codes taken at hand for many."""

    def __init__(self, actor: Actor, at: datetime, codes: Iterable[str]) -> None:
        here = region()
        if here is None:
            raise BadInputError(_("The region is not defined yet."))
        self._actor, self._at, self._division, self._find = actor, at, here.code, place_finder(legal_day(at))
        wanted = {code.strip() for code in codes}
        self._taken = set(Component.objects.filter(code__in=wanted).values_list("code", flat=True))

    def check(self, new: NewComponent) -> Checked:
        """Return a component as it will be written. Raises as `register_components`."""
        facts = {"code": new.code, "division": self._division, "system": new.system, "accuracy": new.accuracy}
        context = Context(
            step="component.register", object_id=uuid7(), state=None, actor=self._actor, at=self._at, facts=facts
        )  # fmt: skip
        if new.code.strip() in self._taken:
            raise BadInputError(_("There is a component %(code)s already.") % {"code": new.code.strip()})
        reasons = require("EVT-02", "EVT-06", context=context, overrides=new.overrides)
        new = to_standard(new)
        if new.state not in ComponentState.values:
            raise BadInputError(_("There is no state “%(state)s”.") % {"state": new.state})
        if not new.name.strip():
            raise BadInputError(_("A component needs its name."))
        department, grid = check_credit_code(new.department_code), self._find(new.lon, new.lat).grid
        if grid is None:
            message = _("No unit grid holds the point of component %(code)s (%(lon)s, %(lat)s).")
            raise BadInputError(message % {"code": new.code, "lon": new.lon, "lat": new.lat})
        self._taken.add(new.code)
        return Checked(new, department, grid, reasons)


@write
def register_components(*, actor: Actor, at: datetime, components: Sequence[NewComponent]) -> list[UUID]:
    """Register components, an act each; returns their ids in the order given. All or none.

    Checks EVT-02 and EVT-06, which a component's `overrides` may go against: RefusedError. BadInputError for a code
    that is taken, a state that is none, a department code that cannot be one, or a point that no unit grid holds.
    """
    checking = Checking(actor, at, [new.code for new in components])
    checked = [checking.check(new) for new in components]
    with statements.ahead():
        return [_register(actor, at, each) for each in checked]


@write
def register_old_components(
    *, actor: Actor, at: datetime, components: Sequence[NewComponent], overrides: Mapping[str, str] | None = None
) -> list[UUID]:
    """Register components of the old standard, whose `code` has 16 digits; each gets its 17 and keeps the old ones.

    The type of five digits follows from the old one and the name. EVT-09 names every row of a type that has become
    none; with a reason in `overrides` these rows are left out. BadInputError for a code that is none of 16 digits of
    the region; for the rest as `register_components`.
    """
    given = dict(overrides or {})
    reason = given.pop("EVT-09", "")
    renewing = Renewing()
    fresh = [renewing.renew(replace(old, overrides=given), line=line) for line, old in enumerate(components, 1)]
    unmapped = [
        (line, old.code.strip()[6:10], old.name.strip())
        for line, (old, new) in enumerate(zip(components, fresh, strict=True), 1)
        if new is None
    ]
    require_mapped(unmapped, actor=actor, at=at, reason=reason)
    return register_components(actor=actor, at=at, components=[new for new in fresh if new is not None])


def require_mapped(unmapped: Sequence[tuple[int, str, str]], *, actor: Actor, at: datetime, reason: str) -> None:
    """Ask EVT-09 about rows (line, old type, name) whose type has become none; RefusedError without a reason."""
    context = Context(
        step="component.register_old", object_id=uuid7(), state=None, actor=actor, at=at, facts={"unmapped": unmapped}
    )  # fmt: skip
    require("EVT-09", context=context, overrides={"EVT-09": reason} if reason else {})


class Renewing:
    """Gives components of the old standard their codes of 17 digits: the old serial number where it is free.

    Several old types may have become one. `besides` are codes that other rows of the same list bring.
    """

    def __init__(self, besides: Iterable[str] = ()) -> None:
        here = region()
        self._division = here.code if here is not None else ""
        self._taken = {*Component.objects.values_list("code", flat=True), *besides}

    def renew(self, old: NewComponent, *, line: int) -> NewComponent | None:
        """Return a component under its new code; None where its old type has become none (EVT-09).

        BadInputError for a code that is none of 16 digits of the region.
        """
        code = old.code.strip()
        if len(code) != OLD_DIGITS or not code.isdecimal() or code[:6] != self._division:
            message = _("Row %(line)d: “%(code)s” is no code of 16 digits of the region %(division)s.")
            raise BadInputError(message % {"line": line, "code": code, "division": self._division})
        kind = mapped(code[6:10], old.name)
        return None if kind is None else replace(old, code=self._code(kind.code, int(code[10:])), old_code=code)

    def _code(self, kind: str, serial: int) -> str:
        while (code := component_id(self._division, kind, max(serial, 1))) in self._taken:
            serial = serial + 1
        self._taken.add(code)
        return code


def _register(actor: Actor, at: datetime, checked: Checked) -> UUID:
    component, new = uuid7(), checked.new
    reasons = [{"check": check, "reason": why} for check, why in sorted(checked.reasons.items())]
    record(
        kind="component.registered", actor=actor, at=at, stream=component,
        payload={"code": new.code, "overrides": reasons},
        along=[Part("component", _INSERT, [
            component, new.code, new.code[6:11], new.name.strip(), new.unit, checked.department, checked.grid, new.lon,
            new.lat, new.accuracy if new.accuracy in Accuracy.values else None, new.state, new.first_date, new.old_code,
        ])],
    )  # fmt: skip
    return component


def to_standard(new: NewComponent) -> NewComponent:
    """Return the component with its point in CGCS2000; a point of GCJ-02 is computed back and of class C at best.

    How exact a point of an unknown system is nobody knows.
    """
    code = new.code.strip()
    if new.system in EQUAL:
        return replace(new, code=code)
    if new.system != GCJ02:
        return replace(new, code=code, accuracy=None)
    lon, lat = to_wgs84(float(new.lon), float(new.lat))
    return replace(
        new, code=code, lon=Decimal(f"{lon:.6f}"), lat=Decimal(f"{lat:.6f}"), system=CGCS2000,
        accuracy=Accuracy.C if new.accuracy else None,
    )  # fmt: skip


@write
def register_component(
    *,
    actor: Actor,
    at: datetime,
    code: str,
    name: str,
    unit: UUID,
    department_code: str,
    lon: Decimal,
    lat: Decimal,
    first_date: date,
    accuracy: str | None = None,
    system: str = CGCS2000,
    overrides: Mapping[str, str] | None = None,
) -> UUID:
    """Register one component; errors as in `register_components`."""
    new = NewComponent(
        code=code, name=name, unit=unit, department_code=department_code, lon=lon, lat=lat, first_date=first_date,
        accuracy=accuracy or None, system=system, overrides=overrides or {},
    )  # fmt: skip
    return register_components(actor=actor, at=at, components=[new])[0]


@write
def change_component(*, actor: Actor, at: datetime, component: UUID, state: str, changed_on: date) -> None:
    """Record a component's new state (intact, damaged, missing, removed) and the day it changed."""
    row = Component.objects.select_for_update().filter(id=component).first()
    if row is None:
        raise MissingError(_("There is no such component."))
    if state not in ComponentState.values:
        raise BadInputError(_("There is no state “%(state)s”.") % {"state": state})
    if row.state == state:
        raise ConflictError(_("The component is in this state already."))
    if changed_on < row.first_date or changed_on > legal_day(at):
        message = _("The day must lie between the first record (%(first)s) and today.")
        raise BadInputError(message % {"first": row.first_date})
    record(
        kind="component.changed", actor=actor, at=at, stream=component,
        payload={"code": row.code, "state": state, "changed_on": changed_on.isoformat()},
    )  # fmt: skip
    Component.objects.filter(id=component).update(state=state, changed_on=changed_on)


@write
def register_device(
    *,
    actor: Actor,
    at: datetime,
    code: str,
    kind: str,
    name: str,
    unit: UUID,
    used_from: date,
    plate: str = "",
    lon: Decimal | None = None,
    lat: Decimal | None = None,
) -> UUID:
    """Register a device. A vehicle has a plate; a camera or sensor a point, the others none.

    BadInputError for a code or plate that is taken, a plate that cannot be one, a missing point or plate.
    """
    if kind not in DeviceKind.values:
        raise BadInputError(_("There is no kind of device “%(kind)s”.") % {"kind": kind})
    if not code.strip() or not name.strip():
        raise BadInputError(_("A device needs a code and a name."))
    if Device.objects.filter(code=code.strip()).exists():
        raise BadInputError(_("There is a device %(code)s already.") % {"code": code.strip()})
    if (kind == DeviceKind.VEHICLE) != bool(plate.strip()):
        raise BadInputError(_("A vehicle has a plate, and no other device has one."))
    number = check_plate(plate) if plate.strip() else None
    if number is not None and Device.objects.filter(plate=number).exists():
        raise BadInputError(_("Another vehicle has this plate."))
    fixed = kind in (DeviceKind.CAMERA, DeviceKind.SENSOR)
    if fixed != (lon is not None and lat is not None):
        raise BadInputError(_("A camera or sensor has a point (longitude, latitude), and no other device has one."))
    device = uuid7()
    record(
        kind="device.registered", actor=actor, at=at, stream=device, payload={"code": code.strip(), "kind": kind}
    )  # fmt: skip
    Device.objects.create(
        id=device, code=code.strip(), kind=kind, name=name.strip(), unit_id=unit, plate=number, lon=lon, lat=lat,
        grid_id=place_of(lon, lat, on=legal_day(at)).grid if lon is not None and lat is not None else None,
        used_from=used_from,
    )  # fmt: skip
    return device


@write
def retire_device(*, actor: Actor, at: datetime, device: UUID, used_to: date) -> None:
    """Record the last day on which a device is used."""
    row = Device.objects.select_for_update().filter(id=device).first()
    if row is None:
        raise MissingError(_("There is no such device."))
    if row.used_to is not None:
        raise ConflictError(_("The device is retired already."))
    if used_to < row.used_from:
        raise BadInputError(_("A device cannot end before it began (%(day)s).") % {"day": row.used_from})
    record(
        kind="device.retired", actor=actor, at=at, stream=device,
        payload={"code": row.code, "used_to": used_to.isoformat()},
    )  # fmt: skip
    Device.objects.filter(id=device).update(used_to=used_to)
