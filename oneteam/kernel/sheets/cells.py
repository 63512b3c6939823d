"""Reading one cell: days and moments as Chinese offices write them, numbers, codes, words of a list.

Each raises CellError with what is wrong and what to write instead. Texts come as `read_table` gave them.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal, InvalidOperation

from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.utils.translation import override

from oneteam.kernel.clock import SHANGHAI
from oneteam.kernel.errors import CellError
from oneteam.kernel.sheets.table import nearest

SHOWN = 40  # characters of a faulty cell that the message repeats
FORMULA = "=+-@\t\r＝＋－＠"

_DAY = re.compile(r"(\d{4})\s*(?:年|[-/.])\s*(\d{1,2})\s*(?:月|[-/.])\s*(\d{1,2})\s*日?")
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})")
_TIME = re.compile(r"(上午|下午|晚上)?\s*(\d{1,2})\s*[:：时点]\s*(\d{1,2})?\s*(?:[:：分]\s*(?:(\d{1,2})\s*秒?)?)?")
_AFTERNOON = ("下午", "晚上")
_YES = frozenset({"1", "true", "yes", "y", "是", "有", "对"})
_NO = frozenset({"0", "false", "no", "n", "否", "无", "不"})


def _shown(cell: str) -> dict[str, str]:
    return {"cell": cell.strip()[:SHOWN]}


def text(cell: str) -> str:
    """Return a cell without the spaces around it."""
    return cell.strip()


def as_is(cell: str) -> str:
    """Return a cell as it is, to the last space."""
    return cell


def unguarded(cell: str) -> str:
    """Return a cell without the apostrophe that our exports put before what looks like a formula."""
    return cell[1:] if len(cell) > 1 and cell[0] == "'" and cell[1] in FORMULA else cell


def day(cell: str) -> date:
    """Read a day: 2026-03-05, 2026/3/5, 2026.3.5, 20260305, 2026年3月5日; 00:00:00 behind it is dropped."""
    plain = unicodedata.normalize("NFKC", cell).strip().removesuffix("00:00:00").strip()
    found = _DAY.fullmatch(plain) or _COMPACT.fullmatch(plain)
    if found is None:
        raise CellError(_("“%(cell)s” is no day") % _shown(cell), _("write it like 2026-03-05"))
    try:
        return date(int(found[1]), int(found[2]), int(found[3]))
    except ValueError:
        raise CellError(_("“%(cell)s” is no day of the calendar") % _shown(cell), _("check month and day")) from None


def moment(cell: str) -> datetime:
    """Read a day and time, in Shanghai's time where no zone is given; a day alone is its midnight."""
    plain = unicodedata.normalize("NFKC", cell).strip()
    try:
        found = parse_datetime(plain.replace("/", "-"))
    except ValueError:
        found = None
    found = found or _chinese_moment(plain)
    if found is None:
        raise CellError(
            _("“%(cell)s” is no date and time") % _shown(cell), _("write it like 2026-11-25T14:03:00+08:00")
        )
    return found if found.tzinfo else found.replace(tzinfo=SHANGHAI)


def _chinese_moment(plain: str) -> datetime | None:
    found = _DAY.match(plain)
    if found is None:
        return None
    rest = plain[found.end() :].strip().lstrip("T")
    clock = _TIME.fullmatch(rest) if rest else None
    if rest and clock is None:
        return None
    hour, minute, second = (int(clock[n] or 0) for n in (2, 3, 4)) if clock else (0, 0, 0)
    if clock and clock[1] in _AFTERNOON and hour < 12:
        hour += 12
    try:
        return datetime(int(found[1]), int(found[2]), int(found[3]), hour, minute, second, tzinfo=SHANGHAI)
    except ValueError:
        return None


def decimal(*, least: Decimal | int | None = None, most: Decimal | int | None = None) -> Callable[[str], Decimal]:
    """Return a reader of numbers between two bounds (both included); commas between thousands are taken."""

    def read(cell: str) -> Decimal:
        plain = unicodedata.normalize("NFKC", cell).strip().replace(",", "")
        try:
            value = Decimal(plain)
        except InvalidOperation:
            raise CellError(_("“%(cell)s” is no number") % _shown(cell), _("write digits, such as 120.55")) from None
        if not value.is_finite():
            raise CellError(_("“%(cell)s” is no number") % _shown(cell), _("write digits, such as 120.55"))
        if (least is not None and value < least) or (most is not None and value > most):
            raise CellError(
                _("%(cell)s lies outside what is possible") % _shown(cell),
                _("write a number from %(least)s to %(most)s")
                % {"least": "…" if least is None else least, "most": "…" if most is None else most},
            )
        return value

    return read


def whole(*, least: int | None = None, most: int | None = None) -> Callable[[str], int]:
    """Return a reader of whole numbers between two bounds (both included)."""
    read_number = decimal(least=least, most=most)

    def read(cell: str) -> int:
        value = read_number(cell)
        if value != value.to_integral_value():
            raise CellError(_("“%(cell)s” is no whole number") % _shown(cell), _("write digits without a point"))
        return int(value)

    return read


def code(pattern: str, *, example: str) -> Callable[[str], str]:
    """Return a reader of codes of one form (a regular expression over the whole cell), letters made capital."""
    form = re.compile(pattern)

    def read(cell: str) -> str:
        plain = unicodedata.normalize("NFKC", cell).strip().upper()
        if form.fullmatch(plain) is None:
            raise CellError(
                _("“%(cell)s” is no code of this kind") % _shown(cell),
                _("write it like %(example)s") % {"example": example},
            )
        return plain

    return read


def choice(words: Mapping[str, object]) -> Callable[[str], str]:
    """Return a reader of one word of a list: its key, or its label (lazy translations) in either language."""

    def read(cell: str) -> str:
        wanted = cell.strip().casefold()
        if wanted in words:
            return wanted
        for language in ("zh-hans", "en"):
            with override(language):
                for key, label in words.items():
                    if wanted in (key.casefold(), str(label).casefold()):
                        return key
        known = [str(label) for label in words.values()]
        near = nearest(cell.strip(), words)
        raise CellError(
            _("“%(cell)s” is not known here") % _shown(cell),
            near if near.count(",") < len(known) - 1 else _("write one of %(known)s") % {"known": ", ".join(known)},
        )

    return read


def flag(cell: str) -> bool:
    """Read yes or no: 是/否, 1/0, true/false."""
    plain = cell.strip().casefold()
    if plain not in _YES | _NO:
        raise CellError(_("“%(cell)s” is neither yes nor no") % _shown(cell), _("write yes or no"))
    return plain in _YES
