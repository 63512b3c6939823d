"""Reading a table from the bytes of a file, whatever it is: CSV, .xlsx or .xls."""

import re
from collections.abc import Iterator

from django.utils.translation import gettext as _

from oneteam.kernel.errors import BadInputError, Fault, TableError
from oneteam.kernel.sheets.plain import decode, read_rows
from oneteam.kernel.sheets.table import Row, Table
from oneteam.kernel.sheets.workbook import is_workbook, letters, read_book
from oneteam.kernel.sheets.writing import NOTES_SHEET

FILE_LIMIT = 200 * 1024 * 1024  # bytes
ROW_LIMIT = 200_000
FAULTS_SHOWN = 100

_SHORTENED = re.compile(r"[0-9](\.[0-9]+)?E\+(1[4-9]|[2-9][0-9])", re.IGNORECASE)


def check_size(size: int) -> None:
    """Refuse a file of more bytes than are read; raises BadInputError."""
    if size > FILE_LIMIT:
        raise BadInputError(_("The file is larger than %(limit)d MB; split it.") % {"limit": FILE_LIMIT // 2**20})


def read_table(data: bytes, *, name: str = "") -> Table:
    """Return the table that a file holds: its first sheet, its first filled row as the heading, its filled rows.

    `name` is the file's name, for messages. What was typed into a cell is left as it is, spaces too. Raises TableError
    with every faulty line (the first hundred at most): merged cells, rows of another length than the heading, columns
    without or with the same heading, long codes typed as numbers. BadInputError for a file that holds no table.
    """
    check_size(len(data))
    try:
        return _book(data) if is_workbook(data) else _text(data)
    except TableError:
        raise
    except BadInputError as error:
        raise BadInputError(f"{name}: {error}" if name else str(error)) from error


def _text(data: bytes) -> Table:
    faults: list[Fault] = []
    return _table(read_rows(decode(data), faults), faults, ragged=True)


def _book(data: bytes) -> Table:
    book = read_book(data)
    faults = [Fault(line, letters(column), *_long_number(shown)) for line, column, shown in book["long"][:FAULTS_SHOWN]]
    table = _table(((line, cells) for line, cells in book["rows"]), faults, ragged=False)
    return Table(
        table.columns,
        table.rows,
        book["sheet"],
        tuple(sheet for sheet in book["unread"] if sheet != NOTES_SHEET),
        table.heading_line,
    )


def _long_number(shown: str) -> tuple[str, str]:
    return (
        _("%(shown)s was typed as a number and has lost its last digits") % {"shown": shown},
        _("format the column as text and type the code again"),
    )


def _table(lines: Iterator[tuple[int, list[str]]], faults: list[Fault], *, ragged: bool) -> Table:
    filled = ((line, cells) for line, cells in lines if any(cell.strip() for cell in cells))
    first = next(filled, None)
    if first is None:
        raise TableError(faults or [Fault(1, "", _("the file is empty"))])
    heading_line, heading = first
    columns = [cell.strip() for cell in heading]
    while not ragged and columns and not columns[-1]:
        columns.pop()
    faults += [
        Fault(heading_line, column, _("this column stands twice"))
        for column in dict.fromkeys(columns) if column and columns.count(column) > 1
    ]  # fmt: skip
    rows: list[Row] = []
    for line, cells in filled:
        row = _row(line, cells, columns, faults, ragged=ragged)
        if row is not None:
            rows.append(row)
        if len(faults) >= FAULTS_SHOWN or len(rows) > ROW_LIMIT:
            break
    if len(rows) > ROW_LIMIT:
        faults.append(Fault(rows[-1].line, "", _("more than %(limit)d rows; split the file") % {"limit": ROW_LIMIT}))
    if faults:
        raise TableError(faults[:FAULTS_SHOWN])
    return Table(tuple(column for column in columns if column), rows, heading_line=heading_line)


def _row(line: int, cells: list[str], columns: list[str], faults: list[Fault], *, ragged: bool) -> Row | None:
    if ragged and len(cells) != len(columns):
        faults.append(
            Fault(
                line, "",
                _("%(found)d columns, the heading has %(wanted)d") % {"found": len(cells), "wanted": len(columns)},
                _("is a comma or quotation mark missing?"),
            )
        )  # fmt: skip
        return None
    before = len(faults)
    values = dict.fromkeys(filter(None, columns), "")
    for place, cell in enumerate(cells):
        column = columns[place] if place < len(columns) else ""
        if column:
            values[column] = cell
        elif cell.strip():
            faults.append(
                Fault(line, letters(place), _("this column has no heading"), _("name the column or empty it"))
            )
        if _SHORTENED.fullmatch(cell.strip()):
            faults.append(Fault(line, column or letters(place), *_long_number(cell.strip())))
    return Row(line, values) if len(faults) == before else None
