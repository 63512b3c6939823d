"""Writes to the directory of people, and the acts of signing in."""

import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from uuid import UUID

from allauth.mfa.models import Authenticator
from django.contrib.auth.hashers import make_password
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from oneteam.directories.fields import minute
from oneteam.journal.actors import PUBLIC, Actor
from oneteam.journal.acts import record, write
from oneteam.journal.checks import Context, require, watched
from oneteam.journal.kinds import ActKind, register
from oneteam.kernel.clock import SHANGHAI, legal_day
from oneteam.kernel.errors import BadInputError, ConflictError, MissingError, NotAllowedError
from oneteam.kernel.ids import uuid7
from oneteam.people.lockout import count_failure, forget_failures, locked_until
from oneteam.people.models import Account, Duty, Person, Post, Role, Unit, UnitKind

_DIRECTORY = frozenset({"operator", "system_admin"})
_ACCOUNTS = frozenset({"operator", "security_admin"})
_EVERYBODY = frozenset(Role.values)
USERNAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,59}")

register(
    ActKind(name="unit.registered", text=gettext_lazy("Unit %(code)s registered"), fields={"code": str}, who=_DIRECTORY)
)
register(ActKind(name="person.registered", text=gettext_lazy("Person registered"), who=_DIRECTORY))
register(
    ActKind(
        name="post.given",
        text=gettext_lazy("Post given: %(role)s from %(valid_from)s"),
        fields={"role": str, "unit": str, "valid_from": str, "valid_to": str},
        who=_DIRECTORY,
    )
)
register(
    ActKind(
        name="post.ended", text=gettext_lazy("Post ended on %(valid_to)s"), fields={"valid_to": str}, who=_DIRECTORY
    )
)
register(
    ActKind(
        name="duty.planned",
        text=gettext_lazy("Duty planned"),
        fields={"post": str, "starts": str, "ends": str},
        who=_DIRECTORY | {"brigade_leader", "dispatcher"},
    )
)
register(ActKind(name="account.made", text=gettext_lazy("Account made"), who=_ACCOUNTS))
register(ActKind(name="account.disabled", text=gettext_lazy("Account disabled"), who=_ACCOUNTS))
register(ActKind(name="account.enabled", text=gettext_lazy("Account enabled again"), who=_ACCOUNTS))
register(ActKind(name="account.password_set", text=gettext_lazy("New password set"), who=_ACCOUNTS))
register(
    ActKind(name="account.password_changed", text=gettext_lazy("Own password changed"), who=_EVERYBODY | {"person"})
)
register(ActKind(name="account.passkey_added", text=gettext_lazy("Passkey registered"), who=_EVERYBODY | {"person"}))
register(ActKind(name="account.passkeys_removed", text=gettext_lazy("Passkeys removed"), who=_ACCOUNTS))
register(ActKind(name="session.signed_in", text=gettext_lazy("Signed in"), who=_EVERYBODY | {"person"}))
register(ActKind(name="session.signed_out", text=gettext_lazy("Signed out"), who=_EVERYBODY | {"person"}))
register(ActKind(name="session.failed", text=gettext_lazy("Sign-in failed"), who=frozenset({"public"})))
register(
    ActKind(
        name="session.locked",
        text=gettext_lazy("Sign-in locked until %(until)s after too many failures"),
        fields={"until": str},
        who=frozenset({"public"}),
    )
)
register(ActKind(name="post.taken", text=gettext_lazy("Acts as %(role)s"), fields={"role": str}, who=_EVERYBODY))


@write
def register_unit(
    *,
    actor: Actor,
    at: datetime,
    code: str,
    kind: str,
    name_zh: str,
    name_en: str,
    parent: UUID | None,
    area: UUID | None,
    valid_from: date | None = None,
    valid_to: date | None = None,
) -> UUID:
    """Register a unit below its parent; `area` is the place it serves. Without days it exists ever and for ever.

    Raises BadInputError for an unknown kind and for a code that a unit has already.
    """
    if kind not in UnitKind.values:
        message = _("There is no kind of unit %(kind)s; take one of: %(kinds)s.")
        raise BadInputError(message % {"kind": kind, "kinds": ", ".join(UnitKind.values)})
    if valid_from and valid_to and valid_to < valid_from:
        raise BadInputError(_("A unit cannot end before it begins."))
    unit = uuid7()
    record(kind="unit.registered", actor=actor, at=at, stream=unit, payload={"code": code})
    try:
        with transaction.atomic():
            Unit.objects.create(
                id=unit, code=code, kind=kind, name_zh=name_zh, name_en=name_en, parent_id=parent, area_id=area,
                valid_from=valid_from, valid_to=valid_to,
            )  # fmt: skip
    except IntegrityError as error:
        raise BadInputError(_("There is a unit %(code)s already.") % {"code": code}) from error
    return unit


@write
def register_person(*, actor: Actor, at: datetime, name_zh: str, name_en: str) -> UUID:
    """Register a person. Posts and an account are given apart."""
    person = uuid7()
    record(kind="person.registered", actor=actor, at=at, stream=person)
    Person.objects.create(id=person, name_zh=name_zh, name_en=name_en)
    return person


@write
def give_post(
    *,
    actor: Actor,
    at: datetime,
    person: UUID,
    unit: UUID,
    role: str,
    title_zh: str,
    title_en: str,
    valid_from: date,
    valid_to: date | None = None,
    scope: Sequence[UUID] = (),
) -> UUID:
    """Give a person a post; `scope` holds the places it covers.

    Raises BadInputError for an unknown role, for a post the person already holds in that span and for a unit that does
    not exist in all of it; RefusedError for a second of the three administrators' roles at one time (SEC-04).
    """
    if role not in Role.values:
        raise BadInputError(_("There is no role %(role)s.") % {"role": role})
    _unit_stands(unit, valid_from, valid_to)
    _administrators_apart(actor, at, person, role, (valid_from, valid_to))
    post = uuid7()
    record(
        kind="post.given", actor=actor, at=at, stream=post, about=[person],
        payload={
            "role": role, "unit": str(unit), "valid_from": valid_from.isoformat(),
            "valid_to": valid_to.isoformat() if valid_to else "",
        },
    )  # fmt: skip
    try:
        with transaction.atomic():
            Post.objects.create(
                id=post, person_id=person, unit_id=unit, role=role, title_zh=title_zh, title_en=title_en,
                scope=list(scope), valid_from=valid_from, valid_to=valid_to,
            )  # fmt: skip
    except IntegrityError as error:
        raise BadInputError(_("The person already holds this post in that span; end it first.")) from error
    return post


@write
def end_post(*, actor: Actor, at: datetime, post: UUID, valid_to: date) -> None:
    """End a post with a day, the last on which it is held. Its holder loses it at the next request after that day.

    Raises BadInputError for a day before its first, and for one that reaches into the person's next such post;
    RefusedError for an administrator's post that is made longer into another one's (SEC-04).
    """
    held = Post.objects.select_for_update().get(id=post)
    if valid_to < held.valid_from:
        raise BadInputError(_("A post cannot end before it begins."))
    _unit_stands(held.unit_id, held.valid_from, valid_to)
    _administrators_apart(actor, at, held.person_id, held.role, (held.valid_from, valid_to))
    record(
        kind="post.ended", actor=actor, at=at, stream=post, about=[held.person_id],
        payload={"valid_to": valid_to.isoformat()},
    )  # fmt: skip
    try:
        with transaction.atomic():
            Post.objects.filter(id=post).update(valid_to=valid_to)
    except IntegrityError as error:
        raise BadInputError(_("The person already holds this post in that span; end it first.")) from error


def _unit_stands(unit: UUID, first: date, last: date | None) -> None:
    """Refuse a post in a unit that is not there, or is not yet or no longer there in the post's whole span."""
    row = Unit.objects.filter(id=unit).first()
    if row is None:
        raise MissingError(_("There is no such unit."))
    if (row.valid_from and first < row.valid_from) or (row.valid_to and (last is None or last > row.valid_to)):
        message = _("The unit %(code)s exists from %(first)s to %(last)s only.")
        raise BadInputError(message % {"code": row.code, "first": row.valid_from or "…", "last": row.valid_to or "…"})


def _administrators_apart(actor: Actor, at: datetime, person: UUID, role: str, span: tuple[date, date | None]) -> None:
    """Ask SEC-04 about a post in this span. The person's row is held, so that two posts given at once are seen."""
    if not Person.objects.select_for_update().filter(id=person).exists():
        raise MissingError(_("There is no such person."))
    first, last = span
    meanwhile = Post.objects.filter(person=person).exclude(valid_to__lt=first)
    if last is not None:
        meanwhile = meanwhile.filter(valid_from__lte=last)
    facts = {"role": role, "roles_meanwhile": list(meanwhile.values_list("role", flat=True))}
    context = Context(step="post.give", object_id=person, state=None, actor=actor, at=at, facts=facts)
    require("SEC-04", context=context)


@write
def plan_duty(*, actor: Actor, at: datetime, post: UUID, starts: datetime, ends: datetime) -> UUID:
    """Plan a turn of duty for a post, from `starts` until before `ends`. Turns of one post may not overlap."""
    if ends <= starts:
        raise BadInputError(_("A turn of duty ends after it starts."))
    duty = uuid7()
    record(
        kind="duty.planned", actor=actor, at=at, stream=duty,
        payload={"post": str(post), "starts": starts.isoformat(), "ends": ends.isoformat()},
    )  # fmt: skip
    try:
        with transaction.atomic():
            Duty.objects.create(id=duty, post_id=post, starts=starts, ends=ends)
    except IntegrityError as error:
        other = Duty.objects.filter(post=post, starts__lt=ends, ends__gt=starts).order_by("starts").first()
        if other is None:
            raise
        message = _("This post has duty from %(start)s to %(end)s already; choose a time outside of it.")
        raise BadInputError(message % {"start": minute(other.starts), "end": minute(other.ends)}) from error
    return duty


@write
def make_account(*, actor: Actor, at: datetime, person: UUID, username: str, password: str) -> UUID:
    """Make the one account of a person; errors as in `make_accounts`."""
    return make_accounts(actor=actor, at=at, usernames={person: username}, password=password)[0]


@write
def make_accounts(*, actor: Actor, at: datetime, usernames: Mapping[UUID, str], password: str) -> list[UUID]:
    """Make the one account of each of these persons (SEC-03), all under one password: for an exercise or a demo city.

    The password is stored only as its hash, which takes a third of a second to make and is made once for all.
    Raises BadInputError for a user name of another form or one that is taken, for a person who has an account already,
    and for a weak password.
    """
    encoded, made = make_password(password), []
    for person, username in usernames.items():
        if not USERNAME.fullmatch(username):
            message = _(
                "“%(name)s” cannot be a user name: up to 60 small letters, digits, dots, hyphens and underscores."
            )
            raise BadInputError(message % {"name": username})
        record(kind="account.made", actor=actor, at=at, stream=person)
        account = Account(username=username, person_id=person, used_at=at, password=encoded)
        _refuse_weak(account, password)
        try:
            with transaction.atomic():
                account.save(force_insert=True)
        except IntegrityError as error:
            message = _("There is an account %(name)s already, or the person has one.")
            raise BadInputError(message % {"name": username}) from error
        made.append(account.id)
    return made


@write
def disable_account(*, actor: Actor, at: datetime, person: UUID) -> None:
    """Disable a person's account. All its sessions end with their next request, also once it is enabled again."""
    account = _account(person)
    record(kind="account.disabled", actor=actor, at=at, stream=person)
    if not account.is_active:
        raise ConflictError(_("The account %(name)s is disabled already.") % {"name": account.username})
    Account.objects.filter(id=account.id).update(is_active=False, sessions=F("sessions") + 1)


@write
def enable_account(*, actor: Actor, at: datetime, person: UUID) -> None:
    """Enable a person's account again, also one unused for too long (SEC-03), under the password it had.

    Failed sign-ins are forgotten.
    """
    account = _account(person)
    record(kind="account.enabled", actor=actor, at=at, stream=person)
    if account.is_active and not is_unused(account, at):
        raise ConflictError(_("The account %(name)s is enabled already.") % {"name": account.username})
    Account.objects.filter(id=account.id).update(is_active=True, used_at=at)
    forget_failures(account.username)


@write
def set_password(*, actor: Actor, at: datetime, person: UUID, password: str) -> None:
    """Give a person's account another password. All its sessions end, a lock of its name is lifted.

    Raises BadInputError for a weak password.
    """
    account = _account(person)
    record(kind="account.password_set", actor=actor, at=at, stream=person)
    _refuse_weak(account, password)
    account.set_password(password)
    account.save(update_fields=["password"])
    forget_failures(account.username)


def change_password(*, actor: Actor, at: datetime, current: str, password: str) -> None:
    """Give one's own account another password; who does it knows the one that holds. The account's other sessions end.

    A wrong current password counts as a failed sign-in, so that nobody guesses it before an open screen (SEC-02).
    Raises ConflictError while the name is locked, BadInputError for a wrong current password, a weak one, and one that
    is the same.
    """
    account = Account.objects.get(person=_person(actor))
    if locked_until(account.username, at) is not None:
        raise ConflictError(_("Too many failed attempts; wait a few minutes, then try again."))
    if not account.check_password(current):
        sign_in_failed(at=at, username=account.username)
        raise BadInputError(_("The current password is wrong."))
    if password == current:
        raise BadInputError(_("The new password is the current one; choose another."))
    _change_password(actor=actor, at=at, password=password)


@write
def _change_password(*, actor: Actor, at: datetime, password: str) -> None:
    account = _account(_person(actor))
    record(kind="account.password_changed", actor=actor, at=at, stream=account.person_id)
    _refuse_weak(account, password)
    account.set_password(password)
    account.save(update_fields=["password"])


@write
def record_passkey(*, actor: Actor, at: datetime) -> None:
    """Record that a person registered a passkey of their own."""
    record(kind="account.passkey_added", actor=actor, at=at, stream=_person(actor))


@write
def remove_passkeys(*, actor: Actor, at: datetime, person: UUID) -> int:
    """Remove all passkeys of a person, lost or to be replaced, and end all sessions; return how many there were.

    The next sign-in with the password registers a new one. MissingError for a person without an account or passkey.
    """
    account = _account(person)
    record(kind="account.passkeys_removed", actor=actor, at=at, stream=person)
    count: int = Authenticator.objects.filter(user=account).delete()[0]
    if not count:
        raise MissingError(_("The account %(name)s has no passkey.") % {"name": account.username})
    Account.objects.filter(id=account.id).update(sessions=F("sessions") + 1)
    return count


def is_unused(account: Account, at: datetime) -> bool:
    """Tell whether an account was not used for more than the city's number of days (SEC-03)."""
    if account.used_at is None:
        return False
    facts = {"unused_days": (legal_day(at) - legal_day(account.used_at)).days}
    context = Context(step="account.use", object_id=account.person_id, state=None, actor=PUBLIC, at=at, facts=facts)
    return bool(watched("SEC-03", context=context))


def _account(person: UUID) -> Account:
    """Return the account of a person, locked until the transaction ends; MissingError for none."""
    found = Account.objects.select_for_update().filter(person=person).first()
    if found is None:
        raise MissingError(_("This person has no account."))
    return found


def _refuse_weak(account: Account, password: str) -> None:
    try:
        validate_password(password, account)
    except ValidationError as error:
        raise BadInputError(" ".join(error.messages)) from error


@write
def sign_in(*, actor: Actor, at: datetime) -> None:
    """Record that a person signed in, under a post or without any; the stream is the person's file."""
    record(kind="session.signed_in", actor=actor, at=at, stream=_person(actor))
    Account.objects.filter(person=_person(actor)).update(used_at=at)


@write
def sign_out(*, actor: Actor, at: datetime) -> None:
    """Record that a person signed out."""
    record(kind="session.signed_out", actor=actor, at=at, stream=_person(actor))


@write
def sign_in_failed(*, at: datetime, username: str) -> None:
    """Count a failed sign-in and record it in the file of the account's person, with the lock it brings about (SEC-02).

    A name that nobody has is counted and locked alike, but leaves no act.
    """
    until = count_failure(username, at)
    known = Account.objects.filter(username__iexact=username.strip()).first()
    if known is None:
        return
    record(kind="session.failed", actor=PUBLIC, at=at, stream=known.person_id)
    if until is not None:
        record(
            kind="session.locked", actor=PUBLIC, at=at, stream=known.person_id,
            payload={"until": until.astimezone(SHANGHAI).isoformat(timespec="seconds")},
        )  # fmt: skip


@write
def take_post(*, actor: Actor, at: datetime, factors: frozenset[str]) -> None:
    """Record that a person acts under this post from now on; `factors` names what was signed in with (SEC-01).

    Raises NotAllowedError for a post not held on that day, RefusedError where the post takes two factors.
    """
    held = Post.objects.filter(id=actor.post, person_id=_person(actor)).first() if actor.post else None
    if held is None or not held.holds_on(legal_day(at)):
        raise NotAllowedError(_("This post is not yours today."))
    context = Context(
        step="post.take", object_id=held.id, state=None, actor=actor, at=at, facts={"factors": factors}
    )  # fmt: skip
    require("SEC-01", context=context)
    record(kind="post.taken", actor=actor, at=at, stream=_person(actor), payload={"role": held.role})


def _person(actor: Actor) -> UUID:
    person = actor.person_id
    if person is None:
        raise NotAllowedError(_("Only a person can sign in."))
    return person
