"""Reading the files of a law pack: safely, strictly, and with file and line in every complaint.

A file is read as a tree of parts. Asking a part for a value notes a fault where it is missing or of another kind and
goes on, so that one start shows every fault of every file.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path

import yaml
from django.conf import settings
from django.utils.translation import gettext as _

from oneteam.kernel.errors import NotReadyError
from oneteam.lawbook.text import Text

MAX_BYTES = 2_000_000  # a law file is written by people; more is a mistake or an attack
MARKS = ("V1", "V2", "U")


@dataclass(frozen=True, slots=True, order=True)
class Fault:
    """One fault of a law file: where it is and what to do."""

    file: str
    line: int
    message: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.message}"


class LawFaultsError(NotReadyError):
    """The law packs cannot be used; `faults` names every line that must be mended."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(sorted(set(faults)))
        super().__init__("\n".join(map(str, self.faults)))


@dataclass(slots=True)
class LawFile:
    """One file being read, and the faults found in it so far."""

    name: str
    faults: list[Fault] = field(default_factory=list)

    def fault(self, line: int, message: str) -> None:
        """Note a fault at a line counted from 1."""
        self.faults.append(Fault(self.name, line, message))

    def root(self, text: str) -> "Part | None":
        """Parse the text; None, with a fault noted, when it is not YAML at all."""
        if len(text) > MAX_BYTES:
            self.fault(1, _("the file is larger than %(most)d bytes") % {"most": MAX_BYTES})
            return None
        try:
            # An alias could make a short file unfold without end.
            for event in yaml.parse(text, yaml.CSafeLoader):
                if isinstance(event, yaml.AliasEvent):
                    mark = event.start_mark
                    self.fault(mark.line + 1 if mark else 1, _("aliases are not used in law files"))
                    return None
            node = yaml.compose(text, yaml.CSafeLoader)
        except yaml.YAMLError as error:
            mark = getattr(error, "problem_mark", None)
            self.fault(mark.line + 1 if mark else 1, str(getattr(error, "problem", None) or error))
            return None
        if node is None:
            self.fault(1, _("the file is empty"))
            return None
        return Part(self, node, "")

    def finish(self) -> None:
        """Raise LawFaultsError if a fault was noted."""
        if self.faults:
            raise LawFaultsError(self.faults)


@dataclass(frozen=True, slots=True)
class Part:
    """One node of a law file, with its place. Values asked of it are checked; faults are noted, defaults returned."""

    file: LawFile
    node: yaml.Node
    path: str
    key_line: int | None = None

    @property
    def line(self) -> int:
        """The line, counted from 1, of the key that this part belongs to; of the part itself in a list."""
        return self.key_line or _line(self.node)

    def fault(self, message: str) -> None:
        """Note a fault at this part."""
        self.file.fault(self.line, f"{self.path}: {message}" if self.path else message)

    @property
    def empty(self) -> bool:
        """Whether the value is null."""
        return str(self.node.tag).endswith(":null")

    def mapping(self, required: Iterable[str] = (), optional: Iterable[str] = ()) -> dict[str, "Part"]:
        """Return the parts by key; unknown, missing and doubled keys are faults."""
        required, optional = tuple(required), tuple(optional)
        parts = {}
        for key, part in self.pairs():
            if key.value not in required and key.value not in optional:
                known = ", ".join((*required, *optional))
                key.fault(_("unknown key “%(key)s”; known are: %(known)s") % {"key": key.value, "known": known})
            else:
                parts[key.value] = part
        for name in required:
            if name not in parts and isinstance(self.node, yaml.MappingNode):
                self.fault(_("the key “%(key)s” is missing") % {"key": name})
        return parts

    def pairs(self) -> Iterator[tuple["Key", "Part"]]:
        """Yield the keys of a mapping with their parts, in the file's order."""
        if not isinstance(self.node, yaml.MappingNode):
            self.fault(_("a mapping (key: value) is expected here"))
            return
        seen: set[str] = set()
        for key_node, value_node in self.node.value:
            name = str(key_node.value)
            path = f"{self.path}.{name}" if self.path else name
            key = Key(self.file, key_node, self.path, name)
            if name in seen:
                key.fault(_("the key “%(key)s” stands here twice") % {"key": name})
                continue
            seen.add(name)
            yield key, Part(self.file, value_node, path, _line(key_node))

    def items(self) -> list["Part"]:
        """Return the parts of a list."""
        if not isinstance(self.node, yaml.SequenceNode):
            self.fault(_("a list is expected here"))
            return []
        return [Part(self.file, node, f"{self.path}[{n}]") for n, node in enumerate(self.node.value)]

    @property
    def is_mapping(self) -> bool:
        """Whether this part is a mapping."""
        return isinstance(self.node, yaml.MappingNode)

    @property
    def is_scalar(self) -> bool:
        """Whether this part is a single value."""
        return isinstance(self.node, yaml.ScalarNode)

    def text(self, pattern: str = r"(?s).+") -> str:
        """Return a text that matches the whole pattern; "" after a fault."""
        if not isinstance(self.node, yaml.ScalarNode) or not str(self.node.tag).endswith(":str"):
            self.fault(_("a text is expected here (in quotes, if it looks like a number or a date)"))
            return ""
        value = str(self.node.value).strip()
        if not re.fullmatch(pattern, value):
            self.fault(_("“%(value)s” does not have the form %(form)s") % {"value": value, "form": pattern})
            return ""
        return value

    def choice(self, known: Iterable[str]) -> str:
        """Return one of the known words; "" after a fault."""
        value, words = self.text(), tuple(known)
        if value and value not in words:
            message = _("“%(value)s” is unknown; known are: %(known)s")
            self.fault(message % {"value": value, "known": ", ".join(words)})
            return ""
        return value

    def integer(self, least: int, most: int) -> int:
        """Return a whole number between the bounds, both inside; `least` after a fault."""
        value = self._value("int")
        if not isinstance(value, int) or not least <= value <= most:
            message = _("a whole number from %(least)d to %(most)d is expected here")
            self.fault(message % {"least": least, "most": most})
            return least
        return value

    def boolean(self) -> bool:
        """Return true or false; false after a fault."""
        value = self._value("bool")
        if not isinstance(value, bool):
            self.fault(_("true or false is expected here"))
            return False
        return value

    def day(self) -> date:
        """Return a date; the first of all days after a fault."""
        value = self._value("timestamp")
        if not isinstance(value, date) or isinstance(value, datetime):
            self.fault(_("a date (YYYY-MM-DD, without quotes) is expected here"))
            return date.min
        return value

    def label(self) -> Text:
        """Return a text in both languages; a missing or empty one is a fault."""
        parts = self.mapping(required=("zh", "en"))
        return Text(**{name: parts[name].text() if name in parts else "" for name in ("zh", "en")})

    def _value(self, tag: str) -> object:
        if not isinstance(self.node, yaml.ScalarNode) or not str(self.node.tag).endswith(f":{tag}"):
            return None
        try:
            return yaml.constructor.SafeConstructor().construct_object(self.node)
        except ValueError:
            return None  # a date such as 2026-02-30


@dataclass(frozen=True, slots=True)
class Key:
    """A key of a mapping, with its place."""

    file: LawFile
    node: yaml.Node
    path: str
    value: str

    def fault(self, message: str) -> None:
        """Note a fault at this key."""
        self.file.fault(_line(self.node), f"{self.path}: {message}" if self.path else message)


def _line(node: yaml.Node) -> int:
    return int(node.start_mark.line) + 1


def pack_files(pattern: str, directories: Iterable[str | Path] | None = None) -> list[tuple[str, str]]:
    """Return name and text of the files `pattern` of every law pack, such as "procedures/*.yaml", in a fixed order.

    The name is the path from the directory that holds the packs, with that directory's own name before it.
    LawFaultsError for a file that cannot be read as UTF-8.
    """
    found = []
    for directory in map(Path, settings.LAW_DIRS if directories is None else directories):
        for path in sorted(directory.glob(f"*/{pattern}")):
            name = path.relative_to(directory.parent).as_posix()
            try:
                found.append((name, path.read_text("utf-8")))
            except (OSError, UnicodeDecodeError) as error:
                raise LawFaultsError([Fault(name, 1, str(error))]) from error
    return found
