"""Kinds of act and kinds of table: two registries that make forgetting impossible.

An act of an unregistered kind, or with a field its kind does not declare, cannot be recorded. A table of no declared
kind fails a test.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, TypeVar

from django.db import models
from django.utils.functional import Promise


@dataclass(frozen=True, slots=True, kw_only=True)
class ActKind:
    """What may be recorded under one name.

    `text` is the sentence of the timeline, with %(field)s for open fields; `instead` others, each where a field (name
    and value) calls for it. `fields` names the open payload fields and their Python types; `personal` the fields that
    go encrypted to a subject. A changed shape gets a new `version`.
    """

    name: str
    text: str | Promise
    fields: Mapping[str, type | tuple[type, ...]] = field(default_factory=dict)
    personal: frozenset[str] = frozenset()
    version: int = 1
    who: frozenset[str] | None = None
    instead: Mapping[tuple[str, object], str | Promise] = field(default_factory=dict)

    def sentence(self, payload: Mapping[str, Any]) -> str:
        """Return the sentence for an act with these values, which are not filled in yet."""
        other = (text for (name, value), text in self.instead.items() if payload.get(name) == value)
        return str(next(other, self.text))

    def check(self, payload: Mapping[str, Any], personal_names: set[str]) -> None:
        """Raise ValueError for a field that this kind does not declare or that has another type."""
        for name, value in payload.items():
            if name not in self.fields:
                raise ValueError(f"{self.name} declares no field {name!r}")
            if value is not None and not isinstance(value, self.fields[name]):
                raise ValueError(f"{self.name}.{name} must be {self.fields[name]}, not {type(value)}")
        if missing := self.fields.keys() - payload.keys():
            raise ValueError(f"{self.name} lacks {sorted(missing)}")
        if unknown := personal_names - self.personal:
            raise ValueError(f"{self.name} declares no personal field {sorted(unknown)}")


_act_kinds: dict[str, ActKind] = {}


def register(kind: ActKind) -> ActKind:
    """Make a kind of act known. A name can be registered once."""
    if kind.name in _act_kinds:
        raise ValueError(f"{kind.name} is registered twice")
    _act_kinds[kind.name] = kind
    return kind


def act_kind(name: str) -> ActKind:
    """Return a registered kind; LookupError for an unknown name."""
    try:
        return _act_kinds[name]
    except KeyError:
        raise LookupError(f"no act is called {name!r}") from None


def act_kinds() -> Mapping[str, ActKind]:
    """Return all registered kinds by name."""
    return dict(sorted(_act_kinds.items()))


class TableKind(Enum):
    """The four kinds of table (DESIGN 7.2)."""

    JOURNAL = "journal"
    GUARDED = "guarded"
    DERIVED = "derived"
    SESSION = "session"


_Model = TypeVar("_Model", bound=type[models.Model])
_table_kinds: dict[type[models.Model], tuple[TableKind, int | None]] = {}


def table(kind: TableKind, code: int | None = None) -> Callable[[_Model], _Model]:
    """Declare a model's kind of table; a guarded one has a code that stands for it in change rows for ever."""
    if (kind is TableKind.GUARDED) != (code is not None):
        raise ValueError("a guarded table, and only such a one, has a code")

    def declare(model: _Model) -> _Model:
        taken = [other for other, (_, known) in _table_kinds.items() if code is not None and known == code]
        if taken:
            raise ValueError(f"code {code} already stands for {taken[0].__name__}")
        _table_kinds[model] = (kind, code)
        return model

    return declare


def table_kinds() -> Mapping[type[models.Model], tuple[TableKind, int | None]]:
    """Return every model with a declared kind of table, and the code of the guarded ones."""
    return dict(_table_kinds)


def guarded_tables() -> dict[int, str]:
    """Return the guarded tables' names by their code."""
    return {code: model._meta.db_table for model, (_, code) in _table_kinds.items() if code is not None}
