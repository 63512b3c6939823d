"""Writes to certificates, absences and ties (checks OFF-01 to OFF-03 read them)."""

from collections.abc import Mapping
from datetime import date, datetime
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from oneteam.journal.actors import Actor
from oneteam.journal.acts import record, write
from oneteam.journal.checks import Context, require
from oneteam.journal.kinds import ActKind, register
from oneteam.journal.subjects import new_subject
from oneteam.kernel.clock import SHANGHAI
from oneteam.kernel.errors import BadInputError, MissingError, NotAllowedError
from oneteam.kernel.ids import uuid7
from oneteam.people.models import (
    Absence,
    AbsenceReason,
    Certificate,
    CertificateKind,
    Interest,
    InterestKind,
    Person,
    Post,
    Role,
)
from oneteam.people.standing import held_on, name_mark

_KEEPERS = frozenset({"operator", "system_admin"})
_LEADERS = _KEEPERS | {"brigade_leader", "head"}
CONCERNED = frozenset({
    "dispatcher", "grid_attendant", "officer", "brigade_leader", "legal_reviewer", "stationed_lawyer", "head",
    "cashier", "guest",
})  # fmt: skip
"""Roles that have to do with cases, so that their holders declare their own ties."""
STAFF = frozenset({Role.OFFICER, Role.BRIGADE_LEADER, Role.HEAD})
"""Roles whose holders are enforcement staff in the sense of OFF-02."""

register(
    ActKind(
        name="certificate.registered",
        text=gettext_lazy("Certificate %(number)s registered, valid from %(valid_from)s to %(valid_to)s"),
        fields={
            "number": str, "kind": str, "issued": str, "valid_from": str, "valid_to": str, "exam_passed_on": str,
            "overrides": list,
        },
        who=_KEEPERS,
    )
)  # fmt: skip
register(
    ActKind(
        name="certificate.ended",
        text=gettext_lazy("Certificate %(number)s ends on %(valid_to)s"),
        fields={"number": str, "valid_to": str},
        personal=frozenset({"reason"}),
        who=_KEEPERS,
    )
)
register(
    ActKind(
        name="absence.entered",
        text=gettext_lazy("Absent from %(starts)s to %(ends)s"),
        fields={"starts": str, "ends": str, "reason": str},
        who=_LEADERS | {"dispatcher"},
    )
)
register(
    ActKind(
        name="absence.shortened",
        text=gettext_lazy("Back from %(ends)s"),
        fields={"ends": str},
        who=_LEADERS | {"dispatcher"},
    )
)
register(
    ActKind(
        name="interest.declared",
        text=gettext_lazy("Tie declared"),
        fields={"kind": str, "party": str, "premises": str},
        personal=frozenset({"name"}),
        who=CONCERNED | _LEADERS,
    )
)
register(
    ActKind(
        name="interest.ended",
        text=gettext_lazy("Declared tie ends on %(valid_to)s"),
        fields={"valid_to": str},
        who=_LEADERS,
    )
)


@write
def register_certificate(
    *,
    actor: Actor,
    at: datetime,
    person: UUID,
    number: str,
    kind: str,
    issued: date,
    valid_from: date,
    valid_to: date,
    exam_passed_on: date | None = None,
    overrides: Mapping[str, str] | None = None,
) -> UUID:
    """Register a certificate of a person, both days included. OFF-02 looks at the exam; `overrides` gives a reason.

    Raises BadInputError for an unknown kind, a span that ends before it begins or overlaps another certificate of the
    kind, and a number that is taken; MissingError for an unknown person; RefusedError for OFF-02 without a reason.
    """
    if kind not in CertificateKind.values:
        raise BadInputError(
            _("There is no kind of certificate %(kind)s; take one of: %(kinds)s.")
            % {"kind": kind, "kinds": ", ".join(CertificateKind.values)}
        )
    if valid_to < valid_from:
        raise BadInputError(_("A certificate cannot end before it begins."))
    _lock(person)
    facts = {
        "exam_passed_on": exam_passed_on, "requested_on": issued,
        "enforcement_staff": Post.objects.filter(held_on(issued), person=person, role__in=STAFF).exists(),
    }  # fmt: skip
    told = require(
        "OFF-02", overrides=overrides,
        context=Context(
            step="certificate.register", object_id=person, state=None, actor=actor, at=at, facts=facts
        ),
    )  # fmt: skip
    certificate = uuid7()
    record(
        kind="certificate.registered", actor=actor, at=at, stream=certificate, about=[person],
        payload={
            "number": number, "kind": kind, "issued": issued.isoformat(), "valid_from": valid_from.isoformat(),
            "valid_to": valid_to.isoformat(), "exam_passed_on": exam_passed_on.isoformat() if exam_passed_on else "",
            "overrides": [{"check": check, "reason": why} for check, why in sorted(told.items())],
        },
    )  # fmt: skip
    if Certificate.objects.filter(number=number).exists():
        raise BadInputError(_("There is a certificate %(number)s already.") % {"number": number})
    try:
        with transaction.atomic():
            Certificate.objects.create(
                id=certificate, person_id=person, number=number, kind=kind, issued=issued, valid_from=valid_from,
                valid_to=valid_to, exam_passed_on=exam_passed_on,
            )  # fmt: skip
    except IntegrityError as error:
        raise BadInputError(_overlapping(person, kind, valid_from, valid_to)) from error
    return certificate


def _overlapping(person: UUID, kind: str, first: date, last: date) -> str:
    other = Certificate.objects.filter(person=person, kind=kind, valid_from__lte=last, valid_to__gte=first).first()
    if other is None:
        return _("This certificate is there already.")
    return _("The span overlaps certificate %(number)s (%(first)s to %(last)s); end that one first.") % {
        "number": other.number, "first": other.valid_from, "last": other.valid_to,
    }  # fmt: skip


@write
def end_certificate(*, actor: Actor, at: datetime, certificate: UUID, valid_to: date, reason: str) -> None:
    """End a certificate earlier, with `valid_to` its last day. BadInputError for a day outside it or no reason."""
    row = Certificate.objects.select_for_update().filter(id=certificate).first()
    if row is None:
        raise MissingError(_("There is no such certificate."))
    if not reason.strip():
        raise BadInputError(_("Give the reason."))
    if not row.valid_from <= valid_to <= row.valid_to:
        message = _("The last day must lie between %(first)s and %(last)s.")
        raise BadInputError(message % {"first": row.valid_from, "last": row.valid_to})
    record(
        kind="certificate.ended", actor=actor, at=at, stream=certificate, about=[row.person_id],
        payload={"number": row.number, "valid_to": valid_to.isoformat()}, personal={new_subject(): {"reason": reason}},
    )  # fmt: skip
    Certificate.objects.filter(id=certificate).update(valid_to=valid_to)


@write
def enter_absence(*, actor: Actor, at: datetime, person: UUID, starts: datetime, ends: datetime, reason: str) -> UUID:
    """Enter that a person is away from `starts` until before `ends`; who is away is not on duty, whatever the roster.

    Raises BadInputError for an unknown reason, a span without length, and one that overlaps another absence.
    """
    if reason not in AbsenceReason.values:
        message = _("There is no reason %(reason)s; take one of: %(reasons)s.")
        raise BadInputError(message % {"reason": reason, "reasons": ", ".join(AbsenceReason.values)})
    if ends <= starts:
        raise BadInputError(_("An absence must end after it starts."))
    _lock(person)
    absence = uuid7()
    record(
        kind="absence.entered", actor=actor, at=at, stream=absence, about=[person],
        payload={"starts": _minute(starts), "ends": _minute(ends), "reason": reason},
    )  # fmt: skip
    other = Absence.objects.filter(person=person, starts__lt=ends, ends__gt=starts).first()
    if other is not None:
        message = _("This person is entered as absent from %(starts)s to %(ends)s already.")
        raise BadInputError(message % {"starts": _minute(other.starts), "ends": _minute(other.ends)})
    Absence.objects.create(id=absence, person_id=person, starts=starts, ends=ends, reason=reason)
    return absence


@write
def shorten_absence(*, actor: Actor, at: datetime, absence: UUID, ends: datetime) -> None:
    """Let an absence end earlier: the person is back from `ends` on. BadInputError for a moment outside the absence."""
    row = Absence.objects.select_for_update().filter(id=absence).first()
    if row is None:
        raise MissingError(_("There is no such absence."))
    if not row.starts < ends <= row.ends:
        message = _("The end must lie between %(starts)s and %(ends)s.")
        raise BadInputError(message % {"starts": _minute(row.starts), "ends": _minute(row.ends)})
    record(
        kind="absence.shortened", actor=actor, at=at, stream=absence, about=[row.person_id],
        payload={"ends": _minute(ends)},
    )  # fmt: skip
    Absence.objects.filter(id=absence).update(ends=ends)


@write
def declare_interest(
    *,
    actor: Actor,
    at: datetime,
    kind: str,
    valid_from: date,
    person: UUID | None = None,
    party: UUID | None = None,
    premises: UUID | None = None,
    name: str = "",
) -> UUID:
    """Declare a tie of a person to a party, to premises, or to somebody by name; that person keeps out (OFF-03).

    Everybody declares their own (`person` left out); leaders, administrators and the operator also those of others. A
    name is kept encrypted, and can be erased; what it is compared by is a keyed hash.
    Raises BadInputError for an unknown kind and unless exactly one of the three is given, NotAllowedError for whom it
    is not to declare, such as an operator who names nobody.
    """
    person = person or actor.person_id
    if person is None:
        raise NotAllowedError(_("Only people have ties; sign in to declare yours."))
    if actor.person_id != person and actor.role_or_kind not in _LEADERS:
        raise NotAllowedError(_("Everybody declares only their own ties; for others the head of the unit does."))
    if kind not in InterestKind.values:
        message = _("There is no kind of tie %(kind)s; take one of: %(kinds)s.")
        raise BadInputError(message % {"kind": kind, "kinds": ", ".join(InterestKind.values)})
    if sum(map(bool, (party, premises, name.strip()))) != 1:
        raise BadInputError(_("Name one of the three: a party, premises, or a name."))
    _lock(person)
    interest = uuid7()
    record(
        kind="interest.declared", actor=actor, at=at, stream=interest, about=[person],
        payload={"kind": kind, "party": str(party or ""), "premises": str(premises or "")},
        personal={new_subject(): {"name": name.strip()}} if name.strip() else {},
    )  # fmt: skip
    Interest.objects.create(
        id=interest, person_id=person, kind=kind, party=party, premises=premises, valid_from=valid_from,
        name_mark=name_mark(name) if name.strip() else None,
    )  # fmt: skip
    return interest


@write
def end_interest(*, actor: Actor, at: datetime, interest: UUID, valid_to: date) -> None:
    """Let a declared tie end with a day; nobody ends their own."""
    row = Interest.objects.select_for_update().filter(id=interest).first()
    if row is None:
        raise MissingError(_("There is no such declaration."))
    if row.person_id == actor.person_id:
        raise NotAllowedError(_("Nobody ends their own declaration; the head of the unit does."))
    if valid_to < row.valid_from:
        raise BadInputError(_("A tie cannot end before it begins."))
    record(
        kind="interest.ended", actor=actor, at=at, stream=interest, about=[row.person_id],
        payload={"valid_to": valid_to.isoformat()},
    )  # fmt: skip
    Interest.objects.filter(id=interest).update(valid_to=valid_to)


def _lock(person: UUID) -> None:
    """Hold a person's row until the transaction ends, so that two writes about one person wait for each other."""
    if not Person.objects.select_for_update().filter(id=person).exists():
        raise MissingError(_("There is no such person."))


def _minute(moment: datetime) -> str:
    return moment.astimezone(SHANGHAI).isoformat(timespec="minutes")
