"""The tables of the law packs beside the catalogue: fields, kinds of penalty, thresholds, statutes, transfers."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache

from django.utils.translation import gettext as _

from oneteam.kernel.errors import NotReadyError
from oneteam.lawbook.loading import MARKS, Fault, LawFaultsError, LawFile, Part, pack_files
from oneteam.lawbook.spans import Span
from oneteam.lawbook.text import Text

STATE = "cn"  # the pack of the state, whose kinds of penalty and instruments no other pack changes
_NAME = r"[a-z][a-z0-9_-]*"


@dataclass(frozen=True, slots=True)
class Field:
    """One of the branches of matters, for example F01 city appearance."""

    code: str
    name: Text


@dataclass(frozen=True, slots=True)
class PenaltyKind:
    """A kind of penalty of article 9 and its group K1 to K6 (law.md 1.1)."""

    name: str
    group: str
    label: Text


@dataclass(frozen=True, slots=True)
class Instrument:
    """A level of law, and the kinds of penalty that it may create (Penalty Law 10 to 16)."""

    level: str
    article: str
    label: Text
    may_create: frozenset[str]


@dataclass(frozen=True, slots=True)
class Threshold:
    """A number of the law with its article and the days on which it holds; `party`: citizen, organisation, any."""

    name: str
    party: str
    value: Decimal
    unit: str
    statute: str
    article: str
    span: Span
    mark: str


@dataclass(frozen=True, slots=True)
class StatuteVersion:
    """One version of a statute's text. `in_force` None: that day was not found, so the adoption's day stands for it.

    `until` is its last day in force, where it was replaced or repealed. `higher_cap`: its fines concern safety, ecology
    or limited resources (Penalty Law 14(2), for rules of local governments).
    """

    name: str
    title: str
    level: str
    adopted: date
    in_force: date | None
    until: date | None
    repealed_by: str
    mark: str
    higher_cap: bool = False

    @property
    def span(self) -> Span:
        """The days on which this version is law."""
        return Span(self.in_force or self.adopted, self.until)


@dataclass(frozen=True, slots=True)
class Transfer:
    """An approved catalogue entry that gave matters to the bureau (Penalty Law 18(2)), and the days it covers."""

    name: str
    title: Text
    document: str
    approved_on: date
    span: Span
    mark: str


def _parts(file: str, text: str, top: str) -> tuple[LawFile, list[Part]]:
    reader = LawFile(file)
    root = reader.root(text)
    parts = root.mapping(required=(top,)) if root else {}
    return reader, parts[top].items() if top in parts else []


def _day(keys: Mapping[str, Part], name: str) -> date | None:
    return None if name not in keys or keys[name].empty else keys[name].day()


def _text(keys: Mapping[str, Part], name: str, pattern: str = r"(?s).+") -> str:
    return keys[name].text(pattern) if name in keys else ""


def parse_fields(file: str, text: str) -> tuple[Field, ...]:
    """Read a fields.yaml. LawFaultsError names every faulty line."""
    reader, items = _parts(file, text, "fields")
    found: dict[str, Field] = {}
    for part in items:
        keys = part.mapping(required=("code", "zh", "en"))
        field = Field(_text(keys, "code", r"F\d{2}"), Text(_text(keys, "zh"), _text(keys, "en")))
        if field.code and field.code in found:
            part.fault(_("%(code)s stands here twice") % {"code": field.code})
        found[field.code] = field
    reader.finish()
    return tuple(found.values())


def parse_penalty_kinds(file: str, text: str) -> tuple[tuple[PenaltyKind, ...], tuple[Instrument, ...]]:
    """Read a penalty_kinds.yaml: the kinds, and which instrument may create which. LawFaultsError as above."""
    reader = LawFile(file)
    root = reader.root(text)
    parts = root.mapping(required=("kinds", "instruments")) if root else {}
    kinds: list[PenaltyKind] = []
    for part in parts["kinds"].items() if "kinds" in parts else ():
        keys = part.mapping(required=("name", "group", "label"))
        label = keys["label"].label() if "label" in keys else Text("", "")
        kinds.append(PenaltyKind(_text(keys, "name", _NAME), _text(keys, "group", r"K\d"), label))
    names = frozenset(kind.name for kind in kinds)
    instruments = [
        _instrument(part, names) for part in (parts["instruments"].items() if "instruments" in parts else ())
    ]
    reader.finish()
    return tuple(kinds), tuple(instruments)


def _instrument(part: Part, names: frozenset[str]) -> Instrument:
    keys = part.mapping(required=("level", "article", "mark", "label", "may_create", "except"))
    if "mark" in keys:
        keys["mark"].choice(MARKS)
    given = keys.get("may_create")
    chosen: frozenset[str] = frozenset()
    if given is not None and not given.is_scalar:
        chosen = frozenset(item.choice(names) for item in given.items())
    elif given is not None and given.boolean():
        chosen = names
    left_out = {item.choice(names) for item in keys["except"].items()} if "except" in keys else set()
    label = keys["label"].label() if "label" in keys else Text("", "")
    return Instrument(_text(keys, "level", _NAME), _text(keys, "article"), label, chosen - left_out)


def parse_thresholds(file: str, text: str) -> tuple[Threshold, ...]:
    """Read a thresholds.yaml; two rows that answer the same question for one day are a fault."""
    reader, items = _parts(file, text, "thresholds")
    found: list[Threshold] = []
    for part in items:
        keys = part.mapping(
            required=("name", "party", "value", "unit", "statute", "article", "valid_from", "valid_to", "mark")
        )
        threshold = Threshold(
            _text(keys, "name", _NAME), _text(keys, "party", "citizen|organisation|any"),
            Decimal(keys["value"].integer(0, 10**12) if "value" in keys else 0), _text(keys, "unit", _NAME),
            _text(keys, "statute"), _text(keys, "article"), Span(_day(keys, "valid_from"), _day(keys, "valid_to")),
            keys["mark"].choice(MARKS) if "mark" in keys else "",
        )  # fmt: skip
        if any(_same_question(threshold, other) for other in found):
            part.fault(_("%(name)s has another value on some of these days") % {"name": threshold.name})
        found.append(threshold)
    reader.finish()
    return tuple(found)


def _same_question(one: Threshold, other: Threshold) -> bool:
    return (one.name, one.party) == (other.name, other.party) and one.span.overlaps(other.span)


def parse_statutes(file: str, text: str, *, levels: Iterable[str]) -> Iterator[tuple[int, StatuteVersion]]:
    """Yield line and version of each statute in a statutes.yaml. LawFaultsError names every faulty line."""
    reader, items = _parts(file, text, "statutes")
    known = tuple(levels)
    found: list[tuple[int, StatuteVersion]] = []
    for part in items:
        keys = part.mapping(required=("name", "title", "level", "versions"), optional=("higher_cap",))
        name, title = _text(keys, "name", r"[^@;\[\]\s]{2,80}"), _text(keys, "title")
        level = keys["level"].choice(known) if "level" in keys else ""
        higher = keys["higher_cap"].boolean() if "higher_cap" in keys else False
        for version in keys["versions"].items() if "versions" in keys else ():
            given = version.mapping(required=("adopted", "in_force", "mark"), optional=("repealed_by", "until"))
            repealed = "" if "repealed_by" not in given or given["repealed_by"].empty else _text(given, "repealed_by")
            statute = StatuteVersion(
                name, title, level, _day(given, "adopted") or date.min, _day(given, "in_force"), _day(given, "until"),
                repealed, given["mark"].choice(MARKS) if "mark" in given else "", higher,
            )  # fmt: skip
            if any(other.name == name and other.span.overlaps(statute.span) for _line, other in found):
                version.fault(_("%(name)s has two versions in force on one day; end the older") % {"name": name})
            found.append((version.line, statute))
    reader.finish()
    yield from found


def parse_transfers(file: str, text: str) -> tuple[Transfer, ...]:
    """Read a transfers.yaml. LawFaultsError names every faulty line."""
    reader, items = _parts(file, text, "transfers")
    found: list[Transfer] = []
    for part in items:
        keys = part.mapping(required=("name", "title", "document", "approved_on", "valid_from", "valid_to", "mark"))
        found.append(
            Transfer(
                _text(keys, "name", _NAME), keys["title"].label() if "title" in keys else Text("", ""),
                _text(keys, "document"), _day(keys, "approved_on") or date.min,
                Span(_day(keys, "valid_from"), _day(keys, "valid_to")),
                keys["mark"].choice((*MARKS, "demo")) if "mark" in keys else "",
            )
        )  # fmt: skip
    reader.finish()
    return tuple(found)


def files_of(name: str, packs: Sequence[str] | None = None) -> list[tuple[str, str]]:
    """Return (file, text) of this file in these packs, in their order: the state's first, the city's last.

    None: of every pack, the shallower (cn) before the deeper (cn-33), others after them.
    """
    found: dict[str, list[tuple[str, str]]] = {}
    for file, text in pack_files(name):
        found.setdefault(file.split("/")[-2], []).append((file, text))
    order = packs if packs is not None else sorted(found, key=lambda pack: (not pack.startswith(STATE), pack))
    return [each for pack in order for each in found.get(pack, ())]


@lru_cache(maxsize=1)
def fields() -> Mapping[str, Field]:
    """Return the fields (branches of matters) by code, in the catalogue's order, read once a process."""
    return {field.code: field for file, text in files_of("fields.yaml") for field in parse_fields(file, text)}


@lru_cache(maxsize=1)
def _penalty_kinds() -> tuple[tuple[PenaltyKind, ...], tuple[Instrument, ...]]:
    found = files_of("penalty_kinds.yaml", (STATE,))
    if not found:
        raise NotReadyError(_("No law pack declares the kinds of penalty (law/cn/penalty_kinds.yaml)."))
    return parse_penalty_kinds(*found[0])


@lru_cache(maxsize=1)
def penalty_kinds() -> Mapping[str, PenaltyKind]:
    """Return the kinds of penalty by name."""
    return {kind.name: kind for kind in _penalty_kinds()[0]}


@lru_cache(maxsize=1)
def instruments() -> Mapping[str, Instrument]:
    """Return the levels of law by name, the highest first."""
    return {instrument.level: instrument for instrument in _penalty_kinds()[1]}


@lru_cache(maxsize=1)
def thresholds() -> tuple[Threshold, ...]:
    """Return every threshold of the packs. A deeper pack may add one, but not give another's another value."""
    found: list[Threshold] = []
    for file, text in files_of("thresholds.yaml"):
        for threshold in parse_thresholds(file, text):
            if any(_same_question(threshold, other) for other in found):
                message = _("%(name)s is already in another pack") % {"name": threshold.name}
                raise LawFaultsError([Fault(file, 1, message)])
            found.append(threshold)
    return tuple(found)


def threshold(name: str, *, on: date, party: str = "any") -> Threshold:
    """Return the number of the law under this name on a day. NotReadyError where no pack gives one for that day."""
    for one in thresholds():
        if one.name == name and one.party in (party, "any") and one.span.holds(on):
            return one
    message = _("The law packs give no %(name)s for %(day)s; add it to thresholds.yaml with its article.")
    raise NotReadyError(message % {"name": name, "day": on.isoformat()})


def pack_statutes(packs: Sequence[str] | None = None) -> tuple[StatuteVersion, ...]:
    """Return every statute version of these packs. Two packs that speak of the same version differently are refused."""
    found: dict[tuple[str, date], tuple[str, int, StatuteVersion]] = {}
    faults = []
    for file, text in files_of("statutes.yaml", packs):
        for line, version in parse_statutes(file, text, levels=instruments()):
            key = (version.name, version.adopted)
            other = found.setdefault(key, (file, line, version))
            if other[2] != version:
                message = _("%(name)s stands otherwise in %(file)s, line %(line)d")
                faults.append(Fault(file, line, message % {"name": version.name, "file": other[0], "line": other[1]}))
    if faults:
        raise LawFaultsError(faults)
    return tuple(version for _file, _line, version in found.values())


def pack_transfers(packs: Sequence[str] | None = None) -> tuple[Transfer, ...]:
    """Return the approved catalogue entries that these packs declare."""
    return tuple(one for file, text in files_of("transfers.yaml", packs) for one in parse_transfers(file, text))
