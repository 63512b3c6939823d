"""What was typed comes back with the reason: refused, sent before, somebody faster, not allowed, not there."""

import re
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from oneteam.command import acts
from oneteam.command.models import Order
from oneteam.command.tests.test_desk import decide, values
from oneteam.command.tests.test_orders import handled, sent, state
from oneteam.intake.acts import answer_report
from oneteam.intake.models import Incident, Report
from oneteam.journal.actors import operator
from oneteam.journal.models import Act
from oneteam.people.acts import end_post
from oneteam.places.models import Place
from tests.world import AT, HERE, actor, browser, post_of, receive

pytestmark = pytest.mark.usefixtures("city")

TYPED = "一段写了很久的话，不能丢"


def send(username: str, address: str, **sent: str) -> tuple[int, str]:
    answer = browser(username, language="en").post(address, sent)
    return answer.status_code, answer.content.decode()


def keys(content: str, action: str) -> list[str]:
    """Return the idempotency keys of the forms that post to an address."""
    return re.findall(rf'action="{action}".*?name="idempotency_key" value="([^"]*)"', content, re.DOTALL)


def test_edited_answer_under_an_old_key_comes_back_with_a_new_key_and_can_be_sent_again() -> None:
    report = receive().id
    address = f"/reports/{report}/answer/"
    given = {"result": "explained", "idempotency_key": "a"}
    assert send("shen.yulan", address, answer="第一次", **given)[0] == 302
    status, content = send("shen.yulan", address, answer=TYPED, **given)
    assert (status, TYPED in content, "sent before with another content" in content) == (409, True, True)
    assert "第一次" in content, "what stands is shown beside it"
    assert send("shen.yulan", f"/reports/{report}/reopen/", reason="还没好", idempotency_key="r")[0] == 302
    _status, content = send("shen.yulan", address, answer=TYPED, **given)
    (fresh,) = keys(content, address)
    assert fresh != "a"
    assert send("shen.yulan", address, answer=TYPED, result="explained", idempotency_key=fresh)[0] == 302


def test_faulty_form_keeps_its_key() -> None:
    report = receive().id
    address = f"/reports/{report}/answer/"
    status, content = send("shen.yulan", address, answer=" ", result="explained", idempotency_key="mine")
    assert (status, keys(content, address)) == (422, ["mine"])


@pytest.mark.parametrize("key", ["a\x00b", "k" * 201])
def test_key_that_can_be_none_is_said_and_the_words_are_kept(key: str) -> None:
    report = receive().id
    status, content = send(
        "shen.yulan", f"/reports/{report}/answer/", answer=TYPED, result="explained", idempotency_key=key
    )  # fmt: skip
    assert (status, TYPED in content, "1 to 200 characters" in content) == (422, True, True)
    assert keys(content, f"/reports/{report}/answer/") != [key], "it could never be sent"
    status, content = send("shen.yulan", "/reports/new/", channel="letter", text=TYPED, idempotency_key=key)
    assert (status, TYPED in content, "1 to 200 characters" in content) == (422, True, True)
    order = handled(sent())
    status, content = send("luo.chengye", f"/orders/{order}/refuse/", reason=TYPED, idempotency_key=key)
    assert (status, TYPED in content) == (422, True)
    assert Report.objects.count() == 2


def test_step_that_somebody_else_took_meanwhile_shows_what_was_typed() -> None:
    report = receive().id
    answer_report(actor=actor("qiu.mingzhou"), at=AT, report=report, result="explained", answer="别人先答复了")
    status, content = send("shen.yulan", f"/reports/{report}/answer/", answer=TYPED, result="explained")
    assert (status, "OT-03" in content, TYPED in content) == (422, True, True)
    assert "What you typed" in content, "there is no form left to show it in"


def test_step_of_another_role_shows_what_was_typed() -> None:
    report = receive().id
    status, content = send("bao.zhengheng", f"/reports/{report}/answer/", answer=TYPED, result="explained")
    assert (status, TYPED in content, "it is for" in content) == (403, True, True)
    assert not Act.objects.filter(kind="report.answered").exists()


def test_words_are_kept_where_the_page_itself_can_no_longer_be_shown() -> None:
    order = handled(sent())
    acts.verify_order(actor=actor("shen.yulan"), at=AT, order=order)
    status, content = send("luo.chengye", f"/orders/{order}/refuse/", reason=TYPED)
    assert (status, TYPED in content, "What you typed" in content) == (403, True, True)
    status, content = send("shen.yulan", f"/reports/{UUID(int=7)}/answer/", answer=TYPED, result="explained")
    assert (status, TYPED in content) == (404, True)


def test_step_without_a_form_says_what_went_wrong_on_the_page() -> None:
    order = sent()
    address = f"/orders/{order}/accept/"
    assert send("fang.xiaohe", address, idempotency_key="k")[0] == 302
    other = sent()
    status, content = send("fang.xiaohe", f"/orders/{other}/accept/", idempotency_key="k")
    assert (status, "sent before with another content" in content) == (409, True)
    assert state(other) == "sent"
    status, content = send("fang.xiaohe", address)
    assert (status, "OT-03" in content) == (422, True)


def test_second_dispatcher_hears_that_somebody_was_faster_and_keeps_the_words() -> None:
    report = receive().id
    decide(report)
    given = values(instruction=TYPED, idempotency_key="other", urgency="general")
    answer = browser("qiu.mingzhou", language="en").post(f"/reports/{report}/decide/", given)
    content = answer.content.decode()
    assert (answer.status_code, TYPED in content) == (409, True)
    assert f"Shen Yulan has decided this report already, at {HERE:%Y-%m-%d %H:%M}" in content
    assert (Incident.objects.count(), Order.objects.count()) == (1, 1)


@pytest.mark.parametrize("change", [{"urgency": "general"}, {"instruction": TYPED}, {"place": "other"}])
def test_edited_decision_under_an_old_key_is_a_conflict_and_comes_back(change: dict[str, str]) -> None:
    report = receive().id
    change = {name: _other_place() if value == "other" else value for name, value in change.items()}
    assert decide(report).status_code == 302
    answer = decide(report, **change)
    assert answer.status_code == 409
    content = answer.content.decode()
    assert "sent before with another content" in content
    assert change.get("instruction", "请到现场处置") in content
    assert (Incident.objects.get().urgency, Order.objects.count()) == ("urgent", 1)
    assert decide(report).status_code == 302, "the first form, sent again, is answered as before"
    assert (Incident.objects.count(), Order.objects.count()) == (1, 1)


def _other_place() -> str:
    return str(Place.objects.filter(code="C09").values_list("id", flat=True)[0])


def test_instruction_to_somebody_who_went_off_duty_comes_back() -> None:
    report = receive().id
    held = post_of("fang.xiaohe", "grid_attendant")
    form: dict[str, Any] = values(instruction=TYPED)
    end_post(actor=operator("clerk"), at=AT, post=held.id, valid_to=(AT - timedelta(days=1)).date())
    answer = browser("shen.yulan", language="en").post(f"/reports/{report}/decide/", form)
    content = answer.content.decode()
    assert (answer.status_code, TYPED in content) == (422, True)
    assert "Fang Xiaohe is not on duty any more" in content
    assert not Incident.objects.exists()


def test_call_under_a_used_key_comes_back_with_a_new_key() -> None:
    desk = browser("shen.yulan", language="en")
    form = {"channel": "letter", "text": "第一封信", "idempotency_key": "c"}
    assert desk.post("/reports/new/", form).status_code == 302
    answer = desk.post("/reports/new/", {**form, "text": TYPED})
    content = answer.content.decode()
    assert (answer.status_code, TYPED in content, "sent before with another content" in content) == (409, True, True)
    (fresh,) = re.findall(r'name="idempotency_key" value="([^"]*)"', content)
    assert fresh != "c"
    assert desk.post("/reports/new/", {**form, "text": TYPED, "idempotency_key": fresh}).status_code == 302
    assert Report.objects.count() == 2
