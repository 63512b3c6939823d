"""The ground of the city as the map draws it: made once, kept until the ground changes."""

from collections.abc import Sequence
from datetime import date

from django.utils.translation import get_language

from oneteam.kernel.geometry import Outline, Position, centre
from oneteam.places.queries import Drawn, drawn, localised
from oneteam.web import maps

_kept: dict[str, tuple[object, maps.Ground | None]] = {}


def city_ground(on: date) -> maps.Ground | None:
    """Return the ground of a day in the reader's language, None where no outline of the region is known."""
    whole, places, edition = drawn(on)
    language = get_language() or ""
    known = _kept.get(language)
    if known is None or known[0] is not edition:
        known = _kept[language] = (edition, _draw(whole, places) if whole else None)
    return known[1]


def _draw(whole: Outline, places: Sequence[Drawn]) -> maps.Ground:
    by = {kind: [place for place in places if place.kind == kind] for kind in ("area", "community", "road", "landmark")}
    return maps.ground(
        whole,
        communities=[place.outline for place in by["community"]],
        areas=[place.outline for place in by["area"]],
        roads=[place.line for place in by["road"]],
        named=[
            *(("area", _name(place), _middle(place)) for place in by["area"]),
            *(("landmark", _name(place), place.point) for place in by["landmark"]),
            *(("community", _name(place), _middle(place)) for place in by["community"]),
        ],
    )  # fmt: skip


def _name(place: Drawn) -> str:
    return localised(place.zh, place.en)


def _middle(place: Drawn) -> Position:
    return centre(place.outline) if place.outline else place.point
