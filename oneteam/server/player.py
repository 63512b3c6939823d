"""Plays the demo city's day: each step through the act of real use, reports through the interface, at its moment."""

import json
import logging
import sys
import urllib.error
import urllib.request
from collections import defaultdict
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from threading import Event
from uuid import UUID

from django.db import Error, connection
from django.utils.translation import override

from oneteam.demo.steps import Step
from oneteam.demo.story import chapters, day_of, span
from oneteam.intake.telling import Told
from oneteam.journal.queries import acts
from oneteam.kernel.clock import SHANGHAI, now
from oneteam.kernel.errors import BadInputError, OneteamError
from oneteam.procedures.errors import RefusedError
from oneteam.server import config, playing
from oneteam.server.demo_cast import Cast
from oneteam.server.demo_stage import Stage
from oneteam.server.demo_verbs import take
from oneteam.server.founding import read_demo
from oneteam.supervision.declaration import Indicator, indicators
from oneteam.supervision.measuring import Span, measure
from oneteam.web.parts import duration

log = logging.getLogger("oneteam.server.player")
DAY = timedelta(days=1)
LOOK = 0.2  # seconds between two looks at the clock
MACHINES = frozenset({"propose", "look_at_clocks"})
"""What the city's own followers and timer do while it is served."""
INTERVALS = ("complaint", "filing", "joint")
SECONDS = 10.0


class Play:
    """The day of one city, from where it stands. `machines`: also take the steps that a served city's machines take."""

    def __init__(self, paths: config.CityPaths, progress: playing.Progress, *, machines: bool) -> None:
        self.paths, self.progress, self.machines = paths, progress, machines
        self.begins, self.ends = span(progress.day)
        self.steps, self.late = day_of(progress.day, whole=progress.whole)
        self.told = {each.steps[0]: each for each in chapters(progress.day, whole=progress.whole) if each.zh}
        # What is over needs not be kept anew after each step.
        wanted = {step.life for step in self.steps} | {step.of.get("into") for step in self.steps} | self.late
        known = {life: things for life, things in progress.things.items() if life in wanted}
        things: dict[int, dict[str, UUID]] = defaultdict(dict, known)
        self.stage = Stage(Cast(self.begins - DAY, self.ends + DAY), things=things, ended=progress.ended)
        self.resumed = progress.done > 0

    @property
    def next(self) -> Step | None:
        """The step that comes next; None where the day is over."""
        return self.steps[self.progress.done] if self.progress.done < len(self.steps) else None

    def take_next(self, at: datetime | None = None) -> None:
        """Take the next step at its own moment, or at another one; what is refused ends its life and is counted."""
        step = self.steps[self.progress.done]
        if at is not None:
            step = replace(step, at=at)
        if step.life not in self.stage.ended and (self.machines or step.verb not in MACHINES):
            self._take(step)
        self.resumed = False
        self.progress.done += 1
        self.progress.told = step.at
        self.progress.things = dict(self.stage.things)
        playing.keep(self.paths, self.progress)

    def _take(self, step: Step) -> None:
        expected = step.of.get("refused")
        try:
            take(self.stage, step)
        except OneteamError as error:
            if expected and _is(error, expected):
                self.progress.meant += 1
            elif not self.resumed:  # a step that was taken just before the interruption is refused the second time
                self.progress.refused += 1
                self.stage.ended.add(step.life)
                log.warning("%s was refused: %s", step.verb, error)
            return
        if expected:
            self.progress.refused += 1
            log.warning("%s was to be refused by %s, but was taken", step.verb, expected)

    def breaches(self) -> tuple[int, int]:
        """Return how many time limits were exceeded on this day, and of how many it was not meant."""
        found = acts(kinds=["clock.breached"]).filter(occurred_at__gte=self.begins, occurred_at__lte=self.ends)
        streams = list(found.values_list("stream", flat=True))
        meant = {thing for life in self.late for thing in self.stage.things.get(life, {}).values()}
        return len(streams), sum(stream not in meant for stream in streams)

    def figures(self) -> list[str]:
        """Return what the day came to: the three intervals beside the promises, the breaches, what was refused."""
        until = self.ends + timedelta(microseconds=1)
        lines = [_interval(indicators()[name], Span(self.begins, until, DAY)) for name in INTERVALS]
        count, strange = self.breaches()
        meant, refused = self.progress.meant, self.progress.refused
        return [
            *lines,
            f"时限突破 time limits exceeded: {count}，非有意 not meant: {strange}",
            f"依法拒绝（有意）refused by law, as meant: {meant}，其他 others: {refused}",
        ]


def _is(error: OneteamError, expected: str) -> bool:
    if isinstance(error, RefusedError):
        return expected in {failed.id for failed in error.failures}
    return expected == "off_duty" and isinstance(error, BadInputError)


def _interval(indicator: Indicator, when: Span) -> str:
    found = measure(indicator, when).now
    before = indicator.before
    promised = "" if before is None or indicator.promise is None else (
        f"从前 before: {before.zh} {before.en}；承诺 promised: {_both(indicator.promise)}；"
    )  # fmt: skip
    if found.median is None:
        come = "尚无此类行为 no such acts yet"
    else:
        come = (
            f"中位 median: {_both(found.median)}，{found.settled}/{found.count}，按时 in time: {found.share or 0:.0%}"
        )
    return f"{indicator.name.zh} {indicator.name.en} · {promised}{come}"


def _both(length: timedelta) -> str:
    """Return a length of time in both languages, once where they say the same."""
    told = []
    for language in ("zh-hans", "en"):
        with override(language):
            told.append(duration(length))
    return " ".join(dict.fromkeys(told))


# ---- while the city is served


def hand_in(address: str, token: str) -> Callable[[Told], UUID]:
    """Return how a report is handed in as a connected system does; the same external id again is the same report."""

    def send(told: Told) -> UUID:
        body = {
            "channel": told.channel, "title": told.title, "text": told.text, "told_at": told.told_at.isoformat(),
            "address": told.address, "caller_name": told.caller_name, "caller_phone": told.caller_phone,
            "external_id": told.external_id,
        }  # fmt: skip
        if told.lon is not None:
            body |= {"lon": str(told.lon), "lat": str(told.lat)}
        request = urllib.request.Request(  # noqa: S310  our own address
            f"{address}api/v1/reports", data=json.dumps(body).encode(), method="POST",
            headers={"Content-Type": "application/json", "Authorization": f"Bearer {token}"},
        )  # fmt: skip
        try:
            with urllib.request.urlopen(request, timeout=SECONDS) as answer:  # noqa: S310  as above
                return UUID(json.load(answer)["id"])
        except urllib.error.HTTPError as error:
            raise BadInputError(error.read().decode("utf-8", "replace")[:500]) from error

    return send


def run(stop: Event, address: str) -> None:
    """Play on until the day is over or until told to stop; outlives restarts of database and web."""
    paths = config.city_paths(config.city())
    progress, demo = playing.read(paths), read_demo(paths)
    if progress is None or demo is None or progress.over:
        return
    play = Play(paths, progress, machines=False)
    play.stage.hand_in = hand_in(address, demo.token)
    if play.resumed:
        _say(f"{_clock(progress.told)}  接着演 going on after an interruption")
    while not stop.is_set() and (step := play.next) is not None:
        if stop.wait(LOOK if step.at > now() else 0.0):
            return
        if step.at > now():
            continue
        if step in play.told:
            _say(f"{_clock(step.at)}  {play.told[step].zh} · {play.told[step].en}")
        try:
            play.take_next(max(step.at, now()))
        except (Error, OSError) as error:
            log.warning("the day could not go on, trying again: %s", error)
            connection.close()
            stop.wait(1.0)
    while not stop.is_set() and now() < play.ends:
        stop.wait(LOOK)
    if stop.is_set():
        return
    for line in play.figures():
        _say(line)
    progress.over = True
    playing.keep(paths, progress)
    _say("今天演完了，城市照常运行 The day is over; the city goes on at the usual speed")


def _clock(moment: datetime) -> str:
    return f"{moment.astimezone(SHANGHAI):%H:%M}"


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()
