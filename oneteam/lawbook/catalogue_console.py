"""What the catalogue's commands say: import, export, the checks of the packs and the list of all checks."""

import re
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path

from django.utils.translation import gettext as _

from oneteam.journal.actors import operator
from oneteam.kernel.errors import BadInputError, NotReadyError
from oneteam.kernel.sheets import cells, read_table, write_csv, write_xlsx
from oneteam.lawbook.catalogue import catalogue
from oneteam.lawbook.catalogue_acts import check_packs, import_catalogue, load_packs, register_transfer
from oneteam.lawbook.catalogue_table import COLUMNS, cells_of, parse_catalogue
from oneteam.lawbook.checks import Severity, checks
from oneteam.lawbook.layers import pack_catalogue
from oneteam.lawbook.packs import Transfer, pack_statutes, pack_transfers
from oneteam.lawbook.rules import RuleFailure, cap_failures, nightly_failures
from oneteam.lawbook.rules import told as told_failures
from oneteam.lawbook.spans import Span
from oneteam.lawbook.text import Text

ROOT = Path(__file__).resolve().parents[2]
_TEST = re.compile(r"^\s*(?:async )?def (test_([a-z]{2,4})_(\d\d)_\w+)\(", re.MULTILINE)


def load(*, user: str, at: datetime) -> str:
    """Load the city's law packs and return what changed."""
    done = load_packs(actor=operator(user), at=at)
    if done.act is None:
        return _("The catalogue of %(rows)d matters was already loaded.") % {"rows": done.rows}
    message = _("Catalogue of %(rows)d matters: %(added)d added, %(changed)d changed.")
    return message % {"rows": done.rows, "added": done.added, "changed": done.changed}


def import_file(file: Path, *, user: str, at: datetime, reason: str = "", dry_run: bool = False) -> Iterator[str]:
    """Import a catalogue (CSV, .xlsx, .xls), all or nothing, and yield what it did."""
    try:
        content = file.read_bytes()
    except OSError as error:
        raise BadInputError(_("%(file)s cannot be read: %(why)s") % {"file": file, "why": error.strerror}) from error
    lines = parse_catalogue(read_table(content, name=file.name))
    done = import_catalogue(
        actor=operator(user), at=at, lines=lines, source=file.name, reason=reason, dry_run=dry_run
    )  # fmt: skip
    for warning in done.warnings:
        yield _("Gone over with a reason: %(warning)s") % {"warning": warning}
    message = _("%(rows)d rows: %(added)d matters added, %(changed)d changed, the others as they were.")
    yield message % {"rows": done.rows, "added": done.added, "changed": done.changed}
    if dry_run:
        yield _("A dry run: nothing was written.")


def export(name: str) -> bytes:
    """Return the whole catalogue as a file of this name: .xlsx, or CSV. The import takes it back unchanged."""
    rows = [list(cells_of(matter).values()) for versions in catalogue().versions.values() for matter in versions]
    if name.lower().endswith(".xlsx"):
        return write_xlsx(COLUMNS, rows, sheet=_("Catalogue"))
    if name.lower().endswith(".csv"):
        return write_csv(COLUMNS, rows)
    raise BadInputError(_("Give the file a name that ends in .csv or .xlsx."))


def export_file(file: Path) -> str:
    """Write the whole catalogue to a file; return what to tell."""
    content = export(file.name)
    try:
        file.write_bytes(content)
    except OSError as error:
        raise BadInputError(_("%(file)s cannot be written: %(why)s") % {"file": file, "why": error.strerror}) from error
    return _("%(rows)d matters written to %(file)s.") % {"rows": len(catalogue().ids), "file": file}


def transfer(
    name: str, *, title: str, document: str, approved: str, first: str, last: str, mark: str, user: str, at: datetime
) -> str:
    """Register the document that gave matters to the bureau (CAT-05); return what to tell."""
    days = [cells.day(day) if day else None for day in (approved, first, last)]
    if days[0] is None or days[1] is None or (days[2] and days[2] < days[1]):
        raise BadInputError(_("Give the day of approval, the first day, and a last day that is not before it."))
    given = Transfer(name, Text(title, title), document, days[0], Span(days[1], days[2]), mark)
    act = register_transfer(actor=operator(user), at=at, transfer=given)
    told = _("%(name)s is registered.") if act else _("%(name)s was already registered so.")
    return told % {"name": name}


def validate(*, on: date) -> str:
    """Run CAT-01 to CAT-07 over the law packs for a day; return what to tell.

    LawFaultsError for packs that may not be loaded; NotReadyError lists what else blocks (CAT-05, CAT-06).
    """
    lines, statutes = pack_catalogue(), pack_statutes()
    check_packs(lines.values(), statutes, on=on)
    by_name = {name: tuple(each for each in statutes if each.name == name) for name in {each.name for each in statutes}}
    matters = [line.matter for line in lines.values()]
    found: list[RuleFailure] = [each for matter in matters for each in cap_failures(matter, by_name, on=on)]
    found += nightly_failures(matters, by_name, {each.name: each for each in pack_transfers()}, on=on)
    if any(each.info.severity is Severity.BLOCK for each in found):
        raise NotReadyError(told_failures(found))
    message = _("%(matters)d matters on %(statutes)d statutes: CAT-01 to CAT-07 hold on %(day)s.")
    summary = message % {"matters": len(matters), "statutes": len(by_name), "day": on.isoformat()}
    return f"{told_failures(found)}\n{summary}" if found else summary


def findings(*, on: date) -> list[RuleFailure]:
    """Return what a night finds in the city's catalogue: CAT-05, CAT-06 and CAT-07 for an act of that day."""
    book = catalogue()
    return nightly_failures(book.on(on).values(), book.statutes, book.transfers, on=on)


def checks_table() -> list[str]:
    """Return one line for each check: id, severity, mark, article, and the tests that are named by its id."""
    tests = tests_by_check()
    return [
        f"{name} {info.severity} {info.mark:<3} {info.article}: {', '.join(tests.get(name, ())) or _('no test')}"
        for name, info in sorted(checks().items())
    ]


def tests_by_check() -> dict[str, list[str]]:
    """Return the tests of the source tree that are named by a check, `test_cat_01_…`, under the check's id."""
    found: dict[str, list[str]] = {}
    for file in sorted([*ROOT.glob("oneteam/*/tests/**/test_*.py"), *ROOT.glob("tests/test_*.py")]):
        for name, letters, digits in _TEST.findall(file.read_text("utf-8")):
            found.setdefault(f"{letters.upper()}-{digits}", []).append(f"{file.relative_to(ROOT)}::{name}")
    return found
