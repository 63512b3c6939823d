"""The kinds of value that a template's fields take: checked once, kept as JSON, shown in either language."""

import re
import unicodedata
from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from oneteam.kernel.clock import SHANGHAI
from oneteam.kernel.money import CENT, LIMIT, in_capitals

TEXT_LIMIT = 500
PARAGRAPH_LIMIT = 8000
LIST_LIMIT = 100
_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip


class Kind(StrEnum):
    """What a field holds."""

    TEXT = "text"
    PARAGRAPH = "paragraph"
    DATE = "date"
    MOMENT = "moment"
    MONEY = "money"
    CHOICE = "choice"
    LIST = "list"
    SIGNATURE = "signature"


class BadValueError(ValueError):
    """A value that its field cannot take; the text says why and what to give."""


def is_given(value: object) -> bool:
    """Tell whether there is a value at all."""
    return value is not None and (not isinstance(value, str) or bool(value.strip())) and value not in ([], ())


def clean(kind: Kind, value: object) -> Any:
    """Return a given value as it is kept (JSON). BadValueError for what the kind does not take."""
    return _CLEANERS[kind](value)


def _text(value: object) -> str:
    return _printable(value, TEXT_LIMIT, lines=False)


def _paragraph(value: object) -> str:
    return _printable(value, PARAGRAPH_LIMIT, lines=True)


def _printable(value: object, limit: int, *, lines: bool) -> str:
    if not isinstance(value, str):
        raise BadValueError(_("a text is needed"))
    text = unicodedata.normalize("NFC", value.replace("\r\n", "\n").replace("\r", "\n")).strip()
    if not lines:
        text = re.sub(r"\s*\n\s*", " ", text)
    if len(text) > limit:
        raise BadValueError(_("it has %(have)d characters; %(most)d fit") % {"have": len(text), "most": limit})
    for character in text:
        # Control and direction characters could make paper and data say different things.
        if unicodedata.category(character) in ("Cc", "Cf", "Cs", "Co", "Cn") and character != "\n":
            code = f"U+{ord(character):04X}"
            raise BadValueError(_("it holds a character that cannot be printed (%(code)s)") % {"code": code})
    return text


def _date(value: object) -> str:
    try:
        if isinstance(value, str):
            return date.fromisoformat(value.strip()).isoformat()
        if isinstance(value, date) and not isinstance(value, datetime):
            return value.isoformat()
    except ValueError:
        pass
    raise BadValueError(_("a date is needed, such as 2026-11-25"))


def _moment(value: object) -> str:
    try:
        moment = datetime.fromisoformat(value.strip()) if isinstance(value, str) else value
        if isinstance(moment, datetime) and moment.utcoffset() is not None:
            return moment.astimezone(SHANGHAI).isoformat(timespec="minutes")
    except ValueError:
        pass
    raise BadValueError(_("a moment with its zone is needed, such as 2026-11-25T14:03+08:00"))


def _money(value: object) -> str:
    try:
        if isinstance(value, bool | float) or not isinstance(value, str | int | Decimal):
            raise InvalidOperation
        amount = Decimal(value)
        if Decimal(0) <= amount <= LIMIT and amount == amount.quantize(CENT):
            return str(amount.quantize(CENT))
    except InvalidOperation:
        pass
    raise BadValueError(_("a sum in yuan is needed, with two decimals at most"))


def _list(value: object) -> list[str]:
    if not isinstance(value, list | tuple) or len(value) > LIST_LIMIT:
        raise BadValueError(_("a list of at most %(most)d texts is needed") % {"most": LIST_LIMIT})
    return [_paragraph(item) for item in value if is_given(item)]


def _uuid(value: object) -> str:
    try:
        return str(UUID(str(value)))
    except ValueError as error:
        raise BadValueError(_("the id of a kept picture is needed")) from error


_CLEANERS: Mapping[Kind, Callable[[object], Any]] = {
    Kind.TEXT: _text, Kind.PARAGRAPH: _paragraph, Kind.DATE: _date, Kind.MOMENT: _moment, Kind.MONEY: _money,
    Kind.CHOICE: _text, Kind.LIST: _list, Kind.SIGNATURE: _uuid,
}  # fmt: skip


def shown(kind: Kind, value: Any, language: str, form: str = "") -> str:
    """Return a cleaned value as the document says it, in "zh" or "en"."""
    if kind is Kind.DATE:
        return day(date.fromisoformat(value), language)
    if kind is Kind.MOMENT:
        moment = datetime.fromisoformat(value)
        clock = f"{moment.hour}时{moment.minute:02d}分" if language == "zh" else f", {moment:%H:%M}"
        return day(moment.date(), language) + clock
    if kind is Kind.MONEY:
        amount = Decimal(value)
        return in_capitals(amount) if form == "capitals" and language == "zh" else f"¥{amount:,.2f}"
    if kind is Kind.LIST:
        return ("；" if language == "zh" else "; ").join(value)
    return str(value)


def day(value: date, language: str) -> str:
    """Return a date as documents write it."""
    if language == "zh":
        return f"{value.year}年{value.month}月{value.day}日"
    return f"{value.day} {_MONTHS[value.month - 1]} {value.year}"
