"""From a template and values to the blocks that the layout draws. Pure: no database, no clock."""

import hashlib
import io
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import segno
from django.utils.translation import gettext as _

from oneteam.documents.clerktext import Block, Mark
from oneteam.documents.declaration import Field, Template, remedy_on
from oneteam.documents.values import BadValueError, clean, day, is_given, shown
from oneteam.kernel.errors import BadInputError
from oneteam.lawbook.text import Text, reader_language

Setting = Callable[[str], str]
"""Answers with the city's value of a setting; raises UnsetSettingError where it has none."""

_STAMPS = {"zh": "预览，未编号", "en": "Translation"}
_SEAL = Text("（印章）", "(seal)")
_CHECK = Text("扫码或者打开网址，查验真伪：", "Scan, or open the address, to check it:")
_ALT = Text("查验本文书真伪的二维码", "QR code by which this document is checked")
_NO_NUMBER = Text("（签发时编号）", "(numbered when issued)")


class BadValuesError(BadInputError):
    """Values that a template cannot take; `problems` says by field name what is wrong, all at once."""

    def __init__(self, template: Template, problems: Mapping[str, str]) -> None:
        self.problems = dict(problems)
        labels = ((template.fields[name].label if name in template.fields else name, p) for name, p in problems.items())
        super().__init__("\n".join(f"{label}: {problem}" for label, problem in labels))


class MissingValuesError(BadInputError):
    """Mandatory fields are empty; `names` are their names in the template's order."""

    def __init__(self, template: Template, names: list[str]) -> None:
        self.names = names
        labels = _(", ").join(str(template.fields[name].label) for name in names)
        super().__init__(
            _("Missing for the document “%(name)s”: %(labels)s") % {"name": template.label, "labels": labels}
        )


def applies(template: Template, name: str, values: Mapping[str, Any]) -> bool:
    """Tell whether a field belongs to the document, given the choices made: a fine has an amount, a warning none."""
    condition = template.fields[name].when
    return condition is None or (condition.holds(values) and applies(template, condition.name, values))


def missing(template: Template, values: Mapping[str, Any]) -> list[str]:
    """Return the names of the mandatory fields that have no value, in the template's order."""
    return [
        name for name, known in template.fields.items()
        if known.required and applies(template, name, values) and not is_given(values.get(name))
    ]  # fmt: skip


def cleaned(template: Template, values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the given values as they are kept (JSON), without those of fields that do not apply.

    Raises BadValuesError with every field that cannot take its value, and for names that the template does not know.
    """
    found: dict[str, Any] = {}
    problems: dict[str, str] = {}
    for name, value in values.items():
        known = template.fields.get(name)
        if known is None or known.setting:
            problems[name] = _("the template “%(name)s” has no such field to fill") % {"name": template.name}
        elif is_given(value):
            try:
                found[name] = _cleaned(known, value)
            except BadValueError as error:
                problems[name] = str(error)
    if problems:
        raise BadValuesError(template, problems)
    return {name: value for name, value in found.items() if applies(template, name, found)}


def _cleaned(known: Field, value: object) -> Any:
    result = clean(known.kind, value)
    if known.options is not None and result not in known.options:
        raise BadValueError(_("one of these is needed: %(known)s") % {"known": ", ".join(known.options)})
    return result


@dataclass(frozen=True, slots=True)
class Check:
    """How the issued document is checked: the address of its public page."""

    address: str


@dataclass(slots=True)
class Composer:
    """Puts one document together. `values` are cleaned; `check` None makes a preview, which is stamped as such."""

    template: Template
    values: Mapping[str, Any]
    issued_on: date
    setting: Setting
    number: str | None = None
    check: Check | None = None
    language: str = "zh"
    pictures: Mapping[str, bytes] = field(default_factory=dict)
    """PNG of each signature by field."""
    images: dict[str, bytes] = field(default_factory=dict)
    """What the layout's blocks name, filled by `document`."""

    def document(self) -> dict[str, Any]:
        """Return the document as the layout reads it. Raises UnsetSettingError for a setting that the city lacks."""
        blocks = [
            drawn for block in self.template.blocks(self.language)
            if block.condition is None or block.condition.holds(self._applying())
            for drawn in self._drawn(block)
        ]  # fmt: skip
        number = self.number or (self._say(_NO_NUMBER) if self.template.series else "")
        return {
            "lang": self.language, "title": f"{self._say(self.template.label)} {self.number or ''}".strip(),
            "author": self.setting("agency.name"), "stamp": "" if self.check else _STAMPS[self.language],
            "date": [self.issued_on.year, self.issued_on.month, self.issued_on.day], "blocks": blocks,
            "foot": number or self._say(self.template.label),
        }  # fmt: skip

    def _say(self, text: Text) -> str:
        return text.zh if self.language == "zh" else text.en

    def _applying(self) -> dict[str, Any]:
        return {name: value for name, value in self.values.items() if applies(self.template, name, self.values)}

    def _drawn(self, block: Block) -> list[dict[str, Any]]:
        if block.kind in ("para", "note", "issuer", "title", "heading"):
            runs = [self._run(piece) for piece in block.pieces]
            return [{"kind": block.kind, "runs": runs}] if any(run["text"] or run["form"] for run in runs) else []
        if block.kind == "number":
            return [{"kind": "number", "runs": [_plain(self.number or self._say(_NO_NUMBER))]}]
        if block.kind == "facts":
            found = [(self._label(name), self._run(Mark(name))) for name in block.names]
            rows = [{"label": label, "runs": [run]} for label, run in found if run["text"]]
            return [{"kind": "facts", "rows": rows}] if rows else []
        if block.kind == "list":
            items = [item for name in block.names for item in self.values.get(name, ())]
            return [{"kind": "list", "runs": [_plain(item) for item in items]}] if items else []
        if block.kind == "remedy":
            return [{"kind": "para", "runs": [_plain(self._remedy())]}]
        if block.kind == "sign":
            return [{"kind": "sign", "rows": [self._line(name) for name in block.names]}]
        return [self._seal()]

    def _label(self, name: str) -> str:
        return self._say(self.template.fields[name].label)

    def _run(self, piece: str | Mark) -> dict[str, str]:
        if isinstance(piece, str):
            return _plain(piece)
        if piece.name == "number":
            return _plain(self.number or self._say(_NO_NUMBER), piece.form)
        if piece.name == "issued_on":
            return _plain(day(self.issued_on, self.language), piece.form)
        known = self.template.fields[piece.name]
        if not applies(self.template, piece.name, self.values):
            return _plain("")
        value = self.setting(known.setting) if known.setting else self.values.get(piece.name)
        if not is_given(value):
            # A preview shows where something is missing; an issued document lacks nothing that must be there.
            if known.required:
                return _plain(f"【{self._label(piece.name)}】", "bold")
            return _plain("", "line") if piece.form == "line" else _plain("")
        if known.options is not None:
            return _plain(self._say(known.options[str(value)]), piece.form)
        return _plain(shown(known.kind, value, self.language, piece.form), piece.form)

    def _remedy(self) -> str:
        assert self.template.remedy is not None
        remedy = remedy_on(self.template.remedy, self.issued_on)
        filled = remedy.text.filled({name: self.setting(setting) for name, setting in remedy.settings.items()})
        return self._say(filled)

    def _line(self, name: str) -> dict[str, str]:
        image = ""
        if name in self.pictures:
            # Named by content: the renderer keeps files in mind by their names.
            image = f"{hashlib.sha256(self.pictures[name]).hexdigest()[:32]}.png"
            self.images[image] = self.pictures[name]
        return {"label": self._label(name), "image": image}

    def _seal(self) -> dict[str, Any]:
        check = None
        if self.check is not None:
            out = io.BytesIO()
            segno.make(self.check.address, error="m").save(out, kind="svg", border=2, xmldecl=False)
            lines = [self._say(_CHECK), self.check.address]
            check = {"svg": out.getvalue().decode(), "alt": self._say(_ALT), "lines": lines}
        return {
            "kind": "seal", "agency": self.setting("agency.name"), "day": day(self.issued_on, self.language),
            "note": self._say(_SEAL), "check": check,
        }  # fmt: skip


def shown_value(template: Template, name: str, value: Any) -> str:
    """Return a kept value in the reader's language."""
    known = template.fields[name]
    if known.options is not None:
        return str(known.options.get(str(value), value))
    return shown(known.kind, value, reader_language())


def _plain(text: str, form: str = "") -> dict[str, str]:
    return {"text": text, "form": form if form in ("line", "bold") else ""}


def fields_with(template: Template, values: Mapping[str, Any], characters: tuple[str, ...]) -> dict[str, str]:
    """Return, by field name, those of the characters that a field's value holds; "" names the template's own text."""
    found: dict[str, str] = {}
    for character in characters:
        holders = [name for name, value in values.items() if character in str(value)]
        for name in holders or [""]:
            found[name] = found.get(name, "") + character
    return found
