"""The check of a report's answer, and what this room knows about reports for it."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from oneteam.intake.models import Handling, Report
from oneteam.journal.queries import acts
from oneteam.lawbook.text import Text
from oneteam.procedures.queries import runs
from oneteam.procedures.registry import Context, Failure, check, facts

UNREACHED = Text("没有联系来电人", "the caller was not spoken to")
UNREVIEWED = Text("来电人不满意，还没有复核", "the caller is dissatisfied and nobody reviewed it")
NO_INCIDENT = Text("尚无事件", "no incident yet")


@check("OT-01", needs=("incident_state", "incident_state_label", "consultation"))
def settled_before_answered(context: Context) -> Failure | None:
    """A report is answered as done when its incident is resolved; words alone may answer what only asked something.

    Facts: `incident_state` and `incident_state_label`, the state's name and words or None without an incident;
    `consultation`, whether words alone may answer it; from the proposal `result`.
    """
    words_alone = context.fact("consultation") and context.facts.get("result") != "done"
    if words_alone or context.fact("incident_state") == "resolved":
        return None
    return Failure({"state": context.fact("incident_state_label") or NO_INCIDENT})


@check("HOT-06", needs=("has_caller", "reviews"))
def caller_contacted(context: Context) -> Failure | None:
    """Whoever told is spoken to before the report is closed; a dissatisfied caller is reviewed once (53号).

    Facts: `has_caller`, `reviews`; from the proposal `contacted` and `satisfaction`.
    """
    if context.preview or not context.fact("has_caller"):
        return None
    if not context.facts.get("contacted"):
        return Failure({"case": UNREACHED})
    if context.facts.get("satisfaction") == "dissatisfied" and not context.fact("reviews"):
        return Failure({"case": UNREVIEWED})
    return None


@check("OT-06", needs=("reviews",))
def reviewed_once(context: Context) -> Failure | None:
    """A dissatisfied caller's report is reviewed once. Fact: `reviews`, how often it was."""
    count = context.fact("reviews")
    return Failure({"count": count}) if count else None


@facts("report", gives=("has_caller", "reviews"))
def caller_facts(ids: Iterable[UUID], at: datetime) -> Mapping[UUID, Mapping[str, Any]]:
    """Give whether each report names a caller, and how often it was reviewed for one who is dissatisfied."""
    wanted = list(ids)
    reviews: dict[UUID, int] = {}
    for stream in acts(kinds=["report.reviewed"]).filter(stream__in=wanted).values_list("stream", flat=True):
        reviews[stream] = reviews.get(stream, 0) + 1
    rows = Report.objects.filter(id__in=wanted).values_list("id", "caller_subject")
    return {report: {"has_caller": caller is not None, "reviews": reviews.get(report, 0)} for report, caller in rows}


@facts("report", gives=("incident_state", "incident_state_label", "consultation"))
def report_facts(ids: Iterable[UUID], at: datetime) -> Mapping[UUID, Mapping[str, Any]]:
    """Give the state of each report's incident, and whether it may be answered with words alone.

    That is so while no incident was opened for it, or where its matter is another agency's.
    """
    rows = list(Report.objects.filter(id__in=list(ids)).values_list("id", "incident_id", "incident__handling"))
    now = runs([incident for _, incident, _ in rows if incident])
    return {
        report: {
            "incident_state": now[incident].state if incident else None,
            "incident_state_label": now[incident].label if incident else None,
            "consultation": incident is None or handling == Handling.OTHER,
        }
        for report, incident, handling in rows
    }
