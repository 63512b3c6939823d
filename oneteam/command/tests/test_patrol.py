"""What the patrol passes on at the desk, and orders about what an officer would take over (OT-08)."""

import re
from datetime import timedelta
from html import escape

import pytest

from oneteam.cases.acts import open_case, show_certificates
from oneteam.cases.closing import end_case
from oneteam.cases.tests.making import (
    certify,
    decided,
    delivered,
    fine,
    heard,
    identified,
    known,
    ordered,
    person,
    rechecked,
)
from oneteam.command import acts as command
from oneteam.kernel.clock import SHANGHAI
from oneteam.lawbook.catalogue import matter_name
from oneteam.patrols import acts
from oneteam.patrols.models import Finding, FindingPhoto
from oneteam.patrols.tests.test_findings import OFFICER, passed_on
from oneteam.procedures.errors import RefusedError
from oneteam.procedures.queries import runs
from tests.world import AT, actor, browser, post_of

pytestmark = pytest.mark.usefixtures("city")


def test_ot_08_what_somebody_was_sent_for_is_not_taken_over_until_the_order_came_back() -> None:
    finding = passed_on()
    incident = acts.take_over(actor=actor(*OFFICER), at=AT, finding=finding)
    acts.give_back(actor=actor(*OFFICER), at=AT, finding=finding, reason="要另派人")
    desk, post = actor("shen.yulan"), post_of("luo.chengye", "officer").id
    order = command.send_order(actor=desk, at=AT, incident=incident, post=post, instruction="请到现场").id
    with pytest.raises(RefusedError) as refused:
        acts.take_over(actor=actor(*OFFICER), at=AT, finding=finding)
    assert [failed.id for failed in refused.value.failures] == ["OT-08"]
    command.return_order(actor=actor("luo.chengye"), at=AT, order=order, reason="走不开")
    assert acts.take_over(actor=actor(*OFFICER), at=AT, finding=finding) == incident


def test_officer_who_took_it_over_opens_the_case_from_the_finding() -> None:
    finding = passed_on()
    officer = browser(*OFFICER, language="en")
    assert "/cases/new/" not in officer.get(f"/findings/{finding}/").content.decode(), "it is nobody's yet"
    incident = acts.take_over(actor=actor(*OFFICER), at=AT, finding=finding)
    page = officer.get(f"/findings/{finding}/").content.decode()
    assert f"/cases/new/?incident={incident}" in page
    assert officer.get(f"/cases/new/?incident={incident}").status_code == 200
    for other in (browser("luo.chengye"), browser("weng.shanxing", "grid_attendant")):
        assert "/cases/new/" not in other.get(f"/findings/{finding}/").content.decode()


def test_desk_opens_what_the_patrol_found_with_its_matter_and_place() -> None:
    finding = passed_on("desk")
    row = Finding.objects.get(id=finding)
    page = browser("shen.yulan", language="en").get("/desk/").content.decode()
    assert re.findall(r'class="row-title"[^>]*>([^<]*)', page) == [escape(matter_name(row.matter))], "not in Chinese"
    assert f'value="{row.matter}" selected' in page
    assert f'value="{row.place_id}" selected' in page
    assert "Found on patrol" in page


def test_what_an_officer_took_over_is_no_order_to_be_sent() -> None:
    finding = passed_on()
    desk = browser("shen.yulan", language="en")
    acts.take_over(actor=actor(*OFFICER), at=AT, finding=finding)
    assert "No report stands here" in desk.get("/desk/?tab=back").content.decode()
    acts.give_back(actor=actor(*OFFICER), at=AT, finding=finding, reason="要另派人")
    assert "No report stands here" not in desk.get("/desk/?tab=back").content.decode()


def test_desk_says_which_officer_has_a_finding_with_its_case_and_offers_no_order() -> None:
    finding = passed_on()
    incident = acts.take_over(actor=actor(*OFFICER), at=AT, finding=finding)
    report = Finding.objects.get(id=finding).report_id
    desk = browser("shen.yulan", language="en")

    def sides() -> tuple[str, str]:
        shown = desk.get(f"/reports/{report}/").content.decode().replace("\xa0", " ")
        return shown, desk.get("/desk/handover/").content.decode()

    page, listed = sides()
    assert "Taken over by" in page
    assert f"/reports/{report}/decide/" not in page
    assert "Weng Shanxing" in listed.split('id="open-items"')[1]
    certify("weng.shanxing", "luo.chengye")
    case = open_case(actor=actor(*OFFICER), at=AT, second=person("luo.chengye"), incident=incident)
    acts.give_back(actor=actor(*OFFICER), at=AT, finding=finding, reason="案件另办")
    page, listed = sides()
    assert f"/reports/{report}/decide/" not in page, "a case is open"
    assert "Case no." in page
    assert f"/cases/{case}/" not in page, "the desk may not read it"
    assert "Luo Chengye" in listed.split('id="open-items"')[1]
    assert "No report stands here" in desk.get("/desk/?tab=back").content.decode()
    assert desk.post(f"/reports/{report}/resolve/").status_code == 409
    end_case(actor=actor(*OFFICER), at=AT, case=case, ending="no_violation", reason="摊主已自行清理")
    page, listed = sides()
    assert f"/reports/{report}/decide/" in page, "the case is over and nobody has it"
    assert "the desk" in listed.split('id="open-items"')[1]


def test_desk_confirms_that_what_an_officer_took_over_is_resolved_and_answers_it() -> None:
    finding = passed_on()
    acts.take_over(actor=actor(*OFFICER), at=AT, finding=finding)
    report = Finding.objects.get(id=finding).report_id
    assert report is not None
    desk = browser("shen.yulan", language="en")
    assert f"/reports/{report}/resolve/" in desk.get(f"/reports/{report}/").content.decode()
    assert f"/reports/{report}/resolve/" not in browser("xie.lianfang").get(f"/reports/{report}/").content.decode()
    for _twice in range(2):
        answer = desk.post(f"/reports/{report}/resolve/", {"back": "/desk/?tab=going"})
        assert (answer.status_code, answer["Location"]) == (302, "/desk/?tab=going")
    desk.post(f"/reports/{report}/answer/", {"result": "done", "answer": "已处理"})
    assert runs([report])[report].state == "answered"


def test_case_shows_what_the_patrol_photographed_and_begins_when_it_was_found() -> None:
    finding = passed_on()
    incident = acts.take_over(actor=actor(*OFFICER), at=AT, finding=finding)
    blob = FindingPhoto.objects.get(finding=finding).blob_id
    certify("weng.shanxing", "luo.chengye")
    later = AT + timedelta(minutes=50)
    case = open_case(actor=actor(*OFFICER), at=later, second=person("luo.chengye"), incident=incident)
    officer = browser(*OFFICER, language="en")
    page = officer.get(f"/cases/{case}/").content.decode()
    assert f"/files/{blob}/" in page
    assert "No photo was taken yet" not in page
    told = Finding.objects.get(id=finding).found_at.astimezone(SHANGHAI)
    show_certificates(actor=actor(*OFFICER), at=later, case=case)
    identified(case, at=later)
    assert f'value="{told:%Y-%m-%dT%H:%M}"' in officer.get(f"/cases/{case}/note/").content.decode()


def test_desk_confirms_it_when_the_decision_is_handed_over_before_the_fine_is_paid() -> None:
    finding = passed_on()
    incident = acts.take_over(actor=actor(*OFFICER), at=AT, finding=finding)
    report = Finding.objects.get(id=finding).report_id
    case = known(incident=incident)
    ordered(case)
    rechecked(case)
    heard(case, fine(50))
    decided(case, fine(50))
    desk = browser("shen.yulan", language="en")
    assert desk.post(f"/reports/{report}/resolve/").status_code == 409
    delivered(case)
    assert f"/reports/{report}/resolve/" in desk.get(f"/reports/{report}/").content.decode()
    assert desk.post(f"/reports/{report}/resolve/").status_code == 302
    assert runs([incident])[incident].state == "resolved"
    assert runs([case])[case].state == "delivered", "it waits for the payment"
