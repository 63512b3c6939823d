"""What the law leaves to the city: the catalogue of settings in the law packs, and reading a city's values."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import time
from enum import StrEnum
from functools import lru_cache

from django.utils.translation import gettext as _

from oneteam.kernel.errors import BadInputError, NotReadyError
from oneteam.kernel.periods import MAX_COUNT, OfficeHours, Unit
from oneteam.lawbook.loading import MARKS, LawFaultsError, LawFile, Part, pack_files
from oneteam.lawbook.text import Text

SETTING_NAME = r"[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)*"
OFFICE_HOURS = "office_hours"
NEEDED = ("name", "kind", "label", "meaning", "mark")


class UnsetSettingError(NotReadyError):
    """A step needs a value that this city has not set; the text names the command that sets it."""

    def __init__(self, name: str) -> None:
        self.name = name
        known = catalogue().get(name)
        example = known.kind.example if known else "VALUE"
        message = _('The city has not set “%(name)s” (%(label)s). Set it with: oneteam law set %(name)s "%(example)s"')
        super().__init__(message % {"name": name, "label": known.label if known else "?", "example": example})


class SettingKind(StrEnum):
    """What a value looks like."""

    PERIOD = "period"
    OFFICE_HOURS = "office_hours"
    NUMBER = "number"
    COUNT = "count"
    TIME = "time"
    PARTY = "party"
    TEXT = "text"

    @property
    def example(self) -> str:
        """A value of this kind, as it is typed."""
        return _EXAMPLES.get(self, "…")


_EXAMPLES = {
    SettingKind.PERIOD: "2 working_day", SettingKind.OFFICE_HOURS: "08:30-12:00,13:30-17:00", SettingKind.NUMBER: "3",
    SettingKind.COUNT: "5", SettingKind.TIME: "02:30", SettingKind.PARTY: "citizen",
}  # fmt: skip
_PARTIES = ("citizen", "organisation")
MOST_COUNT = 100_000


@dataclass(frozen=True, slots=True)
class Amount:
    """A length of time as a city sets it: `n` units."""

    n: int
    unit: Unit


@dataclass(frozen=True, slots=True)
class SettingInfo:
    """One setting that the law packs know; `mark` says how sure the ground of its default practice is.

    `default` holds until the city sets another value; "" where there is none, so that the city has to set one, unless
    it is `optional`: a refinement, without which the wider setting holds.
    """

    name: str
    kind: SettingKind
    label: Text
    meaning: Text
    mark: str
    default: str = ""
    optional: bool = False


@dataclass(frozen=True, slots=True)
class SettingValue:
    """A city's value, with its mark and ground."""

    name: str
    value: str
    mark: str
    basis: str


@lru_cache(maxsize=256)
def parse_amount(value: str) -> Amount:
    """Read "3 working_day". BadInputError says what a period looks like."""
    found = re.fullmatch(r"([0-9]{1,5}) +([a-z_]+)", value.strip())
    if found and found[2] in set(Unit) and 1 <= int(found[1]) <= MAX_COUNT:
        return Amount(int(found[1]), Unit(found[2]))
    message = _("“%(value)s” is not a period: a number from 1 and one of %(units)s, for example “2 working_day”.")
    raise BadInputError(message % {"value": value, "units": ", ".join(Unit)})


def parse_office_hours(value: str) -> OfficeHours:
    """Read "08:30-12:00,13:30-17:00". BadInputError says what office hours look like."""
    windows = []
    try:
        for window in value.split(","):
            opens, closes = window.strip().split("-")
            windows.append((time.fromisoformat(opens), time.fromisoformat(closes)))
    except ValueError as error:
        message = _("“%(value)s” are not office hours; an example: 08:30-12:00,13:30-17:00")
        raise BadInputError(message % {"value": value}) from error
    return OfficeHours(tuple(windows))


def parse_count(value: str) -> int:
    """Read a whole number from 1. BadInputError says so."""
    if re.fullmatch(r"[0-9]{1,6}", value.strip()) and 1 <= int(value) <= MOST_COUNT:
        return int(value)
    message = _("“%(value)s” is not a whole number from 1 to %(most)s.")
    raise BadInputError(message % {"value": value, "most": f"{MOST_COUNT:,}"})


def parse_time(value: str) -> time:
    """Read "02:30", a time of day. BadInputError says what it looks like."""
    if found := re.fullmatch(r"([01][0-9]|2[0-3]):([0-5][0-9])", value.strip()):
        return time(int(found[1]), int(found[2]))
    raise BadInputError(_("“%(value)s” is not a time of day from 00:00 to 23:59.") % {"value": value})


def check_value(name: str, value: str) -> str:
    """Return the value as it is stored; BadInputError for an unknown setting or a value of another kind."""
    known = catalogue().get(name)
    if known is None:
        message = _("There is no setting “%(name)s”; “oneteam law settings” lists them.")
        raise BadInputError(message % {"name": name})
    return _of_kind(known.kind, value.strip())


def _of_kind(kind: SettingKind, value: str) -> str:
    """Return a value as it is stored; BadInputError for one that is not of this kind."""
    if kind is SettingKind.PERIOD:
        amount = parse_amount(value)
        return f"{amount.n} {amount.unit}"
    if kind is SettingKind.OFFICE_HOURS:
        parse_office_hours(value)
    elif kind is SettingKind.COUNT:
        return str(parse_count(value))
    elif kind is SettingKind.TIME:
        parse_time(value)
    elif kind is SettingKind.PARTY and value not in _PARTIES:
        raise BadInputError(_("“%(value)s” is neither citizen nor organisation.") % {"value": value})
    elif kind is SettingKind.NUMBER and not re.fullmatch(r"-?[0-9]{1,12}(\.[0-9]{1,6})?", value):
        raise BadInputError(_("“%(value)s” is not a number.") % {"value": value})
    elif not value or len(value) > 1000:
        raise BadInputError(_("The value must have from 1 to 1,000 characters."))
    return value


def parse_settings(file: str, text: str) -> tuple[dict[str, SettingInfo], dict[str, SettingValue]]:
    """Read one settings.yaml: the settings it declares and the values it gives. LawFaultsError names faulty lines."""
    reader = LawFile(file)
    root = reader.root(text)
    declared: dict[str, SettingInfo] = {}
    values: dict[str, SettingValue] = {}
    if root is not None:
        keys = root.mapping(optional=("settings", "values"))
        for part in keys["settings"].items() if "settings" in keys else ():
            for info in _declared(part):
                if info.name in declared:
                    part.fault(_("the setting %(name)s stands here twice") % {"name": info.name})
                declared[info.name] = info
        for part in keys["values"].items() if "values" in keys else ():
            given = part.mapping(required=("name", "value", "mark", "basis"))
            found = {key: given[key].text() if key in given else "" for key in ("name", "value", "mark", "basis")}
            values[found["name"]] = SettingValue(**found)
    reader.finish()
    return declared, values


def _declared(part: Part) -> Iterable[SettingInfo]:
    keys = part.mapping(required=NEEDED, optional=("variants", "default", "optional"))
    if set(NEEDED) - keys.keys():
        return
    name = keys["name"].text(SETTING_NAME)
    kind = SettingKind(keys["kind"].choice(SettingKind) or SettingKind.TEXT)
    label, meaning = keys["label"].label(), keys["meaning"].label()
    mark = keys["mark"].choice(MARKS)
    default = _default(keys["default"], kind) if "default" in keys else ""
    optional = keys["optional"].boolean() if "optional" in keys else False
    if "variants" not in keys:
        yield SettingInfo(name, kind, label, meaning, mark, default, optional)
        return
    for item in keys["variants"].items():
        variant = item.mapping(required=("name", "label"))
        if len(variant) == 2:
            word = variant["label"].label()
            both = Text(f"{label.zh}（{word.zh}）", f"{label.en} ({word.en})")
            full = f"{name}.{variant['name'].text('[a-z_]+')}"
            yield SettingInfo(full, kind, both, meaning, mark, default, optional)


def _default(part: Part, kind: SettingKind) -> str:
    try:
        return _of_kind(kind, part.text())
    except BadInputError as error:
        part.fault(str(error))
        return ""


@lru_cache(maxsize=1)
def catalogue() -> Mapping[str, SettingInfo]:
    """Return every setting that the law packs declare, by name, read once a process."""
    found: dict[str, SettingInfo] = {}
    for file, text in pack_files("settings.yaml"):
        for name, info in parse_settings(file, text)[0].items():
            if name in found:
                reader = LawFile(file)
                reader.fault(1, _("the setting %(name)s is already in another pack") % {"name": name})
                raise LawFaultsError(reader.faults)
            found[name] = info
    return found


def pack_values(pack: str) -> dict[str, SettingValue]:
    """Return the values that one pack gives, such as those of the demo city (pack "demo", mark "demo")."""
    found: dict[str, SettingValue] = {}
    for file, text in pack_files("settings.yaml"):
        if file.split("/")[-2] == pack:
            found.update(parse_settings(file, text)[1])
    return found
