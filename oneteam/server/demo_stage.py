"""What happens in the demo city is done here, by the same acts as in real use: one verb, one act of a room."""

import io
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from oneteam.command import acts as command
from oneteam.command import conduct
from oneteam.demo.scenes import Shot, photograph
from oneteam.demo.steps import Spot, Step
from oneteam.files.photos import Photo, read_photo
from oneteam.intake import acts as intake
from oneteam.intake.telling import Told
from oneteam.journal.actors import Actor, machine
from oneteam.kernel.clock import legal_day
from oneteam.kernel.errors import MissingError
from oneteam.lawbook.queries import matter as matter_on
from oneteam.procedures.acts import breach_overdue
from oneteam.procedures.models import Clock
from oneteam.server.demo_cast import Cast
from oneteam.triage.follower import Proposing
from oneteam.triage.queries import proposals

RECEIVERS = ("grid_attendant", "officer")
SEEN_AFTER = timedelta(seconds=5)  # the timer looks so often
Things = dict[str, UUID]


@dataclass(slots=True)
class Stage:
    """Takes the steps of `demo_cases.take`. `things`: what came of each life; `ended`: those with a refused one.

    `hand_in` hands a report in as a connected system does; None: by the act that does so.
    """

    cast: Cast
    proposing: Proposing = field(default_factory=Proposing)
    things: dict[int, Things] = field(default_factory=lambda: defaultdict(dict))
    ended: set[int] = field(default_factory=set)
    hand_in: Callable[[Told], UUID] | None = None

    def key(self, step: Step) -> str:
        """Return what a step is known by when it is taken again after an interruption."""
        return f"demo-{step.life}-{step.number}"

    # ---- who, where, and what it looked like

    def who(self, step: Step, *roles: str, besides: tuple[Actor, ...] = ()) -> Actor:
        """Return whom the step names (`by`), else somebody on duty."""
        by = step.of.get("by")
        if by:
            return self.cast.named(by, step.of.get("as", roles[0]))
        return self.cast.somebody(roles, step.at, step.spot, draw=f"{step.life} {step.verb}", besides=besides)

    def holder(self, step: Step) -> Actor:
        """Return to whom the order of this life was sent."""
        return self.cast.actors[self.things[step.life]["post"]]

    def spot(self, step: Step) -> Spot:
        """Return where the step happens."""
        if step.spot is None:
            raise ValueError(f"{step.verb} happens nowhere")
        return step.spot

    def photo(self, step: Step, matter: str, *, minutes: float = 0, after: bool = False) -> Photo:
        """Return a photograph of the spot, taken so many minutes before the step."""
        spot = self.spot(step)
        shot = Shot(
            matter=matter, street=spot.place, taken_at=step.at - timedelta(minutes=minutes), lon=spot.lon, lat=spot.lat,
            after=after,
        )  # fmt: skip
        return read_photo(io.BytesIO(photograph(shot)))

    # ---- reports

    def do_receive(self, step: Step) -> None:
        """Somebody tells us; through the connected system, or an attendant for those who call the station."""
        of, spot = step.of, self.spot(step)
        point = (degrees(spot.lon), degrees(spot.lat)) if of.get("exact") else (None, None)
        told = Told(
            channel=of["channel"], title=of["title"], text=of["text"], told_at=step.at, address=spot.where,
            caller_name=of.get("name", ""), caller_phone=of.get("phone", ""), external_id=of.get("external"),
            lon=point[0], lat=point[1],
        )  # fmt: skip
        by_hand = of["channel"] == "grid_patrol" or "by" in of
        actor = self.who(step, "grid_attendant") if by_hand else self.cast.client
        source = "staff" if by_hand else f"api:{actor.id}"
        if self.hand_in is not None and not by_hand:
            self.things[step.life]["report"] = self.hand_in(told)
            return
        received = intake.receive_report(actor=actor, at=step.at, told=told, source=source)
        self.things[step.life]["report"] = received.id

    def do_propose(self, step: Step) -> None:
        """The machine proposes what it is."""
        self.proposing.record([self.things[step.life]["report"]], at=step.at)

    def do_decide(self, step: Step) -> None:
        """The desk confirms or corrects the proposal: the incident stands."""
        things, spot = self.things[step.life], self.spot(step)
        matter = matter_on(step.of["matter"], legal_day(step.at))
        proposal = proposals([things["report"]]).get(things["report"])
        place, urgency = self.cast.ids[spot.place], step.of.get("urgency") or str(matter.urgency)
        chosen = {"matter": matter.code, "urgency": urgency, "place": place}
        corrected: tuple[str, ...] = ()
        if proposal is not None:
            meant = {"matter": proposal.matter, "urgency": proposal.urgency, "place": proposal.place_id}
            corrected = tuple(name for name, value in meant.items() if chosen[name] != value)
        things["incident"] = intake.open_incident(
            actor=self.who(step, "dispatcher"), at=step.at, report=things["report"],
            established=intake.Established(
                matter=matter.code, field=matter.field or "", handling=str(matter.kind), urgency=urgency, place=place,
                lon=degrees(spot.lon), lat=degrees(spot.lat), proposal=proposal.id if proposal else None,
                corrected=corrected,
            ),
            key=self.key(step),
        )  # fmt: skip

    def do_join(self, step: Step) -> None:
        """It is what another life tells of."""
        things, other = self.things[step.life], self.things[step.of["into"]]
        if "incident" not in other:
            raise MissingError(f"nothing came of life {step.of['into']}")
        things["incident"] = other["incident"]
        intake.join_report(
            actor=self.who(step, "dispatcher"), at=step.at, report=things["report"], incident=things["incident"]
        )

    def do_resolve(self, step: Step) -> None:
        """What was taken over on the round is no longer the case."""
        intake.resolve_incident(
            actor=self.who(step, "dispatcher"), at=step.at, incident=self.things[step.life]["incident"]
        )

    def do_answer(self, step: Step) -> None:
        """The source gets its answer."""
        intake.answer_report(
            actor=self.who(step, "dispatcher"), at=step.at, report=self.things[step.life]["report"],
            answer=step.of["words"], result=step.of["result"],
        )  # fmt: skip

    def do_close(self, step: Step) -> None:
        """Whoever told was spoken to, and it is over."""
        intake.close_report(
            actor=self.who(step, "dispatcher"), at=step.at, report=self.things[step.life]["report"],
            contacted=step.of["contacted"], satisfaction=step.of.get("satisfaction", ""),
        )  # fmt: skip

    def do_review(self, step: Step) -> None:
        """Looked at again for a caller who is not content."""
        intake.review_report(
            actor=self.who(step, "dispatcher"), at=step.at, report=self.things[step.life]["report"],
            reason=step.of["words"],
        )  # fmt: skip

    def do_reopen(self, step: Step) -> None:
        """Told again that it is not done."""
        intake.reopen_report(
            actor=self.who(step, "dispatcher"), at=step.at, report=self.things[step.life]["report"],
            reason=step.of["words"],
        )  # fmt: skip

    # ---- orders

    def do_send(self, step: Step) -> None:
        """The desk sends somebody who is on duty."""
        things = self.things[step.life]
        before = (self.cast.actors[things["post"]],) if step.of.get("besides") and "post" in things else ()
        if "to" in step.of:
            receiver = self.cast.named(step.of["to"], step.of["role"])
        else:
            receiver = self.cast.somebody(
                [step.of["role"]], step.at, step.spot, draw=f"{step.life} receiver", besides=before
            )
        if receiver.post is None:
            raise ValueError(f"{receiver.name} acts under no post")
        things["order"] = command.send_order(
            actor=self.who(step, "dispatcher"), at=step.at, incident=things["incident"], post=receiver.post,
            instruction=step.of["words"], key=self.key(step),
        ).id  # fmt: skip
        things["post"] = receiver.post

    def do_accept(self, step: Step) -> None:
        """Accepted by whom it was sent to."""
        command.accept_order(actor=self.holder(step), at=step.at, order=self.things[step.life]["order"])

    def do_arrive(self, step: Step) -> None:
        """On the spot."""
        command.arrive(actor=self.holder(step), at=step.at, order=self.things[step.life]["order"])

    def do_handle(self, step: Step) -> None:
        """Handled, now and then with photos from before and after."""
        order = self.things[step.life]["order"]
        before: list[Photo] = []
        after: list[Photo] = []
        if step.of.get("photo"):
            before = [self.photo(step, step.of["matter"], minutes=5)]
            after = [self.photo(step, step.of["matter"], minutes=0.5, after=True)]
        command.handle_order(
            actor=self.holder(step), at=step.at, order=order, note=step.of["words"], before=before, after=after
        )

    def do_return(self, step: Step) -> None:
        """Given back with the reason."""
        command.return_order(
            actor=self.holder(step), at=step.at, order=self.things[step.life]["order"], reason=step.of["words"]
        )

    def do_verify(self, step: Step) -> None:
        """Somebody else looks and confirms it."""
        command.verify_order(actor=self._other(step), at=step.at, order=self.things[step.life]["order"])

    def do_refuse(self, step: Step) -> None:
        """Somebody else looks and finds it not done."""
        command.refuse_verification(
            actor=self._other(step), at=step.at, order=self.things[step.life]["order"], reason=step.of["words"]
        )

    def _other(self, step: Step) -> Actor:
        things = self.things[step.life]
        besides = [self.holder(step), *(self.cast.actors[things[name]] for name in ("second",) if name in things)]
        return self.who(step, *RECEIVERS, besides=tuple(besides))

    def do_ask_extension(self, step: Step) -> None:
        """More time is asked for."""
        conduct.ask_extension(
            actor=self.holder(step), at=step.at, order=self.things[step.life]["order"], reason=step.of["words"]
        )

    def do_extend(self, step: Step) -> None:
        """More time is granted."""
        conduct.extend_order(
            actor=self.who(step, "dispatcher"), at=step.at, order=self.things[step.life]["order"],
            reason=step.of["words"],
        )  # fmt: skip

    def do_suspend(self, step: Step) -> None:
        """The work cannot go on for now."""
        conduct.suspend_order(
            actor=self.holder(step), at=step.at, order=self.things[step.life]["order"], ground=step.of["ground"],
            reason=step.of["words"],
        )  # fmt: skip

    def do_resume(self, step: Step) -> None:
        """The work goes on."""
        conduct.resume_order(actor=self.holder(step), at=step.at, order=self.things[step.life]["order"])

    def do_urge(self, step: Step) -> None:
        """The desk urges."""
        conduct.urge_order(
            actor=self.who(step, "dispatcher"), at=step.at, order=self.things[step.life]["order"],
            reason=step.of["words"],
        )  # fmt: skip

    # ---- the clocks

    def do_look_at_clocks(self, step: Step) -> None:
        """Record each clock that ran out, at the moment at which the timer would have seen it, and tell the leader."""
        running: Mapping[str, Any] = {"stopped_at": None, "breached_act": None, "paused_since": None}
        late = Clock.objects.filter(due__lt=step.at - SEEN_AFTER, **running).order_by("due", "id")
        for due, run, name in list(late.values_list("due", "run_id", "name")):
            breach_overdue(actor=machine("clock", "1"), at=due + SEEN_AFTER)
            if name.startswith("order."):
                conduct.escalate_order(actor=machine("escalation", "1"), at=due + 2 * SEEN_AFTER, order=run, clock=name)


def degrees(value: float) -> Decimal:
    """Return degrees as the rooms take them."""
    return Decimal(f"{value:.6f}")
