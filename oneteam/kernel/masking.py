"""Masks for personal values on screen and in exports."""

import re
from collections.abc import Iterable

LEAST_DIGITS = 7  # of a phone number that is worth looking for
MOBILE = re.compile(r"(?<!\d)1[3-9]\d(?:[ -]?\d{4}){2}(?!\d)")


def mask_name(name: str) -> str:
    """Show the first character and, of longer names, the last: 林*生. One character is hidden whole."""
    if len(name) <= 1:
        return "*" * len(name)
    if len(name) == 2:
        return f"{name[0]}*"
    return f"{name[0]}{'*' * min(len(name) - 2, 3)}{name[-1]}"


def mask_phone(phone: str) -> str:
    """Show the first three and last four digits: 138****5602. Short numbers show their last two."""
    digits = "".join(letter for letter in phone if letter.isdigit())
    if len(digits) < 8:
        return "*" * max(len(digits) - 2, 0) + digits[-2:]
    return f"{digits[:3]}{'*' * (len(digits) - 7)}{digits[-4:]}"


def mask_id_number(number: str) -> str:
    """Show the first three and last four characters of an identity number: 330***********123X."""
    return f"{number[:3]}{'*' * (len(number) - 7)}{number[-4:]}" if len(number) > 10 else "*" * len(number)


def mask_told(text: str, *, names: Iterable[str] = (), phones: Iterable[str] = ()) -> str:
    """Mask in told words what names the caller: their name, their number, and every mobile number (HOT-03)."""
    for name in names:
        if len(name.strip()) > 1:
            text = text.replace(name.strip(), mask_name(name.strip()))
    for phone in phones:
        if len(digits_of(phone)) >= LEAST_DIGITS:
            text = _spelled(phone).sub(mask_phone(phone), text)
    return MOBILE.sub(lambda found: mask_phone(found[0]), text)


def digits_of(phone: str) -> str:
    """Return the digits of a number as it was typed."""
    return "".join(letter for letter in phone if letter.isdigit())


def _spelled(phone: str) -> re.Pattern[str]:
    """Match a number however its digits are spaced."""
    return re.compile(r"(?<!\d)" + r"[ -]?".join(digits_of(phone)) + r"(?!\d)")


def names_anybody(text: str, *, names: Iterable[str] = (), phones: Iterable[str] = ()) -> bool:
    """Tell whether a text gives one of these names or numbers, or any mobile number.

    Names of one character are no names to look for; a number has at least seven digits.
    """
    return (
        bool(MOBILE.search(text))
        or any(name.strip() in text for name in names if len(name.strip()) > 1)
        or any(_spelled(phone).search(text) for phone in phones if len(digits_of(phone)) >= LEAST_DIGITS)
    )
