"""The help: every page has one, it says what the post can do and which law stands behind it."""

import html
from collections.abc import Sequence

import pytest
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils.translation import override

from oneteam.help.pages import FILE, help_of, help_pages
from oneteam.lawbook.loading import LawFaultsError
from tests.world import browser


def names() -> set[str]:
    """Return the names of all addresses that people open."""

    def walk(patterns: Sequence[URLPattern | URLResolver]) -> set[str]:
        found: set[str] = set()
        for pattern in patterns:
            if isinstance(pattern, URLResolver) and not pattern.namespace:
                found |= walk(pattern.url_patterns)
            elif isinstance(pattern, URLPattern) and pattern.name:
                found.add(pattern.name)
        return found

    return walk(get_resolver("oneteam.urls").url_patterns)


def test_every_address_of_the_city_has_help() -> None:
    assert [name for name in sorted(names()) if help_of(name) is None] == []


def test_no_help_is_left_of_a_page_that_is_gone() -> None:
    known = names()
    assert [page.name for page in help_pages() if page.name not in known] == []


def test_help_says_what_the_post_can_do_what_others_do_and_the_law(city: object) -> None:
    officer = html.unescape(browser("weng.shanxing", "officer", "en").get("/help/order/").content.decode())
    mine, others = officer.split("What others do here")
    assert "Accept order" in mine
    assert "Send order" not in mine
    assert "Send order" in others
    assert "Dispatcher" in others
    assert "EVT-07" in others


def test_help_opens_beside_the_page_and_in_chinese(city: object) -> None:
    piece = (
        browser("weng.shanxing", "officer").get("/help/order-accept/", headers={"HX-Request": "true"}).content.decode()
    )
    assert "<html" not in piece
    assert "工单" in piece
    assert "依据" in piece


def test_unknown_page_has_no_help(city: object) -> None:
    assert browser("weng.shanxing", "officer").get("/help/nothing-like-it/").status_code == 404


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [("checks: [EVT-07]", "checks: [EVT-99]", "EVT-99"), ("procedure: order", "procedure: orders", "orders"),
     ("who: [dispatcher]", "who: [despatcher]", "despatcher"),
     ("    title: {zh: 工单,", "    titel: {zh: 工单,", "titel")],
)  # fmt: skip
def test_fault_of_the_file_is_told_by_line(old: str, new: str, said: str, monkeypatch: pytest.MonkeyPatch) -> None:
    text = FILE.read_text("utf-8")
    assert old in text
    monkeypatch.setattr(type(FILE), "read_text", lambda *_args: text.replace(old, new, 1))
    with override("en"), pytest.raises(LawFaultsError, match=said):
        help_pages.__wrapped__()
