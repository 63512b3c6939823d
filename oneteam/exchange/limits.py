"""How many requests a connected system may send, and how often an address may try a token.

Counted in each worker of the web by itself and in its memory: a count that all share would cost every report a write.
"""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from django.conf import settings

KEYS = 10_000  # remembered at once; the ones that asked longest ago are forgotten


@dataclass(slots=True)
class Buckets:
    """A bucket for each key: `rate` requests a second on average, `burst` at once."""

    rate: float
    burst: float
    clock: Callable[[], float] = time.monotonic
    _kept: dict[object, tuple[float, float]] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def wait(self, key: object) -> float:
        """Take one; return 0.0 where it was granted, else after how many seconds to ask again."""
        with self._lock:
            at = self.clock()
            level, seen = self._kept.pop(key, (self.burst, at))
            level = min(self.burst, level + (at - seen) * self.rate)
            granted = level >= 1
            self._kept[key] = (level - 1 if granted else level, at)
            if len(self._kept) > KEYS:
                del self._kept[next(iter(self._kept))]
            return 0.0 if granted else (1 - level) / self.rate


systems = Buckets(rate=settings.INTERFACE_RATE, burst=settings.INTERFACE_RATE * 10)
"""By the system's id."""
strangers = Buckets(rate=0.5, burst=30)
"""By the address that sends a token nobody has."""
