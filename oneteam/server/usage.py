"""What the command line says of itself, in the shell's language: its help, and what is wrong with a call.

The rooms' commands keep plain English; it is looked up in the room's catalogue when the help is printed. Words that
argparse says itself, and what stands for a value (FILE, COMMAND), are in the catalogue of this room alone, as errors
name them, too: a command that prints no help reads no other catalogue.
"""

import argparse
import re
from collections.abc import Callable, Iterable
from datetime import date
from typing import Any

from oneteam.server import config, text

ROOMS = ("server", "journal", "people", "lawbook", "procedures", "directories", "search", "intake", "exchange")
"""The rooms with commands, as the help lists them."""

_WIDE = re.compile(r"[\u2e80-\uffef]")
"""What takes two columns of a terminal: argparse, which counts characters, would align and wrap Chinese wrongly."""
_FILL = "\0"
_PIECE = re.compile(r"\s+|[（《“]*(?:[^\s\u2e80-\uffef“”]+|[^\s])[，。；：、）》”？]*")
"""What stays on one line: a word, or one Chinese character, with the punctuation that may not be parted from it."""


def gettext(message: str, rooms: Iterable[str] = ROOMS) -> str:
    """The message as the first of these rooms that knows it says it in the shell's language; else as it is."""
    language = config.shell_language()
    if not message:  # a catalogue would answer with its head
        return message
    found = (text.catalogue(language, room).gettext(message) for room in rooms)
    return next((words for words in found if words != message), message)


def own(message: str) -> str:
    """A word of argparse's or of the parser's own in the shell's language."""
    return gettext(message, ("server",))


vars(argparse)["_"] = own  # it asks gettext's global domain, which knows neither ONETEAM_LANG nor zh_Hans for zh_CN


class Formatter(argparse.HelpFormatter):
    """Lays the help out by columns of the terminal, in the shell's language."""

    def add_usage(
        self, usage: str | None, actions: Iterable[argparse.Action],
        groups: Iterable[argparse._MutuallyExclusiveGroup], prefix: str | None = None,
    ) -> None:  # fmt: skip
        """Add the lines that say how a command is called."""
        super().add_usage(usage, actions, groups, _filled(own("usage: ") if prefix is None else prefix))

    def add_text(self, text: str | None) -> None:
        """Add a description or an epilog."""
        super().add_text(text and gettext(text))

    def format_help(self) -> str:
        """The whole, as it is printed."""
        return super().format_help().replace(_FILL, "")

    def _get_help_string(self, action: argparse.Action) -> str:
        return gettext(action.help or "")

    def _metavar_formatter(
        self, action: argparse.Action, default_metavar: str
    ) -> Callable[[int], tuple[str, ...]]:  # fmt: skip
        shown = super()._metavar_formatter(action, default_metavar)
        return lambda count: tuple(word and _filled(word) for word in shown(count))

    def _split_lines(self, text: str, width: int) -> list[str]:
        return wrapped(text, width)

    def _fill_text(self, text: str, width: int, indent: str) -> str:
        return "\n".join(indent + line for line in wrapped(text, width - len(indent)))


class Parser(argparse.ArgumentParser):
    """A parser whose help and errors are in the shell's language; its subparsers are such parsers, too."""

    def __init__(self, **given: Any) -> None:
        super().__init__(formatter_class=Formatter, **given)
        self.register("type", date.fromisoformat, _day)

    def add_argument(self, *names: str, **given: Any) -> argparse.Action:
        """Add an argument; what stands for its value is named in the shell's language."""
        action = super().add_argument(*names, **given)
        if action.nargs != 0 and action.choices is None:
            english = str(action.metavar or action.dest).upper()
            if (shown := own(english)) != english:
                action.metavar = shown
        return action

    def add_subparsers(  # type: ignore[override] # commands below are such parsers, too
        self, **given: Any
    ) -> "argparse._SubParsersAction[Parser]":
        """Add the place of a command."""
        return super().add_subparsers(**given, metavar=own("COMMAND"))


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        message = gettext("%(value)s is no day; a day is written YYYY-MM-DD")
        raise argparse.ArgumentTypeError(message % {"value": text}) from None


def wrapped(text: str, width: int) -> list[str]:
    """The text in lines of at most so many columns; only a longer word gets a longer line."""
    lines = [""]
    for piece in _PIECE.findall(" ".join(text.split())):
        if lines[-1] and _columns(lines[-1] + piece.rstrip()) > width:
            lines.append(piece.lstrip())
        else:
            lines[-1] += piece
    return [line.rstrip() for line in lines]


def _filled(word: str) -> str:
    return _WIDE.sub(rf"\g<0>{_FILL}", word)


def _columns(text: str) -> int:
    return len(text) + len(_WIDE.findall(text))
