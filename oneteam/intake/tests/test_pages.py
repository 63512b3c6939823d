"""The work list of reports, its export, a report's page and the form for callers, as a person sees them."""

import csv
import html
import io
import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from conftest import City
from oneteam.intake import acts
from oneteam.intake.models import Report
from oneteam.intake.telling import Line
from oneteam.journal.actors import operator
from oneteam.journal.erase import erase_subject
from oneteam.journal.models import Act
from tests.world import AT, actor, browser, follow, receive, told

pytestmark = pytest.mark.usefixtures("city")


def imported(count: int, text: str = "占道摆摊", start: int = 0) -> list[acts.Received]:
    """Take reports in one file: all have the same time of receiving."""
    rows = [Line(number + 2, told(f"{text} 第{number}条")) for number in range(start, start + count)]
    return list(acts.import_reports(actor=operator("clerk"), at=AT, lines=rows, source="import").taken)


def page(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, address
    return answer.content.decode()


def shown(content: str) -> list[str]:
    """Return the ids of a list's rows in their order."""
    return re.findall(r'id="reports-open-([0-9a-f-]{36})"', content)


def neighbour(content: str, name: str) -> str:
    found = re.search(rf'id="reports-{name}" href="([^"]*)"', content)
    return "/reports/" + html.unescape(found[1]) if found else ""


def queries(client: Client, address: str) -> int:
    page(client, address)  # what a process reads once is read now
    with CaptureQueriesContext(
        connection,
    ) as captured:
        page(client, address)
    return len(captured)


@pytest.mark.parametrize("sort", ["", "&sort=newest", "&sort=limit"])
def test_list_costs_the_same_for_one_row_and_for_thirty(sort: str) -> None:
    desk = browser("shen.yulan")
    receive(caller_phone="13800005602", caller_name="林某")
    one = queries(desk, f"/reports/?view=new{sort}")
    for number in range(29):
        receive(f"占道摆摊 {number}", caller_phone=f"138000056{number:02}", caller_name="林某")
    content = page(desk, f"/reports/?view=new{sort}")
    assert len(shown(content)) == 30
    assert queries(desk, f"/reports/?view=new{sort}") == one


@pytest.mark.parametrize("view", ["new", "all"])
def test_paging_forth_and_back_loses_and_repeats_nothing_with_equal_times(view: str) -> None:
    taken = {str(report.id) for report in imported(120)}
    desk = browser("shen.yulan")
    address, forth = f"/reports/?view={view}&sort=newest", list[list[str]]()
    last = ""
    while address:
        content = page(desk, address)
        forth.append(shown(content))
        last, address = address, neighbour(content, "older")
    assert [len(rows) for rows in forth] == [50, 50, 20]
    assert sorted(row for rows in forth for row in rows) == sorted(taken)
    back, address = list[list[str]](), last
    while address:
        content = page(desk, address)
        back.append(shown(content))
        address = neighbour(content, "newer")
    assert back[::-1] == forth


def test_report_that_comes_while_paging_shifts_no_page() -> None:
    imported(60)
    desk = browser("shen.yulan")
    first = page(desk, "/reports/?view=new&sort=newest")
    receive("新来的一条", at=AT + timedelta(seconds=1))
    second = shown(page(desk, neighbour(first, "older")))
    assert len(second) == 10
    assert not set(second) & set(shown(first))


@pytest.mark.parametrize(
    "query",
    ["after=x", "before=_", "after=2026-11-25T00:00:00_1", "after=2026-11-25T00:00:00%2B00:00_nobody", "view=none",
     "channel=none", "page=0", "page=-1", "page=99999999", "q=%00", "q=%27%3B--", "q=" + "9" * 100, "field=F99"],
)  # fmt: skip
def test_address_that_means_nothing_shows_a_list_all_the_same(query: str) -> None:
    receive()
    assert browser("shen.yulan").get(f"/reports/?{query}").status_code == 200


def test_tabs_and_channel_show_what_they_say() -> None:
    first, second = receive(), receive("来自信件", channel="letter")
    acts.answer_report(actor=actor("shen.yulan"), at=AT, report=second.id, result="explained", answer="已解释")
    desk = browser("shen.yulan")
    assert shown(page(desk, "/reports/")) == [str(first.id)]
    assert shown(page(desk, "/reports/?view=answered")) == [str(second.id)]
    assert shown(page(desk, "/reports/?view=closed")) == []
    assert shown(page(desk, "/reports/?view=all&channel=letter")) == [str(second.id)]
    assert set(shown(page(desk, "/reports/?view=all"))) == {str(first.id), str(second.id)}


def test_export_is_safe_to_open_and_names_no_caller() -> None:
    for text in ('=HYPERLINK("http://x")', "+1", "-1", "@SUM(A1)", "普通内容"):
        receive(text, caller_name="林某生", caller_phone="13800005602", address="锦塘路9号")
    answer = browser("shen.yulan", language="en").get("/reports.csv?view=all")
    content = answer.content.decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(content)))
    assert len(rows) == 6
    titles = {row[1] for row in rows[1:]}
    assert titles == {'\'=HYPERLINK("http://x")', "'+1", "'-1", "'@SUM(A1)", "普通内容"}
    for word in ("林某生", "5602", "锦塘路9号"):
        assert word not in content
    assert "attachment" in answer["Content-Disposition"]


def test_caller_is_masked_until_somebody_looks_with_a_purpose() -> None:
    report = receive(caller_name="林某生", caller_phone="138 0000 5602")
    desk = browser("shen.yulan")
    content = page(desk, f"/reports/{report.id}/")
    assert "林*生" in content
    assert "138****5602" in content
    assert "林某生" not in content
    seen = desk.post(f"/reports/{report.id}/caller/", {"purpose": "call_back"})
    assert "林某生" in seen.content.decode()
    assert Act.objects.filter(kind="personal.looked_at", stream=report.id).count() == 1
    assert desk.post(f"/reports/{report.id}/caller/", {"purpose": "curiosity"}).status_code == 400
    assert Act.objects.filter(kind="personal.looked_at", stream=report.id).count() == 1


@pytest.mark.parametrize("gone", ["caller", "words"])
def test_page_says_what_was_erased_and_shows_the_rest(gone: str) -> None:
    report = Report.objects.get(id=receive("路灯不亮", caller_name="林某生", caller_phone="13800005602").id)
    subject = report.caller_subject if gone == "caller" else report.text_subject
    assert subject is not None
    erase_subject(actor=operator("clerk"), at=AT, subject=subject, ground="consent_withdrawn")
    content = page(browser("shen.yulan", language="en"), f"/reports/{report.id}/")
    listed = page(browser("shen.yulan", language="en"), "/reports/")
    words, caller = "路灯不亮" in content, "138****5602" in content
    assert (words, caller) == (gone != "words", gone != "caller")
    assert ("/caller/" in content) == caller, "there is nothing to look at"
    assert ("Name and phone were erased" in content) == (gone == "caller")
    assert ("Told text erased" in content, "Told text erased" in listed) == (gone == "words", gone == "words")
    assert "consent was withdrawn" in content, "the timeline says on what ground"


@pytest.mark.parametrize("username", ["fang.xiaohe", "luo.chengye", "gu.weichen"])
def test_who_does_not_read_reports_is_turned_away(username: str) -> None:
    report = receive()
    client = browser(username)
    for address in ("/reports/", f"/reports/{report.id}/", f"/reports/{report.id}/proof/"):
        assert client.get(address).status_code in (403, 404), address
    assert client.post(f"/reports/{report.id}/caller/", {"purpose": "call_back"}).status_code == 403
    assert not Act.objects.filter(kind="personal.looked_at").exists()


def test_stranger_is_asked_to_sign_in() -> None:
    receive()
    answer = Client().get("/reports/")
    assert answer.status_code == 302
    assert "login" in answer["Location"]


def test_report_that_does_not_exist_is_a_page_that_says_so() -> None:
    answer = browser("shen.yulan", language="en").get("/reports/0199aaaa-0000-7000-8000-000000000000/")
    assert answer.status_code == 404
    assert "no such report" in answer.content.decode()


def test_call_is_taken_as_typed_and_once_however_often_it_is_sent() -> None:
    desk = browser("shen.yulan")
    values = {
        "channel": "hotline_12345", "text": " 门口有人摆摊 🔥 ", "caller_name": "林某", "caller_phone": "138 0000 5602",
        "idempotency_key": "call-1",
    }  # fmt: skip
    first = desk.post("/reports/new/", values)
    assert first.status_code == 302
    assert desk.post("/reports/new/", {**values}).status_code in (302, 422)
    assert Report.objects.count() == 1
    assert " 门口有人摆摊 🔥 " in page(desk, first["Location"])


@pytest.mark.parametrize(
    ("change", "word"),
    [({"text": ""}, ""), ({"caller_phone": "12ab"}, "5 to 20 digits"), ({"channel": "telegram"}, ""),
     ({"told_at": "2031-01-01T00:00"}, "future"), ({"told_at": "yesterday"}, "")],
)  # fmt: skip
def test_faulty_call_comes_back_with_what_was_typed(change: dict[str, str], word: str) -> None:
    desk = browser("shen.yulan", language="en")
    values = {"channel": "hotline_12345", "text": "typed words", "address": "typed place", "idempotency_key": "c"}
    answer = desk.post("/reports/new/", {**values, **change})
    content = answer.content.decode()
    assert answer.status_code == 422
    assert "typed place" in content
    assert word in content
    assert not Report.objects.exists()


def test_attendant_may_take_a_call_but_sees_no_list() -> None:
    attendant = browser("fang.xiaohe")
    answer = attendant.post("/reports/new/", {"channel": "grid_patrol", "text": "巡查发现占道", "idempotency_key": "p"})
    assert answer.status_code == 302
    assert Report.objects.get().channel == "grid_patrol"
    assert attendant.get("/reports/").status_code == 403


def test_answer_close_and_reopen_by_the_page_and_refusals_stay_on_it(city: City) -> None:
    report = receive()
    desk = browser("shen.yulan", language="en")
    early = desk.post(f"/reports/{report.id}/close/", {})
    assert early.status_code == 422
    assert "OT-03" in early.content.decode()
    empty = desk.post(f"/reports/{report.id}/answer/", {"result": "explained", "answer": ""})
    assert empty.status_code == 422
    answered = {"result": "explained", "answer": "done in words", "idempotency_key": "a"}
    for _again in range(2):
        assert desk.post(f"/reports/{report.id}/answer/", answered).status_code == 302
    assert Act.objects.filter(kind="report.answered").count() == 1
    assert "done in words" in page(desk, f"/reports/{report.id}/")
    assert desk.get(f"/reports/{report.id}/proof/").status_code == 503, "not sealed yet"
    follow(city.name)
    proof = desk.get(f"/reports/{report.id}/proof/")
    assert proof.status_code == 200
    assert "done in words" not in proof.content.decode()
