"""`oneteam account add`: a person of a city that is no demo, with a unit, a post and an account."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from oneteam.journal.actors import Actor
from oneteam.kernel.clock import legal_day
from oneteam.kernel.errors import BadInputError
from oneteam.people.acts import give_post, make_account, register_person, register_unit
from oneteam.people.models import Account, Unit, UnitKind
from oneteam.server.founding import new_password
from oneteam.server.text import gettext as _


@dataclass(frozen=True, slots=True, kw_only=True)
class NewAccount:
    """What the operator says about somebody. The unit's names are needed only for a unit that is new."""

    username: str
    name_zh: str
    name_en: str
    role: str
    title_zh: str
    title_en: str
    unit: str
    unit_zh: str = ""
    unit_en: str = ""


def add_account(*, actor: Actor, at: datetime, new: NewAccount) -> str:
    """Register the person, in the unit, with the post and an account, all or nothing; returns the password, once.

    Raises BadInputError for a name that is taken, an unknown role, or a new unit without names.
    """
    if Account.objects.filter(username=new.username).exists():
        raise BadInputError(_("There is an account %(name)s already.") % {"name": new.username})
    password = new_password()
    with transaction.atomic():
        person = register_person(actor=actor, at=at, name_zh=new.name_zh, name_en=new.name_en)
        give_post(
            actor=actor, at=at, person=person, unit=_unit(actor=actor, at=at, new=new), role=new.role,
            title_zh=new.title_zh, title_en=new.title_en, valid_from=legal_day(at),
        )  # fmt: skip
        make_account(actor=actor, at=at, person=person, username=new.username, password=password)
    return password


def _unit(*, actor: Actor, at: datetime, new: NewAccount) -> UUID:
    known = Unit.objects.filter(code=new.unit).first()
    if known is not None:
        return known.id
    if not (new.unit_zh and new.unit_en):
        raise BadInputError(
            _("There is no unit %(code)s; name it with --unit-zh and --unit-en to register it.") % {"code": new.unit}
        )
    return register_unit(
        actor=actor, at=at, code=new.unit, kind=UnitKind.BUREAU, name_zh=new.unit_zh, name_en=new.unit_en,
        parent=None, area=None,
    )  # fmt: skip
