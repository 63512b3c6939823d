"""Excel workbooks: looked over before they are opened, then read by a process with limited memory."""

import json
import re
import subprocess
import sys
import zipfile
from io import BytesIO
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from oneteam.kernel.errors import BadInputError, Fault, TableError

CELL_LIMIT = 2_000_000
UNZIPPED_LIMIT = 400 * 1024 * 1024  # bytes
BOOK_LIMIT = 50 * 1024 * 1024  # bytes
SECONDS = 90
ZIP, OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"

_WORKER = Path(__file__).with_name("worker.py")
_SHEET = re.compile(r"xl/worksheets/[^/]+\.xml", re.IGNORECASE)
_REFERENCE = re.compile(rb"""\br=["']([A-Za-z]{1,4})([0-9]{1,8})["']""")
_CHUNK = 1 << 20
_OVERLAP = 32


def is_workbook(data: bytes) -> bool:
    """Tell whether a file begins as a workbook does (or another ZIP or OLE file)."""
    return data.startswith((ZIP, OLE))


def read_book(data: bytes) -> dict[str, Any]:
    """Return what the worker read: sheet, unread, rows, long numbers. Merged cells are refused by name.

    Raises TableError, BadInputError for a file that is no workbook, is damaged or would grow too large.
    """
    if len(data) > BOOK_LIMIT:
        raise BadInputError(
            _("The workbook is larger than %(limit)d MB; split it or save it as CSV.") % {"limit": BOOK_LIMIT // 2**20}
        )
    if data.startswith(ZIP):
        _look_over(data)
    answer = _run(data)
    if "fault" in answer:
        raise BadInputError(_damaged())
    if answer["merged"]:
        raise TableError([_merged(cells) for cells in answer["merged"]])
    return answer


def _damaged() -> str:
    return _(
        "The Excel workbook cannot be read: it is damaged, encrypted or no .xlsx or .xls; open it, save it as .xlsx or "
        "CSV and import that."
    )


def _too_large() -> str:
    return _(
        "The workbook reaches over more than %(limit)s cells; delete the empty rows and columns behind the table, or "
        "save it as CSV."
    ) % {"limit": f"{CELL_LIMIT:,}"}


def _look_over(data: bytes) -> None:
    """Refuse what would not fit into memory: by unzipped size, and by the furthest row times the furthest column."""
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            names = archive.namelist()
            if "xl/workbook.xml" not in names:
                raise BadInputError(
                    _("This is a ZIP file without an Excel workbook in it; import a .xlsx, .xls or CSV file.")
                )
            if sum(part.file_size for part in archive.infolist()) > UNZIPPED_LIMIT:
                raise BadInputError(_too_large())
            for name in names:
                if _SHEET.fullmatch(name) and _cells(archive, name) > CELL_LIMIT:
                    raise BadInputError(_too_large())
    except (zipfile.BadZipFile, EOFError, NotImplementedError, RuntimeError, OSError) as error:
        raise BadInputError(_damaged()) from error


def _cells(archive: zipfile.ZipFile, name: str) -> int:
    """Return the furthest row times the furthest column of a sheet, as its cells are named."""
    rows = columns = read = 0
    tail = b""
    with archive.open(name) as sheet:
        while chunk := sheet.read(_CHUNK):
            read += len(chunk)
            if read > UNZIPPED_LIMIT:
                raise BadInputError(_too_large())
            found = _REFERENCE.findall(tail + chunk)
            if found:
                rows = max(rows, *(int(row) for _letters, row in found))
                columns = max(columns, *map(_column, {letters for letters, _row in found}))
            tail = chunk[-_OVERLAP:]
    return rows * columns


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - 64
    return number


def _run(data: bytes) -> dict[str, Any]:
    try:
        done = subprocess.run(  # noqa: S603 -- our own program
            [sys.executable, "-I", str(_WORKER)], input=data, capture_output=True, timeout=SECONDS, check=False
        )
    except subprocess.TimeoutExpired:
        raise BadInputError(_too_large()) from None
    if done.returncode:
        # The reader was stopped by its limits, or aborted.
        raise BadInputError(_too_large())
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


def _merged(cells: list[list[int]]) -> Fault:
    (top, left), (bottom, right) = cells
    name = f"{letters(left)}{top + 1}:{letters(right)}{bottom + 1}"
    return Fault(
        top + 1, letters(left), _("the cells %(cells)s are merged") % {"cells": name},
        _("unmerge them and write the value into each row; a title above the heading goes into the file's name"),
    )  # fmt: skip


def letters(column: int) -> str:
    """Return a column's letters as a spreadsheet shows them, counted from 0."""
    name = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        name = chr(65 + rest) + name
    return name
