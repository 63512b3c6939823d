"""What the journal tells of its latest acts to whoever listens: which kind of act, which object, in which area.

No words and no names: a page that hears of an act fetches what it shows under the usual rights. An event stands for one
sealed act and has its place in the sealed order as its number, so that who was away can ask for what came meanwhile.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from oneteam.command import queries as command
from oneteam.command import rules
from oneteam.intake import queries as intake
from oneteam.intake.navigation import READERS
from oneteam.journal.queries import sealed_after
from oneteam.kernel.clock import legal_day
from oneteam.people.sessions import holder_of
from oneteam.places.queries import area_finder
from oneteam.procedures.queries import runs

BATCH = 500
_Spot = tuple[UUID | None, Decimal | None, Decimal | None]  # place, longitude, latitude
SENTENCES: Mapping[str, Promise] = {
    "report.received": _("New report"),
    "report.answered": _("Answered"),
    "report.reopened": _("Taken up again"),
    "report.joined": _("Known already, joined"),
    "report.split": _("Parted from its incident"),
    "report.closed": _("Closed"),
    "incident.established": _("Decided what it is"),
    "incident.corrected": _("Incident corrected"),
    "incident.merged": _("Incidents merged"),
    "order.sent": _("Order sent"),
    "order.accepted": _("Order accepted"),
    "order.arrived": _("Arrived on the spot"),
    "order.handled": _("Handled"),
    "order.verified": _("Handling confirmed"),
    "order.refused": _("Not done, sent back"),
    "order.returned": _("Order returned"),
    "order.recalled": _("Order recalled"),
    "order.suspended": _("Order suspended"),
    "order.resumed": _("Order taken up again"),
    "order.extended": _("Time limit extended"),
    "order.urged": _("Urged"),
    "order.escalated": _("Told to a leader"),
    "clock.breached": _("Time limit passed"),
}
"""The acts that are told live, as a screen says them."""


@dataclass(frozen=True, slots=True)
class Seat:
    """Who listens: a session with the post in force; `account` is whose it is."""

    session: str
    account: str
    person: UUID
    post: UUID
    role: str


@dataclass(frozen=True, slots=True)
class Event:
    """One act as it is told. `topic` is the object's procedure; `post`: to whom an order was sent; `handled`: it waits
    for verification, which anybody in the field may do."""

    n: int
    kind: str
    topic: str
    object: UUID
    area: UUID | None
    at: datetime
    post: UUID | None = None
    handled: bool = False


@dataclass(frozen=True, slots=True)
class Heard:
    """What came after a number: the events, the last number that was looked at, whom an act of a session concerns."""

    events: Sequence[Event]
    last: int
    persons: frozenset[UUID]


def seat_of(session: str, *, moment: float, at: datetime) -> Seat | None:
    """Return who listens in the session of this key, or None where nobody may (`people.sessions.holder_of`)."""
    holder = holder_of(session, moment=moment, at=at)
    if holder is None:
        return None
    return Seat(session, holder.account, holder.post.person, holder.post.id, holder.post.role)


def may_hear(seat: Seat, event: Event) -> bool:
    """Tell whether somebody may hear of an event: exactly who may open the object it is about."""
    if event.topic in ("report", "incident"):
        return seat.role in READERS
    if event.topic == "order":
        return rules.sees(seat.role, seat.post, sent_to=event.post, handled=event.handled)
    return False


def heard_after(n: int) -> Heard:
    """Return what was sealed after the act with this number in the sealed order, at most BATCH acts.

    In a fixed number of queries, whatever the number of acts.
    """
    found = sealed_after(n, BATCH)
    told = [act for act in found if act.kind in SENTENCES]
    about = {act.stream for act in told}
    topics = {one: run.procedure for one, run in runs(about).items()}
    orders = {order.id: order for order in command.orders_by_id(about)} if about else {}
    handled = {one for one, run in runs(orders).items() if run.state == "handled"} if orders else set()
    spots = {one: (order.incident.place_id, order.incident.lon, order.incident.lat) for one, order in orders.items()}
    areas = _areas(about, spots, max(act.occurred_at for act in told)) if told else {}
    events = [
        Event(
            n=act.n, kind=act.kind, topic=topics[act.stream], object=act.stream, area=areas.get(act.stream),
            at=act.occurred_at, post=orders[act.stream].post_id if act.stream in orders else None,
            handled=act.stream in handled,
        )
        for act in told if act.stream in topics
    ]  # fmt: skip
    # Whoever signed out, lost a post or took another one must not hear on: their own acts say so at once.
    persons = {one for act in found if act.kind.startswith(("session.", "post.", "account."))
               for one in (act.stream, *act.about)}  # fmt: skip
    return Heard(events, found[-1].n if found else n, frozenset(persons))


def _areas(about: Iterable[UUID], orders: Mapping[UUID, _Spot], at: datetime) -> dict[UUID, UUID | None]:
    """Return in which area each report, incident and order lies, as far as it is known."""
    spots = dict(orders)
    wanted = set(about) - spots.keys()
    for report in intake.reports_with_incidents(wanted):
        incident = report.incident
        spots[report.id] = (
            (incident.place_id, incident.lon, incident.lat) if incident else (None, report.lon, report.lat)
        )
    for incident in intake.incidents_of(wanted - spots.keys()):
        spots[incident.id] = (incident.place_id, incident.lon, incident.lat)
    area = area_finder(legal_day(at))
    return {one: area(*spot) for one, spot in spots.items()}
