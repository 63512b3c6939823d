"""Number plates of vehicles of mainland China by their format (GA 36-2018); a plate carries no check digit.

`check_plate` returns the one normal form, capitals without separators. A plate may belong to a person: the messages
never repeat it.
"""

import re
import unicodedata

from django.utils.translation import gettext as _

from oneteam.kernel.errors import BadInputError

PROVINCES = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼"
_MOST_CHARACTERS = 32
_SEPARATORS = re.compile(r"[\s·•・‧∙.\-‐‑–—]+")
_SERIAL = "[A-HJ-NP-Z0-9]"  # no I, no O
_FORMS = (
    # an ordinary vehicle, and those whose last place tells what they are: training, trailer, police, cross-border
    rf"[{PROVINCES}][A-HJ-NP-Z](?:{_SERIAL}{{5}}|{_SERIAL}{{4}}[学挂警港澳])",
    # new energy: small (a letter before five places, the second of which may be a letter) and large (a letter behind)
    rf"[{PROVINCES}][A-HJ-NP-Z](?:[A-HJK]{_SERIAL}[0-9]{{4}}|[0-9]{{5}}[A-HJK])",
    # embassies, consulates, emergency rescue
    r"[0-9]{6}使",
    rf"[{PROVINCES}][A-HJ-NP-Z][0-9]{{4}}领",
    rf"[{PROVINCES}][SX][0-9]{{4}}应急",
    # armed police
    rf"WJ[{PROVINCES}]?[0-9]{{4}}{_SERIAL}",
)
_PLATE = re.compile("|".join(_FORMS))


def check_plate(text: str) -> str:
    """Return a plate in its normal form, such as 浙C12345. BadInputError says what is wrong."""
    if len(text) > _MOST_CHARACTERS:
        message = _("The plate has %(found)d characters; at most %(most)d can be right.")
        raise BadInputError(message % {"found": len(text), "most": _MOST_CHARACTERS})
    plate = _SEPARATORS.sub("", unicodedata.normalize("NFKC", text)).upper()
    if _PLATE.fullmatch(plate):
        return plate
    if plate[:1] not in PROVINCES and not plate.startswith("WJ"):
        raise BadInputError(_("A plate begins with the Chinese character of its province."))
    if re.search("[IO]", plate):
        raise BadInputError(_("A plate never has the letters I and O; look whether 1 and 0 are meant."))
    raise BadInputError(_("A plate has a province, a letter and then five places, six on new-energy vehicles."))
