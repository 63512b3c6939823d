"""The law packs and the rooms fit each other, in both directions."""

import inspect
import re
from pathlib import Path

import pytest
from django.conf import settings
from django.utils.translation import override

from oneteam.journal import checks as journal_checks
from oneteam.lawbook.checks import Severity
from oneteam.lawbook.checks import checks as check_texts
from oneteam.lawbook.loading import LawFaultsError
from oneteam.lawbook.settings_table import catalogue
from oneteam.people.models import Role
from oneteam.procedures import console, packs, registry
from oneteam.procedures.declaration import ClockDo
from oneteam.procedures.loader import Known, parse_declaration
from oneteam.procedures.role_table import markdown, newest, role_act_table
from oneteam.procedures.roles import KINDS, ROLES
from oneteam.procedures.tests.probe import PROBE, install, text

DOCS = Path(settings.BASE_DIR) / "docs" / "procedures"


def missing(declaration: str = "") -> list[str]:
    given = [("probe.yaml", parse_declaration("probe.yaml", declaration, Known()))] if declaration else []
    with override("en"):
        return [str(fault) for fault in packs.faults_of_rooms([*packs.pack_declarations(), *given])]


def test_the_shipped_law_fits_the_rooms() -> None:
    assert packs.validate() == 5
    assert sorted(newest()) == ["case_on_the_spot", "finding", "incident", "order", "report"]


def test_check_without_a_function_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(check_texts(), "ZZ-01", text("ZZ-01", Severity.BLOCK))
    assert missing() == ["checks.yaml:1: no room supplies the check ZZ-01"]
    with pytest.raises(LawFaultsError):
        packs.validate()


def test_function_without_a_text_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(journal_checks._checks, "ZZ-02", journal_checks.RegisteredCheck(lambda _c: None, frozenset()))
    assert missing() == ["checks.yaml:1: the check ZZ-02 has no text here"]


def test_whatever_a_step_names_must_be_supplied(monkeypatch: pytest.MonkeyPatch) -> None:
    install(monkeypatch)
    monkeypatch.delitem(registry._scopes, "probe_owner")
    monkeypatch.delitem(registry._effects, "probe_effect")
    changed = PROBE.replace("act: probe.finished", "act: probe.unheard")
    assert missing(changed) == [
        "probe.yaml:1: probe.work: no room supplies the scope probe_owner",
        "probe.yaml:1: probe.work: no room supplies the effect probe_effect",
        "probe.yaml:1: probe.finish: no room supplies the act probe.unheard",
    ]


def test_fact_that_a_scope_needs_must_be_given(monkeypatch: pytest.MonkeyPatch) -> None:
    install(monkeypatch)
    assert missing(PROBE) == ["probe.yaml:1: probe.work: no room supplies the fact owner"]
    known = registry.RegisteredFacts(lambda _ids, _at: {}, frozenset({"owner"}))
    monkeypatch.setitem(registry._facts, "probe", [known])
    assert missing(PROBE) == []


def test_names_are_registered_once() -> None:
    with pytest.raises(ValueError, match="registered twice"):
        registry.check("OT-01")(lambda _c: None)
    with pytest.raises(ValueError, match="given twice"):
        registry.facts("report", gives=["consultation"])(lambda _ids, _at: {})


def test_every_role_of_a_post_has_its_name_here() -> None:
    assert set(ROLES) == set(Role.values)
    assert set(KINDS) == {"client", "operator", "machine", "public", "person"}


def test_shipped_texts_stand_in_both_languages() -> None:
    for declaration in newest().values():
        labels = [declaration.label, *(state.label for state in declaration.states.values())]
        for label in (*labels, *(step.label for step in declaration.steps.values())):
            assert any("\u4e00" <= letter <= "\u9fff" for letter in label.zh)
            assert label.en.isascii()
    for info in check_texts().values():
        for words in (info.sentence, info.cure):
            assert words.zh
            assert not any("\u4e00" <= letter <= "\u9fff" for letter in words.en)


def test_shipped_numbers_are_settings_of_the_city() -> None:
    """HOT-04 and EVT-08 are marked U: no period stands in the law pack but those that an article numbers."""
    numbered = {}
    for declaration in newest().values():
        for clock in declaration.clocks.values():
            if not clock.period.setting:
                numbered[clock.name] = (clock.period.n, clock.period.statute, clock.period.article, clock.period.mark)
                continue
            variants = [name for name in catalogue() if name.startswith(clock.period.setting)]
            assert variants
            assert all(catalogue()[name].mark == "U" for name in variants)
    assert numbered == {
        "case_on_the_spot.pay": (15, "APL", "67", "V1"),
        "case_on_the_spot.hand_in": (2, "APL", "71", "V1"),
        "case_on_the_spot.bank": (2, "APL", "71", "V1"),
    }


def test_only_the_street_may_say_that_it_already_happened() -> None:
    facts = {step.name for declaration in newest().values() for step in declaration.steps.values() if step.fact}
    street = ("show", "identify", "note", "order", "recheck", "hear", "decide", "deliver")
    orders = {"order.accept", "order.arrive", "order.handle", "order.return"}
    assert facts == orders | {f"case_on_the_spot.{verb}" for verb in street}


def test_no_shipped_clock_can_be_paused_without_ground() -> None:
    for declaration in newest().values():
        for step in declaration.steps.values():
            assert all(use.ground for use in step.does(ClockDo.PAUSE))


def test_machines_take_no_step_and_the_handler_is_kept_from_verifying() -> None:
    for declaration in newest().values():
        for step in declaration.steps.values():
            assert "machine" not in {seat.role for seat in step.who}
    assert newest()["order"].steps["order.verify"].checks == ("EVT-07",)


def test_role_act_table_has_a_row_an_act_and_a_column_a_role() -> None:
    table = role_act_table()
    assert set(table["order.sent"]) == set(ROLES) | set(KINDS)
    assert [role for role, may in table["order.sent"].items() if may] == ["dispatcher"]
    assert table["order.handled"]["officer"] == "○"
    assert table["order.verified"]["auditor"] == ""
    assert [role for role, may in table["clock.breached"].items() if may] == ["machine"]
    page = markdown()
    assert "| `order.sent` |" in page
    assert page.count("\n| ") == len(table) + 1


def test_diagrams_in_the_docs_are_those_of_the_declarations() -> None:
    """If this fails: ./run law diagrams"""
    assert console.diagrams(DOCS, write=False) == []


def test_stale_diagram_is_named_and_written(tmp_path: Path) -> None:
    assert console.diagrams(tmp_path, write=False) == [
        "case_on_the_spot.svg", "finding.svg", "incident.svg", "order.svg", "report.svg",
    ]  # fmt: skip
    assert console.diagrams(tmp_path, write=True)
    (tmp_path / "order.svg").write_text("old")
    assert console.diagrams(tmp_path, write=False) == ["order.svg"]


def test_checks_that_read_the_step_say_so() -> None:
    """What another check says of one step of an object is taken to hold for its other steps at that moment."""
    reads = re.compile(r"context\.(step|action)\b")
    silent = [
        name for name, known in registry.checks().items()
        if not known.by_step and reads.search(inspect.getsource(known.function))
    ]  # fmt: skip
    assert silent == []
    assert registry.checks()["OT-22"].by_step
