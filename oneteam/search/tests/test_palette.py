"""The palette: commands by words, pinyin and initials, for the post in force; objects after them; kept to rights."""

import html
import re

import pytest
from django.db import connection

from tests import world
from tests.world import browser


def offered(words: str, username: str = "shen.yulan", role: str | None = None, language: str = "zh-hans") -> list[str]:
    """Return the addresses that the palette offers for words."""
    answer = browser(username, role, language).get("/search/palette/", {"q": words})
    assert answer.status_code == 200
    return [html.unescape(url) for url in re.findall(r'role="option"[^>]*href="([^"]+)"', answer.content.decode())]


@pytest.mark.parametrize(
    ("words", "language"),
    [("交接班", "zh-hans"), ("jiaojie", "zh-hans"), ("jjb", "zh-hans"), ("hand over", "en"), ("Desk hand", "en")],
)
def test_command_is_found_by_words_pinyin_and_initials(city: object, words: str, language: str) -> None:
    assert "/desk/handover/" in offered(words, language=language)


def test_without_words_it_offers_the_rail(city: object) -> None:
    assert offered("")[0] == "/desk/"


def test_post_is_offered_what_it_may_open_alone(city: object) -> None:
    assert "/findings/new/" in offered("上报", "weng.shanxing", "officer")
    assert "/findings/new/" not in offered("上报")
    assert "/desk/handover/" not in offered("交接班", "weng.shanxing", "officer")


def test_objects_come_after_commands_and_the_whole_search_last(city: object) -> None:
    world.follow(str(connection.settings_dict["NAME"]))
    found = offered("锦塘")
    assert any(url.startswith("/directory/places/") for url in found)
    assert found[-1].startswith("/search/?q=")
