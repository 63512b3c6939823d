"""The checks of who acts (OFF-01 to OFF-03) and of signing in (SEC-01 to SEC-04)."""

from collections.abc import Sequence
from datetime import date, timedelta
from uuid import UUID

from django.utils.translation import gettext as _

from oneteam.journal.checks import Context, Failure, check
from oneteam.kernel.clock import legal_day
from oneteam.kernel.periods import months_later
from oneteam.people.labels import ROLES
from oneteam.people.limits import factors_needed, idle_limit, unused_days
from oneteam.people.models import Role
from oneteam.people.standing import certificates_on, latest_certificates, person_names, tied

ADMINISTRATORS = (Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDIT_ADMIN)
TWO_FACTORS = frozenset({Role.OFFICER, Role.BRIGADE_LEADER, Role.HEAD, *ADMINISTRATORS})
"""Roles that sign in with two factors: who may decide against somebody, and who keeps the system."""
EXAM_MONTHS = 60
OFFICERS = 2


@check("OFF-01")
def two_certified_officers(context: Context) -> Failure | None:
    """Two different officers at least, each with a certificate valid on the day (Penalty Law 42).

    Fact: `officers`, the persons' ids, in the proposal or stored.
    """
    if context.preview and "officers" not in context.facts:
        return None
    officers: Sequence[UUID] = list(dict.fromkeys(context.fact("officers")))
    day = legal_day(context.at)
    valid = certificates_on(officers, day)
    lacking = [person for person in officers if person not in valid]
    if len(officers) >= OFFICERS and not lacking:
        return None
    return Failure({"count": len(valid), "lacking": _lacking(lacking, day)})


def _lacking(persons: Sequence[UUID], day: date) -> str:
    """Say of each what is the matter with the certificate: expired, not yet valid, or none."""
    if not persons:
        return ""
    names, known = person_names(persons), latest_certificates(persons)
    lines = []
    for person in persons:
        found = known.get(person)
        if found is None:
            line = _("%(name)s: no certificate.") % {"name": names[person]}
        elif found.valid_to < day:
            line = _("%(name)s: certificate %(number)s expired on %(day)s.") % {
                "name": names[person], "number": found.number, "day": found.valid_to,
            }  # fmt: skip
        else:
            line = _("%(name)s: certificate %(number)s is valid only from %(day)s.") % {
                "name": names[person], "number": found.number, "day": found.valid_from,
            }  # fmt: skip
        lines.append(line)
    return " ".join(lines)


@check("OFF-02")
def exam_not_older_than_five_years(context: Context) -> Failure | None:
    """Who is not enforcement staff requests a certificate within five years of the exam (Zhejiang Regulations 28(2)).

    Facts: `exam_passed_on`, `requested_on`, `enforcement_staff`. The same day five years later still counts.
    """
    passed: date | None = context.fact("exam_passed_on")
    if context.fact("enforcement_staff"):
        return None
    last = None if passed is None else months_later(passed, EXAM_MONTHS)
    if last is not None and context.fact("requested_on") <= last:
        return None
    return Failure({"passed": passed or _("no exam on record"), "last": last or "–"})


@check("OFF-03")
def nobody_with_a_tie(context: Context) -> Failure | None:
    """Nobody deals with a case who declared a tie to a party, agent or witness (Penalty Law 43, Civil Servant Law 76).

    Facts: `officers`; and whichever there are of `parties` (ids), `premises` (ids) and `names`.
    """
    if context.preview and "officers" not in context.facts:
        return None
    found = tied(
        context.fact("officers"), legal_day(context.at), parties=context.facts.get("parties", ()),
        premises=context.facts.get("premises", ()), names=context.facts.get("names", ()),
    )  # fmt: skip
    if not found:
        return None
    names = person_names(found)
    return Failure({"names": _(", ").join(names[person] for person in found)})


@check("SEC-01")
def officers_sign_in_with_two_factors(context: Context) -> Failure | None:
    """Officers and administrators sign in with two factors, one of them cryptographic. Fact: `factors`, their names."""
    role = context.actor.role
    factors: frozenset[str] = context.fact("factors")
    if role not in TWO_FACTORS or (len(factors) > 1 and "passkey" in factors) or factors_needed() < 2:
        return None
    return Failure({"role": ROLES[role]})


@check("SEC-02")
def session_holds(context: Context) -> Failure | None:
    """A locked name cannot sign in; a session ends after so long without activity.

    Facts: `locked` (how long a lock of the name still holds, zero for none) and `idle` (time since the last activity).
    """
    locked: timedelta = context.fact("locked")
    if locked > timedelta():
        return Failure({"why": _("too many failed attempts")})
    most = idle_limit()
    if context.fact("idle") > most:
        return Failure({"why": _("no activity for more than %(minutes)d minutes") % {"minutes": most.seconds // 60}})
    return None


@check("SEC-03")
def account_is_used(context: Context) -> Failure | None:
    """An account unused for more than the city's number of days is disabled. Fact: `unused_days`."""
    days, most = context.fact("unused_days"), unused_days()
    return Failure({"days": days, "most": most}) if days > most else None


@check("SEC-04")
def administrators_are_apart(context: Context) -> Failure | None:
    """Nobody holds two of the three administrators' roles at once. Facts: `role`, `roles_meanwhile` held beside it."""
    role = context.fact("role")
    others = [held for held in context.fact("roles_meanwhile") if held in ADMINISTRATORS and held != role]
    if role not in ADMINISTRATORS or not others:
        return None
    return Failure({"role": ROLES[role], "held": _(", ").join(str(ROLES[held]) for held in others)})
