"""Reads one workbook in a process of its own: `python -I worker.py < book.xlsx > answer.json`.

A crafted file of five kilobytes makes the reader want gigabytes and abort; so it runs with limited memory and time, and
whatever becomes of it, the server stands. Knows nothing of the rest of the product and says nothing for people:
the caller puts its answer into words.
"""

import json
import resource
import sys
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from io import BytesIO
from itertools import chain
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from python_calamine import CalamineSheet

MEMORY = 1_500_000_000  # bytes of address space
SECONDS = 60
EXACT_BELOW = 10**15  # a spreadsheet keeps 15 digits of a number; what was typed longer has lost the rest
HALF_SECOND = timedelta(microseconds=500_000)


def main() -> int:
    """Answer {"sheet", "unread", "merged", "rows": [[line, [texts]]], "long": [[line, column from 0, shown]]}."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    from python_calamine import CalamineError, SheetTypeEnum, load_workbook  # noqa: PLC0415 -- within the limits

    try:
        book = load_workbook(BytesIO(sys.stdin.buffer.read()))
        names = [sheet.name for sheet in book.sheets_metadata if sheet.typ == SheetTypeEnum.WorkSheet]
        sheets = [book.get_sheet_by_name(name) for name in names]
    except CalamineError as error:
        json.dump({"fault": str(error)}, sys.stdout)
        return 0
    filled = [sheet for sheet in sheets if sheet.end is not None]
    if not filled:
        json.dump({"sheet": "", "unread": [], "merged": [], "rows": [], "long": []}, sys.stdout)
        return 0
    json.dump(_read(filled[0]) | {"unread": [sheet.name for sheet in filled[1:]]}, sys.stdout, ensure_ascii=False)
    return 0


def _read(sheet: "CalamineSheet") -> dict[str, Any]:
    assert sheet.start is not None
    left = sheet.start[1]  # rows come from the first on, columns from the first filled one
    rows, long = [], []
    for line, cells in enumerate(sheet.iter_rows(), 1):
        texts = list(chain([""] * left, map(_text, cells)))
        long += [
            [line, left + column, f"{cell:.0f}"] for column, cell in enumerate(cells)
            if isinstance(cell, int | float) and not isinstance(cell, bool) and abs(cell) >= EXACT_BELOW
        ]  # fmt: skip
        rows.append([line, texts])
    return {"sheet": sheet.name, "merged": sheet.merged_cell_ranges or [], "rows": rows, "long": long}


def _text(cell: object) -> str:
    """Return a cell as text: whole numbers without a point, days and moments in ISO's form, to the second."""
    if isinstance(cell, str):
        return cell
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() else format(Decimal(format(cell, ".15g")), "f")
    if isinstance(cell, datetime):
        return str((cell + HALF_SECOND).replace(microsecond=0))
    if isinstance(cell, date | time | timedelta | int):
        return str(cell)
    return ""


if __name__ == "__main__":
    sys.exit(main())
