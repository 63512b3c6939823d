"""Number plates by their format. All are invented."""

import pytest

from oneteam.kernel.errors import BadInputError
from oneteam.kernel.plates import check_plate


@pytest.mark.parametrize(
    ("text", "plate"),
    [
        ("浙C12345", "浙C12345"),
        ("浙c·1a345", "浙C1A345"),
        (" 浙 C-88888 ", "浙C88888"),
        ("浙Ｃ１２３４５", "浙C12345"),
        ("浙CD12345", "浙CD12345"),
        ("浙CDF1234", "浙CDF1234"),
        ("浙C12345F", "浙C12345F"),
        ("浙C1234学", "浙C1234学"),
        ("浙C1234挂", "浙C1234挂"),
        ("浙C1234警", "浙C1234警"),
        ("粤Z1234港", "粤Z1234港"),
        ("123456使", "123456使"),
        ("沪A1234领", "沪A1234领"),
        ("浙X1234应急", "浙X1234应急"),
        ("WJ浙1234X", "WJ浙1234X"),
    ],
)
def test_plate_of_each_format_in_its_normal_form(text: str, plate: str) -> None:
    assert check_plate(text) == plate


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("浙C1234", "five places"),
        ("浙C123456", "five places"),
        ("浙CX12345", "five places"),
        ("浙112345", "five places"),
        ("浙CI2345", "I and O"),
        ("浙C1234O", "I and O"),
        ("C12345", "province"),
        ("", "province"),
        ("浙" * 33, "at most 32"),
    ],
)
def test_plate_that_cannot_be_right_is_refused_with_the_reason_and_without_itself(text: str, reason: str) -> None:
    with pytest.raises(BadInputError, match=reason) as refused:
        check_plate(text)
    assert not text or text not in str(refused.value)
