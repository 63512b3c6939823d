"""The nightly verification (SEC-07): when it is due, and the process of its own that does it.

It runs while the city works on. So it is nice to the other processes, asks the database for no helpers, and reads one
snapshot without a lock that a writer would wait for. A night without a running server is made up for at the next start.
"""

import logging
import os
import signal
import time
from datetime import datetime, timedelta

from oneteam.kernel.clock import SHANGHAI
from oneteam.server import config, processes

RETRY_SECONDS = 3600.0  # after one that could not be done

log = logging.getLogger(__name__)


def last_due(at: datetime) -> datetime:
    """Return the last moment, not after `at` (region time), at which the city wants its journal verified."""
    from oneteam.lawbook.queries import setting  # noqa: PLC0415 -- needs Django
    from oneteam.lawbook.settings_table import parse_time  # noqa: PLC0415

    there = at.astimezone(SHANGHAI)
    due = datetime.combine(there.date(), parse_time(setting("journal.verify_at")), SHANGHAI)
    return due if due <= there else due - timedelta(days=1)


def is_due(at: datetime) -> bool:
    """Tell whether the journal was neither verified nor begun since it was last due."""
    from oneteam.journal.nightly import begun_at, last_verification  # noqa: PLC0415 -- needs Django

    last = last_verification()
    since = last.at if last else begun_at()
    return since is not None and since < last_due(at)


class Night:
    """Starts the verification when it is due. Its process dies with the thread that called `look`."""

    def __init__(self, paths: config.CityPaths) -> None:
        environment = {**os.environ, "ONETEAM_ROLE": "app", "ONETEAM_POOL": ""}
        self.child = processes.Child("verify", [], environment)
        self.log = processes.log_dir(paths) / "verify.log"
        self.rest_until = 0.0

    def look(self, at: datetime) -> None:
        """Start a verification if one is due at this moment (region time) and none runs."""
        code = self.child.ended()
        if code:
            log.error("the nightly verification could not be done (%s), see %s", code, self.log)
        if code is not None:
            # What was done is an act, so that the next look finds it; what was not must not be tried all the time.
            self.rest_until = time.monotonic() + RETRY_SECONDS if code else 0.0
        if self.child.process is None and time.monotonic() >= self.rest_until and is_due(at):
            self.child.start(self.log)

    def stop(self) -> None:
        """End a verification that runs; it is done anew after the next start."""
        self.child.tell(signal.SIGTERM)
        self.child.wait(time.monotonic() + 5)


def run() -> None:
    """Verify everything and record what was found; in a process of its own, after Django was set up."""
    from django.db import connections  # noqa: PLC0415 -- needs Django

    from oneteam.journal.actors import machine  # noqa: PLC0415
    from oneteam.journal.nightly import record_outcome, verify_everything  # noqa: PLC0415
    from oneteam.kernel.clock import now  # noqa: PLC0415

    options = connections["default"].settings_dict["OPTIONS"]
    options["options"] += " -c max_parallel_workers_per_gather=0"
    outcome = verify_everything()
    record_outcome(actor=machine("verifier", "1"), at=now(), outcome=outcome)
    for fault in outcome.faults:
        log.error("%s", fault)
