"""Money: Decimal yuan, and the capital characters in which legal documents write a sum."""

from decimal import Decimal

DIGITS = "零壹贰叁肆伍陆柒捌玖"
PLACES = ("", "拾", "佰", "仟")
GROUPS = ("", "万", "亿")
LIMIT = Decimal("999999999999.99")
CENT = Decimal("0.01")


def in_capitals(amount: Decimal) -> str:
    """Return a sum as legal documents write it: 201.50 is 贰佰零壹元伍角整.

    `amount` in yuan, from 0 to 999,999,999,999.99. ValueError for more, for less, and for parts of a fen.
    """
    if not Decimal(0) <= amount <= LIMIT:
        raise ValueError(f"{amount} yuan cannot be written in capitals")
    if amount != amount.quantize(CENT):
        raise ValueError(f"{amount} has parts of a fen")
    yuan, fen = divmod(int(amount * 100), 100)
    jiao, fen = divmod(fen, 10)
    parts = [_whole(yuan) + "元"] if yuan or not (jiao or fen) else []
    if jiao:
        parts.append(DIGITS[jiao] + "角")
    elif fen and yuan:
        parts.append(DIGITS[0])
    # 整 closes a sum that ends with yuan or jiao, so that nothing can be written behind it.
    parts.append(DIGITS[fen] + "分" if fen else "整")
    return "".join(parts)


def _whole(number: int) -> str:
    """Return a whole number in capitals: one 零 for each gap of zeros within it."""
    if number == 0:
        return DIGITS[0]
    text, gap = "", False
    for group in range(len(GROUPS) - 1, -1, -1):
        part = number // 10_000**group % 10_000
        for place in range(3, -1, -1):
            digit = part // 10**place % 10
            if digit:
                text += (DIGITS[0] if gap and text else "") + DIGITS[digit] + PLACES[place]
            gap = not digit
        text += GROUPS[group] if part else ""
    return text
