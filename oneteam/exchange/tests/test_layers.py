"""The two ways of a request: pages with all their layers, the interface with its few."""

import io
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import pytest
from django.conf import settings
from django.test import override_settings
from django.utils.module_loading import import_string

from oneteam.exchange.api import Token
from oneteam.web.handlers import ByAddress


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back."""

    status: int
    headers: dict[str, str]
    body: str


def ask(path: str, *, method: str = "GET", host: str = "127.0.0.1", **headers: str) -> Answer:
    """Send a request to the WSGI application."""
    told: dict[str, Any] = {}

    def start(status: str, given: Iterable[tuple[str, str]], _error: object = None) -> None:
        told.update(status=int(status.split()[0]), headers=dict(given))

    environ = {
        "REQUEST_METHOD": method, "PATH_INFO": path, "QUERY_STRING": "", "SERVER_NAME": host, "SERVER_PORT": "80",
        "HTTP_HOST": host, "wsgi.url_scheme": "http", "wsgi.input": io.BytesIO(), "CONTENT_LENGTH": "0",
        **{f"HTTP_{name.upper()}": value for name, value in headers.items()},
    }  # fmt: skip
    answer: Any = ByAddress()(environ, start)
    body = b"".join(answer).decode()
    answer.close()
    return Answer(told["status"], told["headers"], body)


@pytest.mark.parametrize(("language", "word"), [("en", "connected system"), ("zh-CN,zh;q=0.9", "令牌"), ("fr", "令牌")])
def test_interface_answers_in_the_senders_language(city: object, language: str, word: str) -> None:
    answer = ask("/api/v1/reports", method="POST", accept_language=language)
    assert answer.status == 401
    assert word in answer.body
    assert answer.headers["Content-Language"] == ("en" if language == "en" else "zh-hans")
    assert "Accept-Language" in answer.headers["Vary"]


@pytest.mark.parametrize("path", ["/api/v1/reports", "/api/v1/openapi.json", "/api/none"])
def test_interface_answers_with_the_headers_of_security_and_without_a_session(city: object, path: str) -> None:
    answer = ask(path, cookie="sessionid=made-up; csrftoken=made-up")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Referrer-Policy"] == "same-origin"
    assert "default-src 'self'" in answer.headers["Content-Security-Policy"]
    assert answer.headers["Content-Length"] == str(len(answer.body.encode()))
    assert "Set-Cookie" not in answer.headers
    assert "Cookie" not in answer.headers["Vary"]


def test_unknown_address_of_the_interface_is_404_and_a_foreign_host_400(city: object) -> None:
    assert ask("/api/v1/none").status == 404
    with override_settings(ALLOWED_HOSTS=["localhost"]):
        assert ask("/api/v1/openapi.json", host="localhost").status == 200
        assert ask("/api/v1/openapi.json", host="elsewhere.example").status == 400


def test_fault_of_ours_is_500_without_its_trace(city: object, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_arguments: object) -> None:
        raise ZeroDivisionError("inner detail")

    monkeypatch.setattr(Token, "authenticate", broken)
    answer = ask("/api/v1/reports", method="POST", authorization="Bearer x")
    assert answer.status == 500
    assert "inner detail" not in answer.body


def test_pages_keep_all_their_layers(city: object) -> None:
    answer = ask("/accounts/login/")
    assert answer.status == 200
    assert "csrftoken" in answer.headers["Set-Cookie"]
    assert "Cookie" in answer.headers["Vary"]


def test_layers_of_the_interface_are_among_those_of_pages_in_their_order_and_hook_into_no_view() -> None:
    assert [name for name in settings.MIDDLEWARE if name in settings.INTERFACE_MIDDLEWARE] == (
        settings.INTERFACE_MIDDLEWARE
    )
    for name in settings.INTERFACE_MIDDLEWARE:
        layer = import_string(name)
        hooks = ("process_view", "process_exception", "process_template_response")
        assert not any(hasattr(layer, hook) for hook in hooks), name
