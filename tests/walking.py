"""A person at a screen: signs in, looks, clicks. Every page looked at is held to the same rules."""

import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Locator, Page, sync_playwright

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or ""
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"], "resultTypes": ["violations"]}
DESK, PHONE, SMALL_PHONE = (1440, 900), (390, 844), (320, 640)
FOREIGN = {"zh-hans": r"[A-Za-z]{3,}", "en": r"[\u3400-\u9fff]"}
"""What a word of the other language looks like, by the page's language."""
KNOWN = re.compile(
    r"oneteam|WGS|SHA-256|CSV|Excel|EXIF|PDF|root|云综执|浙江省|^[a-z]+\.[a-z]+$|^[0-9a-f]{64}$|^https?://|^image/"
    r"|cn cn-33|GeoJSON|^操作员 "
)
"""What is the same in both: our name, standards, accounts, document numbers, statutes, sums, addresses, law packs."""
WORDS = """pattern => {
  const told = 'script, .told, mark, h1, .desk-head h2, [aria-labelledby=told-title] dd, #caller .together, '
    + '#caller-shown, .row-title, .row-facts, .timeline-more, .step .small, .photo-shown, kbd, code, '
    + '.code, [lang]:not(html)';
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT), found = new Set();
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const around = node.parentElement;
    if (new RegExp(pattern).test(node.textContent) && !around.closest(told) && around.checkVisibility())
      found.add(node.textContent.trim());
  }
  return [...found];
}"""
"""The texts of a page that hold a word of the other language, but for what people told and codes."""
COVERED = """() => {
  if (document.querySelector('dialog:modal')) return [];
  const found = [], at = scrollY, keys = 'a[href], button, input:not([type=hidden]), select, textarea, summary';
  for (const each of document.querySelectorAll(keys)) {
    if (!each.checkVisibility({checkOpacity: true, checkVisibilityCSS: true}) || each.closest('.table thead')) continue;
    each.scrollIntoView({block: 'center'});
    const box = [...each.getClientRects()].find(one => one.width > 4 && one.height > 4);
    if (!box) continue;
    const x = box.left + Math.min(box.width / 2, 15), y = box.top + box.height / 2;
    if (x < 0 || y < 0 || x > innerWidth || y > innerHeight) continue;
    const top = document.elementFromPoint(x, y), other = top?.closest('a, button, summary, input, select, textarea');
    const label = top?.closest('label');
    if (!other || each.contains(top) || other.contains(each) || label?.control === each) continue;
    found.push(`${each.outerHTML.slice(0, 120)} lies under ${other.outerHTML.slice(0, 120)}`);
  }
  scrollTo(0, at);
  return found;
}"""
"""The controls that a finger cannot reach, as another one lies over them; table heads are not shown on a phone, and
under a dialog nothing is meant to be reached."""
SHOTS = os.environ.get("ONETEAM_SHOTS", "")
"""A folder for the pictures of a journey; empty: none are kept."""


@contextmanager
def chromium() -> Iterator[Browser]:
    """Debian's Chromium."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        try:
            yield browser
        finally:
            browser.close()


@dataclass(slots=True)
class Walker:
    """Somebody signed in, in one browser, and all that was wrong with the pages they looked at."""

    page: Page
    name: str
    width: int
    language: str
    refusals: set[int] = field(default_factory=set)
    faults: list[str] = field(default_factory=list)

    def hear(self, text: str, source: str = "") -> None:
        """Note what the console said. It is no fault that an awaited refusal came with its status, that a live feed is
        refused once its session has ended, and that htmx was asking for something when the page was left."""
        if "/live/events/" in source or re.search("htmx:(sendAbort|afterRequest)", text):
            return
        if not any(f"with a status of {status}" in text for status in self.refusals):
            self.faults.append(f"{self.page.url}: {text}")

    def go(self, address: str) -> None:
        """Open an address."""
        answer = self.page.goto(address)
        assert answer is not None
        assert answer.ok, f"{address}: {answer.status}"

    def look(self, shot: str, *, words: bool = True, axe: bool = True) -> None:
        """Hold the page to the rules: no sideways scroll, nothing covered, one solid button, one language, open to all.

        `words` False: the page shows data of one language, its words are not looked at. `axe` False: it is open to all
        as somebody else looks at it.
        """
        page = self.page
        if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
            self.faults.append(f"{shot}: scrolls sideways at {self.width} px")
        if page.locator(".button-main:visible").count() > 1:
            self.faults.append(f"{shot}: more than one solid button")
        self.faults += [f"{shot}: {told}" for told in page.evaluate(COVERED)]
        found = page.evaluate(WORDS, FOREIGN[self.language]) if words else []
        foreign = [text for text in found if not KNOWN.search(text)]
        self.faults += [f"{shot}: “{text}” is in the other language" for text in foreign]
        barriers = Axe().run(page, options=RULES).response["violations"] if axe else ()
        self.faults += [f"{shot}: {fault['id']} {fault['nodes'][0]['html'][:200]}" for fault in barriers]
        if SHOTS:
            Path(SHOTS).mkdir(parents=True, exist_ok=True)
            page.screenshot(path=Path(SHOTS) / f"{shot}.png", full_page=True, caret="initial")

    def main(self) -> Locator:
        """The view's one solid button."""
        return self.page.locator(".button-main:visible")

    def press(self, button: Locator) -> None:
        """Press a button that sends a form, and wait for the next page."""
        with self.page.expect_navigation():
            button.click()

    def step(self, name: str) -> Locator:
        """The form of a step, by the end of its address; unfolded where it waits under its verb."""
        form = self.page.locator(f"form[action$='/{name}/']")
        if not form.is_visible():
            form.locator("xpath=..").locator("summary").click()
        return form


@contextmanager
def signed_in(
    browser: Browser, url: str, username: str, password: str, *, language: str, size: tuple[int, int] = DESK
) -> Iterator[Walker]:
    """Sign somebody in through the sign-in page; what was wrong with any page fails at the end."""
    width, height = size
    context = browser.new_context(
        viewport={"width": width, "height": height},
        locale="en-GB" if language == "en" else "zh-CN",
        has_touch=width < 720,
        accept_downloads=True,
    )
    context.add_cookies([{"name": "django_language", "value": language, "url": url}])
    page = context.new_page()
    page.set_default_timeout(15_000)
    walker = Walker(page, username, width, language)
    page.on(
        "console",
        lambda message: (
            walker.hear(message.text, message.location["url"]) if message.type in ("error", "warning") else None
        ),
    )
    page.on("pageerror", lambda error: walker.hear(str(error)))
    walker.go(f"{url}/accounts/login/")
    walker.look(f"{language}-sign-in-{width}")
    page.fill("input[name=login]", username)
    page.fill("input[name=password]", password)
    walker.press(walker.main())
    try:
        yield walker
        assert not walker.faults, "\n".join(walker.faults)
    finally:
        context.close()


__all__ = ["CHROMIUM", "DESK", "PHONE", "SMALL_PHONE", "Walker", "chromium", "signed_in"]
