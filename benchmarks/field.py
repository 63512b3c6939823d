"""The pages of the street on a slow phone: first meaningful paint with the processor slowed four times.

Needs Chromium. Each page is opened anew, its styles and scripts known already, as on any day but the first; what counts
is the largest thing painted of the first view (largest contentful paint), from the click on.
"""

import shutil
from collections.abc import Iterator
from typing import TYPE_CHECKING

from benchmarks.figures import Figure, at_most
from benchmarks.ground import Ground, served
from benchmarks.visiting import child
from oneteam.kernel.errors import NotReadyError
from oneteam.server import config

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from oneteam.people.queries import HeldPost

MODULE = "benchmarks.field"
ATTENDANT, SLOWED, LIMIT, TIMES = "fang.xiaohe", 4, 2000.0, 5
WIDTH, HEIGHT = 390, 844
LARGEST = """() => new Promise(done => new PerformanceObserver(list => {
  const all = list.getEntries();
  done(all[all.length - 1].startTime);
}).observe({type: 'largest-contentful-paint', buffered: true}))"""


def run(*, smoke: bool, data: str | None = None) -> Iterator[Figure]:
    """Yield the figures, each the median of some openings, in milliseconds. `data` is not used."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        raise NotReadyError("Chromium is not installed: apt-get install chromium, then run this benchmark again")
    try:
        from playwright.sync_api import sync_playwright  # noqa: PLC0415 -- one of the packages of the tests
    except ImportError as error:
        raise NotReadyError("Playwright is not installed: run ./test --co once, then this benchmark again") from error
    with served() as ground, sync_playwright() as playwright:
        order = child(ground, MODULE).strip()
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        try:
            page = browser.new_page(viewport={"width": WIDTH, "height": HEIGHT}, has_touch=True)
            url = _sign_in(page, ground)
            slow = page.context.new_cdp_session(page)
            slow.send("Emulation.setCPUThrottlingRate", {"rate": SLOWED})
            for name, path in (
                ("my orders", "/orders/"), ("an order", f"/orders/{order}/"), ("a new finding", "/findings/new/"),
                ("findings", "/findings/"),
            ):  # fmt: skip
                spent = sorted(_opened(page, f"{url}{path}") for _each in range(1 if smoke else TIMES))
                yield at_most(f"{name}, processor slowed {SLOWED} times", spent[len(spent) // 2], "ms", LIMIT)
        finally:
            browser.close()


def _sign_in(page: "Page", ground: Ground) -> str:
    url = str(ground.state()["url"]).rstrip("/")
    page.goto(f"{url}/accounts/login/")
    page.fill("input[name=login]", ATTENDANT)
    page.fill("input[name=password]", str(config.read_json(ground.paths.root / "demo.json")["password"]))
    with page.expect_navigation():
        page.keyboard.press("Enter")
    page.goto(f"{url}/orders/")  # styles, scripts and icons are known from here on
    return url


def _opened(page: "Page", address: str) -> float:
    page.goto("about:blank")
    answer = page.goto(address, wait_until="load")
    if answer is None or not answer.ok:
        raise NotReadyError(f"{address} was not answered well")
    return float(page.evaluate(LARGEST))


# A child: inside the city ---------------------------------------------------------------------------------------------


def _order() -> None:
    """Send an order to the attendant; print its id."""
    import django  # noqa: PLC0415 -- the environment names the database

    django.setup()
    from oneteam.command.acts import send_order  # noqa: PLC0415 -- needs Django
    from oneteam.intake.acts import Established, open_incident, receive_report  # noqa: PLC0415 -- needs Django
    from oneteam.intake.telling import Told  # noqa: PLC0415 -- needs Django
    from oneteam.kernel.clock import legal_day, now  # noqa: PLC0415 -- needs Django
    from oneteam.people.models import Account  # noqa: PLC0415 -- needs Django
    from oneteam.people.queries import actor_under, posts_of  # noqa: PLC0415 -- needs Django

    at = now()

    def held(username: str) -> "HeldPost":
        return posts_of(Account.objects.get(username=username).person_id, legal_day(at))[0]

    desk = actor_under(held("shen.yulan"))
    report = receive_report(
        actor=desk, at=at, told=Told(channel="hotline_12345", told_at=at, text="锦塘路有人占道摆摊。"), source="desk"
    )
    incident = open_incident(
        actor=desk, at=at, report=report.id,
        established=Established(matter="F01-001", field="F01", handling="enforcement", urgency="urgent", place=None),
    )  # fmt: skip
    sent = send_order(actor=desk, at=at, incident=incident, post=held(ATTENDANT).id, instruction="请到现场处置")
    print(sent.id)


if __name__ == "__main__":
    import os

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "oneteam.settings")
    _order()
