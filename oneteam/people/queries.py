"""Reading the directory of people."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from oneteam.journal import statements
from oneteam.journal.actors import Actor, ActorKind
from oneteam.kernel.clock import legal_day
from oneteam.kernel.errors import MissingError
from oneteam.people.models import Account, Duty, Person, Post, Unit, UnitKind
from oneteam.people.standing import AbsenceInfo, absences_at, certificate_on, held_on, interests_of
from oneteam.people.units import unit_tree
from oneteam.places.queries import localised

__all__ = ["certificate_on", "interests_of", "unit_tree"]


@dataclass(frozen=True, slots=True)
class HeldPost:
    """A post as pages name it. People are listed by `pinyin`: their English names, which are their names in pinyin."""

    id: UUID
    person: UUID
    name: str
    role: str
    title: str
    unit: str
    scope: tuple[UUID, ...]
    unit_code: str
    pinyin: str

    @property
    def label(self) -> str:
        """Title and unit, such as "Grid attendant, Haitang station"."""
        return f"{self.title} {self.unit}"


def _held(post: Post) -> HeldPost:
    return HeldPost(
        id=post.id,
        person=post.person_id,
        name=localised(post.person.name_zh, post.person.name_en),
        role=post.role,
        title=localised(post.title_zh, post.title_en),
        unit=localised(post.unit.name_zh, post.unit.name_en),
        scope=tuple(post.scope),
        unit_code=post.unit.code,
        pinyin=post.person.name_en,
    )


@dataclass(frozen=True, slots=True)
class AccountInfo:
    """An account as who keeps the accounts sees it, with the posts that its person holds on a day."""

    username: str
    name: str
    active: bool
    posts: tuple[HeldPost, ...]


def posts_of(person: UUID, day: date) -> list[HeldPost]:
    """Return the posts a person holds on a legal day, in the order they were given."""
    held = Post.objects.filter(held_on(day), person_id=person).select_related("person", "unit").order_by("id")
    return [_held(post) for post in held]


def held_posts(person: UUID, day: date, *, role: str, unit: str = "") -> list[HeldPost]:
    """Return the posts of this role (and, where one is named, in the unit of this code) held on a day or later."""
    found = Post.objects.filter(Q(valid_to__isnull=True) | Q(valid_to__gte=day), person_id=person, role=role)
    if unit:
        found = found.filter(unit__code=unit)
    return [_held(post) for post in found.select_related("person", "unit").order_by("id")]


def accounts(day: date) -> list[AccountInfo]:
    """Return every account by user name, with its person's posts of a legal day, in two queries."""
    held: dict[UUID, list[HeldPost]] = {}
    for post in Post.objects.filter(held_on(day)).select_related("person", "unit").order_by("id"):
        held.setdefault(post.person_id, []).append(_held(post))
    return [
        AccountInfo(
            username=account.username,
            name=localised(account.person.name_zh, account.person.name_en),
            active=account.is_active,
            posts=tuple(held.get(account.person_id, ())),
        )
        for account in Account.objects.select_related("person").order_by("username")
    ]


def person_of(username: str) -> UUID:
    """Return whose account this is; MissingError for a name that nobody has."""
    found = Account.objects.filter(username__iexact=username.strip()).values_list("person_id", flat=True).first()
    if found is None:
        raise MissingError(_("There is no account %(name)s.") % {"name": username})
    return found


def posts(ids: Iterable[UUID]) -> dict[UUID, HeldPost]:
    """Return these posts, held or ended, in one query."""
    wanted = set(ids)
    found = Post.objects.filter(id__in=wanted).select_related("person", "unit") if wanted else ()
    return {post.id: _held(post) for post in found}


def posts_on(
    day: date, *, roles: Sequence[str] = (), units: Iterable[UUID] | None = None, place: UUID | None = None
) -> list[HeldPost]:
    """Return the posts held on a legal day, by unit and name; of these roles, units, or whose scope has this place."""
    found = Post.objects.filter(held_on(day))
    if roles:
        found = found.filter(role__in=roles)
    if units is not None:
        found = found.filter(unit__in=list(units))
    if place is not None:
        found = found.filter(scope__contains=[place])
    return [
        _held(post) for post in found.select_related("person", "unit").order_by("unit__code", "person__name_en", "id")
    ]


@dataclass(frozen=True, slots=True)
class UnitInfo:
    """What kind of unit it is, and the area it works in (None: the whole city); a squad's is that of its brigade."""

    kind: str
    area: UUID | None


def units_of(codes: Iterable[str]) -> dict[str, UnitInfo]:
    """Return these units by code, in one query."""
    found = Unit.objects.filter(code__in=set(codes)).values_list("code", "kind", "area_id", "parent__area_id")
    return {code: UnitInfo(kind, area or above) for code, kind, area, above in found}


def official_names(persons: Iterable[UUID]) -> dict[UUID, str]:
    """Return names as Chinese documents give them, whoever reads; in one query."""
    return dict(Person.objects.filter(id__in=set(persons)).values_list("id", "name_zh"))


def unit_ids(codes: Iterable[str]) -> dict[str, UUID]:
    """Return the ids of these units by code, in one query; unknown codes are left out."""
    return dict(Unit.objects.filter(code__in=set(codes)).values_list("code", "id"))


def unit_choices() -> list[tuple[UUID, str]]:
    """Return every unit with its name, by code, for choices in forms."""
    rows = Unit.objects.order_by("code").values_list("id", "name_zh", "name_en")
    return [(unit, localised(zh, en)) for unit, zh, en in rows]


def bureau_name(day: date) -> str:
    """Return the name of the bureau as it exists on a legal day, "" where there is none."""
    found = Unit.objects.filter(held_on(day), kind=UnitKind.BUREAU).order_by("code").first()
    return localised(found.name_zh, found.name_en) if found else ""


def leader_over(post: UUID, day: date) -> UUID | None:
    """Return the post of who leads the holder of a post on a legal day, never the post itself.

    The head of the post's unit or the nearest one above, where none is named its brigade leader, at last a head of the
    bureau. In two queries.
    """
    held = Post.objects.filter(held_on(day)).filter(Q(leads=True) | Q(role__in=("brigade_leader", "head")))
    by_unit: dict[UUID, list[Post]] = {}
    for one in sorted(held.exclude(id=post), key=lambda one: (not one.leads, one.role, one.id)):
        by_unit.setdefault(one.unit_id, []).append(one)
    parents = dict(Unit.objects.values_list("id", "parent_id"))
    unit = Post.objects.filter(id=post).values_list("unit_id", flat=True).first()
    while unit is not None:
        if unit in by_unit:
            return by_unit[unit][0].id
        unit = parents.get(unit)
    return next((one.id for found in by_unit.values() for one in found if one.role == "head"), None)


def next_turn(at: datetime, roles: Sequence[str]) -> tuple[datetime, HeldPost] | None:
    """Return when and with whom duty of these roles begins next: what a roster with a hole is asked for."""
    turn = (
        Duty.objects.filter(starts__gt=at, post__role__in=roles)
        .select_related("post__person", "post__unit")
        .order_by("starts", "id")
        .first()
    )
    return (turn.starts, _held(turn.post)) if turn else None


_ON_DUTY = """
SELECT d.post_id, p.person_id, CASE WHEN %s THEN w.name_zh ELSE w.name_en END, p.role,
  CASE WHEN %s THEN p.title_zh ELSE p.title_en END, CASE WHEN %s THEN u.name_zh ELSE u.name_en END, p.scope, u.code,
  w.name_en
FROM people_duty d
JOIN people_post p ON p.id = d.post_id
JOIN people_person w ON w.id = p.person_id
JOIN people_unit u ON u.id = p.unit_id
WHERE d.starts <= %s AND d.ends > %s AND p.role = ANY(%s) AND (%s::uuid IS NULL OR p.id = %s)
  AND (p.valid_from IS NULL OR p.valid_from <= %s) AND (p.valid_to IS NULL OR p.valid_to >= %s)
  AND NOT EXISTS (SELECT FROM people_account c WHERE c.person_id = p.person_id AND NOT c.is_active)
  AND NOT EXISTS (SELECT FROM people_absence a WHERE a.person_id = p.person_id AND a.starts <= %s AND a.ends > %s)
"""


def on_duty(at: datetime, roles: Sequence[str], *, post: UUID | None = None) -> list[HeldPost]:
    """Return the posts of these roles that are held and on duty at a moment, by name; nobody whose account is disabled.

    Whoever cannot sign in could neither see nor accept an order; whoever is absent is left out (`absent_from_duty`).
    """
    # A desk asks for hundreds of people at each page; planning the statement takes longer than answering it.
    zh, day = localised("zh", "en") == "zh", legal_day(at)
    rows = statements.run(_ON_DUTY, [zh, zh, zh, at, at, list(roles), post, post, day, day, at, at]).fetchall()
    found = [
        HeldPost(person_post, person, name, role, title, unit, tuple(scope), code, pinyin)
        for person_post, person, name, role, title, unit, scope, code, pinyin in rows
    ]
    return sorted(found, key=lambda held: (held.pinyin, held.name))


def absent_from_duty(at: datetime, roles: Sequence[str]) -> list[tuple[HeldPost, AbsenceInfo]]:
    """Return who by the roster would be on duty at a moment but is away, with the reason; by name, in two queries."""
    away = absences_at(at)
    held = sorted((_held(turn.post) for turn in _turns(at, roles)), key=lambda held: (held.pinyin, held.name))
    return [(post, away[post.person]) for post in held if post.person in away]


def _turns(at: datetime, roles: Sequence[str]) -> QuerySet[Duty]:
    return (
        Duty.objects.filter(starts__lte=at, ends__gt=at, post__role__in=roles)
        .filter(post__in=Post.objects.filter(held_on(legal_day(at))))
        .exclude(post__person__account__is_active=False)
        .select_related("post__person", "post__unit")
    )


def actor_names(references: Iterable[str]) -> dict[str, str]:
    """Return a readable name for each actor reference (`person:…`, `machine:triage@3`, `public`), in one query."""
    wanted = set(references)
    persons = {UUID(ref.partition(":")[2]) for ref in wanted if ref.startswith("person:")}
    names = {
        f"person:{person.id}": localised(person.name_zh, person.name_en)
        for person in Person.objects.filter(id__in=persons)
    }
    for reference in wanted - names.keys():
        kind, _sep, rest = reference.partition(":")
        name = rest.partition("@")[0]
        label = {
            "machine": _machine(name),
            "operator": _("Operator %(name)s"),
            "client": _("Connected system"),
            "public": _("A citizen"),
        }.get(kind, _("Unknown"))
        names[reference] = label % {"name": name} if "%(name)s" in label else label
    return names


def _machine(name: str) -> str:
    """Return what readers call one of our machines."""
    known = {
        "triage": _("Triage (machine)"),
        "clock": _("Clock (machine)"),
        "verifier": _("Verification (machine)"),
        "escalation": _("Escalation (machine)"),
    }
    return known.get(name, _("Machine %(name)s"))


def actor_under(post: HeldPost) -> Actor:
    """Return the actor for a person acting under a post."""
    return Actor(kind=ActorKind.PERSON, id=str(post.person), post=post.id, role=post.role, name=post.name)


def actor_without_post(person: UUID) -> Actor:
    """Return the actor for a person who holds no post today, and can do nothing but sign in and out."""
    return Actor(kind=ActorKind.PERSON, id=str(person))
