"""Reads YAML of a law pack node by node, so that every fault is told with its line."""

import re
from collections.abc import Iterator
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import TypeVar

import yaml
from django.utils.translation import gettext as _

from oneteam.kernel.errors import ImportRefusedError, LineFault, NotReadyError

MAX_BYTES = 4_000_000  # the whole catalogue of 3,043 matters has about 1.2 MB
_LEAST_WORDS = 3
_Choice = TypeVar("_Choice", bound=StrEnum)


class _Loader(yaml.SafeLoader):
    """Safe, and without aliases: a law pack says everything where it stands, and a few bytes cannot grow into many."""

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        if self.check_event(yaml.AliasEvent):
            mark = self.peek_event().start_mark
            raise yaml.MarkedYAMLError(problem=_("aliases are not allowed in a law pack"), problem_mark=mark)
        node: yaml.Node | None = super().compose_node(parent, index)
        return node


def composed(path: Path) -> yaml.Node | None:
    """Return the root node; NotReadyError if the file is missing, ImportRefusedError if it is not YAML in UTF-8."""
    try:
        content = path.read_bytes()
    except OSError as error:
        message = _("The law pack lacks %(path)s (%(reason)s); restore the file or set ONETEAM_LAW.")
        raise NotReadyError(message % {"path": path, "reason": error.strerror or error}) from error
    if len(content) > MAX_BYTES:
        message = _("the file has %(size)d bytes; a catalogue has at most %(most)d")
        raise ImportRefusedError([LineFault(1, "", message % {"size": len(content), "most": MAX_BYTES})])
    try:
        return yaml.compose(content.decode("utf-8"), Loader=_Loader)
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise ImportRefusedError([LineFault(line, "", _("not UTF-8; save the file as UTF-8"))]) from error
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        message = _("not valid YAML: %(problem)s") % {"problem": error.problem or error}
        raise ImportRefusedError([LineFault(line, "", message)]) from error
    except yaml.YAMLError as error:
        raise ImportRefusedError([LineFault(1, "", _("not valid YAML: %(problem)s") % {"problem": error})]) from error


def line_of(node: yaml.Node) -> int:
    """Return the line on which the node begins, counted from 1."""
    return int(node.start_mark.line) + 1


class NodeReader:
    """Reads one mapping node key by key, notes what is wrong with its line, and at the end what nobody asked for."""

    def __init__(self, node: yaml.Node, faults: list[LineFault]) -> None:
        self._faults = faults
        self._node = node
        self._values: dict[str, yaml.Node] = {}
        self._asked: set[str] = set()
        if not isinstance(node, yaml.MappingNode):
            faults.append(LineFault(line_of(node), "", _("expected a mapping of keys to values")))
            return
        for key, value in node.value:
            name = str(key.value)
            if name in self._values:
                faults.append(LineFault(line_of(key), name, _("this key stands twice")))
            self._values[name] = value

    def fault(self, name: str, message: str) -> None:
        """Note a fault at the line of the key `name`, or of the mapping if the key is not there."""
        node = self._values.get(name, self._node)
        self._faults.append(LineFault(line_of(node), name, message))

    def _value(self, name: str, *, optional: bool) -> yaml.Node | None:
        self._asked.add(name)
        node = self._values.get(name)
        if node is not None and node.tag != "tag:yaml.org,2002:null":
            return node
        if not optional and isinstance(self._node, yaml.MappingNode):
            self.fault(name, _("missing or empty"))
        return None

    def text(self, name: str, pattern: re.Pattern[str] | None = None, *, optional: bool = False) -> str | None:
        """Return the text under `name`, or None after noting why there is none."""
        node = self._value(name, optional=optional)
        if node is None:
            return None
        value = str(node.value).strip() if isinstance(node, yaml.ScalarNode) else ""
        if not value:
            self.fault(name, _("expected a text"))
        elif pattern and not pattern.fullmatch(value):
            self.fault(name, _("%(value)s has not the form of this key") % {"value": value})
        else:
            return value
        return None

    def choice(self, name: str, kind: type[_Choice]) -> _Choice | None:
        """Return the member of `kind` under `name`, or None after noting what is allowed."""
        value = self.text(name)
        if value is None:
            return None
        try:
            return kind(value)
        except ValueError:
            allowed = ", ".join(kind)
            self.fault(name, _("%(value)s is none of: %(allowed)s") % {"value": value, "allowed": allowed})
            return None

    def day(self, name: str) -> date | None:
        """Return the date under `name`, None if there is none."""
        value = self.text(name, optional=True)
        try:
            return date.fromisoformat(value) if value else None
        except ValueError:
            self.fault(name, _("%(value)s is no date of the form 2026-08-15") % {"value": value})
            return None

    def words(self, name: str) -> tuple[str, ...]:
        """Return the list of seed words, each a word or a pair `a+b`."""
        node = self._value(name, optional=False)
        if node is None:
            return ()
        words = [str(each.value).strip() for each in node.value] if isinstance(node, yaml.SequenceNode) else []
        if len(words) < _LEAST_WORDS:
            self.fault(name, _("give at least %(least)d words that callers use") % {"least": _LEAST_WORDS})
        for word in words:
            if not all(part.strip() for part in word.split("+")) or word.count("+") > 2:
                self.fault(name, _("%(word)s is no word and no pair of the form a+b") % {"word": word or "''"})
        if len(set(words)) < len(words):
            self.fault(name, _("a word stands twice"))
        return tuple(words)

    def child(self, name: str) -> "NodeReader | None":
        """Return a reader of the mapping under `name`, None if there is none."""
        node = self._value(name, optional=True)
        return None if node is None else NodeReader(node, self._faults)

    def items(self, name: str) -> Iterator[yaml.Node]:
        """Yield the nodes of the list under `name`."""
        node = self._value(name, optional=False)
        if node is None:
            return
        if not isinstance(node, yaml.SequenceNode):
            self.fault(name, _("expected a list"))
            return
        yield from node.value

    def finish(self) -> None:
        """Note every key that nobody asked for."""
        for name in self._values.keys() - self._asked:
            self.fault(name, _("this key is not known here; remove it or correct its spelling"))
