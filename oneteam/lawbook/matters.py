"""Loads the catalogue of matters from a law pack: strict, and every fault with its line.

A matter is one thing that may be reported: an enforceable power of the bureau, a piece of city service, or a
question that belongs to another agency. Each enforcement matter names the article that carries its consequence.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import TypeVar

from django.utils.translation import gettext as _

from oneteam.kernel.errors import NotReadyError
from oneteam.lawbook.loading import Fault, LawFaultsError, LawFile, Part

WEAK_SIGN = "~"  # a seed word that says little by itself
_CODE = r"(?:F\d{2}|X)-\d{3}"
_FIELD = r"F\d{2}"
_ARTICLE = r"\d{1,4}(?:\(\d{1,2}\)){0,2}"
_WORD = r"[^+~\s]+(?:\+[^+~\s]+){0,2}~?"
_LEAST_WORDS = 3
_Choice = TypeVar("_Choice", bound=StrEnum)


class Kind(StrEnum):
    """What a matter is; service and enforcement never mix (law.md section 0, trap 3)."""

    ENFORCEMENT = "enforcement"
    SERVICE = "service"
    OTHER_AGENCY = "other_agency"


class Urgency(StrEnum):
    """How soon somebody must go; the three levels of the city-management platforms (law.md section 6.4)."""

    GENERAL = "general"
    URGENT = "urgent"
    VERY_URGENT = "very_urgent"


class Mark(StrEnum):
    """How a legal statement was verified: in the full text, in a secondary source, not at all."""

    V1 = "V1"
    V2 = "V2"
    U = "U"


class Layer(StrEnum):
    """Which layer of law a basis belongs to: national, Zhejiang, the city's own."""

    NATIONAL = "cn"
    PROVINCE = "cn-33"
    CITY = "city"


@dataclass(frozen=True, slots=True)
class Field:
    """One of the branches of matters, for example F01 city appearance."""

    code: str
    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class Basis:
    """The article that carries the consequence; `read` is the adoption date of the text that was read."""

    statute: str
    article: str
    mark: Mark
    layer: Layer
    read: date | None


@dataclass(frozen=True, slots=True)
class Matter:
    """One matter; `field` is None only where no branch of the bureau is concerned."""

    code: str
    field: str | None
    kind: Kind
    urgency: Urgency
    zh: str
    en: str
    basis: Basis | None
    words: tuple[str, ...]


def load_matters(path: Path) -> tuple[Matter, ...]:
    """Return the matters of the file in its order; NotReadyError where it is missing.

    LawFaultsError names every line that must be mended.
    """
    return _load(path)[1]


def load_fields(path: Path) -> tuple[Field, ...]:
    """Return the branches declared in the same file; faults as for `load_matters`."""
    return _load(path)[0]


def _load(path: Path) -> tuple[tuple[Field, ...], tuple[Matter, ...]]:
    file = LawFile(path.name)
    root = file.root(_read(path))
    parts = root.mapping(required=("fields", "matters")) if root else {}
    fields = tuple(_field(part) for part in _listed(parts, "fields"))
    codes = {each.code for each in fields}
    matters: dict[str, Matter] = {}
    first_line: dict[str, int] = {}
    for part in _listed(parts, "matters"):
        matter = _matter(part, codes)
        if matter.code and matter.code in matters:
            message = _("%(code)s stands already in line %(line)d; give one of the two another code")
            part.fault(message % {"code": matter.code, "line": first_line[matter.code]})
        matters.setdefault(matter.code, matter)
        first_line.setdefault(matter.code, part.line)
    file.finish()
    return fields, tuple(matters.values())


def _read(path: Path) -> str:
    try:
        return path.read_text("utf-8")
    except OSError as error:
        message = _("The law pack lacks %(path)s (%(reason)s); restore the file or set ONETEAM_LAW.")
        raise NotReadyError(message % {"path": path, "reason": error.strerror or error}) from error
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        raise LawFaultsError([Fault(path.name, line, _("not UTF-8; save the file as UTF-8"))]) from error


def _listed(parts: dict[str, Part], name: str) -> list[Part]:
    return parts[name].items() if name in parts else []


def _field(part: Part) -> Field:
    parts = part.mapping(required=("code", "zh", "en"))
    return Field(_text(parts, "code", _FIELD), _text(parts, "zh"), _text(parts, "en"))


def _matter(part: Part, fields: set[str]) -> Matter:
    parts = part.mapping(required=("code", "field", "kind", "urgency", "zh", "en", "words"), optional=("basis",))
    code, kind = _text(parts, "code", _CODE), _choice(parts, "kind", Kind, Kind.OTHER_AGENCY)
    field = None if "field" not in parts or parts["field"].empty else parts["field"].text(_FIELD)
    basis = _basis(parts["basis"]) if "basis" in parts else None
    if field and field not in fields:
        parts["field"].fault(_("%(field)s is not among the fields declared above") % {"field": field})
    if code and field and not code.startswith(field):
        parts["code"].fault(_("the code must begin with its field, %(field)s") % {"field": field})
    if kind is Kind.ENFORCEMENT and basis is None:
        part.fault(_("an enforcement matter needs its basis: statute, article, mark, layer"))
    if kind is not Kind.OTHER_AGENCY and not field:
        part.fault(_("only a matter of another agency may stand outside the fields"))
    urgency = _choice(parts, "urgency", Urgency, Urgency.GENERAL)
    return Matter(code, field, kind, urgency, _text(parts, "zh"), _text(parts, "en"), basis, _words(parts))


def _basis(part: Part) -> Basis:
    parts = part.mapping(required=("statute", "article", "mark", "layer", "read"))
    read = None if "read" not in parts or parts["read"].empty else parts["read"].day()
    mark, layer = _choice(parts, "mark", Mark, Mark.U), _choice(parts, "layer", Layer, Layer.NATIONAL)
    return Basis(_text(parts, "statute"), _text(parts, "article", _ARTICLE), mark, layer, read)


def _words(parts: dict[str, Part]) -> tuple[str, ...]:
    if "words" not in parts:
        return ()
    listed = parts["words"].items()
    words = [each.text(_WORD) for each in listed]
    if len(words) < _LEAST_WORDS:
        parts["words"].fault(_("give at least %(least)d words that callers use") % {"least": _LEAST_WORDS})
    for each, word in zip(listed, words, strict=True):
        if word and words.count(word) > 1:
            each.fault(_("“%(word)s” stands here twice") % {"word": word})
    return tuple(words)


def _text(parts: dict[str, Part], name: str, pattern: str = r"(?s).+") -> str:
    return parts[name].text(pattern) if name in parts else ""


def _choice(parts: dict[str, Part], name: str, kind: type[_Choice], default: _Choice) -> _Choice:
    value = parts[name].choice(kind) if name in parts else ""
    return kind(value) if value else default
