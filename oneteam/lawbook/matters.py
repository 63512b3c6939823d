"""Loads the catalogue of matters from a law pack: strict, and every fault with its line.

A matter is one thing that may be reported: an enforceable power of the bureau, a piece of city service, or a
question that belongs to another agency. Each enforcement matter names the article that carries its consequence.
"""

import re
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from pathlib import Path

import yaml
from django.utils.translation import gettext as _

from oneteam.kernel.errors import ImportRefusedError, LineFault
from oneteam.lawbook.nodes import NodeReader, composed, line_of

_CODE = re.compile(r"(?:F\d{2}|X)-\d{3}")
_FIELD = re.compile(r"F\d{2}")
_ARTICLE = re.compile(r"\d{1,4}(?:\(\d{1,2}\)){0,2}")


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
    """Return the matters of the file in its order.

    ImportRefusedError names every faulty line; NotReadyError says that the file is missing.
    """
    return _load(path)[1]


def load_fields(path: Path) -> tuple[Field, ...]:
    """Return the branches declared in the same file; faults as for `load_matters`."""
    return _load(path)[0]


def _load(path: Path) -> tuple[tuple[Field, ...], tuple[Matter, ...]]:
    root = composed(path)
    faults: list[LineFault] = []
    if not isinstance(root, yaml.MappingNode):
        raise ImportRefusedError([LineFault(1, "", _("expected a mapping with the keys fields and matters"))])
    top = NodeReader(root, faults)
    fields = tuple(filter(None, (_field(NodeReader(node, faults)) for node in top.items("fields"))))
    codes = {each.code for each in fields}
    matters: dict[str, Matter] = {}
    first_line: dict[str, int] = {}
    for node in top.items("matters"):
        matter = _matter(NodeReader(node, faults), codes)
        if matter is None:
            continue
        if matter.code in matters:
            message = _("%(code)s stands already in line %(line)d; give one of the two another code")
            faults.append(
                LineFault(line_of(node), "code", message % {"code": matter.code, "line": first_line[matter.code]})
            )
        matters.setdefault(matter.code, matter)
        first_line.setdefault(matter.code, line_of(node))
    top.finish()
    if not faults and not matters:
        faults.append(LineFault(1, "matters", _("no matter is declared")))
    if faults:
        raise ImportRefusedError(sorted(faults, key=lambda fault: fault.line))
    return fields, tuple(matters.values())


def _field(reader: NodeReader) -> Field | None:
    code = reader.text("code", _FIELD)
    zh, en = reader.text("zh"), reader.text("en")
    reader.finish()
    return Field(code, zh, en) if code and zh and en else None


def _matter(reader: NodeReader, fields: set[str]) -> Matter | None:
    code = reader.text("code", _CODE)
    kind, urgency = reader.choice("kind", Kind), reader.choice("urgency", Urgency)
    field = reader.text("field", _FIELD, optional=True)
    zh, en = reader.text("zh"), reader.text("en")
    basis = _basis(reader.child("basis"))
    words = reader.words("words")
    if field and field not in fields:
        reader.fault("field", _("%(field)s is not among the fields declared above") % {"field": field})
    if code and field and not code.startswith(field):
        reader.fault("code", _("the code must begin with its field, %(field)s") % {"field": field})
    if kind is Kind.ENFORCEMENT and basis is None:
        reader.fault("basis", _("an enforcement matter needs statute, article, mark and layer"))
    if kind and kind is not Kind.OTHER_AGENCY and not field:
        reader.fault("field", _("only a matter of another agency may stand outside the fields"))
    reader.finish()
    if not (code and kind and urgency and zh and en and words):
        return None
    return Matter(code, field, kind, urgency, zh, en, basis, words)


def _basis(reader: NodeReader | None) -> Basis | None:
    if reader is None:
        return None
    statute, article = reader.text("statute"), reader.text("article", _ARTICLE)
    mark, layer = reader.choice("mark", Mark), reader.choice("layer", Layer)
    read = reader.day("read")
    reader.finish()
    return Basis(statute, article, mark, layer, read) if statute and article and mark and layer else None
