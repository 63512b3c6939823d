"""Writers and importers under random kills, and the checker of what they were promised."""

import csv
import os
import random
import signal
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from http.client import HTTPException
from pathlib import Path
from uuid import UUID

from oneteam.server import config
from tests.running import Running, end, program, report

ROWS_A_FILE = 40
WRITERS = 4
GIVES_UP = 0.2  # of the writers' failed requests: nobody asks again, so that the outcome stays unknown
LAST_ANSWER = 60.0


@dataclass(frozen=True, slots=True)
class Attempt:
    """One report that somebody tried to hand in, and the id it was acknowledged with, if it was."""

    name: str
    acknowledged: UUID | None


@dataclass(frozen=True, slots=True)
class Fault:
    """A broken promise: `lost`, `strange`, `doubled`, `torn` (half a file) or `changed` (acknowledged as another)."""

    kind: str
    name: str


def judge(
    attempts: Iterable[Attempt],
    stored: Iterable[tuple[str, UUID]],
    files: Mapping[str, tuple[frozenset[str], bool]],
) -> list[Fault]:
    """Compare what was attempted and acknowledged with what is stored, by name.

    `files` holds the rows of each imported file and whether the import was acknowledged.
    """
    found, faults = list(stored), []
    counts = Counter(name for name, _id in found)
    ids = dict(found)
    attempted = {attempt.name for attempt in attempts} | {name for rows, _done in files.values() for name in rows}
    faults += [Fault("doubled", name) for name, count in counts.items() if count > 1]
    faults += [Fault("strange", name) for name in counts if name not in attempted]
    for attempt in attempts:
        if attempt.acknowledged is None:
            continue
        if attempt.name not in ids:
            faults.append(Fault("lost", attempt.name))
        elif ids[attempt.name] != attempt.acknowledged:
            faults.append(Fault("changed", attempt.name))
    for file, (rows, done) in files.items():
        there = rows & counts.keys()
        if done and there != rows:
            faults.append(Fault("lost", file))
        elif there and there != rows:
            faults.append(Fault("torn", file))
    return sorted(faults, key=lambda fault: (fault.kind, fault.name))


@dataclass(slots=True)
class Storm:
    """One run: writers and an importer at work while a killer is at theirs; `beside`: who else works meanwhile."""

    server: Running
    seed: int
    attempts: list[Attempt] = field(default_factory=list)
    files: dict[str, tuple[frozenset[str], bool]] = field(default_factory=dict)
    refusals: list[str] = field(default_factory=list)
    kills: Counter[str] = field(default_factory=Counter)
    over: threading.Event = field(default_factory=threading.Event)
    lock: threading.Lock = field(default_factory=threading.Lock)
    importing: "subprocess.Popen[str] | None" = None
    beside: Sequence[Callable[[], None]] = ()
    pause: tuple[float, float] = (0.3, 1.2)  # seconds between two kills

    def rage(self, seconds: float, victims: Iterable[str], *, imports: bool = True) -> None:
        """Write for some seconds under kills, then let everything finish in peace."""
        token = self.server.token()
        threads = [threading.Thread(target=self._write, args=(number, token)) for number in range(WRITERS)]
        if imports:
            threads.append(threading.Thread(target=self._import))
        threads += [threading.Thread(target=work) for work in self.beside]
        for thread in threads:
            thread.start()
        try:
            self._kill(seconds, list(victims))
        finally:
            self.over.set()
            for thread in threads:
                thread.join()

    def stored(self) -> list[tuple[str, UUID]]:
        """The reports of this run as the database has them, under the names they were attempted with.

        A report has its external id as its name, or the idempotency key of the act that received it.
        """
        rows = self.server.rows(
            "SELECT coalesce(r.external_id, a.idem), r.id FROM intake_report r JOIN journal_act a"
            " ON a.id = r.received_act WHERE coalesce(r.external_id, a.idem) LIKE %s",
            f"storm{self.seed}-%",
        )
        return [(str(name), report_id) for name, report_id in rows]

    def acknowledged(self) -> list[UUID]:
        """The reports that were acknowledged so far."""
        with self.lock:
            return [attempt.acknowledged for attempt in self.attempts if attempt.acknowledged]

    # Writers

    def _write(self, number: int, token: str) -> None:
        chance, count = random.Random(self.seed * 1000 + number), 0
        while not self.over.is_set():
            count += 1
            name = f"storm{self.seed}-{number}-{count}"
            body = report(f"{name}：路口占道", **({"external_id": name} if chance.random() < 0.5 else {}))
            patient = chance.random() >= GIVES_UP
            acknowledged = self._hand_in(body, name, token, patient=patient)
            with self.lock:
                self.attempts.append(Attempt(name, acknowledged))

    def _hand_in(self, body: object, name: str, token: str, *, patient: bool) -> UUID | None:
        """Ask until there is an answer; the impatient ask once."""
        deadline = time.monotonic() + LAST_ANSWER
        while time.monotonic() < deadline:
            try:
                answer = self.server.post(body, key=name, token=token, seconds=10.0)
            except (OSError, HTTPException, KeyError):
                answer = None
            if answer is not None and answer.status in (200, 201) and "id" in answer.body:  # whole, not torn
                return UUID(answer.body["id"])
            if answer is not None and 400 <= answer.status < 500:
                self.refusals.append(f"{name}: {answer.status} {answer.body}")
                return None
            if not patient:
                return None
            time.sleep(0.1)
        return None

    # Importer

    def _import(self) -> None:
        number = 0
        while not self.over.is_set():
            number += 1
            path, rows = self._file(number)
            done = False
            for _try in range(3):
                self.files[path.name] = (rows, done)
                with self.lock:
                    self.importing = program(["intake", "import", str(path)], self.server.environment)
                _output, errors = self.importing.communicate()
                done = self.importing.returncode == 0
                if self.importing.returncode == 1 and "UnsealedError" in errors:
                    self.refusals.append(errors)
                if done or self.over.is_set():
                    break
            self.files[path.name] = (rows, done)

    def _file(self, number: int) -> tuple[Path, frozenset[str]]:
        path = self.server.data / f"storm-{self.seed}-{number}.csv"
        names = [f"storm{self.seed}-file{number}-{row}" for row in range(ROWS_A_FILE)]
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(["external_id", "told_at", "text"])
            writer.writerows([name, "2024-05-06T09:00:00+08:00", f"{name}：占道经营"] for name in names)
        return path, frozenset(names)

    # Killer

    def _kill(self, seconds: float, victims: list[str]) -> None:
        chance, deck, until = random.Random(self.seed), list[str](), time.monotonic() + seconds
        # A round that has begun is gone through, so that a slow machine kills each of them, too.
        while deck or time.monotonic() < until:
            time.sleep(chance.uniform(*self.pause))
            if not deck:
                deck = chance.sample(victims, len(victims))
            victim = deck.pop()
            if self._strike(victim, chance):
                self.kills[victim] += 1

    def _strike(self, victim: str, chance: random.Random) -> bool:
        if victim == "supervisor":
            self.server.kill()
            self.server.start()
            return True
        if victim == "import":
            with self.lock:
                if self.importing is None or self.importing.poll() is not None:
                    return False
                self.importing.send_signal(signal.SIGKILL)
            return True
        find: dict[str, Callable[[], list[int]]] = {
            "database": lambda: _numbers(self.server.data)[:1],
            "backend": lambda: _backends(self.server.data),
            "worker": self.server.workers,
        }
        pids = find.get(victim, lambda: [self.server.children().get(victim, 0)])()
        pids = [pid for pid in pids if pid]
        if not pids:
            return False
        end(chance.choice(sorted(pids)))
        return True


def _numbers(data: Path) -> list[int]:
    """The database's main process."""
    try:
        return [int((config.postgres_dir(data) / "pgdata" / "postmaster.pid").read_text().split("\n", 1)[0])]
    except (OSError, ValueError):
        return []


def _backends(data: Path) -> list[int]:
    """The processes of the database that serve a connection, or work in the background."""
    found = []
    for main in _numbers(data):
        try:
            text = Path(f"/proc/{main}/task/{main}/children").read_text()
        except OSError:
            continue
        found += [int(number) for number in text.split() if _serves(int(number))]
    return found


def _serves(pid: int) -> bool:
    try:
        return b"oneteam" in Path(f"/proc/{pid}/cmdline").read_bytes() and pid != os.getpid()
    except OSError:
        return False
