"""Errors that a person may meet. Each says what happened and what to do, in the reader's language.

Views and the command line show `str(error)`; nothing else of an error leaves the server.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from django.utils.translation import gettext as _


class OneteamError(Exception):
    """Base of every error whose text is meant for a person."""


class BadInputError(OneteamError):
    """What was sent cannot be taken as it is; nothing was written."""


class NotAllowedError(OneteamError):
    """The actor may not do this under the present post, whatever the state of the file."""


class ConflictError(OneteamError):
    """The same idempotency key or external id came with another content, or the object moved on meanwhile."""


class MissingError(OneteamError):
    """The object does not exist, or the actor may not know that it does."""


class TooOftenError(OneteamError):
    """Somebody asks more often than is granted to anybody; nothing was looked up or written.

    `seconds`: after how long to ask again.
    """

    def __init__(self, text: str, *, seconds: int = 60) -> None:
        self.seconds = seconds
        super().__init__(text)


class FailedText(Protocol):
    """A failed check of the law as it is told: its id, what stands against it, the article, what would cure it."""

    @property
    def id(self) -> str: ...
    @property
    def sentence(self) -> str: ...
    @property
    def article(self) -> str: ...
    @property
    def cure(self) -> str: ...


class UnlawfulError(OneteamError):
    """Checks of the law stand against it; nothing was written. `failures` holds every failed check."""

    failures: Sequence[FailedText]


class NotReadyError(OneteamError):
    """The system itself lacks something (a setting, a key, a migration); the text names the command that mends it."""


def _sentence(problem: str, suggestion: str) -> str:
    if not suggestion:
        return problem
    return _("%(problem)s; %(suggestion)s") % {"problem": problem.rstrip(".。"), "suggestion": suggestion}


class CellError(BadInputError):
    """One cell of a file cannot be read: what is wrong, and what to write instead."""

    def __init__(self, problem: str, suggestion: str = "") -> None:
        self.problem, self.suggestion = problem, suggestion
        super().__init__(_sentence(problem, suggestion))


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault of a file: the line counted from 1 (the heading is line 1), the column, what is wrong, what to do."""

    line: int
    column: str
    problem: str
    suggestion: str = ""

    @property
    def message(self) -> str:
        """Problem and suggestion as one sentence."""
        return _sentence(self.problem, self.suggestion)

    def __str__(self) -> str:
        place = f"{self.line}:{self.column}" if self.column else str(self.line)
        return f"{place}: {self.message}"


class TableError(BadInputError):
    """A file was refused as a whole; `faults` names every line that must be mended."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__("\n".join(map(str, self.faults)))
