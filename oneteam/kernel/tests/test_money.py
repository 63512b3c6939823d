"""Sums in the capital characters of legal documents."""

from decimal import Decimal

import pytest

from oneteam.kernel.money import in_capitals


@pytest.mark.parametrize(
    ("amount", "expected"),
    [
        ("0", "零元整"), ("0.05", "伍分"), ("0.50", "伍角整"), ("1", "壹元整"), ("10", "壹拾元整"), ("50", "伍拾元整"),
        ("51", "伍拾壹元整"), ("101", "壹佰零壹元整"), ("200", "贰佰元整"), ("201.50", "贰佰零壹元伍角整"),
        ("201.05", "贰佰零壹元零伍分"), ("1001", "壹仟零壹元整"), ("1010", "壹仟零壹拾元整"), ("3000", "叁仟元整"),
        ("10001", "壹万零壹元整"), ("100100", "壹拾万零壹佰元整"), ("20010000", "贰仟零壹万元整"),
        ("100000001", "壹亿零壹元整"), ("100010000", "壹亿零壹万元整"),
        ("12345678.9", "壹仟贰佰叁拾肆万伍仟陆佰柒拾捌元玖角整"),
        ("999999999999.99", "玖仟玖佰玖拾玖亿玖仟玖佰玖拾玖万玖仟玖佰玖拾玖元玖角玖分"),
    ],
)  # fmt: skip
def test_sum_is_written_as_on_a_decision(amount: str, expected: str) -> None:
    assert in_capitals(Decimal(amount)) == expected


@pytest.mark.parametrize("amount", ["-0.01", "1000000000000", "0.005"])
def test_sum_that_cannot_be_written_is_refused(amount: str) -> None:
    with pytest.raises(ValueError, match=r"yuan cannot|parts of a fen"):
        in_capitals(Decimal(amount))
