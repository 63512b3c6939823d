"""Tokens of texts and queries, without a database: a query's tokens are those of the texts it should find."""

import re
from collections.abc import Iterator

import pytest

from oneteam.directories.searchable import Words
from oneteam.search import tokens


@pytest.fixture(autouse=True)
def keyed(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Digests without a city's key."""
    monkeypatch.setattr(tokens, "mark_of", lambda kind, value: f"{kind}{value}".encode().ljust(8, b".")[::-1])
    tokens.digest.cache_clear()
    yield
    tokens.digest.cache_clear()


def matches(query: str, words: Words) -> bool:
    """Do what PostgreSQL does with a query of ands, ors and beginnings."""
    have = tokens.tokens_of("things", words)
    asked = tokens.query_of(query)

    def one(part: str) -> bool:
        found = re.fullmatch(r"'(.*)'(:\*)?", part.strip(" ()"))
        assert found is not None, part
        token, beginning = found.groups()
        return any(each.startswith(token) for each in have) if beginning else token in have

    return bool(asked) and all(any(map(one, part.split(" | "))) for part in asked.split(" & "))


SHOP = Words(titles=["海棠面馆", "Haitang Noodles"], texts=["海棠路 88 号"], codes=["91990383MA0000001X", "浙C·12345"])


@pytest.mark.parametrize(
    "query",
    [
        "海棠", "棠面", "馆", "海棠路88号", "海棠路 88", "ｈａｉｔａｎｇ", "haitang", "hai tang", "mianguan", "htmg",
        "tmg", "noodles", "NOOD", "91990383ma", "91990383MA0000001X", "浙C12345", "浙C 12345", "c12345", "海 面馆",
    ],
)  # fmt: skip
def test_found_by_words_pinyin_initials_codes_and_addresses(query: str) -> None:
    assert matches(query, SHOP)


@pytest.mark.parametrize(
    "query", ["", "  ,。", "海面", "棠海", "海棠路99", "ianguan", "mgx", "0383MA", "浙A12345", "oodles"]
)
def test_not_found_by_what_does_not_stand_there(query: str) -> None:
    assert not matches(query, SHOP)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("浙C·12345", True), ("浙C12345", True), ("C1234", True), ("2345", True), ("1234", True), ("123", True),
        ("345", False), ("1245", False), ("浙A12345", False),
    ],
)  # fmt: skip
def test_plate_is_found_by_four_characters_from_anywhere_in_it(query: str, *, found: bool) -> None:
    assert matches(query, Words(titles=["清运车"], plates=["浙C12345"])) == found


@pytest.mark.parametrize(
    ("typed", "asked"),
    [
        ("工单3", ("orders", "3")), ("工单 3 号", ("orders", "3")), ("order 3", ("orders", "3")),
        ("Orders no. 12", ("orders", "12")), ("派单第3", ("orders", "3")), ("诉求１２", ("reports", "12")),
        ("REPORT #12", ("reports", "12")), ("3", ("", "3")), ("工单", ("", "工单")),
        ("order street 3", ("", "order street 3")),
    ],
)  # fmt: skip
def test_noun_before_a_number_names_the_kind(typed: str, asked: tuple[str, str]) -> None:
    nouns = {"order": "orders", "工单": "orders", "派单": "orders", "report": "reports", "诉求": "reports"}
    assert tokens.named(typed, nouns) == asked


def test_hidden_words_are_found_in_pairs_and_stand_nowhere_in_clear() -> None:
    told = Words(hidden=["锦塘路有人占道，车牌浙C12345，林小姐"])
    assert matches("占道", told)
    assert matches("锦塘路 占道", told)
    assert matches("C12345", told)
    assert not matches("c1234", told), "a hidden word is found whole"
    assert not matches("路道", told)
    found = tokens.tokens_of("reports", told)
    assert not {"k:reports"} - found
    assert all(token.startswith(("h:", "k:")) for token in found)


def test_surnames_are_read_as_surnames_and_other_names_as_words() -> None:
    assert matches("zenghong", Words(titles=["曾红"], person=True))
    assert matches("shanyu", Words(titles=["单宇"], person=True))
    assert matches("chongqinglu", Words(titles=["重庆路"]))
    assert not matches("zhongqinglu", Words(titles=["重庆路"]))


def test_query_that_tries_to_break_out_is_only_words() -> None:
    for query in ("'", "a' | 'b", "\\", "海棠' & !'x", ":*", "((", "%s", "海" * 500):
        asked = tokens.query_of(query)
        assert asked.count("'") % 2 == 0
        assert re.fullmatch(r"[^'\\]*('[^'\\]+'[^'\\]*)*", asked)
    assert tokens.exact_of("'") == "'='"
    assert tokens.beginning_of("'") == "'?'"


def test_exact_titles_and_codes_are_told_apart_from_what_begins_so() -> None:
    have = tokens.tokens_of("things", SHOP)
    for text in ("海棠面馆", " 海棠 面馆。", "浙C12345", "91990383ma0000001x"):
        assert tokens.exact_of(text).strip("'") in have
    assert tokens.exact_of("海棠").strip("'") not in have
    assert tokens.beginning_of("海棠").strip("'") in have
    assert tokens.beginning_of("面馆").strip("'") not in have
