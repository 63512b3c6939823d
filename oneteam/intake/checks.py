"""The check of a report's answer, and what this room knows about reports for it."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from oneteam.intake.models import Handling, Report
from oneteam.lawbook.text import Text
from oneteam.procedures.queries import runs
from oneteam.procedures.registry import Context, Failure, check, facts

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
