"""Reading findings."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID

from django.db.models import QuerySet

from oneteam.files.queries import State as FileState
from oneteam.files.queries import states
from oneteam.journal.subjects import read_personal
from oneteam.kernel.clock import SHANGHAI
from oneteam.patrols.models import Finding, FindingPhoto
from oneteam.procedures.queries import in_state

HEAVY = ("place__line", "place__doors")


@dataclass(frozen=True, slots=True)
class Found:
    """What the patrol found, for the desk's form: the matter with its side, and the place."""

    matter: str
    handling: str
    place: UUID | None


def _findings() -> QuerySet[Finding]:
    return Finding.objects.select_related("place", "report", "found_by", "taken_by").defer(*HEAVY)


def finding(finding_id: UUID) -> Finding | None:
    """Return a finding with its place, report and finder."""
    return _findings().filter(id=finding_id).first()


def findings_by_id(ids: Iterable[UUID]) -> list[Finding]:
    """Return these findings with what `finding` returns of one."""
    return list(_findings().filter(id__in=set(ids)))


def found_on(day: date, *, by: UUID | None = None) -> QuerySet[Finding]:
    """Return what was found on a legal day, newest first; with `by` only that person's."""
    start = datetime.combine(day, time.min, SHANGHAI)
    found = _findings().filter(found_at__gte=start, found_at__lt=start + timedelta(days=1))
    return (found.filter(found_by=by) if by else found).order_by("-found_at", "-id")


def unfinished(by: UUID) -> QuerySet[Finding]:
    """Return what a person found and has neither settled nor passed on, the oldest first."""
    return _findings().filter(found_by=by, id__in=in_state("finding", "found")).order_by("found_at", "id")


def waiting_for_officers() -> QuerySet[Finding]:
    """Return what was passed on straight to officers and nobody has taken over, the oldest first."""
    passed = _findings().filter(id__in=in_state("finding", "passed_on"), receiver="officers")
    return passed.order_by("found_at", "id")


def taken_by(person: UUID) -> QuerySet[Finding]:
    """Return what an officer took over and still has, newest first."""
    return _findings().filter(taken_by=person, id__in=in_state("finding", "taken_over")).order_by("-found_at", "-id")


def notes(findings: Iterable[Finding]) -> dict[UUID, dict[str, str]]:
    """Return note and address of each finding as far as they can be read, in two queries."""
    rows = list(findings)
    told = read_personal(row.made_act for row in rows)
    return {row.id: told.get(row.made_act, {}) for row in rows}


def photos_of(findings: Iterable[UUID]) -> dict[UUID, list[tuple[FindingPhoto, FileState]]]:
    """Return the photos of each finding in the order they were taken, each with how its original stands."""
    rows = list(FindingPhoto.objects.filter(finding__in=set(findings)).order_by("id"))
    standing = states(photo.blob_id for photo in rows)
    found: dict[UUID, list[tuple[FindingPhoto, FileState]]] = {}
    for photo in rows:
        found.setdefault(photo.finding_id, []).append((photo, standing[photo.blob_id]))
    return found


def photos_among(blobs: Iterable[UUID]) -> list[FindingPhoto]:
    """Return which of these kept files are photos of findings, with their findings, in one query."""
    return list(FindingPhoto.objects.select_related("finding").filter(blob__in=set(blobs)))


def of_reports(reports: Iterable[UUID]) -> dict[UUID, Finding]:
    """Return the finding that each of these reports comes from, in one query; other reports are left out."""
    found = {row.report_id: row for row in _findings().filter(report__in=set(reports))}
    return {report: row for report, row in found.items() if report is not None}


def found_matters(reports: Iterable[UUID]) -> dict[UUID, Found]:
    """Return what the patrol found of each of these reports that comes from it, in one query."""
    rows = Finding.objects.filter(report__in=set(reports)).values_list("report", "matter", "handling", "place")
    return {report: Found(matter, handling, place) for report, matter, handling, place in rows if report is not None}


def incidents_of(findings: Iterable[UUID]) -> dict[UUID, UUID]:
    """Return the incident of each of these findings that has one, in one query."""
    rows = Finding.objects.filter(id__in=set(findings), report__incident__isnull=False)
    return dict(rows.values_list("id", "report__incident"))


def taken_over(incidents: Iterable[UUID]) -> dict[UUID, Finding]:
    """Return the finding of each of these incidents that an officer took over and has, in one query."""
    rows = _findings().filter(report__incident__in=set(incidents), taken_by__isnull=False)
    return {row.report.incident_id: row for row in rows if row.report is not None and row.report.incident_id}
