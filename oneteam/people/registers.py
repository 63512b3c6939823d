"""The directories of people, posts, certificates and declared ties: lists, pages with history, and pages of acts."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from oneteam.directories.fields import span, to_row
from oneteam.directories.pages import Directory, Edit, Filter, Shown, register_directory
from oneteam.journal.queries import label_values
from oneteam.kernel.clock import legal_day
from oneteam.people import acts, registering, standing_acts, units
from oneteam.people.importing import KEEPERS
from oneteam.people.labels import CERTIFICATE_KINDS, INTERESTS, ROLES
from oneteam.people.models import Certificate, Interest, Person, Post, Role
from oneteam.people.passkeys import passkeys_of
from oneteam.people.register_forms import (
    AccountForm,
    BareForm,
    CertificateForm,
    EndCertificateForm,
    HeldForm,
    InterestForm,
    LastDayForm,
    PersonForm,
    PostForm,
    name_of,
    post_title,
    unit_name,
)
from oneteam.people.standing import certificate_on, interests_of
from oneteam.web.parts import Chip, Fact, Link

for _act in ("post.given", "post.taken"):
    label_values(_act, "role", ROLES)

READERS = frozenset(Role.values) - {Role.CONTRACTOR_CREW.value, Role.CONTRACTOR_MANAGER.value}
EDITORS = KEEPERS - {"operator"}
KEYS = frozenset({Role.SECURITY_ADMIN.value})
LEADERS = frozenset({Role.SYSTEM_ADMIN.value, Role.BRIGADE_LEADER.value, Role.HEAD.value})


def by_name(path: str = "") -> Callable[[str], Q]:
    """Return a search over a person's names and account, reached from the row by `path`."""
    return lambda words: (
        Q(**{f"{path}name_zh__icontains": words})
        | Q(**{f"{path}name_en__icontains": words})
        | Q(**{f"{path}account__username__iexact": words})
    )


# People -------------------------------------------------------------------------------------------------------------


def _load_posts(rows: Sequence[Any]) -> None:
    held: dict[UUID, list[Post]] = {}
    for post in Post.objects.filter(person__in=[row.pk for row in rows]).select_related("unit").order_by("id"):
        held.setdefault(post.person_id, []).append(post)
    for row in rows:
        row.held = held.get(row.pk, [])


def _account(person: Person) -> str:
    account = getattr(person, "account", None)
    return account.username if account is not None else ""


def _held(person: Any) -> str:
    return _(", ").join(dict.fromkeys(post_title(post) for post in person.held))


def _person_facts(person: Any, at: datetime) -> list[Fact]:
    day = legal_day(at)
    certificate = certificate_on(person.pk, day)
    lines = [
        f"{post_title(post)} {unit_name(post.unit)} {span(post.valid_from, post.valid_to)}" for post in person.held
    ]
    return [
        Fact(_("User name"), _account(person) or _("none yet; a security administrator gives the account")),
        Fact(_("Posts"), _(", ").join(lines) or _("none yet; a system administrator gives posts")),
        Fact(
            _("Certificate"),
            f"{certificate.number} {span(certificate.valid_from, certificate.valid_to)}" if certificate else _("none"),
        ),
        Fact(_("Declared ties"), len(interests_of(person.pk, day))),
    ]


def _may_sign_in(person: Any, at: datetime) -> bool:
    return hasattr(person, "account") and person.account.is_active and not acts.is_unused(person.account, at)


def _shut_out(person: Any, at: datetime) -> bool:
    return hasattr(person, "account") and not _may_sign_in(person, at)


def _person_chips(person: Any, at: datetime) -> list[Chip]:
    return [Chip(_("may not sign in"), "warn")] if _shut_out(person, at) else []


_SIGN_IN = {"username": gettext_lazy("User name"), "password": gettext_lazy("Password")}
_HAND_OVER = gettext_lazy(
    "The password is shown this one time. Hand it to the person alone; whoever loses it is given a new one here."
)

register_directory(Directory(
    name="people", label=gettext_lazy("People"), icon="person", who=READERS, position=20,
    rows=lambda: Person.objects.select_related("account"), load=_load_posts, title=name_of,
    title_label=gettext_lazy("Person's name"), order=("name_en", "id"),
    columns=[
        Shown("username", gettext_lazy("User name"), _account, sort="account__username"),
        Shown("posts", gettext_lazy("Posts"), _held),
    ],
    filters=[
        Filter("role", gettext_lazy("Role"), lambda: list(ROLES.items()),
               lambda value: Q(id__in=Post.objects.filter(role=value).values("person"))),
    ],
    search=by_name(), search_label=gettext_lazy("Name or user name"), facts=_person_facts, chips=_person_chips,
    importer="people",
    edits=[
        Edit(name="register", button=gettext_lazy("Add person"), form=PersonForm, act=acts.register_person,
             who=EDITORS, icon="plus", told=gettext_lazy("Person added; now give a post on this page")),
        Edit(name="post", button=gettext_lazy("Give post"), form=HeldForm, act=acts.give_post, who=EDITORS,
             target="person", icon="plus", told=gettext_lazy("Post given"),
             initial=lambda _person, at: {"valid_from": legal_day(at)}),
        Edit(name="account", button=gettext_lazy("Give account"), form=AccountForm, act=registering.open_account,
             who=KEYS, target="person", icon="plus", told=gettext_lazy("Account given"),
             offered=lambda person, _at: not hasattr(person, "account"),
             initial=lambda person, _at: {"username": registering.proposed_username(person.name_en)},
             once=_SIGN_IN, once_note=_HAND_OVER),
        Edit(name="enable", button=gettext_lazy("Let sign in again"), form=BareForm, act=acts.enable_account, who=KEYS,
             target="person", icon="tick", told=gettext_lazy("The account may sign in again"), offered=_shut_out),
        Edit(name="password", button=gettext_lazy("Give new password"), form=BareForm, act=registering.renew_password,
             who=KEYS, target="person", icon="lock", told=gettext_lazy("New password given"), offered=_may_sign_in,
             once=_SIGN_IN, once_note=_HAND_OVER),
        Edit(name="passkeys", button=gettext_lazy("Remove passkeys"), form=BareForm, act=acts.remove_passkeys, who=KEYS,
             target="person", icon="cross", told=gettext_lazy("Passkeys removed; the next sign-in registers a new one"),
             offered=lambda person, at: _may_sign_in(person, at) and bool(passkeys_of(person.account))),
        Edit(name="disable", button=gettext_lazy("Disable account"), form=BareForm, act=acts.disable_account, who=KEYS,
             target="person", icon="cross", told=gettext_lazy("Account disabled; its sessions have ended"),
             offered=_may_sign_in),
        Edit(name="correct", button=gettext_lazy("Correct name"), form=PersonForm, act=units.correct_person,
             who=EDITORS, target="person", icon="pencil", told=gettext_lazy("Name corrected"),
             initial=lambda person, _at: {"name_zh": person.name_zh, "name_en": person.name_en}),
        Edit(name="tie", button=gettext_lazy("Declare a tie"), form=InterestForm, act=standing_acts.declare_interest,
             who=LEADERS, target="person", icon="plus", told=gettext_lazy("Tie declared")),
    ],
))  # fmt: skip


# Posts --------------------------------------------------------------------------------------------------------------


def _post_facts(post: Post, _at: datetime) -> list[Fact]:
    return [
        Fact(_("Person"), to_row("people", post.person_id, name_of(post.person))),
        Fact(_("Unit"), to_row("units", post.unit_id, unit_name(post.unit))),
        Fact(_("Role"), ROLES[post.role]),
        Fact(_("Held"), span(post.valid_from, post.valid_to)),
        Fact(_("Heads the unit"), _("yes") if post.leads else _("no")),
    ]


def _post_chips(post: Post, at: datetime) -> list[Chip]:
    return [] if post.holds_on(legal_day(at)) else [Chip(_("not held today"), "warn")]


register_directory(Directory(
    name="posts", label=gettext_lazy("Posts"), icon="swap", who=READERS, position=30,
    rows=lambda: Post.objects.select_related("person", "unit"),
    title=lambda post: f"{name_of(post.person)} {post_title(post)}", title_label=gettext_lazy("Post"),
    order=("unit__code", "id"), facts=_post_facts, chips=_post_chips, importer="posts",
    columns=[
        Shown("unit", gettext_lazy("Unit"), lambda post: unit_name(post.unit),
              sort="unit__code"),
        Shown("role", gettext_lazy("Role"), lambda post: ROLES[post.role], sort="role",
              exported=lambda post: str(ROLES[post.role])),
        Shown("valid_from", gettext_lazy("First day"), lambda post: post.valid_from, sort="valid_from"),
        Shown("valid_to", gettext_lazy("Last day"), lambda post: post.valid_to or "", sort="valid_to"),
    ],
    filters=[Filter("role", gettext_lazy("Role"), lambda: list(ROLES.items()), lambda value: Q(role=value))],
    search=by_name("person__"), search_label=gettext_lazy("Name or user name"),
    edits=[
        Edit(name="give", button=gettext_lazy("Give post"), form=PostForm, act=acts.give_post, who=EDITORS,
             icon="plus", told=gettext_lazy("Post given")),
        Edit(name="end", button=gettext_lazy("End post"), form=LastDayForm, act=acts.end_post, who=EDITORS,
             target="post", icon="pencil", told=gettext_lazy("Post ended")),
        Edit(name="head", button=gettext_lazy("Name as head"), form=BareForm, act=units.name_head, who=EDITORS,
             target="post", icon="person", told=gettext_lazy("Head named"), offered=lambda post, _at: not post.leads),
    ],
))  # fmt: skip


# Certificates -------------------------------------------------------------------------------------------------------


def _certificate_facts(row: Certificate, _at: datetime) -> list[Fact]:
    return [
        Fact(_("Person"), to_row("people", row.person_id, name_of(row.person))),
        Fact(_("Kind"), CERTIFICATE_KINDS[row.kind]),
        Fact(_("Issued on"), row.issued),
        Fact(_("Valid"), span(row.valid_from, row.valid_to)),
        Fact(_("Exam passed"), row.exam_passed_on or _("no exam on record")),
    ]


def _certificate_chips(row: Certificate, at: datetime) -> list[Chip]:
    day = legal_day(at)
    if row.valid_to < day:
        return [Chip(_("expired"), "danger")]
    return [Chip(_("not yet valid"), "warn")] if row.valid_from > day else []


register_directory(Directory(
    name="certificates", label=gettext_lazy("Certificates"), icon="shield", who=READERS, position=40,
    rows=lambda: Certificate.objects.select_related("person"), title=lambda row: row.number,
    title_label=gettext_lazy("Number"), order=("valid_to", "id"), facts=_certificate_facts, chips=_certificate_chips,
    importer="certificates", hidden=("reason",),
    columns=[
        Shown("person", gettext_lazy("Person"), lambda row: name_of(row.person), sort="person__name_en"),
        Shown("kind", gettext_lazy("Kind"), lambda row: CERTIFICATE_KINDS[row.kind], sort="kind",
              exported=lambda row: str(CERTIFICATE_KINDS[row.kind])),
        Shown("valid_from", gettext_lazy("First day"), lambda row: row.valid_from, sort="valid_from"),
        Shown("valid_to", gettext_lazy("Last day"), lambda row: row.valid_to, sort="valid_to"),
    ],
    filters=[
        Filter("kind", gettext_lazy("Kind"), lambda: list(CERTIFICATE_KINDS.items()), lambda value: Q(kind=value)),
    ],
    search=lambda words: Q(number__iexact=words) | by_name("person__")(words),
    search_label=gettext_lazy("Name, user name or number"),
    edits=[
        Edit(name="register", button=gettext_lazy("Register certificate"), form=CertificateForm,
             act=standing_acts.register_certificate, who=EDITORS, icon="plus",
             told=gettext_lazy("Certificate registered")),
        Edit(name="end", button=gettext_lazy("End certificate"), form=EndCertificateForm,
             act=standing_acts.end_certificate, who=EDITORS, target="certificate", icon="pencil",
             told=gettext_lazy("Certificate ended")),
    ],
))  # fmt: skip


# Declared ties (OFF-03) ---------------------------------------------------------------------------------------------


def tied_to(row: Interest) -> Link | str:
    """What a person is tied to: a party's or premises' page. A name stands encrypted in the act that declared it."""
    if row.party:
        return to_row("parties", row.party, _("a registered party"))
    return to_row("premises", row.premises, _("registered premises")) if row.premises else _("somebody by name")


def _tie_facts(row: Interest, _at: datetime) -> list[Fact]:
    return [
        Fact(_("Person"), to_row("people", row.person_id, name_of(row.person))),
        Fact(_("Kind"), INTERESTS[row.kind]),
        Fact(_("Tied to"), tied_to(row)),
        Fact(_("Valid"), span(row.valid_from, row.valid_to)),
    ]


register_directory(Directory(
    name="ties", label=gettext_lazy("Declared ties"), icon="people", who=LEADERS, position=45,
    rows=lambda: Interest.objects.select_related("person"), title=lambda row: name_of(row.person),
    title_label=gettext_lazy("Person's name"), order=("person__name_en", "id"), facts=_tie_facts,
    columns=[
        Shown("kind", gettext_lazy("Kind"), lambda row: INTERESTS[row.kind], sort="kind",
              exported=lambda row: str(INTERESTS[row.kind])),
        Shown("to", gettext_lazy("Tied to"), tied_to),
        Shown("valid_from", gettext_lazy("First day"), lambda row: row.valid_from, sort="valid_from"),
        Shown("valid_to", gettext_lazy("Last day"), lambda row: row.valid_to or "", sort="valid_to"),
    ],
    search=by_name("person__"), search_label=gettext_lazy("Name or user name"),
    edits=[
        Edit(name="end", button=gettext_lazy("End tie"), form=LastDayForm, act=standing_acts.end_interest, who=LEADERS,
             target="interest", icon="pencil", told=gettext_lazy("Tie ended"),
             offered=lambda row, _at: row.valid_to is None),
    ],
))  # fmt: skip
