"""Dumping a city's schemas and loading them again, by PostgreSQL's own programs.

pg_dump and not a copy of our own: it knows every kind of object, reads one snapshot, and does not stop writers. Not
pg_basebackup: that takes the whole server with all its cities and needs rights that an operator's server rarely gives.
"""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO, Any

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from oneteam.kernel.clock import real_now
from oneteam.kernel.errors import NotReadyError
from oneteam.server.binaries import Binaries
from oneteam.server.text import gettext as _

_LOCK_WAIT = "--lock-wait-timeout=60s"  # a migration that runs
_UNKNOWN_TO_OLDER = b"SET transaction_timeout = 0;\n"
"""pg_restore writes it, whatever server it is for; those before 17 stumble over it."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One state of the database: what was committed (and so could be acknowledged) before `end` is in it."""

    id: str
    end: datetime
    major: int
    connection: "psycopg.Connection[tuple[Any, ...]]"

    def one(self, statement: str) -> Any:
        """The first column of the first row that a question about this state gives."""
        row = self.connection.execute(statement.encode()).fetchone()
        return row[0] if row else None


@contextmanager
def snapshot(dsn: str) -> Iterator[Snapshot]:
    """The state of the database now, for as long as this block lasts."""
    with psycopg.connect(dsn, application_name="oneteam-backup") as connection:
        connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        connection.read_only = True
        end = real_now()  # before the snapshot is taken: what was acknowledged by now is in it
        row = connection.execute("SELECT pg_export_snapshot()").fetchone()
        assert row is not None
        yield Snapshot(str(row[0]), end, connection.info.server_version // 10_000, connection)


def dump(programs: Binaries, dsn: str, schemas: Sequence[str], *, seen: Snapshot, into: IO[bytes]) -> None:
    """Write the schemas, as the snapshot sees them, to a file. NotReadyError with pg_dump's words."""
    reached, environment = _reached(dsn)
    command: list[str | Path] = [
        programs.folder / "pg_dump", "-Fc", "-Z1", _LOCK_WAIT, f"--snapshot={seen.id}",
        *(f"--schema={name}" for name in schemas), "-d", reached,
    ]  # fmt: skip
    told = subprocess.run(  # noqa: S603  PostgreSQL's own program
        command, env=environment, stdin=subprocess.DEVNULL, stdout=into, stderr=subprocess.PIPE, check=False
    )
    if told.returncode:
        raise _failed(_("the database could not be dumped: %(answer)s"), told.stderr)


def load(programs: Binaries, dsn: str, dumped: Path) -> None:
    """Fill the empty schemas of the role that the address names from a dump: all of it, or nothing of it.

    NotReadyError with the server's words.
    """
    reached, environment = _reached(dsn)
    with tempfile.TemporaryDirectory(prefix="oneteam-") as folder, tempfile.TemporaryFile() as said:
        listing = Path(folder) / "list"
        listing.write_text(_listed(programs, dumped, environment), "utf-8")
        restore: list[str | Path] = [
            programs.folder / "pg_restore", "-O", "-x", "-L", listing, "-f", "-", dumped,
        ]  # fmt: skip
        take: list[str | Path] = [
            programs.folder / "psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", "-d", reached, "-f", "-",
        ]  # fmt: skip
        with (
            subprocess.Popen(restore, env=environment, stdout=subprocess.PIPE, stderr=said) as giver,  # noqa: S603
            subprocess.Popen(take, env=environment, stdin=subprocess.PIPE, stdout=said, stderr=said) as taker,  # noqa: S603
        ):
            assert giver.stdout is not None
            assert taker.stdin is not None
            try:
                _hand_over(giver, giver.stdout, taker.stdin)
            except BrokenPipeError:
                giver.kill()
            finally:
                giver.stdout.close()
                _close(taker.stdin)
        if giver.returncode or taker.returncode:
            said.seek(0)
            raise _failed(_("the database could not be restored: %(answer)s"), said.read())


def _hand_over(giver: "subprocess.Popen[bytes]", script: IO[bytes], taker: IO[bytes]) -> None:
    """Pass the script on in one transaction, which ends well only where the whole script came."""
    taker.write(b"BEGIN;\n")
    for line in script:
        if line != _UNKNOWN_TO_OLDER:
            taker.write(line)
        if line.startswith(b"COPY "):
            break
    shutil.copyfileobj(script, taker, 1 << 20)
    if giver.wait() == 0:
        taker.write(b"COMMIT;\n")


def _close(pipe: IO[bytes]) -> None:
    with suppress(BrokenPipeError):
        pipe.close()


def _listed(programs: Binaries, dumped: Path, environment: dict[str, str]) -> str:
    """What the dump holds, but for the schemas themselves: they stand already, with their rights."""
    told = subprocess.run(  # noqa: S603  PostgreSQL's own program
        [programs.folder / "pg_restore", "-l", dumped], env=environment, capture_output=True, check=False
    )
    if told.returncode:
        raise _failed(_("the database could not be restored: %(answer)s"), told.stderr)
    lines = told.stdout.decode("utf-8", "replace").splitlines(keepends=True)
    return "".join(line for line in lines if " SCHEMA - " not in line)


def analyze(dsn: str, schemas: Sequence[str]) -> None:
    """Gather the statistics that a dump does not hold; without them the first queries are planned badly."""
    with psycopg.connect(dsn, autocommit=True) as connection:
        rows = connection.execute(
            "SELECT schemaname, tablename FROM pg_tables WHERE schemaname = ANY(%s)", [schemas]
        ).fetchall()
        for names in rows:
            connection.execute(sql.SQL("ANALYZE {}").format(sql.Identifier(*map(str, names))))


def _reached(dsn: str) -> tuple[str, dict[str, str]]:
    """The address without the password, which other users of the machine could read, and the environment with it."""
    given = {key: str(value) for key, value in conninfo_to_dict(dsn).items() if value is not None}
    kept = {key: value for key, value in os.environ.items() if not key.startswith("PG")}
    password = given.pop("password", "")
    given.pop("options", None)  # the search path: each program sets its own
    return make_conninfo("", **given), {**kept, "PGPASSWORD": password, "LC_MESSAGES": "C"}


def _failed(text: str, said: bytes) -> NotReadyError:
    lines = [line for line in said.decode("utf-8", "replace").splitlines() if line.strip()]
    return NotReadyError(text % {"answer": "\n".join(lines[:5])})
