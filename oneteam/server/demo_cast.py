"""Who does what is told of the demo city: people by name, or whoever is on duty where it happens."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID
from zlib import crc32

from oneteam.demo.steps import Spot
from oneteam.exchange.models import Client
from oneteam.journal.actors import Actor, ActorKind
from oneteam.kernel.errors import MissingError
from oneteam.people.models import Duty, Post
from oneteam.places.models import Place
from oneteam.server.founding import DEMO_CLIENT


class Cast:
    """The people of the demo city as they stand when this is made, with their turns of duty in a span of time."""

    def __init__(self, since: datetime, until: datetime) -> None:
        codes = dict(Place.objects.values_list("id", "code"))
        self.ids = {code: place for place, code in codes.items()}
        self.actors: dict[UUID, Actor] = {}
        self._named: dict[tuple[str, str], Actor] = {}
        self._of_role: dict[str, list[tuple[UUID, frozenset[str]]]] = defaultdict(list)
        columns = ("id", "person_id", "role", "scope", "person__account__username", "person__name_zh")
        for post, person, role, scope, username, name in Post.objects.order_by(
            "person__account__username", "id"
        ).values_list(*columns):
            actor = Actor(kind=ActorKind.PERSON, id=str(person), post=post, role=role, name=name)
            self.actors[post] = self._named[username, role] = actor
            self._of_role[role].append((post, frozenset(codes[place] for place in scope)))
        self._starts: dict[UUID, list[datetime]] = defaultdict(list)
        self._ends: dict[UUID, list[datetime]] = defaultdict(list)
        turns = Duty.objects.filter(starts__lt=until, ends__gt=since).order_by("starts")
        for post, starts, ends in turns.values_list("post_id", "starts", "ends"):
            self._starts[post].append(starts)
            self._ends[post].append(ends)
        [client] = Client.objects.filter(name=DEMO_CLIENT, active=True).values_list("id", flat=True)
        self.client = Actor(kind=ActorKind.CLIENT, id=str(client), name=DEMO_CLIENT)

    def named(self, username: str, role: str) -> Actor:
        """Return a person under the post of a role; MissingError for who has none."""
        try:
            return self._named[username, role]
        except KeyError:
            raise MissingError(f"{username} is no {role} of the demo city") from None

    def on_duty(self, role: str, at: datetime) -> list[tuple[Actor, frozenset[str]]]:
        """Return who is on duty under a role at a moment, by user name, with the places they are there for."""
        return [
            (self.actors[post], scope)
            for post, scope in self._of_role[role]
            if (begun := bisect_right(self._starts[post], at)) and at < self._ends[post][begun - 1]
        ]

    def somebody(
        self, roles: Sequence[str], at: datetime, spot: Spot | None, *, draw: str, besides: Sequence[Actor] = ()
    ) -> Actor:
        """Return somebody on duty: of the community of the spot, else of its area, else of the city.

        `draw` decides among several who stand equal. `besides` are persons who are not meant.
        """
        keep_out = {actor.id for actor in besides}
        found = [each for role in roles for each in self.on_duty(role, at) if each[0].id not in keep_out]
        for place in (spot.community, spot.area) if spot else ():
            if near := [each for each in found if place in each[1]]:
                found = near
                break
        if not found:
            raise MissingError(f"nobody is on duty as {', '.join(roles)} at {at:%Y-%m-%d %H:%M}")
        return found[crc32(draw.encode()) % len(found)][0]
