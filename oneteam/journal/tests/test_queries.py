"""Timelines and figures: what is shown, in how many queries, in whose language."""

from datetime import timedelta
from uuid import UUID

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.translation import gettext_lazy, override

from oneteam.journal import kinds
from oneteam.journal.acts import record, write
from oneteam.journal.kinds import ActKind
from oneteam.journal.queries import (
    acts,
    count_by_kind,
    seal_state,
    sentence,
    timeline,
    timelines,
)
from oneteam.journal.tests.kit import NOW, TESTER, World, one
from oneteam.kernel.ids import uuid7


def test_a_timeline_holds_the_objects_own_acts_and_those_about_it_newest_first(world: World) -> None:
    report, other = uuid7(), uuid7()
    first = one(report, word="rubbish")
    world.seal()
    second = one(other, about=[report])
    one(other)
    entries = timeline(report)
    assert [entry.act for entry in entries] == [second.id, first.id]
    assert [entry.sealed is None for entry in entries] == [True, False]
    assert entries[1].sentence == "rubbish was told"
    assert entries[1].actor == "operator:tester"
    assert timeline(uuid7()) == []


@pytest.mark.parametrize("count", [1, 30])
def test_timelines_take_one_query_however_many(world: World, count: int) -> None:
    objects = [uuid7() for _ in range(count)]
    for item in objects:
        one(item)
    with CaptureQueriesContext(
        connection,
    ) as queries:
        found = timelines(objects)
    assert len(queries) == 1
    assert all(len(found[item]) == 1 for item in objects)
    assert timelines([]) == {}


def test_a_sentence_is_in_the_readers_language_and_bears_missing_fields(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(kinds._act_kinds, "probe.day", ActKind(name="probe.day", text=gettext_lazy("Monday")))
    with override("zh-hans"):
        assert sentence("probe.day", {}) == "星期一"
    with override("en"):
        assert sentence("probe.day", {}) == "Monday"
        assert sentence("personal.erased", {"ground": "unlawful"}) == (
            "Personal values erased (ground: it was unlawful to keep them)"
        )
    assert sentence("probe.told", {}) == "– was told"
    assert sentence("probe.told", {"word": None}) == "– was told"
    assert sentence("probe.unknown", {}) == "probe.unknown"


def test_acts_are_found_by_kind_and_time_with_both_bounds(world: World) -> None:
    @write
    def at(minutes: int) -> UUID:
        return record(
            kind="probe.changed", actor=TESTER, at=NOW + timedelta(minutes=minutes), stream=uuid7()
        ).id  # fmt: skip

    ids = [at(minutes) for minutes in range(4)]
    found = acts(kinds=["probe.changed"], since=NOW + timedelta(minutes=1), until=NOW + timedelta(minutes=3))
    assert [act.id for act in found] == ids[1:3]
    assert count_by_kind()["probe.changed"] == 4


def test_figures_for_the_doctor_tell_what_waits_and_for_how_long(world: World) -> None:
    world.seal()
    before = seal_state()
    assert (before.unsealed, before.oldest_unsealed) == (0, None)
    one()
    after = seal_state()
    assert after.unsealed == 1
    assert after.oldest_unsealed is not None
    assert after.oldest_unsealed < timedelta(seconds=30)
    world.seal()
    assert seal_state().checkpoint != before.checkpoint
