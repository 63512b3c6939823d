"""A procedure made for tests: every feature of the engine once, on nobody's law."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.utils.translation import gettext_lazy

from oneteam.journal import checks as journal_checks
from oneteam.journal.actors import Actor, ActorKind, machine, operator
from oneteam.journal.acts import write
from oneteam.journal.kinds import act_kind, act_kinds
from oneteam.kernel.clock import SHANGHAI
from oneteam.kernel.ids import uuid7
from oneteam.lawbook.checks import CheckInfo, Severity
from oneteam.lawbook.checks import checks as check_texts
from oneteam.lawbook.text import Text
from oneteam.procedures import registry
from oneteam.procedures.acts import load_law
from oneteam.procedures.engine import STANDARD_FIELDS, step_kind, take_step
from oneteam.procedures.loader import Known, parse_declaration
from oneteam.procedures.queries import ClockView, clocks
from oneteam.procedures.registry import Context, Failure

DAY, HOUR, INSTANT = timedelta(days=1), timedelta(hours=1), timedelta(microseconds=1)
PROBE = """
procedure: probe
version: 1
label: {zh: 试验, en: Probe}
valid_from: 2026-01-01
valid_to: 2026-12-31
states:
  begun: {zh: 已开始, en: Begun}
  working: {zh: 进行中, en: Working}
  waiting: {zh: 等待中, en: Waiting}
  done: {zh: 已完成, en: Done}
clocks:
  probe.decide:
    label: {zh: 决定时限, en: Decide by}
    side: agency
    period: {n: 10, unit: natural_day, article: "Test Law 1", mark: V2}
  probe.reply:
    label: {zh: 答复时限, en: Reply by}
    side: party
    period: {n: 5, statute: APL, article: "64(1)", mark: V1}
steps:
  - name: probe.begin
    act: probe.begun
    label: {zh: 开始试验, en: Begin probe}
    from: null
    to: begun
    who: [officer, public]
    start: [probe.decide, {clock: probe.reply, unless: imported}]
  - name: probe.work
    act: probe.worked
    label: {zh: 进行试验, en: Work on probe}
    from: [begun]
    to: working
    who:
      - officer
      - {role: grid_attendant, scope: probe_owner}
    checks: [TT-01, TT-02, TT-03]
    effects: [probe_effect]
    fact: true
  - name: probe.wait
    act: probe.waited
    label: {zh: 中止试验, en: Suspend probe}
    from: [working]
    to: waiting
    who: [officer]
    pause: [{clock: probe.decide, ground: Test Law 2}]
  - name: probe.go_on
    act: probe.went_on
    label: {zh: 恢复试验, en: Resume probe}
    from: [waiting]
    to: working
    who: [officer]
    resume: [probe.decide]
  - name: probe.finish
    act: probe.finished
    label: {zh: 完成试验, en: Finish probe}
    from: [working, waiting]
    to: done
    who: [officer]
    stop: [probe.decide, probe.reply]
    fact: true
"""
ACTS = ("begun", "worked", "waited", "went_on", "finished")
MORNING = datetime(2026, 3, 2, 9, 0, tzinfo=SHANGHAI)  # a Monday; the working days after it are plain ones

OPERATOR = operator("tester")
TIMER = machine("timer", "1")

take = write(take_step)


def person(role: str) -> Actor:
    """Somebody new under a post of that role."""
    return Actor(kind=ActorKind.PERSON, id=str(uuid7()), post=uuid7(), role=role, name=f"name of {role}")


OFFICER = person("officer")
ATTENDANT = person("grid_attendant")
DISPATCHER = person("dispatcher")


def text(check: str, severity: Severity, fields: frozenset[str] = frozenset()) -> CheckInfo:
    """The words of a made-up check."""
    named = "".join(f"{{{name}}}" for name in fields)
    return CheckInfo(
        check, Text(f"{check}条", f"article of {check}"), severity, "own",
        Text(f"{check}不成立{named}", f"{check} fails {named}"), Text(f"补{check}", f"cure {check}"), fields,
    )  # fmt: skip


def failing(name: str, fields: Mapping[str, Any]) -> registry.CheckFunction:
    """A check that fails when the proposal brings the fact `name`."""
    return lambda context: Failure(fields) if context.facts.get(name) else None


def register_acts() -> None:
    """Make the probe's acts known, once a process."""
    for word in ACTS:
        if f"probe.{word}" not in act_kinds():
            step_kind(f"probe.{word}", gettext_lazy("Probe"), fields={"note": str} if word == "worked" else None)


def install(monkeypatch: pytest.MonkeyPatch, effects: list[Any] | None = None) -> None:
    """Make the probe's checks, scope, facts and effect known for one test."""
    register_acts()
    checks = {
        "TT-01": (text("TT-01", Severity.BLOCK, frozenset({"why"})), failing("wrong", {"why": Text("缘由", "reason")})),
        "TT-02": (text("TT-02", Severity.WARN), failing("odd", {})),
        "TT-03": (text("TT-03", Severity.WATCH), failing("watched", {})),
    }
    for name, (info, function) in checks.items():
        monkeypatch.setitem(check_texts(), name, info)
        monkeypatch.setitem(journal_checks._checks, name, journal_checks.RegisteredCheck(function, frozenset()))
    monkeypatch.setitem(
        registry._scopes, "probe_owner", registry.RegisteredScope(owns, "whose probe it is", frozenset({"owner"}))
    )
    monkeypatch.setitem(registry._effects, "probe_effect", (effects if effects is not None else []).append)


def owns(context: Context) -> bool:
    """Whether the actor's post is the owner's."""
    return bool(context.facts.get("owner") == context.actor.post)


def load(declaration: str = PROBE, *, at: datetime = MORNING) -> None:
    """Load a declaration as an operator would."""
    load_law(
        actor=OPERATOR, at=at, declarations=[("probe.yaml", parse_declaration("probe.yaml", declaration, Known()))]
    )


def begin(*, at: datetime = MORNING, actor: Actor = OFFICER, facts: Mapping[str, Any] | None = None) -> UUID:
    """Begin a probe and return its id."""
    probe = uuid7()
    take(step="probe.begin", object_id=probe, actor=actor, at=at, facts=facts or {})
    return probe


def payload_of(act: str) -> dict[str, Any]:
    """Whatever open fields the room that registers the act declares, each empty."""
    empty: dict[Any, Any] = {str: "", int: 0, bool: False, list: [], dict: {}}
    fields = act_kind(act).fields
    kinds = {name: kind[0] if isinstance(kind, tuple) else kind for name, kind in fields.items()}
    return {name: empty[kind] for name, kind in kinds.items() if name not in STANDARD_FIELDS}


def view(probe: UUID, name: str, at: datetime) -> ClockView:
    """A probe's clock as it stands at a moment."""
    return next(clock for clock in clocks([probe], at)[probe] if clock.name == name)


def step(name: str, probe: UUID, at: datetime) -> None:
    """Take a probe's step as an officer."""
    payload = {"note": "n"} if name == "work" else {}
    take(step=f"probe.{name}", object_id=probe, actor=OFFICER, at=at, payload=payload)


def end_of(day: date) -> datetime:
    """The last instant of a day in Shanghai."""
    return datetime(day.year, day.month, day.day, 23, 59, 59, 999_999, tzinfo=SHANGHAI)
