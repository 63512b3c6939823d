"""The desk's one form: accept or correct the proposal, and send somebody; both or neither."""

from typing import Any

import pytest

from conftest import City
from oneteam.command.models import Order
from oneteam.intake.models import Incident, Report
from oneteam.journal.models import Act
from oneteam.lawbook.catalogue import matters
from oneteam.triage.models import Proposal
from tests.world import browser, follow, post_of, receive

pytestmark = pytest.mark.usefixtures("city")

CLEAR = "锦塘路有人占道摆摊卖烧烤，油烟很大，影响通行。"


def values(**change: str) -> dict[str, str]:
    """Return a full form; a field changed to "" is left empty."""
    found = {
        "matter": next(code for code, matter in matters().items() if matter.field == "F01"), "urgency": "urgent",
        "place": "", "post": str(post_of("fang.xiaohe", "grid_attendant").id), "instruction": "请到现场处置",
        "idempotency_key": "desk-1",
    }  # fmt: skip
    return {**found, **change}


def decide(report: Any, **change: str) -> Any:
    return browser("shen.yulan", language="en").post(f"/reports/{report}/decide/", values(**change))


def corrected() -> list[str]:
    parts: list[str] = Act.objects.get(kind="incident.established").payload["corrected"]
    return parts


def test_accepted_as_proposed_is_recorded_as_not_corrected(city: City) -> None:
    report = receive(CLEAR).id
    follow(city.name)
    proposal = Proposal.objects.get(report=report)
    answer = decide(
        report, matter=proposal.matter or "", urgency=proposal.urgency, place=str(proposal.place_id), only="decide",
        post="", instruction="",
    )  # fmt: skip
    assert answer.status_code == 302
    assert corrected() == []
    assert Act.objects.get(kind="incident.established").payload["proposal"] == str(proposal.id)
    assert not Order.objects.exists()


def test_what_a_person_changed_is_named(city: City) -> None:
    report = receive(CLEAR).id
    follow(city.name)
    proposal = Proposal.objects.get(report=report)
    other = next(code for code in matters() if code != proposal.matter)
    urgency = "general" if proposal.urgency != "general" else "urgent"
    assert decide(report, matter=other, urgency=urgency, place=str(proposal.place_id)).status_code == 302
    assert sorted(corrected()) == ["matter", "urgency"]
    assert Incident.objects.get().field == (matters()[other].field or "")


def test_sending_twice_with_one_key_opens_one_incident_and_one_order() -> None:
    report = receive(CLEAR).id
    for _again in range(2):
        assert decide(report).status_code == 302
    assert (Incident.objects.count(), Order.objects.count()) == (1, 1)


@pytest.mark.parametrize(
    "change",
    [{"matter": ""}, {"matter": "F99-999"}, {"urgency": "soon"}, {"place": "nowhere"}, {"post": "nobody"},
     {"instruction": ""}, {"post": ""}],
)  # fmt: skip
def test_faulty_form_comes_back_and_nothing_is_decided(change: dict[str, str]) -> None:
    report = receive(CLEAR).id
    answer = decide(report, **change)
    assert answer.status_code == 422
    assert (Incident.objects.count(), Order.objects.count()) == (0, 0)
    assert Report.objects.get(id=report).incident_id is None


def test_second_order_needs_no_second_decision() -> None:
    report = receive(CLEAR).id
    decide(report, only="decide", post="", instruction="")
    sent = decide(report, matter="", idempotency_key="desk-2")
    assert sent.status_code == 302
    assert (Incident.objects.count(), Order.objects.count()) == (1, 1)


def test_unknown_report_cannot_be_decided() -> None:
    assert decide("0199aaaa-0000-7000-8000-000000000000").status_code == 404


@pytest.mark.parametrize("username", ["he.jingyuan", "fang.xiaohe", "bao.zhengheng"])
def test_only_a_dispatcher_decides(username: str) -> None:
    report = receive(CLEAR).id
    assert browser(username).post(f"/reports/{report}/decide/", values()).status_code == 403
    assert not Incident.objects.exists()


@pytest.mark.parametrize(
    ("username", "address"),
    [("shen.yulan", "/desk/"), ("fang.xiaohe", "/orders/"), ("luo.chengye", "/orders/"),
     ("bao.zhengheng", "/reports/"), ("he.jingyuan", "/leader/"), ("xie.lianfang", "/leader/"),
     ("gu.weichen", "/directory/")],
)  # fmt: skip
def test_each_role_is_led_to_where_its_work_begins(username: str, address: str) -> None:
    assert browser(username).get("/")["Location"] == address


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_report_page_offers_who_is_on_duty_to_a_dispatcher_only(language: str) -> None:
    report = receive(CLEAR).id
    mine = browser("shen.yulan", language=language).get(f"/reports/{report}/").content.decode()
    theirs = browser("bao.zhengheng", language=language).get(f"/reports/{report}/").content.decode()
    post = str(post_of("fang.xiaohe", "grid_attendant").id)
    assert post in mine
    assert post not in theirs
