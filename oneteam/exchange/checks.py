"""The checks of an incident that leaves as an event of GB/T 47678.5: EVT-01, EVT-03, EVT-04 and EVT-05."""

from decimal import Decimal

from django.utils.translation import gettext as _

from oneteam.journal.checks import Context, Failure, check
from oneteam.kernel.citycodes import check_grid_code, event_type_code
from oneteam.kernel.errors import BadInputError
from oneteam.lawbook.text import Text
from oneteam.places.queries import place_of, places_on
from oneteam.things.codes import event_type

ATTRIBUTES = {
    "code": Text("事项代码", "code"), "name": Text("名称", "name"),
    "department_code": Text("主管部门代码", "department code"), "department": Text("主管部门", "department"),
    "place": Text("地点", "place"), "grid": Text("单元网格", "unit grid"),
}  # fmt: skip


@check("EVT-01")
def event_type_is_known(context: Context) -> Failure | None:
    """The type is one of the standard's events, or a local one, which stands in another law pack and is so flagged.

    Fact: `event_type`, 5 digits, "" where the matter has none.
    """
    kind = str(context.fact("event_type"))
    return None if event_type(kind) is not None else Failure({"type": kind or _("none")})


@check("EVT-03")
def event_code_names_a_type(context: Context) -> Failure | None:
    """The code has 11 digits, division and type, and is no key: another number tells the incidents of a type apart.

    Facts: `event_code`, `division`, `event_type`, `number`, what the incident is known by.
    """
    code, number = str(context.fact("event_code")), str(context.fact("number"))
    try:
        right = code == event_type_code(str(context.fact("division")), str(context.fact("event_type")))
    except BadInputError:
        right = False
    return None if right and number and number != code else Failure({"code": code or "–", "number": number or "–"})


@check("EVT-04")
def grid_holds_the_point(context: Context) -> Failure | None:
    """The grid has 15 digits, stands on that day and its boundary holds the point, where there is one.

    Facts: `grid`, `division`; `point`, longitude and latitude in degrees as text, or None; `day` of establishing.
    """
    grid = str(context.fact("grid"))
    try:
        check_grid_code(grid, division=str(context.fact("division")))
    except BadInputError as error:
        return Failure({"grid": grid or "–", "problem": str(error)})
    point = context.fact("point")
    if point is None:
        return None
    day = context.fact("day")
    holds = place_of(Decimal(point[0]), Decimal(point[1]), on=day).grid
    found = places_on([holds], on=day)[holds].code if holds else ""
    if found == grid:
        return None
    return Failure({"grid": grid, "problem": _("the point lies in %(found)s") % {"found": found or _("no unit grid")}})


@check("EVT-05")
def six_attributes_are_there(context: Context) -> Failure | None:
    """Code, name, department with its code, place and grid of the event are known. Fact: `attributes`, by name."""
    given = context.fact("attributes")
    missing = [words for name, words in ATTRIBUTES.items() if not str(given.get(name, "")).strip()]
    if not missing:
        return None
    return Failure({"missing": Text("、".join(one.zh for one in missing), ", ".join(one.en for one in missing))})
