"""Composed codes of GB/T 47678: grids, components, types of event."""

import pytest

from oneteam.kernel.citycodes import check_component_id, check_grid_code, component_id, event_type_code
from oneteam.kernel.errors import BadInputError

HERE = "990383"


def test_grid_code_of_fifteen_digits() -> None:
    assert check_grid_code(" 990383000012001 ", division=HERE) == "990383000012001"


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("99038300001200", "14 characters"),
        ("9903830000120011", "16 characters"),
        ("99038300001200A", "15 digits"),
        ("330383000012001", "330383, but this region is 990383"),
        ("990383000012000", "from 001"),
    ],
)
def test_grid_code_that_cannot_be_right(code: str, reason: str) -> None:
    with pytest.raises(BadInputError, match=reason):
        check_grid_code(code, division=HERE)


def test_component_id_of_seventeen_digits_and_its_parts() -> None:
    found = check_component_id("99038301037000042", division=HERE)
    assert (found.division, found.type, found.text) == ("990383", "01037", "99038301037000042")
    assert component_id(HERE, "01037", 42) == found.text
    assert component_id(HERE, "01037", 999_999).endswith("999999")


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("990383010370000420", "18 characters"),
        ("9903830103700004", "old standard"),
        ("9903830103700004X", "17 characters"),
        ("33038301037000042", "this region is 990383"),
        ("99038301037000000", "from 000001"),
        ("", "0 characters"),
    ],
)
def test_component_id_that_cannot_be_right(code: str, reason: str) -> None:
    with pytest.raises(BadInputError, match=reason):
        check_component_id(code, division=HERE)


def test_event_type_code_of_eleven_digits() -> None:
    assert event_type_code(HERE, "09001") == "99038309001"
    for division, kind in [(HERE, "0901"), ("99038", "09001"), (HERE, "0900A")]:
        with pytest.raises(BadInputError, match="11 digits"):
            event_type_code(division, kind)
