"""What the pages of imports show."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from oneteam.directories.importing import Importer, find_importer
from oneteam.directories.models import ImportRun, RunState
from oneteam.directories.runs import faults_of
from oneteam.kernel.errors import Fault
from oneteam.web.panels import Way
from oneteam.web.parts import Banner, Chip, Link, PageHeader, State

STATES: Mapping[str, tuple[Any, State]] = {
    RunState.UPLOADED: (gettext_lazy("Waiting to be checked"), "plain"),
    RunState.CHECKING: (gettext_lazy("Being checked"), "plain"),
    RunState.CHECKED: (gettext_lazy("Checked, can be imported"), "info"),
    RunState.CONFIRMED: (gettext_lazy("Waiting to be imported"), "plain"),
    RunState.IMPORTING: (gettext_lazy("Being imported"), "plain"),
    RunState.DONE: (gettext_lazy("Imported"), "ok"),
    RunState.REFUSED: (gettext_lazy("Refused, nothing imported"), "danger"),
    RunState.FAILED: (gettext_lazy("Interrupted, nothing imported"), "warn"),
}
MOVING = (RunState.UPLOADED, RunState.CHECKING, RunState.CONFIRMED, RunState.IMPORTING)


def upload_context(importer: Importer) -> dict[str, Any]:
    """Return what the page of an import shows beside its form: the columns, the templates."""
    return {
        "header": PageHeader(
            title=_("Import: %(what)s") % {"what": importer.label},
            crumbs=[Link(_("Directories"), reverse("directories"))],
        ),
        "importer": importer,
        "templates": [
            Link(label, reverse("import-template", args=[importer.name, kind]))
            for kind, label in (("xlsx", _("Excel template")), ("csv", _("CSV template")))
        ],
    }


def run_way(row: ImportRun) -> Way:
    """Return the way to an upload's page."""
    return Way(
        row.filename or find_importer(row.importer).label, reverse("import-run", args=[row.id]), "file", _chip(row)
    )


def _chip(row: ImportRun) -> Chip:
    word, state = STATES[row.state]
    return Chip(word, state)


def run_context(row: ImportRun) -> dict[str, Any]:
    """Return what the page of an upload shows."""
    importer = find_importer(row.importer)
    return {
        "run": row,
        "what": importer.label,
        "chip": _chip(row),
        "moving": row.state in MOVING,
        "percent": min(100, 100 * row.progress // row.rows) if row.rows else None,
        "url": reverse("import-run", args=[row.id]),
        "header": PageHeader(
            title=row.filename or str(importer.label),
            crumbs=[
                Link(_("Directories"), reverse("directories")),
                Link(_("Import: %(what)s") % {"what": importer.label}, reverse("import", args=[importer.name])),
            ],
        ),
        "faults": _named(faults_of(row), importer),
        "mend": row.state == RunState.REFUSED,
        "unread": Banner(_unread(row), "warn") if row.unread else None,
        "target": importer.target() if importer.target else "",
        "again": reverse("import", args=[importer.name]),
    }


def _unread(row: ImportRun) -> str:
    return _("Only the first sheet is read. Not read: %(sheets)s") % {"sheets": ", ".join(row.unread)}


def _named(faults: Sequence[Fault], importer: Importer) -> list[Fault]:
    """Return faults with their columns called what the page calls them."""
    labels = {column.name: str(column.label) for column in importer.columns}
    return [replace(fault, column=labels.get(fault.column, fault.column)) for fault in faults]


def fault_list(row: ImportRun) -> tuple[list[str], list[list[object]]]:
    """Return what was said of the rows of a file as a table."""
    columns = [_("Line"), _("Column"), _("Problem"), _("How to mend it")]
    return columns, [[fault.line, fault.column, fault.problem, fault.suggestion] for fault in faults_of(row)]
