"""Numbers that carry their own check: identity number, unified social credit code, telephone numbers.

Each `check_…` returns the number in its one normal form or raises BadInputError with what is wrong and what to do. The
messages never repeat the number: they reach logs and other people's screens, and the number is personal data.
"""

import re
import unicodedata
from datetime import date

from django.utils.translation import gettext as _

from oneteam.kernel.errors import BadInputError

EARLIEST_BIRTH = 1900

_ID_CHECK_CHARACTERS = "10X98765432"
_CREDIT_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"  # GB 32100: no I, O, S, V, Z
_MOST_CHARACTERS = 64

# Spaces, hyphens (also the typographic ones), dots and parentheses with which people group digits.
_GROUPING = re.compile(r"[\s\-‐‑‒–—.()]+")
_MOBILE = re.compile(r"(?:\+86|0086|86)?(1[3-9][0-9]{9})")
_LANDLINE = re.compile(
    r"(?:(?:\+|00)86[\s-]*\(?0?|\(?0)(?P<area>10|2[0-9]|[3-9][0-9]{2})\)?[\s-]*(?P<number>[2-9][0-9]{6,7})"
    r"(?:\s*(?:-|转|ext\.?|x)\s*(?P<extension>[0-9]{1,6}))?",
    re.IGNORECASE,
)
_SERVICE = re.compile(r"[48]00[0-9]{7}")


def check_resident_id(text: str, *, on: date | None = None) -> str:
    """Return the 18-character resident identity number (GB 11643), check character ISO 7064 MOD 11-2, in capitals.

    The date of birth must exist, from 1900 on, and not lie after `on` if that is given (the legal day of the entry).
    The division code is not looked up: codes of dissolved places stay valid for a lifetime.
    """
    number = _compact(text).upper()
    if re.fullmatch(r"[0-9]{15}", number):
        raise BadInputError(_("This is an identity number of the old kind with 15 digits; enter the one with 18."))
    if not re.fullmatch(r"[0-9]{17}[0-9X]", number):
        message = _("An identity number has 17 digits and then a digit or X; %(found)d characters were entered.")
        raise BadInputError(message % {"found": len(number)})
    try:
        born = date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError as error:
        message = _("Characters 7 to 14 of the identity number are no date of birth (YYYYMMDD); compare the card.")
        raise BadInputError(message) from error
    if born.year < EARLIEST_BIRTH or (on is not None and born > on):
        message = _("The date of birth in the identity number (characters 7 to 14) cannot be right; compare the card.")
        raise BadInputError(message)
    if number[-1] != resident_id_check(number[:17]):
        message = _(
            "The last character of the identity number does not fit the others: one was mistyped or two swapped."
        )
        raise BadInputError(message)
    return number


def resident_id_check(first_seventeen: str) -> str:
    """Return the check character (ISO 7064 MOD 11-2) of 17 digits."""
    total = sum(int(digit) << (17 - place) for place, digit in enumerate(first_seventeen))
    return _ID_CHECK_CHARACTERS[total % 11]


def check_credit_code(text: str) -> str:
    """Return the 18-character unified social credit code (GB 32100, check character MOD 31-3) in capitals."""
    code = _compact(text).upper()
    strange = sorted(set(code) - set(_CREDIT_ALPHABET))
    if strange and len(code) == 18:
        message = _(
            "A unified social credit code never has the characters %(strange)s (I, O, S, V and Z are not used)."
        )
        raise BadInputError(message % {"strange": ", ".join(strange)})
    if strange or not re.fullmatch(r".{2}[0-9]{6}.{10}", code):
        message = _(
            "A unified social credit code has 18 digits and capitals, with digits at places 3 to 8; "
            "%(found)d characters were entered."
        )
        raise BadInputError(message % {"found": len(code)})
    if code[-1] != credit_code_check(code[:17]):
        message = _("The last character of the credit code does not fit the others: one was mistyped or two swapped.")
        raise BadInputError(message)
    return code


def credit_code_check(first_seventeen: str) -> str:
    """Return the check character (GB 32100: weights 3 to the power of the place, modulo 31) of 17 characters."""
    total = sum(
        _CREDIT_ALPHABET.index(character) * pow(3, place, 31) for place, character in enumerate(first_seventeen)
    )
    return _CREDIT_ALPHABET[-total % 31]


def check_mobile(text: str) -> str:
    """Return the 11 digits of a mobile number of mainland China; +86 and grouping are dropped."""
    form = _MOBILE.fullmatch(_GROUPING.sub("", _compact(text)))
    if form is None:
        raise BadInputError(_("A mobile number has 11 digits and begins with 13 to 19, for example 138 0000 0000."))
    return form[1]


def check_landline(text: str) -> str:
    """Return a landline number as area-number or area-number-extension, for example 0577-60000000-801."""
    form = _LANDLINE.fullmatch(_readable(text))
    if form is None:
        message = _(
            "A landline number has an area code and 7 or 8 digits, for example 0577-60000000 or 010-60000000-801."
        )
        raise BadInputError(message)
    return "-".join(filter(None, ("0" + form["area"], form["number"], form["extension"])))


def check_phone(text: str) -> str:
    """Return a mobile, landline or 400/800 service number in its normal form."""
    digits = _GROUPING.sub("", _compact(text))
    if _SERVICE.fullmatch(digits):
        return digits
    for check in (check_mobile, check_landline):
        try:
            return check(text)
        except BadInputError:
            continue
    message = _("This is no telephone number: enter 11 digits of a mobile, or area code and number (0577-60000000).")
    raise BadInputError(message)


def _readable(text: str) -> str:
    """Return the text in plain characters: full-width digits and typographic hyphens become the ones of a keyboard."""
    if len(text) > _MOST_CHARACTERS:
        message = _("The number has %(found)d characters; at most %(most)d can be right.")
        raise BadInputError(message % {"found": len(text), "most": _MOST_CHARACTERS})
    return re.sub(r"[‐‑‒–—−]", "-", unicodedata.normalize("NFKC", text)).strip()


def _compact(text: str) -> str:
    return re.sub(r"\s+", "", _readable(text))
