"""Followers: every sealed act once, in order, whatever writers, crashes and bad handlers do."""

import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import ClassVar

import pytest
from django.db import connection, transaction

from oneteam.journal import follow
from oneteam.journal.acts import record
from oneteam.journal.follow import Follower, advance, behind, drain, lag, register_follower, run_followers, settle
from oneteam.journal.models import Act, Cursor, Leaf
from oneteam.journal.queries import seal_state, stopped_followers
from oneteam.journal.tests.kit import NOW, TESTER, World, one, rows, running, told, wait_until
from oneteam.kernel.ids import uuid7


class Noting(Follower):
    """Notes what it got in a table, in the transaction of its cursor."""

    name = "noting"
    kinds = frozenset({"probe.told"})
    batch = 7
    poison: ClassVar[str | None] = None

    def handle(self, batch: Sequence[Act]) -> None:
        """Insert a row an act; fail at the poisoned word."""
        for act in batch:
            if act.payload["word"] == type(self).poison:
                raise ValueError(f"cannot take {act.payload['word']}")
            rows("INSERT INTO noted (act) VALUES (%s)", [act.id])


class Answering(Follower):
    """Records an act of its own for each one it sees, as triage does."""

    name = "answering"
    kinds = frozenset({"probe.told"})

    def handle(self, batch: Sequence[Act]) -> None:
        """Record one act for the batch."""
        record(kind="probe.changed", actor=TESTER, at=NOW, stream=uuid7(), about=[act.stream for act in batch])


@pytest.fixture
def only(world: World, monkeypatch: pytest.MonkeyPatch) -> World:
    """A city in which these followers alone are registered, and a table they write to."""
    monkeypatch.setattr(follow, "_followers", {})
    monkeypatch.setattr(Noting, "poison", None)
    register_follower(Noting())
    with world.connect() as owner:
        owner.execute("CREATE TABLE noted (n bigserial, act uuid)")
        owner.execute("GRANT SELECT, INSERT ON noted TO PUBLIC")
        owner.execute("GRANT USAGE ON SEQUENCE noted_n_seq TO PUBLIC")
    world.seal()
    drain()
    return world


def noted() -> list[object]:
    return [row[0] for row in rows("SELECT act FROM noted ORDER BY n")]


def sealed(kind: str = "probe.told") -> list[object]:
    return list(Act.objects.filter(kind=kind, leaf__isnull=False).order_by("leaf__idx").values_list("id", flat=True))


def test_a_follower_gets_each_sealed_act_of_its_kinds_once_in_order(only: World) -> None:
    for _ in range(20):
        one()
    assert drain() == {"noting": 0}  # nothing is sealed yet
    only.seal()
    assert lag() == {"noting": 20}
    assert drain() == {"noting": 20}
    assert drain() == {"noting": 0}
    assert lag() == {"noting": 0}
    assert noted() == sealed()


def test_only_an_awaited_follower_is_waited_for(only: World) -> None:
    class Finding(Noting):
        name, awaited = "finding", False

    register_follower(Finding())
    one()
    only.seal()
    assert behind()
    assert drain(["noting"]) == {"noting": 1}
    assert not behind()
    assert lag()["finding"] > 0


def test_writes_and_cursor_stand_or_fall_together(only: World, monkeypatch: pytest.MonkeyPatch) -> None:
    for word in ("a", "b", "bad", "c"):
        one(word=word)
    only.seal()
    monkeypatch.setattr(Noting, "poison", "bad")
    before = Cursor.objects.get(follower="noting").idx
    with pytest.raises(ValueError, match="bad"):
        advance(follow.followers()["noting"])
    assert Cursor.objects.get(follower="noting").idx == before
    assert noted() == []


def test_a_failing_follower_is_named_and_blocks_no_other(only: World, monkeypatch: pytest.MonkeyPatch) -> None:
    class Other(Noting):
        name = "other"

        def handle(self, batch: Sequence[Act]) -> None:
            return

    register_follower(Other())
    one(word="bad")
    only.seal()
    monkeypatch.setattr(Noting, "poison", "bad")
    with pytest.raises(ValueError, match="cannot take bad"):
        drain()
    assert lag() == {"noting": 1, "other": 0}
    assert stopped_followers() == {"noting": "ValueError: cannot take bad"}
    monkeypatch.setattr(Noting, "poison", None)
    drain()
    assert stopped_followers() == {}


def test_two_processes_that_advance_one_follower_double_nothing(only: World) -> None:
    for _ in range(60):
        one()
    only.seal()

    def work(_number: int) -> None:
        try:
            drain()
        finally:
            connection.close()

    with ThreadPoolExecutor(3) as pool:
        list(pool.map(work, range(3)))
    assert noted() == sealed()


def test_acts_that_followers_record_are_sealed_and_followed_too(only: World) -> None:
    register_follower(Answering())
    for _ in range(3):
        one()
    sealer = only.sealer()
    try:
        assert settle(sealer) == {"noting": 3, "answering": 3}
    finally:
        sealer.close()
    recorded = Act.objects.filter(kind="probe.changed", leaf__isnull=False)
    assert sum(len(act.about) for act in recorded) == 3
    assert seal_state().unsealed == 0


def test_slow_and_fast_writers_with_a_running_sealer_lose_and_double_nothing(
    only: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Sealer and followers run while writers commit late, roll back, and one handler fails for a while."""
    monkeypatch.setattr(follow, "POLL", 0.05)
    monkeypatch.setattr(follow, "LONGEST_PAUSE", 0.05)
    monkeypatch.setattr(Noting, "poison", "slow 12")

    def writer(name: str) -> int:
        kept = 0
        try:
            for turn in range(30):
                try:
                    with transaction.atomic():
                        told(word=f"{name} {turn}")
                        time.sleep(0.015 if name == "slow" else 0)
                        if turn % 7 == 6:
                            raise LookupError
                    kept += 1
                except LookupError:
                    pass
        finally:
            connection.close()
        return kept

    with running(only.sealer(batch=11).run, run_followers):
        with ThreadPoolExecutor(4) as pool:
            kept = sum(pool.map(writer, ("slow", "fast", "faster", "fastest")))
        wait_until(lambda: not seal_state().unsealed and bool(stopped_followers()))
        monkeypatch.setattr(Noting, "poison", None)
        wait_until(lambda: Cursor.objects.get(follower="noting").idx == Leaf.objects.count())
    assert len(sealed()) == kept
    assert noted() == sealed()


def test_a_follower_is_registered_once_and_must_handle(only: World) -> None:
    with pytest.raises(ValueError, match="twice"):
        register_follower(Noting())

    class Idle(Follower):
        name = "idle"

    register_follower(Idle())
    one()
    only.seal()
    with pytest.raises(NotImplementedError, match="Idle"):
        drain(["idle"])
