"""A network that cannot be relied on: a proxy that delays requests, cuts them, sends them twice and swallows answers.

It knows just enough HTTP to tell a whole request from half of one. What becomes of the n-th request is drawn from the
seed alone.
"""

import random
import socket
import threading
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

FATES: dict[str, int] = {"through": 50, "late": 14, "cut": 9, "swallowed": 12, "torn": 7, "doubled": 8}
"""How often each fate falls, in percent.

`late`: held back for a while; `cut`: closed before the server hears of it; `swallowed`: done by the server, its answer
thrown away; `torn`: half of the answer; `doubled`: sent twice at the same time, the first whole answer is given.
"""
PATIENCE = 12.0  # seconds for an answer of the server
LATEST = 0.8  # seconds of delay


@dataclass(slots=True)
class Proxy:
    """Listens on a port of its own while it is open; `there` says where the server is now."""

    there: Callable[[], tuple[str, int]]
    seed: int
    fates: Counter[str] = field(default_factory=Counter)
    _socket: socket.socket = field(default_factory=lambda: socket.create_server(("127.0.0.1", 0)))
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def address(self) -> str:
        """Where clients send their requests."""
        host, port = self._socket.getsockname()
        return f"http://{host}:{port}"

    def __enter__(self) -> "Proxy":
        threading.Thread(target=self._listen, daemon=True).start()
        return self

    def __exit__(self, *_error: object) -> None:
        with suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()

    def _listen(self) -> None:
        while True:
            try:
                client, _address = self._socket.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        with client, suppress(OSError):
            client.settimeout(PATIENCE)
            request = whole(client)
            with self._lock:
                chance = random.Random(f"{self.seed} {self.fates.total()}")
                [fate] = chance.choices([*FATES], weights=[*FATES.values()])
                self.fates[fate] += 1
            if fate == "cut":
                return
            if fate == "late":
                time.sleep(chance.uniform(0.05, LATEST))
            answer = self._twice(request) if fate == "doubled" else self._ask(request)
            if fate == "torn":
                answer = answer[: chance.randrange(1, max(2, len(answer)))]
            if fate != "swallowed":
                client.sendall(answer)

    def _ask(self, request: bytes) -> bytes:
        """Return the server's answer, b"" where there is none."""
        with suppress(OSError), socket.create_connection(self.there(), timeout=PATIENCE) as server:
            server.sendall(request)
            return whole(server)
        return b""

    def _twice(self, request: bytes) -> bytes:
        answers: list[bytes] = []
        threads = [threading.Thread(target=lambda: answers.append(self._ask(request))) for _each in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return next(filter(None, answers), b"")


def whole(peer: socket.socket) -> bytes:
    """Read a whole message: the head, and the body of the length it names or, of an answer without one, to the end."""
    got = b""
    while b"\r\n\r\n" not in got:
        got += _more(peer)
    head, _empty, body = got.partition(b"\r\n\r\n")
    lines = head.lower().split(b"\r\n")
    sizes = [int(line.split(b":")[1]) for line in lines if line.startswith(b"content-length:")]
    ends = lines[0].startswith(b"http/") and not sizes and lines[0].split()[1] not in (b"204", b"304")
    with suppress(ConnectionResetError):
        while ends or len(body) < sum(sizes):
            more = _more(peer)
            got, body = got + more, body + more
    return got


def _more(peer: socket.socket) -> bytes:
    more: Any = peer.recv(65_536)
    if not more:
        raise ConnectionResetError
    return bytes(more)
