"""The real server as a test sees it: its processes, its address, its interface, its journal."""

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from email.message import Message
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg

from oneteam.server import config, processes, testing
from oneteam.server.access import role_dsn

SECONDS = 90.0
PORT = 15_000 + os.getpid() % 800 * 20
"""From where this process looks for a free port: two test processes that look at once must not find the same one."""


def wait_for(what: Callable[[], Any], *, seconds: float = SECONDS, every: float = 0.05) -> Any:
    """Return the first true answer; fails after `seconds`."""
    deadline = time.monotonic() + seconds
    while True:
        found = what()
        if found:
            return found
        assert time.monotonic() < deadline, f"waited {seconds} s for {what}"
        time.sleep(every)


def program(arguments: list[str], environment: Mapping[str, str]) -> subprocess.Popen[str]:
    """Start the command line as `./run` does."""
    return subprocess.Popen(
        [sys.executable, "-P", "-m", "oneteam.cli", *arguments],
        env={**environment, "PYTHONPATH": str(config.CHECKOUT)},
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip


def run(arguments: list[str], environment: Mapping[str, str], *, seconds: float = SECONDS) -> tuple[int, str, str]:
    """Run the command line to its end: exit code, output, errors."""
    process = program(arguments, environment)
    try:
        output, errors = process.communicate(timeout=seconds)
    except subprocess.TimeoutExpired:
        process.kill()
        output, errors = process.communicate()
        raise AssertionError(f"{arguments} took more than {seconds} s:\n{output}\n{errors}") from None
    return process.returncode, output, errors


@dataclass(slots=True)
class Answer:
    """What the interface said."""

    status: int
    body: dict[str, Any]
    headers: Message = field(default_factory=Message)


@dataclass(slots=True)
class Running:
    """One started server. `data` is its data folder, `city` the city it serves, `dbname` its database.

    `through`: the address that is asked instead of the server's own, such as a proxy's.
    """

    data: Path
    city: str
    environment: dict[str, str]
    dbname: str | None = None
    command: list[str] = field(default_factory=lambda: ["serve"])
    process: subprocess.Popen[str] | None = None
    through: str = ""

    @property
    def paths(self) -> config.CityPaths:
        """The city's files."""
        return config.city_paths(self.city, self.data)

    def start(self, *arguments: str, seconds: float = SECONDS) -> None:
        """Start it and wait until it answers."""
        self.process = program([*self.command, "--quiet", "--port", str(PORT), *arguments], self.environment)
        try:
            wait_for(self._up, seconds=seconds)
        except AssertionError:
            self.kill()
            raise

    def _up(self) -> bool:
        assert self.process is not None
        if self.process.poll() is not None:
            output, errors = self.process.communicate()
            raise AssertionError(f"the server ended with {self.process.returncode}:\n{output}\n{errors}\n{self.logs()}")
        state = self.state()
        return "url" in state and state["pid"] == self.process.pid

    def state(self) -> dict[str, Any]:
        """What serve.json says."""
        return config.read_json(processes.state_file(self.paths))

    def children(self) -> dict[str, int]:
        """The process numbers of web, sealer and followers."""
        return dict(self.state().get("children", {}))

    def workers(self) -> list[int]:
        """The process numbers of the web's workers."""
        web = self.children().get("web")
        try:
            text = Path(f"/proc/{web}/task/{web}/children").read_text()
        except OSError:
            return []
        return [int(number) for number in text.split()]

    def stop(self) -> int:
        """Stop it in order and return the exit code."""
        assert self.process is not None
        self.process.send_signal(signal.SIGTERM)
        self.process.communicate(timeout=60)
        return self.process.returncode

    def kill(self) -> None:
        """End it whatever state it is in."""
        if self.process is not None and self.process.poll() is None:
            self.process.kill()
            self.process.communicate()

    def logs(self) -> str:
        """The ends of all logs, for a failed test."""
        folder = processes.log_dir(self.paths)
        return "\n".join(f"== {path.name}\n{path.read_text()[-2000:]}" for path in sorted(folder.glob("*.log")))

    def token(self) -> str:
        """The token of the demo client."""
        return str(config.read_json(self.paths.root / "demo.json")["token"])

    def post(self, body: object, *, key: str | None = None, token: str | None = None, seconds: float = 30.0) -> Answer:
        """Hand in a report; raises OSError or HTTPException where no whole answer came."""
        headers = {"Content-Type": "application/json", "Authorization": f"Bearer {token or self.token()}"}
        if key is not None:
            headers["Idempotency-Key"] = key
        return self.ask("POST", "/api/v1/reports", json.dumps(body, ensure_ascii=False), headers, seconds=seconds)

    def ask(
        self, method: str, path: str, body: str | None = None, headers: Mapping[str, str] | None = None,
        *, seconds: float = 30.0,
    ) -> Answer:  # fmt: skip
        """Send one request on a connection of its own."""
        there = urlsplit(self.through or self.state()["url"])
        connection = HTTPConnection(str(there.hostname), there.port, timeout=seconds)
        try:
            connection.request(method, path, body.encode() if body else None, dict(headers or {}))
            answer = connection.getresponse()
            content = answer.read()
        finally:
            connection.close()
        try:
            found = json.loads(content)
        except ValueError:
            found = {"text": content.decode("utf-8", "replace")}
        return Answer(answer.status, found, answer.headers)

    def rows(self, statement: str, *parameters: object, role: str = "app") -> list[tuple[Any, ...]]:
        """Ask the city's database."""
        dsn = role_dsn(self.city, role, dbname=self.dbname, data=self.data)
        with psycopg.connect(dsn, autocommit=True) as connection:
            return connection.execute(statement, parameters).fetchall()


def bare_environment() -> dict[str, str]:
    """The environment of somebody who has set nothing, but for the PostgreSQL that this run of the tests is about."""
    ours = ("ONETEAM_", "DATABASE_URL")
    return {name: text for name, text in os.environ.items() if not name.startswith(ours) or name == "ONETEAM_PG_BIN"}


def report(text: str, **more: object) -> dict[str, object]:
    """The body of a report."""
    return {"channel": "hotline_12345", "text": text, "told_at": "2024-05-06T09:00:00+08:00", **more}


def own_folder() -> Path:
    """A folder that the database's user may pass through."""
    folder = Path(tempfile.mkdtemp(prefix="ot-"))
    folder.chmod(0o711)
    return folder


@contextmanager
def on_clone(template: testing.Template, **environment: str) -> Iterator[Running]:
    """A server on a clone of the template, not started yet: with the template's keys, but files of its own."""
    name = testing.clone(template)
    folder = own_folder()
    try:
        testing.own_files(template, folder)
        variables = {**testing.environment(name), "ONETEAM_DATA": str(folder), **environment}
        server = Running(folder, testing.CITY, variables, dbname=name)
        try:
            yield server
        finally:
            server.kill()
    finally:
        testing.drop(name)
        shutil.rmtree(folder, ignore_errors=True)


def alive(pid: int) -> bool:
    """Tell whether a process exists and is no zombie."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


def end(pid: int) -> None:
    """Kill one process that a test started."""
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)


__all__ = [
    "Answer", "HTTPException", "Running", "alive", "bare_environment", "end", "on_clone", "own_folder", "program",
    "report", "run", "wait_for",
]  # fmt: skip
