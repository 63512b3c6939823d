"""What this room knows about reports, for the checks of their procedure."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from oneteam.intake.models import Handling, Report
from oneteam.procedures.queries import runs
from oneteam.procedures.registry import facts


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
