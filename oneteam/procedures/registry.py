"""What declarations name and rooms supply: checks, scopes, facts and effects.

A declaration names an id; the function stands in the room that owns the facts, registered when the room starts.
`validate` (room `commands`, and the tests) refuses a start where either side is missing.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.functional import Promise

from oneteam.journal.actors import Actor
from oneteam.procedures.taken import Taken


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """What a check or a scope sees. `preview`: nobody has proposed anything yet, so proposed facts are missing."""

    step: str
    object_id: UUID
    state: str | None
    actor: Actor
    at: datetime
    facts: Mapping[str, Any]
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
ScopeFunction = Callable[[Context], bool]
FactFunction = Callable[[Iterable[UUID], datetime], Mapping[UUID, Mapping[str, Any]]]
EffectFunction = Callable[[Taken], None]


@dataclass(frozen=True, slots=True)
class RegisteredCheck:
    """A check's function and the stored facts it needs."""

    function: CheckFunction
    needs: frozenset[str]


@dataclass(frozen=True, slots=True)
class RegisteredScope:
    """A predicate that narrows a role's permission, and who that is, in words ("the person it was sent to")."""

    function: ScopeFunction
    text: str | Promise
    needs: frozenset[str]


@dataclass(frozen=True, slots=True)
class RegisteredFacts:
    """A room's answer to what is known about many objects of one procedure, in constant queries."""

    function: FactFunction
    gives: frozenset[str]


_checks: dict[str, RegisteredCheck] = {}
_scopes: dict[str, RegisteredScope] = {}
_facts: dict[str, list[RegisteredFacts]] = {}
_effects: dict[str, EffectFunction] = {}


def check(check_id: str, *, needs: Iterable[str] = ()) -> Callable[[CheckFunction], CheckFunction]:
    """Register the function of a check. `needs` are stored facts it reads; some room must give each of them."""

    def register(function: CheckFunction) -> CheckFunction:
        if check_id in _checks:
            raise ValueError(f"{check_id} is registered twice")
        _checks[check_id] = RegisteredCheck(function, frozenset(needs))
        return function

    return register


def scope(name: str, *, text: str | Promise, needs: Iterable[str] = ()) -> Callable[[ScopeFunction], ScopeFunction]:
    """Register a scope predicate; `text` says in the interface's language whom it means."""

    def register(function: ScopeFunction) -> ScopeFunction:
        if name in _scopes:
            raise ValueError(f"scope {name!r} is registered twice")
        _scopes[name] = RegisteredScope(function, text, frozenset(needs))
        return function

    return register


def facts(procedure: str, *, gives: Iterable[str]) -> Callable[[FactFunction], FactFunction]:
    """Register what a room knows about the objects of a procedure. The function takes ids and region time, answers for
    all of them in a fixed number of queries, and is asked about stored facts only."""

    def register(function: FactFunction) -> FactFunction:
        taken = {name for known in _facts.get(procedure, ()) for name in known.gives} & set(gives)
        if taken:
            raise ValueError(f"the facts {sorted(taken)} of {procedure} are given twice")
        _facts.setdefault(procedure, []).append(RegisteredFacts(function, frozenset(gives)))
        return function

    return register


def effect(name: str) -> Callable[[EffectFunction], EffectFunction]:
    """Register what happens after a step's transaction is committed. It cannot fail the step and is
    lost if the process dies at that moment: what must happen follows the journal instead."""

    def register(function: EffectFunction) -> EffectFunction:
        if name in _effects:
            raise ValueError(f"effect {name!r} is registered twice")
        _effects[name] = function
        return function

    return register


def checks() -> Mapping[str, RegisteredCheck]:
    """Return every registered check by its id."""
    return _checks


def scopes() -> Mapping[str, RegisteredScope]:
    """Return every registered scope by its name."""
    return _scopes


def effects() -> Mapping[str, EffectFunction]:
    """Return every registered effect by its name."""
    return _effects


def given_facts(procedure: str) -> frozenset[str]:
    """Return the names of the stored facts that rooms give about a procedure's objects."""
    return frozenset(name for known in _facts.get(procedure, ()) for name in known.gives)


def known_facts(
    procedure: str, object_ids: Iterable[UUID], at: datetime, *, wanted: frozenset[str] | None = None
) -> dict[UUID, dict[str, Any]]:
    """Ask every room about these objects; with `wanted`, only the rooms that give one of those facts."""
    ids = list(object_ids)
    found: dict[UUID, dict[str, Any]] = {object_id: {} for object_id in ids}
    for known in _facts.get(procedure, ()):
        if ids and (wanted is None or known.gives & wanted):
            for object_id, values in known.function(ids, at).items():
                found[object_id].update(values)
    return found
