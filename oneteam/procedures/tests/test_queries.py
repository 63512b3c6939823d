"""What may happen next, for one and for many objects."""

from uuid import UUID

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.translation import override

from oneteam.journal.actors import Actor
from oneteam.kernel.ids import uuid7
from oneteam.lawbook.models import Setting
from oneteam.procedures import registry
from oneteam.procedures.queries import Next, NextState, clocks, in_state, next_steps, runs
from oneteam.procedures.tests.probe import ATTENDANT, DISPATCHER, MORNING, OFFICER, PROBE, begin, load, take


def steps(probe: UUID, actor: Actor) -> dict[str, Next]:
    return {found.step: found for found in next_steps([probe], actor, MORNING)[probe]}


def knows(monkeypatch: pytest.MonkeyPatch, **facts: object) -> None:
    known = registry.RegisteredFacts(lambda ids, _at: dict.fromkeys(ids, facts), frozenset({*facts, "owner"}))
    monkeypatch.setitem(registry._facts, "probe", [known])


def test_only_steps_of_the_present_state_are_offered(probe: object) -> None:
    one = begin()
    assert set(steps(one, OFFICER)) == {"probe.work"}
    take(step="probe.work", object_id=one, actor=OFFICER, at=MORNING, payload={"note": "n"})
    assert set(steps(one, OFFICER)) == {"probe.wait", "probe.finish"}


def test_lawful_step_is_offered_with_its_button(probe: object) -> None:
    found = steps(begin(), OFFICER)["probe.work"]
    assert (found.state, str(found.label), found.blockers, found.warnings) == (
        NextState.LAWFUL,
        "Work on probe",
        (),
        (),
    )
    with override("zh-hans"):
        assert str(found.label) == "进行试验"


def test_blocked_step_says_everything_before_anybody_clicks(probe: object, monkeypatch: pytest.MonkeyPatch) -> None:
    knows(monkeypatch, wrong=True, odd=True, watched=True, owner=None)
    found = steps(begin(), OFFICER)["probe.work"]
    assert (found.state, [f.id for f in found.blockers], [f.id for f in found.warnings]) == (
        NextState.BLOCKED, ["TT-01"], ["TT-02"],
    )  # fmt: skip
    assert (found.blockers[0].sentence, found.blockers[0].cure) == ("TT-01 fails reason", "cure TT-01")


def test_warning_alone_leaves_the_step_lawful(probe: object, monkeypatch: pytest.MonkeyPatch) -> None:
    knows(monkeypatch, odd=True, owner=None)
    found = steps(begin(), OFFICER)["probe.work"]
    assert (found.state, [f.id for f in found.warnings]) == (NextState.LAWFUL, ["TT-02"])


def test_anothers_step_says_whose_it_is_and_runs_no_check(probe: object, monkeypatch: pytest.MonkeyPatch) -> None:
    knows(monkeypatch, wrong=True, owner=uuid7())
    for actor in (DISPATCHER, ATTENDANT):
        found = steps(begin(), actor)["probe.work"]
        assert (found.state, found.for_whom, found.blockers) == (
            NextState.OTHER, ("Officer", "Grid attendant (whose probe it is)"), (),
        )  # fmt: skip


def test_scope_opens_the_step_to_its_person(probe: object, monkeypatch: pytest.MonkeyPatch) -> None:
    knows(monkeypatch, owner=ATTENDANT.post)
    assert steps(begin(), ATTENDANT)["probe.work"].state is NextState.LAWFUL


def test_what_is_offered_as_lawful_is_taken_and_what_is_blocked_is_refused(
    probe: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    for wrong in (False, True):
        knows(monkeypatch, wrong=wrong, owner=None)
        one = begin()
        offered = steps(one, OFFICER)["probe.work"].state is NextState.LAWFUL
        try:
            take(step="probe.work", object_id=one, actor=OFFICER, at=MORNING, payload={"note": "n"})
            taken = True
        except Exception:
            taken = False
        assert offered is taken is not wrong


def test_unset_setting_blocks_before_the_click(probe: object) -> None:
    load(
        PROBE.replace("version: 1", "version: 2")
        .replace(
            'period: {n: 10, unit: natural_day, article: "Test Law 1", mark: V2}', "period: {setting: probe.limit}"
        )
        .replace("start: [probe.decide, {", "start: [{")
        .replace("    checks: [TT-01, TT-02, TT-03]\n", "    start: [probe.decide]\n")
    )
    found = steps(begin(), OFFICER)["probe.work"]
    assert (found.state, [f.id for f in found.blockers]) == (NextState.BLOCKED, ["OT-04"])
    assert "oneteam law set probe.limit" in found.blockers[0].cure
    assert not Setting.objects.filter(name="probe.limit").exists()


def test_lists_cost_the_same_for_1_and_for_30(probe: object, monkeypatch: pytest.MonkeyPatch) -> None:
    calls = []

    def facts(ids: object, _at: object) -> dict[UUID, dict[str, object]]:
        calls.append(ids)
        return {}

    monkeypatch.setitem(registry._facts, "probe", [registry.RegisteredFacts(facts, frozenset({"owner"}))])
    many = [begin() for _ in range(30)]
    load(PROBE.replace("version: 1", "version: 2"))
    many[15:] = [begin() for _ in range(15)]
    for one in many[::2]:
        take(step="probe.work", object_id=one, actor=OFFICER, at=MORNING, payload={"note": "n"})
    calls.clear()
    counts = []
    for ids in (many[:1], many):
        with CaptureQueriesContext(connection) as captured:
            assert len(next_steps(ids, OFFICER, MORNING)) == len(runs(ids)) == len(clocks(ids, MORNING)) == len(ids)
        counts.append(len(captured))
    assert counts[0] == counts[1] <= 6
    assert len(calls) <= 2


def test_objects_without_a_run_are_left_out(probe: object) -> None:
    assert (next_steps([uuid7()], OFFICER, MORNING), runs([uuid7()]), clocks([uuid7()], MORNING)) == ({}, {}, {})


def test_objects_are_found_by_state(probe: object) -> None:
    one, other = begin(), begin()
    take(step="probe.work", object_id=other, actor=OFFICER, at=MORNING, payload={"note": "n"})
    assert set(in_state("probe", "begun")) == {one}
    assert set(in_state("probe", "begun", "working")) == {one, other}
    assert not in_state("report", "begun").exists()
