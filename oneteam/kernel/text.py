"""Finding words in a text without moving a single character of it.

Every span points into the text as it was told, so folding (case, full width) maps each character to exactly one
character, and whatever has no such image stays as it is.
"""

import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of a text: characters `start` up to, not including, `end`."""

    start: int
    end: int


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
