"""An open-loop sender: requests leave at their time whether or not earlier ones are answered.

Latency counts from the time a request should have left, so that a stalled server is not flattered by a waiting sender.
"""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

CONNECTIONS = 64


@dataclass(slots=True)
class Sent:
    """Latencies in seconds of the answered requests, and how many were not answered by 201."""

    latencies: list[float] = field(default_factory=list)
    failed: int = 0

    def quantile(self, share: float) -> float:
        """The latency that this share of the requests did not exceed, in seconds."""
        ordered = sorted(self.latencies)
        return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else float("inf")


async def _answer(reader: asyncio.StreamReader) -> int:
    """Read one answer whole; its status."""
    head = await reader.readuntil(b"\r\n\r\n")
    length = 0
    for line in head.split(b"\r\n"):
        if line.lower().startswith(b"content-length:"):
            length = int(line.split(b":", 1)[1])
    if length:
        await reader.readexactly(length)
    return int(head.split(b" ", 2)[1])


async def _send(requests: Sequence[bytes], rate: float, host: str, port: int, sent: Sent) -> None:
    idle: asyncio.Queue[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = asyncio.Queue()
    for _number in range(CONNECTIONS):
        idle.put_nowait(await asyncio.open_connection(host, port))

    async def one(request: bytes, due: float) -> None:
        reader, writer = await idle.get()
        try:
            writer.write(request)
            status = await _answer(reader)
            if status == 201:
                sent.latencies.append(time.perf_counter() - due)
            else:
                sent.failed += 1
        except (OSError, EOFError, asyncio.IncompleteReadError):
            sent.failed += 1
            reader, writer = await asyncio.open_connection(host, port)
        idle.put_nowait((reader, writer))

    begun = time.perf_counter() + 0.1
    tasks = []
    for number, request in enumerate(requests):
        due = begun + number / rate
        await asyncio.sleep(max(0.0, due - time.perf_counter()))
        tasks.append(asyncio.create_task(one(request, due)))
    await asyncio.gather(*tasks)
    while not idle.empty():
        idle.get_nowait()[1].close()


def send(requests: Sequence[bytes], *, rate: float, host: str, port: int) -> Sent:
    """Send whole HTTP requests at `rate` a second; returns when all are answered."""
    sent = Sent()
    asyncio.run(_send(requests, rate, host, port, sent))
    return sent
