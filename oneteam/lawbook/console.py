"""What the commands of this room say: pure text over acts and queries."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from django.utils.translation import gettext as _

from oneteam.journal.actors import operator
from oneteam.kernel.clock import SHANGHAI
from oneteam.kernel.errors import BadInputError
from oneteam.lawbook.acts import load_calendar, set_setting
from oneteam.lawbook.calendar_csv import parse_calendar_csv
from oneteam.lawbook.queries import settings_now, unset_settings
from oneteam.lawbook.settings_table import catalogue


def load_file(file: Path, *, source: str, user: str, at: datetime) -> Iterator[str]:
    """Load a holiday table and yield what changed, then one line for each deadline that moved."""
    try:
        content = file.read_bytes()
    except OSError as error:
        raise BadInputError(_("%(file)s cannot be read: %(why)s") % {"file": file, "why": error.strerror}) from error
    rows = parse_calendar_csv(content, source=source)
    done = load_calendar(actor=operator(user), at=at, rows=rows, source=source)
    message = _("%(added)d days added, %(changed)d changed; %(moved)d open time limits moved.")
    yield message % {"added": done.added, "changed": done.changed, "moved": len(done.differences)}
    for moved in done.differences:
        before, after = (f"{moment.astimezone(SHANGHAI):%Y-%m-%d %H:%M}" for moment in (moved.before, moved.after))
        flag = _(" (provisional)") if moved.provisional else ""
        yield f"{moved.procedure} {moved.object_id} {moved.clock}: {before} → {after}{flag}"


def set_value(name: str, value: str, *, basis: str, mark: str, user: str, at: datetime) -> str:
    """Set a setting and return what to tell."""
    act = set_setting(actor=operator(user), at=at, name=name, value=value, basis=basis, mark=mark)
    told = _("%(name)s is set to %(value)s.") if act else _("%(name)s already was %(value)s.")
    return told % {"name": name, "value": settings_now()[name].value}


def settings_table() -> tuple[list[str], int]:
    """Return one line for each known setting, and how many are not set."""
    values = settings_now()
    lines = []
    for name, info in sorted(catalogue().items()):
        found = values.get(name)
        if found:
            shown = f"{found.value} [{found.mark}] {found.basis}"
        else:
            unset = _("not set; the wider limit holds") if info.optional else _("not set")
            shown = _("%(value)s (default)") % {"value": info.default} if info.default else unset
        lines.append(f"{name}: {shown} – {info.label}")
    return lines, len(unset_settings())
