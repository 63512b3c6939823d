"""Templates as data: what the packs declare, and each fault named by file and line; a city's own wording refines."""

from datetime import date

import pytest

from oneteam.documents.declaration import Declarations, declarations, load, remedy_on
from oneteam.documents.values import Kind
from oneteam.lawbook.loading import LawFaultsError, pack_files

COMMON = list(pack_files("documents.yaml"))
PLAIN = """name: note
version: 2
label: {zh: 通知, en: Note}
article: {zh: 本系统规则, en: own rule}
mark: U
fields:
  - {name: agency, label: {zh: 机关, en: Agency}, setting: agency.name}
  - {name: matter, label: {zh: 事由, en: Matter}}
  - {name: way, label: {zh: 方式, en: Way}, kind: choice, options: {one: {zh: 一, en: one}, two: {zh: 二, en: two}}}
  - {name: more, label: {zh: 补充, en: More}, when: way=two}
text:
  zh: |
    # {{agency}}
    ## 通知
    {{matter}}{{way}}
    {?way=two}{{more}}
    @seal
  en: |
    ## Note
    {{matter}} {{way}}
    {?way=two}{{more}}
    @seal
"""


def read(*texts: str) -> Declarations:
    return load([(f"pack{n}/documents/note.yaml", text) for n, text in enumerate(texts)], COMMON)


def fault(*texts: str) -> tuple[str, int, str]:
    with pytest.raises(LawFaultsError) as refused:
        read(*texts)
    first = refused.value.faults[0]
    return first.file, first.line, first.message


def test_product_declares_its_three_templates() -> None:
    found = declarations()
    assert set(found.templates) >= {"decision_on_the_spot", "order_to_correct", "service_receipt"}
    decision = found.templates["decision_on_the_spot"]
    assert (decision.series, decision.remedy) == ("on_the_spot", "on_the_spot")
    assert decision.fields["amount"].kind is Kind.MONEY


def test_sim_04_decision_must_have_what_article_52_names() -> None:
    """Act, kind and basis, fine, time, place, remedies, agency, officers: none may be left out of the template."""
    decision = declarations().templates["decision_on_the_spot"]
    needed = {"act", "penalty", "basis", "violated", "amount", "found_at", "place", "officer_1", "officer_2"}
    assert {name for name, field in decision.fields.items() if field.required} >= needed
    for text in (decision.zh, decision.en):
        used = {name for block in text for name in block.used}
        assert needed | {"agency", "officer_1_signature", "officer_2_signature"} <= used
        assert {"remedy", "seal", "number"} <= {block.kind for block in text}


def test_plain_template_is_read() -> None:
    note = read(PLAIN).templates["note"]
    assert (note.version, note.series, note.remedy) == (2, None, None)
    assert list(note.fields) == ["agency", "matter", "way", "more"]


@pytest.mark.parametrize(
    ("old", "new", "line", "words"),
    [
        ("version: 2", "version: two", 2, "whole number"),
        ("mark: U", "mark: V9", 5, "V9"),
        ("setting: agency.name", "setting: agency.hobby", 7, "agency.hobby"),
        ("kind: choice, ", "", 9, "only a choice"),
        ("when: way=two", "when: way=three", 6, "more"),
        ("when: way=two", "when: way==two", 10, "name=option"),
        ("{name: matter", "{name: way", 9, "twice"),
        ("{name: matter", "{name: number", 8, "twice"),
        ("    {{matter}}{{way}}\n", "    {{matter}}{{way}}{{nothing}}\n", 15, "nothing"),
        ("    {{matter}}{{way}}\n", "    {{way}}\n", 12, "matter"),
        ("    ## 通知\n", "", 12, "title"),
        ("    @seal\n  en", "  en", 12, "seal"),
        ("{?way=two}{{more}}\n    @seal\n  en", "{?way=three}{{more}}\n    @seal\n  en", 12, "way"),
        ("setting: agency.name}", "setting: agency.name, required: true}", 7, "leave"),
        ("name: note", "name: note\nseries: secret", 2, "secret"),
        ("name: note", "name: note\nremedy: none_such", 2, "none_such"),
    ],
)
def test_fault_of_a_template_is_named_by_file_and_line(old: str, new: str, line: int, words: str) -> None:
    assert PLAIN.count(old) >= 1
    file, at, message = fault(PLAIN.replace(old, new, 1))
    assert (file, at) == ("pack0/documents/note.yaml", line), message
    assert words in message


def test_city_rewords_a_template_with_a_higher_version() -> None:
    own = PLAIN.replace("version: 2", "version: 3").replace("## 通知", "## 本市通知")
    found = read(PLAIN, own).templates["note"]
    assert found.version == 3
    assert found.zh[1].pieces == ("本市通知",)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("version: 2", "version: 2", "raise the version"),
        ("version: 2", "version: 3\nseries: on_the_spot", "series and remedy"),
        ("zh: 事由, en: Matter}}", "zh: 事由, en: Matter}, required: false}", "matter"),
    ],
)
def test_city_that_contradicts_the_pack_before_is_refused(old: str, new: str, words: str) -> None:
    own = PLAIN.replace(old, new, 1)
    own = own if "version: 3" in own or words == "raise the version" else own.replace("version: 2", "version: 3")
    file, _line, message = fault(PLAIN, own)
    assert file == "pack1/documents/note.yaml"
    assert words in message


def test_sim_05_on_the_spot_says_reconsideration_first_since_2024() -> None:
    remedy = remedy_on("on_the_spot", date(2024, 1, 1))
    assert (remedy.first, remedy.days, remedy.mark) == (True, 60, "V1")
    assert "先申请行政复议" in remedy.text.zh
    assert "六十日" in remedy.text.zh
    with pytest.raises(LawFaultsError, match="2023-12-31"):
        remedy_on("on_the_spot", date(2023, 12, 31))


def test_general_remedy_offers_court_at_once() -> None:
    remedy = remedy_on("general", date(2026, 11, 25))
    assert not remedy.first
    assert "六个月" in remedy.text.zh


REMEDY = (
    "  - {kind: k, from: 2024-01-01, first: true, days: 60, article: {zh: 甲, en: A}, mark: V1,"
    " settings: {body: agency.name}, text: {zh: '{body}', en: '{body}'}}\n"
)
SERIES = "series:\n  - {code: on_the_spot, label: {zh: 甲, en: A}, digits: 5}\n"


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        (SERIES.replace("on_the_spot", "a_b"), 2, "document.number.a_b"),
        (SERIES.replace("digits: 5", "digits: 0"), 2, "whole number"),
        (SERIES + SERIES.partition("\n")[2], 3, "twice"),
        ("remedies:\n" + REMEDY.replace("en: '{body}'", "en: '{court}'"), 2, "court"),
        ("remedies:\n" + REMEDY.replace("body: agency.name", "body: agency.hobby"), 2, "agency.hobby"),
        ("remedies:\n" + 2 * REMEDY, 3, "same day"),
    ],
)
def test_fault_of_series_and_remedies_is_named(text: str, line: int, words: str) -> None:
    with pytest.raises(LawFaultsError) as refused:
        load([], [("own/documents.yaml", text)])
    first = refused.value.faults[0]
    assert (first.file, first.line) == ("own/documents.yaml", line)
    assert words in first.message
