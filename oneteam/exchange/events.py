"""Incidents as a city operation platform takes them: the six attributes of an event in GB/T 47678.5, table 3.

What the standard calls an event is our incident. Its code names a type and no single event; the number is our own.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from oneteam.intake.queries import incidents_of
from oneteam.journal.actors import Actor
from oneteam.journal.acts import record, write
from oneteam.journal.checks import Context, require
from oneteam.journal.kinds import ActKind, register
from oneteam.journal.queries import acts
from oneteam.kernel.clock import SHANGHAI, legal_day
from oneteam.kernel.errors import BadInputError, Fault, NotReadyError, TableError
from oneteam.kernel.ids import uuid7
from oneteam.kernel.sheets import write_csv
from oneteam.lawbook.catalogue import catalogue
from oneteam.lawbook.queries import settings_now
from oneteam.places.queries import place_of, places_on, region
from oneteam.procedures.errors import RefusedError

COLUMNS = (
    "number", "established", "event_code", "event_name", "department_code", "department", "place", "grid", "lon", "lat"
)  # fmt: skip
CHECKS = ("EVT-01", "EVT-03", "EVT-04", "EVT-05")

register(
    ActKind(
        name="events.handed_over",
        text=gettext_lazy("%(count)s incidents of %(first)s to %(last)s handed over as events of GB/T 47678.5"),
        fields={"count": int, "first": str, "last": str, "overrides": list},
        who=frozenset({"operator", "system_admin"}),
    )
)


@dataclass(frozen=True, slots=True, kw_only=True)
class EventRecord:
    """One incident as an event; what is not known is "". `type` has 5 digits, `code` 11, `grid` 15; degrees WGS 84."""

    incident: UUID
    number: int
    established: datetime
    type: str
    code: str
    name: str
    department_code: str
    department: str
    place: str
    grid: str
    lon: str
    lat: str

    def facts(self, division: str) -> Mapping[str, Any]:
        """What the checks are told of it."""
        return {
            "division": division, "event_type": self.type, "event_code": self.code, "number": str(self.number),
            "day": legal_day(self.established), "grid": self.grid, "point": (self.lon, self.lat) if self.lon else None,
            "attributes": {
                "code": self.code, "name": self.name, "department_code": self.department_code,
                "department": self.department, "place": self.place, "grid": self.grid,
            },
        }  # fmt: skip

    def cells(self) -> list[object]:
        """A row of the file, in the order of COLUMNS."""
        return [
            self.number, self.established.isoformat(), self.code, self.name, self.department_code, self.department,
            self.place, self.grid, self.lon, self.lat,
        ]  # fmt: skip


def event_records(first: date, last: date) -> list[EventRecord]:
    """Return the incidents that were established from the first to the last legal day, the oldest first.

    The type is the first that the matter has in the version of that day. NotReadyError without a region.
    """
    here = region()
    if here is None:
        raise NotReadyError(_("The region is not defined yet."))
    begin, end = (datetime.combine(day, time(), SHANGHAI) for day in (first, last + timedelta(days=1)))
    established = acts(kinds=["incident.established"], since=begin, until=end).values_list("stream", "occurred_at")
    days = dict(established)
    book, values = catalogue(), settings_now()
    department = {name: values[name].value if name in values else "" for name in ("agency.name", "agency.code")}
    found = []
    for incident in incidents_of(days):
        day = legal_day(days[incident.id])
        matter = book.version(incident.matter, day)
        kind = matter.event_codes[0] if matter and matter.event_codes else ""
        place, grid = _ground(incident.place_id, (incident.lon, incident.lat), day)
        found.append(
            EventRecord(
                incident=incident.id, number=incident.number, established=days[incident.id], type=kind,
                code=here.code + kind if kind else "", name=str(matter.name) if matter else "",
                department_code=department["agency.code"], department=department["agency.name"], place=place,
                grid=grid, lon=str(incident.lon or ""), lat=str(incident.lat or ""),
            )
        )  # fmt: skip
    return found


def _ground(named: UUID | None, point: tuple[Decimal | None, Decimal | None], day: date) -> tuple[str, str]:
    """Name the place of an incident and its unit grid: the one that was named, else the one that holds the point."""
    lon, lat = point
    holds = place_of(lon, lat, on=day).grid if lon is not None and lat is not None else None
    known = places_on([each for each in (named, holds) if each], on=day)
    place, within = known.get(named) if named else None, known.get(holds) if holds else None
    grid = place if place is not None and place.kind == "grid" else within
    place = place or grid
    return (place.name_zh if place else ""), (grid.code if grid else "")


@write
def hand_over_events(*, actor: Actor, at: datetime, first: date, last: date, reason: str = "") -> bytes:
    """Return the file of these days' events (CSV, UTF-8) and record that it was handed over. All or none.

    Checks EVT-01, 03, 04 and 05 of every incident; `reason` goes against those that only warn. TableError names each
    incident that cannot be handed over, with its number as the line and what is wrong with it.
    """
    if last < first:
        raise BadInputError(_("The last day is before the first."))
    records = event_records(first, last)
    here = region()
    assert here is not None
    faults, told = list[Fault](), set[str]()
    overrides = dict.fromkeys(CHECKS, reason) if reason.strip() else {}
    for one in records:
        context = Context(
            step="events.hand_over", object_id=one.incident, state=None, actor=actor, at=at, facts=one.facts(here.code)
        )
        try:
            told.update(require(*CHECKS, context=context, overrides=overrides))
        except RefusedError as error:
            faults.extend(Fault(one.number, failed.id, failed.sentence, failed.cure) for failed in error.failures)
    if faults:
        raise TableError(faults)
    record(
        kind="events.handed_over", actor=actor, at=at, stream=uuid7(),
        about=[one.incident for one in records],
        payload={
            "count": len(records), "first": first.isoformat(), "last": last.isoformat(),
            "overrides": [{"check": check, "reason": reason} for check in sorted(told)],
        },
    )  # fmt: skip
    return write_csv(COLUMNS, _rows(records))


def _rows(records: Iterable[EventRecord]) -> Iterable[list[object]]:
    return (one.cells() for one in records)
