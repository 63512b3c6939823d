"""What the made-up city lived through before today: lives of reports and findings, as steps in time, from the seed.

Pure: no database, no clock. The same seed, day and size give the same steps on every machine. A life is told by steps;
`server.demo_stage` takes each through the act that real use takes. Steps of the front lane draw every number, those of
the back lane are the long rest of an order: two processes may go through the lanes, the back one never ahead.
"""

import random
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import Any

from oneteam.demo.ground import names as ground_names
from oneteam.demo.staff import read
from oneteam.demo.steps import BACK, DAY, FRONT, MINUTE, PROMISE, SECOND, Life, Spot, Step, spots
from oneteam.kernel.clock import SHANGHAI

TOLD_AGAIN, PHOTOGRAPHED = 0.03, 0.05  # shares of the reports, and of what is handled


@lru_cache(maxsize=1)
def lanes(*, whole: bool, until: datetime, seed: int | None = None) -> dict[str, list[Step]]:
    """Return the steps of both lanes in the order of time, all before `until` (aware).

    `whole`: the whole demo city, four weeks; else the small one, a few days. Kept until it is asked for otherwise.
    """
    found: dict[str, list[Step]] = {FRONT: [], BACK: []}
    for step in sorted(_History(whole=whole, until=until, seed=seed).steps()):
        if step.at < until:
            found[step.lane].append(step)
    return found


def first_day(*, whole: bool, until: datetime) -> date:
    """Return the day on which the history begins: the city is founded the day before."""
    days: int = read("history.yaml")["days"]["whole" if whole else "small"]
    return until.astimezone(SHANGHAI).date() - days * DAY


class _History:
    """All lives, drawn one after the other."""

    def __init__(self, *, whole: bool, until: datetime, seed: int | None) -> None:
        self.words, self.size = read("history.yaml"), "whole" if whole else "small"
        self.first, self.until = first_day(whole=whole, until=until), until
        self.draw = random.Random(f"history {ground_names()['seed'] if seed is None else seed}")  # noqa: S311
        self.spots = spots(whole=whole)
        self.surnames = [each[0] for each in read("staff.yaml")["surnames"]]
        self.callers: list[tuple[str, str]] = []
        self.lives = 0
        self.open: list[tuple[Life, datetime, Mapping[str, Any]]] = []  # open until then

    def steps(self) -> Iterator[Step]:
        """Yield the steps of every life, and of the timer."""
        for day in range((self.until.astimezone(SHANGHAI).date() - self.first).days + 1):
            midnight = datetime.combine(self.first + day * DAY, time(), SHANGHAI)
            yield from self._timer(midnight)
            weekday = self.words["weekdays"][midnight.weekday()] / 10
            told = round(self.words["reports"][self.size] * weekday * self.draw.uniform(0.9, 1.1))
            for moment in sorted(self._moment(midnight) for _each in range(told)):
                yield from self._report(moment).told
            for _each in range(self.words["findings"][self.size]):
                yield from self._finding(self._in(midnight, 9, 17)).told
            for _each in range(self.words["cases"][self.size]):
                yield from self._case(self._in(midnight, 9, 16)).told

    def _timer(self, midnight: datetime) -> Iterator[Step]:
        """The hourly look at the clocks, which finds what ran out since the last one."""
        for hour in range(24):
            yield Step(midnight + hour * 60 * MINUTE, 0, hour, "look_at_clocks", BACK)

    def _moment(self, midnight: datetime) -> datetime:
        [hour] = self.draw.choices(range(24), self.words["hours"])
        return midnight + (hour * 60 + self.draw.randrange(60)) * MINUTE + timedelta(seconds=self.draw.randrange(60))

    def _in(self, midnight: datetime, since: int, until: int) -> datetime:
        return midnight + self.draw.randrange(since * 60, until * 60) * MINUTE

    def _some(self, name: str, kind: str | None = None) -> str:
        pool: Sequence[str] = self.words[name] if kind is None else self.words[name][kind]
        return self.draw.choice(pool)

    def _new(self, at: datetime, kind: str, spot: Spot | None = None) -> Life:
        self.lives += 1
        return Life(self.lives, at, kind, spot or self.draw.choice(self.spots))

    # ---- reports

    def _report(self, at: datetime) -> Life:
        self.open = [each for each in self.open if each[1] > at + 8 * MINUTE]
        told = [each for each in self.open if each[0].decided <= at]
        if told and self.draw.random() < TOLD_AGAIN:
            return self._told_again(at, *self.draw.choice(told))
        [telling] = self.draw.choices(self.words["tellings"], [each["often"] for each in self.words["tellings"]])
        life, share = self._new(at, telling["kind"]), self.draw.random()
        self._receive(life, telling)
        if life.kind == "ask":
            self._answer_at_once(life, "passed_on" if share < 0.2 else "explained")
        elif life.kind == "service" and share < 0.22:
            self._answer_at_once(life, "passed_on")
        else:
            self._order(life, telling)
        return life

    def _told_again(self, at: datetime, other: Life, until: datetime, telling: Mapping[str, Any]) -> Life:
        """Somebody else tells of what is being dealt with: joined, and answered with the first report."""
        life = self._new(at, other.kind, other.spot)
        self._receive(life, telling)
        life.then(self.draw.uniform(2, 5), "join", into=other.number)
        life.lane = BACK
        life.then((until - life.at) / MINUTE + 1, "answer", result="done", words=self._some("answers", life.kind))
        self._close(life)
        return life

    def _receive(self, life: Life, telling: Mapping[str, Any]) -> None:
        """Told through some channel, and the machine's proposal."""
        life.matter = telling["matter"]
        [channel] = self.draw.choices(list(self.words["channels"]), list(self.words["channels"].values()))
        name, phone = self._caller() if channel != "grid_patrol" else ("", "")
        text: str = self.draw.choice(telling["texts"]).replace("{where}", life.spot.where)
        exact = self.draw.random() < 0.7
        life.then(
            0, "receive", channel=channel, title=telling["title"], text=text, name=name, phone=phone,
            exact=exact, external=f"H-{life.number:05}",
        )  # fmt: skip
        life.then(0.05, "propose")
        life.caller = bool(name)

    def _caller(self) -> tuple[str, str]:
        """Somebody who calls, now and then somebody who called before; or nobody who says a name."""
        told = self.words["callers"]
        if self.draw.random() > told["share"]:
            return "", ""
        if self.callers and self.draw.random() < told["again"]:
            return self.draw.choice(self.callers)
        caller = (
            f"{self.draw.choice(self.surnames)}{self.draw.choice(told['given'])}",
            f"138 0000 {self.draw.randrange(10000):04}",
        )
        self.callers.append(caller)
        return caller

    def _answer_at_once(self, life: Life, result: str) -> None:
        words, life.lane = self._some("answers", "passed_on" if result == "passed_on" else "ask"), BACK
        life.then(self.draw.uniform(2, 25), "answer", result=result, words=words)
        self._close(life)

    def _order(self, life: Life, telling: Mapping[str, Any]) -> None:
        """A report that becomes an incident, for which somebody is sent; how it goes is drawn."""
        life.then(self.draw.uniform(2, 6), "decide", matter=telling["matter"])
        life.decided = life.at
        life.then(0.2, "send", role=_ROLES[life.kind], words=self._some("instructions", life.kind))
        ways: Mapping[str, Any] = {
            "plain": (78, self._plain), "slow": (8, self._slow), "returned": (4, self._returned),
            "extended": (3, self._extended), "suspended": (2, self._suspended), "refused": (3, self._refused),
            "forgotten": (1, self._forgotten), "again": (3, self._again),
        }  # fmt: skip
        [way] = self.draw.choices(list(ways), [often for often, _go in ways.values()])
        if way not in ("returned", "again"):
            life.lane = BACK
        ways[way][1](life)
        if way == "plain":
            answered = next(step.at for step in life.told if step.verb == "answer")
            self.open.append((life, answered, telling))

    def _plain(self, life: Life) -> None:
        self._reach(life)
        self._done(life)

    def _reach(self, life: Life) -> None:
        life.then(self.draw.uniform(1, 4), "accept")
        if self.draw.random() < 0.4:
            life.then(self.draw.uniform(3, 9), "arrive")

    def _done(self, life: Life, *, minutes: float | None = None) -> None:
        """Handled, verified by somebody else, answered, closed."""
        photo = self.draw.random() < PHOTOGRAPHED
        wait = self.draw.uniform(6, 16) if minutes is None else minutes
        life.then(wait, "handle", words=self._some("handled", life.kind), photo=photo, matter=life.matter)
        if life.at > life.begun + PROMISE:
            life.late()
            life.look(life.at - SECOND)
        self._verified(life)

    def _verified(self, life: Life) -> None:
        life.then(self.draw.uniform(2, 7), "verify")
        life.then(self.draw.uniform(1, 3), "answer", result="done", words=self._some("answers", life.kind))
        self._close(life)

    def _close(self, life: Life) -> None:
        """Spoken to the next morning, or in the afternoon of the same day."""
        local = life.at.astimezone(SHANGHAI)
        hour = self.draw.uniform(14, 17) if local.hour < 12 else self.draw.uniform(33, 35)
        there = datetime.combine(local.date(), time(), SHANGHAI) + hour * 60 * MINUTE
        [satisfaction] = self.draw.choices(["satisfied", "partly"], [80, 20])
        life.then(
            (there - life.at) / MINUTE, "close", contacted=life.caller,
            satisfaction=satisfaction if life.caller else "",
        )  # fmt: skip

    def _slow(self, life: Life) -> None:
        self._reach(life)
        self._done(life, minutes=self.draw.uniform(70, 300))

    def _returned(self, life: Life) -> None:
        life.then(2, "accept")
        life.then(2, "return", words=self._some("returned"))
        life.then(2, "send", role=_ROLES[life.kind], words=self._some("instructions", life.kind), besides=True)
        life.then(2, "accept")
        self._done(life, minutes=8)

    def _extended(self, life: Life) -> None:
        self._reach(life)
        life.then(10, "ask_extension", words=self._some("more_time"))
        life.then(15, "extend", words=self._some("granted"))
        self._done(life, minutes=self.draw.uniform(22, 27) * 60)

    def _suspended(self, life: Life) -> None:
        self._reach(life)
        life.then(5, "suspend", ground=self.draw.choice(["weather", "material"]), words=self._some("waiting"))
        life.then(self.draw.uniform(90, 200), "resume")
        self._done(life, minutes=20)

    def _refused(self, life: Life) -> None:
        self._reach(life)
        life.then(6, "handle", words=self._some("handled", life.kind))
        life.then(4, "refuse", words=self._some("not_done"))
        self._done(life, minutes=12)

    def _forgotten(self, life: Life) -> None:
        """Nobody accepts in time: the time limit is exceeded, the leader told, the desk urges."""
        life.late()
        life.then(self.draw.uniform(4.2, 5) * 60, "look_at_clocks")
        life.then(5, "urge", words=self._some("urged"))
        life.then(10, "accept")
        life.then(25, "handle", words=self._some("handled", life.kind))
        self._verified(life)

    def _again(self, life: Life) -> None:
        """The caller says that it is not done: reviewed or reopened, and somebody is sent once more."""
        self._reach(life)
        self._done(life)
        closed = life.told.pop()  # this caller is not content
        assert closed.verb == "close"
        life.at = life.told[-1].at
        life.then(self.draw.uniform(60, 240), "review" if life.caller else "reopen", words=self._some("again"))
        life.begun = life.at
        life.then(3, "send", role=_ROLES[life.kind], words=self._some("instructions", life.kind))
        self._reach(life)
        self._done(life)

    # ---- patrols and cases

    def _finding(self, at: datetime) -> Life:
        life = self._new(at, "service" if self.draw.random() < 0.7 else "enforcement")
        found = self.draw.choice(self.words["found"][life.kind])
        life.then(0, "find", matter=found["matter"], note=found["note"])
        if life.kind == "service":
            life.then(self.draw.uniform(5, 15), "settle", words=self._some("settled"), matter=found["matter"])
            return life
        life.then(1, "pass_on", receiver="officers")
        life.then(self.draw.uniform(5, 12), "take_over")
        life.then(self.draw.uniform(15, 25), "resolve")
        life.then(2, "answer", result="done", words=self._some("found_answer"))
        life.then(2, "close", contacted=False, satisfaction="")
        return life

    def _case(self, at: datetime) -> Life:
        """A stall, told by somebody, ended in a fine on the spot: two officers, an hour from report to closing."""
        told, life = self.words["case"], self._new(at, "enforcement")
        telling = next(each for each in self.words["tellings"] if each["matter"] == told["matter"])
        self._receive(life, telling)
        life.then(2, "decide", matter=told["matter"])
        life.then(0.2, "send", role="officer", words=self._some("instructions", "enforcement"))
        life.lane = BACK
        self._reach(life)
        name = f"{self.draw.choice(told['surnames'])}{self.draw.choice(told['given'])}"
        amount, said = self.draw.choice(("20", "30", "50")), self.draw.choice(told["statement"])
        life.then(5, "case_open")
        life.then(0.5, "case_show")
        life.then(1, "case_identify", name=name, serial=life.number)
        life.then(1, "case_note", act=told["act"], matter=told["matter"])
        life.then(1, "case_order", demand=told["demand"], consequence=told["consequence"])
        life.then(5, "case_recheck", words=told["recheck"])
        life.then(1, "case_hear", amount=amount, words=said)
        life.then(2, "case_decide", amount=amount)
        life.then(1, "case_deliver")
        life.then(1, "case_record")
        self._done(life, minutes=2)
        return life


_ROLES = {"service": "grid_attendant", "enforcement": "officer"}
