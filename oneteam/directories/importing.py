"""Importers: a file is read, checked whole, and taken in one write, or refused with every fault by line.

A room declares an `Importer` and makes it known in `ready()`:

    register_importer(Importer(
        name="units", label=_("Units"), who=frozenset({"operator", "system_admin"}),
        columns=[Column("code", _("Code"), required=True, example="U07"), …],
        check=check_units,          # Batch -> faults that need the whole file or the database; writes nothing
        apply=each(take_unit),      # (Batch, Entry) -> False where the row was known before
    ))
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from oneteam.directories.acts import IMPORTERS
from oneteam.journal.actors import Actor
from oneteam.journal.queries import label_values
from oneteam.kernel.errors import BadInputError, Fault, MissingError
from oneteam.kernel.ids import uuid7
from oneteam.kernel.sheets import text

Text = str | Promise
Tell = Callable[[int], None]


def silent(_done: int) -> None:
    """Tell nobody how far it is."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a file. A heading may be its name, its label in either language, or one of `aliases`.

    `parse` turns a filled cell into a value and raises CellError (`kernel.sheets` has the usual ones); an empty cell is
    None. `example` stands in the template, `hint` says what may be written.
    """

    name: str
    label: Text
    required: bool = False
    parse: Callable[[str], Any] = text
    example: str = ""
    hint: Text = ""
    aliases: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Option:
    """A word given once for a whole file, such as its source; `choices` are (value, label) where only these may be."""

    name: str
    label: Text
    default: str = ""
    hint: Text = ""
    choices: Sequence[tuple[str, Text]] = ()


@dataclass(frozen=True, slots=True)
class Entry:
    """A row: the line it begins on, a value for every column, and what the importer's `build` made of them.

    Of a GeoJSON file `line` is the feature's number and `geometry` its geometry.
    """

    line: int
    values: Mapping[str, Any]
    geometry: Mapping[str, Any] | None = None
    item: Any = None

    def __getitem__(self, column: str) -> Any:
        return self.values[column]


@dataclass(frozen=True, slots=True)
class Batch:
    """A file on its way in. `stream` is the stream of `import.done`; `tell` takes the number of rows done.

    `left_out` takes what rows are left out of a file that can be taken, and why: it is told before the file is taken.
    `partial`: the file has rows that cannot be read, so what is checked over all rows cannot be told.
    """

    actor: Actor
    at: datetime
    entries: Sequence[Entry] = ()
    options: Mapping[str, str] = field(default_factory=dict)
    stream: UUID = field(default_factory=uuid7)
    tell: Tell = silent
    left_out: list[Fault] = field(default_factory=list)
    partial: bool = False


@dataclass(frozen=True, slots=True)
class Applied:
    """What a write took: rows taken now, rows known before with the same content, the ids of what is new."""

    taken: int
    known: int = 0
    ids: Sequence[UUID] = ()


def _no_faults(_batch: Batch) -> Iterable[Fault]:
    return ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Importer:
    """How one kind of thing is imported. `check` and `apply` get a `Batch`; `apply` runs inside the write.

    `build(entry, batch)` may make an object of a row (TableError, CellError or BadInputError refuse it). `unique` names
    columns that no two rows may share, `brings` others by whose value rows rely on each other. `ignored` headings are
    passed over. `features`: GeoJSON is taken, too, the properties named as the columns. `target` is the url of the page
    that shows what was imported.
    """

    name: str
    label: Text
    columns: Sequence[Column]
    who: frozenset[str]
    apply: Callable[[Batch], Applied]
    check: Callable[[Batch], Iterable[Fault]] = _no_faults
    build: Callable[[Entry, Batch], Any] | None = None
    unique: Sequence[str] = ()
    brings: Sequence[str] = ()
    options: Sequence[Option] = ()
    ignored: Sequence[str] = ()
    features: bool = False
    target: Callable[[], str] | None = None
    note: Text = ""

    def settle(self, given: Mapping[str, str]) -> dict[str, str]:
        """Return every option's value; raises BadInputError for an unknown option or value."""
        known = {option.name: option for option in self.options}
        for name, value in given.items():
            option = known.get(name)
            if option is None:
                raise BadInputError(
                    _("There is no option %(name)s; known are %(known)s.") % {"name": name, "known": ", ".join(known)}
                )
            allowed = [choice for choice, _label in option.choices]
            if allowed and value not in allowed:
                raise BadInputError(
                    _("%(name)s must be one of %(known)s.") % {"name": name, "known": ", ".join(allowed)}
                )
        return {name: given.get(name) or option.default for name, option in known.items()}


_importers: dict[str, Importer] = {}


def register_importer(importer: Importer) -> Importer:
    """Make an importer known. A name can be registered once; who may must be among `acts.IMPORTERS`."""
    if importer.name in _importers:
        raise ValueError(f"an importer {importer.name!r} is registered twice")
    if strangers := importer.who - IMPORTERS:
        raise ValueError(f"{sorted(strangers)} may not record import.done")
    _importers[importer.name] = importer
    label_values("import.done", "importer", {name: known.label for name, known in _importers.items()})
    return importer


def importers(role: str | None = None) -> list[Importer]:
    """Return all importers, or those that a role may use, by name."""
    return [known for _name, known in sorted(_importers.items()) if role is None or role in known.who]


def find_importer(name: str) -> Importer:
    """Return an importer; MissingError names the known ones."""
    try:
        return _importers[name]
    except KeyError:
        known = ", ".join(sorted(_importers))
        raise MissingError(
            _("There is no import “%(name)s”; known are %(known)s.") % {"name": name, "known": known}
        ) from None


def each(take: Callable[[Batch, Entry], bool | None]) -> Callable[[Batch], Applied]:
    """Return an `apply` that takes row by row; `take` answers False where the row was known before."""

    def apply(batch: Batch) -> Applied:
        known = 0
        for done, entry in enumerate(batch.entries, 1):
            if take(batch, entry) is False:
                known += 1
            batch.tell(done)
        return Applied(len(batch.entries) - known, known)

    return apply
