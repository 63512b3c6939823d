"""The embedded PostgreSQL server: made, started, found again and stopped through pg_ctl.

Everything lies in `<data>/postgres`: `pgdata` (the database), `socket` (the only way in: no TCP port is opened),
`server.log`, `state.json` (how to connect as administrator, 0600), `lock`, and as root a copy of the programs. The
server outlives the process that started it; whoever calls `ensure` next attaches to it.
"""

import fcntl
import os
import re
import secrets
import shlex
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
from psycopg.conninfo import make_conninfo

from oneteam.kernel.errors import NotReadyError
from oneteam.server import config
from oneteam.server.binaries import Account, Binaries, account, find, within_reach
from oneteam.server.config import make_private, read_json, write_private
from oneteam.server.text import gettext as _

ADMINISTRATOR = "oneteam_admin"
PORT = 5432
# A socket's address holds 107 bytes; the rest is for the file's name.
LONGEST_SOCKET_DIR = 100 - len(f"/.s.PGSQL.{PORT}.lock")
START_SECONDS = 600
STALE_LOCK_SECONDS = 30.0
SOCKET_GRACE_SECONDS = 5.0
LOG_BYTES_KEPT = 10_000_000

SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "shared_buffers": "256MB",
    "max_wal_size": "2GB",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "cluster_name": "oneteam",
}
# For tests only, whose data may be lost with the machine. Commits are still written before they are answered.
UNSAFE_SETTINGS = {
    "fsync": "off",
    "full_page_writes": "off",
    "max_connections": "200",
    "max_wal_size": "256MB",
    "min_wal_size": "32MB",
}


@dataclass(frozen=True, slots=True)
class Server:
    """A server that answered. `state` is what state.json holds."""

    home: Path
    state: dict[str, Any] = field(repr=False)

    @property
    def data(self) -> Path:
        """PGDATA."""
        return self.home / "pgdata"

    def admin_dsn(self, dbname: str = "postgres") -> str:
        """How the administrator connects, in libpq's form; holds the password."""
        return _dsn(self.state, dbname)

    def running(self) -> bool:
        """True when a connection succeeds now."""
        return _answers(self.state)

    def pid(self) -> int | None:
        """The process of the server, None when there is none."""
        return _postmaster(self.data)

    def stop(self) -> None:
        """Stop in order: open transactions are rolled back, connections closed. Harmless when nothing runs."""
        with _locked(self.home):
            if _postmaster(self.data) is None:
                return
            told = _pg_ctl(self.home, "-m", "fast", "-t", str(START_SECONDS), "stop")
            if told.returncode and _postmaster(self.data) is not None:
                raise NotReadyError(_("the database did not stop: %(answer)s") % {"answer": told.stdout.strip()})


def ensure(data: Path | None = None, *, durable: bool = True) -> Server:
    """The running server of a data folder, made and started where needed; several processes may call this at once.

    `durable=False` (tests only) trades safety against a power failure for speed; it counts when the server starts.
    Raises NotReadyError that says what to do when it cannot be had.
    """
    home = config.postgres_dir(data)
    server = _attached(home)
    if server:
        return server
    config.make_data(home.parent)
    make_private(home, mode=0o711 if os.geteuid() == 0 else 0o700)
    with _locked(home):
        server = _attached(home)
        if server:
            return server
        user = account(home / "pgdata")
        _check_reach(user, home)
        if not (home / "pgdata").exists():
            _make(home, user)
        _start(home, user, durable=durable)
        return Server(home, read_json(home / "state.json"))


def _attached(home: Path) -> Server | None:
    state = read_json(home / "state.json")
    return Server(home, state) if state and _answers(state) else None


def _dsn(state: dict[str, Any], dbname: str) -> str:
    return make_conninfo(
        host=state["host"], port=state["port"], user=state["user"], password=state["password"], dbname=dbname
    )


def _answers(state: dict[str, Any]) -> bool:
    return _trouble(state) is None


def _trouble(state: dict[str, Any]) -> str | None:
    """None when a real connection succeeds, else what the server or the socket said."""
    try:
        with psycopg.connect(_dsn(state, "postgres"), connect_timeout=10, autocommit=True) as connection:
            connection.execute("select 1")
    except psycopg.Error as error:
        return str(error).strip()
    return None


@contextmanager
def _locked(home: Path) -> Iterator[None]:
    """Only one process at a time makes, starts or stops the server. The lock ends with the process that holds it."""
    # Private: whoever can open the file could hold the lock and so keep the server from starting.
    with os.fdopen(os.open(home / "lock", os.O_RDWR | os.O_CREAT, 0o600), "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _check_reach(user: Account, home: Path) -> None:
    if not user.reaches(home.parent):
        closed = next(
            (folder for folder in reversed(home.parents) if not user.reaches(folder) and folder != Path("/")),
            home.parent,
        )
        raise NotReadyError(
            _(
                "%(data)s lies below %(closed)s, which only root may enter. The database never runs as root, and its "
                "user %(user)s cannot get there: set ONETEAM_DATA to another folder (%(default)s, for example), "
                "or start as an ordinary user"
            )
            % {"data": home.parent, "closed": closed, "user": user.name, "default": config.ROOT_DATA}
        )


# Making -------------------------------------------------------------------------------------------------------------


def _make(home: Path, user: Account) -> None:
    """Make the database's folder, whole or not at all."""
    programs = within_reach(find(), user, home)
    fresh = home / ".pgdata"
    shutil.rmtree(fresh, ignore_errors=True)
    make_private(fresh)
    user.own(fresh)
    password = secrets.token_urlsafe(24)
    # Known before the database is: a folder without its password could never be opened again.
    write_private(
        home / "state.json",
        config.dump({"host": "", "port": str(PORT), "user": ADMINISTRATOR, "password": password}),
    )
    told_once = home / ".password"
    write_private(told_once, password + "\n")
    try:
        user.own(told_once)
        command: list[str | Path] = [
            programs.folder / "initdb",
            "-D",
            fresh,
            "-U",
            ADMINISTRATOR,
            "-A",
            "scram-sha-256",
        ]
        command += [f"--pwfile={told_once}", "-k", "-E", "UTF8", *_locale(programs)]
        told = user.run(command, wait=START_SECONDS)
    finally:
        told_once.unlink()
    if told.returncode:
        raise NotReadyError(
            _("the database could not be made in %(home)s:\n%(answer)s") % {"home": home, "answer": told.stdout}
        )
    fresh.rename(home / "pgdata")


def _locale(programs: Binaries) -> list[str]:
    """Sorting by code point everywhere, independent of the operating system's tables where PostgreSQL can (17 on)."""
    if programs.major >= 17:
        return ["--locale=C.UTF-8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
    return ["--locale=C.UTF-8"]


# Starting -----------------------------------------------------------------------------------------------------------


def _start(home: Path, user: Account, *, durable: bool) -> None:
    """Start the server, or wait for one that is just starting or recovering; returns when a connection succeeds."""
    state = read_json(home / "state.json")
    if not state:
        raise NotReadyError(
            _("%(file)s is missing: without its password the database cannot be opened. Bring it back from a backup")
            % {"file": home / "state.json"}
        )
    data = home / "pgdata"
    socket = _socket_dir(home, user)
    if _postmaster(data) is not None:
        if state["host"] == str(socket) and _comes_up(state, data):
            return
        # Alive but without its socket (a cleaned /tmp, a moved folder): nobody can reach it, so it starts anew.
        _pg_ctl(home, "-m", "fast", "-t", str(START_SECONDS), "stop")
    state["host"] = str(socket)
    write_private(home / "state.json", config.dump(state))
    _log_file(home, user)
    settings = {
        **SETTINGS,
        **({} if durable else UNSAFE_SETTINGS),
        "unix_socket_directories": f'"{socket}"',
        "port": PORT,
    }
    options = " ".join(f"-c {shlex.quote(f'{name}={value}')}" for name, value in settings.items())
    deadline = time.monotonic() + STALE_LOCK_SECONDS
    while True:
        _clear_stale_lock(data)
        told = _pg_ctl(home, "-l", str(home / "server.log"), "-t", str(START_SECONDS), "-o", options, "start")
        trouble = _trouble(state)
        if trouble is None:
            return
        if time.monotonic() > deadline:
            raise NotReadyError(
                _("the database in %(home)s did not start: %(answer)s\n%(trouble)s\nIts log ends:\n%(log)s")
                % {"home": home, "answer": told.stdout.strip(), "trouble": trouble, "log": _log_end(home)}
            )
        # After kill -9 the old server stays in the process table until it is reaped, and its children need a moment.
        time.sleep(0.2)


def _comes_up(state: dict[str, Any], data: Path) -> bool:
    """Wait while a living server starts or recovers; False when it ends or cannot be reached."""
    deadline = time.monotonic() + START_SECONDS
    grace = time.monotonic() + SOCKET_GRACE_SECONDS
    while _postmaster(data) is not None and time.monotonic() < deadline:
        trouble = _trouble(state)
        if trouble is None:
            return True
        # "starting up", "in recovery", "shutting down" pass by themselves; a missing socket only in the first moments.
        if not re.search(r"the database system is|too many clients", trouble) and time.monotonic() > grace:
            return False
        time.sleep(0.1)
    return False


def _pg_ctl(home: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    data = home / "pgdata"
    user = account(data)
    programs = within_reach(find(major=_major(data)), user, home)
    return user.run([programs.folder / "pg_ctl", "-D", data, "-w", *arguments], wait=START_SECONDS + 60)


def _major(data: Path) -> int:
    try:
        return int((data / "PG_VERSION").read_text().strip())
    except (OSError, ValueError) as error:
        raise NotReadyError(
            _("%(data)s holds no database that PostgreSQL made; move the folder away, or bring it back from a backup")
            % {"data": data}
        ) from error


def _socket_dir(home: Path, user: Account) -> Path:
    """A folder for the socket, outside PGDATA, 0700; one below /tmp where the data folder's name is too long for it."""
    folder = home / "socket"
    if len(os.fsencode(folder)) <= LONGEST_SOCKET_DIR and re.fullmatch(r"[\w/.+@ -]+", str(folder), re.ASCII):
        make_private(folder)
        user.own(folder)
        return folder
    before = read_json(home / "state.json").get("host", "")
    if before.startswith(tempfile.gettempdir()) and Path(before).is_dir():
        owner = Path(before).stat().st_uid
        if owner == (os.geteuid() if user.uid is None else user.uid):
            return Path(before)
    short = Path(tempfile.mkdtemp(prefix="oneteam-"))
    user.own(short)
    return short


def _log_file(home: Path, user: Account) -> None:
    log = home / "server.log"
    if log.exists() and log.stat().st_size > LOG_BYTES_KEPT:
        log.replace(home / "server.log.1")
    log.touch(mode=0o600)
    user.own(log)


def _log_end(home: Path) -> str:
    try:
        with (home / "server.log").open("rb") as log:
            log.seek(max(0, log.seek(0, os.SEEK_END) - 2000))
            return log.read().decode("utf-8", "replace")
    except OSError:
        return ""


# The process --------------------------------------------------------------------------------------------------------


def _postmaster(data: Path) -> int | None:
    """The living server process of a data folder; None when its lock file is missing or names no process of its own."""
    try:
        pid = int((data / "postmaster.pid").read_text().split("\n", 1)[0])
    except (OSError, ValueError):
        return None
    return pid if pid in _processes_in(data) else None


def _processes_in(data: Path) -> set[int]:
    """Living processes whose current folder is the data folder: a server and its children (not dead, unreaped ones)."""
    target = data.resolve()
    found = set()
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                if (entry / "cwd").readlink() == target:
                    found.add(int(entry.name))
            except OSError:
                continue
    return found


def _clear_stale_lock(data: Path) -> None:
    """Remove a lock file that nobody holds any more.

    PostgreSQL takes a killed but unreaped server for a living one, and likewise any process of its user that got the
    number after a restart of the machine. The surer sign is that no process works in the folder: children outlive it.
    """
    if not _processes_in(data):
        (data / "postmaster.pid").unlink(missing_ok=True)
