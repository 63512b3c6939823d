"""The live feed on the real server: the wall says a new report by itself; who signs out hears no more."""

from http.client import HTTPConnection
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from oneteam.server import config
from oneteam.web.live import FEED
from tests.running import Running, report, wait_for
from tests.walking import CHROMIUM, signed_in

pytestmark = [
    pytest.mark.browser, pytest.mark.server,
    pytest.mark.skipif(not CHROMIUM, reason="Chromium is not installed (Debian: apt install chromium)"),
]  # fmt: skip


def asked(server: Running, headers: dict[str, str]) -> int:
    """Return how the live process answers who asks for the stream."""
    connection = HTTPConnection("localhost", server.state()["live"], timeout=10)
    try:
        connection.request("GET", FEED, headers=headers)
        return connection.getresponse().status
    finally:
        connection.close()


def ticks_stay(desk: Page, url: str) -> None:
    """What is ticked at the desk stays ticked while another of its tabs is looked at, and can be cleared."""
    ticked, told = desk.locator("input[type=checkbox][name=row]:checked"), desk.locator("[data-bulk-count]")
    desk.goto(f"{url}/desk/?tab=all")
    desk.locator("input[type=checkbox][name=row]").first.check()
    expect(told).to_have_text("已选 1 件")
    desk.goto(f"{url}/desk/?tab=all&channel=firm")
    desk.goto(f"{url}/desk/")
    desk.goto(f"{url}/desk/?tab=all")
    expect(ticked).to_have_count(1)
    expect(told).to_have_text("已选 1 件")
    desk.locator("[data-bulk-clear]").click()
    expect(ticked).to_have_count(0)
    expect(told).to_be_hidden()


def test_a_new_report_appears_on_the_wall_by_itself_until_its_viewer_signs_out(
    server: Running, browser: Browser
) -> None:
    url = str(server.state()["url"]).rstrip("/").replace("127.0.0.1", "localhost")
    password = str(config.read_json(server.paths.root / "demo.json")["password"])
    assert asked(server, {}) == 403
    assert asked(server, {"Origin": "https://evil.example"}) == 403
    with signed_in(browser, url, "shen.yulan", password, language="zh-hans", size=(1920, 1080)) as viewer:
        page = viewer.page
        viewer.go(f"{url}/wall/")
        expect(page.locator("[data-feed-sign]")).to_contain_text("已连接")
        count = page.locator("#wall-foot .wall-value").first
        before = int(count.inner_text())
        desk = page.context.new_page()
        desk.goto(f"{url}/desk/")
        expect(desk.locator("[data-news]")).to_be_hidden()
        expect(desk.locator("#live .live-words")).to_contain_text("已连接")
        assert server.post(report("锦塘路有人占道摆摊卖烧烤。", told_at="2026-11-25T13:50:00+08:00")).status == 201
        expect(page.locator(".wall-stream [data-new] b").first).to_have_text("新诉求")
        expect(count).to_have_text(str(before + 1))  # the figures follow, and nothing was loaded anew
        expect(desk.locator("[data-news]")).to_have_text("新到 1 件")
        ticks_stay(desk, url)
        desk.close()
        cookies: list[Any] = page.context.cookies()
        session = next(f"{each['name']}={each['value']}" for each in cookies if each["name"] == "sessionid")
        assert asked(server, {"Cookie": session, "Origin": url}) == 200
        viewer.refusals.add(403)  # what the stream of a closed session is answered
        leaving = page.context.new_page()
        leaving.goto(f"{url}/map/")
        leaving.locator("details.menu summary.bar-person").click()
        leaving.locator("form[action*=logout] button").click()
        leaving.wait_for_url("**/accounts/login/**")
        wait_for(lambda: asked(server, {"Cookie": session}) == 403)
        page.wait_for_url("**/accounts/login/**")  # the wall does not go on showing what nobody answers for
