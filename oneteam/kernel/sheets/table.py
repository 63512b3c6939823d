"""A table as it was read: texts by column, each row with the line it begins on."""

import difflib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from oneteam.kernel.errors import Fault, TableError

NAMED = 20  # how many known words a suggestion lists


@dataclass(frozen=True, slots=True)
class Row:
    """One row: `line` counts from 1 (the heading is a line, too); `cells` holds a text for every column."""

    line: int
    cells: dict[str, str]


@dataclass(frozen=True, slots=True)
class Table:
    """A whole table. `sheet` is the sheet it was read from, `unread` the workbook's other filled sheets."""

    columns: tuple[str, ...]
    rows: Sequence[Row]
    sheet: str = ""
    unread: tuple[str, ...] = ()
    heading_line: int = 1


def nearest(name: str, known: Iterable[str]) -> str:
    """Return the suggestion for a word that is not among the known ones: the nearest of them, or all."""
    words = list(known)
    near = difflib.get_close_matches(name, words, n=1)
    if near:
        return _("did you mean %(near)s?") % {"near": near[0]}
    more = ", …" if len(words) > NAMED else ""
    return _("known are %(known)s") % {"known": ", ".join(words[:NAMED]) + more}


def match_columns(table: Table, *, known: Mapping[str, str | None], required: Collection[str] = ()) -> dict[str, str]:
    """Return the column that each heading of a table stands for, capital letters or not.

    `known` says what may stand there: heading to column, None for one that is passed over. Raises TableError naming
    unknown columns with the nearest known one, doubled ones, and those of `required` that are missing.
    """
    names = {heading.casefold(): column for heading, column in known.items()}
    columns: dict[str, str] = {}
    faults: list[Fault] = []
    for heading in table.columns:
        column = names.get(heading.casefold())
        if column in columns.values():
            faults.append(Fault(table.heading_line, heading, _("this column stands twice")))
        elif column is not None:
            columns[heading] = column
        elif heading.casefold() not in names:
            faults.append(Fault(table.heading_line, heading, _("unknown column"), nearest(heading, known)))
    missing = [name for name in required if name not in columns.values()]
    faults += [Fault(table.heading_line, name, _("this column is missing")) for name in missing]
    if faults:
        raise TableError(faults)
    return columns
