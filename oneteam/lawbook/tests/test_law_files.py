"""Law files are read strictly: every fault with its file and line, texts in the reader's language."""

from pathlib import Path

import pytest
from django.utils.translation import override

from oneteam.lawbook.checks import Severity, checks, load_checks, parse_checks
from oneteam.lawbook.loading import LawFaultsError, pack_files
from oneteam.lawbook.settings_table import SettingKind, catalogue, pack_values, parse_settings
from oneteam.lawbook.text import Text

CHECK = """checks:
  - id: TT-01
    article: {zh: 第一条, en: article 1}
    severity: B
    mark: V1
    fields: [name]
    sentence: {zh: '缺{name}', en: '{name} is missing'}
    cure: {zh: '补{name}', en: 'give {name}'}
"""
SETTINGS = """settings:
  - name: limit
    kind: period
    label: {zh: 时限, en: Limit}
    meaning: {zh: 多久, en: How long}
    mark: U
    variants:
      - {name: urgent, label: {zh: 紧急, en: urgent}}
values:
  - {name: limit.urgent, value: 2 working_day, mark: demo, basis: demo}
"""


def faults(function: object, text: str) -> list[str]:
    with override("en"), pytest.raises(LawFaultsError) as refused:
        function("law/x/file.yaml", text)  # type: ignore[operator]
    return [str(fault) for fault in refused.value.faults]


def test_check_speaks_the_readers_language_with_its_fields() -> None:
    info = parse_checks("x", CHECK)["TT-01"]
    sentence = info.sentence.filled({"name": Text("姓名", "the name")})
    with override("en"):
        assert str(sentence) == "the name is missing"
    with override("zh-hans"):
        assert str(sentence) == "缺姓名"
    assert (info.severity, info.mark, info.fields) == (Severity.BLOCK, "V1", frozenset({"name"}))


@pytest.mark.parametrize(
    ("sound", "broken", "line", "says"),
    [
        ("id: TT-01", "id: T1", 2, "does not have the form"),
        ("severity: B", "severity: X", 4, "“X” is unknown; known are: B, W, S"),
        ("mark: V1", "mark: V9", 5, "known are: V1, V2, U, own"),
        ("en: '{name} is missing'", "en: '{nmae} is missing'", 7, "{nmae} is not among this check's fields"),
        ("en: '{name} is missing'", "en: '{name!r} is missing'", 7, "{name} is not among"),
        ("en: '{name} is missing'", "en: '{name is missing'", 7, "sentence"),
        ("en: 'give {name}'", "en: ''", 8, "cure.en"),
        (", en: article 1", "", 3, "the key “en” is missing"),
        ("    mark: V1\n", "", 2, "the key “mark” is missing"),
        ("checks:", "tests:", 1, "unknown key “tests”"),
    ],
)
def test_fault_of_a_check_is_named_with_its_line(sound: str, broken: str, line: int, says: str) -> None:
    assert sound in CHECK
    found = faults(parse_checks, CHECK.replace(sound, broken, 1))
    assert any(fault.startswith(f"law/x/file.yaml:{line}: ") and says in fault for fault in found), found


def test_check_stands_once_in_all_packs() -> None:
    twice = CHECK + CHECK.removeprefix("checks:\n")
    assert "stands here twice" in faults(parse_checks, twice)[0]
    with override("en"), pytest.raises(LawFaultsError, match=r"b\.yaml:1: the check TT-01 is already in another pack"):
        load_checks([("a.yaml", CHECK), ("b.yaml", CHECK)])


def test_settings_are_declared_with_variants_and_valued_apart() -> None:
    declared, values = parse_settings("x", SETTINGS)
    assert declared["limit.urgent"].kind is SettingKind.PERIOD
    assert declared["limit.urgent"].label == Text("时限（紧急）", "Limit (urgent)")
    assert values["limit.urgent"].value == "2 working_day"


@pytest.mark.parametrize(
    ("sound", "broken", "line", "says"),
    [
        ("kind: period", "kind: moon", 3, "known are: period"),
        ("mark: U", "mark: maybe", 6, "known are: V1, V2, U"),
        ("    mark: U\n", "    mark: U\n    default: soon\n", 7, "“soon” is not a period"),
        ("name: limit\n", "name: Limit!\n", 2, "does not have the form"),
        (", basis: demo", "", 10, "the key “basis” is missing"),
        ("value: 2 working_day", "value: 2", 10, "a text is expected"),
    ],
)
def test_fault_of_a_setting_is_named_with_its_line(sound: str, broken: str, line: int, says: str) -> None:
    assert sound in SETTINGS
    found = faults(parse_settings, SETTINGS.replace(sound, broken, 1))
    assert any(fault.startswith(f"law/x/file.yaml:{line}: ") and says in fault for fault in found), found


def test_deeper_pack_is_read_after_the_national_one_and_named_by_its_place(tmp_path: Path) -> None:
    for pack in ("cn-33", "cn"):
        (tmp_path / "law" / pack).mkdir(parents=True)
        (tmp_path / "law" / pack / "checks.yaml").write_text(CHECK, "utf-8")
    assert [name for name, _text in pack_files("checks.yaml", [tmp_path / "law"])] == [
        "law/cn/checks.yaml", "law/cn-33/checks.yaml",
    ]  # fmt: skip


def test_file_in_another_encoding_is_refused(tmp_path: Path) -> None:
    (tmp_path / "cn").mkdir()
    (tmp_path / "cn" / "checks.yaml").write_bytes("checks: 第".encode("gbk"))
    with pytest.raises(LawFaultsError, match=r"cn/checks\.yaml:1: "):
        pack_files("checks.yaml", [tmp_path])


def test_shipped_files_are_sound_and_the_demo_fills_every_setting() -> None:
    assert {"EVT-07", "OT-01", "OT-02", "OT-03", "OT-04"} <= checks().keys()
    values = pack_values("demo")
    assert values.keys() >= {name for name, info in catalogue().items() if not info.default and not info.optional}
    assert {value.mark for value in values.values()} == {"demo"}
    assert pack_values("cn") == {}
