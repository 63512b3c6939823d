"""The history of the demo city: four weeks of its life, done through the same acts as in real use before it is served.

Two processes go through the two lanes of `demo.history`: the front one draws every number, the back one does the long
rest of each order and looks at the clocks, and is never ahead of the front. What comes out depends on the seed alone.
"""

import multiprocessing
import os
import signal
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from multiprocessing.connection import Connection

from django.db import connections

from oneteam.demo.history import lanes
from oneteam.demo.steps import BACK, FRONT, Step
from oneteam.journal.acts import write
from oneteam.journal.queries import count_by_kind
from oneteam.kernel.errors import NotReadyError, OneteamError
from oneteam.server.child import die_with
from oneteam.server.demo_cases import take
from oneteam.server.demo_cast import Cast
from oneteam.server.demo_stage import Stage, Things
from oneteam.server.text import gettext as _

TOGETHER = 40  # steps in one transaction
ALONE = 1000  # steps from which on a second process is worth its start
DAYS = timedelta(days=40)  # of which turns of duty are known
Tell = Callable[[float], None]


def silent(_share: float) -> None:
    """Tell nobody how much is lived."""


@dataclass(frozen=True, slots=True)
class News:
    """What the front lane tells: until when it is done, what came of it by life, and which lives were refused."""

    until: datetime
    things: Mapping[int, Things] = field(default_factory=dict)
    ended: frozenset[int] = frozenset()


@dataclass(slots=True)
class Lived:
    """What became of the steps: how many were taken, what refused the others, what came of each life."""

    steps: int = 0
    refused: dict[str, int] = field(default_factory=dict)
    things: dict[int, Things] = field(default_factory=dict)

    def add(self, other: "Lived") -> None:
        """Add what another lane did."""
        self.steps += other.steps
        for reason, count in other.refused.items():
            self.refused[reason] = self.refused.get(reason, 0) + count


def lived_already() -> bool:
    """Tell whether anything was told yet: a history is lived once, and not gone on with where it was interrupted."""
    return "report.received" in count_by_kind()


def live(*, whole: bool, until: datetime, seed: int | None = None, tell: Tell = silent) -> Lived:
    """Live the history up to a moment (aware); nothing where anything was told before. `tell` hears the share lived."""
    if lived_already():
        return Lived()
    lane = lanes(whole=whole, until=until, seed=seed)
    if len(lane[FRONT]) < ALONE:
        lived = Lived()
        stage = Stage(Cast(until - DAYS, until))
        for part in _parts(steps := sorted([*lane[FRONT], *lane[BACK]])):
            _together(stage, part, lived)
            tell(_share(steps, part[-1], until))
        lived.things = dict(stage.things)
        return lived
    return _two(lane, until, tell)


def _share(steps: Sequence[Step], now: Step, until: datetime) -> float:
    """Return how much of the time from the first step until the end is lived at a step, from 0 to 1."""
    return (now.at - steps[0].at) / (until - steps[0].at)


def _parts(steps: Sequence[Step]) -> Iterator[Sequence[Step]]:
    for begin in range(0, len(steps), TOGETHER):
        yield steps[begin : begin + TOGETHER]


def _together(stage: Stage, steps: Iterable[Step], lived: Lived) -> None:
    """Take steps in one transaction; one that is refused ends its life, and the others go on."""
    done = Lived()

    def whole() -> None:
        nonlocal done
        done = Lived()  # the transaction may be tried again
        for step in steps:
            if step.life in stage.ended:
                continue
            try:
                take(stage, step)
                done.steps += 1
            except OneteamError as error:
                reason = f"{step.verb}: {error}"
                done.refused[reason] = done.refused.get(reason, 0) + 1
                stage.ended.add(step.life)

    write(whole)()
    lived.add(done)


# ---- two processes


def _two(lane: Mapping[str, Sequence[Step]], until: datetime, tell: Tell) -> Lived:
    """Go through the front lane in a process of its own, through the back lane here."""
    connections.close_all()  # a connection is no other process's
    here, there = multiprocessing.Pipe(duplex=False)
    front = multiprocessing.get_context("fork").Process(
        target=_front, args=(lane[FRONT], until, there, os.getpid()), daemon=True
    )
    front.start()
    there.close()
    try:
        lived = _back(lane[BACK], until, here, tell)
        front.join()
    finally:
        if front.is_alive():
            front.terminate()
            front.join()
    return lived


def _front(steps: Sequence[Step], until: datetime, out: "Connection[News | Lived, None]", parent: int) -> None:
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)
    die_with(parent, signal.SIGTERM)
    _hurry()
    stage, lived = Stage(Cast(until - DAYS, until)), Lived()
    for part in _parts(steps):
        _together(stage, part, lived)
        # Until the moment of its last step, which may be another step's as well.
        came = {step.life: dict(stage.things[step.life]) for step in part}
        out.send(News(part[-1].at - timedelta(microseconds=1), came, frozenset(stage.ended)))
    out.send(News(until))
    out.send(lived)
    connections.close_all()


def _back(steps: Sequence[Step], until: datetime, news: "Connection[None, News | Lived]", tell: Tell) -> Lived:
    _hurry()
    stage, lived = Stage(Cast(until - DAYS, until)), Lived()
    known = steps[0].at - DAYS if steps else until
    waiting: list[Step] = []
    for step in steps:
        while step.at > known or len(waiting) >= TOGETHER:
            if waiting:
                # Committed before waiting, so that the front never waits for a row of ours.
                _together(stage, waiting, lived)
                tell(_share(steps, waiting[-1], until))
                waiting = []
            elif step.at > known:
                heard = _heard(news)
                known = heard.until
                stage.ended |= heard.ended
                for life, things in heard.things.items():
                    stage.things[life].update(things)
        waiting.append(step)
    _together(stage, waiting, lived)
    lived.add(_last(news))
    lived.things = dict(stage.things)
    return lived


def _hurry() -> None:
    """Let commits of this lane not wait for the disk: the first one afterwards that does takes them along."""
    with connections["default"].cursor() as cursor:
        cursor.execute("SET synchronous_commit TO off")


def _heard(news: "Connection[None, News | Lived]") -> News:
    try:
        heard = news.recv()
    except EOFError as error:
        raise NotReadyError(_("the demo city's history was interrupted")) from error
    if isinstance(heard, Lived):
        raise TypeError("the front lane ended too early")
    return heard


def _last(news: "Connection[None, News | Lived]") -> Lived:
    while not isinstance(heard := news.recv(), Lived):
        pass
    return heard


__all__ = ["Lived", "live", "lived_already"]
