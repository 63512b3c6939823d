"""Orders under way: time limits by table, extension, suspension, urging, escalation, recall, merging; their checks."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from conftest import City
from oneteam.command import acts, conduct
from oneteam.command.models import Order
from oneteam.command.tests.test_desk import CLEAR, values
from oneteam.command.tests.test_orders import handled, incident, post, sent, state
from oneteam.intake.acts import Established, answer_report, close_report, open_incident, reports_of, review_report
from oneteam.intake.models import Incident, Report
from oneteam.journal.actors import machine, operator
from oneteam.journal.models import Act
from oneteam.kernel.errors import BadInputError, ConflictError, MissingError, NotAllowedError
from oneteam.kernel.ids import uuid7
from oneteam.kernel.masking import mask_told
from oneteam.lawbook.acts import set_setting
from oneteam.lawbook.queries import settings_now
from oneteam.people.acts import plan_duty
from oneteam.people.models import Duty
from oneteam.procedures import registry
from oneteam.procedures.acts import breach_overdue
from oneteam.procedures.errors import RefusedError
from oneteam.procedures.queries import ClockView, clocks
from oneteam.procedures.registry import Context
from tests.world import AT, actor, browser, follow, post_of, receive

pytestmark = pytest.mark.usefixtures("city")

DESK = "shen.yulan"
SECOND = timedelta(seconds=1)
HOUR = timedelta(hours=1)
TIMER = machine("clock", "1")


def clock(order: UUID, name: str) -> ClockView:
    return next(one for one in clocks([order], AT)[order] if one.name == name)


def accepted(order: UUID, username: str = "fang.xiaohe") -> UUID:
    acts.accept_order(actor=actor(username), at=AT, order=order)
    return order


def extend(order: UUID, at: datetime = AT, by: str = DESK) -> None:
    conduct.extend_order(actor=actor(by), at=at, order=order, reason="当事人明日到场")


def failed(error: pytest.ExceptionInfo[RefusedError]) -> list[str]:
    return [one.id for one in error.value.failures]


# Time limits by table -------------------------------------------------------------------------------------------------


def of_category(handling: str, urgency: str) -> UUID:
    """Send an order about something of this category and urgency."""
    code = values()["matter"]
    of = open_incident(
        actor=actor(DESK), at=AT, report=receive().id,
        established=Established(matter=code, field="F01", handling=handling, urgency=urgency),
    )  # fmt: skip
    return sent(of)


def test_limit_of_a_category_holds_before_that_of_every_category() -> None:
    assert {"order.handle.service.general", "order.handle.general"} <= settings_now().keys()
    service, other = of_category("service", "general"), of_category("other_agency", "general")
    assert "order.handle.service.general" in clock(service, "order.handle").basis
    assert "order.handle.general" in clock(other, "order.handle").basis
    assert clock(service, "order.handle").due < clock(other, "order.handle").due
    set_setting(
        actor=operator("clerk"), at=AT, name="order.handle.other_agency.general", value="3 natural_hour", mark="U",
        basis="decision 7",
    )  # fmt: skip
    assert clock(of_category("other_agency", "general"), "order.handle").due == AT + 3 * HOUR


# HOT-03: who handles an order never sees the caller -----------------------------------------------------------------


def send(of: UUID, instruction: str) -> UUID:
    return acts.send_order(
        actor=actor(DESK), at=AT, incident=of, post=post("fang.xiaohe"), instruction=instruction
    ).id  # fmt: skip


def called(**caller: Any) -> UUID:
    report = receive(**caller).id
    return open_incident(
        actor=actor(DESK), at=AT, report=report,
        established=Established(matter=values()["matter"], field="F01", handling="service", urgency="general"),
    )  # fmt: skip


@pytest.mark.parametrize("words", ["请到现场处置", "找 8 号门的店主", "电话 1380000560 不完整", "编号 138000056020001"])
def test_hot_03_passes_an_instruction_without_caller(words: str) -> None:
    assert send(called(caller_name="林某生", caller_phone="13800005602"), words)


@pytest.mark.parametrize(
    "words",
    [
        "请联系林某生",
        "电话 13800005602",
        "电话 138 0000 5602",
        "打 138-0000-5602",
        "也可打 13912345678",
        "座机0577-64000001",
    ],
)
def test_hot_03_refuses_an_instruction_that_names_the_caller(words: str) -> None:
    of = called(caller_name="林某生", caller_phone="057764000001" if "0577" in words else "13800005602")
    if "0577" in words:
        words = words.replace("0577-64000001", "0577 6400 0001")
    with pytest.raises(RefusedError) as error:
        send(of, words)
    assert failed(error) == ["HOT-03"]
    assert not Order.objects.exists()


def test_handler_reads_told_words_without_the_callers_name_and_number() -> None:
    of = incident("我是林某生，电话13800005602，门口有人摆摊")
    order = sent(of)
    page = browser("fang.xiaohe").get(f"/orders/{order}/").content.decode()
    assert "138****5602" in page
    assert "13800005602" not in page
    assert mask_told("林某生，0577 6400 0001", names=["林某生"], phones=["057764000001"]) == "林*生，057*****0001"


# HOT-04: extended before it ends, once --------------------------------------------------------------------------------


def test_hot_04_extends_in_the_last_moment_and_the_extension_counts_from_the_end() -> None:
    order = accepted(sent())
    due = clock(order, "order.handle").due
    extend(order, due)
    after = clock(order, "order.extended")
    assert clock(order, "order.handle").stopped_at == due
    assert (after.started_at, after.due > due) == (due, True)
    assert state(order) == "accepted"


def test_hot_04_extension_asked_early_does_not_lose_the_time_that_was_left() -> None:
    order = accepted(sent())
    due = clock(order, "order.handle").due
    extend(order, AT + SECOND)
    assert clock(order, "order.extended").started_at == due


def test_hot_04_refuses_after_the_end() -> None:
    order = accepted(sent())
    due = clock(order, "order.handle").due
    with pytest.raises(RefusedError) as error:
        extend(order, due + SECOND)
    assert failed(error) == ["HOT-04"]
    with pytest.raises(RefusedError) as error:
        conduct.suspend_order(
            actor=actor("fang.xiaohe"), at=due + SECOND, order=order, ground="weather", reason="台风"
        )  # fmt: skip
    assert failed(error) == ["HOT-04"]


def test_ot_05_refuses_a_second_extension() -> None:
    order = accepted(sent())
    extend(order)
    with pytest.raises(RefusedError) as error:
        extend(order)
    assert failed(error) == ["OT-05"]


def test_ot_05_passes_the_first_extension_by_the_leader() -> None:
    order = accepted(sent())
    extend(order, by="xie.lianfang")
    assert Order.objects.get(id=order).extensions == 1


def test_attendant_asks_once_for_more_time_and_cannot_grant_it() -> None:
    order = accepted(sent())
    with pytest.raises(NotAllowedError):
        extend(order, by="fang.xiaohe")
    with pytest.raises(NotAllowedError):
        conduct.ask_extension(actor=actor("zhu.guilin"), at=AT, order=order, reason="要料")
    for _again in range(2):
        conduct.ask_extension(actor=actor("fang.xiaohe"), at=AT, order=order, reason="要料", key="k")
    with pytest.raises(ConflictError, match="already"):
        conduct.ask_extension(actor=actor("fang.xiaohe"), at=AT, order=order, reason="再要")
    assert Act.objects.filter(kind="order.extension_asked").count() == 1


def test_order_that_was_not_accepted_asks_for_no_time() -> None:
    with pytest.raises(ConflictError, match="in hand"):
        conduct.ask_extension(actor=actor("fang.xiaohe"), at=AT, order=sent(), reason="要料")


# EVT-08: suspended with a reason, late is watched and told ------------------------------------------------------------


def test_evt_08_time_stands_still_while_suspended_with_a_ground() -> None:
    order = accepted(sent())
    due = clock(order, "order.handle").due
    me = actor("fang.xiaohe")
    with pytest.raises(BadInputError, match="why"):
        conduct.suspend_order(actor=me, at=AT, order=order, ground="tired", reason="累")
    with pytest.raises(BadInputError, match="reason"):
        conduct.suspend_order(actor=me, at=AT, order=order, ground="weather", reason=" ")
    conduct.suspend_order(actor=me, at=AT, order=order, ground="weather", reason="台风")
    assert state(order) == "suspended"
    conduct.resume_order(actor=me, at=AT + 48 * HOUR, order=order)
    assert clock(order, "order.handle").due > due
    assert state(order) == "accepted"


@pytest.mark.parametrize(("late", "fails"), [(timedelta(0), False), (timedelta(microseconds=1), True)])
def test_evt_08_watches_what_is_handled_late_and_refuses_nothing(*, late: timedelta, fails: bool) -> None:
    order = accepted(sent())
    at = clock(order, "order.handle").due + late
    stored = registry.known_facts("order", [order], at)[order]
    context = Context(
        step="order.handle", object_id=order, state="accepted", actor=actor("fang.xiaohe"), at=at, facts=stored
    )  # fmt: skip
    assert (registry.checks()["EVT-08"].function(context) is not None) is fails
    acts.handle_order(actor=actor("fang.xiaohe"), at=at, order=order, note="已清理")
    assert state(order) == "handled"
    assert (clock(order, "order.handle").state == "breached") is fails


def test_late_order_is_told_to_the_leader_of_the_unit_once_a_clock(city: City) -> None:
    order = sent(username="luo.chengye")
    breach_overdue(actor=TIMER, at=AT + 3 * HOUR)
    for _again in range(2):
        follow(city.name)
    row = Order.objects.get(id=order)
    assert row.escalated_to_id == post("xie.lianfang")
    assert Act.objects.filter(kind="order.escalated", stream=order).count() == 1
    breach_overdue(actor=TIMER, at=AT + 96 * HOUR)
    follow(city.name)
    told = [act.payload["clock"] for act in Act.objects.filter(kind="order.escalated", stream=order).order_by("n")]
    assert sorted(told) == ["order.accept", "order.handle"]
    page = browser("xie.lianfang", language="en").get("/orders/escalated/").content.decode()
    assert f"/orders/{order}/" in page


def test_order_of_a_unit_without_leader_goes_to_the_head_of_the_bureau() -> None:
    order = sent(username="jin.ruotong")
    assert conduct.escalate_order(actor=TIMER, at=AT, order=order, clock="order.accept")
    assert Order.objects.get(id=order).escalated_to_id == post("he.jingyuan")


def test_order_that_is_over_is_told_to_nobody() -> None:
    order = sent()
    acts.return_order(actor=actor("fang.xiaohe"), at=AT, order=order, reason="不在本片")
    assert not conduct.escalate_order(actor=TIMER, at=AT, order=order, clock="order.accept")
    assert Order.objects.get(id=order).escalated_at is None


# Urging, recalling ----------------------------------------------------------------------------------------------------


def test_urging_counts_and_ends_with_the_handling() -> None:
    order = sent()
    for key in ("a", "a", "b"):
        conduct.urge_order(actor=actor(DESK), at=AT, order=order, reason="来电人又打来", key=key)
    assert Order.objects.get(id=order).urgings == 2
    with pytest.raises(NotAllowedError):
        conduct.urge_order(actor=actor("luo.chengye"), at=AT, order=order, reason="快")
    handled(order)
    with pytest.raises(ConflictError, match="not in hand"):
        conduct.urge_order(actor=actor("xie.lianfang"), at=AT, order=order, reason="快")


def test_order_to_somebody_who_went_off_duty_is_recalled_and_sent_again() -> None:
    of = incident()
    order = sent(of)
    with pytest.raises(NotAllowedError):
        conduct.recall_order(actor=actor("fang.xiaohe"), at=AT, order=order, reason="下班")
    conduct.recall_order(actor=actor(DESK), at=AT, order=order, reason="已下班")
    assert state(order) == "returned"
    assert state(sent(of, "luo.chengye")) == "sent"


def test_pages_of_an_order_offer_what_each_may_do() -> None:
    order = accepted(sent())
    mine = browser("fang.xiaohe", language="en").get(f"/orders/{order}/").content.decode()
    theirs = browser(DESK, language="en").get(f"/orders/{order}/").content.decode()
    assert "/ask-extension/" in mine
    assert "/suspend/" in mine
    assert "/urge/" not in mine
    for address in ("urge", "extend", "recall"):
        assert f"/orders/{order}/{address}/" in theirs
    answer = browser(DESK).post(f"/orders/{order}/urge/", {"reason": "来电人又打来"})
    assert answer.status_code == 302
    assert "Urged 1×" in browser("fang.xiaohe", language="en").get(f"/orders/{order}/").content.decode()


# Two incidents that are one -------------------------------------------------------------------------------------------


def test_merged_incident_gives_its_reports_and_orders_away() -> None:
    one, other = incident("占道摆摊"), incident("又一个摊")
    order = sent(other)
    conduct.merge_incidents(actor=actor(DESK), at=AT, incident=other, into=one)
    assert state(other) == "merged"
    assert Order.objects.get(id=order).incident_id == one
    assert len(reports_of(one)) == 2
    assert reports_of(other) == []
    with pytest.raises(ConflictError, match="not open for orders"):
        sent(other)
    with pytest.raises(ConflictError, match="itself"):
        conduct.merge_incidents(actor=actor(DESK), at=AT, incident=one, into=one)
    with pytest.raises(ConflictError, match="not open any more"):
        conduct.merge_incidents(actor=actor(DESK), at=AT, incident=one, into=other)
    assert Incident.objects.count() == 2


# HOT-05, HOT-06, OT-06 ------------------------------------------------------------------------------------------------


def settled(username: str, handling: str = "enforcement") -> UUID:
    """Return a report whose incident is resolved: handled by this person, verified by somebody else."""
    report = receive(caller_name="林某生", caller_phone="13800005602").id
    of = open_incident(
        actor=actor(DESK), at=AT, report=report,
        established=Established(matter=values()["matter"], field="F01", handling=handling, urgency="urgent"),
    )  # fmt: skip
    order = handled(sent(of, username), username)
    acts.verify_order(actor=actor(DESK), at=AT, order=order)
    return report


def answer(report: UUID, result: str) -> UUID:
    answer_report(actor=actor(DESK), at=AT, report=report, answer="已处置", result=result)
    return report


def refuses_explanation(report: UUID) -> bool:
    stored = registry.known_facts("report", [report], AT)[report]
    context = Context(
        step="report.answer", object_id=report, state="received", actor=actor(DESK), at=AT,
        facts={**stored, "result": "explained"},
    )  # fmt: skip
    return registry.checks()["HOT-05"].function(context) is not None


def test_hot_05_refuses_to_explain_a_violation_away_that_no_officer_saw() -> None:
    report = settled("fang.xiaohe")
    assert refuses_explanation(report)
    with pytest.raises(RefusedError) as error:
        answer(report, "explained")
    assert "HOT-05" in failed(error)


def test_hot_05_passes_where_an_officer_was_there_and_what_is_no_violation() -> None:
    assert not refuses_explanation(settled("luo.chengye"))
    assert not refuses_explanation(settled("fang.xiaohe", "service"))
    assert not refuses_explanation(receive().id)
    answer(settled("fang.xiaohe"), "done")


def close(report: UUID, **given: Any) -> None:
    close_report(actor=actor(DESK), at=AT, report=report, **given)


def test_hot_06_refuses_to_close_unless_the_caller_was_spoken_to_and_is_content_or_reviewed() -> None:
    report = answer(settled("luo.chengye"), "done")
    for given in ({"contacted": False}, {"contacted": True, "satisfaction": "dissatisfied"}):
        with pytest.raises(RefusedError) as error:
            close(report, **given)
        assert failed(error) == ["HOT-06"]
    with pytest.raises(BadInputError, match="spoken to"):
        close(report, contacted=False, satisfaction="satisfied")
    assert state(report) == "answered"


@pytest.mark.parametrize(
    "given",
    [
        {"contacted": True},
        {"contacted": True, "satisfaction": "partly"},
        {"contacted": False, "reason": "三次无人接听"},
    ],
)
def test_hot_06_passes_a_caller_who_was_reached_or_a_reason(given: dict[str, Any]) -> None:
    report = answer(settled("luo.chengye"), "done")
    close(report, **given)
    act = Act.objects.get(kind="report.closed", stream=report)
    assert [one["check"] for one in act.payload["overrides"]] == (["HOT-06"] if "reason" in given else [])


def test_hot_06_asks_nothing_of_a_report_without_caller() -> None:
    report = receive().id
    answer_report(actor=actor(DESK), at=AT, report=report, answer="请咨询教育部门", result="explained")
    close(report, contacted=False)
    assert state(report) == "closed"


def review(report: UUID) -> None:
    review_report(actor=actor(DESK), at=AT, report=report, reason="来电人不满意")


def test_ot_06_reviews_once_for_a_dissatisfied_caller_who_is_then_closed() -> None:
    report = answer(settled("luo.chengye"), "done")
    review(report)
    assert state(report) == "reopened"
    of = Report.objects.get(id=report).incident_id
    assert of is not None
    assert state(of) == "established"
    acts.verify_order(actor=actor(DESK), at=AT, order=handled(sent(of, "luo.chengye"), "luo.chengye"))
    answer(report, "done")
    with pytest.raises(RefusedError) as error:
        review(report)
    assert failed(error) == ["OT-06"]
    close(report, contacted=True, satisfaction="dissatisfied")
    assert state(report) == "closed"


# A roster with holes --------------------------------------------------------------------------------------------------


def test_desk_says_who_comes_next_where_nobody_is_on_duty(city: City) -> None:
    receive(CLEAR)
    follow(city.name)
    held, tomorrow = post_of("fang.xiaohe", "grid_attendant"), AT + timedelta(days=4000)
    plan_duty(actor=operator("clerk"), at=AT, post=held.id, starts=tomorrow, ends=tomorrow + HOUR)
    assert Duty.objects.filter(starts__gt=AT).exists()
    from oneteam.command.panels import _nobody  # noqa: PLC0415 -- what the page says where its list is empty

    said = _nobody(tomorrow - HOUR)
    assert "Fang Xiaohe" in said
    assert "Nobody who could be sent" in said


def test_unknown_order_is_said() -> None:
    with pytest.raises(MissingError):
        conduct.urge_order(actor=actor(DESK), at=AT, order=uuid7(), reason="快")
