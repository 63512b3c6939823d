"""A declared procedure: states, steps and clocks. Immutable data; the loader makes it, the engine follows it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from oneteam.kernel.periods import Side, Unit
from oneteam.lawbook.text import Text


@dataclass(frozen=True, slots=True)
class Seat:
    """Who may take a step: a role or kind of actor, if given only where the scope's predicate holds."""

    role: str
    scope: str | None


@dataclass(frozen=True, slots=True)
class PeriodRule:
    """How long a clock runs: a number of the law (`n` with unit or statute, article and mark) or a city's setting.

    `by` names the facts (handling, urgency) whose values, in this order, choose among the setting's variants.
    """

    n: int = 0
    unit: Unit | None = None
    statute: str = ""
    article: str = ""
    mark: str = ""
    setting: str = ""
    by: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ClockRule:
    """A clock that the procedure's steps start and stop."""

    name: str
    label: Text
    side: Side
    period: PeriodRule


class ClockDo(StrEnum):
    """What a step does with a clock."""

    START = "start"
    STOP = "stop"
    PAUSE = "pause"
    RESUME = "resume"


@dataclass(frozen=True, slots=True)
class ClockUse:
    """What a step does with one clock. `unless` names a fact that, when true, leaves it alone; `ground` is the law
    that lets a clock stand still; `after` names the open clock at whose end the one that starts begins (an extension
    lengthens a time limit, whenever it was granted)."""

    do: ClockDo
    clock: str
    unless: str | None = None
    ground: str = ""
    after: str = ""


@dataclass(frozen=True, slots=True)
class State:
    """A state with its name in both languages."""

    name: str
    label: Text


@dataclass(frozen=True, slots=True)
class Step:
    """One step: the act it becomes, from where to where, who may, what guards it, what it does to clocks.

    `target` is empty where the object stays in the state it is in (`to: same`).
    """

    name: str
    act: str
    label: Text
    sources: tuple[str, ...]
    target: str
    who: tuple[Seat, ...]
    checks: tuple[str, ...]
    clocks: tuple[ClockUse, ...]
    documents: tuple[str, ...]
    effects: tuple[str, ...]
    fact: bool
    action: str = ""

    @property
    def opens(self) -> bool:
        """Whether the step begins a run."""
        return not self.sources

    @property
    def scopes(self) -> frozenset[str]:
        """The predicates that some role's permission depends on."""
        return frozenset(seat.scope for seat in self.who if seat.scope)

    def does(self, *what: ClockDo) -> Iterator[ClockUse]:
        """Yield what the step does with clocks, of these kinds, in the declaration's order."""
        return (use for use in self.clocks if use.do in what)


@dataclass(frozen=True, slots=True)
class Declaration:
    """One version of a procedure, valid on the days from `valid_from` to `valid_to`, both inside."""

    name: str
    version: int
    label: Text
    valid_from: date
    valid_to: date | None
    states: Mapping[str, State]
    steps: Mapping[str, Step]
    clocks: Mapping[str, ClockRule]
    hash: str
    text: str

    def valid_on(self, day: date) -> bool:
        """Whether a run may begin under this version on that legal day."""
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)

    def steps_from(self, state: str) -> Iterator[Step]:
        """Yield the steps that lead on from a state, in the declaration's order."""
        return (step for step in self.steps.values() if state in step.sources)

    def reachable(self, state: str) -> frozenset[str]:
        """Return every state that steps can reach from `state`, itself included."""
        seen, waiting = {state}, [state]
        while waiting:
            for step in self.steps_from(waiting.pop()):
                if step.target and step.target not in seen:
                    seen.add(step.target)
                    waiting.append(step.target)
        return frozenset(seen)
