"""A finding on a phone of 390 px in three taps, in both languages: settled, or passed on to oneself as an officer."""

import io

import pytest
from PIL import Image
from playwright.sync_api import Browser, FilePayload, Geolocation, Page, expect

from oneteam.server import config
from tests.running import Running
from tests.walking import CHROMIUM, PHONE, Walker, signed_in

pytestmark = [
    pytest.mark.browser, pytest.mark.server,
    pytest.mark.skipif(not CHROMIUM, reason="Chromium is not installed (Debian: apt install chromium)"),
]  # fmt: skip
WHERE: Geolocation = {"longitude": 120.49092, "latitude": 27.60562, "accuracy": 12}


def photo(colour: str) -> FilePayload:
    out = io.BytesIO()
    Image.new("RGB", (320, 240), colour).save(out, "JPEG")
    return {"name": f"{colour}.jpg", "mimeType": "image/jpeg", "buffer": out.getvalue()}


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_three_taps_record_a_finding(server: Running, browser: Browser, language: str) -> None:
    url = str(server.state()["url"]).rstrip("/").replace("127.0.0.1", "localhost")
    password = str(config.read_json(server.paths.root / "demo.json")["password"])
    with signed_in(browser, url, "weng.shanxing", password, language=language, size=PHONE) as finder:
        page = finder.page
        page.context.grant_permissions(["geolocation"], origin=url)
        page.context.set_geolocation(WHERE)
        finder.refusals.add(422)
        take_post(finder, says(finder, "网格员", "Grid attendant"))
        finder.look(f"{language}-findings-empty")
        settle(finder, says(finder, "井盖", "Manhole"))
        enforce(finder)
        expect(page.locator(".page-title .chip").first).to_have_text(says(finder, "执法人员已接办", "Taken over"))
        finder.look(f"{language}-finding-taken-over")
        finder.go(f"{url}/findings/?view=mine")
        finder.look(f"{language}-findings-mine")
        expect(page.locator("a.row-title")).not_to_have_count(0)


def says(finder: Walker, chinese: str, english: str) -> str:
    return english if finder.language == "en" else chinese


def take_post(finder: Walker, title: str) -> None:
    """Choose the post after signing in, and open the patrol."""
    page = finder.page
    page.locator(".choice", has_text=title).click()
    finder.press(finder.main())
    finder.press(page.locator(".rail a[href='/findings/']"))


def three_taps(page: Page, colour: str, word: str) -> None:
    """Photo; the position is there by itself where it was allowed before, else a tap; matter: nobody has to scroll."""
    page.locator("[name=photos]").set_input_files([photo(colour)])
    expect(page.locator("#spot")).not_to_be_empty()
    expect(page.locator("[name=lon]")).to_have_value("120.490920")
    for place in range(2):
        expect(page.locator("#matters button").nth(place)).to_be_in_viewport(ratio=1)
    assert page.evaluate("scrollY") == 0
    lose_the_position(page)
    page.locator("#id_q").press_sequentially(word)
    expect(page.locator("#matters button")).not_to_have_count(6)


def lose_the_position(page: Page) -> None:
    """Send without a position: refused, and the photo is still there."""
    page.evaluate("document.querySelector('[name=lon]').value = ''")
    with page.expect_response(lambda answer: answer.status == 422):
        page.locator("#matters button").first.click()
    expect(page.locator(".photo-shown li")).to_have_count(1)
    expect(page.locator("[data-photos-lost]")).to_have_count(0)
    expect(page.locator("[name=lon]")).to_have_value("120.490920")
    expect(page.locator("#matters button")).to_have_count(6)


def settle(finder: Walker, word: str) -> None:
    page, language = finder.page, finder.language
    before = int(page.locator(".tabs small").first.inner_text())
    finder.press(finder.main())
    finder.look(f"{language}-finding-new")
    three_taps(page, "red", word)
    finder.look(f"{language}-finding-ready")
    manhole = page.locator("#matters button[value=F03-052]")
    box = manhole.bounding_box()
    assert box is not None
    assert box["height"] >= 48
    with page.expect_navigation():
        manhole.dblclick()  # the second tap of a double tap makes no second finding
    finder.look(f"{language}-finding")
    form = finder.step("settle")
    form.locator("[name=after]").set_input_files([photo("green")])
    finder.press(finder.main())
    expect(page.locator(".photo img")).to_have_count(2)
    finder.look(f"{language}-finding-settled")
    finder.press(page.locator(".crumbs a").first)
    expect(page.locator("a.row-title")).to_have_count(before + 1)
    finder.look(f"{language}-findings")


def enforce(finder: Walker) -> None:
    page, language = finder.page, finder.language
    finder.press(finder.main())
    page.locator("[name=photos]").set_input_files([photo("blue")])
    page.locator("[data-without-position]:not([open]) summary").click()  # folded as the position is known
    page.locator("#id_address").fill("锦塘路")
    expect(page.locator("#spot")).to_contain_text(says(finder, "锦塘路", "Jintang Road"))
    page.locator("#id_q").press_sequentially("摊")
    finder.press(page.locator("#matters button", has_text=says(finder, "执法", "Enforcement")).first)
    expect(page.locator(".step-blocked", has_text="OFF-05")).to_be_visible()
    finder.look(f"{language}-finding-enforcement")
    finder.press(finder.main())
    finder.look(f"{language}-finding-passed-on")
    expect(page.locator(".step-blocked", has_text="OFF-05")).to_be_visible()
    finder.press(
        page.locator("form[action='/posts/'] button[name=post]", has_text=says(finder, "执法队员", "officer")).last
    )
    finder.look(f"{language}-finding-officer")
    finder.press(finder.main())
