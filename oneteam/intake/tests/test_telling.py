"""What may be told: good and bad values on both sides of each boundary."""

from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from oneteam.intake.importing import COLUMNS
from oneteam.intake.telling import LINE_LIMIT, Told, ToldFaultsError, check_told, point
from oneteam.kernel.errors import BadInputError
from oneteam.kernel.texts import TEXT_LIMIT

AT = datetime(2026, 11, 25, 6, 0, tzinfo=UTC)
GOOD = Told(channel="hotline_12345", text="锦塘路有人占道摆摊。", told_at=AT - timedelta(minutes=10))


def everywhere(lon: Decimal, lat: Decimal) -> bool:
    return True


def faults(**change: Any) -> dict[str, str]:
    """Return the faults of a good telling with something changed."""
    told = replace(GOOD, **change)
    try:
        assert check_told(told, at=AT, in_region=everywhere) is told, "what is told is never changed"
    except ToldFaultsError as error:
        return error.faults
    return {}


@pytest.mark.parametrize(
    "change",
    [
        {"text": "字" * TEXT_LIMIT},
        {"text": "🚒🔥 𠮷野家后门 ﷽ 	tab\nnew line"},
        {"text": " 前后的空格也是原话 "},
        {"text": "e\u0301 \u202eRTL\u202c"},
        {"title": "题" * LINE_LIMIT},
        {"address": "址" * LINE_LIMIT},
        {"caller_name": "名" * LINE_LIMIT},
        {"external_id": "x" * LINE_LIMIT},
        {"caller_phone": "12345"},
        {"caller_phone": "1" * 20},
        {"caller_phone": "+86 138-0000-5602"},
        {"caller_phone": ""},
        {"told_at": AT + timedelta(minutes=5)},
        {"told_at": AT},
        {"told_at": datetime(1990, 1, 1, tzinfo=UTC)},
        {"lon": Decimal("120.55"), "lat": Decimal("27.55")},
    ],
)
def test_good_values_are_taken_as_they_are(change: dict[str, Any]) -> None:
    assert faults(**change) == {}


@pytest.mark.parametrize(
    ("change", "field", "word"),
    [
        ({"text": "字" * (TEXT_LIMIT + 1)}, "text", "20001"),
        ({"text": ""}, "text", "empty"),
        ({"text": " \n\t\u3000"}, "text", "empty"),
        ({"text": "a\x00b"}, "text", "null character"),
        ({"title": "题" * (LINE_LIMIT + 1)}, "title", "501"),
        ({"title": "\x00"}, "title", "null character"),
        ({"address": "址" * (LINE_LIMIT + 1)}, "address", "501"),
        ({"caller_name": "名" * (LINE_LIMIT + 1)}, "caller_name", "501"),
        ({"external_id": "x" * (LINE_LIMIT + 1)}, "external_id", "501"),
        ({"external_id": "x\x00"}, "external_id", "null character"),
        ({"caller_phone": "1234"}, "caller_phone", "5 to 20"),
        ({"caller_phone": "1" * 21}, "caller_phone", "5 to 20"),
        ({"caller_phone": "none"}, "caller_phone", "5 to 20"),
        ({"told_at": AT + timedelta(minutes=5, seconds=1)}, "told_at", "future"),
        ({"told_at": datetime(1989, 12, 31, 23, 59, tzinfo=UTC)}, "told_at", "1990"),
        ({"channel": "telegram"}, "channel", "hotline_12345"),
    ],
)
def test_bad_values_are_refused_by_field_with_what_to_do(change: dict[str, Any], field: str, word: str) -> None:
    found = faults(**change)
    assert list(found) == [field]
    assert word in found[field]


def test_every_fault_is_named_at_once() -> None:
    found = faults(text="", channel="?", told_at=AT + timedelta(days=1), caller_phone="1")
    assert set(found) == {"text", "channel", "told_at", "caller_phone"}


def test_point_outside_the_region_is_refused_and_says_where_it_lies() -> None:
    told = replace(GOOD, lon=Decimal("27.55"), lat=Decimal("120.55"))
    with pytest.raises(ToldFaultsError, match=r"27\.55, 120\.55 lies outside.*longitude comes first"):
        check_told(told, at=AT, in_region=lambda lon, lat: False)


@pytest.mark.parametrize(
    ("lon", "lat", "expected"),
    [
        ("", "", None),
        ("120.5512345", "27.5512344", (Decimal("120.551234"), Decimal("27.551234"))),
        ("-180", "90", (Decimal(-180), Decimal(90))),
        ("180", "-90", (Decimal(180), Decimal(-90))),
    ],
)
def test_point_is_read_to_six_decimals(lon: str, lat: str, expected: tuple[Decimal, Decimal] | None) -> None:
    assert point(lon, lat) == expected


@pytest.mark.parametrize(
    ("lon", "lat"),
    [("120.5", ""), ("", "27.5"), ("here", "there"), ("180.000001", "0"), ("0", "90.000001"), ("-181", "0"),
     ("NaN", "27"), ("120", "NaN"), ("Infinity", "0"), ("sNaN", "0")],
)  # fmt: skip
def test_half_a_point_and_no_number_are_refused(lon: str, lat: str) -> None:
    with pytest.raises(BadInputError, match=r"longitude|Longitude"):
        point(lon, lat)


def test_columns_of_a_file_are_the_fields_of_a_telling() -> None:
    assert {field.name for field in fields(Told)} == {column.name for column in COLUMNS}
