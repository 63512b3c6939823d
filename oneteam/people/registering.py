"""A person who is new to the city: with a unit, a post and an account, all or nothing; and made passwords."""

import re
import secrets
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from oneteam.journal.actors import Actor
from oneteam.kernel.clock import legal_day
from oneteam.kernel.errors import BadInputError, MissingError
from oneteam.people.acts import give_post, make_account, register_person, register_unit, set_password
from oneteam.people.models import Account, Unit, UnitKind

_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"  # no two that look alike in any font
_ALONE = frozenset({UnitKind.BUREAU, UnitKind.DEPARTMENT})
"""Kinds of unit that stand below no other."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewAccount:
    """What the operator says about somebody. Names, kind and parent of the unit are needed only where it is new."""

    username: str
    name_zh: str
    name_en: str
    role: str
    title_zh: str
    title_en: str
    unit: str
    unit_zh: str = ""
    unit_en: str = ""
    unit_kind: str = ""
    unit_parent: str = ""


def add_account(*, actor: Actor, at: datetime, new: NewAccount) -> str:
    """Register the person, in the unit, with the post and an account, all or nothing; returns the password, once.

    Raises BadInputError for a name that is taken, an unknown role, or a new unit without names, kind or parent.
    """
    password = new_password()
    with transaction.atomic():
        person = register_person(actor=actor, at=at, name_zh=new.name_zh, name_en=new.name_en)
        give_post(
            actor=actor, at=at, person=person, unit=_unit(actor=actor, at=at, new=new), role=new.role,
            title_zh=new.title_zh, title_en=new.title_en, valid_from=legal_day(at),
        )  # fmt: skip
        make_account(actor=actor, at=at, person=person, username=new.username, password=password)
    return password


def open_account(*, actor: Actor, at: datetime, person: UUID, username: str) -> dict[str, str]:
    """Make somebody's account and return how to sign in; the password is known here alone. Errors as `make_account`."""
    name, password = username.strip().lower(), new_password()
    make_account(actor=actor, at=at, person=person, username=name, password=password)
    return {"username": name, "password": password}


def renew_password(*, actor: Actor, at: datetime, person: UUID) -> dict[str, str]:
    """Give somebody's account a new password and return how to sign in; all its sessions end."""
    password = new_password()
    set_password(actor=actor, at=at, person=person, password=password)
    return {"username": Account.objects.get(person=person).username, "password": password}


def proposed_username(name_en: str) -> str:
    """Return the user name that an English name suggests ("Lin An": lin.an)."""
    return ".".join(re.findall(r"[a-z0-9]+", name_en.lower()))[:60]


def unit_of(code: str) -> UUID:
    """Return the unit with this code; MissingError for a code that none has."""
    found = Unit.objects.filter(code=code).values_list("id", flat=True).first()
    if found is None:
        raise MissingError(_("There is no unit %(code)s.") % {"code": code})
    return found


def new_password() -> str:
    """A password that can be read out: three groups of four letters and digits (59 bits)."""
    return "-".join("".join(secrets.choice(_LETTERS) for _letter in range(4)) for _group in range(3))


def _unit(*, actor: Actor, at: datetime, new: NewAccount) -> UUID:
    known = Unit.objects.filter(code=new.unit).first()
    if known is not None:
        return known.id
    if not (new.unit_zh and new.unit_en and new.unit_kind):
        message = _(
            "There is no unit %(code)s; name it with --unit-zh, --unit-en and --unit-kind (%(kinds)s) to register it."
        )
        raise BadInputError(message % {"code": new.unit, "kinds": ", ".join(UnitKind.values)})
    if not new.unit_parent and new.unit_kind not in _ALONE:
        message = _("A unit of this kind (%(kind)s) stands below another: name that one's code with --unit-parent.")
        raise BadInputError(message % {"kind": new.unit_kind})
    return register_unit(
        actor=actor, at=at, code=new.unit, kind=new.unit_kind, name_zh=new.unit_zh, name_en=new.unit_en,
        parent=unit_of(new.unit_parent) if new.unit_parent else None, area=None,
    )  # fmt: skip
