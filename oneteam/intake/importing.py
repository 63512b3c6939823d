"""Reading report files (CSV, .xlsx, .xls), checked line by line before a row is taken."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

from django.utils.translation import gettext as _

from oneteam.intake.models import Channel
from oneteam.intake.telling import COLUMNS, Told, ToldFaultsError, check_told, point
from oneteam.kernel.errors import BadInputError, CellError, Fault, TableError
from oneteam.kernel.sheets import FAULTS_SHOWN, Row, Table, match_columns, moment, read_table

# The form in which public message boards are handed over: a column there, the column here. None: not part of a report.
MESSAGE_BOARD: Mapping[str, str | None] = {
    "message_id": "external_id",
    "title": "title",
    "time": "told_at",
    "body": "text",
    "user": "caller_name",
    "against": None,
    "likes": None,
}
_REQUIRED = ("text", "told_at")

InRegion = Callable[[Decimal, Decimal], bool]


@dataclass(frozen=True, slots=True)
class Line:
    """One checked row with the line it begins on."""

    number: int
    told: Told


def read_reports(
    data: bytes, *, at: datetime, in_region: InRegion, channel: str = Channel.WEBSITE, name: str = ""
) -> list[Line]:
    """Return every row of a report file, checked; the whole file or nothing.

    `channel` stands for files that have no such column. Raises TableError with every faulty line (the first hundred at
    most), BadInputError for a file that is no table.
    """
    table = read_table(data, name=name)
    columns = _columns(table)
    faults: list[Fault] = []
    lines: list[Line] = []
    seen: dict[str, Line] = {}
    for row in table.rows:
        values = {columns[heading]: cell for heading, cell in row.cells.items() if heading in columns}
        told = _told(Row(row.line, values), faults, at=at, in_region=in_region, channel=channel)
        if told is not None:
            _add(Line(row.line, told), lines, seen, faults)
        if len(faults) >= FAULTS_SHOWN:
            break
    if faults:
        raise TableError(faults)
    return lines


def _columns(table: Table) -> dict[str, str]:
    """Return our column for each heading that is one: our own names, or all of a message board's."""
    board = set(table.columns) <= MESSAGE_BOARD.keys() and "message_id" in table.columns
    known = MESSAGE_BOARD if board else {name: name for name in COLUMNS}
    return match_columns(table, known=known, required=_REQUIRED)


def _told(row: Row, faults: list[Fault], *, at: datetime, in_region: InRegion, channel: str) -> Told | None:
    before, values, number = len(faults), row.cells, row.line
    told_at, place = at, None
    try:
        told_at = moment(values["told_at"])
    except CellError as error:
        faults.append(Fault(number, "told_at", error.problem, error.suggestion))
    try:
        place = point(values.get("lon", "").strip(), values.get("lat", "").strip())
    except BadInputError as error:
        faults.append(Fault(number, "lon", str(error)))
    told = Told(
        channel=values.get("channel", "").strip() or channel,
        text=values["text"],
        told_at=told_at,
        title=values.get("title", ""),
        address=values.get("address", ""),
        caller_name=values.get("caller_name", ""),
        caller_phone=values.get("caller_phone", ""),
        external_id=values.get("external_id", "").strip() or None,
    )
    if place:
        told = replace(told, lon=place[0], lat=place[1])
    try:
        check_told(told, at=at, in_region=in_region)
    except ToldFaultsError as error:
        faults += [Fault(number, field, message) for field, message in error.faults.items()]
    return told if len(faults) == before else None


def _add(line: Line, lines: list[Line], seen: dict[str, Line], faults: list[Fault]) -> None:
    key = line.told.external_id
    if key is not None and key in seen:
        if seen[key].told == line.told:
            return
        faults.append(
            Fault(
                line.number,
                "external_id",
                _("“%(id)s” stands in line %(line)d with another content; each report needs its own id")
                % {"id": key, "line": seen[key].number},
            )
        )
        return
    if key is not None:
        seen[key] = line
    lines.append(line)
