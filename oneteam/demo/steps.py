"""What anything told of the made-up city is made of: spots, steps in time, and lives whose steps follow each other."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from oneteam.demo.ground import Made, ground

SECOND, MINUTE, DAY = timedelta(seconds=1), timedelta(minutes=1), timedelta(days=1)
FRONT, BACK = "front", "back"
PROMISE = 60 * MINUTE + timedelta(seconds=5)  # when the timer sees that an answer is late


@dataclass(frozen=True, slots=True)
class Spot:
    """Where something is: a place by its code, the community and area around it, the point, and how people call it."""

    place: str
    community: str
    area: str
    lon: float
    lat: float
    where: str


@dataclass(frozen=True, slots=True, order=True)
class Step:
    """One thing that happens: in which life, which verb of the stage, and what the verb needs to know."""

    at: datetime
    life: int
    number: int
    verb: str = field(compare=False)
    lane: str = field(compare=False, default=FRONT)
    spot: Spot | None = field(compare=False, default=None)
    of: Mapping[str, Any] = field(compare=False, default_factory=dict)


def spots(*, whole: bool) -> list[Spot]:
    """Return where things happen: landmarks and shops, in the order of their codes."""
    here = ground(whole=whole)
    area_of = {place.code: str(place.parent) for place in here.of("community")}
    return [
        Spot(place.code, str(place.parent), area_of[str(place.parent)], place.lon, place.lat, _called(place))
        for place in sorted(here.of("landmark", "shop"), key=lambda each: each.code)
    ]


def _called(place: Made) -> str:
    return f"{place.address}{place.zh}" if place.kind == "shop" and place.address else place.zh


class Life:
    """The steps of one life, each some minutes after the one before."""

    def __init__(self, number: int, at: datetime, kind: str, spot: Spot) -> None:
        self.number, self.at, self.kind, self.spot = number, at, kind, spot
        self.begun, self.lane, self.caller, self.matter = at, FRONT, False, ""
        self.decided = at
        self.told: list[Step] = []

    def then(self, minutes: float, verb: str, **of: Any) -> None:
        """Add a step so many minutes after the last one."""
        self.at += minutes * MINUTE
        self._add(self.at, verb, self.lane, of)

    def late(self) -> None:
        """Let the timer see, once the promise is over, that the answer is late."""
        self.look(self.begun + PROMISE)

    def look(self, at: datetime) -> None:
        """Let the timer look at the clocks at a moment."""
        self._add(at, "look_at_clocks", BACK, {})

    def _add(self, at: datetime, verb: str, lane: str, of: Mapping[str, Any]) -> None:
        self.told.append(Step(at, self.number, len(self.told), verb, lane, self.spot, of))
