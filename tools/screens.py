"""Pictures of every page for docs/screens/, in both languages, at a desk and on a phone; of the wall at its own sizes.

    .venv/bin/python tools/screens.py [NAME …]

Founds a demo city of its own, whose clock stands at a fixed moment, opens every page that its people can reach by
links, and fails where an address has no picture. With names only these pages are taken anew.
"""

import io
import os
import re
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "oneteam.settings")

import django  # noqa: E402 -- the checkout is found only now

django.setup()

from django.urls import Resolver404, resolve  # noqa: E402 -- the checkout is found only now
from PIL import Image  # noqa: E402 -- as above
from playwright.sync_api import Browser, Page  # noqa: E402 -- as above

from oneteam.cases.wizard import PAGES  # noqa: E402 -- as above
from oneteam.server import config  # noqa: E402 -- as above
from tests.everywhere import NO_PAGE, address_names  # noqa: E402 -- as above
from tests.running import Running  # noqa: E402 -- as above
from tests.walking import chromium  # noqa: E402 -- as above

FOLDER = ROOT / "docs" / "screens"
CLOCK = "2026-11-25T14:30:00+08:00"
SIZES = {"desk": (1440, 900), "phone": (390, 844)}
WALLS = {"1920": (1920, 1080), "3840": (3840, 2160)}
LANGUAGES = {"zh": "zh-hans", "en": "en"}
QUALITY = 70
LONGEST = 2400  # pixels of a page's height that are shown
FOUNDING = 900.0  # seconds
PEOPLE = (
    ("shen.yulan", ""), ("weng.shanxing", "执法队员"), ("xie.lianfang", ""), ("he.jingyuan", ""), ("gu.weichen", ""),
)  # fmt: skip
"""Who opens pages, and the post they take where they hold several."""
BEGIN = (
    "/desk/", "/reports/?view=all", "/cases/?view=all", "/findings/?view=all", "/notices/", "/posts/", "/wall/", "/d/",
    "/leader/in_hand/",
)  # fmt: skip
"""Where the links of everybody are looked for, beside the front page; lists with all that they have."""
UNITS = "/imports/units/"
WITHOUT = {"home": "leads on at once", "mfa_authenticate": "the demo city asks no second factor"}


@dataclass(frozen=True, slots=True)
class Shot:
    """One page: the name of its address, whose it is, its path."""

    name: str
    username: str
    path: str


@contextmanager
def city() -> Iterator[tuple[str, str]]:
    """Run a city in a folder of its own; gives its address and password."""
    with tempfile.TemporaryDirectory(prefix="ot-") as folder:
        data = Path(folder)
        environment = {**os.environ, "ONETEAM_DATA": folder, "ONETEAM_CLOCK": CLOCK, "ONETEAM_CITY": "demo"}
        server = Running(data, "demo", environment, command=["start"])
        try:
            server.start(seconds=FOUNDING)
            password = str(config.read_json(server.paths.root / "demo.json")["password"])
            yield str(server.state()["url"]).rstrip("/"), password
        finally:
            server.stop()


@contextmanager
def signed_in(
    browser: Browser, url: str, password: str, who: tuple[str, str], language: str, size: str
) -> Iterator[Page]:
    """Sign somebody in, under their post."""
    width, height = {**SIZES, **WALLS}[size]
    context = browser.new_context(
        viewport={"width": width, "height": height}, has_touch=size == "phone", reduced_motion="reduce",
        locale="en-GB" if language == "en" else "zh-CN",
    )  # fmt: skip
    context.add_cookies([{"name": "django_language", "value": LANGUAGES[language], "url": url}])
    page = context.new_page()
    page.set_default_timeout(60_000)
    username, post = who
    page.goto(f"{url}/accounts/login/")
    page.fill("input[name=login]", username)
    page.fill("input[name=password]", password)
    with page.expect_navigation():
        page.keyboard.press("Enter")
    if post:
        page.goto(f"{url}/posts/")
        page.locator("label.choice", has_text=re.compile(f"{post}|Enforcement officer")).first.click()
        with page.expect_navigation():
            page.locator(".button-main:visible").first.click()
    yield page
    context.close()


def named(path: str) -> str:
    """Return the name of an address, "" where there is none."""
    try:
        return str(resolve(path).url_name or "")
    except Resolver404:
        return ""


def links(page: Page) -> list[str]:
    """Return the paths that the page in front links to."""
    found = page.eval_on_selector_all("a[href]", "all => all.map(a => a.href)")
    here = urlsplit(page.url).netloc
    return [urlsplit(one).path for one in found if urlsplit(one).netloc == here]


def explore(browser: Browser, url: str, password: str, wanted: set[str]) -> list[Shot]:
    """Follow links as each of the people until every address was seen once."""
    found: dict[str, Shot] = {"account_login": Shot("account_login", "", "/accounts/login/")}
    for who in PEOPLE:
        with signed_in(browser, url, password, who, "zh", "desk") as page:
            page.goto(url)
            waiting, seen = [*BEGIN, urlsplit(page.url).path, *links(page)], set[str]()
            while waiting:
                path = waiting.pop(0)
                name = named(urlsplit(path).path)
                if name in seen or NO_PAGE.fullmatch(name) or name not in wanted:
                    continue
                answer = page.goto(f"{url}{path}", wait_until="domcontentloaded")
                if answer is None or not answer.ok or named(urlsplit(page.url).path) != name:
                    continue
                seen.add(name)
                found.setdefault(name, Shot(name, who[0], path))
                waiting += links(page)
                if name == "case":
                    waiting += [f"{path}{verb.replace('_', '-')}/" for verb in PAGES]
                if name == "directories":
                    waiting += [UNITS, _tried(page, url)]
                if name == "numbers" and page.locator("input[name=device]").count():
                    waiting += _reserved(page)
    return list(found.values())


def _tried(page: Page, url: str) -> str:
    """Try a file with a fault; returns where its faults are told."""
    if not (page.goto(f"{url}{UNITS}") or page).ok:  # type: ignore[union-attr] # a page answers always
        return "/"
    page.set_input_files("input[type=file]", [
        {"name": "units.csv", "mimeType": "text/csv", "buffer": b"code,kind,name_zh\nX1,brigade,\n"}
    ])  # fmt: skip
    with page.expect_navigation():
        page.locator(".button-main:visible").first.click()
    return urlsplit(page.url).path


def _reserved(page: Page) -> list[str]:
    """Reserve a number for a device, as only an unused one has a page; returns what the register then links to."""
    for field, value in {"device": "PHONE-7", "count": "1"}.items():
        page.fill(f"input[name={field}]", value)
    with page.expect_navigation():
        page.locator("form.step-form button:visible").first.click()
    return links(page)


def take(browser: Browser, url: str, password: str, shots: Sequence[Shot]) -> None:
    """Take the pictures of all pages in every language and size."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    for language in LANGUAGES:
        for size in SIZES:
            for who in (*PEOPLE, ("", "")):
                own = [shot for shot in shots if shot.username == who[0] and shot.name != "wall"]
                if not own:
                    continue
                if not who[0]:
                    _stranger(browser, url, own, language, size)
                    continue
                with signed_in(browser, url, password, who, language, size) as page:
                    for shot in own:
                        _open(page, f"{url}{shot.path}")
                        keep(page, f"{shot.name}.{language}.{size}")
        for size in WALLS if any(shot.name == "wall" for shot in shots) else ():
            with signed_in(browser, url, password, PEOPLE[0], language, size) as page:
                _open(page, f"{url}/wall/")
                keep(page, f"wall.{language}.{size}", shown=1920)


def _open(page: Page, address: str) -> None:
    page.goto(address, wait_until="load")
    page.wait_for_timeout(400)  # what scripts fold and fetch at once


def _stranger(browser: Browser, url: str, shots: Sequence[Shot], language: str, size: str) -> None:
    width, height = SIZES[size]
    context = browser.new_context(viewport={"width": width, "height": height})
    context.add_cookies([{"name": "django_language", "value": LANGUAGES[language], "url": url}])
    page = context.new_page()
    for shot in shots:
        _open(page, f"{url}{shot.path}")
        keep(page, f"{shot.name}.{language}.{size}")
    context.close()


def keep(page: Page, name: str, *, shown: int = 0) -> None:
    """Keep the picture of the page in front, small: as wide as `shown` where it is given."""
    with Image.open(io.BytesIO(page.screenshot(full_page=True))) as whole:
        picture = whole.convert("RGB").crop((0, 0, whole.width, min(whole.height, LONGEST)))
    if shown and picture.width > shown:
        picture = picture.resize((shown, picture.height * shown // picture.width), Image.Resampling.LANCZOS)
    picture.save(FOLDER / f"{name}.webp", quality=QUALITY, method=6)
    sys.stdout.write(f"{name}\n")


def main(names: Sequence[str]) -> int:
    """Take all pictures; returns 1, naming them, where pages have none."""
    with city() as (url, password):
        wanted = {name for name in address_names() if not NO_PAGE.fullmatch(name)} - WITHOUT.keys()
        with chromium() as browser:
            shots = explore(browser, url, password, wanted)
            take(browser, url, password, [shot for shot in shots if not names or shot.name in names])
    missing = wanted - {shot.name for shot in shots}
    if missing:
        sys.stderr.write(f"pages without a picture: {', '.join(sorted(missing))}\n")
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
