"""Prepares a told text for reading by machine, without moving a single character.

Every span that the engine returns must point into the text as it was told, so folding (case, full width) maps each
character to exactly one character, and whatever has no such image stays as it is.
"""

import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

MOST_CHARACTERS = 4_000  # what is analysed of one text; real messages with more are one in a thousand
CLAUSE_ENDS = frozenset("，。！？；：、,.!?;:\n\r\t…~ ")
_TITLE_MOST = 120


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of the told text: characters `start` up to, not including, `end`."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Told:
    """What is analysed of a told text: folded, same length, at most MOST_CHARACTERS; the first line is the title."""

    folded: str
    title_end: int
    truncated: bool

    def clause(self, span: Span, *, before: int, after: int) -> Span:
        """Return the clause around `span`, reaching at most so many characters back and on."""
        start, end = span.start, span.end
        while start > max(0, span.start - before) and self.folded[start - 1] not in CLAUSE_ENDS:
            start -= 1
        while end < min(len(self.folded), span.end + after) and self.folded[end] not in CLAUSE_ENDS:
            end += 1
        return Span(start, end)


def prepare(text: str) -> Told:
    """Return the analysed beginning of `text`; its first line counts as title if it is short and more follows."""
    head = text[:MOST_CHARACTERS]
    line = head.find("\n")
    return Told(fold(head), line if 0 < line <= _TITLE_MOST else 0, len(text) > MOST_CHARACTERS)


def fold(text: str) -> str:
    """Return `text` with each character in its plain form: half width, lower case; the length stays."""
    return "".join(map(_folded, text))


@lru_cache(maxsize=20_000)
def _folded(character: str) -> str:
    folded = unicodedata.normalize("NFKC", character).lower()
    return folded if len(folded) == 1 else character


class WordFinder:
    """Finds every occurrence of many words in one pass over a text, overlapping ones too."""

    def __init__(self, words: Iterable[str]) -> None:
        """Take words that are already folded; empty ones are left out."""
        self._by_head: dict[str, list[str]] = {}
        for word in sorted(set(words) - {""}):
            self._by_head.setdefault(word[:2], []).append(word)
        self._single = {word for word in self._by_head if len(word) == 1}

    def find(self, folded: str) -> Iterator[tuple[str, Span]]:
        """Yield each word with its span, from left to right."""
        by_head, single = self._by_head, self._single
        for start in range(len(folded)):
            head = folded[start : start + 2]
            if single and head[:1] in single:
                yield head[:1], Span(start, start + 1)
            if len(head) == 2 and (words := by_head.get(head)):
                for word in words:
                    if folded.startswith(word, start):
                        yield word, Span(start, start + len(word))
