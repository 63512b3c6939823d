"""Reading cases. Who asks has checked who may see them (`rules`)."""

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from oneteam.cases.models import Case, CasePhoto
from oneteam.journal.subjects import read_personal
from oneteam.kernel.errors import MissingError
from oneteam.procedures.queries import in_state

PENDING = ("open", "ordered", "decided")
"""States before the decision is handed over: what was complained of is not dealt with yet."""
OPEN = (*PENDING, "delivered")


def case(case_id: UUID) -> Case:
    """Return a case's row. MissingError for an unknown one."""
    found = _rows().filter(id=case_id).first()
    if found is None:
        raise MissingError(_("There is no such case."))
    return found


def _rows() -> QuerySet[Case]:
    return Case.objects.select_related("party", "premises", "incident", "officer", "second")


def cases_of(
    person: UUID | None, *, states: Sequence[str] = (), before: int | None = None, limit: int = 50
) -> list[Case]:
    """Return cases, the newest first: of one of its officers, or all where `person` is None; in these states."""
    rows = _rows()
    if person is not None:
        rows = rows.filter(Q(officer=person) | Q(second=person))
    if states:
        rows = rows.filter(id__in=in_state("case_on_the_spot", *states))
    if before is not None:
        rows = rows.filter(number__lt=before)
    return list(rows.order_by("-number")[:limit])


def cases_of_incidents(incidents: Iterable[UUID], *, states: Sequence[str] = ()) -> dict[UUID, list[Case]]:
    """Return the cases of each incident, oldest first, in one query; with `states` only those in one of them."""
    found: dict[UUID, list[Case]] = {}
    rows = Case.objects.filter(incident__in=set(incidents)).order_by("number")
    if states:
        rows = rows.filter(id__in=in_state("case_on_the_spot", *states))
    for row in rows:
        assert row.incident_id is not None
        found.setdefault(row.incident_id, []).append(row)
    return found


def cases_by_id(ids: Iterable[UUID]) -> list[Case]:
    """Return these cases."""
    return list(_rows().filter(id__in=set(ids)))


def cases_of_parties(parties: Iterable[UUID]) -> set[UUID]:
    """Return the cases of these parties, in one query."""
    return set(Case.objects.filter(party__in=set(parties)).values_list("id", flat=True))


def photos(case_id: UUID) -> list[CasePhoto]:
    """Return the photos of a case, oldest first."""
    return list(CasePhoto.objects.filter(case=case_id).order_by("id"))


def photos_among(blobs: Iterable[UUID]) -> list[CasePhoto]:
    """Return which of these files are photos of cases, with their cases, in one query."""
    return list(CasePhoto.objects.filter(blob__in=set(blobs)).select_related("case"))


def texts(row: Case) -> dict[str, Any]:
    """Return what was said and seen in a case as far as it can be read: act, place, statement; one look for all."""
    return texts_of([row])[row.id]


def texts_of(rows: Sequence[Case]) -> dict[UUID, dict[str, Any]]:
    """Return the texts of several cases, in two queries."""
    acts = {row.id: [act for act in (row.party_act, row.facts_act, row.heard_act) if act] for row in rows}
    opened = read_personal(act for each in acts.values() for act in each)
    return {
        case: {name: value for act in each for name, value in opened.get(act, {}).items()}
        for case, each in acts.items()
    }  # fmt: skip


def receipt_taken(number: str, *, besides: UUID) -> bool:
    """Tell whether the number of a receipt stands in another case."""
    return Case.objects.filter(receipt_number=number).exclude(id=besides).exists()
