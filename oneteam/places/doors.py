"""House numbers: reading one behind a road's name, and where on the road its door is."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

Doors = Sequence[Sequence[float]]  # [number, longitude, latitude]

BEYOND = 40  # numbers further on than the last known door of a side that may still be new houses
_DIGITS = {digit: value for value, digit in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
_NUMBER = re.compile(
    r"[\s,，、(（第]{0,2}(?P<number>\d{1,4}|[零〇一二两三四五六七八九十百千]{1,7})(?:[-－—–~之]\d{1,3})?\s*(?:号|弄|門|门牌)(?!楼|线|院|门|桥墩)"
)


@dataclass(frozen=True, slots=True)
class Door:
    """A point for a house number; not `known`: the nearest end of its side of the road stands in."""

    lon: float
    lat: float
    known: bool


def number_after(folded: str, end: int) -> int | None:
    """Return the house number that follows directly on a road's name, also one written in Chinese numerals."""
    found = _NUMBER.match(folded, end)
    if found is None:
        return None
    text = found["number"]
    value = int(text) if text.isdecimal() else chinese_number(text)
    return value or None


def chinese_number(text: str) -> int:
    """Return the value of a number below ten thousand in Chinese numerals: 三百零二, 十八, 二一五."""
    if not re.search("[十百千]", text):
        return int("".join(str(_DIGITS[digit]) for digit in text))
    total, current = 0, 0
    for character in text:
        if character in _DIGITS:
            current = _DIGITS[character]
        else:
            total += (current or 1) * {"十": 10, "百": 100, "千": 1000}[character]
            current = 0
    return total + current


def door(doors: Doors, number: int) -> Door | None:
    """Return where a number stands, between the nearest known ones of its side (odd, even); None beyond the road."""
    side = sorted((each for each in doors if int(each[0]) % 2 == number % 2), key=lambda each: each[0])
    if not side or number > side[-1][0] + BEYOND:
        return None
    before = [each for each in side if each[0] <= number]
    behind = [each for each in side if each[0] >= number]
    if not before or not behind:
        last = (before or behind)[-1 if before else 0]
        return Door(last[1], last[2], known=False)
    low, high = before[-1], behind[0]
    share = (number - low[0]) / (high[0] - low[0]) if high[0] > low[0] else 0.0
    return Door(low[1] + (high[1] - low[1]) * share, low[2] + (high[2] - low[2]) * share, known=True)
