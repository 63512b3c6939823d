"""The checks of components: their identifier (EVT-02), their coordinates (EVT-06), old data (EVT-09)."""

from django.utils.translation import gettext as _

from oneteam.journal.checks import Context, Failure, check
from oneteam.kernel.citycodes import check_component_id
from oneteam.kernel.errors import BadInputError
from oneteam.things.codes import component_type
from oneteam.things.models import Accuracy

CGCS2000, WGS84, GCJ02 = "CGCS2000", "WGS84", "GCJ02"
SYSTEMS = (CGCS2000, WGS84, GCJ02)
EQUAL = frozenset({CGCS2000, WGS84})  # apart by centimetres: less than the finest class tells
UNMAPPED_SHOWN = 20


@check("EVT-02")
def component_identifier(context: Context) -> Failure | None:
    """Seventeen digits, led by the division code and a type of component of GB/T 47678.5 or a local one.

    Facts: `code`, `division` (the region's six digits).
    """
    code, division = str(context.fact("code")), str(context.fact("division"))
    try:
        parts = check_component_id(code, division=division)
    except BadInputError as error:
        return Failure({"code": code, "problem": str(error)})
    if component_type(parts.type) is None:
        return Failure({"code": code, "problem": _("%(type)s is no type of component.") % {"type": parts.type}})
    return None


@check("EVT-06")
def component_coordinates(context: Context) -> Failure | None:
    """The point is CGCS2000 (WGS 84 is equal to some centimetres) and its accuracy class A, B or C is known.

    A point that came as GCJ-02 was computed back and is of class C at best. Facts: `system`, `accuracy`.
    """
    system, accuracy = context.fact("system"), context.fact("accuracy")
    if system not in SYSTEMS:
        return Failure(
            {
                "problem": _("the system “%(system)s” is not known; it is one of %(known)s")
                % {"system": system, "known": ", ".join(SYSTEMS)}
            }
        )
    if accuracy not in Accuracy.values:
        return Failure({"problem": _("the accuracy class (A, B or C) is missing")})
    if system not in EQUAL and accuracy != Accuracy.C:
        return Failure(
            {"problem": _("a point that came as GCJ-02 is of class C, not %(accuracy)s") % {"accuracy": accuracy}}
        )
    return None


@check("EVT-09")
def old_types_are_mapped(context: Context) -> Failure | None:
    """Every four-digit type of old data has become a type of five digits; the others are reported.

    Fact: `unmapped`, (line, old code, name) of each row without one.
    """
    unmapped = list(context.fact("unmapped"))
    if not unmapped:
        return None
    rows = "; ".join(f"{line}: {code} {name}" for line, code, name in unmapped[:UNMAPPED_SHOWN])
    return Failure({"count": len(unmapped), "rows": rows + ("; …" if len(unmapped) > UNMAPPED_SHOWN else "")})
