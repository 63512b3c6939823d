"""Reads the holiday table that an administrator loads: `date,is_workday[,name]`, whole years, all or nothing."""

import csv
import io
from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta

from django.utils.translation import gettext as _

from oneteam.kernel.errors import BadInputError, ImportRefusedError, LineFault
from oneteam.lawbook.calendar import CalendarRow, days_in

MAX_BYTES = 1_000_000  # some 50 years of lines
FIRST_YEAR, LAST_YEAR = 2000, 2100
LEAST_WORKDAYS, MOST_WORKDAYS = 230, 262  # the years 2004 to 2026 lie between 248 and 252
MAX_NAME = 100
MAX_FAULTS = 100

_COLUMNS = ("date", "is_workday", "name")
_REQUIRED = _COLUMNS[:2]
_YES = frozenset({"1", "true", "yes", "是"})
_NO = frozenset({"0", "false", "no", "否"})


def parse_calendar_csv(content: bytes, *, source: str) -> list[CalendarRow]:
    """Return the rows of the file in order of their day; `source` names the notice and is written into each row.

    UTF-8 (with or without BOM), UTF-16 with BOM and GB 18030 are read. Every year that the file touches must be there
    from 1 January to 31 December. ImportRefusedError names each faulty line; nothing of a faulty file may be used.
    """
    if not source.strip():
        raise BadInputError(_("Say where the table comes from, for example the number of the State Council's notice."))
    lines = list(_lines(_decoded(content)))
    if not lines:
        raise ImportRefusedError([LineFault(1, "", _("the file is empty"))])
    (_first, heading), *body = lines
    columns = _columns(heading)
    faults: list[LineFault] = []
    rows: dict[date, CalendarRow] = {}
    first_line: dict[date, int] = {}
    for line, fields in body:
        row = _row(line, fields, columns, source.strip(), faults)
        if row is None:
            continue
        if row.day in rows:
            message = _("%(day)s stands already in line %(line)d; leave one of the two")
            faults.append(LineFault(line, "date", message % {"day": row.day, "line": first_line[row.day]}))
        rows.setdefault(row.day, row)
        first_line.setdefault(row.day, line)
    if not faults:
        faults.extend(_year_faults(rows, first_line))
    if faults:
        raise ImportRefusedError(faults[:MAX_FAULTS])
    return [rows[day] for day in sorted(rows)]


def _decoded(content: bytes) -> str:
    if len(content) > MAX_BYTES:
        message = _("the file has %(size)d bytes; a holiday table has at most %(most)d")
        raise ImportRefusedError([LineFault(1, "", message % {"size": len(content), "most": MAX_BYTES})])
    utf16 = content.startswith((b"\xff\xfe", b"\xfe\xff"))
    for encoding in ("utf-16",) if utf16 else ("utf-8-sig", "gb18030"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise ImportRefusedError(
        [LineFault(1, "", _("the file is not text in UTF-8, UTF-16 or GB 18030; save it as UTF-8"))]
    )


def _lines(text: str) -> Iterator[tuple[int, list[str]]]:
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        for fields in reader:
            cleaned = [field.strip() for field in fields]
            if any(cleaned):
                yield reader.line_num, cleaned
    except csv.Error as error:
        message = _("the line is not CSV: %(error)s")
        raise ImportRefusedError([LineFault(reader.line_num, "", message % {"error": error})]) from error


def _columns(heading: list[str]) -> list[str]:
    columns = [name.lower() for name in heading]
    faults = [
        LineFault(1, name, _("the column is unknown; known are %(known)s") % {"known": ", ".join(_COLUMNS)})
        for name in columns
        if name not in _COLUMNS
    ]
    faults += [
        LineFault(1, name, _("the column is missing in the heading")) for name in _REQUIRED if name not in columns
    ]
    faults += [LineFault(1, name, _("the column stands twice")) for name, n in Counter(columns).items() if n > 1]
    if faults:
        raise ImportRefusedError(faults[:MAX_FAULTS])
    return columns


def _row(line: int, fields: list[str], columns: list[str], source: str, faults: list[LineFault]) -> CalendarRow | None:
    if len(fields) != len(columns):
        message = _("the line has %(found)d fields, the heading %(wanted)d")
        faults.append(LineFault(line, "", message % {"found": len(fields), "wanted": len(columns)}))
        return None
    values = dict(zip(columns, fields, strict=True))
    before = len(faults)
    day = _day(line, values["date"], faults)
    answer = values["is_workday"].lower()
    if answer not in _YES | _NO:
        message = _("“%(value)s” is neither 1 (working day) nor 0 (day off)")
        faults.append(LineFault(line, "is_workday", message % {"value": values["is_workday"][:MAX_NAME]}))
    name = values.get("name", "")
    if len(name) > MAX_NAME or not (name.isprintable()):
        message = _("the name must be one line of at most %(most)d characters")
        faults.append(LineFault(line, "name", message % {"most": MAX_NAME}))
    if day is None or len(faults) > before:
        return None
    return CalendarRow(day, answer in _YES, name, source, provisional=False)


def _day(line: int, text: str, faults: list[LineFault]) -> date | None:
    try:
        # Only the one form: fromisoformat also reads 20270101 and week dates, which a slip of the pen may resemble.
        day = date.fromisoformat(text if len(text) == 10 and text[4] == text[7] == "-" else "")
    except ValueError:
        message = _("“%(value)s” is not a date of the calendar in the form YYYY-MM-DD")
        faults.append(LineFault(line, "date", message % {"value": text[:MAX_NAME]}))
        return None
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        message = _("the year must lie between %(first)d and %(last)d")
        faults.append(LineFault(line, "date", message % {"first": FIRST_YEAR, "last": LAST_YEAR}))
        return None
    return day


def _year_faults(rows: dict[date, CalendarRow], first_line: dict[date, int]) -> Iterator[LineFault]:
    if not rows:
        yield LineFault(2, "", _("the file has a heading, but no day"))
    for year in sorted({day.year for day in rows}):
        days = [day for day in rows if day.year == year]
        line = min(first_line[day] for day in days)
        if len(days) != days_in(year):
            missing = next(day for day in _days_of(year) if day not in rows)
            message = _(
                "%(year)d has %(found)d of %(wanted)d days (the first one missing is %(day)s); give the whole year"
            )
            found = {"year": year, "found": len(days), "wanted": days_in(year), "day": missing}
            yield LineFault(line, "date", message % found)
            continue
        workdays = sum(rows[day].is_workday for day in days)
        if not LEAST_WORKDAYS <= workdays <= MOST_WORKDAYS:
            message = _(
                "%(year)d would have %(workdays)d working days, and a year has from %(least)d to %(most)d; "
                "is 1 the working day and 0 the day off?"
            )
            found = {"year": year, "workdays": workdays, "least": LEAST_WORKDAYS, "most": MOST_WORKDAYS}
            yield LineFault(line, "is_workday", message % found)


def _days_of(year: int) -> Iterator[date]:
    start = date(year, 1, 1)
    return (start + timedelta(days=number) for number in range(days_in(year)))
