"""Rosters: a pattern becomes turns; holes, ended posts and double duty are refused by name."""

from datetime import date, datetime, time, timedelta
from uuid import UUID

import pytest
from django.utils.translation import override

from oneteam.journal.actors import operator
from oneteam.journal.models import Act
from oneteam.kernel.clock import SHANGHAI, legal_day
from oneteam.kernel.errors import BadInputError, MissingError
from oneteam.kernel.ids import uuid7
from oneteam.people import acts
from oneteam.people.models import Duty, Person, Roster, Unit
from oneteam.people.queries import on_duty, posts_on
from oneteam.people.rosters import Pattern, Shift, cut_roster, holes, plan_roster
from tests.world import AT

pytestmark = pytest.mark.usefixtures("city")

CLERK = operator("clerk")
TODAY = legal_day(AT)
DAY = timedelta(days=1)
SHIFTS = (Shift("day", time(8), 12), Shift("night", time(20), 12))
FOUR = Pattern(SHIFTS, ("day", "night", "", ""))


def post(name: str = "Tester", first: date = TODAY, last: date | None = None) -> UUID:
    who = acts.register_person(actor=CLERK, at=AT, name_zh=name, name_en=name)
    return acts.give_post(
        actor=CLERK, at=AT, person=who, unit=unit(), role="officer", title_zh="岗位", title_en="Post",
        valid_from=first, valid_to=last,
    )  # fmt: skip


def unit() -> UUID:
    return Unit.objects.get(code="U01").id


def plan(teams: list[list[UUID]], pattern: Pattern = FOUR, first: date = TODAY, last: date = TODAY + 7 * DAY) -> UUID:
    return plan_roster(actor=CLERK, at=AT, unit=unit(), teams=teams, pattern=pattern, first=first, last=last)


def at(day: date, hour: int) -> datetime:
    return datetime.combine(day, time(hour), SHANGHAI)


def test_four_teams_cover_every_hour_and_take_turns() -> None:
    teams = [[post(f"T{number}")] for number in range(4)]
    roster = plan(teams)
    assert Duty.objects.filter(roster=roster).count() == 16
    ours = {one for (one,) in teams}
    served: list[UUID] = []
    for step in range(8):
        for hour in (8, 19, 20):
            there = ours & {held.id for held in on_duty(at(TODAY + step * DAY, hour), ["officer"])}
            assert len(there) == 1, (step, hour)
            served += there
    assert set(served) == ours
    last = ours & {held.id for held in on_duty(at(TODAY + 8 * DAY, 7), ["officer"])}
    assert len(last) == 1, "the last night ends on the morning after"
    assert not ours & {held.id for held in on_duty(at(TODAY + 8 * DAY, 8), ["officer"])}
    assert Act.objects.get(stream=roster).payload["turns"] == 16


def test_roster_with_a_hole_is_refused_and_says_from_when_to_when() -> None:
    with pytest.raises(BadInputError, match=f"{TODAY} 20:00 to {TODAY + DAY} 08:00"):
        plan([[post()]], Pattern(SHIFTS[:1], ("day",)), last=TODAY + DAY)
    with pytest.raises(BadInputError, match="and 3 more"):
        plan([[post()]], Pattern(SHIFTS[:1], ("day",)))
    assert not Roster.objects.exists()
    assert plan([[post()]], Pattern(SHIFTS[:1], ("day",), whole_day=False))


def test_hole_of_one_hour_is_found_and_none_is_not() -> None:
    begin = at(TODAY, 0)
    hour = timedelta(hours=1)
    turns = [(begin, begin + 8 * hour), (begin + 9 * hour, begin + 24 * hour)]
    assert holes(turns, begin, begin + DAY) == [(begin + 8 * hour, begin + 9 * hour)]
    assert holes([*turns, (begin + 7 * hour, begin + 10 * hour)], begin, begin + DAY) == []
    assert holes([], begin, begin + DAY) == [(begin, begin + DAY)]
    assert holes(turns[:1], begin, begin + DAY) == [(begin + 8 * hour, begin + DAY)]


@pytest.mark.parametrize(("last", "refused"), [(7, False), (6, True)])
def test_post_that_ends_before_its_last_turn_is_refused_by_name(last: int, refused: bool) -> None:
    pattern = Pattern((Shift("day", time(8), 12),), ("day",), whole_day=False)
    who = post("Leaving", TODAY, TODAY + last * DAY)
    if not refused:
        assert plan([[who]], pattern)
        return
    with pytest.raises(BadInputError, match=f"Leaving on {TODAY + 7 * DAY}"):
        plan([[who]], pattern)
    assert not Duty.objects.filter(post=who).exists()


def test_double_duty_and_two_teams_are_refused_by_name() -> None:
    who = post("Twice")
    acts.plan_duty(actor=CLERK, at=AT, post=who, starts=at(TODAY + DAY, 19), ends=at(TODAY + DAY, 21))
    pattern = Pattern(SHIFTS[:1], ("day",), whole_day=False)
    with pytest.raises(BadInputError, match=f"Twice from {TODAY + DAY} 08:00"):
        plan([[who]], pattern)
    with pytest.raises(BadInputError, match="two teams: Twice"):
        plan([[who], [who]], pattern)
    assert plan([[who]], pattern, first=TODAY + 2 * DAY)


def test_pattern_and_span_that_say_nothing_are_refused() -> None:
    who = post()
    for pattern in (
        Pattern((), ("day",)), Pattern(SHIFTS, ("", "")), Pattern(SHIFTS, ("dawn",)),
        Pattern((Shift("day", time(8), 25),), ("day",)),
    ):  # fmt: skip
        with pytest.raises(BadInputError):
            plan([[who]], pattern)
    for last in (TODAY - DAY, TODAY + 400 * DAY):
        with pytest.raises(BadInputError):
            plan([[who]], last=last)
    for teams in ([], [[who], []]):
        with pytest.raises(BadInputError):
            plan(teams)
    with pytest.raises(MissingError):
        plan([[uuid7()]])


def test_turns_to_come_are_taken_back_and_those_begun_stay() -> None:
    roster = plan([[post(f"T{number}")] for number in range(4)])
    with pytest.raises(BadInputError):
        cut_roster(actor=CLERK, at=AT, roster=roster, start=AT - DAY)
    assert cut_roster(actor=CLERK, at=AT, roster=roster, start=at(TODAY + 2 * DAY, 8)) == 12
    assert Duty.objects.filter(roster=roster).count() == 4
    assert Act.objects.get(stream=roster, kind="roster.cut").payload["turns"] == 12


def test_chinese_lists_of_people_are_in_the_order_of_pinyin() -> None:
    english = dict(Person.objects.values_list("id", "name_en"))
    with override("zh-hans"):
        there, held = on_duty(AT, ["officer"]), posts_on(TODAY, roles=["officer"])
    assert [english[one.person] for one in there] == sorted(english[one.person] for one in there)
    assert [one.name for one in there] != sorted(one.name for one in there), "not by code point"
    by_unit = [(one.unit_code, english[one.person]) for one in held]
    assert by_unit == sorted(by_unit)
