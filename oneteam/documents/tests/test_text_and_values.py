"""What clerks write, and what fields take: data in, blocks out, every fault named."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from oneteam.documents.clerktext import Condition, Mark, parse, parse_condition
from oneteam.documents.values import BadValueError, Kind, clean, is_given, shown
from oneteam.kernel.clock import SHANGHAI


def faults(text: str, *known: str) -> list[tuple[int, str]]:
    found: list[tuple[int, str]] = []
    parse(text, set(known), lambda line, message: found.append((line, message)))
    return found


def test_each_block_is_read() -> None:
    text = (
        "# {{a}}\n## T\n### H\n@number\n@facts a, b\n在{{a|line}}。\n{?a}x\n{!a}y\n{?b=one,two}z\n> n\n"
        "@list a\n@remedy\n@sign a\n@seal"
    )
    blocks = parse(text, {"a", "b"}, lambda line, message: pytest.fail(f"{line}: {message}"))
    assert [block.kind for block in blocks] == [
        "issuer", "title", "heading", "number", "facts", "para", "para", "para", "para", "note", "list", "remedy",
        "sign", "seal",
    ]  # fmt: skip
    assert blocks[5].pieces == ("在", Mark("a", "line"), "。")
    assert blocks[4].names == ("a", "b")
    assert [block.condition for block in blocks[6:9]] == [
        Condition("a"), Condition("a", negated=True), Condition("b", ("one", "two"))
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("好\n\n{{nobody}}", 2, "nobody"), ("{{a|loud}}", 0, "loud"), ("@stamp", 0, "@stamp"),
        ("@seal a", 0, "@seal a"),
        ("@facts", 0, "@facts"), ("a {b} c", 0, "brace"), ("{{A}}", 0, "brace"), ("{?x}text", 0, "x"),
        ("@facts a, zz", 0, "zz"), ("#read(\"/etc/passwd\") {{", 0, "brace"),
    ],
)  # fmt: skip
def test_fault_of_a_text_is_named_with_its_line(text: str, line: int, words: str) -> None:
    assert [(at, words in message) for at, message in faults(text, "a")] == [(line, True)]


@pytest.mark.parametrize(
    ("condition", "values", "holds"),
    [
        ("a", {"a": "x"}, True), ("a", {"a": ""}, False), ("a", {}, False), ("a", {"a": []}, False),
        ("a=one,two", {"a": "two"}, True), ("a=one", {"a": "two"}, False), ("a=one", {}, False),
    ],
)  # fmt: skip
def test_condition_holds_on_what_is_given(condition: str, values: dict[str, Any], holds: bool) -> None:
    found = parse_condition(condition)
    assert found is not None
    assert found.holds(values) is holds
    assert Condition(found.name, found.options, negated=True).holds(values) is not holds


def test_condition_that_is_none_is_not_read() -> None:
    assert parse_condition("a==b") is None
    assert parse_condition("") is None


@pytest.mark.parametrize(
    ("kind", "value", "kept"),
    [
        (Kind.TEXT, "  林 垟\n喆 ", "林 垟 喆"), (Kind.TEXT, "x" * 500, "x" * 500), (Kind.PARAGRAPH, "a\r\nb", "a\nb"),
        (Kind.TEXT, "e\u0301", "é"),
        (Kind.DATE, date(2026, 11, 25), "2026-11-25"), (Kind.DATE, "2026-02-28", "2026-02-28"),
        (Kind.MOMENT, "2026-11-25T05:40Z", "2026-11-25T13:40+08:00"),
        (Kind.MOMENT, datetime(2026, 11, 25, 13, 40, tzinfo=SHANGHAI), "2026-11-25T13:40+08:00"),
        (Kind.MONEY, Decimal("50"), "50.00"), (Kind.MONEY, "200.10", "200.10"), (Kind.MONEY, 0, "0.00"),
        (Kind.LIST, ["一", " ", "二"], ["一", "二"]),
        (Kind.SIGNATURE, UUID(int=1), str(UUID(int=1))),
    ],
)  # fmt: skip
def test_value_is_kept_as_json(kind: Kind, value: object, kept: object) -> None:
    assert clean(kind, value) == kept
    assert clean(kind, kept) == kept, "what is kept can be given again"


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (Kind.TEXT, "x" * 501), (Kind.TEXT, 5), (Kind.TEXT, "a\x00b"), (Kind.TEXT, "a\u202eb"), (Kind.TEXT, "a\u200bb"),
        (Kind.TEXT, "\ue000"), (Kind.PARAGRAPH, "x" * 8001), (Kind.DATE, "2026-02-29"), (Kind.DATE, "25.11.2026"),
        (Kind.DATE, datetime(2026, 11, 25, tzinfo=SHANGHAI)), (Kind.MOMENT, "2026-11-25T13:40"), (Kind.MOMENT, "now"),
        (Kind.MONEY, "0.005"), (Kind.MONEY, "-1"), (Kind.MONEY, 50.0), (Kind.MONEY, True), (Kind.MONEY, "NaN"),
        (Kind.MONEY, "1e20"), (Kind.LIST, "text"), (Kind.LIST, ["x"] * 101), (Kind.SIGNATURE, "../../etc/passwd"),
    ],
)  # fmt: skip
def test_value_that_a_field_cannot_take_is_refused(kind: Kind, value: object) -> None:
    with pytest.raises(BadValueError):
        clean(kind, value)


@pytest.mark.parametrize(
    ("kind", "value", "form", "chinese", "english"),
    [
        (Kind.DATE, "2026-03-05", "", "2026年3月5日", "5 March 2026"),
        (Kind.MOMENT, "2026-11-25T09:03+08:00", "", "2026年11月25日9时03分", "25 November 2026, 09:03"),
        (Kind.MONEY, "1234.50", "", "¥1,234.50", "¥1,234.50"),
        (Kind.MONEY, "50.00", "capitals", "伍拾元整", "¥50.00"),
        (Kind.LIST, ["一", "二"], "", "一；二", "一; 二"),
    ],
)
def test_value_is_shown_in_both_languages(kind: Kind, value: Any, form: str, chinese: str, english: str) -> None:
    assert (shown(kind, value, "zh", form), shown(kind, value, "en", form)) == (chinese, english)


@pytest.mark.parametrize(
    ("value", "given"), [(None, False), ("", False), (" \n", False), ([], False), (0, True), ("x", True)]
)
def test_what_counts_as_given(value: object, given: bool) -> None:
    assert is_given(value) is given
