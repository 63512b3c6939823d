"""The history of the made-up city: the same from the same seed, as much as is said, in an order for two processes."""

from collections import Counter
from datetime import datetime, timedelta
from itertools import pairwise

import pytest

from oneteam.demo.history import first_day, lanes
from oneteam.demo.steps import BACK, DAY, FRONT, PROMISE, Step
from oneteam.kernel.clock import SHANGHAI, legal_day

UNTIL = datetime(2026, 11, 26, 8, tzinfo=SHANGHAI)
NUMBERED = frozenset({"receive", "decide", "send", "find", "pass_on", "take_over"})
"""Verbs that draw a number which both lanes would fight for. A case's is drawn by the back lane alone."""

Lanes = dict[str, list[Step]]


@pytest.fixture(scope="module")
def whole() -> Lanes:
    return lanes(whole=True, until=UNTIL)


def test_same_seed_makes_the_same_history_and_another_one_another() -> None:
    first = lanes(whole=False, until=UNTIL)
    assert repr(first) == repr(lanes(whole=False, until=UNTIL))
    assert repr(first) != repr(lanes(whole=False, until=UNTIL, seed=1))


def test_four_weeks_of_eighty_reports_a_day_with_every_way_a_report_can_go(whole: Lanes) -> None:
    steps = [*whole[FRONT], *whole[BACK]]
    told = Counter(legal_day(step.at) for step in steps if step.verb == "receive")
    full = [count for day, count in told.items() if day < legal_day(UNTIL)]
    assert len(full) == 28
    assert min(told) == first_day(whole=True, until=UNTIL)
    assert 70 <= sum(full) / len(full) <= 85
    assert max(step.at for step in steps) < UNTIL
    every = {
        "join", "return", "extend", "suspend", "resume", "refuse", "urge", "review", "reopen", "settle", "take_over",
        "case_decide", "case_deliver",
    }  # fmt: skip
    assert every <= {step.verb for step in steps}
    channels = {step.of["channel"] for step in steps if step.verb == "receive"}
    assert channels == {"hotline_12345", "four_platforms", "citizen_app", "website", "firm", "grid_patrol"}


def test_back_lane_draws_no_number_and_never_goes_back_to_the_front(whole: Lanes) -> None:
    assert not NUMBERED & {step.verb for step in whole[BACK]}
    assert not {"case_open", "look_at_clocks"} & {step.verb for step in whole[FRONT]}
    lives: dict[int, list[Step]] = {}
    for step in sorted([*whole[FRONT], *whole[BACK]]):
        lives.setdefault(step.life, []).append(step)
    for life, steps in lives.items():
        ways = [step.lane for step in steps if step.verb != "look_at_clocks"]
        assert all(not (one == BACK and other == FRONT) for one, other in pairwise(ways)), life


def test_nothing_is_joined_to_what_is_not_decided_yet(whole: Lanes) -> None:
    decided = {step.life: step.at for step in whole[FRONT] if step.verb == "decide"}
    joins = [step for step in whole[FRONT] if step.verb == "join"]
    assert joins
    assert all(decided[step.of["into"]] < step.at for step in joins)


def test_nothing_of_the_front_lane_is_late(whole: Lanes) -> None:
    """The clocks are looked at from the back lane: it would see the front's late answers only by chance."""
    begun: dict[int, datetime] = {}
    for step in whole[FRONT]:
        if step.verb in ("receive", "pass_on", "review", "reopen"):
            begun[step.life] = step.at
        elif step.verb == "answer":
            assert step.at - begun[step.life] < PROMISE, step


def test_small_history_is_short() -> None:
    small = lanes(whole=False, until=UNTIL)
    assert 150 <= sum(map(len, small.values())) <= 700
    assert min(step.at for step in small[FRONT]) >= UNTIL - timedelta(hours=8) - 3 * DAY
