"""A chart with its table beside it, as one part: no page can show one without the other.

Drawn on the server, as SVG rectangles between real words: readable without a script, at any width, on paper, and under
a policy that allows neither inline style nor script. The words and numbers are HTML, so that they keep their size.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Literal

from oneteam.web.lists import Column
from oneteam.web.parts import Empty, Link, Text

STEP, GAP, HEIGHT = 10.0, 2.0, 100.0
"""A column's width with its gap, the gap, and the height of the whole, in the drawing's own units."""
_NICE = (1.0, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0)


@dataclass(frozen=True, slots=True)
class Bar:
    """One value of a chart; None is drawn as nothing. `shown` is the value in words."""

    label: Text
    value: float | None
    shown: Text


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle of the drawing."""

    x: str
    y: str
    width: str
    height: str
    title: str


@dataclass(frozen=True, slots=True)
class Chart:
    """Bars with their table. `form`: columns along time, or a bar a row. `summary` is what the drawing says, in words.

    `line` is a promise drawn across the columns, with its word. `top` is the least that the scale goes up to, `scale`
    says a value of the scale in words. `columns` and `rows` are the table; a row's first cell names it.
    """

    id: str
    title: Text
    form: Literal["columns", "bars"]
    bars: Sequence[Bar]
    summary: Text
    columns: Sequence[Column]
    rows: Sequence[Sequence[object]]
    empty: Empty
    line: tuple[float, Text] | None = None
    top: float = 0.0
    top_word: Text = ""
    exports: Sequence[Link] = ()
    template: ClassVar[str] = "web/chart.html"

    @property
    def drawn(self) -> bool:
        """Whether there is anything to draw."""
        return any(bar.value for bar in self.bars)

    @property
    def width(self) -> str:
        """The width of the drawing in its own units."""
        return _number(STEP * len(self.bars))

    @property
    def boxes(self) -> list[Box]:
        """The columns, from the left."""
        tall = [HEIGHT * min(1.0, (bar.value or 0) / self.top) if self.top else 0.0 for bar in self.bars]
        return [
            Box(
                _number(place * STEP + GAP / 2), _number(HEIGHT - high), _number(STEP - GAP), _number(high),
                f"{bar.label}: {bar.shown}",
            )
            for place, (bar, high) in enumerate(zip(self.bars, tall, strict=True))
        ]  # fmt: skip

    @property
    def line_at(self) -> str:
        """How far from the top the promise is drawn; "" where it lies beyond the scale."""
        if self.line is None or not self.top or self.line[0] > self.top:
            return ""
        return _number(HEIGHT - HEIGHT * self.line[0] / self.top)

    @property
    def lengths(self) -> list[tuple[Bar, str]]:
        """The bars with their lengths, of 100."""
        longest = max((bar.value or 0.0 for bar in self.bars), default=0.0)
        longest = max(longest, self.top)
        return [(bar, _number(100 * (bar.value or 0.0) / longest) if longest else "0") for bar in self.bars]

    @property
    def ticks(self) -> list[Bar]:
        """The first, middle and last column, whose words stand under the drawing."""
        if len(self.bars) < 3:
            return list(self.bars)
        return [self.bars[0], self.bars[(len(self.bars) - 1) // 2], self.bars[-1]]

    @property
    def cells(self) -> list[tuple[object, list[tuple[Column, object]]]]:
        """Each row's name, and its other cells beside their columns. ValueError for a row of another length."""
        return [(row[0], list(zip(self.columns[1:], row[1:], strict=True))) for row in self.rows]


def nice_top(largest: float) -> float:
    """Return a round number that is not smaller, for the end of a scale; 0 for 0."""
    if largest <= 0:
        return 0.0
    power = 1.0
    while largest > 10 * power:
        power *= 10
    while largest <= power:
        power /= 10
    return next(step * power for step in _NICE if step * power >= largest * (1 - 1e-9))


def _number(value: float) -> str:
    """Return a number as SVG reads it, in every language with a point."""
    return f"{value:.2f}".rstrip("0").rstrip(".")
