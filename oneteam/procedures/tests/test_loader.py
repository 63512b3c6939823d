"""Declarations that could not run are refused at the start, each fault with its file and line."""

import pytest
from django.utils.translation import override

from oneteam.kernel.periods import Unit
from oneteam.lawbook.loading import LawFaultsError
from oneteam.procedures.loader import Known, parse_declaration, text_hash
from oneteam.procedures.packs import read_declarations
from oneteam.procedures.tests.probe import PROBE

TEXT = PROBE.strip() + "\n"
KNOWN = Known(
    checks={"TT-01", "TT-02", "TT-03"}, settings={"limit", "choice.a"}, scopes={"probe_owner"},
    effects={"probe_effect"}, acts={f"probe.{word}" for word in ("begun", "worked", "waited", "went_on", "finished")},
)  # fmt: skip


def line_of(text: str, part: str) -> int:
    return text[: text.index(part)].count("\n") + 1


def faults(text: str, known: Known = KNOWN) -> list[str]:
    with override("en"), pytest.raises(LawFaultsError) as refused:
        parse_declaration("law/x/probe.yaml", text, known)
    return [str(fault) for fault in refused.value.faults]


def test_sound_declaration_is_read_whole() -> None:
    found = parse_declaration("law/x/probe.yaml", TEXT, KNOWN)
    assert (found.name, found.version, list(found.states)) == ("probe", 1, ["begun", "working", "waiting", "done"])
    assert (found.hash, found.text) == (text_hash(TEXT), TEXT)
    work = found.steps["probe.work"]
    assert (work.sources, work.target, work.checks, work.fact) == (
        ("begun",), "working", ("TT-01", "TT-02", "TT-03"), True,
    )  # fmt: skip
    assert [(seat.role, seat.scope) for seat in work.who] == [("officer", None), ("grid_attendant", "probe_owner")]
    assert found.clocks["probe.decide"].period.unit is Unit.NATURAL_DAY
    assert found.reachable("done") == {"done"}


BROKEN = [
    # what stands in the file, what stands there instead, the text whose line is named, what the message says
    ("version: 1", "version: one", "version:", "a whole number from 1 to 9999"),
    ("version: 1", "version: 0", "version:", "a whole number from 1 to 9999"),
    ("version: 1", "version: 1\ncolour: red", "colour", "unknown key “colour”"),
    ("version: 1", "version: 1\nversion: 2", "version: 2", "stands here twice"),
    ("procedure: probe", "procedure: Probe", "procedure:", "does not have the form"),
    ("label: {zh: 试验, en: Probe}", "label: {zh: 试验}", "label:", "label: the key “en” is missing"),
    ("label: {zh: 试验, en: Probe}", "label: {zh: '', en: Probe}", "label:", "label.zh"),
    ("label: {zh: 试验, en: Probe}", "label: {zh: 试验, en: 12}", "label:", "label.en: a text is expected"),
    ("valid_from: 2026-01-01", "valid_from: 2026-02-30", "valid_from", "a date (YYYY-MM-DD"),
    ("valid_from: 2026-01-01", "valid_from: soon", "valid_from", "a date (YYYY-MM-DD"),
    ("valid_to: 2026-12-31", "valid_to: 2025-12-31", "valid_to", "lies before valid_from"),
    ("begun: {zh: 已开始, en: Begun}", "begun: {zh: 已开始}", "begun: {", "states.begun: the key “en” is missing"),
    ("  done: {", "  lost: {zh: 失, en: Lost}\n  done: {", "lost:", "no step leads to the state lost"),
    ("to: done", "to: finished", "to: finished", "the state “finished” is unknown; known are: begun, done"),
    ("from: [begun]", "from: [begin]", "from: [begin]", "the state “begin” is unknown"),
    ("from: [begun]", "from: []", "from: []", "give at least one state, or null"),
    ("from: [begun]", "from: begun", "from: begun", "a list is expected here"),
    ("from: null", "from: [done]", "steps:", "no step opens the procedure"),
    ("name: probe.work", "name: test.work", "name: test.work", "begins with its procedure's"),
    ("name: probe.work", "name: probe.begin", "name: probe.begin\n    act: probe.worked", "stands here twice"),
    ("act: probe.worked", "act: probe.unheard", "act: probe.unheard", "no room registers the act probe.unheard"),
    (
        "who: [officer, public]",
        "who: [officer, king]",
        "who: [officer, king]",
        "“king” is unknown; known are: dispatch",
    ),
    ("who: [officer, public]", "who: [officer, officer]", "who: [officer, officer]", "a role stands here twice"),
    ("who: [officer, public]", "who: []", "who: []", "say who may take this step"),
    ("scope: probe_owner", "scope: nobody", "scope: nobody", "the scope “nobody” is unknown"),
    ("checks: [TT-01, TT-02, TT-03]", "checks: [TT-01, EVT-99]", "EVT-99", "the check “EVT-99” is unknown"),
    ("checks: [TT-01, TT-02, TT-03]", "checks: [TT-01, TT-01]", "checks:", "a name stands here twice"),
    ("effects: [probe_effect]", "effects: [boom]", "effects: [boom]", "the effect “boom” is unknown"),
    (
        "fact: true\n  - name: probe.wait",
        "fact: maybe\n  - name: probe.wait",
        "fact: maybe",
        "true or false is expected",
    ),
    ("ground: Test Law 2", "", "pause:", "the key “ground” is missing"),
    ("ground: Test Law 2", "ground: ''", "pause:", "ground"),
    ("resume: [probe.decide]", "resume: [probe.reply]", "probe.decide:", "paused or resumed, but not both"),
    (
        "stop: [probe.decide, probe.reply]",
        "stop: [probe.decide]",
        "probe.reply:",
        "no step stops the clock probe.reply",
    ),
    ("start: [probe.decide, {", "start: [{", "probe.decide:", "no step starts the clock probe.decide"),
    (
        "stop: [probe.decide, probe.reply]",
        "stop: [probe.decide, probe.reply, x.y]",
        "x.y",
        "the clock “x.y” is unknown",
    ),
    ("start: [probe.decide", "stop: [probe.reply]\n    start: [probe.decide", "stop: [probe.reply]", "can only start"),
    ("side: agency", "side: nobody", "side: nobody", "known are: party, agency"),
    ("n: 10, unit: natural_day,", "n: 0, unit: natural_day,", "n: 0", "a whole number from 1 to 10000"),
    ("n: 10, unit: natural_day,", "n: 10, unit: moon,", "unit: moon", "“moon” is unknown; known are: working_hour"),
    ("n: 10, unit: natural_day,", "n: 10,", "n: 10,", "give n, article, mark and either unit or statute"),
    (', article: "Test Law 1"', "", "unit: natural_day, mark", "give n, article, mark and either unit or statute"),
    (", mark: V2}", "}", "n: 10", "give n, article, mark and either unit or statute"),
    ("mark: V2", "mark: U", "mark: U", "“U” is unknown; known are: V1, V2"),
    (", mark: V2}", ", mark: V2, by: kind}", "n: 10", "give n, article, mark"),
    ("statute: APL", "statute: Nowhere", "statute: Nowhere", "Nowhere"),
    (
        '{n: 10, unit: natural_day, article: "Test Law 1", mark: V2}',
        "{setting: unheard}",
        "unheard",
        "no law pack declares the",
    ),
    (
        '{n: 10, unit: natural_day, article: "Test Law 1", mark: V2}',
        "{setting: choice}",
        "choice}",
        "no law pack declares the",
    ),
    ('{n: 10, unit: natural_day, article: "Test Law 1", mark: V2}', "{setting: limit, n: 2}", "limit", "no other keys"),
    ("version: 1", "version: &a 1\nextra: *a", "extra: *a", "aliases are not used"),
    ("version: 1", "version: [1", "label", "expected"),
]


@pytest.mark.parametrize(("sound", "broken", "where", "says"), BROKEN)
def test_fault_is_named_with_its_line(sound: str, broken: str, where: str, says: str) -> None:
    assert sound in TEXT
    text = TEXT.replace(sound, broken, 1)
    found = faults(text)
    wanted = f"law/x/probe.yaml:{line_of(text, where)}: "
    assert any(fault.startswith(wanted) and says in fault for fault in found), found


def test_setting_with_and_without_variants_is_known() -> None:
    for period in ("{setting: limit}", "{setting: choice, by: kind}"):
        text = TEXT.replace('{n: 10, unit: natural_day, article: "Test Law 1", mark: V2}', period)
        assert parse_declaration("x", text, KNOWN).clocks["probe.decide"].period.setting in {"limit", "choice"}


def test_one_reading_finds_every_fault() -> None:
    text = TEXT.replace("to: done", "to: gone").replace("side: party", "side: x").replace("version: 1", "version: x")
    found = faults(text)
    assert [int(fault.split(":")[1]) for fault in found] == sorted(
        {line_of(text, part) for part in ("version: x", "side: x", "to: gone", "done:")}
    )


@pytest.mark.parametrize("text", ["", "# nothing\n", "just words\n", "- a\n- list\n", "steps: 1\nstates: 2\n"])
def test_what_is_no_declaration_is_refused(text: str) -> None:
    assert faults(text)


def test_huge_file_is_refused_unread() -> None:
    assert "larger than" in faults("a: " + "b" * 2_000_001)[0]


def test_two_files_cannot_declare_one_version(monkeypatch: pytest.MonkeyPatch) -> None:
    from oneteam.procedures.tests.probe import install  # noqa: PLC0415 -- registers acts, so only here

    install(monkeypatch)
    later = TEXT.replace("version: 1", "version: 2")
    assert len(read_declarations([("a.yaml", TEXT), ("b.yaml", later)])) == 2
    with override("en"), pytest.raises(LawFaultsError, match=r"b\.yaml:1: a\.yaml declares the same version"):
        read_declarations([("a.yaml", TEXT), ("b.yaml", TEXT)])
