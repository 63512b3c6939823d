"""A work list as a file for a spreadsheet: what stands on the page, row by row; safe to open."""

from collections.abc import Sequence
from dataclasses import replace

from django.http import HttpResponse, QueryDict
from django.utils.translation import gettext as _

from oneteam.kernel.sheets import write_csv, write_xlsx
from oneteam.web.lists import WorkList, url_with
from oneteam.web.parts import Chip, Clock, Link

FILE_TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
PARAMETER = "file"


def exportable(part: WorkList, parameters: QueryDict) -> WorkList:
    """Return a list with the ways to have it as a file."""
    kinds = (("csv", "CSV"), ("xlsx", "Excel"))
    return replace(part, exports=[Link(label, url_with(parameters, **{PARAMETER: kind})) for kind, label in kinds])


def asked_file(parameters: QueryDict, part: WorkList) -> HttpResponse | None:
    """Return the list as the file that its address asks for; None where it asks for the page."""
    kind = parameters.get(PARAMETER, "")
    if kind not in FILE_TYPES:
        return None
    columns = [part.title_column, _("Details"), *(column.label for column in part.columns)]
    rows = [[row.title, " ".join(filter(None, map(_text, row.facts))), *map(_cell, row.cells)] for row in part.rows]
    return sheet_file(columns, rows, name=part.id, kind=kind, title=str(part.caption))


def sheet_file(
    columns: Sequence[object], rows: Sequence[Sequence[object]], *, name: str, kind: str, title: str
) -> HttpResponse:
    """Return rows as a file to be saved. `kind`: csv or xlsx."""
    content = write_csv(columns, rows) if kind == "csv" else write_xlsx(columns, rows, sheet=title)
    response = HttpResponse(content, content_type=FILE_TYPES[kind])
    response["Content-Disposition"] = f'attachment; filename="{name}.{kind}"'
    return response


def _cell(value: object) -> object:
    """Return what a file holds of a cell: a clock's moment, a chip's word; numbers and times as they are."""
    if isinstance(value, Clock):
        return value.due
    return _text(value) if isinstance(value, Chip | Link) else value


def _text(value: object) -> str:
    """Return a fact in words."""
    if isinstance(value, Chip):
        return str(value.word)
    if isinstance(value, Link):
        return str(value.label)
    return str(value.word) if isinstance(value, Clock) else str(value or "")
