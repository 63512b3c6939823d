"""The legal bases in a cell of the catalogue: `statute@article.paragraph.item`, several separated by semicolons."""

import re
from dataclasses import dataclass
from functools import lru_cache

from django.utils.translation import gettext as _

from oneteam.kernel.errors import CellError
from oneteam.lawbook.spans import ALWAYS, Span, items_of, split_span
from oneteam.lawbook.text import Text

_BASIS = re.compile(r"([^@\s;\[\]]{2,80})@(\d{1,4}(?:-\d{1,2})?)(?:\.(\d{1,2}))?(?:\.(\d{1,2}))?")
_DIGITS = "零一二三四五六七八九"


@dataclass(frozen=True, slots=True)
class Basis:
    """An article, with paragraph and item where the text needs them; `article` is such as "16" or "16-1" (之一)."""

    statute: str
    article: str
    paragraph: int | None = None
    item: int | None = None
    span: Span = ALWAYS

    def __str__(self) -> str:
        place = ".".join(str(part) for part in (self.article, self.paragraph, self.item) if part is not None)
        return f"{self.statute}@{place}{self.span.suffix}"

    @property
    def label(self) -> Text:
        """The basis in words: 《…》第十六条第三款; the English keeps the statute's own name."""
        number, _sep, added = self.article.partition("-")
        zh = f"《{self.statute}》第{numeral(int(number))}条" + (f"之{numeral(int(added))}" if added else "")
        en = f"{self.statute}, article {self.article}"
        if self.paragraph is not None:
            zh, en = f"{zh}第{numeral(self.paragraph)}款", f"{en}({self.paragraph})"
        if self.item is not None:
            zh, en = f"{zh}第{numeral(self.item)}项", f"{en}({self.item})"
        return Text(zh, en)


@lru_cache(maxsize=4096)  # matters share their bases, and a row stands in a pack, a file and the register
def parse_bases(cell: str) -> tuple[Basis, ...]:
    """Read a cell of bases. Raises CellError for the first that has not their form."""
    return tuple(_basis(item) for item in items_of(cell))


def _basis(item: str) -> Basis:
    plain, span = split_span(item)
    found = _BASIS.fullmatch(plain)
    if found is None:
        raise CellError(
            _("“%(item)s” is no legal basis") % {"item": item[:80]},
            _("write statute@article.paragraph.item, such as %(example)s") % {"example": "道路交通安全法@56.1"},
        )
    statute, article, paragraph, number = found.groups()
    return Basis(statute, article, int(paragraph) if paragraph else None, int(number) if number else None, span)


def write_bases(bases: tuple[Basis, ...]) -> str:
    """Return bases as a cell holds them."""
    return "; ".join(map(str, bases))


def numeral(value: int) -> str:
    """Return a number from 0 to 9,999 in Chinese, as headings of articles write it: 14 → 十四, 105 → 一百零五."""
    text, gap = "", False
    for power, name in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit, value = divmod(value, power)
        if digit:
            text += ("零" if gap else "") + _DIGITS[digit] + name
            gap = False
        elif text:
            gap = True
    return (text.removeprefix("一") if text.startswith("一十") else text) or _DIGITS[0]
