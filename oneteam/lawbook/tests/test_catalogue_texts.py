"""Holds every enforcement row of the catalogue against the text of the article it names.

For each row the excerpt of its bases (article, paragraph, item) must exist, name every kind of penalty of the row
and give every fine as the row gives it; `two_step` must agree with the text. The statutes' texts are not part of this
repository: they lie beside it (../shared/data/laws_cn) or where `ONETEAM_LAW_TEXTS` says; without them it is skipped.
"""

import csv
import gzip
import json
import os
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
LAYERS = ("cn", "cn-33", "demo")
TEXTS = "ONETEAM_LAW_TEXTS"
_FILE = "articles.jsonl.gz"

_DIGITS = {sign: value for value, sign in enumerate("零一二三四五六七八九")} | {"两": 2, "〇": 0}
_POWERS = {"十": 10, "百": 100, "千": 1000}
_N = r"([零〇一二三四五六七八九十百千万亿两\d.]+)"  # one number, in Chinese signs, in digits or mixed (5万)
# Before a number that stands alone: it is neither the upper end of a written range nor the tail of a longer number.
_ALONE = r"(?<!以上)(?<!至)(?<![零〇一二三四五六七八九十百千万亿两\d.])"
_ITEM = re.compile(r"\(([一二三四五六七八九十]+)\)")
_BASIS = re.compile(r"(?P<statute>[^@]+)@(?P<article>\d+(?:-\d+)?)(?:\.(?P<paragraph>\d+)(?:\.(?P<item>\d+))?)?")
_SPAN = re.compile(r"\s*\[[^\]]*\]$")
_FINE = re.compile(
    r"fine (?P<party>any|citizen|organisation|staff) (?P<low>[\d.]+)(?P<unit>x|%)?\.\.(?P<high>[\d.]+)(?:x|%)?"
    r"(?: per (?P<per>\w+)| (?P<base>\w+))?"
)

# What a text says when it threatens a kind of penalty (law.md section 1.1).
KINDS = {
    "warning": r"警告",
    "criticism": r"通报批评|予以通报",
    "confiscate_gains": (
        r"没收[^;。]{0,40}?(?:所得|收入|检测费用|广告费用)|(?:所得|收入)的?,?(?:予以|退还所收费用后)?没收"
    ),
    "confiscate_property": (
        r"没收(?!(?:全部)?(?:违法|非法)?所得(?:[,;。]|$)|违法销售收入|拍卖所得|广告费用)"
        r"|没收违法所得[和、]|予以没收,可以并处制造"
    ),
    "suspend_licence": r"暂扣",
    "lower_grade": r"降低[^,;。]{0,6}(?:资质|等级)",
    "revoke_licence": r"吊销",
    "restrict_business": r"限制生产|限制开展|限制承接|停止[^,;。]{0,4}招生|禁止组织",
    "suspend_business": r"停业|停产|停工整治|停止相应执业活动|停止产生职业病危害的作业",
    "close": r"关闭",
    "restrict_employment": r"暂停[^,;。]{0,14}执业活动|年内不得|终身不得|不得从事",
    "other": r"停止供水",
}
_CITIZEN = r"个人|公民|居民|农户|个体工商户|导游|领队|直销员|医师|委员会成员"
_PER = {"m2": "平方米", "m3": "立方米", "tree": "每株", "head": "每只|每人|一名|一人"}
_ORDERED = r"逾期|拒不|限期内未|拒绝改正|拒不停止|不停止|拒绝立即"


@dataclass(frozen=True, slots=True)
class Range:
    """A range of fines as a text or a row gives it: yuan (""), multiples ("x") or per cent ("%") of a base."""

    low: Fraction
    high: Fraction
    unit: str

    def __str__(self) -> str:
        return f"{float(self.low):g}{self.unit}..{float(self.high):g}{self.unit}"


def number(text: str) -> Fraction:
    """The value of a number as statutes write it: 五百, 二万, 十五, 5万, 1.5."""
    for sign, power in (("亿", 100_000_000), ("万", 10_000)):
        if sign in text:
            head, tail = text.split(sign, 1)
            return (number(head) if head else Fraction(1)) * power + (number(tail) if tail else 0)
    if re.fullmatch(r"[\d.]*\d[千百]?", text) and text[-1] in "千百":
        return Fraction(text[:-1]) * _POWERS[text[-1]]
    if re.fullmatch(r"[\d.]+", text):
        return Fraction(text.rstrip("."))
    total, current = 0, 0
    for sign in text:
        if sign in _POWERS:
            total += (current or 1) * _POWERS[sign]
            current = 0
        else:
            current = _DIGITS[sign]
    return Fraction(total + current)


def numeral(value: int) -> str:
    """The Chinese numeral of an article's number, as headings write it: 14 → 十四, 105 → 一百零五."""
    signs = "零一二三四五六七八九"
    text, gap = "", False
    for power, name in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit, value = divmod(value, power)
        if digit:
            text += ("零" if gap else "") + signs[digit] + name
            gap = False
        elif text:
            gap = True
    return text.removeprefix("一") if text.startswith("一十") else text


@cache
def _articles(folder: Path) -> dict[str, dict[str, str]]:
    """Statute → article's heading → text, each statute in its latest version."""
    latest: dict[str, str] = {}
    found: dict[tuple[str, str], dict[str, str]] = {}
    with gzip.open(folder / _FILE, "rt", encoding="utf-8") as lines:
        for line in lines:
            entry = json.loads(line)
            name, adopted = re.sub(r"\(\d{4}\)$", "", entry["law"]), entry["date"] or ""
            latest[name] = max(latest.get(name, ""), adopted)
            found.setdefault((name, adopted), {})[entry["article"]] = unicodedata.normalize("NFKC", entry["text"])
    return {name: found[name, adopted] for name, adopted in latest.items()}


def paragraphs(text: str) -> list[tuple[str, dict[int, str]]]:
    """An article as its paragraphs, each a lead with its numbered items."""
    result: list[tuple[str, dict[int, str]]] = []
    for line in filter(None, (part.strip() for part in text.split("\n"))):
        item = _ITEM.match(line)
        if item and result:
            result[-1][1][int(number(item[1]))] = line
        else:
            result.append((line, {}))
    return result


def excerpt(basis: str, texts: dict[str, dict[str, str]]) -> str:
    """The words of a basis: a whole article, one paragraph with its items, or a paragraph's lead and one item."""
    match = _BASIS.fullmatch(_SPAN.sub("", basis.strip()))
    if match is None:
        raise LookupError(f"{basis}: not a basis")
    if match["statute"] not in texts:
        raise LookupError(f"{basis}: no such statute in the texts")
    article, _, added = match["article"].partition("-")
    heading = f"第{numeral(int(article))}条" + (f"之{numeral(int(added))}" if added else "")
    if heading not in texts[match["statute"]]:
        raise LookupError(f"{basis}: {heading} is not in the text")
    text = texts[match["statute"]][heading]
    if match["paragraph"] is None:
        return text
    parts = paragraphs(text)
    if int(match["paragraph"]) > len(parts):
        raise LookupError(f"{basis}: {heading} has {len(parts)} paragraphs")
    lead, items = parts[int(match["paragraph"]) - 1]
    if match["item"] is None:
        return "\n".join([lead, *items.values()])
    if int(match["item"]) not in items:
        raise LookupError(f"{basis}: the paragraph has no item {match['item']}")
    return f"{lead}\n{items[int(match['item'])]}"


def ranges(text: str) -> set[Range]:
    """Every range of fines an excerpt gives, by the ways statutes have of writing them."""
    zero, one = Fraction(0), Fraction(1)
    found: set[Range] = set()

    def take(pattern: str, unit: str, scale: Fraction = one) -> None:
        for match in re.finditer(pattern, text):
            low = number(match[1]) * scale if len(match.groups()) > 1 else zero
            found.add(Range(low, number(match[len(match.groups())]) * scale, unit))

    take(rf"{_N}元?(?:以上|至){_N}元?(?:以下)", "")
    take(rf"{_N}元(?:以上|至){_N}元", "")
    take(rf"{_ALONE}{_N}元以下", "")
    take(rf"{_N}倍以上{_N}倍以下", "x")
    take(rf"{_ALONE}{_N}倍以下", "x")
    take(rf"百分之{_N}以上百分之{_N}以下", "%")
    take(rf"(?<!以上)百分之{_N}以下", "%")
    take(rf"{_N}%以上{_N}%以下", "%")
    take(rf"{_ALONE}{_N}%以下", "%")
    for match in re.finditer(rf"{_ALONE}{_N}元(?:的?罚款|的标准)", text):
        found.add(Range(number(match[1]), number(match[1]), ""))
    for match in re.finditer(rf"等值以上{_N}倍以下", text):
        found.add(Range(one, number(match[1]), "x"))
    for match in re.finditer(rf"百分之{_N}以上{_N}倍以下", text):
        found.add(Range(number(match[1]) / 100, number(match[2]), "x"))
    if re.search(r"等值以下", text):
        found.add(Range(zero, one, "x"))
    return found


def _wanted(penalties: str) -> Iterator[tuple[str, re.Match[str] | None]]:
    for penalty in filter(None, (part.strip() for part in penalties.split(";"))):
        bare = _SPAN.sub("", penalty)
        fine = _FINE.fullmatch(bare)
        if fine is None and bare not in KINDS:
            raise LookupError(f"{penalty}: not a penalty")
        yield bare, fine


def _as_range(fine: re.Match[str]) -> Range:
    return Range(Fraction(fine["low"]), Fraction(fine["high"]), fine["unit"] or "")


def failures(row: dict[str, str], texts: dict[str, dict[str, str]]) -> list[str]:
    """What is wrong with one enforcement row, in words."""
    try:
        for basis in filter(None, f"{row['duty']}; {row['compulsory']}".split("; ")):
            excerpt(basis, texts)
        text = "\n".join(excerpt(basis, texts) for basis in row["basis"].split("; "))
        wanted = list(_wanted(row["penalties"]))
    except LookupError as problem:
        return [str(problem.args[0])]
    told = [] if wanted else ["the row has no penalty"]
    for penalty, fine in wanted:
        if fine is None:
            if not re.search(KINDS[penalty], text):
                told.append(f"the text does not name {penalty}")
            continue
        if "罚款" not in text:
            told.append("the text names no fine")
        if _as_range(fine) not in ranges(text):
            told.append(f"the text does not give {penalty}")
        if fine["party"] == "citizen" and not re.search(_CITIZEN, text):
            told.append(f"the text names no person for {penalty}")
        if fine["party"] == "staff" and not re.search("责任人员|主管人员|负责人", text):
            told.append(f"the text names no responsible staff for {penalty}")
        if fine["per"] and not re.search(_PER[fine["per"]], text):
            told.append(f"the text has no measure for {penalty}")
    if row["two_step"] == "yes" and not re.search(_ORDERED, text):
        told.append("two_step, but the text asks for no order that was not followed")
    return told


def rows(packs: Path) -> Iterator[tuple[str, dict[str, str]]]:
    """Every row with its layer."""
    for layer in LAYERS:
        with (packs / layer / "catalogue.csv").open(encoding="utf-8", newline="") as file:
            yield from ((layer, row) for row in csv.DictReader(file))


def all_failures(packs: Path, folder: Path) -> list[str]:
    """Every failure of every enforcement row, with layer and code."""
    texts = _articles(folder)
    return [
        f"{layer} {row['code']}: {problem}"
        for layer, row in rows(packs)
        if row["kind"] == "enforcement"
        for problem in failures(row, texts)
    ]


@pytest.fixture
def folder() -> Path:
    """Where the statutes' texts are, if they are here."""
    path = Path(os.environ.get(TEXTS) or ROOT.parent / "shared" / "data" / "laws_cn")
    if not (path / _FILE).is_file():
        pytest.skip(f"{path} holds no {_FILE}; set {TEXTS}")
    return path


@pytest.fixture
def packs() -> Path:
    """The folder that holds the layers."""
    return ROOT / "law"


def test_every_row_says_what_its_article_says(packs: Path, folder: Path) -> None:
    assert all_failures(packs, folder) == []


@pytest.mark.parametrize(
    ("column", "value", "told"),
    [
        ("penalties", "fine any 0..51", "does not give fine any 0..51"),
        ("penalties", "fine any 20..50", "does not give fine any 20..50"),
        ("penalties", "warning; fine any 0..50", "does not name warning"),
        ("basis", "浙江省城市市容和环境卫生管理条例@16.9", "has 3 paragraphs"),
        ("basis", "浙江省城市市容和环境卫生管理条例@116", "is not in the text"),
        ("basis", "城市市容条例@16", "no such statute"),
    ],
)
def test_a_changed_row_is_told(packs: Path, folder: Path, column: str, value: str, told: str) -> None:
    row = next(row for _, row in rows(packs) if row["code"] == "F01-001")
    texts = _articles(folder)
    assert failures(row, texts) == []
    assert any(told in problem for problem in failures({**row, column: value}, texts))
