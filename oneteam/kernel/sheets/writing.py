"""Tables as files for spreadsheet programs, with nothing in them that such a program would run as a formula."""

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from xlsxwriter import Workbook

from oneteam.kernel.clock import SHANGHAI
from oneteam.kernel.sheets.cells import FORMULA

WIDEST, NARROWEST = 60, 8  # characters
SHEET_NAME = 31  # characters a spreadsheet program allows
CELL_LENGTH = 32_767  # characters
NOTES_SHEET = "notes 说明"  # the sheet of notes, which reading passes over
EXACT = 10**15  # a longer number would lose its last digits
_CREATED = datetime(2026, 1, 1)  # noqa: DTZ001 -- a fixed stamp: the same rows give the same file


def write_csv(columns: Sequence[object], rows: Iterable[Sequence[object]]) -> bytes:
    """Return UTF-8 with a byte order mark, so that every office program shows Chinese; formulas carry an apostrophe."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow([_plain(column) for column in columns])
    writer.writerows([_plain(cell) for cell in row] for row in rows)
    return ("\ufeff" + out.getvalue()).encode()


def _plain(cell: object) -> str:
    if cell is None:
        return ""
    if isinstance(cell, datetime):
        return cell.astimezone(SHANGHAI).isoformat(timespec="seconds")
    if isinstance(cell, bool):
        return "1" if cell else "0"
    text = str(cell)
    if isinstance(cell, int | float | Decimal) or not text:
        return text
    return f"'{text}" if text[0] in FORMULA else text


def write_xlsx(
    columns: Sequence[object], rows: Iterable[Sequence[object]], *, sheet: str = "", notes: Sequence[Sequence[str]] = ()
) -> bytes:
    """Return a workbook: heading in bold and kept in sight, days and numbers as such, texts never as formulas.

    `notes` go, row by row, onto a second sheet, which `read_table` passes over. Moments are written in Shanghai's time.
    """
    out = io.BytesIO()
    book = Workbook(
        out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    )
    book.set_properties({"created": _CREATED})
    formats = {
        "head": book.add_format({"bold": True, "bottom": 1}),
        "text": book.add_format({"num_format": "@"}),
        "day": book.add_format({"num_format": "yyyy-mm-dd"}),
        "moment": book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"}),
    }
    page = book.add_worksheet(_sheet_name(sheet) or None)
    widths = [_width(str(column)) for column in columns]
    for place, column in enumerate(columns):
        page.write_string(0, place, str(column), formats["head"])
    for line, row in enumerate(rows, 1):
        for place, cell in enumerate(row):
            shown = _put(page, line, place, cell, formats)
            widths[place] = max(widths[place], _width(shown))
    for place, width in enumerate(widths):
        page.set_column(place, place, min(WIDEST, max(NARROWEST, width + 2)), formats["text"])
    page.freeze_panes(1, 0)
    if notes:
        _write_notes(book, notes)
    book.close()
    return out.getvalue()


def _put(page: Any, line: int, place: int, cell: object, formats: dict[str, Any]) -> str:
    if cell is None or cell == "":
        return ""
    if isinstance(cell, datetime):
        local = cell.astimezone(SHANGHAI).replace(tzinfo=None)
        page.write_datetime(line, place, local, formats["moment"])
        return "2026-01-01 00:00:00"
    if isinstance(cell, date):
        page.write_datetime(line, place, cell, formats["day"])
        return "2026-01-01"
    if isinstance(cell, bool):
        page.write_string(line, place, "1" if cell else "0", formats["text"])
        return "1"
    if isinstance(cell, int | float | Decimal) and -EXACT < cell < EXACT:
        page.write_number(line, place, cell)
        return str(cell)
    text = str(cell)[:CELL_LENGTH]
    page.write_string(line, place, text, formats["text"])
    return text


def _write_notes(book: Workbook, notes: Sequence[Sequence[str]]) -> None:
    page = book.add_worksheet(NOTES_SHEET)
    for line, row in enumerate(notes):
        for place, cell in enumerate(row):
            page.write_string(line, place, cell)
    page.set_column(0, 8, 24)


def _width(text: str) -> int:
    """Return about how many characters wide a text is; a Chinese one takes two."""
    return sum(2 if letter > "\u2e7f" else 1 for letter in text[:WIDEST].partition("\n")[0])


def _sheet_name(name: str) -> str:
    return "".join(letter for letter in name if letter not in "[]:*?/\\")[:SHEET_NAME]
