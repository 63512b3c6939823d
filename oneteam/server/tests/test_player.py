"""The small city's day, step by step at its own moments: lawful or late on purpose, the same again, and proven."""

import os
from collections import Counter
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest

from conftest import City
from oneteam.command.models import Order
from oneteam.demo.steps import Step
from oneteam.demo.story import STORY, chapters, day_of, span
from oneteam.intake.models import Incident, Report
from oneteam.journal.actors import os_operator
from oneteam.journal.models import Act
from oneteam.journal.state import state
from oneteam.journal.verify import verify
from oneteam.kernel.clock import CLOCK_VARIABLE, SHANGHAI, legal_day, parse_clock
from oneteam.people import acts as people
from oneteam.people.models import Post
from oneteam.procedures.queries import runs
from oneteam.server import config, playing, testing
from oneteam.server.player import Play
from tests.world import AT, follow

DAY = legal_day(AT)


@pytest.fixture
def paths(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> config.CityPaths:
    """A folder of the city's own, and nobody who says what time it is."""
    monkeypatch.delenv(CLOCK_VARIABLE)
    found = config.city_paths("played", tmp_path)
    found.root.mkdir(parents=True)
    return found


def begin(paths: config.CityPaths) -> Play:
    """The small city's day, for which everybody is on duty the day before."""
    midnight = datetime.combine(DAY, time(), SHANGHAI)
    for post in Post.objects.order_by("id").values_list("id", flat=True):
        people.plan_duty(
            actor=os_operator(), at=AT, post=post, starts=midnight - timedelta(days=1), ends=midnight
        )  # fmt: skip
    return day_alone(paths, whole=False)


def day_alone(paths: config.CityPaths, *, whole: bool) -> Play:
    """A day that begins without what happened in the night: only lives that begin in it are played."""
    begins, _ends = span(DAY)
    play = Play(paths, playing.Progress(day=DAY, whole=whole, clock="", told=begins), machines=True)
    fresh = {step.life for step in play.steps if step.verb in ("receive", "find", "certify")}
    play.steps = [step for step in play.steps if step.life in fresh or not step.life]
    return play


def test_day_is_lawful_or_late_on_purpose_and_goes_on_where_it_was_interrupted(
    city: City, paths: config.CityPaths
) -> None:
    play = begin(paths)
    while play.next is not None and play.progress.done < 60:
        play.take_next()
    kept = playing.read(paths)
    assert kept is not None
    assert (kept.done, kept.whole, kept.day) == (60, False, DAY)
    resumed = Play(paths, kept, machines=True)
    resumed.steps = play.steps
    assert resumed.resumed
    while resumed.next is not None:
        resumed.take_next()

    progress = resumed.progress
    assert progress.refused == 0
    assert progress.meant == 2, "own work not verified (EVT-07), nobody sent who left"
    count, strange = resumed.breaches()
    assert count >= 3, "accept, handle and answer of the forgotten manhole"
    assert strange == 0
    story_came_out(resumed)
    follow(city.name)
    for report in (verify(), state()):
        assert report.ok, report.lines()


def story_came_out(play: Play) -> None:
    """What each chapter was to show, and the three intervals beside the promises."""
    figures = "\n".join(play.figures())
    for word in ("诉求处置", "立案前核查", "联合行动", "1 h 00 min", "3 working days", "not meant: 0"):
        assert word in figures
    whole = play.progress.whole
    things = {chapter.name: play.stage.things[chapter.life] for chapter in chapters(DAY, whole=whole)}
    plant = [things[name] for name in ("fumes", "water", "waste", "printing")]
    assert len({each["post"] for each in plant}) == 1, "one officer for what once took three departments"
    assert Act.objects.filter(kind="order.arrived", stream__in=[each["order"] for each in plant]).count() == 1
    channels = Report.objects.filter(id__in=[each["report"] for each in plant]).values_list("channel", flat=True)
    assert set(channels) == {"hotline_12345", "firm", "grid_patrol", "citizen_app"}
    assert Report.objects.filter(incident=things["mass"]["incident"]).count() == 4, "merged into one"
    assert Act.objects.filter(kind="incident.merged").count() == 1
    assert Report.objects.filter(incident=things["three"]["incident"]).count() == 3
    assert Incident.objects.filter(id=things["address"]["incident"], place__code="L02").exists()
    assert Act.objects.filter(kind="order.escalated", stream=things["late"]["order"]).count() == 2
    assert Act.objects.filter(kind="report.reviewed", stream=things["again"]["report"]).exists()
    case = runs([things["spot"]["case"]])[things["spot"]["case"]]
    assert case.state == "delivered"
    ends = Counter(run.state for run in runs([each["report"] for each in things.values()]).values())
    assert set(ends) == {"answered", "closed"}
    orders = Order.objects.filter(incident__in=[each["incident"] for each in things.values()]).values_list(
        "id", flat=True
    )
    assert {run.state for run in runs(orders).values()} == {"verified", "returned"}


def acts_of_the_morning(paths: config.CityPaths) -> list[tuple[str, str, datetime]]:
    """What was done in the first hour and a half, by whom and when; ids and numbers are a database's own."""
    play = begin(paths)
    while play.next is not None and play.progress.done < 45:
        play.take_next()
    names = {f"person:{post.person_id}": str(post.person) for post in Post.objects.select_related("person")}
    found = Act.objects.filter(occurred_at__gte=play.begins, occurred_at__lt=play.ends).exclude(kind="duty.planned")
    return sorted((act.kind, names.get(act.actor, act.actor.partition(":")[0]), act.occurred_at) for act in found)


def test_same_seed_does_the_same_acts_in_another_city(
    city: City, template: testing.Template, paths: config.CityPaths
) -> None:
    first = acts_of_the_morning(paths)
    assert len(first) > 45
    other = City(testing.clone(template))
    try:
        other.act_as("app")
        assert acts_of_the_morning(paths) == first
    finally:
        city.act_as("app")
        testing.drop(other.name)


def test_same_seed_plays_the_same_day() -> None:
    first, second = (day_of(DAY, whole=False) for _each in range(2))
    assert repr(first) == repr(second)
    assert repr(first) != repr(day_of(DAY, whole=False, seed=1))
    assert {step.life for step in first[0] if step.life > STORY} == {each.life for each in chapters(DAY, whole=False)}


@pytest.mark.parametrize("size", [True, False])
def test_every_chapter_lies_within_the_day_in_the_order_of_time(size: bool) -> None:
    begins, ends = span(DAY)
    for chapter in chapters(DAY, whole=size):
        moments = [step.at for step in chapter.steps]
        assert moments == sorted(moments), chapter.name
        assert begins <= moments[0]
        assert moments[-1] < ends


REAL = datetime(2026, 11, 26, 3, 0, tzinfo=SHANGHAI)
PLAYED = {"day": date(2026, 11, 26), "whole": False}


@pytest.mark.parametrize(
    ("progress", "real", "shown"),
    [
        (None, REAL, None),
        # Played to the end at 03:10 with 18:00 on its clock: the city stays as far ahead.
        ({"over": True}, REAL + timedelta(minutes=11), REAL.replace(hour=18, minute=1)),
        ({"over": True}, REAL + timedelta(hours=20), REAL.replace(day=27, hour=13, minute=50)),
        # Interrupted at 11:00: it stands where it was left.
        ({"told": REAL.replace(hour=11)}, REAL + timedelta(hours=2), REAL.replace(hour=11)),
        ({"told": REAL.replace(hour=11)}, REAL + timedelta(hours=9), None),
        # Played in the evening: real time is ahead of what was told, and holds again.
        ({"over": True, "evening": True}, REAL.replace(hour=22, minute=30), None),
    ],
)
def test_city_that_was_played_never_goes_back_in_time(
    paths: config.CityPaths, progress: dict[str, Any] | None, real: datetime, shown: datetime | None
) -> None:
    begins, ends = span(date(2026, 11, 26))
    if progress is not None:
        progress = dict(progress)
        evening = progress.pop("evening", False)
        clock = playing.clock_from(begins, REAL.replace(hour=22) if evening else REAL, speed=60, until=ends)
        playing.keep(paths, playing.Progress(**{**PLAYED, "clock": clock, "told": ends, **progress}))
    playing.set_clock(paths, real)
    value = os.environ.get(CLOCK_VARIABLE, "")
    if shown is None:
        assert value == ""
    else:
        assert parse_clock(value, real).at(real) == shown


def test_steps_are_kept_and_read_again(paths: config.CityPaths) -> None:
    begins, _ends = span(DAY)
    step = next(iter(chapters(DAY, whole=False))).steps[0]
    assert isinstance(step, Step)
    told = playing.Progress(day=DAY, whole=True, clock="c", told=begins, done=3, ended={4}, refused=1, meant=2)
    playing.keep(paths, told)
    assert playing.read(paths) == told
