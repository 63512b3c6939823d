"""Features of a GeoJSON file (RFC 7946), in degrees, longitude first."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from oneteam.kernel.errors import BadInputError, Fault, TableError
from oneteam.kernel.sheets.plain import decode
from oneteam.kernel.sheets.reading import FAULTS_SHOWN, ROW_LIMIT, check_size

GEOMETRIES = ("Point", "LineString", "Polygon", "MultiPoint", "MultiLineString", "MultiPolygon")
_DEPTH = {"Point": 0, "LineString": 1, "MultiPoint": 1, "Polygon": 2, "MultiLineString": 2, "MultiPolygon": 3}
_LEAST = {"LineString": 2, "MultiLineString": 2, "Polygon": 4, "MultiPolygon": 4}


@dataclass(frozen=True, slots=True)
class Feature:
    """One feature: `line` is its number in the file, counted from 1; `geometry` as GeoJSON, checked."""

    line: int
    geometry: dict[str, Any]
    properties: dict[str, Any]


def read_features(data: bytes, *, name: str = "") -> list[Feature]:
    """Return the features of a FeatureCollection; TableError names every faulty one by its number.

    Points outside ±180 and ±90 degrees are refused (projected or exchanged coordinates), rings that are not closed as
    well. BadInputError for a file that is no FeatureCollection.
    """
    check_size(len(data))
    try:
        content = json.loads(decode(data))
    except (json.JSONDecodeError, RecursionError) as error:
        where = f" ({error.lineno}:{error.colno})" if isinstance(error, json.JSONDecodeError) else ""
        raise BadInputError(f"{name or 'GeoJSON'}{where}: " + _("this is no JSON file.")) from error
    members = content.get("features") if isinstance(content, dict) else None
    if not isinstance(members, list) or content.get("type") != "FeatureCollection":
        raise BadInputError(_("This JSON file is no GeoJSON FeatureCollection."))
    if len(members) > ROW_LIMIT:
        raise BadInputError(_("More than %(limit)d features; split the file.") % {"limit": ROW_LIMIT})
    faults: list[Fault] = []
    features: list[Feature] = []
    for number, member in enumerate(members, 1):
        problem = _problem(member)
        if problem:
            faults.append(Fault(number, "geometry", problem))
        else:
            features.append(Feature(number, member["geometry"], dict(member.get("properties") or {})))
        if len(faults) >= FAULTS_SHOWN:
            break
    if faults:
        raise TableError(faults)
    return features


def _problem(member: object) -> str:
    """Say what is wrong with one feature; "" when nothing is."""
    if not isinstance(member, dict) or member.get("type") != "Feature":
        return _("this is no feature")
    geometry = member.get("geometry")
    if not isinstance(geometry, dict) or geometry.get("type") not in GEOMETRIES:
        return _("the geometry must be one of %(known)s") % {"known": ", ".join(GEOMETRIES)}
    if not isinstance(member.get("properties") or {}, dict):
        return _("the properties are no object")
    kind = str(geometry["type"])
    try:
        lines = list(_lines(geometry.get("coordinates"), _DEPTH[kind]))
    except (TypeError, ValueError):
        return _("the coordinates are not numbers in the nesting of a %(kind)s") % {"kind": kind}
    points = [point for line in lines for point in line]
    if not points:
        return _("the geometry holds no point")
    if any(not (-180 <= x <= 180 and -90 <= y <= 90) for x, y in points):
        return _("coordinates outside of ±180 and ±90 degrees; longitude first, in WGS 84, not projected")
    if kind in _LEAST and any(len(line) < _LEAST[kind] for line in lines):
        return _("a line has at least 2 points, a ring at least 4")
    if kind.endswith("Polygon") and any(ring[0] != ring[-1] for ring in lines):
        return _("a ring is not closed: its last point must be its first")
    return ""


def _lines(coordinates: Any, depth: int) -> Iterator[list[tuple[float, float]]]:
    """Yield the innermost lists of points; TypeError or ValueError where the nesting is another."""
    if depth == 0:
        yield [_point(coordinates)]
    elif depth == 1:
        yield [_point(point) for point in coordinates]
    else:
        for part in coordinates:
            yield from _lines(part, depth - 1)


def _point(position: Any) -> tuple[float, float]:
    if not isinstance(position, list) or not 2 <= len(position) <= 3:
        raise ValueError(position)
    x, y = position[:2]
    if isinstance(x, bool) or isinstance(y, bool) or not isinstance(x, int | float) or not isinstance(y, int | float):
        raise TypeError(position)
    return float(x), float(y)
