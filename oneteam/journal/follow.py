"""Followers: what reacts to acts reads them in the sealed order, each act once, none skipped.

A follower's writes and the advance of its cursor are one transaction, so a crash repeats nothing and loses nothing. A
handler that fails stops its own follower alone: it is tried again with growing pauses, act by act, and the fault stands
in the cursor for `oneteam doctor`.
"""

import logging
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from threading import Event
from typing import ClassVar

import psycopg
from django.db import OperationalError, connection, connections, transaction
from django.db.models import Max
from django.utils import timezone

from oneteam.journal.models import Act, Cursor, Leaf
from oneteam.journal.queries import stopped_followers
from oneteam.journal.seal import Sealer, dsn_of

log = logging.getLogger(__name__)

POLL = 1.0
LONGEST_PAUSE = 60.0


class Follower:
    """Base of what follows the journal. `kinds` limits the acts that are handed over; None takes every one.

    `awaited`: an import or a start waits for what it makes; what only helps to find things may come a little later.

    Handling must depend on the acts and the database alone; it runs inside a transaction and may record acts itself.
    """

    name: ClassVar[str]
    version: ClassVar[str] = "1"
    kinds: ClassVar[frozenset[str] | None] = None
    batch: ClassVar[int] = 200
    awaited: ClassVar[bool] = True

    def handle(self, batch: Sequence[Act]) -> None:
        """Take a batch of acts in sealed order. An exception undoes the whole batch, to be handed over again."""
        raise NotImplementedError(f"{type(self).__name__} handles nothing")


_followers: dict[str, Follower] = {}


def register_follower(follower: Follower) -> Follower:
    """Make a follower known to `run_followers` and `drain`. A name can be registered once."""
    if follower.name in _followers:
        raise ValueError(f"a follower {follower.name!r} is registered twice")
    _followers[follower.name] = follower
    return follower


def followers() -> Mapping[str, Follower]:
    """Return all registered followers by name."""
    return dict(_followers)


@dataclass(frozen=True, slots=True)
class Step:
    """What one step did: acts passed in the sealed order, and acts handed over among them."""

    passed: int
    handled: int


def advance(follower: Follower, *, most: int | None = None) -> Step:
    """Hand the next sealed acts to a follower and move its cursor, in one transaction; at most `most` acts pass.

    Two processes that advance the same follower take turns. What the handler raises is raised here, everything undone.
    """
    most = most or follower.batch
    Cursor.objects.get_or_create(follower=follower.name)
    with transaction.atomic():
        cursor = Cursor.objects.select_for_update().get(follower=follower.name)
        start = cursor.idx
        window = Leaf.objects.filter(idx__gte=start, idx__lt=start + most)
        last = window.aggregate(last=Max("idx"))["last"]
        if last is None:
            return Step(0, 0)
        acts = Act.objects.filter(leaf__idx__gte=start, leaf__idx__lte=last).order_by("leaf__idx")
        batch = list(acts if follower.kinds is None else acts.filter(kind__in=follower.kinds))
        if batch:
            follower.handle(batch)
        Cursor.objects.filter(follower=follower.name).update(idx=last + 1, error="", failed_at=None)
    return Step(last + 1 - start, len(batch))


def drain(names: Sequence[str] | None = None) -> dict[str, int]:
    """Let the followers take everything that is sealed now; returns how many acts each handled.

    The first fault of a follower is raised, after the others have gone as far as they can.
    """
    counts: dict[str, int] = {}
    fault: Exception | None = None
    for follower in [_followers[name] for name in names] if names is not None else list(_followers.values()):
        counts[follower.name] = 0
        try:
            while (step := advance(follower)).passed:
                counts[follower.name] += step.handled
        except Exception as error:
            _note_fault(follower, error)
            fault = fault or error
    if fault:
        raise fault
    return counts


def settle(sealer: Sealer, names: Sequence[str] | None = None, *, patience: float = 10.0) -> dict[str, int]:
    """Seal and drain until nothing moves any more, for commands that run without a server; returns acts handled.

    Acts that followers record are sealed and followed, too. An open write of anybody in the cluster holds sealing
    back; it is waited for, `patience` seconds from the last act that was sealed.
    """
    counts: dict[str, int] = {}
    deadline = time.monotonic() + patience
    while True:
        sealed = 0
        while step := sealer.step():
            sealed += step
        for name, count in drain(names).items():
            counts[name] = counts.get(name, 0) + count
        if sealed:
            deadline = time.monotonic() + patience
        elif not sealer.waiting() or time.monotonic() > deadline:
            return counts
        else:
            time.sleep(0.02)


def lag() -> dict[str, int]:
    """Return how many sealed acts each registered follower has still to pass."""
    last = Leaf.objects.aggregate(last=Max("idx"))["last"]
    total = 0 if last is None else last + 1
    done = dict(Cursor.objects.values_list("follower", "idx"))
    return {name: total - done.get(name, 0) for name in _followers}


def behind() -> bool:
    """Tell whether a follower that is awaited has sealed acts to pass. A stopped one is not waited for."""
    stopped = stopped_followers()
    return any(left for name, left in lag().items() if _followers[name].awaited and name not in stopped)


def _note_fault(follower: Follower, error: Exception) -> None:
    text = f"{type(error).__name__}: {error}"
    log.error(
        "follower %s failed: %s", follower.name, text, exc_info=error,
        extra={"event": "follower_failed", "follower": follower.name},
    )  # fmt: skip
    Cursor.objects.filter(follower=follower.name).update(error=text[:2000], failed_at=timezone.now())


@dataclass(slots=True)
class _Runner:
    """One follower being run: after a fault it goes act by act and rests longer each time."""

    follower: Follower
    failures: int = 0
    rest_until: float = 0.0

    def turn(self) -> bool:
        """Advance once unless resting; returns whether there may be more to do at once."""
        if time.monotonic() < self.rest_until:
            return False
        try:
            begun = time.monotonic()
            step = advance(self.follower, most=1 if self.failures else None)
        except OperationalError:
            raise
        except Exception as error:
            self.failures += 1
            self.rest_until = time.monotonic() + min(LONGEST_PAUSE, 2.0 ** (self.failures - 1))
            _note_fault(self.follower, error)
            return False
        if step.handled:
            self.failures = 0
            told = {"follower": self.follower.name, "acts": step.handled}
            log.info("", extra={"event": "followed", **told, "ms": round((time.monotonic() - begun) * 1000, 1)})
        return bool(step.passed)


def run_followers(stop: Event) -> None:
    """Run all registered followers in this thread until told to stop: woken by each sealed batch, and every second.

    The database's restarts are outlived. Uses Django's connection of this thread and one of its own for listening.
    """
    runners = [_Runner(follower) for follower in _followers.values()]
    listener: psycopg.Connection[tuple[object, ...]] | None = None
    while not stop.is_set():
        try:
            if listener is None:
                listener = _listen()
            while not stop.is_set() and sum(runner.turn() for runner in runners):
                pass
            if not stop.is_set():
                for _notice in listener.notifies(timeout=POLL, stop_after=1):
                    pass
        except (OperationalError, psycopg.OperationalError) as error:
            log.warning("the followers lost the database and try again: %s", error)
            if listener is not None:
                listener.close()
                listener = None
            connection.close()
            stop.wait(POLL)
    if listener is not None:
        listener.close()
    connection.close()


def _listen() -> psycopg.Connection[tuple[object, ...]]:
    """Open a connection that hears of sealed batches. It is not Django's: a pool would hand it to somebody else."""
    listener = psycopg.connect(dsn_of(connections["default"].settings_dict), autocommit=True)
    row = listener.execute("SELECT current_schema() || '_sealed'").fetchone()
    assert row is not None
    listener.execute(psycopg.sql.SQL("LISTEN {}").format(psycopg.sql.Identifier(str(row[0]))))
    return listener
