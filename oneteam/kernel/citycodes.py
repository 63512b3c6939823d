"""The composed codes of GB/T 47678: unit grids (15), components (17), event types (11), all led by the division code.

Each `check_…` returns the code or raises BadInputError with what is wrong and what to do.
"""

import re
from dataclasses import dataclass

from django.utils.translation import gettext as _

from oneteam.kernel.errors import BadInputError


@dataclass(frozen=True, slots=True)
class ComponentId:
    """The 17 digits of a component: 6 of the division, 5 of its type, 6 of its serial number."""

    text: str

    @property
    def division(self) -> str:
        """The division code (GB/T 2260)."""
        return self.text[:6]

    @property
    def type(self) -> str:
        """The type of component (GB/T 47678.5): 2 digits of the major, 3 of the minor class."""
        return self.text[6:11]


def check_grid_code(text: str, *, division: str) -> str:
    """Return the 15 digits of a unit grid: division (6), street (3), community (3), serial number (3)."""
    code = text.strip()
    if not re.fullmatch(r"[0-9]{15}", code):
        message = _(
            "A unit grid has 15 digits: division, street (000 where there is none), community, number; "
            "%(found)d characters were entered."
        )
        raise BadInputError(message % {"found": len(code)})
    _of_division(code, division)
    if code.endswith("000"):
        raise BadInputError(_("The last three digits of a unit grid are its number, from 001."))
    return code


def check_component_id(text: str, *, division: str) -> ComponentId:
    """Return the 17 digits of a component in the division. The type is not looked up here.

    A number of 16 digits is of the old standard (GB/T 30428.2-2013); it is refused here and mapped by the import.
    """
    code = text.strip()
    if re.fullmatch(r"[0-9]{16}", code):
        raise BadInputError(
            _("This is an identifier of the old standard with 16 digits; import it, which gives it its 17.")
        )
    if not re.fullmatch(r"[0-9]{17}", code):
        message = _("A component has 17 digits: division, type, serial number; %(found)d characters were entered.")
        raise BadInputError(message % {"found": len(code)})
    _of_division(code, division)
    if code.endswith("000000"):
        raise BadInputError(_("The last six digits of a component are its serial number, from 000001."))
    return ComponentId(code)


def component_id(division: str, kind: str, serial: int) -> str:
    """Return the 17 digits of a component from its parts; `serial` from 1 to 999999."""
    return check_component_id(f"{division}{kind}{serial:06}", division=division).text


def event_type_code(division: str, kind: str) -> str:
    """Return the 11 digits by which a platform names a type of event: division and type. It names no single event."""
    if not re.fullmatch(r"[0-9]{11}", division + kind):
        raise BadInputError(_("An event type has 11 digits: the division code (6) and the type of GB/T 47678.5 (5)."))
    return division + kind


def _of_division(code: str, division: str) -> None:
    if not code.startswith(division):
        message = _("The first six digits are %(found)s, but this region is %(division)s.")
        raise BadInputError(message % {"found": code[:6], "division": division})
