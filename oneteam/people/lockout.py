"""So many failed sign-ins under one user name lock it for a while (SEC-02), whether anybody has that name or not.

A name that nobody has is counted, locked and answered like any other, so that the answer tells nothing. Names are kept
as keyed hashes only: what was typed as a name may well be somebody's password.
"""

from datetime import datetime

from django.utils.crypto import salted_hmac

from oneteam.people.limits import limits
from oneteam.people.models import Attempts


def locked_until(username: str, at: datetime) -> datetime | None:
    """Return when the lock of a name ends, None where it is not locked at this moment (region time)."""
    found = Attempts.objects.filter(name=_digest(username)).first()
    if found is None or found.locked_until is None:
        return None
    # A lock from the future stems from another setting of an exercise's clock.
    return found.locked_until if found.last <= at < found.locked_until else None


def count_failure(username: str, at: datetime) -> datetime | None:
    """Count a failed sign-in, inside a transaction; return when the lock ends that it brings about, None for no lock.

    A failure counts as long as it is not older than the window. Names without a recent failure are forgotten.
    """
    bounds, name = limits(), _digest(username)
    Attempts.objects.filter(last__lt=at - max(bounds.window, bounds.lock)).delete()
    Attempts.objects.get_or_create(name=name, defaults={"last": at, "failures": []})
    row = Attempts.objects.select_for_update().get(name=name)
    row.failures = [moment for moment in row.failures if at - bounds.window <= moment <= at] + [at]
    row.last, row.locked_until = at, None
    if len(row.failures) >= bounds.failures:
        row.failures, row.locked_until = [], at + bounds.lock
    row.save()
    return row.locked_until


def forget_failures(username: str) -> None:
    """Forget what failed under a name, and its lock: somebody signed in, or was let in again."""
    Attempts.objects.filter(name=_digest(username)).delete()


def _digest(username: str) -> bytes:
    # Whoever signs in is found without regard to upper and lower case.
    return salted_hmac("oneteam.people.attempts", username.strip().lower(), algorithm="sha256").digest()
