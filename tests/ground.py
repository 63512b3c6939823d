"""The demo city's ground without a database, for tests that only look names and points up."""

from functools import cache

from oneteam.demo.ground import ground
from oneteam.places.gazetteer import Entry, Gazetteer


@cache
def gazetteer(*, whole: bool = False) -> Gazetteer:
    """Return the gazetteer of the small city, or of the whole one; its ids are the codes of demo/places.yaml."""
    return Gazetteer(
        Entry(
            place.code, place.zh, place.kind, place.parent, place.lon, place.lat,
            (*place.aliases, *((place.code,) if place.kind == "grid" else ())),
            line=place.line, doors=place.numbers,
        )
        for place in ground(whole=whole).places
    )  # fmt: skip


def outline_of_region() -> list[list[list[float]]]:
    """Return the outline of the demo region."""
    return ground(whole=True).outline
