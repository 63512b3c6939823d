"""What declarations name and rooms supply: checks (journal.checks), scopes, facts and effects.

A declaration names an id; the function stands in the room that owns the facts, registered when the room starts.
`validate` (room `commands`, and the tests) refuses a start where either side is missing.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.functional import Promise

from oneteam.journal.checks import CheckFunction, Context, Failure, check, checks
from oneteam.procedures.taken import Taken

__all__ = ["CheckFunction", "Context", "Failure", "check", "checks"]


ScopeFunction = Callable[[Context], bool]
FactFunction = Callable[[Iterable[UUID], datetime], Mapping[UUID, Mapping[str, Any]]]
EffectFunction = Callable[[Taken], None]


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


_scopes: dict[str, RegisteredScope] = {}
_facts: dict[str, list[RegisteredFacts]] = {}
_effects: dict[str, EffectFunction] = {}


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
