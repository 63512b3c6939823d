"""The day that opens the demo city: the chapters of demo/story.yaml as steps, with the everyday reports beside them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from oneteam.demo.history import lanes
from oneteam.demo.staff import read
from oneteam.demo.steps import BACK, FRONT, Spot, Step, spots
from oneteam.kernel.clock import SHANGHAI

STORY = 1_000_000  # the lives of the story are counted from here


@dataclass(frozen=True, slots=True)
class Chapter:
    """A life of the story; `tells` says in both languages what it shows, "" where another chapter does."""

    life: int
    name: str
    zh: str
    en: str
    on_purpose: tuple[str, ...]
    steps: tuple[Step, ...]


def span(day: date) -> tuple[datetime, datetime]:
    """Return when the played day begins and ends."""
    told = read("story.yaml")
    begins, ends = (
        datetime.combine(day, time.fromisoformat(told[name]), SHANGHAI) for name in ("begins", "ends")
    )  # fmt: skip
    return begins, ends


def chapters(day: date, *, whole: bool) -> list[Chapter]:
    """Return the chapters of the story on a day."""
    return _chapters(day, {spot.place: spot for spot in spots(whole=whole)})


def outline(day: date) -> list[Chapter]:
    """Return the chapters as they are told, without the places where they happen: those take seconds to make."""
    return _chapters(day, {})


def _chapters(day: date, where: Mapping[str, Spot]) -> list[Chapter]:
    told = read("story.yaml")["chapters"]
    lives = {entry["id"]: STORY + number for number, entry in enumerate(told, 1)}
    found = []
    for entry in told:
        life, spot = lives[entry["id"]], where[entry["spot"]] if where else None
        steps = [
            Step(datetime.combine(day, time.fromisoformat(at), SHANGHAI), life, number, verb, FRONT, spot,
                 _of(verb, of, f"S-{life}", lives))
            for number, (at, verb, of) in enumerate(entry["steps"])
        ]  # fmt: skip
        tells = entry.get("tells", {"zh": "", "en": ""})
        found.append(
            Chapter(life, entry["id"], tells["zh"], tells["en"], tuple(entry.get("on_purpose", ())), tuple(steps))
        )
    return found


def _of(verb: str, of: Mapping[str, Any], external: str, lives: Mapping[str, int]) -> Mapping[str, Any]:
    more: dict[str, Any] = {"external": external, "exact": True} if verb == "receive" and "by" not in of else {}
    if "into" in of:
        more["into"] = lives[of["into"]]
    return {**of, **more}


def day_of(day: date, *, whole: bool, seed: int | None = None) -> tuple[list[Step], set[int]]:
    """Return every step of the played day in order, and the lives in which something is late on purpose."""
    begins, ends = span(day)
    lived = lanes(whole=whole, until=ends, seed=seed)
    everyday: Sequence[Step] = [*lived[FRONT], *lived[BACK]]
    told = chapters(day, whole=whole)
    late = {step.life for step in everyday if step.verb == "look_at_clocks" and step.life}
    late |= {chapter.life for chapter in told if chapter.on_purpose}
    steps = [step for step in everyday if step.at >= begins]
    steps += [step for chapter in told for step in chapter.steps]
    return sorted(steps), late
