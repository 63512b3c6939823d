"""The map and the wall: what stands on them, who may see them, at which cost."""

import re
import time
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from conftest import City
from oneteam.live import picture
from oneteam.live.picture import PICTURED
from oneteam.people.sessions import holder_of
from oneteam.procedures.roles import ROLES
from tests.pages import page
from tests.world import AT, browser, follow, receive

pytestmark = pytest.mark.usefixtures("city")


LONG_AGO = AT - timedelta(days=9)
POINT = {"lon": Decimal("120.55"), "lat": Decimal("27.55")}


def late(text: str, **more: Any) -> None:
    """Take in a report whose time limit has passed."""
    receive(text, at=LONG_AGO, told_at=LONG_AGO, **more)


@pytest.fixture(autouse=True)
def fresh() -> None:
    picture.forget()


def test_the_wall_shows_what_is_late_first_and_names_nobody() -> None:
    late("老城北路有人摆摊，我是住户王小姐，电话13800008001", **POINT)
    receive("滨江路垃圾没有清运", at=AT)
    content = page(browser("shen.yulan"), "/wall/")
    assert 'data-theme="wall"' in content
    assert "超期" in content
    assert re.search(r'<g class="map-marker" data-state="overdue"', content)
    assert "王小姐" not in content
    assert "13800008001" not in content
    assert "摆摊" not in content.replace("占道摆摊", "")  # told words do not hang where visitors stand
    foot = content.partition('id="wall-foot"')[2]
    assert re.search(r'data-state="overdue"><h2>超期</h2><div class="wall-value">1<', foot)


def test_the_list_beside_the_map_names_all_that_the_map_marks() -> None:
    for number in range(3):
        late(f"第{number}处占道", **POINT)
    content = page(browser("shen.yulan", language="en"), "/map/")
    assert content.count('data-state="overdue"><title>') == 3
    assert len(re.findall(r'<a class="row-title" href="/reports/', content)) == 3
    assert "1 Overdue" not in content
    assert "Beizhu Area" in content


@pytest.mark.parametrize("address", ["/wall/", "/wall/now/", "/map/", "/map/now/"])
def test_a_picture_costs_the_same_for_one_alarm_and_for_many(city: City, address: str) -> None:
    client = browser("shen.yulan")
    late("一处")
    follow(city.name)
    page(client, address)
    picture.forget()
    with CaptureQueriesContext(connection) as one:
        page(client, address)
    for number in range(12):
        late(f"第{number}处")
    follow(city.name)
    picture.forget()
    with CaptureQueriesContext(connection) as many:
        page(client, address)
    assert len(many) == len(one)
    with CaptureQueriesContext(connection) as again:
        page(client, address)
    assert len(again) < len(one)  # within a moment all screens share one look


def test_only_who_sees_all_reports_and_orders_sees_the_picture() -> None:
    from oneteam.command.rules import READERS as ORDERS  # noqa: PLC0415 -- compared with
    from oneteam.intake.navigation import READERS  # noqa: PLC0415 -- compared with

    assert set(PICTURED) <= set(READERS) & set(ORDERS) & set(ROLES)
    for address in ("/wall/", "/wall/now/", "/map/", "/map/now/"):
        assert browser("weng.shanxing", "officer").get(address).status_code == 403


def test_sec_02_wall_left_on_show_outlasts_the_idle_time_and_opens_nothing_else(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    client = browser("shen.yulan")
    assert client.post("/wall/stay/").headers["Location"] == "/wall/"
    key, tomorrow = client.session.session_key or "", time.time() + 86_400
    monkeypatch.setattr("oneteam.people.middleware.time.time", lambda: tomorrow)
    assert "Leave on show" not in page(client, "/wall/")
    assert client.get("/wall/now/").status_code == 200
    assert holder_of(key, moment=tomorrow, at=AT) is not None
    assert client.get("/desk/").headers["Location"] == "/accounts/login/?next=/desk/"
    assert client.get("/wall/").headers["Location"] == "/accounts/login/?next=/wall/", "the session has ended"
    assert holder_of(key, moment=tomorrow, at=AT) is None
