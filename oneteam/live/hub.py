"""The hub: one process hears of each sealed batch by one connection, and tells every open stream what it may hear.

No stream takes a thread of the web's workers, and none asks the database by itself: what a batch brings is read once,
judged once a post, and written to sockets. Where a browser was away, it says what it heard last and gets the rest.
"""

import asyncio
import json
import logging
import time
from collections import deque
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

import psycopg
from django.db import Error, connection, connections

from oneteam.journal.queries import last_sealed
from oneteam.journal.seal import dsn_of
from oneteam.kernel.clock import SHANGHAI, now
from oneteam.live.feed import BATCH, Event, Heard, Seat, heard_after, may_hear, seat_of

log = logging.getLogger(__name__)

BEAT = 10.0  # seconds between two signs of life
SWEEP = 30.0  # seconds after which each session is asked anew, whatever the journal says of it
PAUSE = 1.0  # seconds before the database is tried again
REMEMBERED = 2_000  # events that a browser that was away can still get
FLOOD = 100  # events of one batch; of more the pages are told at once that much is new
UNSENT = 262_144  # bytes a browser may leave unread
T = TypeVar("T")


class Stream:
    """One open stream: who listens, and the socket."""

    def __init__(self, seat: Seat, writer: asyncio.StreamWriter) -> None:
        self.seat, self.writer = seat, writer

    def write(self, text: bytes) -> None:
        """Hand text to the socket; one that is not read from is cut off, its browser comes back by itself."""
        transport = self.writer.transport
        if transport.is_closing():
            return
        if transport.get_write_buffer_size() > UNSENT:
            transport.abort()
        else:
            self.writer.write(text)

    def end(self) -> None:
        """Close the stream; its browser asks anew, and is told where it stands."""
        self.writer.close()


def message(kind: str, data: object, n: int | None = None) -> bytes:
    """Return an event as it goes over the wire."""
    number = f"id: {n}\n" if n is not None else ""
    return f"{number}event: {kind}\ndata: {json.dumps(data, ensure_ascii=False)}\n\n".encode()


def told(event: Event) -> bytes:
    """Return one act as a message."""
    data: dict[str, Any] = {
        "kind": event.kind, "topic": event.topic, "id": str(event.object),
        "area": str(event.area) if event.area else None, "at": event.at.astimezone(SHANGHAI).strftime("%H:%M"),
    }  # fmt: skip
    return message("act", data, event.n)


class Hub:
    """All open streams of this process. Everything but the questions to the database happens in its one thread."""

    def __init__(self) -> None:
        self.streams: set[Stream] = set()
        self.last = -1
        self._events: deque[Event] = deque(maxlen=REMEMBERED)
        self._since = -1  # whoever heard this number or a later one can be told all that came after it
        # One thread, as Django keeps a connection a thread.
        self._database = ThreadPoolExecutor(1, "live-database")

    async def ask(self, question: Callable[..., T], *words: object, **more: object) -> T:
        """Ask the database outside the hub's thread."""

        def safely() -> T:
            try:
                return question(*words, **more)
            except Error:
                connection.close()
                raise

        return await asyncio.get_running_loop().run_in_executor(self._database, safely)

    async def seat(self, session: str) -> Seat | None:
        """Return who listens in a session."""
        return await self.ask(seat_of, session, moment=time.time(), at=now())

    def open(self, stream: Stream, heard: int | None) -> None:
        """Take a stream in; `heard` is the number of the last event that its browser got, None for the first time."""
        if heard is not None and not self._since <= heard <= self.last:
            stream.write(message("fresh", {}, self.last))
        elif heard is not None:
            missed = [event for event in self._events if event.n > heard and may_hear(stream.seat, event)]
            stream.write(b"".join(told(event) for event in missed))
        stream.write(self._beat())
        self.streams.add(stream)

    def tell(self, heard: Heard) -> None:
        """Tell every stream what it may hear of a batch: judged and written out once a post."""
        self.last = heard.last
        for event in heard.events:
            if len(self._events) == REMEMBERED:
                self._since = self._events[0].n
            self._events.append(event)
        if not heard.events:
            return
        flood = message("fresh", {}, heard.last) if len(heard.events) > FLOOD else None
        written: dict[tuple[str, object], bytes] = {}
        for stream in self.streams:
            seat = stream.seat
            key = (seat.role, seat.post)
            if key not in written:
                mine = [event for event in heard.events if may_hear(seat, event)]
                written[key] = b"" if not mine else flood or b"".join(told(event) for event in mine)
            if written[key]:
                stream.write(written[key])

    async def run(self) -> None:
        """Tell what is sealed until cancelled; outlives the database's restarts."""
        beside = [asyncio.create_task(self._beats()), asyncio.create_task(self._sweeps())]
        try:
            while True:
                try:
                    await self._listen()
                except (Error, psycopg.Error) as error:
                    log.warning("the live feed lost the database and tries again: %s", error)
                    await asyncio.sleep(PAUSE)
        finally:
            for task in beside:
                task.cancel()
            for stream in list(self.streams):
                stream.end()

    async def _listen(self) -> None:
        dsn = dsn_of(connections["default"].settings_dict)
        async with await psycopg.AsyncConnection.connect(dsn, autocommit=True) as listener:
            row = await (await listener.execute("SELECT current_schema() || '_sealed'")).fetchone()
            assert row is not None
            await listener.execute(psycopg.sql.SQL("LISTEN {}").format(psycopg.sql.Identifier(str(row[0]))))
            if self.last < 0:
                self.last = self._since = await self.ask(last_sealed)
            while True:
                await self._catch_up()
                async for _notice in listener.notifies(timeout=BEAT, stop_after=1):
                    pass

    async def _catch_up(self) -> None:
        while True:
            before = self.last
            heard = await self.ask(heard_after, before)
            self.tell(heard)
            if heard.persons:
                await self._ask_again({stream.seat for stream in self.streams if stream.seat.person in heard.persons})
            if heard.last - before < BATCH:
                return

    async def _ask_again(self, seats: Iterable[Seat]) -> None:
        for seat in seats:
            if await self.seat(seat.session) != seat:
                for stream in [each for each in self.streams if each.seat == seat]:
                    stream.end()

    def _beat(self) -> bytes:
        # With its number, so that a page that heard no act yet can say later since when it was away.
        return message("beat", now().astimezone(SHANGHAI).strftime("%H:%M"), max(self.last, 0))

    async def _beats(self) -> None:
        while True:
            await asyncio.sleep(BEAT)
            beat = self._beat()
            for stream in self.streams:
                stream.write(beat)

    async def _sweeps(self) -> None:
        while True:
            await asyncio.sleep(SWEEP)
            try:
                await self._ask_again({stream.seat for stream in self.streams})
            except Error as error:
                log.warning("the sessions of the live feed could not be asked: %s", error)
