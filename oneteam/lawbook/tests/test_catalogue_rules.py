"""CAT-01 to CAT-07, FIL-04, FIL-06 and DEC-08, each allowed and refused at its boundary."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.utils.translation import override

from oneteam.journal.actors import operator
from oneteam.journal.checks import Context, checks
from oneteam.kernel.ids import uuid7
from oneteam.lawbook import rules
from oneteam.lawbook.layers import pack_catalogue
from oneteam.lawbook.matters import Kind, Matter
from oneteam.lawbook.packs import StatuteVersion, Transfer, pack_statutes, threshold
from oneteam.lawbook.penalties import PartyKind
from oneteam.lawbook.rules import RuleFailure
from oneteam.lawbook.spans import Span
from oneteam.lawbook.tests.test_catalogue_format import read
from oneteam.lawbook.text import Text

DAY = date(2026, 11, 25)
LEVELS = ("law", "admin_regulation", "local_regulation", "department_rule", "local_rule", "document")
CODE = date(2026, 8, 15)  # the Ecological Environment Code takes effect


def statute(level: str, name: str = "某法", *, until: date | None = None, higher: bool = False) -> StatuteVersion:
    return StatuteVersion(name, name, level, date(2020, 1, 1), None, until, "", "V1", higher)


def register(*versions: StatuteVersion) -> Mapping[str, Sequence[StatuteVersion]]:
    return {version.name: [version] for version in versions}


def matter(penalties: str = "warning", basis: str = "某法@1", **cells: str) -> Matter:
    return read({"penalties": penalties, "basis": basis, **cells})[0].matter


def shipped(code: str) -> Matter:
    return next(line.matter for line in pack_catalogue().values() if line.matter.code == code)


def ids(failures: Sequence[RuleFailure]) -> list[str]:
    """The checks that failed, each able to say in both languages what fails and what cures it."""
    for failure in failures:
        for language in ("zh-hans", "en"):
            with override(language):
                assert failure.sentence.startswith(failure.check)
                assert failure.cure
                assert "{" not in failure.sentence + failure.cure
    return [failure.check for failure in failures]


@pytest.mark.parametrize("level", LEVELS[:-1])
def test_cat_01_law_regulation_or_rule_may_found_a_penalty(level: str) -> None:
    assert rules.instrument_failures(matter(), register(statute(level))) == []


@pytest.mark.parametrize(
    ("basis", "versions"),
    [
        ("", (statute("law"),)),
        ("某法@1", (statute("document"),)),
        ("某法@1", ()),
        ("某法@1; 某通知@2", (statute("law"), statute("document", "某通知"))),
    ],
)
def test_cat_01_document_or_nothing_is_refused(basis: str, versions: Sequence[StatuteVersion]) -> None:
    assert ids(rules.instrument_failures(matter(basis=basis), register(*versions))) == ["CAT-01"]


def test_cat_01_service_needs_no_basis() -> None:
    service = replace(matter(), kind=Kind.SERVICE, bases=(), penalties=())
    assert rules.instrument_failures(service, {}) == []


ALLOWED = {
    "law": {"warning", "fine", "suspend_licence", "revoke_licence", "revoke_business_licence", "close", "other"},
    "admin_regulation": {
        "warning",
        "fine",
        "revoke_licence",
        "revoke_business_licence",
        "restrict_employment",
        "other",
    },
    "local_regulation": {"warning", "fine", "confiscate_property", "revoke_licence", "suspend_business", "close"},
    "department_rule": {"warning", "criticism", "fine"},
    "local_rule": {"warning", "criticism", "fine"},
}
REFUSED = {
    "admin_regulation": {"detention"},
    "local_regulation": {"detention", "revoke_business_licence", "other"},
    "department_rule": {"confiscate_gains", "suspend_licence", "close", "detention"},
    "local_rule": {"confiscate_property", "suspend_business", "revoke_licence"},
    "document": {"warning", "fine"},
}


def _one(kind: str) -> str:
    return "fine any 0..50" if kind == "fine" else kind


@pytest.mark.parametrize(
    ("level", "kind"), [(level, kind) for level, kinds in ALLOWED.items() for kind in sorted(kinds)]
)
def test_cat_02_kind_that_the_instrument_may_create(level: str, kind: str) -> None:
    assert rules.kind_failures(matter(_one(kind)), register(statute(level))) == []


@pytest.mark.parametrize(
    ("level", "kind"), [(level, kind) for level, kinds in REFUSED.items() for kind in sorted(kinds)]
)
def test_cat_02_kind_above_the_instrument_is_refused(level: str, kind: str) -> None:
    assert ids(rules.kind_failures(matter(_one(kind)), register(statute(level)))) == ["CAT-02"]


def test_cat_02_higher_basis_of_the_same_days_creates_the_kind() -> None:
    both = register(statute("department_rule"), statute("law", "某上位法"))
    assert rules.kind_failures(matter("close", "某法@1; 某上位法@2"), both) == []
    late = matter("close [..2026-08-14]", "某法@1; 某上位法@2 [2026-08-15..]")
    assert ids(rules.kind_failures(late, both)) == ["CAT-02"]


@pytest.mark.parametrize(
    ("maximum", "higher", "fits"),
    [(30000, False, True), (30001, False, False), (100000, True, True), (100001, True, False)],
)
def test_cat_03_cap_of_a_local_rule(maximum: int, higher: bool, fits: bool) -> None:
    failures = rules.cap_failures(
        matter(f"fine any 0..{maximum}"), register(statute("local_rule", higher=higher)), on=DAY
    )
    assert ids(failures) == ([] if fits else ["CAT-03"])


def test_cat_03_multiple_of_a_base_has_no_shown_cap_and_other_instruments_have_none() -> None:
    times = matter("fine any 1x..3x illegal_gains")
    assert ids(rules.cap_failures(times, register(statute("local_rule")), on=DAY)) == ["CAT-03"]
    assert rules.cap_failures(matter("fine any 0..30001"), register(statute("local_regulation")), on=DAY) == []


def test_cat_04_detention_is_refused_and_its_neighbour_is_not() -> None:
    assert ids(rules.detention_failures(matter("warning; detention"))) == ["CAT-04"]
    assert rules.detention_failures(matter("warning; restrict_employment")) == []


@pytest.mark.parametrize(
    ("day", "given"),
    [
        (date(2020, 1, 31), False), (date(2020, 2, 1), True), (date(2026, 6, 30), True), (date(2026, 7, 1), False),
    ],
)  # fmt: skip
def test_cat_05_approval_covers_the_day_of_the_act(day: date, given: bool) -> None:
    transfer = Transfer(
        "t", Text("录", "list"), "1号", date(2020, 1, 10), Span(date(2020, 2, 1), date(2026, 6, 30)), "V1"
    )
    failures = rules.transfer_failures(replace(matter(), transfer="t"), {"t": transfer}, on=day)
    assert ids(failures) == ([] if given else ["CAT-05"])


def test_cat_05_unknown_approval_is_refused_and_service_needs_none() -> None:
    assert ids(rules.transfer_failures(replace(matter(), transfer=""), {}, on=DAY)) == ["CAT-05"]
    assert rules.transfer_failures(replace(matter(), kind=Kind.SERVICE), {}, on=DAY) == []


@pytest.mark.parametrize(
    ("act", "decision", "compared", "lawful"),
    [
        (date(2026, 8, 14), date(2026, 8, 14), False, True),
        (date(2026, 8, 14), CODE, False, False),
        (date(2026, 8, 14), CODE, True, True),
        (CODE, CODE, True, False),
        (date(2019, 12, 31), date(2020, 1, 1), True, False),
        (date(2020, 1, 1), date(2020, 1, 1), False, True),
    ],
)
def test_cat_06_basis_is_law_on_the_days_of_act_and_decision(
    act: date, decision: date, compared: bool, lawful: bool
) -> None:
    old = register(statute("law", until=date(2026, 8, 14)))
    failures = rules.validity_failures(matter(), old, act_day=act, decision_day=decision, compared=compared)
    assert ids(failures) == ([] if lawful else ["CAT-06"])


def test_cat_06_span_of_the_basis_counts_as_well() -> None:
    code = matter(basis="某法@1 [2026-08-15..]")
    known = register(statute("law"))
    assert rules.validity_failures(code, known, act_day=CODE, decision_day=DAY) == []
    assert ids(rules.validity_failures(code, known, act_day=date(2026, 8, 14), decision_day=DAY)) == ["CAT-06"]


@pytest.mark.parametrize(
    "name",
    [
        "环境保护法", "环境影响评价法", "大气污染防治法", "水污染防治法", "土壤污染防治法", "固体废物污染环境防治法",
        "噪声污染防治法", "放射性污染防治法", "清洁生产促进法", "海洋环境保护法",
    ],
)  # fmt: skip
def test_cat_07_none_of_the_ten_repealed_laws_after_2026_08_15(name: str) -> None:
    known: dict[str, list[StatuteVersion]] = {}
    for version in pack_statutes():
        known.setdefault(version.name, []).append(version)
    old = matter(basis=f"{name}@1")
    assert ids(rules.repealed_failures(old, known, on=CODE)) == ["CAT-07"]
    assert rules.repealed_failures(old, known, on=date(2026, 8, 14)) == []
    ended = matter(basis=f"{name}@1", valid_to="2026-08-14")
    assert rules.repealed_failures(ended, known, on=CODE) == []


@pytest.mark.parametrize(
    ("party", "amount", "fits"),
    [("citizen", "0", False), ("citizen", "0.01", True), ("citizen", "50", True), ("citizen", "50.01", False),
     ("citizen", "51", False), ("legal_person", "50", True), ("legal_person", "51", False)],
)  # fmt: skip
def test_dec_08_street_stall_ends_at_fifty_yuan(party: str, amount: str, fits: bool) -> None:
    failures = rules.amount_failures(shipped("F01-001"), PartyKind(party), Decimal(amount), on=DAY)
    assert ids(failures) == ([] if fits else ["DEC-08"])


@pytest.mark.parametrize(
    ("amount", "grounds", "fits"),
    [("99", (), False), ("99", ("32",), True), ("99", ("33",), False), ("100", (), True), ("1000", (), True),
     ("1001", (), False), ("1001", ("32",), False)],
)  # fmt: skip
def test_dec_08_below_the_minimum_needs_a_mitigating_ground(amount: str, grounds: tuple[str, ...], fits: bool) -> None:
    failures = rules.amount_failures(shipped("F01-002"), PartyKind.CITIZEN, Decimal(amount), on=DAY, grounds=grounds)
    assert ids(failures) == ([] if fits else ["DEC-08"])


def test_dec_08_gap_between_two_ranges_and_no_range_for_the_party_are_refused() -> None:
    gap = matter("fine any 20..50; fine any 100..500")
    assert ids(rules.amount_failures(gap, PartyKind.CITIZEN, Decimal(70), on=DAY)) == ["DEC-08"]
    assert rules.amount_failures(gap, PartyKind.CITIZEN, Decimal(100), on=DAY) == []
    firms = matter("fine organisation 100..500")
    assert ids(rules.amount_failures(firms, PartyKind.CITIZEN, Decimal(100), on=DAY)) == ["DEC-08"]


def test_dec_08_share_of_a_base_is_measured() -> None:
    share = matter("fine any 5%..10% contract_price")
    given = {"contract_price": Decimal(10_000)}
    for amount, fits in (("499.99", False), ("500", True), ("1000", True), ("1000.01", False)):
        failures = rules.amount_failures(share, PartyKind.LEGAL_PERSON, Decimal(amount), on=DAY, measured=given)
        assert ids(failures) == ([] if fits else ["DEC-08"])


@pytest.mark.parametrize(
    ("act_day", "penalised", "lighter", "lawful"),
    [
        (date(2026, 5, 1), True, True, False),  # the fourteenth birthday itself is still under fourteen
        (date(2026, 5, 1), False, False, True),
        (date(2026, 5, 2), True, False, False),
        (date(2026, 5, 2), True, True, True),
        (date(2030, 5, 1), True, False, False),
        (date(2030, 5, 2), True, False, True),
    ],
)
def test_fil_04_age_on_the_day_of_the_act(act_day: date, penalised: bool, lighter: bool, lawful: bool) -> None:
    failures = rules.age_failures(date(2012, 5, 1), act_day, penalised=penalised, lighter=lighter)
    assert ids(failures) == ([] if lawful else ["FIL-04"])


@pytest.mark.parametrize(
    ("earlier", "fined", "lawful"), [((), True, True), (("1号",), True, False), (("1号",), False, True)]
)
def test_fil_06_same_act_is_fined_once(earlier: tuple[str, ...], fined: bool, lawful: bool) -> None:
    assert ids(rules.second_fine_failures(earlier, fined=fined)) == ([] if lawful else ["FIL-06"])


@pytest.mark.parametrize(
    ("party", "day", "most"),
    [("citizen", date(2021, 7, 14), 50), ("citizen", date(2021, 7, 15), 200),
     ("organisation", date(2021, 7, 14), 1000), ("organisation", date(2021, 7, 15), 3000)],
)  # fmt: skip
def test_limit_on_the_spot_by_party_and_day(party: str, day: date, most: int) -> None:
    found = threshold("on_the_spot_fine", on=day, party=party)
    assert (found.value, found.mark) == (Decimal(most), "V1" if day.day == 15 else "V2")


def test_rule_is_a_check_that_a_step_may_name_with_facts_called_as_its_arguments() -> None:
    facts = {"matter": shipped("F01-001"), "party": PartyKind.CITIZEN, "amount": Decimal(51)}
    context = Context(
        step="decide", object_id=uuid7(), state=None, actor=operator("t"), at=datetime(2026, 11, 25, tzinfo=UTC),
        facts=facts,
    )  # fmt: skip
    decide = checks()["DEC-08"].function
    assert decide(context) is not None
    assert decide(replace(context, facts={**facts, "amount": Decimal(50)})) is None
    proposed_later = replace(context, facts={"matter": facts["matter"]}, preview=True)
    assert decide(proposed_later) is None
    with pytest.raises(LookupError, match="party"):
        decide(replace(proposed_later, preview=False))
