"""Importing places, new boundaries and house numbers: CSV and Excel, or GeoJSON with the properties as columns."""

import re
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from oneteam.directories.importing import Applied, Batch, Column, Entry, Importer, register_importer
from oneteam.directories.trying import refuse, taken_back, tried, unknown
from oneteam.kernel import sheets
from oneteam.kernel.clock import legal_day
from oneteam.kernel.errors import BadInputError, Fault
from oneteam.places import acts
from oneteam.places.labels import PLACE_KINDS
from oneteam.places.models import Place, PlaceKind
from oneteam.places.registering import NewPlace, PlacesRefusedError, plan

KEEPERS = frozenset({"operator", "system_admin"})
_LON = sheets.decimal(least=-180, most=180)
_LAT = sheets.decimal(least=-90, most=90)


def _aliases(cell: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in re.split(r"[、;；\n]", cell) if name.strip())


def _new(entry: Entry) -> NewPlace:
    """Return a row as a place: a point of GeoJSON is its point, a line a road's, anything else its outline."""
    geometry = entry.geometry
    kind = geometry["type"] if geometry else ""
    lon, lat = entry["lon"], entry["lat"]
    if geometry and kind == "Point":
        lon, lat = (Decimal(f"{value:.6f}") for value in geometry["coordinates"][:2])
    return NewPlace(
        code=entry["code"], kind=entry["kind"], name_zh=entry["name_zh"], name_en=entry["name_en"] or entry["name_zh"],
        aliases=entry["aliases"] or (), parent=entry["parent"], lon=lon, lat=lat, address=entry["address"] or "",
        outline=geometry if geometry and kind not in ("Point", "LineString") else None,
        line=geometry if kind == "LineString" else None, valid_from=entry["valid_from"],
    )  # fmt: skip


_ORDER = {kind: place for place, kind in enumerate(PlaceKind.values)}


def _parents_first(batch: Batch) -> list[tuple[Entry, NewPlace]]:
    """Return the places with their rows, wider ones first: a parent may stand below its part."""
    return sorted(((entry, _new(entry)) for entry in batch.entries), key=lambda pair: _ORDER[pair[1].kind])


def _check_places(batch: Batch) -> Iterable[Fault]:
    ordered = _parents_first(batch)
    try:
        plan([new for _entry, new in ordered], on=legal_day(batch.at))
    except PlacesRefusedError as error:
        for fault in error.faults:
            entry = ordered[fault.index][0]
            yield Fault(entry.line, fault.field, fault.message, _advice(entry, fault.field, batch))


def _advice(entry: Entry, field: str, batch: Batch) -> str:
    if field == "parent" and entry["parent"]:
        near = {*Place.objects.values_list("code", flat=True), *(other["code"] for other in batch.entries)}
        return sheets.nearest(entry["parent"], sorted(near - {entry["code"]}))
    if field == "code" and Place.objects.filter(code=entry["code"]).exists():
        return _("leave the row out, or correct the place on its page")
    return _("mend the outline, or name the place it lies in") if field == "outline" else ""


def _apply_places(batch: Batch) -> Applied:
    made = acts.register_places(
        actor=batch.actor, at=batch.at, places=[new for _entry, new in _parents_first(batch)]
    )  # fmt: skip
    batch.tell(len(made))
    return Applied(len(made), ids=list(made.values()))


def _place(entry: Entry, column: str, kinds: Sequence[str] = ()) -> Place:
    found = Place.objects.filter(code=entry[column]).defer("line", "doors").first()
    if found is None or (kinds and found.kind not in kinds):
        known = Place.objects.filter(kind__in=kinds) if kinds else Place.objects.all()
        problem = _("there is no place %(code)s of this kind") % {"code": entry[column]}
        raise unknown(entry, column, problem, known.values_list("code", flat=True))
    return found


def _redraw(batch: Batch, entry: Entry) -> None:
    if entry.geometry is None:
        raise refuse(entry, "geometry", _("a boundary comes with its outline"), _("take a GeoJSON file"))
    place = _place(entry, "code")
    parent = _place(entry, "parent").id if entry["parent"] else place.parent_id
    try:
        acts.redraw_boundary(
            actor=batch.actor, at=batch.at, place=place.id, valid_from=entry["valid_from"], outline=entry.geometry,
            parent=parent,
        )  # fmt: skip
    except BadInputError as error:
        column = "valid_from" if "valid" in str(error) or entry["valid_from"].isoformat() in str(error) else "outline"
        raise refuse(entry, column, str(error)) from error


def _number(batch: Batch) -> Applied:
    """Enter the doors of each road that the file names; what it had before is replaced."""
    roads: dict[str, list[Entry]] = {}
    for entry in batch.entries:
        roads.setdefault(entry["road"], []).append(entry)

    def take(_batch: Batch, first: Entry) -> None:
        rows = roads[first["road"]]
        doors = [[row["number"], float(row["lon"]), float(row["lat"])] for row in rows]
        acts.number_road(
            actor=batch.actor, at=batch.at, road=_place(first, "road", [PlaceKind.ROAD]).id, doors=doors
        )  # fmt: skip

    firsts = Batch(batch.actor, batch.at, [rows[0] for rows in roads.values()], stream=batch.stream, tell=batch.tell)
    tried(take, column="number")(firsts)
    return Applied(len(batch.entries))


def _target(**filters: str) -> Any:
    return lambda: reverse("directory", args=["places"]) + "".join(f"?{k}={v}" for k, v in filters.items())


_redrawn = tried(_redraw, column="outline")
_CODE = gettext_lazy("Code")
register_importer(Importer(
    name="places", label=gettext_lazy("Places"), who=KEEPERS, features=True, unique=["code"],
    check=_check_places, apply=_apply_places, target=_target(),
    note=gettext_lazy("A GeoJSON file brings outlines, lines and points; its properties are named as the columns."),
    columns=[
        Column("code", _CODE, required=True, example="330327000000001"),
        Column("kind", gettext_lazy("Kind"), required=True, parse=sheets.choice(PLACE_KINDS), example="grid"),
        Column("name_zh", gettext_lazy("Chinese name"), required=True, example="海棠一网格"),
        Column("name_en", gettext_lazy("English name"), example="Haitang Grid 1"),
        Column("parent", gettext_lazy("Lies in"), example="C07", hint=gettext_lazy("the code of a place")),
        Column("aliases", gettext_lazy("Other names"), parse=_aliases, hint=gettext_lazy("with ; between them")),
        Column("lon", gettext_lazy("Longitude"), parse=_LON, example="120.54039"),
        Column("lat", gettext_lazy("Latitude"), parse=_LAT, example="27.49317"),
        Column("address", gettext_lazy("Address"), example="海棠路 12 号"),
        Column("valid_from", gettext_lazy("First day"), parse=sheets.day, example="2026-11-25"),
    ],
))  # fmt: skip
register_importer(Importer(
    name="boundaries", label=gettext_lazy("New boundaries"), who=KEEPERS, features=True, unique=["code"],
    check=taken_back(_redrawn), apply=_redrawn, target=_target(),
    note=gettext_lazy("A GeoJSON file of places that stand already; each boundary holds from its first day on."),
    columns=[
        Column("code", _CODE, required=True, example="C07"),
        Column("valid_from", gettext_lazy("First day"), required=True, parse=sheets.day, example="2027-01-01"),
        Column("parent", gettext_lazy("Lies in"), example="A2", hint=gettext_lazy("where it is another one")),
    ],
))  # fmt: skip
register_importer(Importer(
    name="doors", label=gettext_lazy("House numbers"), who=KEEPERS, check=taken_back(_number), apply=_number,
    target=_target(kind="road"), note=gettext_lazy("The numbers of each road in the file replace those it had."),
    columns=[
        Column("road", gettext_lazy("Road"), required=True, example="R001", hint=gettext_lazy("the code of a road")),
        Column("number", gettext_lazy("Number"), required=True, parse=sheets.whole(least=1, most=99_999), example="12"),
        Column("lon", gettext_lazy("Longitude"), required=True, parse=_LON, example="120.54039"),
        Column("lat", gettext_lazy("Latitude"), required=True, parse=_LAT, example="27.49317"),
    ],
))  # fmt: skip
