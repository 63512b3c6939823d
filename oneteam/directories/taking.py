"""Reading, checking and taking a file: every fault by line, or every row in one write."""

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import override

from oneteam.directories.acts import record_import
from oneteam.directories.importing import Applied, Batch, Column, Entry, Importer, Tell, silent
from oneteam.journal.actors import Actor
from oneteam.journal.acts import write
from oneteam.kernel.errors import BadInputError, CellError, Fault, NotAllowedError, TableError
from oneteam.kernel.sheets import (
    FAULTS_SHOWN,
    Feature,
    Row,
    Table,
    as_is,
    match_columns,
    read_features,
    read_table,
    unguarded,
)

LANGUAGES = ("zh-hans", "en")


@dataclass(frozen=True, slots=True)
class Checked:
    """A file that may be taken. `unread`: other sheets that hold something; `left_out`: rows, with why."""

    importer: Importer
    batch: Batch
    sha256: str
    unread: Sequence[str] = ()
    left_out: Sequence[Fault] = ()


def check_file(
    importer: Importer,
    *,
    actor: Actor,
    at: datetime,
    data: bytes,
    name: str = "",
    options: Mapping[str, str] | None = None,
    tell: Tell = silent,
) -> Checked:
    """Read and check a file without writing anything; `name` is the file's, for messages.

    Raises TableError with every fault (the first hundred at most), BadInputError for a file that is no table, and
    NotAllowedError for who may not import this.
    """
    if actor.role_or_kind not in importer.who:
        raise NotAllowedError(_("This post may not import %(what)s.") % {"what": importer.label})
    batch = Batch(actor, at, options=importer.settle(options or {}), tell=tell)
    read, faults = _Read(), list[Fault]()
    rows, unread, columns = _rows(importer, data, name)
    entries = [entry for entry in _entries(importer, batch, rows, columns, read, faults) if entry is not None]
    batch = replace(batch, entries=entries, partial=bool(faults))
    if entries and len(faults) < FAULTS_SHOWN:
        faults += _beside(importer, batch, read)
    if faults:
        raise TableError(sorted(faults, key=lambda fault: fault.line)[:FAULTS_SHOWN])
    return Checked(importer, batch, hashlib.sha256(data).hexdigest(), unread, tuple(batch.left_out))


_Raw = tuple[Row, Mapping[str, Any] | None]
_Cells = Mapping[str, str]


@dataclass(slots=True)
class _Read:
    """The cells of the rows as they stand in the file: by line, and those of the rows that cannot be read."""

    by_line: dict[int, _Cells] = field(default_factory=dict)
    broken: list[_Cells] = field(default_factory=list)


def _beside(importer: Importer, batch: Batch, read: _Read) -> Iterable[Fault]:
    """Find what is wrong with the rows that can be read, also where others cannot: everything is told in one round.

    Unless it may be wrong only because another row cannot be read: what names that row, or is about its number.
    """
    doubled = list(_doubled(importer, batch.entries, read))
    lines = {fault.line for fault in doubled}
    found = [*doubled, *importer.check(replace(batch, entries=[one for one in batch.entries if one.line not in lines]))]
    names = [*importer.unique, *importer.brings]
    missing = {cells[name].strip() for cells in read.broken for name in names if cells.get(name, "").strip()}
    if not missing:
        return found

    def hangs(fault: Fault) -> bool:
        cells = read.by_line.get(fault.line, {})
        told = names if fault.column in ("", *names) else [fault.column]
        return fault not in doubled and any(cells.get(name, "").strip() in missing for name in told)

    return [fault for fault in found if not hangs(fault)]


def _rows(importer: Importer, data: bytes, name: str) -> tuple[list[_Raw], Sequence[str], dict[str, str]]:
    if importer.features and data.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{"):
        found = read_features(data, name=name)
        headings = tuple(dict.fromkeys(key for feature in found for key in feature.properties))
        table = Table(headings, [])
        columns = match_columns(table, known=_headings(importer), required=_required(importer))
        return [(_row_of(feature), feature.geometry) for feature in found], (), columns
    table = read_table(data, name=name)
    columns = match_columns(table, known=_headings(importer), required=_required(importer))
    return [(row, None) for row in table.rows], table.unread, columns


def _row_of(feature: Feature) -> Row:
    """Return a feature's properties as the cells of a row."""
    return Row(feature.line, {key: "" if value is None else str(value) for key, value in feature.properties.items()})


def _required(importer: Importer) -> list[str]:
    return [column.name for column in importer.columns if column.required]


def _headings(importer: Importer) -> dict[str, str | None]:
    """Return what may stand as a heading, and the column it means; names first, so that suggestions name those."""
    known: dict[str, str | None] = {column.name: column.name for column in importer.columns}
    for language in LANGUAGES:
        with override(language):
            known |= {str(column.label): column.name for column in importer.columns}
    known |= {alias: column.name for column in importer.columns for alias in column.aliases}
    return known | dict.fromkeys(importer.ignored)


def _entries(
    importer: Importer, batch: Batch, rows: Sequence[_Raw], columns: Mapping[str, str], read: _Read,
    faults: list[Fault],
) -> Iterable[Entry | None]:  # fmt: skip
    for done, (row, geometry) in enumerate(rows, 1):
        if len(faults) >= FAULTS_SHOWN:
            return
        cells = {columns[heading]: cell for heading, cell in row.cells.items() if heading in columns}
        before = len(faults)
        values = {
            column.name: _value(column, row.line, cells.get(column.name, ""), faults) for column in importer.columns
        }
        entry = Entry(row.line, values, geometry)
        built = _built(importer, entry, batch, faults) if len(faults) == before else None
        read.by_line[row.line] = cells
        if built is None:
            read.broken.append(cells)
        yield built
        batch.tell(done)


def _value(column: Column, line: int, cell: str, faults: list[Fault]) -> Any:
    filled = cell if column.parse is as_is else unguarded(cell)
    if not filled.strip():
        if column.required:
            faults.append(Fault(line, column.name, _("this must be filled in"), _example(column)))
        return None
    try:
        return column.parse(filled)
    except CellError as error:
        faults.append(Fault(line, column.name, error.problem, error.suggestion))
    except BadInputError as error:
        faults.append(Fault(line, column.name, str(error)))
    return None


def _example(column: Column) -> str:
    return _("write it like %(example)s") % {"example": column.example} if column.example else ""


def _built(importer: Importer, entry: Entry, batch: Batch, faults: list[Fault]) -> Entry | None:
    if importer.build is None:
        return entry
    try:
        return replace(entry, item=importer.build(entry, batch))
    except TableError as error:
        faults.extend(error.faults)
    except CellError as error:
        faults.append(Fault(entry.line, "", error.problem, error.suggestion))
    except BadInputError as error:
        faults.append(Fault(entry.line, "", str(error)))
    return None


def _doubled(importer: Importer, entries: Sequence[Entry], read: _Read) -> Iterable[Fault]:
    """Find what stands twice; of a row that cannot be read counts what is written in it."""
    readable = {entry.line: entry for entry in entries}
    for column in importer.unique:
        first: dict[str, int] = {}
        for line, cells in read.by_line.items():
            value = readable[line][column] if line in readable else cells.get(column, "").strip() or None
            if value is None:
                continue
            if str(value) in first:
                yield Fault(
                    line, column,
                    _("“%(value)s” stands in line %(line)d already") % {"value": value, "line": first[str(value)]},
                    _("leave one of the two"),
                )  # fmt: skip
            first.setdefault(str(value), line)


# Taking -------------------------------------------------------------------------------------------------------------


@write
def take_checked(
    *, checked: Checked, at: datetime, tell: Tell = silent, done: Callable[[Applied], None] | None = None
) -> Applied:
    """Take a checked file: its rows' acts and one `import.done`, all or nothing. `done` runs in the same transaction.

    Raises TableError where somebody else's write came between the check and this.
    """
    batch = replace(checked.batch, at=at, tell=tell)
    applied = checked.importer.apply(batch)
    record_import(
        actor=batch.actor, at=at, stream=batch.stream, importer=checked.importer.name, taken=applied.taken,
        known=applied.known, source=batch.options.get("source", ""), sha256=checked.sha256,
    )  # fmt: skip
    if done is not None:
        done(applied)
    return applied


def import_data(
    importer: Importer,
    *,
    actor: Actor,
    at: datetime,
    data: bytes,
    name: str = "",
    options: Mapping[str, str] | None = None,
    tell: Tell = silent,
) -> Applied:
    """Check a file and take it. Raises as `check_file` and `take_checked`."""
    checked = check_file(importer, actor=actor, at=at, data=data, name=name, options=options)
    return take_checked(checked=checked, at=at, tell=tell)
