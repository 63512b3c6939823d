"""The tree of units: no circle, nobody lost in a closed unit, one head at a time."""

from datetime import date, timedelta
from uuid import UUID

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from oneteam.journal.actors import Actor, operator
from oneteam.kernel.clock import legal_day
from oneteam.kernel.errors import BadInputError, MissingError, NotAllowedError
from oneteam.kernel.ids import uuid7
from oneteam.people import acts, units
from oneteam.people.models import Post, Unit
from oneteam.people.units import UnitNode, below, circle, unit_tree
from tests.world import AT, actor, post_of

pytestmark = pytest.mark.usefixtures("city")

CLERK = operator("clerk")
TODAY = legal_day(AT)
DAY = timedelta(days=1)


def unit(code: str, parent: UUID | None = None, first: date | None = None, last: date | None = None) -> UUID:
    return acts.register_unit(
        actor=CLERK, at=AT, code=code, kind="squad", name_zh="中队", name_en="Squad", parent=parent, area=None,
        valid_from=first, valid_to=last,
    )  # fmt: skip


def give(where: UUID, first: date = TODAY, last: date | None = None, role: str = "officer") -> UUID:
    who = acts.register_person(actor=CLERK, at=AT, name_zh="测试员", name_en="Tester")
    return acts.give_post(
        actor=CLERK, at=AT, person=who, unit=where, role=role, title_zh="岗位", title_en="Post", valid_from=first,
        valid_to=last,
    )  # fmt: skip


def move(what: UUID, parent: UUID | None, who: Actor = CLERK) -> None:
    row = Unit.objects.get(id=what)
    units.correct_unit(actor=who, at=AT, unit=what, name_zh=row.name_zh, name_en=row.name_en, parent=parent)


def nodes(tree: list[UnitNode]) -> dict[str, UnitNode]:
    found: dict[str, UnitNode] = {}
    for node in tree:
        found |= {node.code: node, **nodes(node.children)}
    return found


def test_unit_below_itself_is_refused_with_the_chain() -> None:
    top = unit("T1")
    middle = unit("T2", top)
    low = unit("T3", middle)
    for parent, way in ((low, "T1 → T3 → T2 → T1"), (top, "T1 → T1")):
        with pytest.raises(BadInputError, match=way):
            move(top, parent)
    move(low, top)
    assert {node.code for node in nodes(unit_tree(TODAY))["T1"].children} == {"T2", "T3"}
    move(low, None)
    assert "T3" in {node.code for node in unit_tree(TODAY)}
    with pytest.raises(MissingError):
        move(low, uuid7())


def test_circle_in_a_file_is_found_wherever_it_lies() -> None:
    assert circle([("A", ""), ("B", "A"), ("C", "B")]) == []
    assert circle([("A", ""), ("B", "D"), ("C", "B"), ("D", "C")]) == ["B", "D", "C", "B"]
    assert circle([("A", "A")]) == ["A", "A"]
    assert circle([("X", "B"), ("B", "C"), ("C", "B")]) == ["B", "C", "B"]


def test_below_holds_the_unit_itself_and_all_under_it() -> None:
    top = unit("T1")
    middle = unit("T2", top)
    low, other = unit("T3", middle), unit("T9")
    assert below([top], TODAY) == {top, middle, low}
    assert below([middle, other], TODAY) == {middle, low, other}


def test_unit_with_posts_or_units_after_the_day_is_not_closed() -> None:
    top = unit("T1")
    low = unit("T2", top)
    post = give(low, TODAY - 9 * DAY)
    with pytest.raises(BadInputError, match="Tester"):
        units.close_unit(actor=CLERK, at=AT, unit=low, valid_to=TODAY)
    acts.end_post(actor=CLERK, at=AT, post=post, valid_to=TODAY)
    with pytest.raises(BadInputError, match="T2"):
        units.close_unit(actor=CLERK, at=AT, unit=top, valid_to=TODAY)
    with pytest.raises(BadInputError, match="Tester"):
        units.close_unit(actor=CLERK, at=AT, unit=low, valid_to=TODAY - DAY)
    units.close_unit(actor=CLERK, at=AT, unit=low, valid_to=TODAY)
    units.close_unit(actor=CLERK, at=AT, unit=top, valid_to=TODAY)
    assert {"T1", "T2"} <= nodes(unit_tree(TODAY)).keys()
    assert not {"T1", "T2"} & nodes(unit_tree(TODAY + DAY)).keys()


@pytest.mark.parametrize(("first", "last", "refused"), [(0, 9, False), (-1, 9, True), (0, 10, True), (0, None, True)])
def test_post_outside_the_span_of_its_unit_is_refused(first: int, last: int | None, refused: bool) -> None:
    where = unit("T1", None, TODAY, TODAY + 9 * DAY)
    begin, end = TODAY + first * DAY, None if last is None else TODAY + last * DAY
    if not refused:
        assert give(where, begin, end)
        return
    with pytest.raises(BadInputError, match="T1 exists from"):
        give(where, begin, end)


def test_one_head_at_a_time_shown_in_the_tree() -> None:
    where = unit("T1")
    first, second = give(where, TODAY - 9 * DAY), give(where, TODAY)
    units.name_head(actor=CLERK, at=AT, post=first)
    assert nodes(unit_tree(TODAY))["T1"].head == "Tester"
    with pytest.raises(BadInputError, match="T1 has a head"):
        units.name_head(actor=CLERK, at=AT, post=second)
    acts.end_post(actor=CLERK, at=AT, post=first, valid_to=TODAY - DAY)
    units.name_head(actor=CLERK, at=AT, post=second)
    assert Post.objects.filter(unit=where, leads=True).count() == 2


def test_unit_and_person_are_corrected_by_act_and_empty_names_refused() -> None:
    where = unit("T1")
    units.correct_unit(actor=CLERK, at=AT, unit=where, name_zh="一中队", name_en="First Squad", parent=None)
    assert Unit.objects.get(id=where).name_zh == "一中队"
    who = post_of("shen.yulan", "dispatcher").person_id
    units.correct_person(actor=CLERK, at=AT, person=who, name_zh="沈语岚", name_en="Shen Yulan")
    for values in ({"name_zh": " ", "name_en": "x"}, {"name_zh": "x", "name_en": ""}):
        with pytest.raises(BadInputError):
            units.correct_unit(actor=CLERK, at=AT, unit=where, parent=None, **values)
        with pytest.raises(BadInputError):
            units.correct_person(actor=CLERK, at=AT, person=who, **values)
    with pytest.raises(NotAllowedError):
        move(where, unit("T8"), who=actor("shen.yulan"))


def test_tree_costs_the_same_for_ten_units_and_forty() -> None:
    costs = []
    for begin in (100, 130):
        for number in range(begin, begin + 30):
            give(unit(f"T{number}"))
        with CaptureQueriesContext(connection) as captured:
            unit_tree(TODAY)
        costs.append(len(captured))
    assert costs == [2, 2]
