"""Templates, series of numbers and remedies: data of the law packs, read strictly, faults named by file and line.

A deeper pack may bring a template of a name that a pack before it has, with a higher version: the city's own wording.
It refines and never contradicts: fields, series and remedy of the former must stay.
"""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from django.utils.translation import gettext as _

from oneteam.documents.clerktext import Block, Condition, kinds, parse, parse_condition
from oneteam.documents.values import Kind
from oneteam.lawbook.loading import MARKS, LawFaultsError, LawFile, Part, pack_files
from oneteam.lawbook.settings_table import SETTING_NAME
from oneteam.lawbook.settings_table import catalogue as settings_catalogue
from oneteam.lawbook.text import Text

NAME = r"[a-z][a-z0-9_]{0,59}"
BUILT_IN = ("number", "issued_on")


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a template. `when`: it belongs to the document only then; `setting`: the city's settings fill it."""

    name: str
    label: Text
    kind: Kind
    required: bool
    when: Condition | None = None
    options: Mapping[str, Text] | None = None
    setting: str = ""


@dataclass(frozen=True, slots=True)
class Template:
    """One kind of document. `series` is None for one without a number, `remedy` for one without remedies.

    `shown` names the fields that the public check page tells, so that a paper can be compared by eye.
    """

    name: str
    version: int
    label: Text
    article: Text
    mark: str
    series: str | None
    remedy: str | None
    shown: tuple[str, ...]
    fields: Mapping[str, Field]
    zh: tuple[Block, ...]
    en: tuple[Block, ...]
    digest: str

    def blocks(self, language: str) -> tuple[Block, ...]:
        """Return the text in "zh" (the one that is issued) or "en" (a translation for reading)."""
        return self.zh if language == "zh" else self.en


@dataclass(frozen=True, slots=True)
class Series:
    """A series of numbers, counted anew each year; the city sets what stands before the year (`setting`)."""

    code: str
    label: Text
    digits: int

    @property
    def setting(self) -> str:
        """The setting that holds the word before the year."""
        return f"document.number.{self.code}"

    def number(self, prefix: str, year: int, serial: int) -> str:
        """Return a number as people read it: 云综执当罚决字〔2026〕第00001号."""
        return f"{prefix}〔{year}〕第{serial:0{self.digits}d}号"


@dataclass(frozen=True, slots=True)
class Remedy:
    """What a decision of this kind must say of remedies, between two days (both included).

    `first`: reconsideration comes before the court. `settings` are the names in braces and the settings behind them.
    """

    kind: str
    valid_from: date
    valid_to: date | None
    first: bool
    days: int
    article: Text
    mark: str
    text: Text
    settings: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Declarations:
    """All that the law packs say of documents."""

    templates: Mapping[str, Template]
    series: Mapping[str, Series]
    remedies: tuple[Remedy, ...]


@lru_cache(maxsize=1)
def declarations() -> Declarations:
    """Return what the law packs declare, read once a process."""
    return load(pack_files("documents/*.yaml"), pack_files("documents.yaml"))


def load(templates: Iterable[tuple[str, str]], common: Iterable[tuple[str, str]]) -> Declarations:
    """Read template files, and the files of series and remedies. LawFaultsError names every faulty line."""
    series: dict[str, Series] = {}
    remedies: list[Remedy] = []
    for name, text in common:
        _common(LawFile(name), text, series, remedies)
    found: dict[str, Template] = {}
    for name, text in templates:
        file = LawFile(name)
        template = _template(file, text, series, {remedy.kind for remedy in remedies})
        if template is not None and template.name in found:
            _refines(file, template, found[template.name])
        file.finish()
        if template is not None:
            found[template.name] = template
    return Declarations(found, series, tuple(remedies))


def _common(file: LawFile, text: str, series: dict[str, Series], remedies: list[Remedy]) -> None:
    root = file.root(text)
    parts = root.mapping(optional=("series", "remedies")) if root else {}
    for part in parts["series"].items() if "series" in parts else ():
        keys = part.mapping(required=("code", "label", "digits"))
        if len(keys) == 3:
            one = Series(keys["code"].text(NAME), keys["label"].label(), keys["digits"].integer(1, 8))
            if one.code in series:
                part.fault(_("the series %(code)s stands here twice") % {"code": one.code})
            if one.setting not in settings_catalogue():
                part.fault(_("no pack declares the setting %(name)s") % {"name": one.setting})
            series[one.code] = one
    for part in parts["remedies"].items() if "remedies" in parts else ():
        remedy = _remedy(part)
        if remedy is not None:
            if any(_overlap(remedy, other) for other in remedies):
                part.fault(_("two remedies of the kind %(kind)s hold on the same day") % {"kind": remedy.kind})
            remedies.append(remedy)
    file.finish()


def _remedy(part: Part) -> Remedy | None:
    names = ("kind", "from", "first", "days", "article", "mark", "text", "settings")
    keys = part.mapping(required=names, optional=("to",))
    if not set(names) <= keys.keys():
        return None
    settings = {key.value: value.text(SETTING_NAME) for key, value in keys["settings"].pairs()}
    for setting in settings.values():
        if setting not in settings_catalogue():
            keys["settings"].fault(_("no pack declares the setting %(name)s") % {"name": setting})
    text = keys["text"].label()
    try:
        text.filled(settings)
    except (KeyError, ValueError, IndexError) as error:
        keys["text"].fault(_("the text names {%(name)s}, which no setting fills") % {"name": str(error).strip("'")})
    return Remedy(
        kind=keys["kind"].text(NAME),
        valid_from=keys["from"].day(),
        valid_to=keys["to"].day() if "to" in keys else None,
        first=keys["first"].boolean(),
        days=keys["days"].integer(1, 366),
        article=keys["article"].label(),
        mark=keys["mark"].choice(MARKS),
        text=text,
        settings=settings,
    )


def _overlap(one: Remedy, other: Remedy) -> bool:
    last = date.max
    return (
        one.kind == other.kind
        and one.valid_from <= (other.valid_to or last)
        and other.valid_from <= (one.valid_to or last)
    )


def _template(file: LawFile, text: str, series: Mapping[str, Series], remedies: set[str]) -> Template | None:
    root = file.root(text)
    required = ("name", "version", "label", "article", "mark", "fields", "text")
    keys = root.mapping(required=required, optional=("series", "remedy", "shown")) if root else {}
    if not set(required) <= keys.keys():
        file.finish()
        return None
    fields: dict[str, Field] = {}
    for part in keys["fields"].items():
        field = _field(part)
        if field is None:
            continue
        if field.name in fields or field.name in BUILT_IN:
            part.fault(_("the field %(name)s stands here twice") % {"name": field.name})
        fields[field.name] = field
    for field in fields.values():
        if field.when is not None and not _fits(field.when, fields):
            keys["fields"].fault(_("the condition of %(name)s names no choice of this template") % {"name": field.name})
    remedy = keys["remedy"].choice(remedies) if "remedy" in keys else None
    shown = tuple(item.choice(fields) for item in keys["shown"].items()) if "shown" in keys else ()
    blocks = _texts(keys["text"], fields, remedy=bool(remedy))
    return Template(
        name=keys["name"].text(NAME), version=keys["version"].integer(1, 10_000), label=keys["label"].label(),
        article=keys["article"].label(), mark=keys["mark"].choice(MARKS),
        series=keys["series"].choice(series) if "series" in keys else None, remedy=remedy, shown=shown, fields=fields,
        zh=blocks["zh"], en=blocks["en"], digest=hashlib.sha256(text.encode()).hexdigest(),
    )  # fmt: skip


def _field(part: Part) -> Field | None:
    keys = part.mapping(required=("name", "label"), optional=("kind", "required", "when", "options", "setting"))
    if len(keys.keys() & {"name", "label"}) < 2:
        return None
    kind = Kind(keys["kind"].choice(Kind) or Kind.TEXT) if "kind" in keys else Kind.TEXT
    options = None
    if "options" in keys:
        options = {key.value: value.label() for key, value in keys["options"].pairs()}
    if (kind is Kind.CHOICE) is not bool(options):
        part.fault(_("a choice, and only a choice, has options"))
    setting = keys["setting"].text(SETTING_NAME) if "setting" in keys else ""
    if setting and setting not in settings_catalogue():
        keys["setting"].fault(_("no pack declares the setting %(name)s") % {"name": setting})
    when = parse_condition(keys["when"].text()) if "when" in keys else None
    if "when" in keys and when is None:
        keys["when"].fault(_("a condition reads name=option,option"))
    required = keys["required"].boolean() if "required" in keys else not setting
    if setting and "required" in keys:
        keys["required"].fault(_("the city's setting fills this field; leave “required” out"))
    return Field(keys["name"].text(NAME), keys["label"].label(), kind, required, when, options, setting)


def _fits(condition: Condition, fields: Mapping[str, Field]) -> bool:
    field = fields.get(condition.name)
    return field is not None and set(condition.options) <= set(field.options or ())


def _texts(part: Part, fields: Mapping[str, Field], *, remedy: bool) -> dict[str, tuple[Block, ...]]:
    found: dict[str, tuple[Block, ...]] = {"zh": (), "en": ()}
    for language, text in part.mapping(required=("zh", "en")).items():
        first = text.line + 1  # a text that begins with | begins in the line after its key
        blocks = parse(text.text(), {*fields, *BUILT_IN}, lambda line, m, first=first: part.file.fault(first + line, m))  # type: ignore[misc]
        missing = {"title", "seal", *(["remedy"] if remedy else [])} - kinds(blocks)
        if missing:
            text.fault(_("the text has no %(kinds)s") % {"kinds": ", ".join(sorted(missing))})
        for block in blocks:
            if block.condition is not None and not _fits(block.condition, fields):
                text.fault(
                    _("the condition on %(name)s names no choice of this template") % {"name": block.condition.name}
                )
        unused = {name for name, field in fields.items() if field.required} - {n for b in blocks for n in b.used}
        if unused:
            text.fault(_("required, but not in the text: %(names)s") % {"names": ", ".join(sorted(unused))})
        found[language] = blocks
    return found


def _refines(file: LawFile, own: Template, former: Template) -> None:
    """A city's own wording may add; it may not leave out what the pack before it requires."""
    if own.version <= former.version:
        file.fault(1, _("raise the version above %(version)d, that of the pack before") % {"version": former.version})
    if (own.series, own.remedy) != (former.series, former.remedy):
        file.fault(1, _("series and remedy must stay those of the pack before"))
    lost = [
        name
        for name, f in former.fields.items()
        if f.required and not (name in own.fields and own.fields[name].required)
    ]
    if lost:
        file.fault(1, _("required by the pack before, but not here: %(names)s") % {"names": ", ".join(lost)})


def remedy_on(kind: str, day: date) -> Remedy:
    """Return the remedies of a kind of decision on a day. LawFaultsError where the packs declare none."""
    for remedy in declarations().remedies:
        if remedy.kind == kind and remedy.valid_from <= day <= (remedy.valid_to or date.max):
            return remedy
    file = LawFile("documents.yaml")
    file.fault(1, _("no remedy of the kind %(kind)s holds on %(day)s") % {"kind": kind, "day": day})
    raise LawFaultsError(file.faults)
