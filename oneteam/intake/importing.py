"""Reading report files: CSV in any encoding that Chinese offices use, checked line by line before a row is taken."""

import codecs
import csv
import difflib
import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from oneteam.intake.models import Channel
from oneteam.intake.telling import COLUMNS, Told, ToldFaultsError, check_told, moment, point
from oneteam.kernel.errors import BadInputError, ImportRefusedError, LineFault

FILE_LIMIT = 200 * 1024 * 1024  # bytes
ROW_LIMIT = 200_000
FAULTS_SHOWN = 100

# The form in which public message boards are handed over: a column there, the column here. None: not part of a report.
MESSAGE_BOARD = {
    "message_id": "external_id",
    "title": "title",
    "time": "told_at",
    "body": "text",
    "user": "caller_name",
    "against": None,
    "likes": None,
}
_REQUIRED = {"text", "told_at"}


@dataclass(frozen=True, slots=True)
class Line:
    """One checked row with the line it begins on."""

    number: int
    told: Told


def decode(data: bytes) -> str:
    """Return the file's text: by its byte order mark, else UTF-8, else GB 18030 (which holds GBK and GB 2312).

    Raises BadInputError naming the byte and line that no encoding explains.
    """
    if len(data) > FILE_LIMIT:
        raise BadInputError(_("The file is larger than %(limit)d MB; split it.") % {"limit": FILE_LIMIT // 2**20})
    if data[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
        encodings = ["utf-16"]
    elif data.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        raise BadInputError(_("This is an Excel or ZIP file; save it as CSV (UTF-8) and import that."))
    elif data.startswith((b"\xff\xd8\xff", b"\x89PNG", b"GIF8", b"RIFF")):
        raise BadInputError(_("This is a photo, no table; import a CSV file."))
    else:
        encodings = ["utf-8-sig", "gb18030"]
    first: UnicodeDecodeError | None = None
    for encoding in encodings:
        try:
            return _refuse_binary(data.decode(encoding))
        except UnicodeDecodeError as error:
            first = first or error
    assert first is not None
    line = data[: first.start].count(b"\n") + 1
    raise ImportRefusedError(
        [
            LineFault(
                line,
                "",
                _("byte %(byte)d is neither UTF-8 nor GBK; save the file as UTF-8 and import it again")
                % {"byte": first.start + 1},
            )
        ]
    )


def _refuse_binary(text: str) -> str:
    if "\x00" in text:
        line = text[: text.index("\x00")].count("\n") + 1
        raise ImportRefusedError([LineFault(line, "", _("a null character; this is no text file"))])
    return text


def read_reports(
    data: bytes, *, at: datetime, in_region: Callable[[Decimal, Decimal], bool], channel: str = Channel.WEBSITE
) -> list[Line]:
    """Return every row of a report file, checked; the whole file or nothing.

    `channel` stands for files that have no such column. Raises ImportRefusedError with every faulty line (the first
    hundred at most), BadInputError for a file that is no table.
    """
    reader = csv.reader(io.StringIO(decode(data), newline=""), strict=True)
    previous = csv.field_size_limit(max(csv.field_size_limit(), 64 * 1024 * 1024))
    try:
        return _read(reader, at=at, in_region=in_region, channel=channel)
    finally:
        csv.field_size_limit(previous)


def _read(reader: Any, *, at: datetime, in_region: Callable[[Decimal, Decimal], bool], channel: str) -> list[Line]:
    faults: list[LineFault] = []
    rows = _rows(reader, faults)
    heading = next(rows, None)
    if heading is None:
        raise ImportRefusedError(faults or [LineFault(1, "", _("the file is empty"))])
    columns = _columns(heading[1])
    lines: list[Line] = []
    seen: dict[str, Line] = {}
    for number, cells in rows:
        if not any(cell.strip() for cell in cells):
            continue
        if len(cells) != len(columns):
            faults.append(
                LineFault(
                    number,
                    "",
                    _("%(found)d columns, the heading has %(wanted)d; is a comma or quotation mark missing?")
                    % {"found": len(cells), "wanted": len(columns)},
                )
            )
            continue
        values = {name: cell for name, cell in zip(columns, cells, strict=True) if name}
        told = _told(number, values, faults, at=at, in_region=in_region, channel=channel)
        if told is not None:
            _add(Line(number, told), lines, seen, faults)
        if len(faults) >= FAULTS_SHOWN or len(lines) > ROW_LIMIT:
            break
    if len(lines) > ROW_LIMIT:
        faults.append(
            LineFault(ROW_LIMIT + 1, "", _("more than %(limit)d rows; split the file") % {"limit": ROW_LIMIT})
        )
    if faults:
        raise ImportRefusedError(faults)
    return lines


def _rows(reader: Any, faults: list[LineFault]) -> Iterator[tuple[int, list[str]]]:
    """Yield each row with the line on which it begins; a row the CSV rules forbid becomes a fault and ends it."""
    before = 0
    try:
        for cells in reader:
            yield before + 1, cells
            before = reader.line_num
    except csv.Error as error:
        faults.append(LineFault(before + 1, "", _("not readable as CSV (%(reason)s)") % {"reason": error}))


def _columns(heading: list[str]) -> list[str | None]:
    names = [name.strip() for name in heading]
    board = set(names) <= MESSAGE_BOARD.keys() and "message_id" in names
    faults: list[LineFault] = []
    columns: list[str | None] = []
    for name in names:
        column = MESSAGE_BOARD[name] if board else name
        if column is not None and column not in COLUMNS:
            near = difflib.get_close_matches(name, COLUMNS, n=1)
            hint = _("; did you mean %(near)s?") % {"near": near[0]} if near else ""
            faults.append(
                LineFault(1, name, _("unknown column; known are %(known)s") % {"known": ", ".join(COLUMNS)} + hint)
            )
        elif column in columns and column is not None:
            faults.append(LineFault(1, name, _("this column stands twice")))
        columns.append(column)
    faults += [LineFault(1, name, _("this column is missing")) for name in sorted(_REQUIRED - set(columns))]
    if faults:
        raise ImportRefusedError(faults)
    return columns


def _told(
    number: int,
    values: dict[str, str],
    faults: list[LineFault],
    *,
    at: datetime,
    in_region: Callable[[Decimal, Decimal], bool],
    channel: str,
) -> Told | None:
    before = len(faults)
    told_at, place = at, None
    try:
        told_at = moment(values["told_at"])
    except BadInputError as error:
        faults.append(LineFault(number, "told_at", str(error)))
    try:
        place = point(values.get("lon", "").strip(), values.get("lat", "").strip())
    except BadInputError as error:
        faults.append(LineFault(number, "lon", str(error)))
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
        faults += [LineFault(number, field, message) for field, message in error.faults.items()]
    return told if len(faults) == before else None


def _add(line: Line, lines: list[Line], seen: dict[str, Line], faults: list[LineFault]) -> None:
    key = line.told.external_id
    if key is not None and key in seen:
        if seen[key].told == line.told:
            return
        faults.append(
            LineFault(
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
