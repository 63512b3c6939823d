"""The directory of places and its imports: CSV, GeoJSON, boundaries by date, house numbers; every fault by line."""

import json
from datetime import date
from typing import Any

import pytest

from oneteam.kernel.errors import BadInputError
from oneteam.places import acts
from oneteam.places.models import Boundary, Place
from oneteam.places.registering import NewPlace
from oneteam.places.tests.test_places import CLERK, outline
from tests.pages import costs, faults, open_all, page, take
from tests.world import AT, HERE, browser

pytestmark = pytest.mark.usefixtures("city")

HEAD = "code,kind,name_zh,parent,lon,lat,aliases\n"


def geojson(*features: tuple[dict[str, Any], dict[str, Any]]) -> str:
    return json.dumps({"type": "FeatureCollection", "features": [
        {"type": "Feature", "geometry": geometry, "properties": properties} for geometry, properties in features
    ]})  # fmt: skip


def polygon(code: str) -> dict[str, Any]:
    return {"type": "Polygon", "coordinates": outline(code)}


def test_places_open_and_thirty_cost_what_one_costs() -> None:
    client = browser("gu.weichen")
    rows = "".join(f"T{number:02},路,测试路{number},A1,120.55,27.55,\n" for number in range(30))
    take("places", HEAD.replace("路", "") + rows.splitlines()[0].replace("路,测", "road,测") + "\n")
    one = costs(client, ["places"], "测试路")
    take("places", HEAD + "".join(line.replace(",路,", ",road,") + "\n" for line in rows.splitlines()[1:]))
    assert costs(client, ["places"], "测试路") == one
    open_all("gu.weichen", ["places"])


def test_places_of_a_table_are_taken_whatever_their_order_and_found_by_other_names() -> None:
    rows = "L900,Landmark,新市场,C900,120.52,27.53,菜场；老市场\nC900,社区,新社区,A2,120.52,27.53,\n"
    assert take("places", HEAD + rows) == 2
    market = Place.objects.get(code="L900")
    assert (market.parent.code if market.parent else "", market.aliases) == ("C900", ["菜场", "老市场"])
    assert "新市场" in page(browser("shen.yulan"), "/directory/places/?q=老市场")


def test_places_are_refused_by_line_with_what_is_nearest() -> None:
    found = faults("places", f"{HEAD},road,路,,120.5,27.5,\nZ1,lake,湖,,120.5,27.5,\nZ2,road,路,,1205,27.5,\n")
    assert [line.split(": ")[0] for line in found] == ["2:code", "3:kind", "4:lon"]
    found = faults(
        "places", f"{HEAD}C12,community,新,,120.5,27.5,\nZ2,shop,店,C120,120.5,27.5,\nZ3,grid,格,C12,120.5,27.5,\n"
    )
    assert [line.split(": ")[0] for line in found] == ["2:code", "3:parent", "4:code"]
    assert found[0] == "2:code: Another place has the code C12; leave the row out, or correct the place on its page"
    assert "; did you mean C" in found[1]


def test_grid_outside_its_community_is_refused_by_its_number_in_the_file() -> None:
    inside = (polygon("990383000012001"), {"code": "990383000012091", "kind": "grid", "name_zh": "甲", "parent": "C12"})
    outside = (
        polygon("990383000013001"),
        {"code": "990383000012092", "kind": "grid", "name_zh": "乙", "parent": "C12"},
    )
    outside[1]["parent"] = "C12"
    [fault] = faults("places", geojson(inside, outside))
    assert fault.startswith("2:outline: 乙 lies outside 海棠社区")
    assert not Place.objects.filter(code="990383000012091").exists()
    assert take("places", geojson(inside)) == 1
    assert Boundary.objects.get(place__code="990383000012091").valid_from == HERE.date()


def test_point_outside_what_a_place_lies_in_is_refused_with_the_distance() -> None:
    home, other = Place.objects.get(code="C12"), Place.objects.get(code="C13")
    near, far = f"{home.lon},{home.lat}", f"{other.lon},{other.lat}"
    [grid] = faults("places", f"{HEAD}990383000012093,grid,甲,C12,{far},\n990383000012094,grid,乙,C12,{near},\n")
    assert grid.startswith("2:lon: The point of 甲, ")
    assert grid.split(";")[0].endswith("m outside 海棠社区.")
    assert faults("places", f"{HEAD}Z4,shop,远店,,121.99,29.99,\n")[0].startswith("2:lon: The point of 远店, 121.99000")
    with pytest.raises(BadInputError, match="outside"):
        acts.correct_place(actor=CLERK, at=AT, place=home.id, lon=other.lon, lat=other.lat)
    assert take("places", f"{HEAD}990383000012094,grid,乙,C12,{near},\n") == 1


def test_boundaries_hold_from_their_day_on_and_may_not_overlap() -> None:
    code = "990383000012001"
    before = Boundary.objects.get(place__code=code)
    again = {"code": code, "valid_from": before.valid_from.isoformat()}
    [fault] = faults("boundaries", geojson((polygon(code), again)))
    assert fault.startswith("1:valid_from: ")
    assert "must begin after that day" in fault
    [fault] = faults("boundaries", f"code,valid_from\n{code},2027年1月1日\n")
    assert fault == "2:geometry: a boundary comes with its outline; take a GeoJSON file"
    assert take("boundaries", geojson((polygon(code), {"code": code, "valid_from": "2027-01-01"}))) == 1
    before.refresh_from_db()
    assert before.valid_to == date(2026, 12, 31)


def test_house_numbers_replace_those_of_their_road() -> None:
    acts.register_places(
        actor=CLERK, at=AT, places=[NewPlace(
            code="R990", kind="road", name_zh="新路", name_en="New Road", line=[[120.52, 27.53], [120.54, 27.53]],
        )],
    )  # fmt: skip
    head = "road,number,lon,lat\n"
    assert take("doors", f"{head}R990,2,120.53,27.53\nR990,1,120.52,27.53\n") == 2
    assert [door[0] for door in Place.objects.get(code="R990").doors or []] == [1, 2]
    assert faults("doors", f"{head}R990,1,120.52,27.53\nR990,1,120.53,27.53\n")[0].startswith("2:number: These house")
    assert "did you mean R990?" in faults("doors", f"{head}R99,1,120.52,27.53\n")[0]
