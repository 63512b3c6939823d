"""The checks of the law packs: number, article, severity, and what is said to a person. Code decides, data speaks."""

import string
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from django.utils.translation import gettext as _

from oneteam.lawbook.loading import MARKS, LawFaultsError, LawFile, Part, pack_files
from oneteam.lawbook.text import Text

CHECK_ID = r"[A-Z]{2,4}-[0-9]{2}"


class Severity(StrEnum):
    """What a failed check does: block, ask for a reason, or only be watched (law.md section 10)."""

    BLOCK = "B"
    WARN = "W"
    WATCH = "S"


@dataclass(frozen=True, slots=True)
class CheckInfo:
    """What the law pack says about one check. `fields` are the names that sentence and cure may mention."""

    id: str
    article: Text
    severity: Severity
    mark: str
    sentence: Text
    cure: Text
    fields: frozenset[str]


def parse_checks(file: str, text: str) -> dict[str, CheckInfo]:
    """Read one checks.yaml. LawFaultsError names every faulty line."""
    reader = LawFile(file)
    root = reader.root(text)
    found: dict[str, CheckInfo] = {}
    if root is not None:
        for part in root.mapping(required=("checks",)).values():
            for item in part.items():
                info = _check(item)
                if info.id in found:
                    item.fault(_("the check %(check)s stands here twice") % {"check": info.id})
                found[info.id] = info
    reader.finish()
    return found


def _check(part: Part) -> CheckInfo:
    keys = part.mapping(required=("id", "article", "severity", "mark", "sentence", "cure"), optional=("fields",))
    fields = frozenset(item.text("[a-z_]+") for item in keys["fields"].items()) if "fields" in keys else frozenset()
    texts = {}
    for name in ("article", "sentence", "cure"):
        texts[name] = keys[name].label() if name in keys else Text("", "")
        if name in keys and name != "article":
            _same_fields(keys[name], texts[name], fields)
    return CheckInfo(
        id=keys["id"].text(CHECK_ID) if "id" in keys else "",
        severity=Severity(keys["severity"].choice(Severity) or "B") if "severity" in keys else Severity.BLOCK,
        mark=keys["mark"].choice((*MARKS, "own")) if "mark" in keys else "",
        fields=fields,
        **texts,
    )


def _same_fields(part: Part, text: Text, fields: frozenset[str]) -> None:
    """A sentence may only mention declared fields, and plainly: a name in braces."""
    for sentence in (text.zh, text.en):
        try:
            pieces = list(string.Formatter().parse(sentence))
        except ValueError as error:
            part.fault(str(error))
            continue
        for _literal, name, form, conversion in pieces:
            if name is not None and (name not in fields or form or conversion):
                message = _("the field {%(field)s} is not among this check's fields")
                part.fault(message % {"field": name})


def load_checks(files: Iterable[tuple[str, str]]) -> dict[str, CheckInfo]:
    """Read the checks of several packs; a deeper one may not speak differently of a number that is taken."""
    found: dict[str, CheckInfo] = {}
    for file, text in files:
        for info in parse_checks(file, text).values():
            if info.id in found:
                reader = LawFile(file)
                reader.fault(1, _("the check %(check)s is already in another pack") % {"check": info.id})
                raise LawFaultsError(reader.faults)
            found[info.id] = info
    return found


@lru_cache(maxsize=1)
def checks() -> Mapping[str, CheckInfo]:
    """Return every check of the law packs by its id, read once a process."""
    return load_checks(pack_files("checks.yaml"))
