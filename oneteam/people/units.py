"""The tree of units: moving, closing and naming heads; no unit ever stands below itself."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from oneteam.journal.actors import Actor
from oneteam.journal.acts import record, write
from oneteam.journal.kinds import ActKind, register
from oneteam.kernel.errors import BadInputError, MissingError
from oneteam.people.models import Person, Post, Unit
from oneteam.people.standing import held_on
from oneteam.places.queries import localised

_DIRECTORY = frozenset({"operator", "system_admin"})

register(ActKind(name="unit.corrected", text=gettext_lazy("Unit corrected"), fields={"changed": list}, who=_DIRECTORY))
register(
    ActKind(
        name="unit.closed", text=gettext_lazy("Unit closed on %(valid_to)s"), fields={"valid_to": str}, who=_DIRECTORY
    )
)
register(ActKind(name="unit.head_named", text=gettext_lazy("Head named"), fields={"post": str}, who=_DIRECTORY))
register(ActKind(name="person.corrected", text=gettext_lazy("Name corrected"), who=_DIRECTORY))


@dataclass(slots=True)
class UnitNode:
    """A unit in the tree of a day; `head` is who heads it ("" for nobody), `posts` how many posts are held in it."""

    id: UUID
    code: str
    kind: str
    name: str
    head: str = ""
    posts: int = 0
    children: list["UnitNode"] = field(default_factory=list)


def unit_tree(day: date) -> list[UnitNode]:
    """Return the units that exist on a legal day, below each other, by code; in two queries.

    A unit whose parent is closed stands at the top, so that nobody is lost.
    """
    rows = list(Unit.objects.filter(held_on(day)).order_by("code"))
    nodes = {row.id: UnitNode(row.id, row.code, row.kind, localised(row.name_zh, row.name_en)) for row in rows}
    for post in Post.objects.filter(held_on(day), unit__in=list(nodes)).select_related("person"):
        node = nodes[post.unit_id]
        node.posts += 1
        if post.leads:
            node.head = localised(post.person.name_zh, post.person.name_en)
    tops: list[UnitNode] = []
    for row in rows:
        above = nodes.get(row.parent_id) if row.parent_id else None
        (above.children if above else tops).append(nodes[row.id])
    return tops


def below(units: Iterable[UUID], day: date) -> frozenset[UUID]:
    """Return these units and all below them on a legal day, in one query."""
    children: dict[UUID | None, list[UUID]] = {}
    for unit, parent in Unit.objects.filter(held_on(day)).values_list("id", "parent_id"):
        children.setdefault(parent, []).append(unit)
    found: set[UUID] = set()
    waiting = list(units)
    while waiting:
        unit = waiting.pop()
        if unit not in found:
            found.add(unit)
            waiting += children.get(unit, ())
    return frozenset(found)


def circle(links: Sequence[tuple[str, str]]) -> list[str]:
    """Return the codes of a circle in (unit, parent) pairs, the first one again at its end; empty for none."""
    parents = dict(links)
    for start in parents:
        way: list[str] = []
        unit: str | None = start
        while unit and unit not in way:
            way.append(unit)
            unit = parents.get(unit)
        if unit:
            return [*way[way.index(unit) :], unit]
    return []


@write
def correct_unit(*, actor: Actor, at: datetime, unit: UUID, name_zh: str, name_en: str, parent: UUID | None) -> None:
    """Correct what a unit is called and below which one it stands; nothing is recorded where nothing changes.

    Raises BadInputError for an empty name and, with the chain of codes, for a unit that would stand below itself;
    MissingError for an unknown unit or parent.
    """
    # All rows are held: two moves at once could close a circle that neither of them sees.
    links = {row.id: row for row in Unit.objects.select_for_update().order_by("id")}
    row = links.get(unit)
    if row is None or (parent is not None and parent not in links):
        raise MissingError(_("There is no such unit."))
    if not name_zh.strip() or not name_en.strip():
        raise BadInputError(_("Give the name in Chinese and in English."))
    way, above = [row.code], parent
    while above is not None:
        way.append(links[above].code)
        if above == unit:
            message = _("%(unit)s cannot stand below itself: %(way)s.")
            raise BadInputError(message % {"unit": row.code, "way": " → ".join(way)})
        above = links[above].parent_id
    given = {"name_zh": name_zh.strip(), "name_en": name_en.strip(), "parent_id": parent}
    changed = sorted(name for name, value in given.items() if getattr(row, name) != value)
    if changed:
        record(kind="unit.corrected", actor=actor, at=at, stream=unit, payload={"changed": changed})
        Unit.objects.filter(id=unit).update(**given)


@write
def close_unit(*, actor: Actor, at: datetime, unit: UUID, valid_to: date) -> None:
    """Close a unit with a day, the last on which it exists.

    Raises BadInputError where posts are held or units stand below it after that day, and names them.
    """
    row = _locked(unit)
    if row.valid_from and valid_to < row.valid_from:
        raise BadInputError(_("A unit cannot end before it begins."))
    later = Post.objects.filter(unit=unit).exclude(valid_to__lte=valid_to).select_related("person")
    if held := sorted(localised(post.person.name_zh, post.person.name_en) for post in later):
        message = _("These still hold posts in %(unit)s after that day; end them first: %(names)s.")
        raise BadInputError(message % {"unit": row.code, "names": _(", ").join(held)})
    children = Unit.objects.filter(parent=unit).exclude(valid_to__lte=valid_to).order_by("code")
    if codes := list(children.values_list("code", flat=True)):
        message = _("These units still stand below %(unit)s after that day; move or close them first: %(codes)s.")
        raise BadInputError(message % {"unit": row.code, "codes": ", ".join(codes)})
    record(
        kind="unit.closed", actor=actor, at=at, stream=unit, payload={"valid_to": valid_to.isoformat()}
    )  # fmt: skip
    Unit.objects.filter(id=unit).update(valid_to=valid_to)


@write
def name_head(*, actor: Actor, at: datetime, post: UUID) -> None:
    """Let the holder of a post head its unit while the post is held. BadInputError where somebody else does."""
    held = Post.objects.select_for_update().select_related("unit").filter(id=post).first()
    if held is None:
        raise MissingError(_("There is no such post."))
    record(
        kind="unit.head_named", actor=actor, at=at, stream=held.unit_id, about=[post, held.person_id],
        payload={"post": str(post)},
    )  # fmt: skip
    try:
        with transaction.atomic():
            Post.objects.filter(id=post).update(leads=True)
    except IntegrityError as error:
        message = _("%(unit)s has a head in that span already; end that post first.")
        raise BadInputError(message % {"unit": held.unit.code}) from error


@write
def correct_person(*, actor: Actor, at: datetime, person: UUID, name_zh: str, name_en: str) -> None:
    """Correct a person's name. BadInputError for an empty one, MissingError for an unknown person."""
    if not name_zh.strip() or not name_en.strip():
        raise BadInputError(_("Give the name in Chinese and in English."))
    if not Person.objects.select_for_update().filter(id=person).exists():
        raise MissingError(_("There is no such person."))
    record(kind="person.corrected", actor=actor, at=at, stream=person)
    Person.objects.filter(id=person).update(name_zh=name_zh.strip(), name_en=name_en.strip())


def _locked(unit: UUID) -> Unit:
    row = Unit.objects.select_for_update().filter(id=unit).first()
    if row is None:
        raise MissingError(_("There is no such unit."))
    return row
