"""Which place a text names, and when it must stay unresolved."""

import pytest

from oneteam.kernel.text import fold
from oneteam.places.gazetteer import Entry, Found, Gazetteer, Outcome
from tests.ground import gazetteer


def found(text: str) -> Found:
    title = text.find("\n")
    return gazetteer().resolve(fold(text), title_end=max(0, title))


def place_id(text: str) -> str | None:
    place = found(text).place
    return place.id if place else None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("海棠菜市场北门有人摆摊", "L10"),
        ("海棠农贸市场北门有人摆摊", "L10"),
        ("海棠路上有人摆摊", "R12"),
        ("海棠西路上有人摆摊", "R13"),
        ("海棠社区第一网格有人摆摊", "990383000012001"),
        ("海棠社区有人摆摊", "C12"),
        ("云心片区有人摆摊", "A2"),
        ("海棠路海棠菜市场北门有人摆摊", "L10"),
        ("钟楼街上的店把货摆出来", "R09"),
    ],
)
def test_longest_and_most_exact_name_wins(text: str, expected: str) -> None:
    assert place_id(text) == expected


def test_name_of_two_roads_is_ambiguous_until_the_area_is_named() -> None:
    plain = found("建设路上有人摆摊")
    assert plain.outcome is Outcome.AMBIGUOUS
    assert {place.parent for place in plain.candidates} == {"A1", "A4"}
    assert plain.place is None
    assert place_id("南浦片区建设路上有人摆摊") == "R32"
    assert place_id("北渚片区建设路上有人摆摊") == "R08"


def test_places_of_two_areas_contradict_each_other() -> None:
    assert found("青岚片区海棠菜市场有人摆摊").outcome is Outcome.CONFLICT
    assert found("灯塔公园到海棠菜市场一路都是垃圾").place is None


def test_two_places_of_one_community_give_the_community() -> None:
    result = found("新浦小学和新浦菜市场门口都有摊子")
    assert (result.outcome, result.place and result.place.id) == (Outcome.WIDER, "C18")


def test_title_decides_between_two_places() -> None:
    assert place_id("新浦小学门口有摊子\n从新浦菜市场过来的人都看得到") == "L28"


def test_unknown_road_is_shown_but_not_resolved() -> None:
    text = "清河路300号门口绿化带被人挖了"
    result = found(text)
    assert result.outcome is Outcome.UNKNOWN
    assert [text[span.start : span.end] for span in result.unknown] == ["清河路300号"]


def test_part_of_a_longer_name_is_not_the_place() -> None:
    assert found("青岚路上有人摆摊").place is None
    assert found("新海棠路上有人摆摊").place is None
    assert place_id("青岚有人摆摊") == "A3"


def test_anonymised_data_is_never_resolved_in_our_city() -> None:
    assert found("A市A3区海棠路有人摆摊").outcome is Outcome.CONFLICT
    assert place_id("海棠菜市场A区有人摆摊") == "L10"


def test_nearness_and_alias_lower_the_probability() -> None:
    exact, near = found("海棠菜市场有摊子").probability, found("海棠菜市场附近有摊子").probability
    assert exact > near > found("海棠市场附近有摊子").probability > 0.8


def test_text_without_a_place() -> None:
    assert found("老板拖欠工资").outcome is Outcome.NONE


def test_gazetteer_with_an_unknown_parent_is_refused() -> None:
    with pytest.raises(ValueError, match="R1 has the parent A9"):
        Gazetteer([Entry("R1", "某路", "road", "A9", 120.5, 27.5)])
