"""Prepares a told text for reading by machine, without moving a single character."""

from dataclasses import dataclass

from oneteam.kernel.text import Span, fold

MOST_CHARACTERS = 4_000  # what is analysed of one text; real messages with more are one in a thousand
CLAUSE_ENDS = frozenset("，。！？；：、,.!?;:\n\r\t…~ ")
_TITLE_MOST = 120


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
