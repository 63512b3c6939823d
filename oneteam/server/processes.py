"""The processes of one running city: web, live feed, sealer and followers, kept alive over the database.

The supervisor starts each as a child that dies with it, starts it again when it ends (with growing pauses), brings the
embedded database back when that is killed, and stops all in order: web first, so that answers under way are finished,
the database last. `serve.json` in the city's folder tells others what runs; `serve.lock` that it still does.
"""

import fcntl
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from oneteam.kernel import logs
from oneteam.kernel.clock import real_now
from oneteam.kernel.errors import NotReadyError
from oneteam.server import config, forking, postgres
from oneteam.server.text import gettext as _

PORTS_TRIED = 100
TICK = 0.1  # seconds between two looks at the children
DATABASE_TICK = 0.5
FIRST_PAUSE, LONGEST_PAUSE = 0.2, 10.0
STEADY = 20.0  # a child that ran so long begins anew with the shortest pause
DRAIN = 15.0  # seconds a child gets to end by itself
LOG_BYTES_KEPT = 50_000_000
LOG_TICK = 60.0
PARENT = "ONETEAM_SUPERVISOR"


@contextmanager
def database(data: Path | None = None) -> Iterator[postgres.Server | None]:
    """The embedded server, started where needed, for as long as this block lasts; None where DATABASE_URL serves.

    The last process that leaves such a block stops the server, whoever started it, so that nothing stays behind.
    """
    if config.external():
        yield None
        return
    base = config.make_data(data or config.data_dir())
    descriptor = os.open(base / "users.lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH)
        server = postgres.ensure(base)
        try:
            yield server
        finally:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                pass
            else:
                server.stop()
    finally:
        os.close(descriptor)


_claims: list[socket.socket] = []


def free_port(wanted: int, host: str = config.HOST) -> int:
    """The first port from `wanted` on that nobody listens on, ours until this process ends.

    The web opens it with SO_REUSEPORT a second later, which would not fail where another city's server did the same
    meanwhile: the two would share the port and get each other's requests. So the port is claimed machine-wide first,
    by a name that vanishes with its process. Raises NotReadyError when a hundred are taken.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    for port in range(wanted, min(wanted + PORTS_TRIED, 65536)):
        claim = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        with closing(socket.socket(family, socket.SOCK_STREAM)) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                claim.bind(f"\0oneteam-port-{port}")
                probe.bind((host, port))
            except OSError:
                claim.close()
                continue
        _claims.append(claim)
        return port
    raise NotReadyError(
        _("no free port from %(port)d on at %(host)s: name another one with --port") % {"port": wanted, "host": host}
    )


# What runs ----------------------------------------------------------------------------------------------------------


def state_file(paths: config.CityPaths) -> Path:
    """What the running supervisor tells: its own and its children's process numbers, and the address."""
    return paths.root / "serve.json"


def log_dir(paths: config.CityPaths) -> Path:
    """Where each process writes its log."""
    return paths.root / "log"


def running(paths: config.CityPaths) -> dict[str, Any] | None:
    """The state of the supervisor that serves this city now; None when none does."""
    try:
        with (paths.root / "serve.lock").open("r+b") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except FileNotFoundError:
        return None
    except BlockingIOError:
        return config.read_json(state_file(paths))
    return None


@contextmanager
def only_one(paths: config.CityPaths) -> Iterator[bool]:
    """Be the one supervisor of the city; False when another is. The lock ends with the process."""
    descriptor = os.open(paths.root / "serve.lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        yield False
        return
    # What a killed supervisor left would tell of processes that are gone.
    state_file(paths).unlink(missing_ok=True)
    try:
        yield True
    finally:
        state_file(paths).unlink(missing_ok=True)
        os.close(descriptor)


@contextmanager
def unserved() -> Iterator[None]:
    """Keep the city unserved for as long as this block lasts; raises NotReadyError while a server runs."""
    city = config.city()
    paths = config.city_paths(city)
    if not paths.root.exists():  # nothing to serve, and whoever needs the city says so better
        yield
        return
    with only_one(paths) as alone:
        if not alone:
            raise NotReadyError(_("The city %(city)s is being served; stop that server first.") % {"city": city})
        yield


# The children -------------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class Child:
    """One program that is to run: what `oneteam.server.child` is told, and its environment."""

    name: str
    arguments: Sequence[str]
    environment: dict[str, str]
    process: subprocess.Popen[bytes] | forking.Forked | None = None
    started: float = 0.0
    pause: float = FIRST_PAUSE
    rest_until: float = 0.0
    starts: int = 0
    once: bool = False  # not started again once it has ended well
    over: bool = False

    def start(self, log: Path) -> None:
        """Start the program; its output goes to the end of the log file."""
        with os.fdopen(os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "ab") as output:
            self.process = self.launch({**self.environment, PARENT: str(os.getpid())}, output.fileno())
        self.started = time.monotonic()
        self.starts += 1

    def launch(self, environment: dict[str, str], output: int) -> subprocess.Popen[bytes] | forking.Forked:
        """Start it in an interpreter of its own."""
        return subprocess.Popen(  # noqa: S603  our own interpreter
            [sys.executable, "-P", "-m", "oneteam.server.child", self.name, *self.arguments],
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            # Ctrl-C in a terminal goes to its whole group: the children are stopped by us, in order.
            start_new_session=True,
        )

    def ended(self) -> int | None:
        """The exit code of a child that has just ended; it may be started again after a pause."""
        if self.process is None or self.process.poll() is None:
            return None
        code, self.process = self.process.returncode, None
        self.over = self.once and code == 0
        if time.monotonic() - self.started > STEADY:
            self.pause = FIRST_PAUSE
        self.rest_until = time.monotonic() + self.pause
        self.pause = min(self.pause * 2, LONGEST_PAUSE)
        return int(code)

    def tell(self, number: signal.Signals) -> None:
        """Send a signal if it runs."""
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(number)

    def wait(self, until: float) -> None:
        """Wait for its end; killed when that takes too long."""
        if self.process is None:
            return
        try:
            self.process.wait(max(0.0, until - time.monotonic()))
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process = None


class Sharing(Child):
    """A child forked from the supervisor, which has Django loaded: it is there at once and shares that memory."""

    def launch(self, environment: dict[str, str], output: int) -> forking.Forked:
        """Fork it."""
        from django.db import connections  # noqa: PLC0415 -- the supervisor has set Django up by now

        from oneteam.server import child  # noqa: PLC0415 -- as above

        connections.close_all()
        run = partial(child.run_shared, self.name, *self.arguments)
        return forking.fork(run, name=f"ot-{self.name}", environment=environment, output=output)


def children(
    *, port: int | None, live: int | None = None, host: str = config.HOST, play: str | None = None
) -> list[Child]:  # fmt: skip
    """The programs of a city, in the order in which they are stopped; no web where `port` is None.

    `live` is the port of the live feed; `play` the city's address where the demo city's day is played.
    """
    environment = {
        **os.environ, "ONETEAM_CITY": config.city(), "PYTHONPATH": str(config.CHECKOUT), "PYTHONUNBUFFERED": "1",
    }  # fmt: skip
    found: list[Child] = [
        Sharing("followers", [], {**environment, "ONETEAM_ROLE": "app", "ONETEAM_POOL": ""}),
        Sharing("sealer", [], {**environment, "ONETEAM_ROLE": "sealer", "ONETEAM_POOL": ""}),
    ]
    if port is not None:
        served = {**environment, "ONETEAM_ROLE": "app", "ONETEAM_LIVE_PORT": str(live or 0)}
        found.insert(0, Sharing("web", [host, str(port)], {**served, "ONETEAM_POOL": "1"}))
        if live is not None:
            found.insert(1, Sharing("live", [host, str(live)], {**served, "ONETEAM_POOL": ""}))
    if play is not None:
        found.append(Sharing("player", [play], {**environment, "ONETEAM_ROLE": "app", "ONETEAM_POOL": ""}, once=True))
    return found


@dataclass(slots=True)
class Supervisor:
    """Keeps the children of one city running. Call `tick` again and again from the thread that called `start`."""

    paths: config.CityPaths
    programs: Sequence[Child]
    server: postgres.Server | None
    about: dict[str, Any] = field(default_factory=dict)
    looked_at_database: float = 0.0
    looked_at_logs: float = field(default_factory=time.monotonic)

    def start(self) -> None:
        """Start every child."""
        folder = config.make_private(log_dir(self.paths))
        cut_logs(folder)
        for child in self.programs:
            child.start(folder / f"{child.name}.log")
        self.about["since"] = real_now().isoformat()
        self.note()

    def tick(self) -> None:
        """Bring back what has ended, then rest a moment."""
        self._keep_database()
        if time.monotonic() - self.looked_at_logs > LOG_TICK:
            cut_logs(log_dir(self.paths))
            self.looked_at_logs = time.monotonic()
        changed = False
        for child in self.programs:
            code = child.ended()
            if code is not None and child.over:
                changed = True
            elif code is not None:
                rest = child.rest_until - time.monotonic()
                self.log("child_ended", f"{child.name} ended ({_exit(code)}), starting again in {rest:.1f} s")
                changed = True
            if child.process is None and not child.over and time.monotonic() >= child.rest_until:
                child.start(log_dir(self.paths) / f"{child.name}.log")
                changed = True
        if changed:
            self.note()
        time.sleep(TICK)

    def stop(self) -> None:
        """Stop every child, the web first and the others together; none is left when this returns."""
        deadline = time.monotonic() + DRAIN
        first = [child for child in self.programs if child.name == "web"]
        others = [child for child in self.programs if child.name != "web"]
        for group in (first, others):
            for child in group:
                child.tell(signal.SIGTERM)
            for child in group:
                child.wait(deadline)

    def log(self, event: str, text: str) -> None:
        """Write a warning to the supervisor's own log."""
        with (log_dir(self.paths) / "server.log").open("a", encoding="utf-8") as file:
            file.write(logs.line(event, text, city=self.paths.root.name, at=real_now(), level="warning") + "\n")

    def _keep_database(self) -> None:
        if self.server is None or time.monotonic() - self.looked_at_database < DATABASE_TICK:
            return
        # A folder without the database itself only tells how to reach a server that somebody else runs.
        if self.server.data.exists() and self.server.pid() is None:
            self.log("database_ended", "the database ended, starting it again")
            try:
                self.server = postgres.ensure(self.server.home.parent)
                self.log("database_back", "the database answers again")
            except NotReadyError as error:
                self.log("database_away", f"the database could not be started: {error}")
        self.looked_at_database = time.monotonic()

    def note(self) -> None:
        """Write the state file anew."""
        numbers = {child.name: child.process.pid for child in self.programs if child.process is not None}
        config.write_private(
            state_file(self.paths), config.dump({**self.about, "pid": os.getpid(), "children": numbers})
        )


def _exit(code: int) -> str:
    if code >= 0:
        return f"code {code}"
    try:
        return signal.Signals(-code).name
    except ValueError:
        return f"signal {-code}"


def cut_logs(folder: Path) -> None:
    """Keep what has grown too large aside, and begin it anew: its writers have it open, and append."""
    for log in folder.glob("*.log"):
        if log.stat().st_size > LOG_BYTES_KEPT:
            kept = log.with_name(f"{log.name}.1")
            kept.touch(mode=0o600)
            shutil.copyfile(log, kept)
            os.truncate(log, 0)


# Reading along ------------------------------------------------------------------------------------------------------


class Logs:
    """Follows the log files of a city from where they end now."""

    def __init__(self, paths: config.CityPaths) -> None:
        self.folder, self.terminal = log_dir(paths), sys.stderr.isatty()
        self.read: dict[Path, int] = {path: path.stat().st_size for path in self.folder.glob("*.log")}

    def lines(self) -> Iterator[str]:
        """Yield each line written since the last call, behind the name of its process.

        Somebody at a terminal reads warnings and errors, as sentences; a machine gets every line as it is.
        """
        for path in sorted(self.folder.glob("*.log")):
            size, start = path.stat().st_size, self.read.get(path, 0)
            if size < start:  # begun anew
                start = 0
            if size == start:
                continue
            with path.open("rb") as file:
                file.seek(start)
                content = file.read()
            # A line that is being written is left for the next call.
            whole = content[: content.rfind(b"\n") + 1]
            self.read[path] = start + len(whole)
            for line in whole.decode("utf-8", "replace").splitlines():
                told = logs.parsed(line)
                if told is None:
                    yield f"{path.stem:<9} {line}"
                elif not self.terminal:
                    yield line
                elif told.get("level") not in ("debug", "info"):
                    yield f"{path.stem:<9} {logs.readable(told)}"
