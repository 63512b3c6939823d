"""Reads the holiday table that an administrator loads: `date,is_workday[,name]`, whole years, all or nothing."""

from collections.abc import Iterator
from datetime import date, timedelta

from django.utils.translation import gettext as _

from oneteam.kernel import sheets
from oneteam.kernel.errors import BadInputError, CellError, Fault, TableError
from oneteam.kernel.sheets import FAULTS_SHOWN, Row, match_columns, read_table
from oneteam.lawbook.calendar import CalendarRow, days_in

MAX_BYTES = 1_000_000  # some 50 years of lines
FIRST_YEAR, LAST_YEAR = 2000, 2100
LEAST_WORKDAYS, MOST_WORKDAYS = 230, 262  # the years 2004 to 2026 lie between 248 and 252
MAX_NAME = 100

_COLUMNS = ("date", "is_workday", "name")
_REQUIRED = _COLUMNS[:2]


def parse_calendar_csv(content: bytes, *, source: str) -> list[CalendarRow]:
    """Return the rows of the file (CSV or Excel) by day; `source` names the notice and is written into each row.

    Every year that the file touches must be there from 1 January to 31 December. TableError names each faulty line;
    nothing of a faulty file may be used.
    """
    if not source.strip():
        raise BadInputError(_("Say where the table comes from, for example the number of the State Council's notice."))
    if len(content) > MAX_BYTES:
        message = _("the file has %(size)d bytes; a holiday table has at most %(most)d")
        raise TableError([Fault(1, "", message % {"size": len(content), "most": MAX_BYTES})])
    table = read_table(content)
    columns = match_columns(table, known={name: name for name in _COLUMNS}, required=_REQUIRED)
    faults: list[Fault] = []
    rows: dict[date, CalendarRow] = {}
    first_line: dict[date, int] = {}
    for line in table.rows:
        values = {columns[heading]: cell.strip() for heading, cell in line.cells.items()}
        row = _row(Row(line.line, values), source.strip(), faults)
        if row is None:
            continue
        if row.day in rows:
            message = _("%(day)s stands already in line %(line)d; leave one of the two")
            faults.append(Fault(line.line, "date", message % {"day": row.day, "line": first_line[row.day]}))
        rows.setdefault(row.day, row)
        first_line.setdefault(row.day, line.line)
    if not faults:
        faults.extend(_year_faults(rows, first_line))
    if faults:
        raise TableError(faults[:FAULTS_SHOWN])
    return [rows[known] for known in sorted(rows)]


def _row(row: Row, source: str, faults: list[Fault]) -> CalendarRow | None:
    before, found, working = len(faults), None, False
    try:
        found = _day(row.cells["date"])
    except CellError as error:
        faults.append(Fault(row.line, "date", error.problem, error.suggestion))
    try:
        working = sheets.flag(row.cells["is_workday"])
    except CellError:
        message = _("“%(value)s” is neither 1 (working day) nor 0 (day off)")
        faults.append(Fault(row.line, "is_workday", message % {"value": row.cells["is_workday"][:MAX_NAME]}))
    name = row.cells.get("name", "")
    if len(name) > MAX_NAME or not name.isprintable():
        message = _("the name must be one line of at most %(most)d characters")
        faults.append(Fault(row.line, "name", message % {"most": MAX_NAME}))
    return CalendarRow(found, working, name, source, provisional=False) if found and len(faults) == before else None


def _day(text: str) -> date:
    found = sheets.day(text)
    if not FIRST_YEAR <= found.year <= LAST_YEAR:
        message = _("the year must lie between %(first)d and %(last)d")
        raise CellError(message % {"first": FIRST_YEAR, "last": LAST_YEAR})
    return found


def _year_faults(rows: dict[date, CalendarRow], first_line: dict[date, int]) -> Iterator[Fault]:
    if not rows:
        yield Fault(2, "", _("the file has a heading, but no day"))
    for year in sorted({day.year for day in rows}):
        days = [day for day in rows if day.year == year]
        line = min(first_line[day] for day in days)
        if len(days) != days_in(year):
            missing = next(day for day in _days_of(year) if day not in rows)
            message = _(
                "%(year)d has %(found)d of %(wanted)d days (the first one missing is %(day)s); give the whole year"
            )
            found = {"year": year, "found": len(days), "wanted": days_in(year), "day": missing}
            yield Fault(line, "date", message % found)
            continue
        workdays = sum(rows[day].is_workday for day in days)
        if not LEAST_WORKDAYS <= workdays <= MOST_WORKDAYS:
            message = _(
                "%(year)d would have %(workdays)d working days, and a year has from %(least)d to %(most)d; "
                "is 1 the working day and 0 the day off?"
            )
            found = {"year": year, "workdays": workdays, "least": LEAST_WORKDAYS, "most": MOST_WORKDAYS}
            yield Fault(line, "is_workday", message % found)


def _days_of(year: int) -> Iterator[date]:
    start = date(year, 1, 1)
    return (start + timedelta(days=number) for number in range(days_in(year)))
