"""The sealer: collects committed acts into the Merkle tree and signs its states. Never on the writers' path.

It takes acts in the order of (xid, n), where xid is the later of the act's own transaction and its stream's previous
act's. Below the oldest running transaction that order is final: no act can appear before one that was taken, and
within a stream it is the order of the stream. (An open write of anybody in the cluster holds the horizon back.)
"""

import logging
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from threading import Event
from typing import Any
from uuid import UUID

import psycopg
from django.conf import settings
from django.db import connections
from django.utils.translation import gettext as _
from psycopg.conninfo import make_conninfo

from oneteam.journal.canonical import Change, changes_hash, leaf
from oneteam.journal.merkle import Edge
from oneteam.journal.notes import SigningKey, VerificationKey, checkpoint, load_key, open_checkpoint
from oneteam.journal.outside import CheckpointFile
from oneteam.kernel.errors import BadInputError, NotReadyError

log = logging.getLogger(__name__)

INTERVAL = 0.2
BATCH = 5_000
_ALL = 1 << 62  # no act has such a number
ADOPT = "`oneteam journal adopt`"

_NEXT = """
SELECT a.id, a.hash, a.xid::text::bigint, a.n FROM journal_act a
WHERE (a.xid, a.n) > (%(xid)s::text::xid8, %(n)s)
  AND a.xid < pg_snapshot_xmin(pg_current_snapshot())
ORDER BY a.xid, a.n LIMIT %(most)s
"""
_ADOPTED = """
SELECT a.id, a.hash, 0::bigint, a.n FROM journal_act a
WHERE a.xid = '0' AND NOT EXISTS (SELECT 1 FROM journal_leaf l WHERE l.act_id = a.id)
ORDER BY a.n LIMIT %(most)s
"""
_CHANGES = """
SELECT act_id, tbl, row_id, op, form, digest FROM journal_change WHERE act_id = ANY(%s) ORDER BY n
"""

Connection = psycopg.Connection[tuple[Any, ...]]
Taken = tuple[UUID, bytes, int, int]


def dsn_of(database: Mapping[str, Any]) -> str:
    """Return how libpq connects to what a DATABASES entry describes, for connections that are not Django's."""
    options = {key: value for key, value in database["OPTIONS"].items() if key != "pool"}
    given = {
        "host": database.get("HOST"),
        "port": database.get("PORT"),
        "dbname": database["NAME"],
        "user": database.get("USER"),
        "password": database.get("PASSWORD"),
    }
    return make_conninfo(**{name: str(value) for name, value in given.items() if value}, **options)


@dataclass(slots=True)
class _State:
    """Where sealing stands: the tree's edge, the last sealed act's place, and whether adopted acts come first."""

    edge: Edge
    xid: int
    n: int
    adopted: bool


class RestoredError(NotReadyError):
    """The database is not the one that was sealed last: restored elsewhere, or older than the file. See `adopt`."""


class Sealer:
    """Seals one city. It needs the rights of the city's `sealer` role and, alone, its signing key."""

    def __init__(self, conninfo: str, key: SigningKey, file: Path, *, batch: int = BATCH) -> None:
        self._conninfo, self._key, self._file, self._batch = conninfo, key, CheckpointFile(file), batch
        self._connection: Connection | None = None
        self._state: _State | None = None
        self._channel = ""

    @classmethod
    def from_settings(cls) -> "Sealer":
        """Return the sealer of the city that Django is set up for, with the sealer's role."""
        conninfo = dsn_of(connections["default"].settings_dict)
        return cls(conninfo, load_key(Path(settings.SEALER_KEY)), Path(settings.CHECKPOINT_FILE))

    def run(self, stop: Event) -> None:
        """Seal every 0.2 s until told to stop. Outlives the database's restarts; waits while another sealer runs.

        Raises NotReadyError when sealing must not go on (restored database, foreign checkpoint file).
        """
        while not stop.is_set():
            wait = INTERVAL
            try:
                if self.start():
                    while self.step() == self._batch and not stop.is_set():
                        pass
                else:
                    wait = 1.0
            except psycopg.OperationalError as error:
                log.warning("the sealer lost the database and tries again: %s", error)
                self.close()
                wait = 1.0
            stop.wait(wait)
        self.close()

    def start(self) -> bool:
        """Connect, take the city's sealer lock and compare database, tree and file; False when another sealer runs."""
        if self._state is not None:
            return True
        if self._connection is None or self._connection.closed:
            self._connection = psycopg.connect(self._conninfo, autocommit=True, application_name="oneteam-sealer")
        row = self._connection.execute(
            "SELECT current_schema(), pg_try_advisory_lock(hashtextextended(current_schema() || '_sealer', 0))"
        ).fetchone()
        assert row is not None
        if not row[1]:
            return False
        self._channel = f"{row[0]}_sealed"
        try:
            self._state = resume(self._connection, self._key.public)
            append_missing(self._connection, self._file, compare_outside(self._connection, self._file))
        except BaseException:
            self.close()
            raise
        return True

    def step(self) -> int:
        """Seal one batch; returns the number of acts in it, 0 when nothing can be sealed now."""
        if not self.start():
            raise NotReadyError(_("Another sealer of this city is running."))
        connection, state = self._connection, self._state
        assert connection is not None
        assert state is not None
        begun = time.monotonic()
        try:
            sealed = self._seal(connection, state)
        except BaseException:
            # What was committed is unknown here: the next start reads it from the database.
            self.close()
            raise
        if sealed:
            log.info("", extra={"event": "sealed", "acts": sealed, "ms": round((time.monotonic() - begun) * 1000, 1)})
        return sealed

    def waiting(self) -> bool:
        """Return whether committed acts are left: behind an open write of anybody in the cluster, or come just now."""
        if self._state is None or self._connection is None:
            return True
        place = [str(self._state.xid), self._state.n]
        left = "SELECT 1 FROM journal_act WHERE (xid, n) > (%s::text::xid8, %s) LIMIT 1"
        return self._connection.execute(left, place).fetchone() is not None

    def close(self) -> None:
        """Let go of the lock and the connection."""
        self._state = None
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _seal(self, connection: Connection, state: _State) -> int:
        with connection.transaction():
            taken, horizon, now = self._take(connection, state)
            if not taken:
                return 0
            leaves = _leaves(connection, taken)
            edge = Edge(state.edge.size, list(state.edge.roots))
            edge.append(leaves)
            note = checkpoint(key=self._key, size=edge.size, root=edge.root(), time=now)
            with connection.cursor() as cursor:
                with cursor.copy("COPY journal_leaf (idx, act_id, leaf) FROM STDIN (FORMAT BINARY)") as copy:
                    copy.set_types(["int8", "uuid", "bytea"])
                    for at, (row, hashed) in enumerate(zip(taken, leaves, strict=True), state.edge.size):
                        copy.write_row((at, row[0], hashed))
                cursor.execute(
                    "INSERT INTO journal_checkpoint (size, root, note, horizon, edge)"
                    " VALUES (%s, %s, %s, %s::text::xid8, %s)",
                    [edge.size, edge.root(), note, str(horizon), edge.to_bytes()],
                )
                cursor.execute("SELECT pg_notify(%s, %s)", [self._channel, str(edge.size)])
        # The database first: the other way round a crash could make the sealer sign two trees of one size.
        self._file.append([(b"".join(leaves), note)])
        place = (state.xid, state.n) if state.adopted else (taken[-1][2], taken[-1][3])
        self._state = _State(edge, *place, adopted=state.adopted)
        return len(taken)

    def _take(self, connection: Connection, state: _State) -> tuple[Sequence[Taken], int, datetime]:
        """Return the next acts in order, the horizon they were taken below, and the database's time."""
        row = connection.execute(
            "SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint, clock_timestamp()"
        ).fetchone()
        assert row is not None
        wanted = {"xid": str(state.xid), "n": state.n, "most": self._batch}
        taken: Sequence[Taken] = []
        if state.adopted:
            taken = connection.cursor(binary=True).execute(_ADOPTED, wanted).fetchall()
            state.adopted = bool(taken)
        if not taken:
            taken = connection.cursor(binary=True).execute(_NEXT, wanted).fetchall()
        return taken, row[0], row[1]


def _leaves(connection: Connection, taken: Sequence[Taken]) -> list[bytes]:
    changes: dict[UUID, list[Change]] = {}
    found = connection.cursor(binary=True).execute(_CHANGES, [[row[0] for row in taken]])
    for act, table, row_id, operation, form, digest in found:
        changes.setdefault(act, []).append(Change(table, row_id, operation, form, digest))
    return [leaf(row[1], changes_hash(changes.get(row[0], ()))) for row in taken]


def resume(connection: Connection, key: VerificationKey) -> _State:
    """Read where sealing stands; NotReadyError when going on would hide something, RestoredError after a restore."""
    last = connection.execute(
        "SELECT size, root, note, edge FROM journal_checkpoint ORDER BY size DESC LIMIT 1"
    ).fetchone()
    place = connection.execute(
        "SELECT l.idx + 1, a.xid::text::bigint, a.n FROM journal_leaf l LEFT JOIN journal_act a ON a.id = l.act_id"
        " ORDER BY l.idx DESC LIMIT 1"
    ).fetchone()
    clock = connection.execute(
        "SELECT pg_snapshot_xmax(pg_current_snapshot())::text::bigint,"
        " (SELECT xid::text::bigint FROM journal_act ORDER BY xid DESC LIMIT 1)"
    ).fetchone()
    assert clock is not None
    ahead, highest = clock
    if highest is not None and highest >= ahead:
        raise _restored(_("the journal holds transaction %(found)s, the server has only reached %(reached)s")
                        % {"found": highest, "reached": ahead})  # fmt: skip
    if last is None:
        if place is not None:
            raise _doubtful(_("there are sealed acts, but no checkpoint"))
        return _State(Edge(), 0, -1, adopted=False)
    size, root, note, edge = last
    try:
        stated = open_checkpoint(note, key)
        tree = Edge.from_bytes(size, edge)
    except (BadInputError, ValueError) as error:
        raise _doubtful(str(error)) from None
    if (stated.size, stated.root) != (size, root) or tree.root() != root:
        raise _doubtful(_("the last checkpoint says another tree than the one stored beside it"))
    if place is None or place[0] != size or place[1] is None:
        raise _doubtful(_("the sealed acts do not end where the last checkpoint does"))
    # Adopted acts have no transaction: they come first, all of them, and are sealed where a leaf is missing.
    xid, n = (place[1], place[2]) if place[1] else (0, _ALL)
    missing = _behind(connection, size, xid, n)
    return _State(tree, xid, n, adopted=missing)


def _behind(connection: Connection, size: int, xid: int, n: int) -> bool:
    """Return whether adopted acts are still to be sealed; NotReadyError for others that were passed by."""
    place = [str(xid), n]
    row = connection.execute(
        "SELECT count(*) FROM journal_act WHERE (xid, n) <= (%s::text::xid8, %s)", place
    ).fetchone()
    assert row is not None
    if row[0] == size:
        return False
    if row[0] < size:
        log.error("%s sealed acts are gone from the journal; run `oneteam journal verify`", size - row[0])
    passed = connection.execute(
        "SELECT a.id FROM journal_act a WHERE (a.xid, a.n) <= (%s::text::xid8, %s) AND a.xid > '0'"
        " AND NOT EXISTS (SELECT 1 FROM journal_leaf l WHERE l.act_id = a.id) ORDER BY a.n LIMIT 1", place
    ).fetchone()  # fmt: skip
    if passed:
        raise _restored(_("act %(act)s stands behind the last checkpoint, but was never sealed") % {"act": passed[0]})
    return bool(row[0] > size)


def _restored(found: str) -> RestoredError:
    text = _("This journal came from another database server, or acts were slipped in: %(found)s. Run `oneteam journal"
             " verify`; if the database was restored, stop everything that writes and run %(adopt)s.")  # fmt: skip
    return RestoredError(text % {"found": found, "adopt": ADOPT})


def _doubtful(found: str) -> NotReadyError:
    text = _("Sealing stopped, because signing on would cover up a fault: %(found)s. Run `oneteam journal verify`.")
    return NotReadyError(text % {"found": found})


def compare_outside(connection: Connection, file: CheckpointFile) -> int:
    """Return up to which size the file has what the database has.

    RestoredError when the file knows more, NotReadyError when it knows other things.
    """
    known = file.last()
    row = connection.execute("SELECT coalesce(max(size), 0) FROM journal_checkpoint").fetchone()
    here = row[0] if row else 0
    if known is None:
        if here and file.path.exists():
            raise _doubtful(_("%(file)s is no checkpoint file") % {"file": file.path})
        if here:
            log.warning("there was no checkpoint file %s; it is written anew", file.path)
        return 0
    if here < known.size:
        text = _("The checkpoint file %(file)s knows of %(there)s acts, the database of %(here)s only: it is an older"
                 " one. Bring the newer database back, or accept the loss: stop everything that writes and run"
                 " %(adopt)s.")  # fmt: skip
        raise RestoredError(text % {"file": file.path, "there": known.size, "here": here, "adopt": ADOPT})
    row = connection.execute("SELECT note FROM journal_checkpoint WHERE size = %s", [known.size]).fetchone()
    if row is None or row[0] != known.note:
        text = _("the checkpoint file %(file)s has another checkpoint of %(size)s acts than the database")
        raise _doubtful(text % {"file": file.path, "size": known.size})
    return known.size


def append_missing(connection: Connection, file: CheckpointFile, start: int) -> None:
    """Append to the file what the database has beyond `start`."""
    missing = connection.execute("SELECT size, note FROM journal_checkpoint WHERE size > %s ORDER BY size", [start])
    for size, note in missing.fetchall():
        rows = connection.execute(
            "SELECT leaf FROM journal_leaf WHERE idx >= %s AND idx < %s ORDER BY idx", [start, size]
        ).fetchall()
        file.append([(b"".join(row[0] for row in rows), note)])
        start = size
