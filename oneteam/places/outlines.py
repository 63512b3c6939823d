"""Outlines as they are handed in: read strictly, each fault with what is wrong and where."""

from collections.abc import Iterable
from itertools import pairwise
from typing import Any

from django.utils.translation import gettext as _

from oneteam.kernel.errors import BadInputError
from oneteam.kernel.geometry import Outline, box, crossing, inside, metres, nearest

CLOSE = 30.0  # metres by which a part may stick out of the whole: two surveys never agree to the centimetre
MOST_POINTS = 20_000

Rings = list[list[list[float]]]


def check_outline(value: Any) -> Rings:
    """Return rings of [longitude, latitude] in degrees, to 6 decimals; takes a GeoJSON Polygon or MultiPolygon, too.

    BadInputError where a ring is not closed, has too few points, leaves the globe or crosses itself.
    """
    rings = _rings(value)
    if not rings or sum(map(len, rings)) > MOST_POINTS:
        message = _("An outline has at least one ring and at most %(most)d points.")
        raise BadInputError(message % {"most": MOST_POINTS})
    clean = [[_position(position) for position in ring] for ring in rings]
    for number, ring in enumerate(clean, 1):
        if len({tuple(position) for position in ring}) < 3:
            raise BadInputError(_("Ring %(number)d of the outline has fewer than three points.") % {"number": number})
        if ring[0] != ring[-1]:
            message = _("Ring %(number)d of the outline is not closed: its last point must be its first one.")
            raise BadInputError(message % {"number": number})
    cross = crossing(clean)
    if cross is not None:
        message = _("The outline crosses itself near %(lon).5f, %(lat).5f; draw it so that no line cuts another.")
        raise BadInputError(message % {"lon": cross[0], "lat": cross[1]})
    return clean


def check_line(value: Any) -> list[list[float]]:
    """Return a line of at least two positions; a GeoJSON LineString counts. BadInputError says what is wrong."""
    line = value.get("coordinates") if isinstance(value, dict) and value.get("type") == "LineString" else value
    if not isinstance(line, list | tuple) or not 2 <= len(line) <= MOST_POINTS:
        raise BadInputError(_("A road is a line of at least two points."))
    return [_position(position) for position in line]


def _rings(value: Any) -> list[Any]:
    if isinstance(value, dict):
        kind, coordinates = value.get("type"), value.get("coordinates")
        if kind == "Polygon" and isinstance(coordinates, list):
            return coordinates
        if kind == "MultiPolygon" and isinstance(coordinates, list):
            return [ring for polygon in coordinates if isinstance(polygon, list) for ring in polygon]
        raise BadInputError(_("An outline is a Polygon or a MultiPolygon, not %(kind)s.") % {"kind": kind})
    if not isinstance(value, list | tuple) or not all(isinstance(ring, list | tuple) for ring in value):
        raise BadInputError(_("An outline is a list of rings, each a list of [longitude, latitude]."))
    return list(value)


def _position(value: Any) -> list[float]:
    if isinstance(value, list | tuple) and len(value) >= 2:
        lon, lat = value[0], value[1]
        if all(isinstance(each, int | float) and not isinstance(each, bool) for each in (lon, lat)):
            if -180 <= lon <= 180 and -90 <= lat <= 90:
                return [round(float(lon), 6), round(float(lat), 6)]
            message = _("%(lon)s, %(lat)s is no longitude and latitude in degrees; were metres or the order mixed up?")
            raise BadInputError(message % {"lon": lon, "lat": lat})
    raise BadInputError(_("A point is two numbers: longitude, latitude."))


def check_within(part: Outline, whole: Outline, *, part_name: str, whole_name: str) -> None:
    """Refuse an outline that sticks out of the one it belongs to by more than CLOSE metres; says where and how far."""
    around = box(whole)
    far = (0.0, 0.0, 0.0)
    out = 0
    for lon, lat in _points(part):
        if around.holds(lon, lat) and inside(whole, lon, lat):
            continue
        away = min(nearest(ring, lon, lat).metres for ring in whole)
        out += away > CLOSE
        far = max(far, (away, lon, lat))
    if out:
        message = _(
            "%(part)s lies outside %(whole)s: %(count)d points, at most %(metres)d m away near %(lon).5f, %(lat).5f."
        )
        named = {"part": part_name, "whole": whole_name, "count": out}
        raise BadInputError(message % {**named, "metres": far[0], "lon": far[1], "lat": far[2]})


def check_point_within(lon: float, lat: float, whole: Outline, *, part_name: str, whole_name: str) -> None:
    """Refuse a point that lies more than CLOSE metres outside an outline; says how far."""
    if inside(whole, lon, lat):
        return
    away = min(nearest(ring, lon, lat).metres for ring in whole)
    if away > CLOSE:
        message = _("The point of %(part)s, %(lon).5f, %(lat).5f, lies %(metres)d m outside %(whole)s.")
        raise BadInputError(message % {"part": part_name, "whole": whole_name, "lon": lon, "lat": lat, "metres": away})


def _points(outline: Outline) -> Iterable[tuple[float, float]]:
    """Yield the corners of an outline, and points between those that are far apart."""
    for ring in outline:
        for (x1, y1), (x2, y2) in pairwise(ring):
            steps = int(metres(x1, y1, x2, y2) // 100) + 1
            for step in range(steps):
                yield x1 + (x2 - x1) * step / steps, y1 + (y2 - y1) * step / steps
