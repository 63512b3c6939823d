"""The ground: what lies inside, what lies around, boundaries by date, and what is known of a region."""

from datetime import date, timedelta
from decimal import Decimal
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import pytest
from django.db import DatabaseError
from django.utils import translation

from oneteam.journal.actors import operator
from oneteam.journal.models import Act
from oneteam.kernel.clock import legal_day
from oneteam.kernel.errors import BadInputError, ConflictError, MissingError, NotAllowedError
from oneteam.kernel.ids import uuid7
from oneteam.places import acts, naming, queries
from oneteam.places.ground import ground
from oneteam.places.models import Boundary, Place, PlaceKind, Region
from oneteam.places.naming import RegionNames
from oneteam.places.registering import NewPlace, PlacesRefusedError
from tests.world import AT, actor

CLERK = operator("clerk")
TODAY = legal_day(AT)
FAR = [[[110.0, 20.0], [110.1, 20.0], [110.1, 20.1], [110.0, 20.1], [110.0, 20.0]]]


def place(code: str) -> Place:
    return Place.objects.get(code=code)


def outline(code: str) -> Any:
    return Boundary.objects.get(place__code=code, valid_to=None).outline


def new(code: str = "Z1", **values: Any) -> NewPlace:
    given: dict[str, Any] = {
        "kind": "road", "name_zh": "新路", "name_en": "New Road", "lon": Decimal("120.55"), "lat": Decimal("27.55"),
        **values,
    }  # fmt: skip
    return NewPlace(code=code, **given)


def registered(*places: NewPlace) -> dict[str, UUID]:
    return acts.register_places(actor=CLERK, at=AT, places=places)


def refused(*places: NewPlace) -> list[tuple[int, str]]:
    with pytest.raises(PlacesRefusedError) as caught:
        registered(*places)
    return [(fault.index, fault.field) for fault in caught.value.faults]


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
    community, area = place("C09"), place("A1")
    assert queries.within(community.id, on=TODAY) == {community.id, area.id}
    landmark = place("L05")
    around = {Place.objects.get(id=each).kind for each in queries.within(landmark.id, on=TODAY)}
    assert around == {"landmark", "grid", "community", "area"}
    assert queries.within(place("R04").id, on=TODAY) == {place("R04").id, area.id}, "a road runs through many grids"
    assert queries.within(None, on=TODAY) == set()
    assert queries.within(uuid7(), on=TODAY) == set()


@pytest.mark.usefixtures("city")
def test_point_lies_in_one_grid_its_community_and_area() -> None:
    for code in ("990383000012001", "990383000009002", "990383000020001"):
        grid = place(code)
        assert grid.parent_id is not None
        found = queries.place_of(grid.lon, grid.lat, on=TODAY)
        assert found.grid == grid.id
        assert found.community == grid.parent_id
        assert found.area == Place.objects.get(id=grid.parent_id).parent_id
    nowhere = queries.place_of(Decimal("120.70"), Decimal("27.55"), on=TODAY)
    assert (nowhere.grid, nowhere.community, nowhere.area) == (None, None, None)
    between = queries.place_of(Decimal("120.53"), Decimal("27.55"), on=TODAY)
    assert between.area is not None, "the small city has land without a community, which an area holds all the same"


@pytest.mark.usefixtures("city")
def test_names_come_in_the_readers_language() -> None:
    community = place("C09")
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
    with pytest.raises(NotAllowedError):
        acts.register_places(actor=actor("shen.yulan"), at=AT, places=[new()])
    assert not Place.objects.filter(code="Z1").exists()
    done = registered(new(aliases=("新马路",)))
    assert Place.objects.get(id=done["Z1"]).aliases == ["新马路"]
    assert Act.objects.get(stream=done["Z1"]).payload == {"code": "Z1", "kind": "road"}
    with pytest.raises(ConflictError):
        acts.define_region(actor=CLERK, at=AT, code="990384", name_zh="他市", name_en="Other", outline=FAR)
    assert Region.objects.count() == 1


@pytest.mark.usefixtures("city")
def test_every_place_that_cannot_be_registered_is_named_and_none_is_written() -> None:
    before = (Act.objects.count(), Place.objects.count())
    community = {"kind": "community", "name_zh": "新社区", "parent": "A1"}
    grid = {"kind": "grid", "name_zh": "新网格", "parent": "C12"}
    faults = refused(
        new("R1000"),
        new("C12", **community),  # a code that is taken
        new("R1000"),  # twice in the list
        new("Z2", kind="lake"),
        new("Z3", name_zh=" "),
        new("Z4", parent="A9"),
        new("Z5", kind="grid", parent=None, outline=outline("990383000012001")),
        new("990383000012099", **{**grid, "parent": "A1"}),
        new("Z6", kind="landmark", parent="R04"),
        new("330383000012001", **grid),
        new("990383000012098", **grid, outline=FAR),  # a grid outside its community
        new("990383000012097", **grid, outline=[[[120.5, 27.5], [120.6, 27.6], [120.5, 27.5]]]),
        new("Z7", outline=FAR),
        new("Z8", lon=None, lat=None),
        new("Z9", doors=[[1, 120.5, 27.5], [1, 120.6, 27.5]]),
        new("Z" * 16),
    )
    assert faults == [
        (1, "code"), (2, "code"), (3, "kind"), (4, "name_zh"), (5, "parent"), (6, "code"), (7, "parent"),
        (8, "parent"), (9, "code"), (10, "outline"), (11, "outline"), (12, "outline"), (13, "lon"), (14, "doors"),
        (15, "code"),
    ]  # fmt: skip
    assert (Act.objects.count(), Place.objects.count()) == before


@pytest.mark.usefixtures("city")
def test_grid_outside_its_community_is_refused_saying_where_and_how_far() -> None:
    with pytest.raises(
        PlacesRefusedError, match=r"第九网格 lies outside 海棠社区: \d+ points, at most \d+ m away near 120\."
    ):
        registered(
            new("990383000012009", kind="grid", name_zh="第九网格", parent="C12", outline=outline("990383000013001"))
        )


@pytest.mark.usefixtures("city")
def test_parents_may_stand_in_the_same_list_and_points_follow_from_outlines() -> None:
    tile = outline("990383000012001")
    done = registered(
        new("C999", kind="community", name_zh="新社区", parent="A2", outline=tile, lon=None, lat=None),
        new("990383000999001", kind="grid", name_zh="新网格", parent="C999", outline=tile, lon=None, lat=None),
        new("R999", lon=None, lat=None, line=[[120.52, 27.53], [120.53, 27.53], [120.54, 27.54]]),
    )
    grid = Place.objects.get(id=done["990383000999001"])
    assert grid.parent_id == done["C999"]
    found = queries.place_of(grid.lon, grid.lat, on=TODAY)
    assert found.grid is not None
    assert (Place.objects.get(code="R999").lon, Place.objects.get(code="R999").lat) == (
        Decimal("120.53"),
        Decimal("27.53"),
    )


@pytest.mark.usefixtures("city")
def test_redrawn_boundary_holds_from_its_day_and_the_old_one_until_the_day_before() -> None:
    one, two = place("990383000012001"), place("990383000012002")
    change = TODAY + timedelta(days=10)
    joined = [*outline(one.code), *outline(two.code)]
    acts.redraw_boundary(
        actor=CLERK, at=AT, place=one.id, valid_from=change, outline=joined, parent=one.parent_id
    )  # fmt: skip
    acts.close_place(actor=CLERK, at=AT, place=two.id, closed_on=change)
    point = (two.lon, two.lat)
    assert queries.place_of(*point, on=change - timedelta(days=1)).grid == two.id
    assert queries.place_of(*point, on=change).grid == one.id
    spans = Boundary.objects.filter(place=one).order_by("valid_from").values_list("valid_from", "valid_to")
    assert list(spans) == [(date(2020, 1, 1), change - timedelta(days=1)), (change, None)]
    assert [place.code for place in queries.all_places(change)].count(two.code) == 0
    assert [place.code for place in queries.all_places(TODAY)].count(two.code) == 1


@pytest.mark.usefixtures("city")
def test_community_that_goes_to_another_area_lies_in_it_from_that_day_only() -> None:
    community, change = place("C09"), TODAY + timedelta(days=1)
    acts.redraw_boundary(
        actor=CLERK, at=AT, place=community.id, valid_from=change, outline=outline("C09"), parent=None
    )  # fmt: skip
    assert place("A1").id in queries.within(community.id, on=TODAY)
    assert queries.within(community.id, on=change) == {community.id}


@pytest.mark.usefixtures("city")
def test_days_share_their_ground_until_something_changes() -> None:
    later = TODAY + timedelta(days=30)
    assert ground(TODAY) is ground(later)
    road = registered(new())["Z1"]
    acts.close_place(actor=CLERK, at=AT, place=road, closed_on=later)
    before, after = ground(later - timedelta(days=1)), ground(later)
    assert ground(TODAY) is before
    assert (road in before.places, road in after.places) == (True, False)
    assert ground(later + timedelta(days=400)) is after


@pytest.mark.usefixtures("city")
def test_boundaries_of_a_place_never_overlap() -> None:
    grid = place("990383000012001")
    drawn = outline(grid.code)
    for day in (date(2020, 1, 1), date(2019, 12, 31)):
        with pytest.raises(BadInputError, match="from 2020-01-01 on; the new one must begin after"):
            acts.redraw_boundary(
                actor=CLERK, at=AT, place=grid.id, valid_from=day, outline=drawn, parent=grid.parent_id
            )  # fmt: skip
    acts.redraw_boundary(
        actor=CLERK, at=AT, place=grid.id, valid_from=date(2020, 1, 2), outline=drawn, parent=grid.parent_id
    )  # fmt: skip
    assert Boundary.objects.get(place=grid, valid_from=date(2020, 1, 1)).valid_to == date(2020, 1, 1)


@pytest.mark.usefixtures("city")
def test_what_cannot_be_redrawn_numbered_corrected_or_closed() -> None:
    road, grid, community = place("R04"), place("990383000012001"), place("C12")
    redraw: dict[str, Any] = {"actor": CLERK, "at": AT, "valid_from": TODAY}
    with pytest.raises(BadInputError, match="have a boundary"):
        acts.redraw_boundary(**redraw, place=road.id, outline=FAR, parent=None)
    with pytest.raises(BadInputError, match="lies outside"):
        acts.redraw_boundary(**redraw, place=grid.id, outline=FAR, parent=community.id)
    with pytest.raises(BadInputError, match="cannot hold"):
        acts.redraw_boundary(**redraw, place=grid.id, outline=outline(grid.code), parent=place("A2").id)
    with pytest.raises(BadInputError, match="name it"):
        acts.redraw_boundary(**redraw, place=grid.id, outline=outline(grid.code), parent=None)
    with pytest.raises(BadInputError, match="Only roads"):
        acts.number_road(actor=CLERK, at=AT, road=grid.id, doors=[])
    with pytest.raises(BadInputError, match="cannot be corrected: code"):
        acts.correct_place(actor=CLERK, at=AT, place=road.id, code="R05")
    with pytest.raises(BadInputError, match="Chinese name"):
        acts.correct_place(actor=CLERK, at=AT, place=road.id, name_zh="")
    with pytest.raises(MissingError):
        acts.correct_place(actor=CLERK, at=AT, place=uuid7(), name_zh="某路")
    with pytest.raises(BadInputError, match="海棠社区第一网格"):
        acts.close_place(actor=CLERK, at=AT, place=community.id, closed_on=TODAY)
    acts.close_place(actor=CLERK, at=AT, place=road.id, closed_on=TODAY)
    with pytest.raises(ConflictError):
        acts.close_place(actor=CLERK, at=AT, place=road.id, closed_on=TODAY)


@pytest.mark.usefixtures("city")
def test_corrected_name_is_found_at_once_and_an_empty_correction_leaves_no_act() -> None:
    road = place("R04")
    assert queries.resolve("彩印大道", on=TODAY).place is None
    acts.correct_place(actor=CLERK, at=AT, place=road.id, aliases=[*road.aliases, "彩印大道"])
    assert queries.resolve("彩印大道", on=TODAY).place == road.id
    before = Act.objects.count()
    acts.correct_place(actor=CLERK, at=AT, place=road.id, name_zh=road.name_zh)
    assert Act.objects.count() == before
    assert Act.objects.get(kind="place.corrected").payload == {"code": "R04", "changed": ["aliases"]}


@pytest.mark.usefixtures("city")
def test_numbered_road_leads_to_the_door_and_its_grid() -> None:
    road = place("R04")
    acts.number_road(
        actor=CLERK, at=AT, road=road.id, doors=[[1, 120.58, 27.57], [9, 120.581, 27.57], [2, 120.58, 27.5701]]
    )
    found = queries.resolve("印刷大道5号", on=TODAY)
    assert found.point == (Decimal("120.580500"), Decimal("27.570000"))
    assert found.grid == queries.place_of(*found.point, on=TODAY).grid
    assert found.reason is queries.Reason.DOOR


@pytest.mark.parametrize("away", [True, False])
def test_shell_has_a_name_before_the_region_is_defined_and_where_the_database_is_away(
    monkeypatch: pytest.MonkeyPatch, away: bool
) -> None:
    def first() -> None:
        if away:
            raise DatabaseError("gone")

    monkeypatch.setattr(naming, "Region", SimpleNamespace(objects=SimpleNamespace(first=first)))
    assert RegionNames().get("zh", "oneteam") == "oneteam"
