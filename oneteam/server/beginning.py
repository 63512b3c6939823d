"""What a start of the demo city does before it is served: its history, once, and the clock of its played day."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.db import connection
from django.utils.translation import gettext_noop

from oneteam.demo.story import span
from oneteam.kernel.clock import legal_day
from oneteam.server import config, demo_history, playing

WEB_START = timedelta(seconds=5)  # in which the web comes up, so that the story does not begin without it


def live(paths: config.CityPaths, moment: datetime, *, whole: bool, play: bool) -> Iterator[str]:
    """Live the history, where nothing was told yet: until a moment, or until the day that is played begins.

    Yields what is to be told of it.
    """
    if not demo_history.lived_already():
        until = span(legal_day(moment))[0] if play else moment
        yield gettext_noop("living the weeks before today, which takes some minutes the first time")
        lived = demo_history.live(whole=whole, until=until)
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
