"""Clocks: started, stopped once, paused on a legal ground, breached, moved by a new holiday table (CAL-06)."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from oneteam.journal.acts import record, write
from oneteam.journal.models import Act
from oneteam.kernel.deadline_reasons import ReasonKind
from oneteam.kernel.errors import NotAllowedError
from oneteam.kernel.ids import uuid7
from oneteam.procedures.acts import breach_overdue
from oneteam.procedures.clocks import ClockState
from oneteam.procedures.models import Clock
from oneteam.procedures.queries import clocks, nearest_due, overdue, overdue_count
from oneteam.procedures.tests.probe import (
    DAY,
    DISPATCHER,
    HOUR,
    INSTANT,
    MORNING,
    OFFICER,
    OPERATOR,
    PROBE,
    TIMER,
    begin,
    end_of,
    load,
    payload_of,
    step,
    take,
    view,
)


def test_clock_starts_with_the_step_and_says_why(probe: object) -> None:
    one = begin()
    decide, reply = view(one, "probe.decide", MORNING), view(one, "probe.reply", MORNING)
    assert (decide.due, decide.basis, decide.side) == (end_of(date(2026, 3, 12)), "Test Law 1", "agency")
    assert (reply.due, reply.basis, reply.side) == (end_of(date(2026, 3, 9)), "APL 64(1)", "party")  # 5 working days
    assert [reason.kind for reason in reply.reasons] == [
        ReasonKind.START, ReasonKind.RULE, ReasonKind.DAYS_OFF, ReasonKind.DUE,
    ]  # fmt: skip
    assert reply.reasons[1].text == "APL 64(1), APL 85"
    assert (reply.reasons[2].first, reply.reasons[2].count) == (date(2026, 3, 7), 2)


def test_fact_can_keep_a_clock_from_starting(probe: object) -> None:
    one = begin(facts={"imported": True})
    assert [clock.name for clock in clocks([one], MORNING)[one]] == ["probe.decide"]


@pytest.mark.parametrize(
    ("share", "state"),
    [
        (0.0, ClockState.RUNNING),
        (0.699, ClockState.RUNNING),
        (0.7, ClockState.WARN),
        (1.0, ClockState.WARN),
        (1.0001, ClockState.OVERDUE),
    ],
)
def test_chip_warns_from_thirty_percent_left_and_is_overdue_after_the_last_instant(
    probe: object, share: float, state: ClockState
) -> None:
    one = begin()
    due = view(one, "probe.decide", MORNING).due
    assert view(one, "probe.decide", MORNING + (due - MORNING) * share).state is state


def test_clock_is_late_one_instant_after_its_due_and_not_before(probe: object) -> None:
    one = begin()
    due = view(one, "probe.decide", MORNING).due
    assert view(one, "probe.decide", due).state is ClockState.WARN
    assert view(one, "probe.decide", due + INSTANT).state is ClockState.OVERDUE
    assert overdue_count(due) == overdue_count(due + INSTANT) - 1


@pytest.mark.parametrize(("late", "state"), [(timedelta(0), ClockState.MET), (INSTANT, ClockState.BREACHED)])
def test_stopped_clock_was_met_or_breached_to_the_instant(probe: object, late: timedelta, state: ClockState) -> None:
    one = begin()
    step("work", one, MORNING)
    due = view(one, "probe.decide", MORNING).due
    step("finish", one, due + late)
    assert view(one, "probe.decide", due + 100 * DAY).state is state


def test_pause_moves_the_due_by_its_days_and_never_is_late(probe: object) -> None:
    one = begin()
    due = view(one, "probe.decide", MORNING).due
    step("work", one, MORNING)
    step("wait", one, MORNING + DAY)
    paused = view(one, "probe.decide", MORNING + 90 * DAY)
    assert (paused.state, paused.paused_since) == (ClockState.PAUSED, MORNING + DAY)
    assert ReasonKind.SUSPENDED in {reason.kind for reason in paused.reasons}
    assert all(clock.name != "probe.decide" for clock in overdue(MORNING + 90 * DAY))
    step("go_on", one, MORNING + 4 * DAY)
    resumed = view(one, "probe.decide", MORNING + 4 * DAY)
    assert (resumed.due, resumed.state, resumed.paused_since) == (due + 3 * DAY, ClockState.RUNNING, None)
    assert ("Test Law 2", 3) in {(reason.text, reason.count) for reason in resumed.reasons}


def test_clock_stopped_while_it_stood_still_was_met(probe: object) -> None:
    one = begin()
    step("work", one, MORNING)
    step("wait", one, MORNING + DAY)
    step("finish", one, MORNING + 60 * DAY)
    stopped = view(one, "probe.decide", MORNING + 90 * DAY)
    assert (stopped.state, stopped.stopped_at) == (ClockState.MET, MORNING + 60 * DAY)


def test_two_pauses_add_up(probe: object) -> None:
    one = begin()
    due = view(one, "probe.decide", MORNING).due
    step("work", one, MORNING)
    for start, days in ((1, 2), (5, 1)):
        step("wait", one, MORNING + start * DAY)
        step("go_on", one, MORNING + (start + days) * DAY)
    assert view(one, "probe.decide", MORNING).due == due + 3 * DAY


def test_two_open_clocks_of_one_name_cannot_exist(probe: object) -> None:
    one = begin()
    copy = Clock.objects.get(run_id=one, name="probe.decide")
    copy.id = uuid7()

    def insert() -> None:
        with transaction.atomic():
            step("work", one, MORNING)  # its act lets rows change
            copy.save(force_insert=True)

    with pytest.raises(IntegrityError, match="procedures_clock_one_open"):
        insert()


def test_timer_records_each_breach_once(probe: object) -> None:
    one, other = begin(), begin(at=MORNING + 30 * DAY)
    after = MORNING + 20 * DAY
    assert breach_overdue(actor=TIMER, at=after) == 2  # both clocks of the first, none of the second
    assert breach_overdue(actor=TIMER, at=after) == 0
    found = Act.objects.filter(stream=one, kind="clock.breached").order_by("n")
    assert [(act.payload["clock"], act.actor) for act in found] == [
        ("probe.reply", "machine:timer@1"), ("probe.decide", "machine:timer@1"),
    ]  # fmt: skip
    assert not Act.objects.filter(stream=other, kind="clock.breached").exists()
    assert len(overdue(after)) == 2  # still overdue until a step stops them


def test_timer_takes_only_as_many_as_asked(probe: object) -> None:
    begin()
    assert [breach_overdue(actor=TIMER, at=MORNING + 20 * DAY, limit=1) for _ in range(3)] == [1, 1, 0]


def test_only_a_machine_keeps_time(probe: object) -> None:
    with pytest.raises(NotAllowedError):
        breach_overdue(actor=OFFICER, at=MORNING)


def test_nearest_due_is_the_earliest_open_clock_that_runs(probe: object) -> None:
    one = begin()
    assert nearest_due([one]) == {one: end_of(date(2026, 3, 9))}
    step("work", one, MORNING)
    step("finish", one, MORNING)
    assert nearest_due([one]) == {}


def test_guard_refuses_to_move_a_deadline_without_an_act(probe: object) -> None:
    begin()
    with connection.cursor() as cursor, pytest.raises(Exception, match="changed without an act"):
        cursor.execute("UPDATE procedures_clock SET due = due + interval '1 day'")


def test_write_of_another_kind_may_stand_beside_a_step(probe: object) -> None:
    """A caller's own act in the same file and transaction neither disturbs the run nor is disturbed."""
    one = begin()

    @write
    def both() -> None:
        payload = {"clock": "probe.decide", "due": ""}
        record(kind="clock.breached", actor=TIMER, at=MORNING, stream=one, payload=payload)
        step("work", one, MORNING)

    both()
    assert [act.kind for act in Act.objects.filter(stream=one).order_by("seq")] == [
        "probe.begun", "clock.breached", "probe.worked",
    ]  # fmt: skip


UNSET = (
    PROBE.replace("version: 1", "version: 2")
    .replace('period: {n: 10, unit: natural_day, article: "Test Law 1", mark: V2}', "period: {setting: probe.limit}")
    .replace("start: [probe.decide, {", "start: [{")
    .replace("    checks: [TT-01, TT-02, TT-03]\n", "    start: [probe.decide]\n")
)


def test_fact_is_never_lost_because_a_setting_is_missing(probe: object) -> None:
    load(UNSET)
    one = begin()
    taken = take(
        step="probe.work", object_id=one, actor=OFFICER, at=MORNING, payload={"note": "n"}, happened=True
    )  # fmt: skip
    assert [failed.id for failed in taken.breaches] == ["OT-04"]
    assert [clock.name for clock in clocks([one], MORNING)[one]] == ["probe.reply"]


def test_fact_told_late_pauses_nothing(probe: object) -> None:
    load(
        PROBE.replace("version: 1", "version: 2").replace(
            "    who: [officer]\n    pause", "    who: [officer]\n    fact: true\n    pause"
        )
    )
    one = begin()
    step("work", one, MORNING)
    step("finish", one, MORNING)
    take(step="probe.wait", object_id=one, actor=OFFICER, at=MORNING, happened=True)
    assert {clock.state for clock in clocks([one], MORNING)[one]} == {ClockState.MET}


def test_number_of_the_law_keeps_its_mark(probe: object) -> None:
    one = begin()
    assert (view(one, "probe.decide", MORNING).mark, view(one, "probe.reply", MORNING).mark) == ("V2", "V1")


def test_shipped_clock_stands_on_the_citys_setting(probe: object) -> None:
    report = uuid7()
    take(
        step="report.receive", object_id=report, actor=OPERATOR, at=MORNING, facts={"imported": False},
        payload=payload_of("report.received"),
    )  # fmt: skip
    clock = view(report, "report.answer", MORNING)
    assert (clock.due, clock.mark, clock.basis) == (MORNING + HOUR, "demo", "promise.report_answered (demo)")


def test_imported_history_starts_no_promise(probe: object) -> None:
    report = uuid7()
    take(
        step="report.receive", object_id=report, actor=OPERATOR, at=MORNING, facts={"imported": True},
        payload=payload_of("report.received"),
    )  # fmt: skip
    assert clocks([report], MORNING) == {}


@pytest.mark.parametrize(("urgency", "hours"), [("general", 4), ("urgent", 2), ("very_urgent", 1)])
def test_order_is_timed_by_its_urgency(probe: object, urgency: str, hours: int) -> None:
    order = uuid7()
    take(
        step="order.send", object_id=order, actor=DISPATCHER, at=MORNING, payload=payload_of("order.sent"),
        facts={"urgency": urgency, "handling": "enforcement"},
    )  # fmt: skip
    assert view(order, "order.accept", MORNING).due == MORNING + hours * HOUR
