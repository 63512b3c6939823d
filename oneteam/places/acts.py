"""Writes to the ground: the region, its places, their boundaries by date and the doors of roads."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from psycopg.types.json import Jsonb

from oneteam.journal import statements
from oneteam.journal.actors import Actor
from oneteam.journal.acts import Recorded, record, write
from oneteam.journal.kinds import ActKind, register
from oneteam.kernel.clock import legal_day
from oneteam.kernel.errors import BadInputError, ConflictError, MissingError
from oneteam.kernel.geometry import Outline
from oneteam.kernel.ids import uuid7
from oneteam.places.models import BOUNDED, EDITION_ID, Boundary, Edition, Place, PlaceKind, Region
from oneteam.places.outlines import check_line, check_outline, check_point_within, check_within
from oneteam.places.registering import PARENTS, NewPlace, check_doors, plan

_WHO = frozenset({"operator", "system_admin"})
register(ActKind(name="region.defined", text=gettext_lazy("Region %(code)s defined"), fields={"code": str}, who=_WHO))
register(
    ActKind(
        name="place.registered",
        text=gettext_lazy("Place %(code)s registered"),
        fields={"code": str, "kind": str},
        who=_WHO,
    )
)
register(
    ActKind(
        name="place.corrected",
        text=gettext_lazy("Place %(code)s corrected"),
        fields={"code": str, "changed": list},
        who=_WHO,
    )
)
register(
    ActKind(
        name="place.redrawn",
        text=gettext_lazy("Boundary of %(code)s redrawn from %(valid_from)s"),
        fields={"code": str, "valid_from": str},
        who=_WHO,
    )
)
register(
    ActKind(
        name="road.numbered",
        text=gettext_lazy("House numbers of %(code)s entered: %(doors)s"),
        fields={"code": str, "doors": int},
        who=_WHO,
    )
)
register(
    ActKind(
        name="place.closed",
        text=gettext_lazy("Place %(code)s is no more from %(closed_on)s"),
        fields={"code": str, "closed_on": str},
        who=_WHO,
    )
)


@write
def define_region(*, actor: Actor, at: datetime, code: str, name_zh: str, name_en: str, outline: Any) -> UUID:
    """Define the region of this city: its division code, names and outline (rings of longitude, latitude; WGS 84).

    Without an outline no point is refused for lying outside.
    ConflictError where a region is defined already, BadInputError for an outline that cannot be one.
    """
    if Region.objects.exists():
        raise ConflictError(_("The region of this city is defined already."))
    rings = check_outline(outline) if outline else []
    region = uuid7()
    act = record(kind="region.defined", actor=actor, at=at, stream=region, payload={"code": code})
    Region.objects.create(id=region, code=code, name_zh=name_zh, name_en=name_en, outline=rings)
    _begin_edition(act)
    return region


_PLACE = """
INSERT INTO places_place (id, code, kind, name_zh, name_en, aliases, parent_id, lon, lat, address, line, doors)
VALUES (%s, %s, %s, %s, %s, %s::text[], %s, %s, %s, %s, %s, %s)
"""
_BOUNDARY = "INSERT INTO places_boundary (id, place_id, parent_id, outline, valid_from) VALUES (%s, %s, %s, %s, %s)"


@write
def register_places(*, actor: Actor, at: datetime, places: Sequence[NewPlace]) -> dict[str, UUID]:
    """Register places, parents before children, an act a place; returns their ids by code. All or none.

    PlacesRefusedError names every place that cannot be registered: a code that another one has, a grid code that is
    none, a parent of the wrong kind, an outline that crosses itself or sticks out of its parent's.
    """
    planned = plan(places, on=legal_day(at))
    act = None
    for row in planned:
        new, code = row.new, row.new.code.strip()
        payload = {"code": code, "kind": new.kind}
        act = record(kind="place.registered", actor=actor, at=at, stream=row.id, payload=payload)
        statements.run(_PLACE, [
            row.id, code, new.kind, new.name_zh, new.name_en, list(new.aliases), row.parent, row.lon, row.lat,
            new.address, _json(row.line), _json(row.doors),
        ])  # fmt: skip
        if row.outline is not None:
            statements.run(_BOUNDARY, [uuid7(), row.id, row.parent, Jsonb(row.outline), row.valid_from])
    if act is not None:
        _begin_edition(act)
    return {row.new.code.strip(): row.id for row in planned}


def _json(value: Any) -> Jsonb | None:
    return Jsonb(value) if value is not None else None


@write
def correct_place(*, actor: Actor, at: datetime, place: UUID, **values: Any) -> None:
    """Correct what was entered wrongly or has changed: name_zh, name_en, aliases, lon, lat, address.

    Nothing is recorded where nothing differs. MissingError for an unknown place, BadInputError for another field.
    """
    row = _locked(place)
    unknown = values.keys() - {"name_zh", "name_en", "aliases", "lon", "lat", "address"}
    if unknown:
        raise BadInputError(_("This cannot be corrected: %(fields)s.") % {"fields": ", ".join(sorted(unknown))})
    if not str(values.get("name_zh", row.name_zh)).strip():
        raise BadInputError(_("A place needs its Chinese name."))
    changed = {name: value for name, value in values.items() if getattr(row, name) != value}
    if not changed:
        return
    if changed.keys() & {"lon", "lat"}:
        _check_point(row, changed.get("lon", row.lon), changed.get("lat", row.lat), legal_day(at))
    payload = {"code": row.code, "changed": sorted(changed)}
    act = record(kind="place.corrected", actor=actor, at=at, stream=place, payload=payload)
    Place.objects.filter(id=place).update(**changed)
    _begin_edition(act)


@write
def redraw_boundary(
    *, actor: Actor, at: datetime, place: UUID, valid_from: date, outline: Any, parent: UUID | None
) -> UUID:
    """Give an area, community or grid another outline, or another parent, from a day on; the one before ends the day
    before. What was in force earlier stays as it was, for files of those days.

    BadInputError where the day lies before the present boundary's first (its validity would overlap), for a parent of
    the wrong kind, or an outline outside its parent's.
    """
    row = _locked(place)
    if row.kind not in BOUNDED:
        raise BadInputError(_("Only areas, communities and grids have a boundary."))
    whole = _parent(row.kind, parent, valid_from)
    rings = check_outline(outline)
    if whole is not None and parent is not None:
        name = Place.objects.values_list("name_zh", flat=True).get(id=parent)
        check_within(rings, whole, part_name=row.name_zh, whole_name=name)
    last = Boundary.objects.filter(place=place).order_by("-valid_from").first()
    if last is not None and valid_from <= last.valid_from:
        message = _("%(name)s has a boundary from %(day)s on; the new one must begin after that day.")
        raise BadInputError(message % {"name": row.name_zh, "day": last.valid_from.isoformat()})
    boundary = uuid7()
    payload = {"code": row.code, "valid_from": valid_from.isoformat()}
    act = record(kind="place.redrawn", actor=actor, at=at, stream=place, payload=payload)
    if last is not None and (last.valid_to is None or last.valid_to >= valid_from):
        Boundary.objects.filter(id=last.id).update(valid_to=valid_from - timedelta(days=1))
    Boundary.objects.create(id=boundary, place_id=place, parent_id=parent, outline=rings, valid_from=valid_from)
    _begin_edition(act)
    return boundary


@write
def number_road(*, actor: Actor, at: datetime, road: UUID, doors: Sequence[Sequence[float]], line: Any = None) -> None:
    """Enter the doors of a road anew ([number, longitude, latitude]) and, if given, its line.

    BadInputError for what is no road, a number that stands twice or a point that is none.
    """
    row = _locked(road)
    if row.kind != PlaceKind.ROAD:
        raise BadInputError(_("Only roads have house numbers."))
    values: dict[str, Any] = {"doors": check_doors(doors)}
    if line is not None:
        values["line"] = check_line(line)
    payload = {"code": row.code, "doors": len(values["doors"])}
    act = record(kind="road.numbered", actor=actor, at=at, stream=road, payload=payload)
    Place.objects.filter(id=road).update(**values)
    _begin_edition(act)


@write
def close_place(*, actor: Actor, at: datetime, place: UUID, closed_on: date) -> None:
    """Record that a place is no more from a day on. BadInputError while something still lies in it on that day."""
    row = _locked(place)
    if row.closed_on is not None:
        raise ConflictError(_("This place is closed already."))
    inside = Boundary.objects.filter(parent=place, valid_to__isnull=True).exclude(place__closed_on__lte=closed_on)
    if inside.exists():
        names = ", ".join(inside.order_by("place__code").values_list("place__name_zh", flat=True)[:5])
        message = _("Other places still lie in it; redraw or close them first: %(names)s.")
        raise BadInputError(message % {"names": names})
    act = record(
        kind="place.closed", actor=actor, at=at, stream=place,
        payload={"code": row.code, "closed_on": closed_on.isoformat()},
    )  # fmt: skip
    Place.objects.filter(id=place).update(closed_on=closed_on)
    _begin_edition(act)


def _begin_edition(act: Recorded) -> None:
    """Tell every cache that this act changed the ground; in the act's own transaction."""
    Edition.objects.update_or_create(id=EDITION_ID, defaults={"act": act.id})


def _locked(place: UUID) -> Place:
    row = Place.objects.select_for_update().filter(id=place).first()
    if row is None:
        raise MissingError(_("There is no such place."))
    return row


def _check_point(row: Place, lon: Decimal, lat: Decimal, on: date) -> None:
    """Refuse a point outside the place's own outline, else its parent's, else the region's."""
    around: list[Place | Region | None] = [row, row.parent if row.kind != PlaceKind.ROAD else None]  # it runs through
    in_force = Boundary.objects.filter(Q(valid_to__isnull=True) | Q(valid_to__gte=on), valid_from__lte=on)
    outlines = dict(in_force.filter(place__in=[row.id, row.parent_id]).values_list("place_id", "outline"))
    region = Region.objects.first()
    if region is not None:
        around.append(region)
        outlines[region.id] = region.outline
    for whole in around:
        if whole is not None and (outline := outlines.get(whole.id)):
            check_point_within(float(lon), float(lat), outline, part_name=row.name_zh, whole_name=whole.name_zh)
            return


def _parent(kind: str, parent: UUID | None, on: date) -> Outline | None:
    """Return the outline in force of a parent that may be one for this kind of place."""
    if parent is None:
        if None not in PARENTS[kind]:
            raise BadInputError(_("A grid lies in a community; name it."))
        return None
    row = Place.objects.filter(id=parent).first()
    if row is None:
        raise MissingError(_("There is no such place."))
    if row.kind not in PARENTS[kind]:
        raise BadInputError(_("%(name)s cannot hold a place of this kind.") % {"name": row.name_zh})
    in_force = Boundary.objects.filter(Q(valid_to__isnull=True) | Q(valid_to__gte=on), place=row, valid_from__lte=on)
    return in_force.values_list("outline", flat=True).first()
