"""Real transactions side by side: no deadline of an old table survives, no step is taken twice."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime
from uuid import UUID

from django.db import transaction

from oneteam.journal.models import Act
from oneteam.journal.once import Once
from oneteam.journal.tests.kit import aside, waits
from oneteam.kernel.clock import SHANGHAI
from oneteam.kernel.ids import uuid7
from oneteam.lawbook.acts import CalendarLoaded, load_calendar
from oneteam.lawbook.calendar import CalendarRow
from oneteam.procedures.acts import breach_overdue
from oneteam.procedures.engine import take_step
from oneteam.procedures.errors import RefusedError
from oneteam.procedures.models import Clock
from oneteam.procedures.taken import Taken
from oneteam.procedures.tests.probe import MORNING, OFFICER, OPERATOR, TIMER, begin, take

MOVED = datetime(2026, 3, 10, 23, 59, 59, 999_999, tzinfo=SHANGHAI)
TABLE = [CalendarRow(date(2026, 3, 5), is_workday=False, name="Typhoon", source="notice", provisional=False)]


def loaded() -> CalendarLoaded:
    return load_calendar(actor=OPERATOR, at=MORNING, rows=TABLE, source="notice")


def reply_due(probe: UUID) -> datetime:
    return Clock.objects.get(run_id=probe, name="probe.reply").due


def test_cal_06_table_waits_for_a_step_under_way_and_moves_its_clock_too(probe: object) -> None:
    one = uuid7()
    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            take_step(step="probe.begin", object_id=one, actor=OFFICER, at=MORNING)
            other = aside(pool, loaded)
            assert waits(other)
        assert [d.object_id for d in other.result(timeout=30).differences if d.procedure == "probe"] == [one]
    assert reply_due(one) == MOVED


def test_cal_06_step_that_begins_while_the_table_is_loaded_counts_over_the_new_one(probe: object) -> None:
    one = uuid7()
    begin()  # this process now remembers the old table
    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            assert loaded().changed == 1
            other = aside(pool, lambda: take(step="probe.begin", object_id=one, actor=OFFICER, at=MORNING))
            assert waits(other)
        assert {change.due for change in other.result(timeout=30).clocks} >= {MOVED}
    assert reply_due(one) == MOVED


def test_cal_06_table_that_is_rolled_back_leaves_no_trace_in_any_memory(probe: object) -> None:
    before = reply_due(begin())
    try:
        with transaction.atomic():
            loaded()
            inside = uuid7()
            take(step="probe.begin", object_id=inside, actor=OFFICER, at=MORNING)
            assert reply_due(inside) == MOVED
            raise ZeroDivisionError
    except ZeroDivisionError:
        pass
    assert reply_due(begin()) == before


def test_of_two_equal_steps_one_is_taken_and_one_is_refused(probe: object) -> None:
    one = begin()
    barrier = threading.Barrier(8)

    def work() -> str:
        barrier.wait()
        try:
            take(step="probe.work", object_id=one, actor=OFFICER, at=MORNING, payload={"note": "n"})
        except RefusedError as refused:
            return refused.failures[0].id
        return "taken"

    with ThreadPoolExecutor(8) as pool:
        results = [aside(pool, work) for _ in range(8)]
        assert sorted(result.result(timeout=60) for result in results) == ["OT-03"] * 7 + ["taken"]
    assert Act.objects.filter(stream=one, kind="probe.worked").count() == 1


def test_same_request_eight_times_at_once_is_one_act(probe: object) -> None:
    one = uuid7()
    barrier = threading.Barrier(8)

    def send() -> Taken:
        barrier.wait()
        return take(step="probe.begin", object_id=one, actor=OFFICER, at=MORNING, once=Once("phone-1", b"same"))

    with ThreadPoolExecutor(8) as pool:
        answers = [result.result(timeout=60) for result in [aside(pool, send) for _ in range(8)]]
    assert len({answer.act.id for answer in answers}) == 1
    assert sorted(answer.replayed for answer in answers) == [False] + [True] * 7
    assert Clock.objects.filter(run_id=one).count() == 2


def test_timer_leaves_alone_what_somebody_works_on(probe: object) -> None:
    one, other = begin(), begin()
    late = datetime(2026, 4, 1, tzinfo=SHANGHAI)
    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            take_step(step="probe.work", object_id=one, actor=OFFICER, at=late, payload={"note": "n"})
            assert aside(pool, lambda: breach_overdue(actor=TIMER, at=late)).result(timeout=30) == 2
        assert breach_overdue(actor=TIMER, at=late) == 2
    assert {act.stream for act in Act.objects.filter(kind="clock.breached")} == {one, other}
