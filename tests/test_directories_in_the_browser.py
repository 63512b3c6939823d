"""Imports and the search, in both languages, wide and on a phone: each page held to the same rules.

The pages of directories are looked at where all pages are (`everywhere.py`).
"""

import pytest
from playwright.sync_api import Browser, FilePayload, expect

from oneteam.server import config
from tests.running import Running
from tests.walking import CHROMIUM, DESK, PHONE, Walker, signed_in

pytestmark = [
    pytest.mark.browser, pytest.mark.server,
    pytest.mark.skipif(not CHROMIUM, reason="Chromium is not installed (Debian: apt install chromium)"),
]  # fmt: skip
UNITS = "code,kind,name_zh,name_en,parent\nT1,squad,测试中队,Test Squad,U01\n"
FAULTY = "code,kind,name_zh,name_en,parent\nT1,%s,测试中队,Test Squad,U01\n,squad,测试中队,Test Squad,U99\n"


def file(content: str) -> FilePayload:
    return {"name": "units.csv", "mimeType": "text/csv", "buffer": content.encode()}


@pytest.mark.parametrize(("language", "size"), [("zh-hans", PHONE), ("en", DESK)])
def test_imports_and_search(server: Running, browser: Browser, language: str, size: tuple[int, int]) -> None:
    url = str(server.state()["url"]).rstrip("/").replace("127.0.0.1", "localhost")
    password = str(config.read_json(server.paths.root / "demo.json")["password"])
    with signed_in(browser, url, "gu.weichen", password, language=language, size=size) as keeper:
        keeper.refusals.add(422)
        _import(keeper, url, size)
        keeper.go(f"{url}/search/?q=haitang")
        expect(keeper.page.locator(".ways a").first).to_be_visible()
        if size == DESK:
            _other_language(keeper, url)


def _other_language(keeper: Walker, url: str) -> None:
    """Change the language on a page that came back with errors: what was typed before and after goes along."""
    page = keeper.page
    keeper.go(f"{url}/directory/units/new/register/")
    page.locator("[name=code]").fill("U01")
    page.locator("[name=name_zh]").fill("又一个局")
    page.locator("[name=name_en]").fill("Another bureau")
    keeper.press(keeper.main())
    expect(page.locator(".error-summary")).to_be_visible()
    page.locator("[name=code]").fill("U99")
    page.locator(".bar-language").click()
    expect(page.locator("html")).to_have_attribute("lang", "zh-Hans")
    expect(page.locator("[name=name_zh]")).to_have_value("又一个局")
    expect(page.locator("[name=code]")).to_have_value("U99")


def _import(keeper: Walker, url: str, size: tuple[int, int]) -> None:
    """Upload a faulty file, read its faults, upload the mended one; the wide screen takes it."""
    page = keeper.page
    keeper.go(f"{url}/imports/units/")
    keeper.look(f"{keeper.language}-import")
    page.locator("[name=file]").set_input_files([file(FAULTY % {"zh-hans": "中对", "en": "squid"}[keeper.language])])
    keeper.press(keeper.main())
    expect(page.locator("#faults-title")).to_be_visible(timeout=30_000)
    keeper.look(f"{keeper.language}-import-faults")
    keeper.press(keeper.main())
    page.locator("[name=file]").set_input_files([file(UNITS)])
    keeper.press(keeper.main())
    expect(page.locator("form[action$='/confirm/']")).to_be_visible(timeout=30_000)
    keeper.look(f"{keeper.language}-import-checked")
    if size == DESK:
        keeper.press(keeper.main())
        expect(page.locator("a[href='/directory/units/']").last).to_be_visible(timeout=30_000)
        keeper.look(f"{keeper.language}-import-done")
