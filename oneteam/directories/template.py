"""The empty table to fill in: headings in the reader's language, one example row, what each column holds."""

from django.utils.translation import gettext as _

from oneteam.directories.importing import Importer
from oneteam.kernel.sheets import write_csv, write_xlsx


def _heading(importer: Importer) -> list[str]:
    return [str(column.label) for column in importer.columns]


def template_csv(importer: Importer) -> bytes:
    """Return the headings as CSV. No example row: a table of text gives it no place where it is not imported."""
    return write_csv(_heading(importer), [])


def template_xlsx(importer: Importer) -> bytes:
    """Return a workbook: the headings, and on a second sheet what each column holds, with an example."""
    notes = [
        [_("Column"), _("Must be filled in"), _("Example"), _("What it holds")],
        *(
            [str(column.label), _("yes") if column.required else "", column.example, str(column.hint)]
            for column in importer.columns
        ),
    ]
    return write_xlsx(_heading(importer), [], sheet=str(importer.label), notes=notes)
