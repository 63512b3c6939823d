"""A small world for the journal's tests: a guarded table of their own, kinds of act, a sealer and its file."""

import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from threading import Event, Thread
from typing import Any, Protocol, TypeVar
from uuid import UUID

import psycopg
import pytest
from django.db import connection

from oneteam.journal import kinds
from oneteam.journal.actors import operator
from oneteam.journal.acts import Recorded, record, write
from oneteam.journal.kinds import ActKind
from oneteam.journal.migration import SQL
from oneteam.journal.notes import SigningKey
from oneteam.journal.seal import Sealer, dsn_of
from oneteam.kernel.ids import uuid7

NOW = datetime(2026, 11, 25, 4, 0, tzinfo=UTC)
TESTER = operator("tester")
TOLD = ActKind(name="probe.told", text="%(word)s was told", fields={"word": str}, personal=frozenset({"phone", "text"}))
CHANGED = ActKind(name="probe.changed", text="Changed")
PROBE, PROBE_CODE = "journal_probe", 32000
_PROBE = f"""
CREATE TABLE {PROBE} (
    id uuid PRIMARY KEY, name text NOT NULL, number integer, price numeric(10, 2), at timestamptz, cached text
);
GRANT SELECT, INSERT, UPDATE, DELETE, TRUNCATE ON {PROBE} TO PUBLIC;
"""

T = TypeVar("T")
Connection = psycopg.Connection[tuple[Any, ...]]


def declare_kinds(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make the tests' kinds of act known for one test: the product has none of them."""
    for kind in (TOLD, CHANGED):
        monkeypatch.setitem(kinds._act_kinds, kind.name, kind)


class CityLike(Protocol):
    """What the tests use of the `city` fixture."""

    @property
    def name(self) -> str:
        """Name of its database."""

    def database(self, role: str) -> dict[str, Any]:
        """Return how a role reaches it."""

    def act_as(self, role: str) -> None:
        """Connect Django as another role."""


@dataclass(frozen=True, slots=True)
class World:
    """A city with a guarded probe table, and what seals it."""

    city: CityLike
    key: SigningKey
    file: Path

    def connect(self, role: str = "owner") -> Connection:
        """Return a connection of one of the city's roles beside Django's."""
        return psycopg.connect(dsn_of(self.city.database(role)), autocommit=True)

    def sealer(self, *, batch: int = 5_000) -> Sealer:
        """Return a sealer of this city."""
        return Sealer(dsn_of(self.city.database("sealer")), self.key, self.file, batch=batch)

    def seal(self, *, batch: int = 5_000, whole: bool = True) -> int:
        """Seal what can be sealed; returns how many acts that were.

        `whole` waits until everything is: tests that run beside this one may hold sealing back for a moment.
        """
        sealer, total = self.sealer(batch=batch), 0
        deadline = time.monotonic() + 20
        try:
            while True:
                sealed = sealer.step()
                total += sealed
                if not sealed:
                    if not whole or not sealer.waiting():
                        return total
                    assert time.monotonic() < deadline, "sealing was held back"
                    time.sleep(0.01)
        finally:
            sealer.close()


def make_probe(owner: Connection) -> None:
    """Make the guarded table. `cached` is left out of its digests."""
    owner.execute(_PROBE)
    row = owner.execute("SELECT quote_ident(current_schema())").fetchone()
    assert row
    guard = (SQL / "guard.sql").read_text("utf-8")
    owner.execute(guard.format(schema=row[0], table=PROBE, arguments=f"'{PROBE_CODE}', '{{cached}}'").encode())


def rows(query: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
    """Run a statement on Django's connection; return what it gives."""
    with connection.cursor() as cursor:
        cursor.execute(query, parameters)
        return cursor.fetchall() if cursor.description else []


def told(
    stream: UUID | None = None,
    *,
    word: str = "something",
    personal: dict[UUID, dict[str, Any]] | None = None,
    about: Sequence[UUID] = (),
) -> Recorded:
    """Record one act without rows; needs a transaction."""
    return record(
        kind=TOLD.name, actor=TESTER, at=NOW, stream=stream or uuid7(), payload={"word": word}, personal=personal,
        about=about,
    )  # fmt: skip


@write
def one(stream: UUID | None = None, **given: Any) -> Recorded:
    """Record one act in a transaction of its own."""
    return told(stream, **given)


@write
def put(row: UUID, name: str, *, stream: UUID | None = None) -> Recorded:
    """Insert or change one row of the probe under an act of its own."""
    act = record(kind=CHANGED.name, actor=TESTER, at=NOW, stream=stream or row)
    rows(
        f"INSERT INTO {PROBE} (id, name, number) VALUES (%s, %s, 1)"
        " ON CONFLICT (id) DO UPDATE SET name = excluded.name RETURNING 1",
        [row, name],
    )
    return act


def aside(pool: ThreadPoolExecutor, function: Callable[[], T]) -> "Future[T]":
    """Run a function on a connection of its own."""

    def run() -> T:
        try:
            return function()
        finally:
            connection.close()

    return pool.submit(run)


def waits(future: "Future[T]") -> bool:
    """Whether the other side is held up by us. Half a second is ample for a statement that is not."""
    try:
        future.result(timeout=0.5)
    except TimeoutError:
        return True
    return False


def wait_until(condition: Callable[[], bool], *, seconds: float = 20.0) -> None:
    """Return as soon as the condition holds; AssertionError when it never does."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.02)


@contextmanager
def running(*programs: Callable[[Event], None]) -> Iterator[None]:
    """Run programs that end by an event in threads of their own; they end with the block, whatever happens in it."""
    stop = Event()
    threads = [Thread(target=program, args=(stop,), daemon=True) for program in programs]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        stop.set()
        for thread in threads:
            thread.join()
