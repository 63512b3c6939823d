"""Who should go: an order of the people on duty, with the minutes and the reason of each. A person decides.

Nobody's position is read: a way is estimated from the ground that a post covers to the spot (GCJ-02 is none of ours,
all points are WGS 84). Two settings weigh way and load; both are the city's.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from math import ceil, inf
from uuid import UUID

from django.db.models import Count
from django.utils.translation import gettext as _

from oneteam.command.acts import RECEIVERS
from oneteam.command.models import Order
from oneteam.intake.models import Handling, Incident
from oneteam.kernel.clock import legal_day
from oneteam.kernel.errors import MissingError
from oneteam.kernel.geometry import metres
from oneteam.lawbook.queries import book
from oneteam.people.queries import HeldPost, absent_from_duty, on_duty
from oneteam.people.standing import CertificateInfo, certificates_on
from oneteam.places.ground import Ground, ground
from oneteam.procedures.queries import in_state

DETOUR = 1.3  # ways on roads are so much longer than the straight line; a habit of planners, no measurement of ours
LEAST_MINUTES = 2


@dataclass(frozen=True, slots=True)
class Spot:
    """Where something is, as far as it is known, and on which side of the line it lies ("" before it is decided)."""

    place: UUID | None
    lon: Decimal | None
    lat: Decimal | None
    handling: str


@dataclass(frozen=True, slots=True)
class Candidate:
    """Somebody on duty who could be sent.

    `minutes`: the estimated way, None where no way can be estimated. `covers`: the spot lies on their ground. `may`:
    what it is about is theirs to decide; who may not can still look and pass it on. `away`: the way in metres.
    """

    post: HeldPost
    person: UUID
    minutes: int | None
    covers: bool
    may: bool
    open_orders: int
    away: float | None
    certificate: CertificateInfo | None
    violation: bool

    @property
    def reason(self) -> tuple[str, ...]:
        """Why they stand where they stand, in short facts in the reader's language."""
        return tuple(_reason(self))


def dispatch_proposal(incident: UUID, at: datetime) -> list[Candidate]:
    """Return who could be sent to an incident at a moment, best first. MissingError for an unknown incident."""
    row = Incident.objects.filter(id=incident).first()
    if row is None:
        raise MissingError(_("There is no such incident."))
    return propose(Spot(row.place_id, row.lon, row.lat, row.handling), at)


def propose(spot: Spot, at: datetime) -> list[Candidate]:
    """Return who on duty could be sent to a spot, best first; in a fixed number of queries.

    Whoever may decide the matter comes before who may only look (a violation takes an officer whose certificate is
    valid that day); then the fewest minutes, each order in hand counted as the city has set; then the name.
    """
    day = legal_day(at)
    found, here = on_duty(at, RECEIVERS), ground(day)
    target = _target(spot, here)
    grounds = _grounds(spot, target, {place for held in found for place in held.scope}, here)
    load = _load()
    violation = spot.handling == Handling.ENFORCEMENT
    valid = certificates_on((held.person for held in found if held.role == "officer"), day) if violation else {}
    law = book()
    a_km, an_order = (int(law.value(f"dispatch.minutes_{name}")) for name in ("a_km", "an_order"))
    listed: list[tuple[tuple[bool, float, str], Candidate]] = []
    for held in found:
        own = [known for place in held.scope if (known := grounds.get(place)) is not None]
        covers = any(around for _metres, around in own)
        away = min((way for way, around in own if around or not covers), default=None)
        minutes = max(LEAST_MINUTES, ceil(away * DETOUR / 1000 * a_km)) if away is not None else None
        # Under another post the same person may not enforce, whatever certificate there is (OFF-05).
        certificate = valid.get(held.person) if held.role == "officer" else None
        may = not violation or certificate is not None
        one = Candidate(
            held, held.person, minutes, covers, may, load[held.id], away, certificate, violation
        )  # fmt: skip
        cost = (inf if minutes is None else minutes) if target else 0
        listed.append(((not may, cost + an_order * one.open_orders, held.pinyin), one))
    return [one for _key, one in sorted(listed, key=lambda pair: pair[0])]


def absent(at: datetime) -> list[tuple[HeldPost, str, datetime]]:
    """Return who by the roster would be on duty but is away, with the reason and until when."""
    return [(held, away.reason, away.ends) for held, away in absent_from_duty(at, RECEIVERS)]


def _target(spot: Spot, here: Ground) -> tuple[float, float] | None:
    if spot.lon is not None and spot.lat is not None:
        return float(spot.lon), float(spot.lat)
    return here.points.get(spot.place) if spot.place is not None else None


def _grounds(
    spot: Spot, target: tuple[float, float] | None, places: Iterable[UUID], here: Ground
) -> dict[UUID, tuple[float, bool]]:
    """Return how many metres each place is away, and whether the spot lies in it; places unknown today are left out.

    Once a place: hundreds of people share their grounds.
    """
    if target is None:
        return {}
    around = here.within(spot.place) if spot.place is not None else set()
    return {place: (metres(*target, *here.points[place]), place in around) for place in places if place in here.points}


def _reason(one: Candidate) -> Iterable[str]:
    if one.covers:
        yield _("Their ground")
    if one.away is not None:
        yield _("%(km).1f km") % {"km": one.away * DETOUR / 1000}
    if one.violation and one.certificate is not None:
        yield _("Certificate until %(day)s") % {"day": one.certificate.valid_to.isoformat()}
    elif one.violation and one.post.role == "officer":
        yield _("No valid certificate: can look, not decide")
    elif one.violation:
        yield _("Can look and pass on, not decide")


def in_hand(count: int) -> str:
    """Return how many orders somebody has in hand, in words."""
    return _("%(count)d in hand") % {"count": count}


def _load() -> Counter[UUID]:
    """Return how many orders each post has in hand: of all posts, as naming hundreds of them costs more."""
    open_orders = in_state("order", "sent", "accepted", "arrived", "suspended")
    counted = Order.objects.filter(id__in=open_orders).values_list("post_id").annotate(count=Count("id"))
    return Counter(dict(counted))
