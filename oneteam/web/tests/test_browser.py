"""The style guide in a real Chromium: no accessibility fault, no sideways scroll, silent console, keys and drafts."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Dialog, FilePayload, Page, Route, expect

from oneteam.web.styleguide import SAMPLES
from tests.walking import CHROMIUM, RULES, chromium

CHECKOUT = Path(__file__).resolve().parents[3]
PAGES = ["", *(f"{name}/" for name in SAMPLES)]
pytestmark = [pytest.mark.browser, pytest.mark.skipif(not CHROMIUM, reason="Chromium is not installed")]


@pytest.fixture(scope="module")
def site() -> Iterator[str]:
    """The style guide served by a process of its own; its address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "oneteam.web.tests.settings", "PYTHONPATH": str(CHECKOUT)}
    command = [sys.executable, "-m", "django", "runserver", "--noreload", f"127.0.0.1:{port}"]
    with subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as server:
        for _attempt in range(150):
            with socket.socket() as knock:
                if knock.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.1)
        yield f"http://127.0.0.1:{port}/style/"
        server.terminate()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as found:
        yield found


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1440, "height": 900}, locale="en-GB")
    yield context.new_page()
    context.close()


@pytest.mark.parametrize(("width", "theme"), [(1440, "light"), (320, "dark")])
def test_style_guide_has_no_accessibility_fault_and_never_scrolls_sideways(
    browser: Browser, site: str, width: int, theme: str
) -> None:
    context = browser.new_context(
        viewport={"width": width, "height": 640}, locale="zh-CN" if width == 1440 else "en-GB",
        color_scheme="dark" if theme == "dark" else "light",
    )  # fmt: skip
    page = context.new_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    faults: list[str] = []
    for name in PAGES:
        page.goto(site + name)
        if page.evaluate("document.documentElement.scrollWidth") > width:
            faults.append(f"{name}: scrolls sideways")
        found = Axe().run(page, options=RULES).response["violations"]
        faults += [f"{name}: {fault['id']} {fault['nodes'][0]['html'][:160]}" for fault in found]
    context.close()
    assert not faults, "\n".join(faults)
    assert not said


def test_keys_move_through_the_list_and_open_help(page: Page, site: str) -> None:
    page.goto(site + "list/")
    page.keyboard.press("j")
    page.keyboard.press("j")
    expect(page.locator("[data-cursor] .row-title")).to_have_text("Billboard loose above a primary school gate")
    page.keyboard.press("k")
    page.keyboard.press("x")
    expect(page.locator("[data-cursor] input")).to_be_checked()
    expect(page.locator("[data-bulk-count]")).to_have_text("1 selected")
    page.keyboard.press("?")
    expect(page.locator("#key-help")).to_be_visible()
    page.locator("#keys-on").uncheck()
    page.keyboard.press("Escape")
    page.keyboard.press("j")
    expect(page.locator("[data-cursor] .row-title")).to_have_text("Road surface sunk by half a metre")


def test_keys_are_letters_in_the_search_field(page: Page, site: str) -> None:
    page.goto(site + "list/")
    page.keyboard.press("/")
    expect(page.locator("#reports-q")).to_be_focused()
    page.keyboard.type("jkx")
    assert page.locator("#reports-q").input_value() == "jkx"
    expect(page.locator("[data-cursor]")).to_have_count(0)


def test_tab_swaps_only_the_list_keeps_the_focus_and_says_so(page: Page, site: str) -> None:
    page.goto(site + "list/")
    page.evaluate("document.body.dataset.sameDocument = 'yes'")
    page.focus("#reports-tab-2")
    page.keyboard.press("Enter")
    page.wait_for_url("**/list/?tab=soon")
    expect(page.locator("#polite")).to_have_text("Reports to be sent: 23 items")
    assert page.evaluate("document.body.dataset.sameDocument") == "yes"
    assert page.evaluate("document.activeElement.id") == "reports-tab-2"
    assert page.locator("#reports").count() == 1
    page.go_back()
    expect(page).to_have_url(site + "list/")


def test_failed_request_is_said_and_keeps_the_rows(page: Page, site: str) -> None:
    page.goto(site + "list/")
    page.route("**/list/?tab=soon", lambda route: route.abort())
    page.click("#reports-tab-2")
    expect(page.locator(".toast")).to_contain_text("could not be reached")
    assert page.locator("[data-row]").count() == 5


def test_keys_of_an_input_method_are_left_alone(page: Page, site: str) -> None:
    page.goto(site + "list/")
    page.focus("#reports-q")
    sent = page.evaluate(
        """() => {
          let sent = 0;
          const field = document.getElementById('reports-q');
          field.form.addEventListener('submit', (event) => { event.preventDefault(); sent += 1; });
          const press = (more) => field.dispatchEvent(
            new KeyboardEvent('keydown', { key: 'Enter', code: 'Enter', bubbles: true, cancelable: true, ...more }));
          const composing = press({ isComposing: true });
          const byCode = press({ keyCode: 229 });
          field.dispatchEvent(new CompositionEvent('compositionend', { bubbles: true }));
          const justAfter = press({});
          return [sent, composing, byCode, justAfter];
        }"""
    )
    assert sent == [0, False, False, False]  # dispatchEvent answers False when the key was cancelled


def test_clock_says_why_on_click_and_closes_on_escape(page: Page, site: str) -> None:
    page.goto(site + "list/")
    clock = page.locator("details.clock").first
    clock.locator("summary").focus()
    page.keyboard.press("Enter")
    panel = clock.locator(".clock-panel")
    assert "1 working hour" in panel.inner_text()
    page.keyboard.press("Escape")
    assert not panel.is_visible()


def test_draft_survives_a_reload_and_leaving_asks(page: Page, site: str) -> None:
    asked: list[str] = []
    page.goto(site + "call/")
    page.fill("textarea", "a grill on the pavement")
    expect(page.locator("[data-draft-state]")).to_contain_text("Draft saved")

    def accept(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.accept()

    page.on("dialog", accept)
    page.reload()
    assert asked == ["beforeunload"]
    assert page.locator("textarea").input_value() == "a grill on the pavement"


def test_draft_gives_way_to_what_was_chosen(page: Page, site: str) -> None:
    """A form with `data-draft-over` is filled from a choice: what was typed before does not come back, nor later."""

    def chosen(route: Route) -> None:
        answer = route.fetch()
        route.fulfill(response=answer, body=answer.text().replace("data-draft=", "data-draft-over data-draft="))

    page.goto(site + "call/")
    page.fill("textarea", "a grill on the pavement")
    expect(page.locator("[data-draft-state]")).to_contain_text("Draft saved")
    page.on("dialog", lambda dialog: dialog.accept())
    page.route("**/call/?chosen", chosen)
    page.goto(site + "call/?chosen")
    assert page.locator("textarea").input_value() == ""
    page.goto(site + "call/")
    assert page.locator("textarea").input_value() == ""


def test_error_link_leads_into_its_field(page: Page, site: str) -> None:
    page.goto(site)
    page.locator(".error-summary a", has_text="Telephone").click()
    assert page.evaluate("document.activeElement.id") == "id_phone"


def test_theme_changes_at_once_and_stays(page: Page, site: str) -> None:
    page.goto(site + "figures/")
    page.locator("summary.bar-person").click()
    with page.expect_response("**/theme/"):
        page.get_by_role("button", name="Dark").click()
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"
    page.reload()
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"


def test_phone_shows_the_action_in_its_first_view(browser: Browser, site: str) -> None:
    context = browser.new_context(viewport={"width": 320, "height": 640}, locale="zh-CN", has_touch=True)
    page = context.new_page()
    page.goto(site + "order/")
    box = page.locator(".button-main").bounding_box()
    assert box is not None
    assert box["y"] + box["height"] <= 640
    assert box["height"] >= 60
    small = page.evaluate(
        """() => [...document.querySelectorAll('.button, .bar-button, select, input:not([type=hidden])')]
          .filter((e) => e.offsetParent && e.getBoundingClientRect().height < 48)
          .map((e) => e.outerHTML.slice(0, 80))"""
    )
    context.close()
    assert small == []


def test_photograph_is_shown_before_it_is_sent(page: Page, site: str) -> None:
    page.goto(site + "order/")
    drawing = b"<svg xmlns='http://www.w3.org/2000/svg'/>"
    page.set_input_files("#id_photos", files=FilePayload(name="before.svg", mimeType="image/svg+xml", buffer=drawing))
    assert "before.svg" in page.locator(".photo-shown").inner_text()
