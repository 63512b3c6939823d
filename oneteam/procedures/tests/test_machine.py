"""Random ways through the three procedures of the law pack: whatever is tried in whatever order, nothing breaks.

What is expected is read from the YAML files by themselves, not through the loader that the engine uses.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
import yaml
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from oneteam.journal.actors import PUBLIC, Actor, ActorKind, machine
from oneteam.journal.models import Act
from oneteam.journal.once import Once
from oneteam.kernel.clock import SHANGHAI
from oneteam.kernel.errors import BadInputError, ConflictError, NotAllowedError
from oneteam.kernel.ids import uuid7
from oneteam.lawbook.checks import Severity
from oneteam.lawbook.checks import checks as check_texts
from oneteam.lawbook.loading import pack_files
from oneteam.procedures.errors import RefusedError
from oneteam.procedures.models import Clock, Run
from oneteam.procedures.queries import NextState, next_steps
from oneteam.procedures.taken import Taken
from oneteam.procedures.tests.probe import OPERATOR, payload_of, person, take

PROCEDURES = {"report", "incident", "order"}  # the checks of cases need more facts: they have a machine of their own
WORLD = {
    data["procedure"]: data
    for data in (yaml.safe_load(text) for _f, text in pack_files("procedures/*.yaml"))
    if data["procedure"] in PROCEDURES
}
STEPS = {step["name"]: step for data in WORLD.values() for step in data["steps"]}
HANDLER, OTHER = person("officer"), person("officer")
ACTORS = {
    "handler": HANDLER,
    "officer": OTHER,
    "dispatcher": person("dispatcher"),
    "auditor": person("auditor"),
    "operator": OPERATOR,
    "client": Actor(kind=ActorKind.CLIENT, id=str(uuid7())),
    "public": PUBLIC,
    "machine": machine("model", "1"),
}
FACTS = {"urgency": "urgent", "handling": "enforcement", "result": "explained"}
STORED: dict[UUID, dict[str, Any]] = {}


def stored_facts(ids: Iterable[UUID], _at: datetime) -> dict[UUID, dict[str, Any]]:
    """What the rooms know of these objects; of a fresh one, that it is settled and sent to nobody yet."""
    fresh = {
        "consultation": True, "incident_state": None, "incident_state_label": None, "open_orders": 0, "post": None,
        "handled_by": None, "officers": (), "photos": None,
        "has_caller": False, "reviews": 0, "violation": False, "officer_handled": False,
        "handle_due": None, "extensions": 0, "handling": "enforcement",
    }  # fmt: skip
    return {one: STORED.get(one, fresh) for one in ids}


def blocking(step: dict[str, Any]) -> list[str]:
    """The checks of a step that can stand against it."""
    return [check for check in step["checks"] if check_texts()[check].severity is not Severity.WATCH]


class Ways(RuleBasedStateMachine):
    """Objects of the three procedures, moved by whoever comes along."""

    def __init__(self) -> None:
        super().__init__()
        self.now = datetime(2026, 3, 2, 9, 0, tzinfo=SHANGHAI)
        self.states: dict[UUID, str] = {}
        self.procedure: dict[UUID, str] = {}
        self.open: dict[UUID, dict[str, datetime]] = {}
        self.acts: dict[UUID, int] = {}
        self.looks = 0
        self.keys: list[tuple[dict[str, Any], Taken]] = []

    @initialize(procedure=st.sampled_from(sorted(WORLD)))
    def first(self, procedure: str) -> None:
        """There always is something to do."""
        self.open_one(procedure, who="dispatcher", imported=False)

    @rule(procedure=st.sampled_from(sorted(WORLD)), who=st.sampled_from(sorted(ACTORS)), imported=st.booleans())
    def open_one(self, procedure: str, who: str, *, imported: bool) -> None:
        """Open an object of some procedure."""
        name = WORLD[procedure]["steps"][0]["name"]
        one = uuid7()
        if self.attempt(name, one, who, {**FACTS, "imported": imported}, happened=False):
            self.procedure[one] = procedure

    @rule(
        data=st.data(),
        who=st.sampled_from(sorted(ACTORS)),
        minutes=st.integers(0, 60 * 24 * 6),
        settled=st.booleans(),
        happened=st.booleans(),
    )
    def move_one(self, data: st.DataObject, who: str, minutes: int, *, settled: bool, happened: bool) -> None:
        """Try some step of an object, allowed or not."""
        if not self.states:
            return
        self.now += timedelta(minutes=minutes)
        one = data.draw(st.sampled_from(sorted(self.states)))
        steps = [step["name"] for step in WORLD[self.procedure[one]]["steps"]]
        self.store(one, settled=settled)
        self.attempt(data.draw(st.sampled_from(steps)), one, who, FACTS, happened=happened)

    @rule(data=st.data(), minutes=st.integers(0, 60 * 24 * 6), happened=st.booleans())
    def go_on(self, data: st.DataObject, minutes: int, *, happened: bool) -> None:
        """Take a step that is due, by somebody who may: so that the ways lead far."""
        if not self.states:
            return
        self.now += timedelta(minutes=minutes)
        one = data.draw(st.sampled_from(sorted(self.states)))
        steps = [s for s in WORLD[self.procedure[one]]["steps"] if s["from"] and self.states[one] in s["from"]]
        if not steps:
            return
        self.store(one, settled=True)
        step = data.draw(st.sampled_from(steps))
        who = data.draw(st.sampled_from([name for name in sorted(ACTORS) if self.may(step, ACTORS[name])]))
        happened = happened and step.get("fact", False)
        self.attempt(step["name"], one, who, FACTS, happened=happened)

    @rule(data=st.data())
    def tell_late(self, data: st.DataObject) -> None:
        """Tell a fact of the street again, whatever has become of the order since."""
        orders = sorted(one for one, procedure in self.procedure.items() if procedure == "order")
        if orders:
            one = data.draw(st.sampled_from(orders))
            facts = [step["name"] for step in WORLD["order"]["steps"] if step.get("fact")]
            self.store(one, settled=True)
            self.attempt(data.draw(st.sampled_from(facts)), one, "handler", FACTS, happened=True)

    @rule(data=st.data())
    def replay(self, data: st.DataObject) -> None:
        """Send a request again: the same answer, and nothing written."""
        if self.keys:
            arguments, first = data.draw(st.sampled_from(self.keys))
            again = take(**arguments)
            assert (again.replayed, again.act) == (True, first.act)

    def store(self, one: UUID, *, settled: bool) -> None:
        """What the rooms now know of an object: an order went to the handler, who also handled it."""
        STORED[one] = {
            "consultation": settled, "incident_state": None, "incident_state_label": None,
            "open_orders": 0 if settled else 2, "post": HANDLER.post, "handled_by": HANDLER.person_id,
            "officers": (), "photos": None,
            "has_caller": not settled, "reviews": 0 if settled else 1, "violation": not settled,
            "officer_handled": settled, "handle_due": None if settled else self.now - timedelta(minutes=1),
            "extensions": 0 if settled else 1, "handling": "enforcement",
        }  # fmt: skip

    def attempt(self, name: str, one: UUID, who: str, facts: dict[str, Any], *, happened: bool) -> bool:
        """Take a step and compare with what the YAML says must come of it."""
        step, actor, state = STEPS[name], ACTORS[who], self.states.get(one)
        arguments: dict[str, Any] = {
            "step": name, "object_id": one, "actor": actor, "at": self.now, "facts": facts,
            "once": Once.of(str(uuid7()), name), "happened": happened, "payload": payload_of(step["act"]),
        }  # fmt: skip
        try:
            taken = take(**arguments)
        except NotAllowedError:
            assert not self.may(step, actor)
            return False
        except ConflictError:
            assert step["from"] is None
            assert state is not None
            return False
        except BadInputError:
            assert happened
            assert not step.get("fact", False)
            return False
        except RefusedError as refused:
            self.rightly_refused(step, state, refused, happened=happened)
            return False
        assert self.may(step, actor)
        assert not taken.breaches or (happened and step["fact"])
        ahead = step["from"] is None or state in step["from"]
        assert ahead or [failed.id for failed in taken.breaches][:1] == ["OT-03"]
        self.book(step, one, state, facts, ahead=ahead)
        self.keys.append((arguments, taken))
        return True

    def rightly_refused(
        self, step: dict[str, Any], state: str | None, refused: RefusedError, *, happened: bool
    ) -> None:
        """A refusal names the state's order alone, or every check of the step; a fact is never refused."""
        out_of_order = step["from"] is not None and state not in step["from"]
        assert [failed.id for failed in refused.failures] == (["OT-03"] if out_of_order else blocking(step))
        assert not happened

    def may(self, step: dict[str, Any], actor: Actor) -> bool:
        """Whether the YAML lets this actor take the step; the order was sent to the handler's post."""
        for seat in step["who"]:
            role, scope = (seat, None) if isinstance(seat, str) else (seat["role"], seat["scope"])
            if role == (actor.role or actor.kind.value) and (scope is None or actor.post == HANDLER.post):
                return True
        return False

    def book(self, step: dict[str, Any], one: UUID, state: str | None, facts: dict[str, Any], *, ahead: bool) -> None:
        """Keep what must now be so."""
        self.acts[one] = self.acts.get(one, 0) + 1
        running = self.open.setdefault(one, {})
        moves = ahead or self.leads(one, str(state), set(step["from"]))
        if moves:
            self.states[one] = str(state) if step["to"] == "same" else step["to"]
        for clock in step.get("stop", ()):
            running.pop(clock, None)
        for use in step.get("start", ()) if moves else ():
            told = {"clock": use} if isinstance(use, str) else use
            if not (told.get("unless") and facts.get(told["unless"])):
                running.setdefault(told["clock"], self.begins(one, told.get("after")))

    def begins(self, one: UUID, after: str | None) -> datetime:
        """When a clock begins: now, or at the end of the one that it lengthens."""
        ended = Clock.objects.filter(run_id=one, name=after).order_by("stopped_at").last() if after else None
        return max(self.now, ended.due) if ended is not None and ended.stopped_at == self.now else self.now

    def leads(self, one: UUID, state: str, wanted: set[str]) -> bool:
        """Whether steps lead from a state to one of the wanted."""
        seen, waiting = {state}, [state]
        while waiting:
            here = waiting.pop()
            for step in WORLD[self.procedure[one]]["steps"]:
                if step["from"] and here in step["from"] and step["to"] not in (*seen, "same"):
                    seen.add(step["to"])
                    waiting.append(step["to"])
        return bool(seen & wanted)

    @invariant()
    def one_run_an_object_in_the_state_of_its_last_step(self) -> None:
        """Also: as many acts as steps were taken, and no more."""
        found = dict(Run.objects.filter(id__in=self.states).values_list("id", "state"))
        assert found == self.states
        for one, count in self.acts.items():
            assert Act.objects.filter(stream=one).count() == count

    @invariant()
    def each_clock_was_stopped_once_and_runs_as_long_as_it_should(self) -> None:
        """A stopped clock names an act of its object's own file; an open one began when the model says."""
        clocks = list(Clock.objects.filter(run_id__in=self.states))
        for clock in clocks:
            assert (clock.stopped_at is None) == (clock.stopped_act is None)
            if clock.stopped_act is not None:
                assert Act.objects.filter(id=clock.stopped_act, stream=clock.run_id).exists()
        running = {(c.run_id, c.name): c.started_at for c in clocks if c.stopped_at is None}
        assert running == {(one, name): at for one, names in self.open.items() for name, at in names.items()}

    @invariant()
    def what_is_offered_is_exactly_what_the_state_allows(self) -> None:
        """And nobody is offered a step that is not theirs."""
        self.looks += 1
        for actor in list(ACTORS.values())[self.looks % 4 :: 4]:  # in turn: each look is a query
            for one, steps in next_steps(self.states, actor, self.now).items():
                allowed = {
                    step["name"]
                    for step in WORLD[self.procedure[one]]["steps"]
                    if step["from"] and self.states[one] in step["from"]
                }
                assert {step.step for step in steps} == allowed
                for step in steps:
                    scoped = any(isinstance(seat, dict) for seat in STEPS[step.step]["who"])
                    theirs = self.may(STEPS[step.step], actor) and not (scoped and one not in STORED)
                    assert (step.state is NextState.OTHER) is not theirs


def test_no_way_through_the_procedures_breaks(city: object, monkeypatch: pytest.MonkeyPatch) -> None:
    from oneteam.procedures import registry  # noqa: PLC0415 -- its registry is what the test replaces

    # The rooms know nothing of this test's objects: what they would store stands in STORED.
    for procedure in WORLD:
        known = registry.RegisteredFacts(stored_facts, registry.given_facts(procedure))
        monkeypatch.setitem(registry._facts, procedure, [known])
    run_state_machine_as_test(
        Ways,
        settings=settings(
            max_examples=25, stateful_step_count=30, deadline=None, database=None, derandomize=True,
            suppress_health_check=list(HealthCheck), phases=[Phase.generate],
        ),
    )  # fmt: skip
