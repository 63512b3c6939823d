"""The live feed: 500 screens hear of 20 reports a second; how soon each sees a report, and the memory of everything.

The screens are streams of fifty dispatchers, each with ten tabs, as a browser opens them; ten of them are walls that
fetch their picture anew whenever they hear something, as the page does. A report counts from when its sender has its
answer until a screen has been told of it. Memory is the proportional share (PSS) of every process of the city.
"""

import asyncio
import json
import os
import re
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from http.client import HTTPConnection
from pathlib import Path
from threading import Event, Thread

from benchmarks.figures import Figure, at_least, at_most, p95
from benchmarks.ground import Ground, children_of, served, wait_until
from benchmarks.intake import SAMPLES, messages
from benchmarks.visiting import child
from oneteam.kernel.errors import NotReadyError
from oneteam.server import config, postgres

MODULE = "benchmarks.live"
SCREENS, TABS, WALLS, RATE = 500, 10, 10, 20.0
SEEN_LIMIT, MEMORY_LIMIT = 1.0, 1024.0  # seconds; MiB
WALL_PAUSE = 1.5  # seconds between two fetches of a wall
LATE = 5.0  # seconds that are waited for the last events
_TOLD = re.compile(rb'"kind": "report\.received", "topic": "report", "id": "([0-9a-f-]{36})"')


def run(*, smoke: bool, data: str | None = None) -> Iterator[Figure]:
    """Yield the figures. `data`: a file of reports with a column `text`."""
    screens, seconds = (20, 3.0) if smoke else (SCREENS, 30.0)
    bodies = messages(Path(data) if data else SAMPLES)
    with served() as ground:
        sessions = json.loads(child(ground, MODULE, str(max(2, screens // TABS))))
        wait_until(ground.at_rest, 300, "the followers")
        heard, answered, pictures = asyncio.run(_watch(ground, sessions, screens, bodies, seconds))
        memory = {name: _mebibytes(pids) for name, pids in _processes(ground).items()}
    spent = [max(0.0, at - answered[report]) for screen in heard for report, at in screen.items() if report in answered]
    of = f"{screens} screens, {RATE:g} reports a second"
    wanted = screens * len(answered)
    yield at_least(f"events told, {of}", 100 * len(spent) / wanted if wanted else 0.0, "%", 100.0)
    yield at_most(f"a screen sees a report, {of}, p95", p95(spent), "s", SEEN_LIMIT)
    yield Figure("the same, the slowest", max(spent), "s")
    yield Figure(f"pictures that {WALLS} walls fetched meanwhile", float(pictures), "")
    yield Figure("memory of the live process", memory["live"], "MiB")
    yield at_most("memory of all processes of the city", memory["all"], "MiB", MEMORY_LIMIT)


async def _watch(
    ground: Ground, sessions: Sequence[str], screens: int, bodies: Sequence[dict[str, object]], seconds: float
) -> tuple[list[dict[str, float]], dict[str, float], int]:
    """Open the screens, send reports, and return when each screen heard of each, when each was answered, and how many
    pictures the walls fetched."""
    state = ground.state()
    told = [_Screen() for _each in range(screens)]
    for number, screen in enumerate(told):
        await screen.listen(state["live"], sessions[number % len(sessions)])
    await asyncio.gather(*(asyncio.wait_for(screen.open.wait(), 60) for screen in told))
    stop, pictures = Event(), [0]
    walls = [
        Thread(target=_wall, args=(state["port"], sessions[number % len(sessions)], screen, stop, pictures))
        for number, screen in enumerate(told[:WALLS])
    ]
    for wall in walls:
        wall.start()
    try:
        answered = await asyncio.to_thread(_send, ground, bodies, seconds)
        deadline = time.monotonic() + LATE
        while time.monotonic() < deadline and any(len(screen.heard) < len(answered) for screen in told):
            await asyncio.sleep(0.1)
    finally:
        stop.set()
        for wall in walls:
            await asyncio.to_thread(wall.join)
    return [screen.heard for screen in told], answered, pictures[0]


@dataclass(eq=False, slots=True)
class _Screen(asyncio.Protocol):
    """One stream: notes when it heard of each report."""

    heard: dict[str, float] = field(default_factory=dict)
    open: asyncio.Event = field(default_factory=asyncio.Event)
    kept: bytes = b""

    async def listen(self, port: int, session: str) -> None:
        """Ask for the stream as a browser does."""
        transport, _protocol = await asyncio.get_running_loop().create_connection(lambda: self, "127.0.0.1", port)
        head = f"GET /live/events/ HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nCookie: sessionid={session}\r\n\r\n"
        transport.write(head.encode())

    def data_received(self, data: bytes) -> None:
        """Take what came; an event may come in two pieces."""
        if not self.open.is_set():
            if b"200 OK" not in data:
                raise NotReadyError(f"a screen was refused: {data[:60]!r}")
            self.open.set()
        now = time.monotonic()
        whole, _end, self.kept = (self.kept + data).rpartition(b"\n\n")
        for match in _TOLD.finditer(whole):
            self.heard.setdefault(match[1].decode(), now)


def _wall(port: int, session: str, screen: _Screen, stop: Event, pictures: list[int]) -> None:
    """Fetch the wall's picture as often as its page would."""
    connection, known = HTTPConnection("127.0.0.1", port, timeout=30), 0
    while not stop.wait(WALL_PAUSE):
        if len(screen.heard) > known:
            known = len(screen.heard)
            connection.request("GET", "/wall/now/", headers={"Cookie": f"sessionid={session}", "X-By-Itself": "1"})
            answer = connection.getresponse()
            answer.read()
            if answer.status != 200:
                raise NotReadyError(f"the wall was answered {answer.status}")
            pictures[0] += 1


def _send(ground: Ground, bodies: Sequence[dict[str, object]], seconds: float) -> dict[str, float]:
    """Hand in reports at the rate, whatever their answers take; returns when each was answered."""
    answered: dict[str, float] = {}
    port, token, begun = ground.state()["port"], ground.token(), time.monotonic()
    count = int(seconds * RATE)

    def hand_in(which: range) -> None:
        connection = HTTPConnection("127.0.0.1", port, timeout=30)
        headers = {"Content-Type": "application/json", "Authorization": f"Bearer {token}"}
        for number in which:
            time.sleep(max(0.0, begun + number / RATE - time.monotonic()))
            body = {**bodies[number % len(bodies)], "text": f"{bodies[number % len(bodies)]['text']}（{number}）"}
            connection.request("POST", "/api/v1/reports", json.dumps(body), headers)
            answer = connection.getresponse()
            found = json.loads(answer.read())
            if answer.status != 201:
                raise NotReadyError(f"a report was answered {answer.status}: {found}")
            answered[str(found["id"])] = time.monotonic()

    senders = [Thread(target=hand_in, args=(range(first, count, 4),)) for first in range(4)]
    for sender in senders:
        sender.start()
    for sender in senders:
        sender.join()
    if len(answered) < count:
        raise NotReadyError(f"{count - len(answered)} of {count} reports were not taken; see above")
    return answered


def _processes(ground: Ground) -> dict[str, list[int]]:
    state = ground.state()
    roots = [int(state["pid"]), postgres.Server(config.postgres_dir(ground.data), {}).pid() or 0]
    return {"live": [state["children"]["live"]], "all": [pid for root in roots for pid in _tree(root)]}


def _tree(pid: int) -> list[int]:
    return [pid, *(each for below in children_of(pid) for each in _tree(below))]


def _mebibytes(pids: Sequence[int]) -> float:
    """Return the proportional share of memory of these processes."""
    total = 0
    for pid in pids:
        try:
            text = Path(f"/proc/{pid}/smaps_rollup").read_text()
        except OSError:
            continue
        total += sum(int(line.split()[1]) for line in text.splitlines() if line.startswith("Pss:"))
    return total / 1024


# A child: inside the city ---------------------------------------------------------------------------------------------


def _sessions(people: int) -> None:
    """Make dispatchers who are signed in; print the keys of their sessions."""
    import django  # noqa: PLC0415 -- the environment names the database

    django.setup()
    from importlib import import_module  # noqa: PLC0415 -- as above

    from django.conf import settings  # noqa: PLC0415 -- needs Django

    from oneteam.journal.actors import operator  # noqa: PLC0415 -- needs Django
    from oneteam.kernel.clock import legal_day, now  # noqa: PLC0415 -- needs Django
    from oneteam.people import acts  # noqa: PLC0415 -- needs Django
    from oneteam.people.models import Account, Unit  # noqa: PLC0415 -- needs Django

    at, clerk, keys = now(), operator("bench"), []
    unit = Unit.objects.order_by("code").values_list("id", flat=True)[0]
    persons = [
        acts.register_person(actor=clerk, at=at, name_zh=f"大屏{number}", name_en=f"Screen {number}")
        for number in range(people)
    ]
    names = {person: f"screen.{number}" for number, person in enumerate(persons)}
    acts.make_accounts(actor=clerk, at=at, usernames=names, password="a screen of the benchmark")
    for person in persons:
        post = acts.give_post(
            actor=clerk, at=at, person=person, unit=unit, role="dispatcher", title_zh="大屏", title_en="Screen",
            valid_from=legal_day(at), scope=[],
        )  # fmt: skip
        account = Account.objects.get(person_id=person)
        session = import_module(settings.SESSION_ENGINE).SessionStore()
        session["_auth_user_id"] = str(account.pk)
        session["_auth_user_backend"] = settings.AUTHENTICATION_BACKENDS[0]
        session["_auth_user_hash"] = account.get_session_auth_hash()
        session["post"] = str(post)
        session.create()
        keys.append(session.session_key)
    print(json.dumps(keys))


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "oneteam.settings")
    _sessions(int(sys.argv[1]))
