"""The catalogue of matters: what ships is sound, and a fault in it is told with its line."""

from collections import Counter
from pathlib import Path

import pytest
from django.utils import translation

from oneteam.kernel.errors import NotReadyError
from oneteam.lawbook.loading import LawFaultsError
from oneteam.lawbook.matters import Kind, Layer, Mark, load_fields, load_matters

SHIPPED = Path(__file__).parents[3] / "law" / "cn" / "matters.yaml"
FIELDS = "fields:\n  - {code: F01, zh: 市容, en: appearance}\n"
SOUND = (
    "matters:\n"
    "  - {code: F01-001, field: F01, kind: enforcement, urgency: general, zh: 摆摊, en: stalls,\n"
    '     basis: {statute: 某条例, article: "16(1)", mark: V1, read: 2021-09-30, layer: cn-33},\n'
    "     words: [摆摊, 摊贩+路, 城管~]}\n"
)


def faults(tmp_path: Path, content: str | bytes) -> list[str]:
    path = tmp_path / "matters.yaml"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    with translation.override("en"), pytest.raises(LawFaultsError) as caught:
        load_matters(path)
    return [str(fault) for fault in caught.value.faults]


def test_shipped_catalogue_covers_every_field_with_at_least_two_powers() -> None:
    matters, fields = load_matters(SHIPPED), load_fields(SHIPPED)
    assert len(fields) == 29
    powers = Counter(matter.field for matter in matters if matter.kind is Kind.ENFORCEMENT)
    assert all(powers[field.code] >= 2 for field in fields)
    assert sum(matter.kind is Kind.SERVICE for matter in matters) >= 8
    assert sum(matter.kind is Kind.OTHER_AGENCY for matter in matters) >= 20
    assert len({matter.zh for matter in matters}) == len({matter.en for matter in matters}) == len(matters)


def test_shipped_matters_name_the_article_and_noise_and_fumes_stand_on_the_code_of_2026() -> None:
    by_code = {matter.code: matter for matter in load_matters(SHIPPED)}
    assert all(matter.basis for matter in by_code.values() if matter.kind is Kind.ENFORCEMENT)
    fumes = by_code["F11-001"].basis
    assert fumes
    assert (fumes.statute, fumes.article, fumes.mark, fumes.layer) == (
        "生态环境法典",
        "1132(1)",
        Mark.V1,
        Layer.NATIONAL,
    )
    stalls = by_code["F01-001"].basis
    assert stalls
    assert (stalls.article, stalls.layer) == ("16", Layer.PROVINCE)


def test_sound_file_is_read(tmp_path: Path) -> None:
    path = tmp_path / "matters.yaml"
    path.write_text(FIELDS + SOUND, "utf-8")
    (matter,) = load_matters(path)
    assert matter.words == ("摆摊", "摊贩+路", "城管~")


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("kind: enforcement", "kind: enforcment", "matters.yaml:4"),
        ("field: F01,", "field: F07,", "F07 is not among the fields"),
        ("code: F01-001", "code: F02-001", "must begin with its field"),
        ("code: F01-001", "code: stall", "does not have the form"),
        ('article: "16(1)"', "article: 第十六条", "matters.yaml:5"),
        ("mark: V1, ", "", "mark"),
        ("urgency: general", "urgency: soon", "soon"),
        ("words: [摆摊, 摊贩+路, 城管~]", "words: [摆摊, 摊贩]", "at least 3 words"),
        ("摊贩+路", "摊贩+", "matters.yaml:6"),
        ("摊贩+路", "摆摊", "stands here twice"),
        ("zh: 摆摊", "zh: 摆摊, colour: red", "unknown key"),
        ("read: 2021-09-30", "read: 2021-02-30", "matters.yaml:5"),
    ],
)
def test_fault_is_told_with_its_line(tmp_path: Path, old: str, new: str, told: str) -> None:
    assert old in SOUND
    assert any(told in fault for fault in faults(tmp_path, FIELDS + SOUND.replace(old, new)))


def test_enforcement_without_a_basis_is_refused(tmp_path: Path) -> None:
    without = "\n".join(line for line in SOUND.splitlines() if "basis" not in line)
    assert any("needs its basis" in fault for fault in faults(tmp_path, FIELDS + without))


def test_code_that_stands_twice_is_refused_with_both_lines(tmp_path: Path) -> None:
    twice = FIELDS + SOUND + SOUND.removeprefix("matters:\n")
    assert faults(tmp_path, twice) == [
        "matters.yaml:7: matters[1]: F01-001 stands already in line 4; give one of the two another code"
    ]


def test_every_fault_is_told_at_once(tmp_path: Path) -> None:
    broken = SOUND.replace("general", "soon").replace("V1", "V9").replace("zh: 摆摊, ", "")
    assert len(faults(tmp_path, FIELDS + broken)) == 3


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("", "empty"),
        ("fields: []\nmatters: [", "matters.yaml:2"),
        ("fields: &a []\nmatters: *a\n", "aliases"),
        (FIELDS.encode() + b"matters: \xff\xfe", "matters.yaml:3"),
        ("- 1\n", "mapping"),
    ],
)
def test_file_that_is_no_catalogue_is_refused(tmp_path: Path, content: str | bytes, told: str) -> None:
    assert any(told in fault for fault in faults(tmp_path, content))


def test_missing_file_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(NotReadyError, match="ONETEAM_LAW"):
        load_matters(tmp_path / "matters.yaml")
