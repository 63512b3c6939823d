"""From report to closed, page by page, as each role."""

import io
from uuid import UUID

import pytest
from django.test import Client
from PIL import Image

from conftest import City
from oneteam.command.models import Order
from oneteam.intake.models import Incident, Report
from oneteam.journal.models import Act
from oneteam.procedures.queries import runs
from tests.world import browser, follow, post_of, receive

MATTER = "F01-001"  # street stalls

pytestmark = pytest.mark.usefixtures("city")


def photo(colour: str = "red") -> io.BytesIO:
    out = io.BytesIO()
    Image.new("RGB", (320, 240), colour).save(out, "JPEG")
    out.seek(0)
    out.name = "photo.jpg"
    return out


def state(of: UUID) -> str:
    return runs([of])[of].state


def decide(desk: Client, report: UUID, username: str, role: str, **more: str) -> None:
    answer = desk.post(
        f"/reports/{report}/decide/",
        {
            "matter": MATTER, "urgency": "urgent", "place": "",
            "post": str(post_of(username, role).id), "instruction": "请到现场处置", "idempotency_key": f"d{report}",
            **more,
        },
    )  # fmt: skip
    assert answer.status_code == 302, answer.content.decode()[:3000]


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_report_goes_from_received_to_closed_and_can_be_reopened(city: City, language: str) -> None:
    report = receive(caller_name="林某生", caller_phone="13800005602").id
    follow(city.name)
    desk = browser("shen.yulan", language=language)
    assert "锦塘路有人占道摆摊" in desk.get("/reports/").content.decode()
    decide(desk, report, "fang.xiaohe", "grid_attendant")
    incident, order = Incident.objects.get(), Order.objects.get()
    assert state(incident.id) == "established"
    assert state(order.id) == "sent"

    attendant = browser("fang.xiaohe", language=language)
    assert f"/orders/{order.id}/" in attendant.get("/orders/").content.decode()
    assert attendant.post(f"/orders/{order.id}/accept/").status_code == 302
    answer = attendant.post(
        f"/orders/{order.id}/handle/", {"note": "摊主已收摊", "before": photo(), "after": photo("green")}
    )
    assert answer.status_code == 302, answer.content.decode()[:3000]
    assert state(order.id) == "handled"

    refused = attendant.post(f"/orders/{order.id}/verify/")
    assert refused.status_code == 422
    assert "EVT-07" in refused.content.decode()
    assert state(order.id) == "handled"

    other = browser("luo.chengye", language=language)
    assert other.post(f"/orders/{order.id}/verify/").status_code == 302
    assert state(order.id) == "verified"
    assert state(incident.id) == "resolved"

    assert desk.post(f"/reports/{report}/answer/", {"result": "done", "answer": "已清理"}).status_code == 302
    assert desk.post(f"/reports/{report}/close/", {"contacted": "on"}).status_code == 302
    assert state(report) == "closed"
    assert desk.post(f"/reports/{report}/reopen/", {"reason": "又摆出来了"}).status_code == 302
    assert state(report) == "reopened"
    assert state(incident.id) == "established"
    page = desk.get(f"/reports/{report}/")
    assert page.status_code == 200
    assert "又摆出来了" in page.content.decode()


def test_report_cannot_be_answered_as_done_before_its_incident_is_resolved(city: City) -> None:
    report = receive().id
    desk = browser("shen.yulan")
    decide(desk, report, "fang.xiaohe", "grid_attendant")
    refused = desk.post(f"/reports/{report}/answer/", {"result": "done", "answer": "已清理"})
    assert refused.status_code == 422
    assert "OT-01" in refused.content.decode()
    assert "已清理" in refused.content.decode(), "what was typed is kept"
    assert state(report) == "received"


def test_consultation_is_answered_without_an_incident(city: City) -> None:
    report = receive("请问入学报名在哪里办理？").id
    desk = browser("shen.yulan")
    done = desk.post(f"/reports/{report}/answer/", {"result": "explained", "answer": "请咨询教育部门"})
    assert done.status_code == 302
    assert state(report) == "answered"


def test_two_dispatchers_who_decide_the_same_report_make_one_incident(city: City) -> None:
    report = receive().id
    decide(browser("shen.yulan"), report, "fang.xiaohe", "grid_attendant")
    second = browser("qiu.mingzhou").post(
        f"/reports/{report}/decide/",
        {
            "matter": MATTER,
            "urgency": "general",
            "post": str(post_of("luo.chengye", "officer").id),
            "instruction": "去",
        },
    )
    assert Incident.objects.count() == 1
    assert second.status_code in (302, 409)


def test_a_file_that_claims_to_be_a_photo_is_refused_and_nothing_is_half_done(city: City) -> None:
    report = receive().id
    decide(browser("shen.yulan"), report, "fang.xiaohe", "grid_attendant")
    order = Order.objects.get()
    attendant = browser("fang.xiaohe")
    attendant.post(f"/orders/{order.id}/accept/")
    before = Act.objects.count()
    fake = io.BytesIO(b"%PDF-1.4 not a photo")
    fake.name = "photo.jpg"
    refused = attendant.post(f"/orders/{order.id}/handle/", {"note": "好了", "after": fake})
    assert refused.status_code == 422
    assert "JPEG" in refused.content.decode()
    assert Act.objects.count() == before
    assert state(order.id) == "accepted"


def test_erased_words_and_masked_caller_stay_off_the_page(city: City) -> None:
    report = receive(caller_name="林某生", caller_phone="13800005602")
    page = browser("shen.yulan").get(f"/reports/{report.id}/").content.decode()
    assert "13800005602" not in page
    assert "138****5602" in page
    shown = browser("shen.yulan").post(f"/reports/{report.id}/caller/", {"purpose": "call_back"}).content.decode()
    assert "13800005602" in shown
    assert Act.objects.filter(kind="personal.looked_at", stream=report.id).count() == 1
    assert Report.objects.get().caller_subject is not None
