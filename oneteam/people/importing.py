"""Importing people, posts, certificates, absences and turns of duty. People are named by their account."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import date, datetime
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from oneteam.directories.fields import minute
from oneteam.directories.importing import Applied, Batch, Column, Entry, Importer, Option, Text, register_importer
from oneteam.directories.trying import refuse, taken_back, tried, unknown
from oneteam.kernel import sheets
from oneteam.kernel.errors import CellError, Fault
from oneteam.people import acts, rosters, standing_acts, units
from oneteam.people.labels import ABSENCES, CERTIFICATE_KINDS, ROLES
from oneteam.people.models import Account, Post, Role, Unit
from oneteam.people.registering import new_password
from oneteam.places.queries import all_places

KEEPERS = frozenset({"operator", Role.SYSTEM_ADMIN.value})
PLANNERS = KEEPERS | {Role.BRIGADE_LEADER.value, Role.DISPATCHER.value}
_USERNAME = Column(
    "username", gettext_lazy("User name"), required=True, example="lin.an", hint=gettext_lazy("the person's account")
)


def _username(cell: str) -> str:
    name = cell.strip().lower()
    if not acts.USERNAME.fullmatch(name):
        raise CellError(
            _("“%(name)s” cannot be a user name") % {"name": cell},
            _("take up to 60 small letters, digits, dots, hyphens and underscores"),
        )
    return name


def _person(entry: Entry) -> UUID:
    found = Account.objects.filter(username=entry["username"]).values_list("person", flat=True).first()
    if found is None:
        problem = _("nobody has the account %(name)s") % {"name": entry["username"]}
        raise unknown(entry, "username", problem, Account.objects.values_list("username", flat=True))
    return found


def _unit(entry: Entry) -> UUID:
    found = Unit.objects.filter(code=entry["unit"]).values_list("id", flat=True).first()
    if found is None:
        problem = _("there is no unit %(code)s") % {"code": entry["unit"]}
        raise unknown(entry, "unit", problem, Unit.objects.values_list("code", flat=True))
    return found


def _scope(batch: Batch, entry: Entry) -> list[UUID]:
    """Return the places a post covers, which a cell names by their codes."""
    codes = (entry["scope"] or "").replace("、", " ").replace(",", " ").split()
    if not codes:
        return []
    places = {place.code: place.id for place in all_places(batch.at.date())}
    for code in codes:
        if code not in places:
            problem = _("there is no place %(code)s") % {"code": code}
            raise refuse(entry, "scope", problem, sheets.nearest(code, sorted(places)))
    return [places[code] for code in codes]


def _take_people(batch: Batch) -> Applied:
    """Register everybody, then make their accounts. Nobody knows their password: whoever keeps accounts gives one."""
    made: dict[UUID, str] = {}

    def take(_batch: Batch, entry: Entry) -> None:
        if Account.objects.filter(username__iexact=entry["username"]).exists():
            problem = _("somebody has the account %(name)s already") % {"name": entry["username"]}
            raise refuse(entry, "username", problem, _("leave the row out, or choose another user name"))
        person = acts.register_person(
            actor=batch.actor, at=batch.at, name_zh=entry["name_zh"], name_en=entry["name_en"] or entry["name_zh"]
        )
        made[person] = entry["username"]

    applied = tried(take, column="username")(batch)
    acts.make_accounts(actor=batch.actor, at=batch.at, usernames=made, password=new_password())
    return applied


def _take_post(batch: Batch, entry: Entry) -> None:
    post = acts.give_post(
        actor=batch.actor, at=batch.at, person=_person(entry), unit=_unit(entry), role=entry["role"],
        title_zh=entry["title_zh"], title_en=entry["title_en"] or entry["title_zh"], valid_from=entry["valid_from"],
        valid_to=entry["valid_to"], scope=_scope(batch, entry),
    )  # fmt: skip
    if entry["leads"]:
        units.name_head(actor=batch.actor, at=batch.at, post=post)


def _take_certificate(batch: Batch, entry: Entry) -> None:
    standing_acts.register_certificate(
        actor=batch.actor, at=batch.at, person=_person(entry), number=entry["number"], kind=entry["kind"],
        issued=entry["issued"], valid_from=entry["valid_from"], valid_to=entry["valid_to"],
        exam_passed_on=entry["exam_passed_on"],
        overrides={"OFF-02": entry["reason"]} if entry["reason"] else None,
    )  # fmt: skip


def _take_absence(batch: Batch, entry: Entry) -> None:
    standing_acts.enter_absence(
        actor=batch.actor, at=batch.at, person=_person(entry), starts=entry["starts"], ends=entry["ends"],
        reason=entry["reason"],
    )  # fmt: skip


def _post(entry: Entry, day: date) -> Post:
    """Return the post whose turn a row plans."""
    held = Post.objects.filter(person=_person(entry), role=entry["role"]).order_by("id")
    if entry["unit"]:
        held = held.filter(unit=_unit(entry))
    found = [post for post in held if post.holds_on(day)]
    if not found:
        problem = _("%(name)s holds no post as %(role)s on %(day)s") % {
            "name": entry["username"], "role": ROLES[entry["role"]], "day": day,
        }  # fmt: skip
        ended = [post.valid_to for post in held if post.valid_to and post.valid_to < day]
        raise refuse(entry, "role", problem, _("it ended on %(day)s") % {"day": max(ended)} if ended else "")
    if len(found) > 1:
        raise refuse(
            entry, "unit", _("%(name)s holds this role in several units") % {"name": entry["username"]},
            _("name the unit"),
        )  # fmt: skip
    return found[0]


def _take_turn(batch: Batch, entry: Entry) -> None:
    post = _post(entry, entry["starts"].date())
    acts.plan_duty(actor=batch.actor, at=batch.at, post=post.id, starts=entry["starts"], ends=entry["ends"])


def _gaps(batch: Batch) -> Iterable[Fault]:
    """Find spans in which nobody serves, where the whole day is asked for: by role and unit, from first to last."""
    if batch.options["cover"] != "day" or batch.partial:
        return
    turns: dict[tuple[str, str], list[tuple[datetime, datetime, int]]] = {}
    for entry in batch.entries:
        turns.setdefault((entry["role"], entry["unit"] or ""), []).append((entry["starts"], entry["ends"], entry.line))
    for (role, unit), planned in turns.items():
        spans = [turn[:2] for turn in planned]
        for start, end in rosters.holes(spans, min(spans)[0], max(turn[1] for turn in spans)):
            after = next(line for begin, _end, line in sorted(planned) if begin >= end)
            problem = _("nobody is on duty as %(role)s %(unit)s from %(start)s to %(end)s")
            told = {"role": ROLES[role], "unit": unit, "start": minute(start), "end": minute(end)}
            yield Fault(after, "starts", problem % told, _("add a turn, or do not ask for the whole day"))


_WHOLE = Option(
    "cover", gettext_lazy("Covered"), "any", gettext_lazy("Whether somebody must serve at every hour."),
    [("any", gettext_lazy("as planned")), ("day", gettext_lazy("the whole day, without a hole"))],
)  # fmt: skip


def _register(
    name: str,
    label: Text,
    who: frozenset[str],
    apply: Callable[[Batch], Applied],
    columns: list[Column],
    *,
    unique: str = "",
    gaps: bool = False,
) -> None:
    check = taken_back(apply)
    register_importer(
        Importer(
            name=name, label=label, who=who, columns=columns,
            unique=[unique] if unique else [], apply=apply, options=[_WHOLE] if gaps else [],
            check=(lambda batch: [*_gaps(batch), *check(batch)]) if gaps else check,
            target=lambda: reverse("directory", args=[name]),
        )
    )  # fmt: skip


_register("people", gettext_lazy("People"), frozenset({"operator"}), _take_people, [
    replace(_USERNAME, parse=_username),
    Column("name_zh", gettext_lazy("Chinese name"), required=True, example="林安"),
    Column("name_en", gettext_lazy("English name"), example="Lin An"),
], unique="username")  # fmt: skip
_register("posts", gettext_lazy("Posts"), KEEPERS, tried(_take_post, column="valid_from"), [
    _USERNAME,
    Column("unit", gettext_lazy("Unit"), required=True, example="U07", hint=gettext_lazy("the code of a unit")),
    Column("role", gettext_lazy("Role"), required=True, parse=sheets.choice(ROLES), example="grid_attendant"),
    Column("title_zh", gettext_lazy("Chinese title"), required=True, example="网格员"),
    Column("title_en", gettext_lazy("English title"), example="Grid attendant"),
    Column("valid_from", gettext_lazy("First day"), required=True, parse=sheets.day, example="2026-11-25"),
    Column("valid_to", gettext_lazy("Last day"), parse=sheets.day, example="2027-11-24"),
    Column("scope", gettext_lazy("Places covered"), example="C07 C08", hint=gettext_lazy("codes of places")),
    Column("leads", gettext_lazy("Heads the unit"), parse=sheets.flag, example="0"),
])  # fmt: skip
_register("certificates", gettext_lazy("Certificates"), KEEPERS, tried(_take_certificate, column="valid_from"), [
    _USERNAME,
    Column("number", gettext_lazy("Number"), required=True, example="33-0001"),
    Column("kind", gettext_lazy("Kind"), required=True, parse=sheets.choice(CERTIFICATE_KINDS), example="enforcement"),
    Column("issued", gettext_lazy("Issued on"), required=True, parse=sheets.day, example="2026-03-05"),
    Column("valid_from", gettext_lazy("First day"), required=True, parse=sheets.day, example="2026-03-05"),
    Column("valid_to", gettext_lazy("Last day"), required=True, parse=sheets.day, example="2031-03-04"),
    Column("exam_passed_on", gettext_lazy("Exam passed"), parse=sheets.day, example="2026-01-15"),
    Column("reason", gettext_lazy("Reason where the exam is older")),
], unique="number")  # fmt: skip
_register("absences", gettext_lazy("Absences"), KEEPERS | PLANNERS, tried(_take_absence, column="starts"), [
    _USERNAME,
    Column("starts", gettext_lazy("From"), required=True, parse=sheets.moment, example="2026-12-01 00:00"),
    Column("ends", gettext_lazy("Until"), required=True, parse=sheets.moment, example="2026-12-04 00:00"),
    Column("reason", gettext_lazy("Reason"), required=True, parse=sheets.choice(ABSENCES), example="leave"),
])  # fmt: skip
_register("duties", gettext_lazy("Duty"), PLANNERS, tried(_take_turn, column="starts"), [
    _USERNAME,
    Column("role", gettext_lazy("Role"), required=True, parse=sheets.choice(ROLES), example="officer"),
    Column("unit", gettext_lazy("Unit"), example="U03", hint=gettext_lazy("where the role is held in several")),
    Column("starts", gettext_lazy("From"), required=True, parse=sheets.moment, example="2026-11-26 08:00"),
    Column("ends", gettext_lazy("Until"), required=True, parse=sheets.moment, example="2026-11-26 20:00"),
], gaps=True)  # fmt: skip
