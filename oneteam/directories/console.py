"""Importing from the command line."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import TextIO

from django.utils.translation import gettext as _

from oneteam.directories.importing import Tell, find_importer, importers, silent
from oneteam.directories.taking import check_file, take_checked
from oneteam.directories.template import template_csv, template_xlsx
from oneteam.journal.actors import operator
from oneteam.kernel.errors import BadInputError
from oneteam.kernel.sheets import check_size

STEPS = 100


def listed(name: str | None) -> str:
    """Return all imports with their columns, or those of one."""
    lines: list[str] = []
    for importer in [find_importer(name)] if name else importers():
        lines.append(f"{importer.name}: {importer.label}")
        for column in importer.columns:
            mark = "*" if column.required else " "
            lines.append(f"  {mark} {column.name:<16} {column.label}  {column.hint or column.example}".rstrip())
        lines += [f"    --set {option.name}={option.default or '…'}  {option.label}" for option in importer.options]
    return "\n".join([*lines, _("* must be filled in")]) if lines else _("Nothing can be imported yet.")


def write_template(name: str, path: Path) -> str:
    """Write an empty table for this import; says where it lies. Never over an existing file."""
    importer = find_importer(name)
    content = template_csv(importer) if path.suffix.lower() == ".csv" else template_xlsx(importer)
    try:
        with path.open("xb") as file:
            file.write(content)
    except OSError as error:
        raise BadInputError(
            _("%(file)s cannot be written: %(reason)s") % {"file": path, "reason": error.strerror}
        ) from error
    return str(path)


def read_file(path: Path) -> bytes:
    """Return a file's bytes; BadInputError where it is too large or cannot be read."""
    try:
        check_size(path.stat().st_size)
        return path.read_bytes()
    except OSError as error:
        raise BadInputError(
            _("%(file)s cannot be read: %(reason)s") % {"file": path, "reason": error.strerror}
        ) from error


def options_of(given: Sequence[str]) -> dict[str, str]:
    """Read NAME=VALUE words."""
    pairs = [word.partition("=") for word in given]
    for name, sign, _value in pairs:
        if not sign:
            raise BadInputError(_("Write an option as NAME=VALUE, not “%(word)s”.") % {"word": name})
    return {name: value for name, _sign, value in pairs}


def take(
    name: str, path: Path, *, at: datetime, given: Sequence[str], dry_run: bool, user: str, shown: TextIO | None
) -> str:
    """Check a file and, unless it is a dry run, take it; returns what became of it.

    Raises TableError with every faulty line, BadInputError for a file that cannot be read.
    """
    importer = find_importer(name)
    checked = check_file(
        importer, actor=operator(user), at=at, data=read_file(path), name=path.name, options=options_of(given)
    )
    rows = len(checked.batch.entries) - len(checked.left_out)
    unread = _("; not read: the sheets %(sheets)s") % {"sheets": ", ".join(checked.unread)} if checked.unread else ""
    left_out = "".join(f"\n{fault}" for fault in checked.left_out)
    if dry_run:
        found = _("%(file)s: %(rows)d rows can be imported; nothing was written") % {"file": path.name, "rows": rows}
        return found + unread + left_out
    applied = take_checked(checked=checked, at=at, tell=_bar(shown, rows))
    found = _("%(file)s: %(taken)d rows taken, %(known)d known before") % {
        "file": path.name, "taken": applied.taken, "known": applied.known,
    }  # fmt: skip
    return found + unread + left_out


def _bar(shown: TextIO | None, rows: int) -> Tell:
    """Return what shows each further hundredth on a terminal."""
    if shown is None or rows < STEPS:
        return silent

    def tell(done: int) -> None:
        if done % (rows // STEPS) == 0 or done == rows:
            shown.write(f"\r{100 * done // rows:3d} %" + ("\n" if done == rows else ""))
            shown.flush()

    return tell
