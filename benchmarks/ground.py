"""A city for a benchmark: founded in a folder of its own, served by the real processes, gone afterwards."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg

from oneteam.kernel.errors import NotReadyError
from oneteam.server import config, postgres, processes
from oneteam.server.access import admin_dsn, role_dsn

TICKS = os.sysconf("SC_CLK_TCK")
CITY = "demo"


def cpu_seconds(pid: int) -> float:
    """Processor time a process has used, its ended children not counted; 0 where it is gone."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / TICKS


def children_of(pid: int) -> list[int]:
    """The children that a process has now."""
    try:
        return [int(number) for number in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except OSError:
        return []


def wait_until(done: Callable[[], bool], seconds: float, what: str) -> None:
    """Wait for something; NotReadyError when it does not come."""
    deadline = time.monotonic() + seconds
    while not done():
        if time.monotonic() > deadline:
            raise NotReadyError(f"waited {seconds:.0f} s for {what}")
        time.sleep(0.1)


@dataclass(slots=True)
class Ground:
    """The running city. Its database is the embedded one, with the settings it has anywhere."""

    data: Path
    environment: dict[str, str] = field(repr=False)

    @property
    def paths(self) -> config.CityPaths:
        """The city's files."""
        return config.city_paths(CITY, self.data)

    def state(self) -> dict[str, Any]:
        """What serve.json says."""
        return config.read_json(processes.state_file(self.paths))

    def token(self) -> str:
        """The token of the demo's connected system."""
        return str(config.read_json(self.paths.root / "demo.json")["token"])

    def rows(self, statement: str, *parameters: object) -> list[tuple[Any, ...]]:
        """Ask the city's database as the app."""
        dsn = role_dsn(CITY, "app", data=self.data)
        with psycopg.connect(dsn, autocommit=True, application_name="oneteam-bench") as connection:
            return connection.execute(statement, parameters).fetchall()

    def admin_rows(self, statement: str) -> list[tuple[Any, ...]]:
        """Ask the database server as its administrator."""
        with psycopg.connect(admin_dsn("postgres", data=self.data), autocommit=True) as connection:
            return connection.execute(statement).fetchall()

    def groups(self) -> dict[str, list[int]]:
        """The process numbers of each part: web, followers and sealer, and what serves each in the database."""
        children = self.state()["children"]
        found = {name: [pid] for name, pid in children.items()}
        found["web"] += children_of(children["web"])
        names = {"web": "%-web", "followers": "%-followers", "sealer": "oneteam-sealer"}
        for part, pattern in names.items():
            rows = self.admin_rows(f"SELECT pid FROM pg_stat_activity WHERE application_name LIKE '{pattern}'")
            found[f"{part} database"] = [int(row[0]) for row in rows]
        return found

    def at_rest(self) -> bool:
        """Tell whether everything is sealed and followed."""
        [(rest,)] = self.rows(
            "SELECT (SELECT count(*) FROM journal_act) = (SELECT count(*) FROM journal_leaf)"
            " AND (SELECT count(*) FROM journal_leaf) = (SELECT min(idx) FROM journal_cursor)"
        )
        return bool(rest)


class Meter:
    """Processor time per part between its making and `read`."""

    def __init__(self, ground: Ground) -> None:
        self.ground = ground
        self.before = self._now()

    def read(self) -> dict[str, float]:
        """Seconds each part has used; connections that ended meanwhile are not seen."""
        after, found = self._now(), dict[str, float]()
        for (part, pid), used in after.items():
            found[part] = found.get(part, 0.0) + used - self.before.get((part, pid), 0.0)
        return found

    def _now(self) -> dict[tuple[str, int], float]:
        return {(part, pid): cpu_seconds(pid) for part, pids in self.ground.groups().items() for pid in pids}


@contextmanager
def served() -> Iterator[Ground]:
    """Found and serve a city; everything is stopped and removed afterwards."""
    data = Path(tempfile.mkdtemp(prefix="ot-bench-"))
    data.chmod(0o711)
    kept = {
        name: value
        for name, value in os.environ.items()
        if name == "ONETEAM_PG_BIN" or not name.startswith(("ONETEAM_", "DATABASE_URL"))
    }
    environment = {**kept, "ONETEAM_DATA": str(data), "PYTHONPATH": str(config.CHECKOUT)}
    external = os.environ.pop("DATABASE_URL", None)
    command = [sys.executable, "-P", "-m", "oneteam.cli", "start", "--small", "--quiet", "--port", "18100"]
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL)
    ground = Ground(data, environment)
    try:
        wait_until(lambda: process.poll() is not None or "url" in ground.state(), 180, "the server")
        if process.poll() is not None:
            raise NotReadyError(f"the server did not start; see {processes.log_dir(ground.paths)}")
        yield ground
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
            process.wait(60)
        postgres.Server(config.postgres_dir(data), {}).stop()
        if external is not None:
            os.environ["DATABASE_URL"] = external
        shutil.rmtree(data, ignore_errors=True)
