"""What the patrol's page of a finding shows of cases: rooms of service know none, so the conductor puts them there."""

from collections.abc import Hashable, Mapping, Sequence
from typing import Any, cast

from django.http import HttpRequest

from oneteam.cases.panels import incident_panel
from oneteam.intake.models import Handling
from oneteam.patrols.slots import FINDING_SIDE
from oneteam.people.middleware import PersonRequest
from oneteam.web.slots import Panel, register_bulk


def _cases(request: HttpRequest, findings: Sequence[Any]) -> Mapping[Hashable, Sequence[Panel]]:
    """Show the cases of what was found, and to the officer who took it over the way to open one."""
    asking = cast(PersonRequest, request)
    found: dict[Hashable, Sequence[Panel]] = {}
    for row in findings:
        incident = row.report.incident_id if row.report is not None else None
        mine = row.taken_by_id is not None and row.taken_by_id == asking.acting.actor.person_id
        if incident is None:
            continue
        enforcement = mine and asking.acting.post.role == "officer" and row.handling == Handling.ENFORCEMENT
        panel = incident_panel(asking, incident, enforcement=enforcement)
        if panel is not None:
            found[row.id] = [panel]
    return found


register_bulk(FINDING_SIDE, _cases)
