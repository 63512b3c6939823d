"""Databases for tests: one server, one migrated template, a clone for whoever needs a world of its own (20 ms each).

The root conftest.py calls `join` and `prepare` once a process, `clone` and `drop` around tests, `leave` at the end.
With DATABASE_URL the clones stand on that server (its user must be able to create databases and roles).
"""

import atexit
import contextlib
import fcntl
import hashlib
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from itertools import count
from pathlib import Path
from typing import Any

from psycopg import sql

from oneteam.server import cities, config, postgres
from oneteam.server.access import Connection, administrator

CITY = "test"
PREFIX = "oneteam_test_"
SHAPING = ("oneteam/**/*.py", "oneteam/*/sql/*", "law/**/*", "demo/**/*", "requirements/base.txt")
NOT_SHAPING = frozenset({"tests", "__pycache__", "views.py", "urls.py", "api.py", "templatetags", "middleware.py"})
TEMPLATES_KEPT = 8
"""Templates of other states of the tree (a second checkout, another branch) that stay for a later run."""

MEMORY = Path("/dev/shm")  # noqa: S108  the owner of what lies there is checked
MEMORY_BYTES = 2 * 1024**3
"""Free room asked for: templates, clones and the write-ahead log stay well under 1 GiB."""

_numbers = count(1)


@dataclass(frozen=True, slots=True)
class Template:
    """A migrated database that nobody may connect to any more, only copy."""

    name: str
    cities: tuple[str, ...]


@cache
def data() -> Path:
    """The tests' own data folder; a real city's is never touched.

    ONETEAM_TEST_DATA, else in memory where there is room (making the 400 files of a clone takes 5 ms there and up to
    200 ms on a disk), else below the data folder. Each installation of PostgreSQL (ONETEAM_PG_BIN) has its own.
    """
    given = os.environ.get("ONETEAM_TEST_DATA")
    if given:
        return Path(given).expanduser().absolute()
    here, programs = config.CHECKOUT.stat(), os.environ.get("ONETEAM_PG_BIN", "")
    which = hashlib.sha256(programs.encode()).hexdigest()[:8] if programs else "wheel"
    folder = MEMORY / f"oneteam-test-{os.geteuid()}-{here.st_dev:x}-{here.st_ino:x}-{which}"
    with contextlib.suppress(OSError):
        if not folder.exists() and shutil.disk_usage(MEMORY).free >= MEMORY_BYTES:
            folder.mkdir(mode=0o700)
        # Everybody may write to the memory disk: a folder or link that somebody else put there is not taken.
        if not folder.is_symlink() and folder.stat().st_uid == os.geteuid():
            return folder
    return config.data_dir() / f"test-{which}"


@contextmanager
def _locked(file: Path, kind: int) -> Iterator[int]:
    descriptor = os.open(file, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, kind)
        yield descriptor
    finally:
        os.close(descriptor)


@contextmanager
def roles_alone() -> Iterator[None]:
    """Hold the cluster's roles still: who may be whom is one list for the databases of all workers of a run."""
    with _locked(data() / "roles.lock", fcntl.LOCK_EX):
        yield


class Membership:
    """While a process of a test run holds this, `leave` of another does not stop the server."""

    def __init__(self) -> None:
        config.make_data(data())
        self._descriptor: int | None = os.open(data() / "users.lock", os.O_RDWR | os.O_CREAT, 0o600)
        fcntl.flock(self._descriptor, fcntl.LOCK_SH)
        if not config.external():
            # What a test run writes may be lost with the machine.
            postgres.ensure(data(), durable=False)
        # A session that fails in its first fixture never comes to its last line.
        atexit.register(self.leave)

    def leave(self) -> None:
        """Stop the server if no other test run uses it; harmless the second time."""
        if self._descriptor is None:
            return
        with contextlib.suppress(BlockingIOError):
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if not config.external():
                postgres.ensure(data(), durable=False).stop()
        os.close(self._descriptor)
        self._descriptor = None


def join() -> Membership:
    """Start or share the test server; call `leave` on what comes back."""
    return Membership()


def tree_key() -> str:
    """A hash of all that shapes a migrated, filled database: code without tests and pages, SQL, law, demo, packages."""
    root = config.CHECKOUT
    digest = hashlib.sha256()
    for path in sorted({path for pattern in SHAPING for path in root.glob(pattern) if path.is_file()}):
        if not NOT_SHAPING.intersection((*path.relative_to(root).parts[:-1], path.name)):
            digest.update(str(path.relative_to(root)).encode() + b"\0" + hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()[:16]


def prepare(
    *, names: tuple[str, ...] = (CITY,), fill: Callable[[str], None] | None = None, fill_key: str = ""
) -> Template:
    """The template database of this tree with these cities, built by the first process that asks; the others wait.

    `fill(dbname)` puts into it what every test needs (it must close its connections); `fill_key` changes when what it
    puts there does.
    """
    key = hashlib.sha256(f"{tree_key()}\0{','.join(names)}\0{fill_key}".encode()).hexdigest()[:16]
    template = Template(f"{PREFIX}t_{key}", names)
    with _locked(data() / "template.lock", fcntl.LOCK_EX), _admin() as connection:
        _sweep(connection, keep=template.name)
        finished = connection.execute(
            "select datistemplate from pg_database where datname = %s", [template.name]
        ).fetchone()
        if finished and finished[0] and all(config.city_paths(name, data()).roles.exists() for name in names):
            return template
        _drop(connection, template.name)
        connection.execute(sql.SQL("create database {} template template0").format(sql.Identifier(template.name)))
        for name in names:
            cities.create_city(name, dbname=template.name, data=data())
            cities.migrate(name, dbname=template.name, data=data())
        if fill:
            fill(template.name)
        for name in names:
            _keep_entrance(template, name)
        with administrator(template.name, data=data()) as within:
            within.execute("analyze")  # clones take the statistics over; nothing else gathers them in so short a life
        connection.execute(
            sql.SQL("alter database {} with allow_connections false is_template true").format(
                sql.Identifier(template.name)
            )
        )
        _disconnect(connection, template.name)
    return template


def clone(template: Template) -> str:
    """A fresh copy of the template; returns its name. Drop it afterwards."""
    name = f"{PREFIX}c_{os.getpid()}_{next(_numbers)}"
    with _admin() as connection:
        connection.execute(
            sql.SQL("create database {} template {} strategy file_copy").format(
                sql.Identifier(name), sql.Identifier(template.name)
            )
        )
        for city in template.cities:
            cities.connect_roles(connection, city, name)
    return name


def own_files(template: Template, folder: Path) -> None:
    """Make a data folder for a server on a clone: the cities' keys and passwords, but checkpoints and logs of its own.

    Tells where the test server is, too, so that a process with ONETEAM_DATA=folder attaches to it.
    """
    for city in template.cities:
        there = folder / "cities" / city
        ignored = shutil.ignore_patterns("checkpoints.log*", "log", "serve.*", ".*")
        shutil.copytree(config.city_paths(city, data()).root, there, ignore=ignored)
        if (kept := _entrance(template, city)).exists():
            shutil.copy2(kept, there / "demo.json")
    state = config.postgres_dir(data()) / "state.json"
    if state.exists():
        config.make_private(folder / "postgres", mode=0o711)
        shutil.copy2(state, folder / "postgres" / "state.json")


def _entrance(template: Template, city: str) -> Path:
    return data() / "templates" / template.name / f"{city}.json"


def _keep_entrance(template: Template, city: str) -> None:
    """Keep the demo city's token with its template: another template of the same city makes another one."""
    made = config.city_paths(city, data()).root / "demo.json"
    if made.exists():
        kept = _entrance(template, city)
        config.make_private(kept.parent)
        shutil.copy2(made, kept)


def drop(name: str) -> None:
    """Remove a clone, whoever is still connected to it."""
    with _admin() as connection:
        _drop(connection, name)


def database(name: str, role: str = "app", *, city: str = CITY) -> dict[str, Any]:
    """Django's DATABASES entry for a clone."""
    return config.database(city, role, dbname=name, data=data())


def environment(name: str, *, city: str = CITY) -> dict[str, str]:
    """The environment in which a child process (the real server) works on a clone."""
    return {**os.environ, "ONETEAM_DATA": str(data()), "ONETEAM_CITY": city, "ONETEAM_DATABASE": name}


def _admin() -> contextlib.AbstractContextManager[Connection]:
    return administrator(None if config.external() else "postgres", data=data())


def _drop(connection: Connection, name: str) -> None:
    found = connection.execute("select datistemplate from pg_database where datname = %s", [name]).fetchone()
    if found and found[0]:
        connection.execute(sql.SQL("alter database {} is_template false").format(sql.Identifier(name)))
    connection.execute(sql.SQL("drop database if exists {} with (force)").format(sql.Identifier(name)))


def _disconnect(connection: Connection, name: str) -> None:
    """A copy needs a template that nobody is connected to."""
    connection.execute("select pg_terminate_backend(pid) from pg_stat_activity where datname = %s", [name])


def _sweep(connection: Connection, *, keep: str) -> None:
    """Remove clones of processes that are gone and all but the newest templates."""
    rows = connection.execute(
        "select datname from pg_database where starts_with(datname, %s) order by oid desc", [PREFIX]
    )
    names = [str(row[0]) for row in rows.fetchall()]
    for name in names:
        if name.startswith(f"{PREFIX}c_") and not _alive(int(name.split("_")[3])):
            _drop(connection, name)
    templates = [name for name in names if name.startswith(f"{PREFIX}t_") and name != keep]
    for name in templates[TEMPLATES_KEPT:]:
        _drop(connection, name)
        shutil.rmtree(data() / "templates" / name, ignore_errors=True)


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
