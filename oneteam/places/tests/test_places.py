"""The ground: what lies inside, what lies around, and what is known of a region."""

from decimal import Decimal
from types import SimpleNamespace

import pytest
from django.db import DatabaseError
from django.utils import translation

from oneteam.journal.actors import operator
from oneteam.journal.models import Act
from oneteam.kernel.errors import NotAllowedError
from oneteam.kernel.ids import uuid7
from oneteam.places import acts, naming, queries
from oneteam.places.models import Place, PlaceKind, Region
from oneteam.places.naming import RegionNames
from tests.world import AT, actor

SQUARE = [[0.0, 0.0], [10.0, 0.0], [10.0, 10.0], [0.0, 10.0], [0.0, 0.0]]
NOTCHED = [[0.0, 0.0], [10.0, 0.0], [10.0, 10.0], [5.0, 5.0], [0.0, 10.0], [0.0, 0.0]]


@pytest.mark.parametrize(
    ("ring", "lon", "lat", "expected"),
    [
        (SQUARE, 5, 5, True),
        (SQUARE, 9.999999, 5, True),
        (SQUARE, 10.000001, 5, False),
        (SQUARE, -0.000001, 5, False),
        (SQUARE, 5, 10.000001, False),
        (SQUARE, 5, -0.000001, False),
        (NOTCHED, 5, 4.999999, True),
        (NOTCHED, 5, 5.000001, False),
        (NOTCHED, 1, 8.9, True),
        ([], 5, 5, False),
    ],
)
def test_point_is_inside_or_outside_by_a_millionth_of_a_degree(
    ring: list[list[float]], lon: float, lat: float, expected: bool
) -> None:
    assert queries.inside(ring, lon, lat) is expected


@pytest.mark.usefixtures("city")
def test_region_of_the_demo_city_holds_its_own_places() -> None:
    inside = queries.region_check()
    places = queries.all_places()
    assert all(inside(place.lon, place.lat) for place in places)
    assert not inside(Decimal("116.3975"), Decimal("39.9087"))
    assert not inside(Decimal("27.55"), Decimal("120.55"))
    assert queries.in_region(places[0].lon, places[0].lat)
    kinds = [place.kind for place in places]
    assert kinds == sorted(kinds, key=PlaceKind.values.index), "areas first"


@pytest.mark.usefixtures("city")
def test_what_a_place_lies_in() -> None:
    community = Place.objects.get(code="C09")
    assert community.parent_id is not None
    assert queries.within(community.id) == {community.id, community.parent_id}
    landmark = Place.objects.filter(kind=PlaceKind.LANDMARK, parent__kind=PlaceKind.COMMUNITY).first()
    assert landmark is not None
    assert len(queries.within(landmark.id)) == 3
    assert queries.within(None) == set()


@pytest.mark.usefixtures("city")
def test_names_come_in_the_readers_language() -> None:
    community = Place.objects.get(code="C09")
    assert queries.place_names({community.id})[community.id].name == "Yintang Community"
    with translation.override("zh-hans"):
        assert queries.place_names({community.id, uuid7()})[community.id].name == "印塘社区"
    names = RegionNames()
    assert names.get("zh") == "云屿市"
    assert names.get("en") == "Yunyu City"
    assert names.get("fr", "–") == "–"
    assert str(community) == "印塘社区"
    assert str(queries.region()) == "云屿市"


@pytest.mark.usefixtures("city")
def test_only_who_keeps_the_ground_changes_it() -> None:
    values = {
        "code": "Z1", "kind": "road", "name_zh": "新路", "name_en": "New Road", "aliases": ["新马路"], "parent": None,
        "lon": Decimal("120.55"), "lat": Decimal("27.55"),
    }  # fmt: skip
    with pytest.raises(NotAllowedError):
        acts.register_place(actor=actor("shen.yulan"), at=AT, **values)  # type: ignore[arg-type]
    assert not Place.objects.filter(code="Z1").exists()
    place = acts.register_place(actor=operator("clerk"), at=AT, **values)  # type: ignore[arg-type]
    assert Place.objects.get(id=place).aliases == ["新马路"]
    assert Act.objects.get(stream=place).payload == {"code": "Z1", "kind": "road"}
    with pytest.raises(NotAllowedError):
        acts.define_region(
            actor=actor("shen.yulan"), at=AT, code="990384", name_zh="他市", name_en="Other", outline=SQUARE
        )  # fmt: skip
    assert Region.objects.count() == 1


@pytest.mark.parametrize("away", [True, False])
def test_shell_has_a_name_before_the_region_is_defined_and_where_the_database_is_away(
    monkeypatch: pytest.MonkeyPatch, away: bool
) -> None:
    def first() -> None:
        if away:
            raise DatabaseError("gone")

    monkeypatch.setattr(naming, "Region", SimpleNamespace(objects=SimpleNamespace(first=first)))
    assert RegionNames().get("zh", "oneteam") == "oneteam"
