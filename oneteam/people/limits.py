"""The city's numbers for signing in (SEC-01 to SEC-03): how many factors, when a name locks, when a session ends."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings

Read = Callable[[str], str]
_sources: list[Read] = []


def read_settings_by(read: Read) -> None:
    """Take the reader of the city's settings; the room that keeps them comes after this one and hands it over."""
    _sources[:] = [read]


def _count(name: str) -> int:
    (read,) = _sources
    return int(read(name))


@dataclass(frozen=True, slots=True)
class Limits:
    """The city's numbers: `failures` within `window` lock a name for `lock`."""

    failures: int
    window: timedelta
    lock: timedelta


def limits() -> Limits:
    """Return the numbers in force: settings sign_in.failures, sign_in.window_minutes and sign_in.lock_minutes."""
    minute = timedelta(minutes=1)
    return Limits(
        failures=_count("sign_in.failures"),
        window=_count("sign_in.window_minutes") * minute,
        lock=_count("sign_in.lock_minutes") * minute,
    )


def idle_limit() -> timedelta:
    """Return after how long without activity a session ends (sign_in.idle_minutes)."""
    return timedelta(minutes=_count("sign_in.idle_minutes"))


def unused_days() -> int:
    """Return after how many days without use an account is disabled (sign_in.unused_days)."""
    return _count("sign_in.unused_days")


def factors_needed() -> int:
    """Return how many factors officers and administrators sign in with: 2; fewer only where a demo city says so."""
    return _count("sign_in.factors") if settings.REGION_IS_DEMO else 2
