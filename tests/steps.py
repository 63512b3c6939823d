"""People at work through a network that cannot be relied on: each step under a key, sent until it is acknowledged."""

import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from http.client import HTTPException
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from oneteam.server import config
from tests.running import Answer, Running

LAST_ANSWER = 60.0
COOKIE = 32  # letters of a session's key and of the token of its forms
SENDER, RECEIVER = "shen.yulan", "fang.xiaohe"
STEPS = ("send", "accept", "arrive")
ACTS = {"send": "order.sent", "accept": "order.accepted", "arrive": "order.arrived"}


@dataclass(frozen=True, slots=True)
class Taken:
    """A step of the order about a report that somebody tried to take, and whether they were told that it was taken."""

    report: UUID
    step: str
    acknowledged: bool


@dataclass(slots=True)
class Person:
    """Somebody signed in, as a browser without a screen."""

    server: Running
    cookies: SimpleCookie = field(default_factory=SimpleCookie)

    def sign_in(self, username: str) -> None:
        """Sign in with the demo city's password."""
        password = str(config.read_json(self.server.paths.root / "demo.json")["password"])
        self._keep(self.server.ask("GET", "/accounts/login/"))
        answer = self.post("/accounts/login/", {"login": username, "password": password})
        assert answer.status == 302, answer

    def post(self, path: str, values: dict[str, str], *, seconds: float = 10.0) -> Answer:
        """Send a form; raises OSError or HTTPException where no whole answer came."""
        headers = {
            "Content-Type": "application/x-www-form-urlencoded", "X-CSRFToken": self.cookies["csrftoken"].value,
            "Cookie": "; ".join(f"{name}={one.value}" for name, one in self.cookies.items()),
        }  # fmt: skip
        answer = self.server.ask("POST", path, urlencode(values), headers, seconds=seconds)
        self._keep(answer)
        return answer

    def _keep(self, answer: Answer) -> None:
        """Keep the cookies of an answer, but for one that was cut off with the headers it stands in."""
        for header in answer.headers.get_all("Set-Cookie", []):
            told = SimpleCookie(header)
            if all(len(one.value) == COOKIE for one in told.values()):
                self.cookies.update(told)


@dataclass(slots=True)
class Work:
    """A dispatcher and an attendant who deal with reports as these are acknowledged, until the storm is over."""

    server: Running
    seed: int
    reports: Callable[[], Sequence[UUID]]
    over: threading.Event
    taken: list[Taken] = field(default_factory=list)
    refusals: list[str] = field(default_factory=list)
    people: dict[str, Person] = field(default_factory=dict)

    def prepare(self) -> None:
        """Sign both in, while the network still is one."""
        for username in (SENDER, RECEIVER):
            self.people[username] = Person(self.server)
            self.people[username].sign_in(username)
        [(self.post,)] = self.server.rows(
            "SELECT p.id::text FROM people_post p JOIN people_account a USING (person_id) WHERE a.username = %s",
            RECEIVER,
        )

    post: str = ""

    def run(self) -> None:
        """Deal with one report after the other."""
        done = set[UUID]()
        while not self.over.is_set():
            report = next((one for one in self.reports() if one not in done), None)
            if report is None:
                time.sleep(0.05)
                continue
            done.add(report)
            self._deal(report)

    def _deal(self, report: UUID) -> None:
        values = {
            "matter": "F01-001", "urgency": "general", "place": "", "post": self.post, "instruction": "到现场看一看",
        }  # fmt: skip
        if not self._take(report, "send", SENDER, f"/reports/{report}/decide/", values):
            return
        order = self._order(report)
        for step in STEPS[1:]:
            if not self._take(report, step, RECEIVER, f"/orders/{order}/{step}/", {}):
                return

    def _order(self, report: UUID) -> str:
        statement = (
            "SELECT o.id::text FROM command_order o JOIN intake_report r USING (incident_id) WHERE r.id = %s LIMIT 1"
        )
        return next(str(order) for order in self._rows(statement, report))

    def _rows(self, statement: str, *parameters: object) -> Iterator[Any]:
        """Ask the database itself, which may be away for a while."""
        deadline = time.monotonic() + LAST_ANSWER
        while True:
            try:
                yield from (row[0] for row in self.server.rows(statement, *parameters))
            except Exception:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.1)
            else:
                return

    def _take(self, report: UUID, step: str, username: str, path: str, values: dict[str, str]) -> bool:
        """Send a step until it is acknowledged, even when the storm is over meanwhile."""
        keyed = {**values, "idempotency_key": f"storm{self.seed}-{step}-{report}"}
        acknowledged, deadline = False, time.monotonic() + LAST_ANSWER
        while not acknowledged and time.monotonic() < deadline:
            try:
                answer = self.people[username].post(path, keyed)
            except (OSError, HTTPException, KeyError):
                answer = None
            if answer is not None and 400 <= answer.status < 500:
                self.refusals.append(f"{step} {report}: {answer.status} {answer.body}")
                break
            there = answer.headers.get("Location", "") if answer is not None else ""
            if "/accounts/" in there or there == "/posts/":
                self.refusals.append(f"{step} {report}: {username} is out, to {there}")
                break
            # Half of an answer acknowledges nothing: it may lead anywhere.
            acknowledged = answer is not None and answer.status == 302 and there.startswith(("/reports/", "/orders/"))
            if not acknowledged:
                time.sleep(0.1)
        self.taken.append(Taken(report, step, acknowledged))
        return acknowledged


def judge_steps(taken: Iterable[Taken], acts: Iterable[tuple[UUID, str, int]]) -> list[str]:
    """Compare the steps that were acknowledged with the acts about each report's order: (report, kind, how many)."""
    counts = {(report, kind): count for report, kind, count in acts}
    faults = [f"doubled: {kind} of {report}, {count} times" for (report, kind), count in counts.items() if count > 1]
    faults += [
        f"lost: {one.step} of {one.report}" for one in taken
        if one.acknowledged and not counts.get((one.report, ACTS[one.step]))
    ]  # fmt: skip
    return sorted(faults)
