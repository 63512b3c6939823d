"""Where the demo city's played day stands, kept in the city's folder, and what time that makes it. No Django in it."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from oneteam.kernel.clock import CLOCK_VARIABLE, ClockSetting, parse_clock, real_now
from oneteam.server import config, processes

SPEED = 60.0  # a minute of the city in a second


@dataclass(slots=True)
class Progress:
    """How far the day is played. `told`: the moment of the last step taken; `things` and `ended` as of the stage."""

    day: date
    whole: bool
    clock: str
    told: datetime
    done: int = 0
    over: bool = False
    things: dict[int, dict[str, UUID]] = field(default_factory=dict)
    ended: set[int] = field(default_factory=set)
    refused: int = 0
    meant: int = 0

    def text(self) -> str:
        """Return it as it is kept."""
        return config.dump({
            "day": self.day.isoformat(), "whole": self.whole, "clock": self.clock, "told": self.told.isoformat(),
            "done": self.done, "over": self.over, "ended": sorted(self.ended), "refused": self.refused,
            "meant": self.meant,
            "things": {
                str(life): {name: str(value) for name, value in things.items()} for life, things in self.things.items()
            },
        })  # fmt: skip


def file(paths: config.CityPaths) -> Path:
    """Return where it is kept."""
    return paths.root / "play.json"


def read(paths: config.CityPaths) -> Progress | None:
    """Return how far the day is played; None in a city that plays none."""
    known: Mapping[str, Any] = config.read_json(file(paths))
    if "told" not in known:
        return None
    return Progress(
        day=date.fromisoformat(known["day"]), whole=known["whole"], clock=known["clock"],
        told=datetime.fromisoformat(known["told"]), done=known["done"], over=known["over"],
        ended=set(known["ended"]), refused=known["refused"], meant=known["meant"],
        things={
            int(life): {name: UUID(value) for name, value in things.items()}
            for life, things in known["things"].items()
        },
    )  # fmt: skip


def keep(paths: config.CityPaths, progress: Progress) -> None:
    """Keep how far the day is played."""
    config.write_private(file(paths), progress.text())


def clock_from(start: datetime, real: datetime, *, speed: float = 1.0, until: datetime | None = None) -> str:
    """Return the setting of a clock that shows `start` at the real moment `real`."""
    return str(ClockSetting(start=start, anchor=real, speed=speed, until=until))


def set_clock(paths: config.CityPaths, real: datetime | None = None) -> None:
    """Let this process read the city's time: of the server that runs, else as a played day left it.

    A city never goes back behind what was told in it: where its day ran ahead of the real time, it stays as far ahead.
    Whoever sets the environment's variable has said what time it is.
    """
    if os.environ.get(CLOCK_VARIABLE, "").strip():
        return
    real = real or real_now()
    state, progress = processes.running(paths), read(paths)
    if state is not None and state.get("clock"):
        os.environ[CLOCK_VARIABLE] = str(state["clock"])
    elif progress is not None:
        # An interrupted day stands still where it was left.
        left = parse_clock(progress.clock, real).at(real) if progress.over else progress.told
        if left > real:
            os.environ[CLOCK_VARIABLE] = clock_from(left, real)
