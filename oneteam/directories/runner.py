"""Works on uploads, one at a time, beside the pages: checks them, takes those that were confirmed."""

import logging
import time
from threading import Event
from types import TracebackType
from typing import Self

import psycopg
from django.db import Error, connection, connections
from django.utils.translation import override

from oneteam.directories import runs
from oneteam.directories.taking import check_file, take_checked
from oneteam.journal.seal import dsn_of
from oneteam.kernel.errors import OneteamError, TableError

log = logging.getLogger(__name__)

POLL = 0.5  # seconds
TOLD_EVERY = 0.5  # seconds between two notes of how far it is


class Progress:
    """Notes how far a run is, over a connection of its own: the write that it tells of is not committed yet."""

    def __init__(self, run: object) -> None:
        self._run = str(run)
        self._told = 0.0
        self._own = psycopg.connect(dsn_of(connections["default"].settings_dict), autocommit=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._own.close()

    def tell(self, done: int) -> None:
        """Note the number of rows done, at most twice a second."""
        if time.monotonic() - self._told >= TOLD_EVERY:
            self._told = time.monotonic()
            self._own.execute("UPDATE directories_importrun SET progress = %s WHERE id = %s", [done, self._run])


def work() -> bool:
    """Check or take the oldest run that waits; returns whether there was one."""
    claimed = runs.claim()
    if claimed is None:
        return False
    row = claimed.row
    with override(row.language), Progress(row.id) as progress:
        try:
            _work(claimed, progress)
        except TableError as error:
            runs.refuse(row.id, error.faults)
        except OneteamError as error:
            runs.refuse(row.id, [], str(error))
        except Error:
            runs.fail(row.id)
            raise
        except Exception:
            log.exception("the import of %s broke", row.importer)
            runs.fail(row.id)
    return True


def _work(claimed: runs.Claimed, progress: Progress) -> None:
    row = claimed.row
    checked = check_file(
        claimed.importer, actor=claimed.actor, at=row.at, data=claimed.data, name=row.filename, options=row.options,
        tell=progress.tell,
    )  # fmt: skip
    if not claimed.taking:
        runs.checked(
            row.id, rows=len(checked.batch.entries) - len(checked.left_out), unread=checked.unread,
            left_out=checked.left_out,
        )  # fmt: skip
        return
    take_checked(
        checked=checked, at=row.at, tell=progress.tell,
        done=lambda applied: runs.done(row.id, taken=applied.taken, known=applied.known),
    )  # fmt: skip


def run_imports(stop: Event) -> None:
    """Work on uploads until told to stop. Outlives the database's restarts; what was interrupted is noted as such."""
    fresh = True
    while not stop.wait(POLL):
        try:
            if fresh:
                runs.tidy()
                fresh = False
            while not stop.is_set() and work():
                pass
        except (Error, psycopg.Error) as error:
            log.warning("uploads have to wait for the database: %s", error)
            connection.close()
            fresh = True
    connection.close()
