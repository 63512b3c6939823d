"""The live process's own small server: one address, GET, a stream of server-sent events for who is signed in.

It stands beside the web's workers on a port of its own (admin.md): a page of the same host asks it with the session's
cookie. Behind a proxy both have one address.
"""

import asyncio
import logging
import resource
import signal
from collections import Counter
from collections.abc import Mapping
from http import HTTPStatus
from urllib.parse import urlsplit

from django.conf import settings
from django.db import Error
from django.http import parse_cookie
from django.http.request import split_domain_port, validate_host

from oneteam.live.hub import Hub, Stream
from oneteam.web.live import FEED

log = logging.getLogger(__name__)

HEAD = 16_384  # bytes of a request's head
PATIENCE = 10.0  # seconds for the head to come
EACH = 12  # streams of one account: as many tabs are open at once
MOST = 4_000
BACKLOG = 2_048
_HEADERS = (
    "Content-Type: text/event-stream; charset=utf-8\r\nCache-Control: no-store\r\nX-Accel-Buffering: no\r\n"
    "X-Content-Type-Options: nosniff\r\n"
)
_RETRY = b"retry: 2000\n\n"  # milliseconds


class Refused(Exception):  # noqa: N818 -- an answer
    """The request is answered with this status and no stream; a page of ours may read it."""

    def __init__(self, status: HTTPStatus, origin: str = "") -> None:
        super().__init__(status.phrase)
        self.status, self.origin = status, origin


def head_of(text: bytes) -> tuple[str, str, dict[str, str]]:
    """Return path, query and headers of a request's head; Refused where it is no GET of ours."""
    first, *lines = text.decode("latin-1").split("\r\n")
    words = first.split(" ")
    if len(words) != 3 or not words[2].startswith("HTTP/1."):
        raise Refused(HTTPStatus.BAD_REQUEST)
    if words[0] != "GET":
        raise Refused(HTTPStatus.METHOD_NOT_ALLOWED)
    pairs = (line.partition(":") for line in lines if line)
    path, _mark, query = words[1].partition("?")
    return path, query, {name.strip().lower(): value.strip() for name, _colon, value in pairs}


def origin_of(headers: Mapping[str, str]) -> str:
    """Return the page's origin where it is of the same host, on any port; "" where the browser names none.

    Refused for another host: cookies know no port, but a page of somebody else must never read along.
    """
    host = split_domain_port(headers.get("host", ""))[0]
    if not host or not validate_host(host, settings.ALLOWED_HOSTS):
        raise Refused(HTTPStatus.BAD_REQUEST)
    origin = headers.get("origin", "")
    if origin and split_domain_port(urlsplit(origin).netloc.lower())[0] != host:
        raise Refused(HTTPStatus.FORBIDDEN)
    return origin


def last_heard(query: str, headers: Mapping[str, str]) -> int | None:
    """Return the number of the last event that the browser got, None where it names none.

    A browser that comes back says so in a header, a page that listens again in its address.
    """
    word = headers.get("last-event-id") or query.removeprefix("heard=")
    return int(word) if word.isascii() and word.isdigit() and len(word) < 19 else None


class Server:
    """Answers requests with streams of the hub."""

    def __init__(self, hub: Hub) -> None:
        self.hub = hub

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one connection to its end."""
        try:
            try:
                await self._serve(reader, writer)
            except Refused as refused:
                writer.write(_refusal(refused))
            except Error:
                writer.write(_refusal(Refused(HTTPStatus.SERVICE_UNAVAILABLE)))
            await asyncio.wait_for(writer.drain(), PATIENCE)
        except (OSError, TimeoutError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            pass
        except asyncio.CancelledError:
            pass  # the feed is stopped: nothing waits for this, and asyncio would log each stream as an error
        finally:
            writer.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        path, query, headers = head_of(await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), PATIENCE))
        if path != FEED:
            raise Refused(HTTPStatus.NOT_FOUND)
        origin = origin_of(headers)
        session = parse_cookie(headers.get("cookie", "")).get(settings.SESSION_COOKIE_NAME, "")
        seat = await self.hub.seat(session)
        if seat is None:
            raise Refused(HTTPStatus.FORBIDDEN, origin)
        if len(self.hub.streams) >= MOST:
            raise Refused(HTTPStatus.SERVICE_UNAVAILABLE, origin)
        if Counter(stream.seat.account for stream in self.hub.streams)[seat.account] >= EACH:
            raise Refused(HTTPStatus.TOO_MANY_REQUESTS, origin)
        writer.write(f"HTTP/1.1 200 OK\r\n{_HEADERS}{_allowed(origin)}Connection: close\r\n\r\n".encode() + _RETRY)
        stream = Stream(seat, writer)
        self.hub.open(stream, last_heard(query, headers))
        try:
            while await reader.read(HEAD):  # a browser says nothing more; an empty read is its leaving
                pass
        finally:
            self.hub.streams.discard(stream)


def _allowed(origin: str) -> str:
    """Return the headers by which a page of the same host, but another port, may read the answer."""
    if not origin:
        return ""
    return f"Access-Control-Allow-Origin: {origin}\r\nAccess-Control-Allow-Credentials: true\r\nVary: Origin\r\n"


def _refusal(refused: Refused) -> bytes:
    status = refused.status
    later = "Retry-After: 60\r\n" if status in (HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE) else ""
    head = f"HTTP/1.1 {status.value} {status.phrase}\r\n{later}{_allowed(refused.origin)}"
    return f"{head}Content-Length: 0\r\nConnection: close\r\n\r\n".encode()


async def serve(host: str, port: int) -> None:
    """Serve until SIGTERM or SIGINT."""
    hub, loop, ended = Hub(), asyncio.get_running_loop(), asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, ended.set)
    running = asyncio.create_task(hub.run())
    server = await asyncio.start_server(Server(hub).answer, host, port, limit=HEAD, backlog=BACKLOG)
    await asyncio.wait([running, asyncio.create_task(ended.wait())], return_when=asyncio.FIRST_COMPLETED)
    server.close()
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


def many_sockets() -> None:
    """Let this process have as many sockets open as the system allows it."""
    _soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
