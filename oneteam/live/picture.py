"""The city now: what is late or in danger, what is under way, who is on duty, and today's figures beside the promises.

The same for everybody who may see it (PICTURED), so each process keeps it for a moment: a hundred screens that hear of
the same act cost one look. Nothing told and nobody's name is in it: a wall hangs where visitors stand.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from time import monotonic
from typing import Any
from uuid import UUID

from django.db import connection
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from oneteam.command.acts import RECEIVERS
from oneteam.command.queries import absent, orders_by_id
from oneteam.intake import queries as intake
from oneteam.intake.labels import CHANNELS
from oneteam.kernel.clock import legal_day
from oneteam.lawbook.catalogue import matter_name
from oneteam.people.queries import on_duty
from oneteam.places.queries import area_finder, areas, localised
from oneteam.procedures.clocks import ClockState
from oneteam.procedures.queries import Pressing, standing
from oneteam.supervision.declaration import Measure, indicators
from oneteam.supervision.measuring import measure
from oneteam.supervision.page import tile
from oneteam.supervision.spans import DAYS, USUAL, last_days
from oneteam.triage.queries import proposals
from oneteam.web.maps import Place
from oneteam.web.panels import Figure
from oneteam.web.parts import Chip, State, duration

PICTURED = ("dispatcher", "brigade_leader", "head")
PROCEDURES = ("report", "order")
LISTED, DRAWN = 60, 300
KEPT = 1.0  # seconds
FIGURES_KEPT = 60.0  # of the intervals of a month: they hardly move within a minute


@dataclass(frozen=True, slots=True)
class Spot:
    """What something is, as far as it is decided, and where."""

    title: str
    where: str
    lon: Decimal | None
    lat: Decimal | None
    incident: UUID | None


@dataclass(frozen=True, slots=True)
class Alarm:
    """An exception: in danger, overdue or nearly so. `word` says how it stands."""

    id: UUID
    state: State
    word: str
    spot: Spot
    url: str

    @property
    def chip(self) -> Chip:
        """How it stands, as pages show it."""
        return Chip(self.word, self.state, solid=self.state in ("overdue", "danger"))


@dataclass(frozen=True, slots=True)
class Picture:
    """The city at a moment."""

    at: datetime
    alarms: Sequence[Alarm]
    under_way: Sequence[Place]
    overdue: int
    soon: int
    calm: int
    received: int
    in_time: str
    on_duty: int
    away: int
    intervals: Sequence[Figure]
    areas: Mapping[str, str]

    @property
    def places(self) -> list[Place]:
        """What the map shows: the exceptions with shape and colour, the rest as dots."""
        listed = [
            Place(
                str(alarm.id), alarm.spot.title, alarm.state, _degrees(alarm.spot.lon), _degrees(alarm.spot.lat),
                [fact for fact in (alarm.spot.where, alarm.chip) if fact], alarm.url,
            )
            for alarm in self.alarms
        ]  # fmt: skip
        return [*listed, *self.under_way]

    @property
    def calm_words(self) -> str:
        """How much else is under way, in its time."""
        if not self.alarms:
            return _("All %(count)d under way are within their time.") % {"count": self.calm}
        more = self.overdue + self.soon - sum(alarm.state in ("overdue", "warn") for alarm in self.alarms)
        told = _("%(count)d others are within their time.") % {"count": self.calm}
        return f"{_('%(count)d more are late or nearly so.') % {'count': more}} {told}" if more > 0 else told


_kept: dict[tuple[str, str, str], tuple[float, Any]] = {}


def _keep(what: str, seconds: float, make: Callable[[], Any]) -> Any:
    key = (str(connection.settings_dict["NAME"]), get_language() or "", what)
    made, found = _kept.get(key, (0.0, None))
    if found is None or monotonic() - made > seconds:
        found = make()
        _kept[key] = (monotonic(), found)
    return found


def forget() -> None:
    """Let the next look be a fresh one."""
    _kept.clear()


def picture(at: datetime) -> Picture:
    """Return the city at a moment; in a fixed number of queries, whatever is under way."""
    found: Picture = _keep("picture", KEPT, lambda: _look(at))
    return found


def _look(at: datetime) -> Picture:
    stand = standing(PROCEDURES, at, most=LISTED)
    incidents = intake.open_incidents(most=DRAWN)
    area = area_finder(legal_day(at))
    names = areas(legal_day(at))

    def where(place: Any, lon: Decimal | None, lat: Decimal | None) -> str:
        if place is not None:
            return localised(place.name_zh, place.name_en)
        return names.get(area(None, lon, lat) or UUID(int=0), "")

    spots = _spots(stand.first, where)
    dangers = [one for one in incidents if one.urgency == "very_urgent"]
    known = {one.id: _of_incident(one, where) for one in incidents}
    urls = _urls_of(dangers)
    alarms = [
        Alarm(one.id, "danger", _("Danger"), known[one.id], urls.get(one.id, "")) for one in dangers
    ]  # fmt: skip
    said = {one.id for one in dangers}
    for pressing in stand.first:
        spot = spots.get(pressing.object_id)
        # One thing on the ground is one line, though its report and its order each have a clock.
        if spot is not None and spot.incident not in said:
            said.add(spot.incident or pressing.object_id)
            alarms.append(_alarm(pressing, spot, at))
    quiet = [
        Place(str(one.id), known[one.id].title, "plain", _degrees(known[one.id].lon), _degrees(known[one.id].lat),
              quiet=True)
        for one in incidents if one.id not in said
    ]  # fmt: skip
    today, figures = last_days(1, at), indicators()
    share = tile(figures["answered_in_time"], measure(figures["answered_in_time"], today))
    return Picture(
        at=at, alarms=alarms[:LISTED], under_way=quiet, overdue=stand.overdue, soon=stand.soon, calm=stand.calm,
        received=measure(figures["reports"], today).now.count, in_time=str(share.value),
        on_duty=len(on_duty(at, ("dispatcher", *RECEIVERS))), away=len(absent(at)),
        intervals=_keep("intervals", FIGURES_KEPT, lambda: _intervals(at)),
        areas={str(one): name for one, name in names.items()},
    )  # fmt: skip


def _intervals(at: datetime) -> list[Figure]:
    span = last_days(DAYS[USUAL][0], at)
    return [tile(one, measure(one, span)) for one in indicators().values() if one.measure is Measure.INTERVAL]


def _alarm(pressing: Pressing, spot: Spot, at: datetime) -> Alarm:
    late = pressing.state is ClockState.OVERDUE
    time = duration(at - pressing.due if late else pressing.due - at)
    word = (_("Overdue %(time)s") if late else _("%(time)s left")) % {"time": time}
    url = reverse(pressing.procedure, args=[pressing.object_id])
    return Alarm(pressing.object_id, "overdue" if late else "warn", word, spot, url)


_Where = Callable[[Any, Decimal | None, Decimal | None], str]


def _spots(first: Iterable[Pressing], where: _Where) -> dict[UUID, Spot]:
    """Return what the pressing reports and orders are about, in a fixed number of queries."""
    ids = {name: [one.object_id for one in first if one.procedure == name] for name in PROCEDURES}
    found = {order.id: _of_incident(order.incident, where) for order in orders_by_id(ids["order"])}
    reports = intake.reports_placed(ids["report"])
    proposed = proposals(report.id for report in reports if report.incident_id is None)
    for report in reports:
        if report.incident is not None:
            found[report.id] = _of_incident(report.incident, where)
            continue
        guess = proposed.get(report.id)
        told = _("%(channel)s, no. %(number)d") % {"channel": CHANNELS[report.channel], "number": report.number}
        place = guess.place if guess is not None else None
        found[report.id] = Spot(
            title=f"{matter_name(guess.matter)}?" if guess is not None and guess.matter else told,
            where=where(place, report.lon, report.lat), lon=_point(place, report.lon, "lon"),
            lat=_point(place, report.lat, "lat"), incident=None,
        )  # fmt: skip
    return found


def _of_incident(incident: Any, where: _Where) -> Spot:
    return Spot(
        title=matter_name(incident.matter), where=where(incident.place, incident.lon, incident.lat),
        lon=_point(incident.place, incident.lon, "lon"), lat=_point(incident.place, incident.lat, "lat"),
        incident=incident.id,
    )  # fmt: skip


def _point(place: Any, own: Decimal | None, side: str) -> Decimal | None:
    found: Decimal | None = own if own is not None or place is None else getattr(place, side)
    return found


def _urls_of(incidents: Sequence[Any]) -> dict[UUID, str]:
    """Return where each incident is seen: at the first report about it."""
    reports = intake.reports_of_incidents([one.id for one in incidents]) if incidents else {}
    return {one: reverse("report", args=[found[0].id]) for one, found in reports.items()}


def _degrees(value: Decimal | None) -> float | None:
    return None if value is None else float(value)
