"""Reading what people may and may not do on a day: certificates, absences, ties."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db.models import Q

from oneteam.journal import statements
from oneteam.journal.subjects import mark_of
from oneteam.people.models import Absence, Certificate, CertificateKind, Interest, Person
from oneteam.places.queries import localised

MARK = "interest.name"


@dataclass(frozen=True, slots=True)
class CertificateInfo:
    """A certificate as other rooms and pages name it; both days included."""

    id: UUID
    person: UUID
    number: str
    kind: str
    valid_from: date
    valid_to: date


@dataclass(frozen=True, slots=True)
class InterestInfo:
    """A declared tie; `party`, `premises`, or neither where it was declared by name."""

    id: UUID
    person: UUID
    kind: str
    party: UUID | None
    premises: UUID | None


@dataclass(frozen=True, slots=True)
class AbsenceInfo:
    """Why and until when somebody is away (region time, end not included)."""

    person: UUID
    reason: str
    starts: datetime
    ends: datetime


def _info(row: Certificate) -> CertificateInfo:
    return CertificateInfo(row.id, row.person_id, row.number, row.kind, row.valid_from, row.valid_to)


def held_on(day: date) -> Q:
    """Return the filter for what holds on a day; both days included, null is open."""
    return (Q(valid_from__isnull=True) | Q(valid_from__lte=day)) & (Q(valid_to__isnull=True) | Q(valid_to__gte=day))


def certificate_on(person: UUID, day: date, *, kind: str = CertificateKind.ENFORCEMENT) -> CertificateInfo | None:
    """Return the certificate of this kind that a person holds on a legal day, None where there is none."""
    return certificates_on([person], day, kind=kind).get(person)


_CERTIFICATES = """
SELECT id, person_id, number, kind, valid_from, valid_to FROM people_certificate
WHERE person_id = ANY(%s::uuid[]) AND kind = %s AND valid_from <= %s AND valid_to >= %s
"""


def certificates_on(
    persons: Iterable[UUID], day: date, *, kind: str = CertificateKind.ENFORCEMENT
) -> dict[UUID, CertificateInfo]:
    """Return by person the certificates of this kind valid on a legal day, in one query."""
    rows = statements.run(_CERTIFICATES, [list(persons), str(kind), day, day]).fetchall()
    return {row[1]: CertificateInfo(*row) for row in rows}


def latest_certificates(
    persons: Iterable[UUID], *, kind: str = CertificateKind.ENFORCEMENT
) -> dict[UUID, CertificateInfo]:
    """Return each person's certificate of this kind that ends last, valid or not, in one query."""
    found = Certificate.objects.filter(person__in=list(persons), kind=kind).order_by("valid_to")
    return {row.person_id: _info(row) for row in found}


def person_names(persons: Iterable[UUID]) -> dict[UUID, str]:
    """Return names in the reader's language, in one query."""
    return {row.id: localised(row.name_zh, row.name_en) for row in Person.objects.filter(id__in=list(persons))}


def absences_at(moment: datetime) -> dict[UUID, AbsenceInfo]:
    """Return who is away at a moment (region time), by person."""
    found = Absence.objects.filter(starts__lte=moment, ends__gt=moment)
    return {row.person_id: AbsenceInfo(row.person_id, row.reason, row.starts, row.ends) for row in found}


def interests_of(person: UUID, day: date) -> list[InterestInfo]:
    """Return the ties that a person has declared and that hold on a legal day."""
    found = Interest.objects.filter(held_on(day), person=person).order_by("id")
    return [InterestInfo(row.id, row.person_id, row.kind, row.party, row.premises) for row in found]


def name_mark(name: str) -> bytes:
    """Return the keyed hash under which a name is compared: without spaces, in small letters."""
    return mark_of(MARK, "".join(name.split()).casefold())


def tied(
    persons: Iterable[UUID],
    day: date,
    *,
    parties: Iterable[UUID] = (),
    premises: Iterable[UUID] = (),
    names: Iterable[str] = (),
) -> Sequence[UUID]:
    """Return those of the persons with a tie, on a legal day, to one of these; in the order given, in one query."""
    wanted = list(dict.fromkeys(persons))
    about = Q(party__in=list(parties)) | Q(premises__in=list(premises))
    about |= Q(name_mark__in=[name_mark(name) for name in names if name.strip()])
    found = set(Interest.objects.filter(held_on(day), about, person__in=wanted).values_list("person", flat=True))
    return [person for person in wanted if person in found]
