"""The duty desk: what it lists, what is open, and that it costs the same for one report and thirty."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from conftest import City
from oneteam.command.models import HandOver, Order
from oneteam.command.tests.test_desk import CLEAR, values
from oneteam.intake.models import Incident, Report
from oneteam.journal.models import Act
from tests.world import AT, browser, follow, receive

pytestmark = pytest.mark.usefixtures("city")


def page(address: str = "/desk/", username: str = "shen.yulan", language: str = "en") -> str:
    answer = browser(username, language=language).get(address)
    assert answer.status_code == 200
    return answer.content.decode()


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_first_report_is_open_with_the_words_that_decided_and_who_could_go(city: City, language: str) -> None:
    receive(CLEAR)
    follow(city.name)
    content = page(language=language)
    assert "<mark>烧烤</mark>" in content
    assert 'action="/reports/' in content
    assert 'name="post"' in content


def test_desk_without_reports_says_so() -> None:
    assert "No report waits for a decision." in page()


def test_sending_from_the_desk_leads_back_to_the_desk() -> None:
    report = receive(CLEAR).id
    answer = browser("shen.yulan").post(f"/reports/{report}/decide/", values(back="/desk/?tab=new"))
    assert (answer.status_code, answer["Location"]) == (302, "/desk/?tab=new")


def test_no_address_outside_the_desk_is_followed() -> None:
    report = receive(CLEAR).id
    answer = browser("shen.yulan").post(f"/reports/{report}/decide/", values(back="https://elsewhere.example/desk/"))
    assert answer["Location"] == f"/reports/{report}/"


def test_faulty_form_comes_back_to_the_desk_as_typed() -> None:
    report = receive(CLEAR).id
    sent = values(back="/desk/", matter="", instruction="写了很久的话")
    answer = browser("shen.yulan").post(f"/reports/{report}/decide/", sent)
    content = answer.content.decode()
    assert answer.status_code == 422
    assert 'id="desk-list"' in content
    assert "写了很久的话" in content


def test_tabs_tell_what_is_due_soon_and_what_is_late() -> None:
    receive(CLEAR, at=AT - timedelta(minutes=50), told_at=AT - timedelta(hours=2))
    receive("桥下有垃圾", at=AT - timedelta(hours=3), told_at=AT - timedelta(hours=4))
    soon, late = page("/desk/?tab=soon"), page("/desk/?tab=late")
    assert "摆摊" in soon.split('id="desk-open"')[0]
    assert "桥下有垃圾" not in soon.split('id="desk-open"')[0]
    assert "桥下有垃圾" in late.split('id="desk-open"')[0]


def test_desk_costs_the_same_for_one_report_and_thirty(city: City) -> None:
    receive(CLEAR)
    follow(city.name)
    desk = browser("shen.yulan")
    desk.get("/desk/")
    with CaptureQueriesContext(connection) as one:
        desk.get("/desk/")
    for number in range(29):
        receive(f"{CLEAR}第{number}次")
    follow(city.name)
    first = Report.objects.order_by("received_at", "id").first()
    assert first is not None
    with CaptureQueriesContext(connection) as many:
        desk.get(f"/desk/?open={first.id}")
    assert len(many) <= len(one) + 2, "near copies are looked up where there are some"


def test_reports_that_are_selected_become_one_incident() -> None:
    one, other = receive(CLEAR).id, receive("锦塘路烧烤摊又来了").id
    desk = browser("shen.yulan", language="en")
    desk.post(f"/reports/{one}/decide/", values(only="decide", post="", instruction=""))
    assert desk.post("/desk/merge/", {"row": [str(one), str(other)]}).status_code == 302
    assert Incident.objects.count() == 1
    assert set(Report.objects.values_list("incident_id", flat=True)) == {Incident.objects.get().id}


def test_reports_of_which_none_is_decided_are_decided_as_one() -> None:
    one, other = receive(CLEAR).id, receive("锦塘路烧烤摊又来了").id
    desk = browser("shen.yulan", language="en")
    shown = desk.post("/desk/merge/", {"row": [str(other), str(one)]}, follow=True).content.decode()
    assert f'action="/reports/{one}/decide/"' in shown, "the older one is open"
    assert f'name="also" value="{other}"' in shown
    assert "锦塘路烧烤摊又来了" in shown.split("These become one incident with it:")[1].split("<select")[0]
    faulty = desk.post(f"/reports/{one}/decide/", values(matter="", also=str(other), back="/desk/"))
    assert f'name="also" value="{other}"' in faulty.content.decode(), "a form that comes back loses nothing"
    for _again in range(2):
        assert desk.post(f"/reports/{one}/decide/", values(also=str(other))).status_code == 302
    assert set(Report.objects.values_list("incident_id", flat=True)) == {Incident.objects.get().id}
    assert Order.objects.count() == 1


def test_on_a_reports_own_page_the_other_one_is_told_by_its_number() -> None:
    one, other = receive(CLEAR), receive("锦塘路烧烤摊又来了")
    desk = browser("shen.yulan", language="en")
    desk.post(f"/reports/{one.id}/decide/", values(only="decide", post="", instruction=""))
    shown = desk.get(f"/reports/{other.id}/").content.decode()
    assert 'name="number"' in shown
    assert 'name="number"' not in browser("xie.lianfang").get(f"/reports/{other.id}/").content.decode()
    for told, said in (("12345678", "no report of the number"), ("", "no report of the number"),
                       (str(other.number), "two reports or more")):  # fmt: skip
        answer = desk.post("/desk/merge/", {"row": str(other.id), "number": told}, follow=True)
        assert said in answer.content.decode()
        assert answer.redirect_chain[-1][0] == f"/reports/{other.id}/"
    done = desk.post("/desk/merge/", {"row": str(other.id), "number": f"No. {one.number}"}, follow=True)
    assert "These reports are incident" in done.content.decode()
    assert set(Report.objects.values_list("incident_id", flat=True)) == {Incident.objects.get().id}


def test_report_that_is_split_waits_for_a_decision_again() -> None:
    one, other = receive(CLEAR).id, receive("锦塘路烧烤摊又来了").id
    desk = browser("shen.yulan", language="en")
    desk.post(f"/reports/{one}/decide/", values(only="decide", post="", instruction=""))
    alone = desk.post(f"/reports/{one}/split/", {"reason": "是别的事"})
    assert "the only report of its incident" in alone.content.decode()
    desk.post("/desk/merge/", {"row": [str(one), str(other)]})
    assert desk.post(f"/reports/{other}/split/", {"reason": ""}).status_code == 422
    assert desk.post(f"/reports/{other}/split/", {"reason": "是另一个摊"}).status_code == 302
    assert Report.objects.get(id=other).incident_id is None


def test_incident_is_corrected_and_a_correction_of_nothing_is_said() -> None:
    report = receive(CLEAR).id
    desk = browser("shen.yulan", language="en")
    desk.post(f"/reports/{report}/decide/", values(only="decide", post="", instruction=""))
    same = {"matter": values()["matter"], "urgency": "urgent", "place": "", "idempotency_key": "c1"}
    assert "Nothing was changed" in desk.post(f"/reports/{report}/correct/", same).content.decode()
    sent = {**same, "urgency": "very_urgent", "idempotency_key": "c2"}
    for _again in range(2):
        assert desk.post(f"/reports/{report}/correct/", sent).status_code == 302
    assert Incident.objects.get().urgency == "very_urgent"
    assert [act.payload["changed"] for act in Act.objects.filter(kind="incident.corrected")] == [["urgency"]]


def test_desk_is_handed_over_and_taken_by_somebody_else() -> None:
    receive(CLEAR)
    mine, theirs = browser("shen.yulan", language="en"), browser("qiu.mingzhou", language="en")
    assert mine.post("/desk/handover/", {"note": ""}).status_code == 422
    assert mine.post("/desk/handover/", {"note": "摊贩可能回来", "idempotency_key": "h"}).status_code == 302
    handover = HandOver.objects.get()
    assert len(handover.items) == 1
    assert mine.post(f"/desk/handover/{handover.id}/take/").status_code == 403
    shown = theirs.get("/desk/handover/").content.decode()
    assert "摊贩可能回来" in shown
    assert "handed over to you" in theirs.get("/desk/").content.decode()
    assert theirs.post(f"/desk/handover/{handover.id}/take/").status_code == 302
    assert theirs.post(f"/desk/handover/{handover.id}/take/").status_code == 409
    assert mine.post("/desk/handover/", {"note": "再交一次", "idempotency_key": "h2"}).status_code == 302


def test_hand_over_shows_first_what_burns_with_its_urgency_and_its_clock() -> None:
    desk = browser("shen.yulan", language="en")
    then = AT - timedelta(days=60)
    fresh, urgent, late = receive(CLEAR).number, receive(CLEAR).number, receive(CLEAR, at=then, told_at=then).number
    report = Report.objects.get(number=urgent).id
    sent = values(only="decide", post="", instruction="", urgency="very_urgent")
    assert desk.post(f"/reports/{report}/decide/", sent).status_code == 302
    shown = desk.get("/desk/handover/").content.decode()
    assert [int(number) for number in re.findall(r"Report no. (\d+)", shown)] == [late, urgent, fresh]
    assert "Overdue <small>1</small>" in shown
    assert "Very urgent" in shown
    assert shown.count('class="clock"') == 3
    overdue = desk.get("/desk/handover/?tab=late").content.decode()
    assert f"Report no. {late}<" in overdue
    assert f"Report no. {fresh}<" not in overdue


@pytest.mark.parametrize("username", ["fang.xiaohe", "xie.lianfang", "bao.zhengheng", "gu.weichen"])
def test_desk_is_the_dispatchers(username: str) -> None:
    for address in ("/desk/", "/desk/handover/"):
        assert browser(username).get(address).status_code == 403
    assert browser(username).post("/desk/merge/").status_code == 403


def test_three_intervals_stand_on_the_desk() -> None:
    assert "/figures/strip/" in page()
    assert "Complaint handled" in page("/figures/strip/")
