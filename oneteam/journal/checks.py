"""Checks of the law: the functions that decide. A check stands in the room that owns the facts: @check("EVT-07").

What a check says, with its article and severity, stands in the law packs. Steps of procedures name the checks that
guard them; a write that is no step asks with `require`. The room that knows both sides hands in how to judge.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from oneteam.journal.actors import Actor


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """What a check or a scope sees. `action`: the kind of action that the step is (law packs, auxiliaries.yaml).

    `preview`: nobody has proposed anything yet, so proposed facts are missing.
    """

    step: str
    object_id: UUID
    state: str | None
    actor: Actor
    at: datetime
    facts: Mapping[str, Any]
    action: str = ""
    preview: bool = False

    def fact(self, name: str) -> Any:
        """Return a fact that must be there. LookupError names who has to supply it."""
        try:
            return self.facts[name]
        except KeyError:
            raise LookupError(f"{self.step}: nobody gives the fact {name!r}; see procedures.registry.facts") from None


@dataclass(frozen=True, slots=True)
class Failure:
    """A check's answer when it fails: the fields of its sentence, each a plain value or a lawbook `Text`."""

    fields: Mapping[str, Any] = field(default_factory=dict)


CheckFunction = Callable[[Context], Failure | None]


@dataclass(frozen=True, slots=True)
class RegisteredCheck:
    """A check's function and the stored facts it needs. `of_role`: it looks at the actor's role and the step only.

    `by_step`: it looks at which step is taken, so that what it says of one step holds for no other.
    """

    function: CheckFunction
    needs: frozenset[str]
    of_role: bool = False
    by_step: bool = False


_checks: dict[str, RegisteredCheck] = {}


def check(
    check_id: str, *, needs: Iterable[str] = (), of_role: bool = False, by_step: bool = False
) -> Callable[[CheckFunction], CheckFunction]:
    """Register the function of a check. `needs` are stored facts it reads; some room must give each of them.

    A check `of_role` is asked before a role that no step is for is turned away, so that the law's own reason is told;
    one that reads the context's step or action says so with `by_step`.
    """

    def register(function: CheckFunction) -> CheckFunction:
        if check_id in _checks:
            raise ValueError(f"{check_id} is registered twice")
        _checks[check_id] = RegisteredCheck(function, frozenset(needs), of_role, by_step or of_role)
        return function

    return register


def checks() -> Mapping[str, RegisteredCheck]:
    """Return every registered check by its id."""
    return _checks


Judge = Callable[[Sequence[str], Context, Mapping[str, str]], Mapping[str, str]]
_judges: list[Judge] = []


def judge_by(judge: Judge) -> None:
    """Take the function that judges; the room that knows what checks say hands it over."""
    _judges[:] = [judge]


def require(*ids: str, context: Context, overrides: Mapping[str, str] | None = None) -> Mapping[str, str]:
    """Ask checks for a write that is no step of a procedure; return the reasons given against those that only warn.

    Raises RefusedError (procedures.errors) with every check that failed and may not be, or was not, gone against.
    """
    (judge,) = _judges
    return judge(ids, context, overrides or {})


def watched(check_id: str, *, context: Context) -> Failure | None:
    """Ask a check that is only watched (severity S): it refuses nothing, the caller does what it calls for."""
    return _checks[check_id].function(context)
