"""Taking steps: who may, refusals, breaches, overrides, replays, pinning, validity."""

from typing import Any
from uuid import UUID

import psycopg
import pytest
from django.db import transaction
from django.utils.translation import override

from oneteam.journal.actors import PUBLIC
from oneteam.journal.acts import WithoutTransactionError
from oneteam.journal.models import Act
from oneteam.journal.once import KeyUsedError, Once
from oneteam.kernel.errors import BadInputError, ConflictError, MissingError, NotAllowedError
from oneteam.kernel.ids import uuid7
from oneteam.lawbook.settings_table import UnsetSettingError
from oneteam.procedures import registry
from oneteam.procedures.engine import take_step
from oneteam.procedures.errors import RefusedError
from oneteam.procedures.models import Clock, Run
from oneteam.procedures.queries import runs
from oneteam.procedures.tests.probe import (
    ATTENDANT,
    DISPATCHER,
    HOUR,
    MORNING,
    OFFICER,
    PROBE,
    begin,
    load,
    person,
    take,
)

WORK: dict[str, Any] = {"step": "probe.work", "actor": OFFICER, "at": MORNING + HOUR, "payload": {"note": "n"}}


def state(probe: UUID) -> str:
    return runs([probe])[probe].state


def then_break(**arguments: Any) -> None:
    """A caller whose own rows fail after the step."""
    with transaction.atomic():
        take_step(**arguments)
        raise ZeroDivisionError


def acts(probe: UUID) -> int:
    return Act.objects.filter(stream=probe).count()


def test_step_moves_run_and_names_act(probe: object) -> None:
    one = begin()
    taken = take(object_id=one, **WORK)
    assert (taken.state, taken.replayed, taken.breaches, taken.act.seq) == ("working", False, (), 2)
    run = Run.objects.get(id=one)
    assert (run.state, run.since, run.last_act) == ("working", MORNING + HOUR, taken.act.id)
    assert Act.objects.get(id=taken.act.id).payload == {"note": "n", "breaches": [], "overrides": []}


def test_step_by_wrong_role_is_refused_before_any_check_and_says_whose_it_is(probe: object) -> None:
    one = begin()
    with pytest.raises(NotAllowedError, match=r"Officer, Grid attendant \(whose probe it is\)"):
        take(object_id=one, **{**WORK, "actor": DISPATCHER, "facts": {"wrong": True}})
    assert (state(one), acts(one)) == ("begun", 1)


def test_scope_lets_only_its_own_person(probe: object) -> None:
    one = begin()
    with pytest.raises(NotAllowedError):
        take(object_id=one, **{**WORK, "actor": ATTENDANT, "facts": {"owner": uuid7()}})
    assert take(object_id=one, **{**WORK, "actor": ATTENDANT, "facts": {"owner": ATTENDANT.post}}).state == "working"


def test_refusal_names_every_failed_check_at_once_in_the_readers_language(probe: object) -> None:
    one = begin()
    with pytest.raises(RefusedError) as refused:
        take(object_id=one, facts={"wrong": True, "odd": True, "watched": True}, **WORK)
    failures = refused.value.failures
    assert [(f.id, f.needs_reason) for f in failures] == [("TT-01", False), ("TT-02", True)]
    first = failures[0]
    assert (first.article, first.sentence, first.cure) == ("article of TT-01", "TT-01 fails reason", "cure TT-01")
    with override("zh-hans"):
        assert (first.article, first.sentence, first.cure) == ("TT-01条", "TT-01不成立缘由", "补TT-01")
        assert "TT-02不成立" in str(refused.value)
    assert (state(one), acts(one)) == ("begun", 1)


def test_watched_check_never_blocks(probe: object) -> None:
    taken = take(object_id=begin(), facts={"watched": True}, **WORK)
    assert (taken.state, taken.breaches, taken.overrides) == ("working", (), {})


def test_warning_goes_on_with_a_reason_that_stands_in_the_act(probe: object) -> None:
    one = begin()
    taken = take(object_id=one, facts={"odd": True}, overrides={"TT-02": " seen by the head "}, **WORK)
    assert taken.overrides == {"TT-02": "seen by the head"}
    payload = Act.objects.get(id=taken.act.id).payload
    assert payload["overrides"] == [{"check": "TT-02", "reason": "seen by the head"}]
    assert payload["breaches"] == []


@pytest.mark.parametrize("reason", ["", "   "])
def test_override_without_a_reason_is_none(probe: object, reason: str) -> None:
    with pytest.raises(RefusedError):
        take(object_id=begin(), facts={"odd": True}, overrides={"TT-02": reason}, **WORK)


@pytest.mark.parametrize("check", ["TT-01", "TT-03", "ZZ-99"])
def test_only_a_warning_can_be_overridden(probe: object, check: str) -> None:
    with pytest.raises(BadInputError, match=check):
        take(object_id=begin(), facts={"wrong": True}, overrides={check: "because"}, **WORK)


def test_override_of_a_check_that_passes_leaves_no_trace(probe: object) -> None:
    assert take(object_id=begin(), overrides={"TT-02": "just in case"}, **WORK).overrides == {}


def test_fact_is_recorded_with_its_breaches(probe: object) -> None:
    taken = take(object_id=begin(), facts={"wrong": True, "odd": True}, happened=True, **WORK)
    assert ([failed.id for failed in taken.breaches], taken.state) == (["TT-01", "TT-02"], "working")
    payload = Act.objects.get(id=taken.act.id).payload
    assert payload["breaches"] == [{"check": "TT-01", "reason": ""}, {"check": "TT-02", "reason": ""}]


def test_step_that_is_no_fact_cannot_be_told_afterwards(probe: object) -> None:
    one = begin()
    take(object_id=one, **WORK)
    with pytest.raises(BadInputError, match="only be proposed"):
        take(step="probe.wait", object_id=one, actor=OFFICER, at=MORNING + HOUR, happened=True)
    assert state(one) == "working"


def test_proposed_step_out_of_order_is_refused(probe: object) -> None:
    one = begin()
    with pytest.raises(RefusedError, match=r"OT-03.*Working, Waiting.*Begun"):
        take(step="probe.finish", object_id=one, actor=OFFICER, at=MORNING + HOUR)
    assert acts(one) == 1


def test_fact_that_lies_ahead_moves_the_run_on_with_a_breach(probe: object) -> None:
    one = begin()
    taken = take(step="probe.finish", object_id=one, actor=OFFICER, at=MORNING + HOUR, happened=True)
    assert ([failed.id for failed in taken.breaches], state(one)) == (["OT-03"], "done")
    assert not Clock.objects.filter(run_id=one, stopped_at__isnull=True).exists()


def test_fact_that_lies_behind_is_kept_but_never_moves_the_run_back(probe: object) -> None:
    one = begin()
    take(object_id=one, **WORK)
    done_at = MORNING + 2 * HOUR
    take(step="probe.finish", object_id=one, actor=OFFICER, at=done_at)
    taken = take(object_id=one, happened=True, **WORK)
    assert ([failed.id for failed in taken.breaches], taken.state) == (["OT-03"], "done")
    assert (runs([one])[one].since, acts(one)) == (done_at, 4)


def test_same_key_returns_the_first_act_and_writes_nothing(probe: object) -> None:
    one = uuid7()
    arguments: dict[str, Any] = {"step": "probe.begin", "object_id": one, "actor": OFFICER, "at": MORNING}
    first = take(once=Once("k1", b"a"), **arguments)
    again = take(once=Once("k1", b"a"), **arguments)
    assert (again.replayed, again.act.id, acts(one)) == (True, first.act.id, 1)
    moved = take(object_id=one, once=Once("k2", b"a"), **WORK)
    assert take(object_id=one, once=Once("k2", b"a"), **WORK).act.id == moved.act.id
    assert (acts(one), Clock.objects.filter(run_id=one).count()) == (2, 2)
    with pytest.raises(KeyUsedError):
        take(once=Once("k1", b"b"), **arguments)


def test_key_is_each_actors_own(probe: object) -> None:
    key = Once("k", b"same")
    first = take(step="probe.begin", object_id=uuid7(), actor=OFFICER, at=MORNING, once=key)
    second = take(step="probe.begin", object_id=uuid7(), actor=person("officer"), at=MORNING, once=key)
    assert first.act.id != second.act.id


def test_object_cannot_be_opened_twice(probe: object) -> None:
    one = begin()
    with pytest.raises(ConflictError, match="opened before"):
        take(step="probe.begin", object_id=one, actor=OFFICER, at=MORNING)
    take(object_id=one, **WORK)
    take(step="probe.finish", object_id=one, actor=OFFICER, at=MORNING + HOUR)
    with pytest.raises(ConflictError, match="opened before"):  # also when no clock is open any more
        take(step="probe.begin", object_id=one, actor=OFFICER, at=MORNING)
    assert (acts(one), Clock.objects.filter(run_id=one).count()) == (3, 2)


def test_unknown_object_and_unknown_step_are_missing(probe: object) -> None:
    with pytest.raises(MissingError):
        take(object_id=uuid7(), **WORK)
    with pytest.raises(MissingError, match=r"no step probe\.fly"):
        take(step="probe.fly", object_id=begin(), actor=OFFICER, at=MORNING)


def test_step_outside_a_transaction_writes_nothing(probe: object) -> None:
    one = uuid7()
    with pytest.raises(WithoutTransactionError):
        take_step(step="probe.begin", object_id=one, actor=OFFICER, at=MORNING)
    assert acts(one) == 0


def test_whole_step_is_undone_with_its_transaction(probe: object) -> None:
    one = uuid7()
    with pytest.raises(ZeroDivisionError):
        then_break(step="probe.begin", object_id=one, actor=OFFICER, at=MORNING)
    assert acts(one) == 0
    assert not Run.objects.filter(id=one).exists()
    assert not Clock.objects.filter(run_id=one).exists()


def test_effects_run_after_the_commit_and_only_then(probe: object, effects: list[Any]) -> None:
    one = begin()
    with pytest.raises(ZeroDivisionError):
        then_break(object_id=one, **WORK)
    assert effects == []
    taken = take(object_id=one, **WORK)
    assert effects == [taken]


def test_failing_effect_undoes_nothing(probe: object, monkeypatch: pytest.MonkeyPatch) -> None:
    def breaks(_taken: object) -> None:
        raise RuntimeError("no network")

    monkeypatch.setitem(registry._effects, "probe_effect", breaks)
    one = begin()
    take(object_id=one, **WORK)
    assert state(one) == "working"


def test_public_may_begin_and_nothing_else(probe: object) -> None:
    one = begin(actor=PUBLIC)
    with pytest.raises(NotAllowedError):
        take(object_id=one, **{**WORK, "actor": PUBLIC})


def test_unset_setting_refuses_the_step_and_names_the_command(probe: object) -> None:
    load(
        PROBE.replace("procedure: probe", "procedure: probe\n")
        .replace("version: 1", "version: 2")
        .replace(
            'period: {n: 10, unit: natural_day, article: "Test Law 1", mark: V2}', "period: {setting: probe.limit}"
        )
    )
    with pytest.raises(UnsetSettingError, match=r"oneteam law set probe\.limit"):
        begin()
    assert not Run.objects.filter(procedure="probe").exists()


def test_what_rooms_store_wins_over_what_a_proposal_claims(probe: object, monkeypatch: pytest.MonkeyPatch) -> None:
    known = registry.RegisteredFacts(lambda ids, _at: {one: {"owner": uuid7()} for one in ids}, frozenset({"owner"}))
    monkeypatch.setitem(registry._facts, "probe", [known])
    with pytest.raises(NotAllowedError):
        take(object_id=begin(), **{**WORK, "actor": ATTENDANT, "facts": {"owner": ATTENDANT.post}})


def test_opening_costs_at_most_two_statements(probe: object, monkeypatch: pytest.MonkeyPatch) -> None:
    begin()  # fills the process's memory
    seen: list[str] = []
    execute = psycopg.Cursor.execute

    def counting(cursor: Any, query: Any, *arguments: Any, **options: Any) -> Any:
        seen.append(str(query))
        return execute(cursor, query, *arguments, **options)

    monkeypatch.setattr(psycopg.Cursor, "execute", counting)
    with transaction.atomic():
        take_step(step="probe.begin", object_id=uuid7(), actor=OFFICER, at=MORNING)
    assert len(seen) == 2, seen  # the journal's time, then the act with its run and clocks
    assert all(table in seen[-1] for table in ("journal_act", "procedures_run", "procedures_clock"))
