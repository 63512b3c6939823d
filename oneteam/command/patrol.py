"""What findings show of cases and cases of findings: rooms of service know no cases, so the conductor puts it there."""

from collections.abc import Hashable, Mapping, Sequence
from typing import Any, cast

from django.http import HttpRequest

from oneteam.cases.panels import incident_panel
from oneteam.cases.slots import CASE_PHOTOS
from oneteam.files.shown import photo_tile
from oneteam.intake.models import Handling
from oneteam.patrols.page import moment_word
from oneteam.patrols.queries import photos_of, taken_over
from oneteam.patrols.rules import visible
from oneteam.patrols.slots import FINDING_SIDE
from oneteam.people.middleware import PersonRequest
from oneteam.web.panels import Photo
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


def _photos(request: HttpRequest, cases: Sequence[Any]) -> Mapping[Hashable, Sequence[Photo]]:
    """Show what the patrol photographed beside the case that came of it, to whoever may see the finding."""
    found = taken_over(one.incident_id for one in cases if one.incident_id)
    shown = photos_of(visible(cast(PersonRequest, request).acting, list(found.values())))
    tiles = {
        incident: [photo_tile(photo.blob_id, how, kind=moment_word(photo)) for photo, how in shown.get(row.id, [])]
        for incident, row in found.items()
    }
    return {one.id: tiles.get(one.incident_id, []) for one in cases if one.incident_id}


register_bulk(FINDING_SIDE, _cases)
register_bulk(CASE_PHOTOS, _photos)
