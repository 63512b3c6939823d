"""Who is responsible for a spot, now, for a matter: always an answer, and always with its reason.

The ladder: whoever covers the spot and may do it; the duty of the area's brigade; the duty of the bureau; its head,
though off duty; the bureau. Each rung says why the one before it was empty.
"""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from django.utils.translation import gettext as _

from oneteam.kernel.clock import legal_day
from oneteam.lawbook.matters import Competence, Kind, Matter
from oneteam.people.queries import HeldPost, UnitInfo, absent_from_duty, bureau_name, on_duty, posts_on, units_of
from oneteam.places.queries import place_of

ATTENDANT, OFFICER, LEADER, DISPATCHER, HEAD = "grid_attendant", "officer", "brigade_leader", "dispatcher", "head"
_ROLES = (ATTENDANT, OFFICER, LEADER, DISPATCHER, HEAD)
_BRIGADES = frozenset({"brigade", "squad"})
Point = tuple[Decimal, Decimal]


@dataclass(frozen=True, slots=True)
class Responsible:
    """Who is responsible. `post` and `person` are None only where nobody at all holds a post that could be called."""

    post: UUID | None
    person: UUID | None
    name: str
    unit: str
    reason: str


@dataclass(frozen=True, slots=True)
class Spot:
    """What holds a point on a day, the narrowest first, and its area."""

    held_by: tuple[UUID, ...]
    area: UUID | None


def responsible(point: Point, at: datetime, matter: Matter) -> Responsible:
    """Return who is responsible for a spot (longitude, latitude in WGS 84) at a moment for a matter, with the reason.

    Enforcement goes to officers (Penalty Law 42, OFF-05): those of the area, or of a professional brigade where the
    catalogue says so; everything else to the grid attendant, who tells another agency where it is not the bureau's.
    """
    day = legal_day(at)
    located = place_of(*point, on=day)
    spot = Spot(tuple(each for each in (located.grid, located.community, located.area) if each), located.area)
    present = on_duty(at, _ROLES)
    away = {post.id for post, _absence in absent_from_duty(at, _ROLES)}
    held = posts_on(day, roles=_ROLES)
    units = units_of({post.unit_code for post in held})
    found = choose(matter, spot, present, units)
    if found is None:
        heads = [post for post in held if post.role == HEAD and post.id not in away]
        told = _("Nobody who could go is on duty; the head of the bureau must be called.")
        found = (heads[0], told) if heads else None
    if found is None:
        return Responsible(
            None, None, "", bureau_name(day), _("Nobody holds a post for this; the bureau must be called.")
        )
    post, reason = found
    missing = [each for each in held if each.id in away and _covers(each, spot) and each.role in _wanted(matter)]
    if missing:
        names = ", ".join(each.name for each in missing)
        reason = _("%(reason)s Absent: %(names)s.") % {"reason": reason, "names": names}
    return Responsible(post.id, post.person, post.name, post.unit, reason)


def choose(
    matter: Matter, spot: Spot, present: Sequence[HeldPost], units: dict[str, UnitInfo]
) -> tuple[HeldPost, str] | None:
    """Return the post and the reason among those on duty, or None where no rung has anybody."""
    enforced = matter.kind is Kind.ENFORCEMENT
    if enforced and matter.competence is Competence.PROFESSIONAL:
        first = [post for post in present if post.role == OFFICER and _professional(post, units)]
        if first:
            return _narrowest(first, spot), _("Officer of a professional brigade on duty, as this matter needs.")
        why = _("No officer of a professional brigade is on duty.")
    else:
        role = OFFICER if enforced else ATTENDANT
        first = [post for post in present if post.role == role and _covers(post, spot)]
        if first:
            told = _("Officer on duty who covers the spot.") if enforced else _("Grid attendant on duty for the spot.")
            return _narrowest(first, spot), told
        why = _("No officer on duty covers the spot.") if enforced else _("No grid attendant is on duty for the spot.")
        if not spot.held_by:
            why = _("The spot lies within no known grid.")
    rungs: tuple[tuple[str, Callable[[HeldPost], bool]], ...] = (
        (_("Duty of the area's brigade."), lambda post: post.role in (OFFICER, LEADER) and _of_area(post, spot, units)),
        (_("Duty of the bureau."), lambda post: post.role in (DISPATCHER, HEAD)),
    )
    for told, fits in rungs:
        rung = [post for post in present if fits(post)]
        if rung:
            return _narrowest(rung, spot), f"{why} {told}"
    return None


def _wanted(matter: Matter) -> Collection[str]:
    return (OFFICER,) if matter.kind is Kind.ENFORCEMENT else (ATTENDANT,)


def _covers(post: HeldPost, spot: Spot) -> bool:
    return not set(post.scope).isdisjoint(spot.held_by)


def _professional(post: HeldPost, units: dict[str, UnitInfo]) -> bool:
    unit = units.get(post.unit_code)
    return unit is not None and unit.kind in _BRIGADES and unit.area is None


def _of_area(post: HeldPost, spot: Spot, units: dict[str, UnitInfo]) -> bool:
    unit = units.get(post.unit_code)
    return unit is not None and spot.area is not None and unit.area == spot.area


def _narrowest(posts: Iterable[HeldPost], spot: Spot) -> HeldPost:
    """Return whose ground is the narrowest around the spot; of equals who covers less, then by name."""
    widest = len(spot.held_by)

    def narrow(post: HeldPost) -> tuple[int, int, str]:
        level = next((n for n, place in enumerate(spot.held_by) if place in post.scope), widest)
        return level, len(post.scope), post.name

    return min(posts, key=narrow)
