"""Numbers with a check of their own. All are invented; division code 990101 is not in use anywhere."""

from datetime import date

import pytest

from oneteam.kernel.errors import BadInputError
from oneteam.kernel.idnumbers import (
    check_credit_code,
    check_landline,
    check_mobile,
    check_phone,
    check_resident_id,
    credit_code_check,
    resident_id_check,
)


def resident(first_seventeen: str) -> str:
    return first_seventeen + resident_id_check(first_seventeen)


def credit(first_seventeen: str) -> str:
    return first_seventeen + credit_code_check(first_seventeen)


RESIDENT = resident("99010119900307123")
WITH_X = next(n for n in (resident(f"99010119900307{i:03}") for i in range(100)) if n.endswith("X"))
CREDIT = credit("91990101MA0000001")


def test_check_characters_agree_with_the_standards_own_sums() -> None:
    # By hand: sum of digit times 2 to the power (18 - place), place from 1, then ISO 7064's table of 11 characters.
    weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]
    digits = [9, 9, 0, 1, 0, 1, 1, 9, 9, 0, 0, 3, 0, 7, 1, 2, 3]
    assert RESIDENT[-1] == "10X98765432"[sum(w * d for w, d in zip(weights, digits, strict=True)) % 11]
    weights = [1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28]
    values = [9, 1, 9, 9, 0, 1, 0, 1, 21, 10, 0, 0, 0, 0, 0, 0, 1]
    expected = (31 - sum(w * v for w, v in zip(weights, values, strict=True)) % 31) % 31
    assert CREDIT[-1] == "0123456789ABCDEFGHJKLMNPQRTUWXY"[expected]


@pytest.mark.parametrize(
    ("text", "normal"),
    [
        (RESIDENT, RESIDENT),
        (WITH_X.lower(), WITH_X),
        (f" {RESIDENT[:6]} {RESIDENT[6:14]} {RESIDENT[14:]}\n", RESIDENT),
        ("".join(chr(ord(c) + 0xFEE0) for c in RESIDENT), RESIDENT),
        (resident("99010120000229001"), resident("99010120000229001")),
        (resident("99010119000101001"), resident("99010119000101001")),
    ],
)
def test_good_resident_id_is_taken_in_normal_form(text: str, normal: str) -> None:
    assert check_resident_id(text) == normal


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "0 characters"),
        (RESIDENT[:-1], "17 characters"),
        (RESIDENT + "1", "19 characters"),
        ("990101900307123", "15 digits"),
        ("X" + RESIDENT[1:], "17 digits"),
        ("９９0101199O03071234", "17 digits"),
        (resident("99010119900229001"), "date of birth"),
        (resident("99010119901301001"), "date of birth"),
        (resident("99010118991231001"), "date of birth"),
        ("1" * 65, "65 characters"),
    ],
)
def test_bad_resident_id_is_refused_with_what_is_wrong_and_without_the_number(text: str, told: str) -> None:
    with pytest.raises(BadInputError, match=told) as caught:
        check_resident_id(text)
    assert not text or text not in str(caught.value)


def test_resident_born_after_the_day_of_entry_is_refused() -> None:
    number = resident("99010120261125001")
    assert check_resident_id(number, on=date(2026, 11, 25)) == number
    with pytest.raises(BadInputError, match="date of birth"):
        check_resident_id(number, on=date(2026, 11, 24))


def test_resident_id_with_any_one_changed_digit_is_refused() -> None:
    for place in range(18):
        for other in "0123456789X" if place == 17 else "0123456789":
            if other != RESIDENT[place]:
                with pytest.raises(BadInputError):
                    check_resident_id(RESIDENT[:place] + other + RESIDENT[place + 1 :])


def test_resident_id_with_two_neighbours_swapped_is_refused() -> None:
    for place in range(17):
        swapped = RESIDENT[:place] + RESIDENT[place + 1] + RESIDENT[place] + RESIDENT[place + 2 :]
        if swapped != RESIDENT:
            with pytest.raises(BadInputError):
                check_resident_id(swapped)


@pytest.mark.parametrize("text", [CREDIT, CREDIT.lower(), f"{CREDIT[:8]} {CREDIT[8:]} "])
def test_good_credit_code_is_taken_in_normal_form(text: str) -> None:
    assert check_credit_code(text) == CREDIT


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "0 characters"),
        (CREDIT[:-1], "17 characters"),
        (CREDIT[:-1] + "I", "characters I"),
        (CREDIT[:9] + "O" + CREDIT[10:], "characters O"),
        (credit("91990A01MA0000001"), "places 3 to 8"),
        (RESIDENT[:-1], "17 characters"),
    ],
)
def test_bad_credit_code_is_refused_with_what_is_wrong(text: str, told: str) -> None:
    with pytest.raises(BadInputError, match=told):
        check_credit_code(text)


def test_credit_code_with_any_one_changed_character_is_refused() -> None:
    for place in range(18):
        for other in "0123456789ABCDEFGHJKLMNPQRTUWXY":
            if other != CREDIT[place]:
                with pytest.raises(BadInputError):
                    check_credit_code(CREDIT[:place] + other + CREDIT[place + 1 :])


@pytest.mark.parametrize(
    ("text", "normal"),
    [
        ("13800000000", "13800000000"),
        ("138 0000 0000", "13800000000"),
        ("138-0000-0000", "13800000000"),
        ("+86 138 0000 0000", "13800000000"),
        ("0086-19900000000", "19900000000"),
        ("１３８００００００００", "13800000000"),
    ],
)
def test_good_mobile_is_taken_in_normal_form(text: str, normal: str) -> None:
    assert check_mobile(text) == check_phone(text) == normal


@pytest.mark.parametrize("text", ["", "1380000000", "138000000000", "12800000000", "23800000000", "1380000000a"])
def test_bad_mobile_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(BadInputError, match="11 digits"):
        check_mobile(text)


@pytest.mark.parametrize(
    ("text", "normal"),
    [
        ("0577-60000000", "0577-60000000"),
        ("057760000000", "0577-60000000"),
        ("(0577) 60000000", "0577-60000000"),
        ("（0577）60000000", "0577-60000000"),
        ("0577—60000000", "0577-60000000"),
        ("+86 577 60000000", "0577-60000000"),
        ("0086 (0577) 60000000", "0577-60000000"),
        ("0577-6000000", "0577-6000000"),
        ("010-60000000-801", "010-60000000-801"),
        ("021 60000000转801", "021-60000000-801"),
    ],
)
def test_good_landline_is_taken_in_normal_form(text: str, normal: str) -> None:
    assert check_landline(text) == check_phone(text) == normal


@pytest.mark.parametrize(
    "text",
    [
        "",
        "60000000",
        "0577-600000",
        "0577-600000000",
        "0577-16000000",
        "0177-60000000",
        "57760000000",
        "0577-60000000-1234567",
    ],
)
def test_bad_landline_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(BadInputError, match="0577-60000000"):
        check_landline(text)


@pytest.mark.parametrize("text", ["400-600-0000", "8006000000"])
def test_service_number_is_a_phone(text: str) -> None:
    assert check_phone(text) == text.replace("-", "")


@pytest.mark.parametrize("text", ["12345", "110", "abc", "4006000", "+1 202 555 0100"])
def test_what_is_no_phone_is_refused(text: str) -> None:
    with pytest.raises(BadInputError, match="telephone"):
        check_phone(text)
