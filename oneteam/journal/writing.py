"""What one write keeps in mind while its transaction runs, so that nothing is asked of the database twice."""

import time
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from oneteam.journal import statements

FRESH = 1.0  # seconds for which the database's time, once read, is carried on by this process's clock


@dataclass(slots=True)
class Writing:
    """The memory of one write.

    `new_keys`: idempotency keys known to be new. `keys`: data keys of subjects met. `unstored`: subjects made in this
    write whose wrapped key goes into the database with the first act that holds their values. `marks`: whose a digest
    of the blind index is; it is stored with a subject made in this write. `free`: digests that are nobody's.
    """

    new_keys: set[tuple[str, str]] = field(default_factory=set)
    keys: dict[UUID, bytes] = field(default_factory=dict)
    unstored: dict[UUID, bytes] = field(default_factory=dict)
    marks: dict[bytes, UUID] = field(default_factory=dict)
    free: set[bytes] = field(default_factory=set)
    clock: tuple[datetime, float] | None = None

    def saw(self, moment: datetime) -> None:
        """Keep the database's time as just read."""
        self.clock = (moment, time.monotonic())

    def now(self) -> datetime:
        """Return the database's time, read anew when it was read more than a second ago."""
        if self.clock is not None and time.monotonic() - self.clock[1] < FRESH:
            return self.clock[0] + timedelta(seconds=time.monotonic() - self.clock[1])
        row = statements.run("SELECT clock_timestamp()").fetchone()
        assert row is not None
        moment: datetime = row[0]
        self.saw(moment)
        return moment


_current: ContextVar[Writing | None] = ContextVar("writing", default=None)


def current() -> Writing:
    """Return the memory of the write that runs; a fresh one, kept by nobody, outside of any."""
    return _current.get() or Writing()


def running() -> bool:
    """Tell whether a write runs."""
    return _current.get() is not None


def begin() -> object:
    """Begin a write with nothing in mind; hand what comes back to `end`."""
    return _current.set(Writing())


def end(token: object) -> None:
    """End the write."""
    _current.reset(token)  # type: ignore[arg-type] # what begin gave
