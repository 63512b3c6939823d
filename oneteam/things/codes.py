"""The types of components and events of GB/T 47678.5, and those that a city adds: `codes.csv` of the law packs.

The same five digits mean one thing for a component and another for an event, so the key is (kind, code). What stands in
another pack than the state's is a local extension and flagged as one.
"""

import csv
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from django.conf import settings
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from oneteam.kernel.errors import NotReadyError

COMPONENT, EVENT = "component", "event"
STANDARD = "cn"  # the pack of the standard's own types
_COLUMNS = ["kind", "code", "name_zh", "name_en", "old_names"]


@dataclass(frozen=True, slots=True)
class Type:
    """A type of component or event; `local`: not the standard's own. `old_names`: what old data call it."""

    kind: str
    code: str
    name_zh: str
    name_en: str
    local: bool
    old_names: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """The name in the reader's language."""
        return self.name_zh if (get_language() or "zh").startswith("zh") else self.name_en


@lru_cache(maxsize=1)
def types() -> Mapping[tuple[str, str], Type]:
    """Return all types by kind and code. NotReadyError names the line of a file that cannot be used."""
    found: dict[tuple[str, str], Type] = {}
    for directory in map(Path, settings.LAW_DIRS):
        for path in sorted(directory.glob("*/codes.csv")):
            for row in _read(path):
                if (row.kind, row.code) in found:
                    raise NotReadyError(
                        _("%(file)s: %(code)s stands twice, or is the standard's own.")
                        % {"file": f"{path.parent.name}/{path.name}", "code": row.code}
                    )
                found[row.kind, row.code] = row
    return found


def _read(path: Path) -> Iterator[Type]:
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file)
        for line, row in enumerate(reader, 2):
            cells = [row.get(column) for column in _COLUMNS]
            whole = all(cell is not None for cell in cells) and None not in row
            if not whole or row["kind"] not in (COMPONENT, EVENT) or not re.fullmatch(r"[0-9]{5}", row["code"]):
                message = _(
                    "%(file)s:%(line)d: a row is kind (component, event), code (5 digits), two names, old names."
                )
                raise NotReadyError(message % {"file": f"{path.parent.name}/{path.name}", "line": line})
            local = path.parent.name != STANDARD
            old = tuple(row["old_names"].split())
            yield Type(row["kind"], row["code"], row["name_zh"], row["name_en"], local, old)


def component_type(code: str) -> Type | None:
    """Return the type of component with a code of 5 digits, or None."""
    return types().get((COMPONENT, code))


def event_type(code: str) -> Type | None:
    """Return the type of event with a code of 5 digits, or None."""
    return types().get((EVENT, code))


def mapped(old_code: str, name: str) -> Type | None:
    """Return the type that a type of the old standard (4 digits) has become, None where that is not certain (EVT-09).

    No published table of the change is known to us (mark U), so the digits alone decide nothing: the old row's name
    must be a name of exactly one type, in the same major class, of the new table.
    """
    wanted = name.strip()
    found = [
        each for each in types().values()
        if each.kind == COMPONENT and wanted in (each.name_zh, *each.old_names) and each.code[:2] == old_code[:2]
    ]  # fmt: skip
    return found[0] if len(found) == 1 else None
