"""Importing a file from the command line: taken whole, then followed until nothing moves."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.utils.translation import gettext as _

from oneteam.directories.console import read_file
from oneteam.directories.importing import Applied
from oneteam.directories.taking import import_data
from oneteam.intake.importing import REPORTS
from oneteam.intake.slots import AFTER_IMPORT
from oneteam.journal.actors import operator
from oneteam.journal.follow import behind, settle
from oneteam.journal.notes import load_key
from oneteam.journal.queries import waits_for_seal
from oneteam.journal.seal import Sealer, dsn_of
from oneteam.kernel.clock import now

PATIENCE = 120.0  # seconds that the server's own followers get before the command stops waiting for them


@dataclass(frozen=True, slots=True)
class Done:
    """What an import did, and what the followers made of it."""

    file: Path
    applied: Applied
    lines: Sequence[str]

    def text(self, *, seconds: float) -> str:
        """Return the counts for the console."""
        head = _("%(file)s: %(taken)d reports taken, %(known)d known before, %(seconds).1f s") % {
            "file": self.file.name, "taken": self.applied.taken, "known": self.applied.known, "seconds": seconds,
        }  # fmt: skip
        return "\n".join([head, *(f"  {line}" for line in self.lines)])


def import_file(path: Path, *, source: str, channel: str, user: str) -> Done:
    """Take in a file of reports, all of it or nothing, and wait until each has its proposal.

    Raises TableError with every faulty line, BadInputError for a file that cannot be read.
    """
    applied = import_data(
        REPORTS, actor=operator(user), at=now(), data=read_file(path), name=path.name,
        options={"source": source, "channel": channel},
    )  # fmt: skip
    return Done(path, applied, _follow(applied.ids))


def _follow(fresh: Sequence[UUID]) -> list[str]:
    """Run the followers here, or wait for the server's; then say what became of the reports."""
    sealer = Sealer(
        dsn_of(settings.SEALER_DATABASE), load_key(Path(settings.SEALER_KEY)), Path(settings.CHECKPOINT_FILE)
    )
    try:
        if sealer.start():
            settle(sealer)
        elif fresh and not _waited(fresh[-1]):
            return [_("The server's followers are still busy; the proposals come by themselves.")]
    finally:
        sealer.close()
    return [line for tell in AFTER_IMPORT for line in tell(fresh)] if fresh else []


def _waited(last: UUID) -> bool:
    """Wait until the running server has sealed the last report and its followers have passed what is sealed.

    False when that takes too long.
    """
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        if not waits_for_seal(last) and not behind():
            return True
        time.sleep(0.3)
    return False
