"""Reading reports and incidents."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import Case, QuerySet, When

from oneteam.intake.models import Channel, Incident, Report, Urgency
from oneteam.journal.queries import acts
from oneteam.journal.subjects import read_personal
from oneteam.kernel.masking import names_anybody
from oneteam.procedures.queries import in_state, runs

AWAITED = ("received", "reopened")
"""The states of a report in which its caller waits for an answer."""

TITLE_LENGTH = 60
GROUND = ("incident__place__line", "incident__place__doors")
"""What is heavy of a place and no page of reports or orders shows."""


@dataclass(frozen=True, slots=True)
class ToldText:
    """What was told with a report as far as it can be read: the words and the caller are erased each on their own."""

    title: str
    text: str
    address: str
    caller_name: str
    caller_phone: str
    words_erased: bool
    caller_erased: bool

    @property
    def headline(self) -> str:
        """The title, or the beginning of the text where there is none."""
        head = self.title.strip() or " ".join(self.text.split())
        return head if len(head) <= TITLE_LENGTH else head[: TITLE_LENGTH - 1] + "…"


@dataclass(frozen=True, slots=True)
class Listed:
    """A report in a list."""

    id: UUID
    number: int
    channel: str
    told_at: datetime
    received_at: datetime
    told: ToldText
    state: str
    state_label: str
    incident: UUID | None
    imported: bool


def id_of_number(number: int) -> UUID | None:
    """Return the report of a number, None where there is none."""
    return Report.objects.filter(number=number).values_list("id", flat=True).first()


def _told(values: Mapping[str, Any] | None, *, has_caller: bool) -> ToldText:
    found = values or {}
    return ToldText(
        title=found.get("title", ""),
        text=found.get("text", ""),
        address=found.get("address", ""),
        caller_name=found.get("caller_name", ""),
        caller_phone=found.get("caller_phone", ""),
        words_erased="text" not in found,
        caller_erased=has_caller and "caller_name" not in found,
    )


def told_texts(reports: Sequence[Report]) -> dict[UUID, ToldText]:
    """Return the told words of these reports, in two queries however many there are."""
    opened = read_personal(report.received_act for report in reports)
    return {
        report.id: _told(opened.get(report.received_act), has_caller=report.caller_subject is not None)
        for report in reports
    }


def select(*, wanted: Iterable[str] = (), channel: str = "") -> QuerySet[Report]:
    """Return reports in these states of their procedure (all when none is named), newest first."""
    found = Report.objects.order_by("-received_at", "-id")
    names = list(wanted)
    if names:
        found = found.filter(id__in=in_state("report", *names))
    return found.filter(channel=channel) if channel else found


def listed(reports: Sequence[Report]) -> list[Listed]:
    """Return these reports as lists show them, in a constant number of queries."""
    texts, now = told_texts(reports), runs([report.id for report in reports])
    return [
        Listed(
            id=report.id, number=report.number, channel=report.channel, told_at=report.told_at,
            received_at=report.received_at, told=texts[report.id], state=now[report.id].state,
            state_label=str(now[report.id].label), incident=report.incident_id, imported=report.imported,
        )
        for report in reports
    ]  # fmt: skip


def report(report_id: UUID) -> Report | None:
    """Return a report's row with its incident."""
    return Report.objects.select_related("incident", "incident__place").defer(*GROUND).filter(id=report_id).first()


def open_reports(*, limit: int) -> list[UUID]:
    """Return the reports that wait for a decision or an answer, oldest first."""
    found = Report.objects.filter(id__in=in_state("report", "received", "reopened")).order_by("received_at", "id")
    return list(found.values_list("id", flat=True)[:limit])


def reports_by_id(ids: Iterable[UUID]) -> list[Report]:
    """Return these reports."""
    return list(Report.objects.filter(id__in=set(ids)))


def reports_with_incidents(ids: Iterable[UUID]) -> list[Report]:
    """Return these reports with their incidents, in one query."""
    return list(Report.objects.select_related("incident").filter(id__in=set(ids)))


def reports_placed(ids: Iterable[UUID]) -> list[Report]:
    """Return these reports with their incidents and places, in one query."""
    found = Report.objects.select_related("incident__place").defer(*GROUND)
    return list(found.filter(id__in=set(ids)))


def reports_of_incidents(ids: Iterable[UUID]) -> dict[UUID, list[Report]]:
    """Return the reports of each incident, oldest first, in one query."""
    found: dict[UUID, list[Report]] = {}
    for row in Report.objects.filter(incident__in=set(ids)).order_by("id"):
        assert row.incident_id is not None
        found.setdefault(row.incident_id, []).append(row)
    return found


def seen_on_patrol(incident: UUID) -> datetime | None:
    """Return when the patrol first saw what an incident is about; None where it did not."""
    seen = Report.objects.filter(incident=incident, channel=Channel.PATROL).order_by("told_at")
    return seen.values_list("told_at", flat=True).first()


def frequent_matters(*, among: int = 300, limit: int = 10) -> list[str]:
    """Return the matters that the newest incidents have most, the most frequent first; in one query."""
    newest = Incident.objects.order_by("-number").values_list("matter", flat=True)[:among]
    return [code for code, _count in Counter(newest).most_common(limit)]


def reports_by_caller(caller: UUID, *, besides: UUID, limit: int = 20) -> list[Report]:
    """Return what the same caller told, newest first."""
    return list(Report.objects.filter(caller_subject=caller).exclude(id=besides).order_by("-received_at")[:limit])


def point_of(lon: Decimal | None, lat: Decimal | None) -> str:
    """Return a point as pages show it, or an empty text."""
    return f"{lon:.5f}, {lat:.5f}" if lon is not None and lat is not None else ""


def outcome(report_id: UUID, *, source: str) -> dict[str, Any] | None:
    """Return what the source of a report may know about it, or None where it is not that source's."""
    row = Report.objects.filter(id=report_id, source=source).first()
    if row is None:
        return None
    answered = acts(kinds=["report.answered"]).filter(stream=row.id).last()
    answer = read_personal([answered.id]).get(answered.id, {}).get("answer") if answered else None
    return {
        "id": row.id,
        "number": row.number,
        "state": runs([row.id])[row.id].state,
        "received_at": row.received_at,
        "answered_at": answered.occurred_at if answered else None,
        "answer": answer,
    }


@dataclass(frozen=True, slots=True)
class Words:
    """What a machine reads of a report: title and text, and when it was told."""

    text: str
    told_at: datetime


def told_words(reports: Iterable[UUID]) -> dict[UUID, Words]:
    """Return the readable words of these reports; erased ones are left out."""
    return words_of(list(Report.objects.filter(id__in=set(reports))))


def recent_texts(limit: int) -> dict[UUID, Words]:
    """Return the readable words of the newest reports, oldest first."""
    return words_of(list(Report.objects.order_by("-received_at", "-id")[:limit])[::-1])


def words_of(rows: Sequence[Report]) -> dict[UUID, Words]:
    """Return the readable words of reports at hand, in one query; erased ones are left out."""
    texts = told_texts(rows)
    return {row.id: Words(whole_text(texts[row.id]), row.told_at) for row in rows if not texts[row.id].words_erased}


def whole_text(told: ToldText) -> str:
    """Return title, text and address as one text, each on its line: what positions of words count in."""
    return "\n".join(part for part in (told.title, told.text, told.address) if part)


def names_a_caller(text: str, incident: UUID) -> bool:
    """Tell whether a text gives the name or the number of somebody who told of an incident, or any mobile number."""
    told = told_texts(reports_of_incidents([incident]).get(incident, [])).values()
    return names_anybody(text, names=[one.caller_name for one in told], phones=[one.caller_phone for one in told])


def open_incidents(*, most: int) -> list[Incident]:
    """Return the incidents that are not resolved, the most urgent first, then the newest, with their places."""
    found = Incident.objects.filter(id__in=in_state("incident", "established")).select_related("place").defer(
        "place__line", "place__doors"
    )  # fmt: skip
    urgent = Case(When(urgency=Urgency.VERY_URGENT, then=0), default=1)
    return list(found.order_by(urgent, "-number")[:most])


def incidents_of(ids: Iterable[UUID]) -> list[Incident]:
    """Return these incidents by number."""
    return list(Incident.objects.filter(id__in=set(ids)).order_by("number"))
