"""Signing in over the two workers of a real server: they count together, and a disabled account is out at once."""

import http.cookiejar
import re
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator

import pytest

from oneteam.server import config, testing
from tests.running import Running, on_clone, run

pytestmark = pytest.mark.server
TRIES = 16
LIMIT = 10  # settings.ACCOUNT_RATE_LIMITS: failures a minute from one address


class Visitor:
    """A browser without pictures; each request is a connection of its own, so that either worker may get it."""

    def __init__(self, server: Running, address: str = "203.0.113.8") -> None:
        self.base = str(server.state()["url"])
        jar = urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())
        self.opener = urllib.request.build_opener(jar)
        self.opener.addheaders = [("X-Forwarded-For", address), ("Accept-Language", "en")]

    def get(self, path: str) -> tuple[str, str]:
        """Where one ends up, and the page."""
        with self.opener.open(self.base + path, timeout=30) as answer:
            return urllib.parse.urlsplit(answer.url).path, answer.read().decode()

    def sign_in(self, name: str, password: str) -> tuple[str, str]:
        """Fill in the form; where one ends up, and the page."""
        _path, page = self.get("accounts/login/")
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
        assert token is not None
        values = {"login": name, "password": password, "csrfmiddlewaretoken": token[1]}
        data = urllib.parse.urlencode(values).encode()
        with self.opener.open(self.base + "accounts/login/", data, timeout=30) as answer:
            return urllib.parse.urlsplit(answer.url).path, answer.read().decode()


@pytest.fixture
def server(template: testing.Template) -> Iterator[Running]:
    with on_clone(template, ONETEAM_PROXIES="1") as server:
        server.start()
        yield server
        assert server.stop() == 0


def password(server: Running) -> str:
    return str(config.read_json(server.paths.root / "demo.json")["password"])


def workers_asked(server: Running) -> int:
    """How many workers have opened their pool: requests that come one after another open one connection in each."""
    [(count,)] = server.rows(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND application_name LIKE '%%-web'"
    )
    return int(count)


def test_workers_count_together_by_address_and_by_name(server: Running) -> None:
    right = password(server)
    said = [Visitor(server).sign_in(f"nobody{number}", "wrong")[1] for number in range(TRIES)]
    assert workers_asked(server) >= 2, "the test is about more than one worker"
    assert ["is wrong" in page for page in said] == [True] * LIMIT + [False] * (TRIES - LIMIT)
    assert all("Too many failed attempts" in page for page in said[LIMIT:])
    path, page = Visitor(server).sign_in("shen.yulan", right)
    assert path == "/accounts/login/", "the address has to wait, whatever comes from it"
    assert "Too many failed attempts" in page
    elsewhere = Visitor(server, "198.51.100.4")
    assert elsewhere.sign_in("shen.yulan", right)[0] == "/desk/", "behind the same proxy others go on"

    for number in range(5):
        assert "is wrong" in Visitor(server, f"192.0.2.{number}").sign_in("fang.xiaohe", "wrong")[1]
    for number in range(5, 10):
        path, page = Visitor(server, f"192.0.2.{number}").sign_in("fang.xiaohe", right)
        assert path == "/accounts/login/"
        assert "under this user name; wait 15 minutes" in page
    kinds = [kind for (kind,) in server.rows(
        "SELECT a.kind FROM journal_act a JOIN people_account p ON p.person_id = a.stream"
        " WHERE p.username = 'fang.xiaohe' AND a.kind LIKE 'session.%%' ORDER BY a.seq"
    )]  # fmt: skip
    assert kinds == ["session.failed"] * 5 + ["session.locked"]


def test_disabled_account_is_out_at_the_next_request_and_back_with_a_new_password(server: Running) -> None:
    visitors = [Visitor(server, f"192.0.2.{number}") for number in range(4)]
    for visitor in visitors:
        assert visitor.sign_in("shen.yulan", password(server))[0] == "/desk/"
        assert visitor.get("reports/")[0] == "/reports/"
    code, output, errors = run(["account", "disable", "shen.yulan"], server.environment)
    assert code == 0, output + errors
    for visitor in visitors:
        assert visitor.get("reports/")[0] == "/accounts/login/"
    assert "or the account is disabled" in visitors[0].sign_in("shen.yulan", password(server))[1]
    assert run(["account", "enable", "shen.yulan"], server.environment)[0] == 0
    assert visitors[1].get("reports/")[0] == "/accounts/login/", "no session comes back"
    code, output, errors = run(["account", "password", "shen.yulan"], server.environment)
    assert code == 0, errors
    assert visitors[1].sign_in("shen.yulan", output.strip())[0] == "/desk/"
    assert run(["post", "end", "shen.yulan", "--role", "dispatcher", "--to", "2020-01-01"], server.environment)[0] == 1
    code, output, errors = run(["account", "disable", "shen.yulan"], server.environment)
    assert code == 0, errors
    code, output, errors = run(["account", "disable", "shen.yulan"], {**server.environment, "ONETEAM_LANG": "zh"})
    assert (code, output) == (1, "")
    assert "账号 shen.yulan 已经停用" in errors
