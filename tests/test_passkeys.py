"""The second factor in the browser: an officer registers a passkey, signs in with it, and loses it (SEC-01)."""

from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page

from oneteam.server import config, testing
from tests.running import Running, on_clone, run
from tests.walking import CHROMIUM, PHONE, SMALL_PHONE, chromium, signed_in

pytestmark = [
    pytest.mark.browser,
    pytest.mark.server,
    pytest.mark.skipif(not CHROMIUM, reason="Chromium is not installed (Debian: apt install chromium)"),
]
OFFICER = "luo.chengye"
DEVICE = {
    "protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
    "isUserVerified": True, "automaticPresenceSimulation": True,
}  # fmt: skip


@pytest.fixture
def server(template: testing.Template) -> Iterator[Running]:
    """A city that asks officers for two factors."""
    with on_clone(template) as server:
        code, _output, errors = run(["law", "set", "sign_in.factors", "2", "--basis", "test"], server.environment)
        assert code == 0, errors
        server.start()
        yield server


def device(page: Page) -> tuple[object, str]:
    """Give the browser a made-up authenticator; returns what removes it."""
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    made = session.send("WebAuthn.addVirtualAuthenticator", {"options": DEVICE})
    return session, str(made["authenticatorId"])


@pytest.mark.parametrize(("language", "size"), [("en", PHONE), ("zh-hans", SMALL_PHONE)])
def test_sec_01_officer_registers_a_passkey_and_signs_in_with_it(
    server: Running, language: str, size: tuple[int, int]
) -> None:
    # A device makes no passkey for an address in numbers.
    address = urlsplit(str(server.state()["url"]))
    url = f"http://localhost:{address.port}"
    password = str(config.read_json(server.paths.root / "demo.json")["password"])
    with chromium() as browser, signed_in(browser, url, OFFICER, password, language=language, size=size) as officer:
        page = officer.page
        session, authenticator = device(page)
        assert urlsplit(page.url).path == "/posts/"
        officer.look(f"{language}-posts-passkey")
        officer.refusals.add(422)
        page.locator("input[name=post]").first.check()
        officer.press(officer.main())
        assert "SEC-01" in page.content()
        officer.look(f"{language}-posts-refused")
        page.click("a[href='/passkeys/']")
        officer.look(f"{language}-passkeys")
        officer.press(officer.main())
        officer.look(f"{language}-passkeys-registered")
        assert page.locator("form[data-passkey]").count() == 1, "signed in with one, another may be added"
        officer.go(f"{url}/posts/")
        page.locator("input[name=post]").first.check()
        officer.press(officer.main())
        officer.go(f"{url}/orders/")
        officer.go(f"{url}/accounts/logout/")
        officer.press(officer.main())

        officer.go(f"{url}/accounts/login/")
        page.fill("input[name=login]", OFFICER)
        page.fill("input[name=password]", password)
        officer.press(officer.main())
        assert urlsplit(page.url).path == "/accounts/passkey/"
        officer.look(f"{language}-passkey")
        officer.go(f"{url}/orders/")
        assert urlsplit(page.url).path == "/accounts/passkey/", "the password alone opens nothing"
        officer.press(page.locator("form[action='/accounts/logout/'] button"))
        assert urlsplit(page.url).path == "/accounts/login/", "under another name, perhaps"
        page.fill("input[name=login]", OFFICER)
        page.fill("input[name=password]", password)
        officer.press(officer.main())
        officer.press(officer.main())
        officer.go(f"{url}/orders/")
        assert urlsplit(page.url).path == "/orders/", "one post: taken at once"

        session.send("WebAuthn.removeVirtualAuthenticator", {"authenticatorId": authenticator})  # type: ignore[attr-defined] # no type
        code, _output, errors = run(["account", "forget-passkeys", OFFICER], server.environment)
        assert code == 0, errors
        officer.go(f"{url}/orders/")
        assert urlsplit(page.url).path == "/accounts/login/", "the sessions ended"
