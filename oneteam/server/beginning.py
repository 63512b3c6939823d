"""What a start of the demo city does before it is served: its history, once, and the clock of its played day."""

import math
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import TextIO

from django.db import connection
from django.utils.translation import gettext_noop

from oneteam.demo.ground import ground
from oneteam.demo.history import lanes
from oneteam.demo.story import span
from oneteam.kernel.clock import legal_day
from oneteam.server import config, demo_history, greeting, playing

WEB_START = timedelta(seconds=5)  # in which the web comes up, so that the story does not begin without it

QUARTER = 0.25  # of the history: a week


class Weeks:
    """Says how much of the history is lived and how long the rest takes: a line that changes, elsewhere some lines."""

    def __init__(self, out: TextIO, *, since: float) -> None:
        """`since`: when the whole start began, on the monotonic clock."""
        self.out, self.since, self.begun, self.said = out, since, time.monotonic(), 0.0
        self.changes = out.isatty()

    def __call__(self, share: float) -> None:
        """Tell, where it is time to: each second on a terminal, each further quarter in a file."""
        now = time.monotonic()
        seconds = now - self.begun
        if not 0 < share < 1 or (seconds < self.said + 1 if self.changes else share < self.said + QUARTER):
            return
        self.said = seconds if self.changes else share - share % QUARTER
        left = math.ceil(seconds * (1 - share) / share / 60)
        line = greeting.both(gettext_noop("%(percent)d %% lived, about %(left)d min left"))
        text = f"{now - self.since:6.1f} s  " + line % {"percent": 100 * share, "left": left}
        self.out.write(f"\r\x1b[K{text}" if self.changes else f"{text}\n")
        self.out.flush()

    def end(self) -> None:
        """Leave the line, so that what is told next stands below it."""
        if self.changes and self.said:
            self.out.write("\n")


def draw(moment: datetime, *, whole: bool, play: bool) -> None:
    """Make what a first start takes from the seed, while it waits for something else: the ground and the history."""
    ground(whole=whole)
    if play:
        lanes(whole=whole, until=span(legal_day(moment))[0], seed=None)


def live(
    paths: config.CityPaths, moment: datetime, *, whole: bool, play: bool, weeks: Weeks | None = None
) -> Iterator[str]:
    """Live the history, where nothing was told yet: until a moment, or until the day that is played begins.

    Yields what is to be told of it; `weeks` hears how much is lived meanwhile.
    """
    if not demo_history.lived_already():
        until = span(legal_day(moment))[0] if play else moment
        yield gettext_noop("living the weeks before today, which takes some minutes the first time")
        lived = demo_history.live(whole=whole, until=until, tell=weeks or demo_history.silent)
        lanes.cache_clear()
        if weeks is not None:
            weeks.end()
        if play:
            day = legal_day(moment)
            playing.keep(paths, playing.Progress(day=day, whole=whole, clock="", told=until, things=lived.things))
        yield gettext_noop("weeks of history are there")
        for reason, count in lived.refused.items():
            yield f"{count} × {reason}"
    connection.close()


def clock_of_day(paths: config.CityPaths, real: datetime, *, speed: float | None) -> str | None:
    """Return the clock that plays the day on from where it stands, and keep it; None where no day is left to play."""
    progress = playing.read(paths)
    if progress is None or progress.over:
        return None
    begins, ends = span(progress.day)
    progress.clock = playing.clock_from(
        max(begins, progress.told), real + WEB_START, speed=speed or playing.SPEED, until=ends
    )
    playing.keep(paths, progress)
    return progress.clock
