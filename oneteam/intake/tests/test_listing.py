"""What a dispatcher finds in the list: by number, by a caller's phone, by channel and field, by what is due first."""

import re
from datetime import timedelta
from uuid import UUID

import pytest

from conftest import City
from tests.world import AT, browser, follow, receive

OLD = AT - timedelta(days=1)
pytestmark = pytest.mark.usefixtures("city")


def found(address: str) -> list[UUID]:
    answer = browser("shen.yulan").get(address)
    assert answer.status_code == 200
    return [UUID(row) for row in re.findall(r'id="reports-open-([0-9a-f-]{36})"', answer.content.decode())]


def test_report_is_found_by_its_whole_number_whatever_its_state() -> None:
    wanted, other = receive(), receive("路灯不亮")
    assert found(f"/reports/?q={wanted.number}&view=closed") == [wanted.id]
    assert found(f"/reports/?q={other.number}0") == []


def test_report_is_found_by_the_number_of_its_source() -> None:
    wanted = receive(external_id="HZ-2026-0417")
    receive(external_id="HZ-2026-04170")
    assert found("/reports/?q=HZ-2026-0417") == [wanted.id]


@pytest.mark.parametrize(
    ("typed", "count"), [("13800005602", 2), ("138 0000 5602", 2), ("1380000560", 0), ("13800005603", 0)]
)
def test_reports_of_a_caller_are_found_by_the_whole_phone_number_only(typed: str, count: int) -> None:
    receive(caller_name="林某生", caller_phone="13800005602")
    receive("又来了", caller_phone="13800005602")
    receive("别人的事", caller_phone="13900001111")
    assert len(found(f"/reports/?q={typed}")) == count


def test_list_is_filtered_by_channel() -> None:
    letter = receive("来信反映", channel="letter")
    receive()
    assert found("/reports/?channel=letter") == [letter.id]
    assert len(found("/reports/?channel=pigeon")) == 2, "an unknown channel filters nothing"


def test_list_is_filtered_by_the_proposed_field(city: City) -> None:
    stall, lamp = receive("锦塘路有人占道摆摊卖烧烤。"), receive("房产证什么时候能办下来，开发商一直拖。")
    follow(city.name)
    everything = {field: found(f"/reports/?field={field}") for field in (f"F{number:02}" for number in range(1, 30))}
    held = [report for reports in everything.values() for report in reports]
    assert held.count(stall.id) == 1, "it stands in exactly one field"
    assert held.count(lamp.id) <= 1


def test_what_is_due_first_comes_first_when_asked_for() -> None:
    late = receive("后到的", at=AT)
    early = receive("先到的", at=AT - timedelta(minutes=30), told_at=OLD)
    assert found("/reports/?sort=newest") == [late.id, early.id]
    assert found("/reports/?sort=limit") == [early.id, late.id]


def test_overdue_reports_are_a_view_of_their_own_and_an_answer_takes_them_out() -> None:
    older = receive("最先到的", at=AT - timedelta(minutes=90), told_at=OLD)
    late = receive("超期的", at=AT - timedelta(minutes=61), told_at=OLD)
    receive("刚到的", at=AT - timedelta(minutes=59), told_at=OLD)
    assert found("/reports/?view=late") == [older.id, late.id]
    sheet = browser("shen.yulan").get("/reports.csv?view=late").content.decode("utf-8-sig")
    assert len(sheet.splitlines()) == 3, "a heading and two reports"


def test_pages_by_time_limit_hold_every_report_once() -> None:
    received = [receive(f"第{number}件", at=AT - timedelta(minutes=number), told_at=OLD).id for number in range(51)]
    first, second = found("/reports/?sort=limit"), found("/reports/?sort=limit&page=2")
    assert first + second == received[::-1]
    assert found("/reports/?sort=limit&page=3") == []
    assert found("/reports/?sort=limit&page=0") == first
