"""Every check of the on-the-spot case passes and refuses at its boundary. No database: a check sees facts only."""

from datetime import datetime, timedelta
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest

from oneteam.cases import checks as room
from oneteam.documents.declaration import remedy_on
from oneteam.journal.actors import Actor, ActorKind
from oneteam.journal.checks import Context, Failure, checks
from oneteam.kernel.clock import SHANGHAI
from oneteam.kernel.ids import uuid7
from oneteam.lawbook.checks import Severity
from oneteam.lawbook.checks import checks as texts
from oneteam.lawbook.matters import Kind
from oneteam.lawbook.penalties import Bearer, PartyKind
from oneteam.procedures.errors import Failed

NOW = datetime(2026, 11, 25, 14, 0, tzinfo=SHANGHAI)
MINUTE = timedelta(minutes=1)
CITIZEN, COMPANY, SHOP = PartyKind.CITIZEN, PartyKind.LEGAL_PERSON, PartyKind.INDIVIDUAL_BUSINESS


def ask(
    check: str, *, at: datetime = NOW, step: str = "case_on_the_spot.decide", preview: bool = False, **facts: Any
) -> str:
    """Return what a check says against these facts, "" where it passes."""
    context = Context(
        step=step, object_id=uuid7(), state="open", at=at, facts=facts, preview=preview,
        actor=Actor(kind=ActorKind.PERSON, id=str(uuid7()), role="officer"),
    )  # fmt: skip
    failure = checks()[check].function(context)
    if failure is None:
        return ""
    assert isinstance(failure, Failure)
    assert failure.fields.keys() == texts()[check].fields
    return str(Failed(texts()[check], failure.fields))


@pytest.fixture(autouse=True)
def settings_of_the_city(monkeypatch: pytest.MonkeyPatch) -> None:
    """Individual businesses count as citizens; everything that documents need is set; the register is sound."""
    monkeypatch.setattr("oneteam.lawbook.queries.individual_business", lambda name: Bearer.CITIZEN)
    monkeypatch.setattr(room, "unset", lambda template, values, day: [])
    monkeypatch.setattr(room, "receipt_taken", lambda number, besides: number == "TAKEN")


def test_inv_01_certificates_are_shown_before_the_first_question() -> None:
    assert ask("INV-01", shown_at=NOW) == ""
    assert ask("INV-01", shown_at=NOW + MINUTE)
    assert "55(1)" in ask("INV-01", shown_at=None)


def test_ord_01_correction_is_ordered_before_or_with_the_penalty_or_a_reason_given() -> None:
    assert ask("ORD-01", ordered_at=NOW, two_step=False) == ""
    assert ask("ORD-01", ordered_at=None, two_step=False, no_order_reason="已自行清理") == ""
    assert ask("ORD-01", ordered_at=NOW + MINUTE, two_step=False)
    assert ask("ORD-01", ordered_at=None, two_step=False, no_order_reason="  ")
    assert ask("ORD-01", ordered_at=None, two_step=False, preview=True) == "", "the reason may come with the proposal"
    assert ask("ORD-01", ordered_at=None, two_step=True, preview=True)


def two_step(**facts: Any) -> str:
    stored: dict[str, Any] = {
        "two_step": True, "ordered_at": NOW - 3 * MINUTE, "deadline": NOW - MINUTE, "rechecked_at": NOW,
        "correction": "not_corrected",
    }  # fmt: skip
    return ask("ORD-02", **{**stored, **facts})


def test_ord_02_deadline_passed_before_the_fine() -> None:
    assert two_step() == ""
    assert "had not passed" in two_step(deadline=NOW), "the last moment is the party's"
    assert two_step(deadline=NOW, rechecked_at=NOW + MINUTE), "a re-check to come proves nothing yet"
    assert two_step(deadline=None, ordered_at=NOW - MINUTE) == "", "at once: any later re-check"
    assert two_step(deadline=None, ordered_at=NOW)


def test_ord_02_refusal_is_proven_at_a_re_check() -> None:
    assert two_step(deadline=NOW + MINUTE, correction="refused") == ""
    assert two_step(rechecked_at=None, correction="")
    assert two_step(ordered_at=None)
    assert "corrected" in two_step(correction="corrected")
    assert two_step(two_step=False, ordered_at=None) == "", "only two-step matters"
    assert two_step(ordered_at=None, penalty="warning") == "", "only before a fine"


@pytest.mark.parametrize(
    ("party", "most"), [(CITIZEN, 200), (COMPANY, 3000), (PartyKind.OTHER_ORGANISATION, 3000), (SHOP, 200)]
)
def test_sim_01_limit_by_party(party: PartyKind, most: int) -> None:
    assert ask("SIM-01", party=party, amount=Decimal(most)) == ""
    said = ask("SIM-01", party=party, amount=Decimal(most) + Decimal("0.01"))
    assert said.startswith("SIM-01")
    assert "article 51" in said


@pytest.mark.parametrize(("party", "before", "since"), [(CITIZEN, 50, 200), (COMPANY, 1000, 3000)])
def test_sim_01_limit_by_date(party: PartyKind, before: int, since: int) -> None:
    last = datetime(2021, 7, 14, 23, 59, tzinfo=SHANGHAI)
    assert ask("SIM-01", party=party, amount=Decimal(before), at=last) == ""
    assert "article 33" in ask("SIM-01", party=party, amount=Decimal(before + 1), at=last)
    assert ask("SIM-01", party=party, amount=Decimal(since), at=last + MINUTE) == ""
    assert "article 51" in ask("SIM-01", party=party, amount=Decimal(since + 1), at=last + MINUTE)


def test_sim_01_warning_has_no_limit() -> None:
    assert ask("SIM-01", party=CITIZEN, amount=None) == ""


def simple(kinds: tuple[str, ...] = ("fine",), *, bases: tuple[str, ...] = ("16.3",), **facts: Any) -> str:
    matter = SimpleNamespace(kind=Kind.ENFORCEMENT, bases_on=lambda day: bases, kinds=lambda day: frozenset(kinds))
    stored = {"matter": matter, "on": NOW.date(), "penalty": "fine", "clear": True, "other_kinds": False}
    return ask("SIM-02", **{**stored, **facts})


def test_sim_02_facts_basis_and_kind() -> None:
    assert simple() == ""
    assert simple(("warning", "fine"), penalty="warning_and_fine") == ""
    assert "no basis" in simple(bases=())
    assert "does not threaten" in simple(penalty="warning")
    assert "does not threaten" in simple(penalty="warning_and_fine")
    assert "not clear" in simple(clear=False)
    assert "another kind" in simple(other_kinds=True)


def test_sim_04_decision_is_complete() -> None:
    assert ask("SIM-04", lacking=[]) == ""
    assert "Time of the act" in ask("SIM-04", lacking=["Time of the act"])


def test_sim_05_reconsideration_comes_first_since_2024(monkeypatch: pytest.MonkeyPatch) -> None:
    assert ask("SIM-05", at=datetime(2024, 1, 1, tzinfo=SHANGHAI)) == ""
    monkeypatch.setattr(room, "remedy", lambda template, day: None)
    assert "no text" in ask("SIM-05")
    monkeypatch.setattr(room, "remedy", lambda template, day: remedy_on("general", day))
    assert "another document" in ask("SIM-05")


def test_sim_05_body_of_reconsideration_is_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "unset", lambda template, values, day: ["remedy.reconsideration_body", "payment.bank"])
    said = ask("SIM-05")
    assert "remedy.reconsideration_body" in said
    assert "payment.bank" not in said


def told(**facts: Any) -> str:
    stored: dict[str, Any] = {
        "told_at": NOW, "facts_at": NOW, "told_penalty": "fine", "told_amount": Decimal(50), "penalty": "fine",
        "amount": Decimal(50),
    }  # fmt: skip
    return ask("SIM-06", **{**stored, **facts})


def test_sim_06_told_and_heard_before_the_decision() -> None:
    assert told() == ""
    assert told(told_at=None)
    assert told(told_at=NOW + MINUTE)
    assert "entered anew" in told(told_at=NOW - MINUTE)


def test_sim_06_defence_never_makes_it_worse() -> None:
    assert told(amount=Decimal(49)) == ""
    assert "only 50 yuan" in told(amount=Decimal(51))
    assert "another kind" in told(penalty="warning")
    assert told(penalty="warning", amount=None, told_penalty="warning_and_fine") == ""
    assert told(penalty="warning_and_fine")


def delivery(**facts: Any) -> str:
    return ask("SIM-07", step="case_on_the_spot.deliver", **{"decided_at": NOW, "way": "handed", **facts})


def test_sim_07_handed_over_the_same_day() -> None:
    midnight = datetime(2026, 11, 25, 0, 0, tzinfo=SHANGHAI)
    assert delivery(decided_at=midnight, at=midnight + timedelta(hours=23, minutes=59)) == ""
    assert delivery(decided_at=midnight, at=midnight + timedelta(hours=24))


def test_sim_07_refusal_is_noted_with_witness_or_recording() -> None:
    assert delivery(way="refused", refusal="拒绝签字", proof="社区工作人员在场") == ""
    assert "how the party refused" in delivery(way="refused", refusal=" ", proof="社区工作人员在场")
    assert "witness" in delivery(way="refused", refusal="拒绝签字", proof="")


def watched(check: str, fact: str) -> None:
    """Hold a check that is only watched to its boundary: the last moment is in time."""
    assert texts()[check].severity is Severity.WATCH
    cases: list[tuple[datetime | None, bool]] = [(NOW, False), (None, False), (NOW - timedelta(seconds=1), True)]
    for due, late in cases:
        facts: dict[str, Any] = {fact: due}
        assert bool(ask(check, **facts)) is late


def test_sim_08_reported_by_the_last_moment() -> None:
    watched("SIM-08", "record_due")


def test_pay_04_handed_in_by_the_last_moment() -> None:
    watched("PAY-04", "hand_in_due")


def test_pay_05_banked_by_the_last_moment() -> None:
    watched("PAY-05", "bank_due")


def test_num_01_register_has_no_gap(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "numbering_faults", lambda series, year: [])
    assert ask("NUM-01") == ""
    monkeypatch.setattr(room, "numbering_faults", lambda series, year: [f"{series} {year}: no. 2 is missing"])
    assert "on_the_spot 2026: no. 2 is missing" in ask("NUM-01")


def cash(amount: str = "100", ground: str = "small", **facts: Any) -> str:
    return ask("PAY-02", **{"payment": "cash", "cash_ground": ground, "amount": Decimal(amount), **facts})


def test_pay_02_up_to_100_yuan() -> None:
    assert cash("100") == ""
    assert "more than 100 yuan" in cash("100.01")
    assert cash("101")
    assert cash("101", payment="bank") == ""
    assert cash("20", at=datetime(2021, 7, 14, tzinfo=SHANGHAI)) == ""
    assert cash("21", at=datetime(2021, 7, 14, tzinfo=SHANGHAI))


def test_pay_02_other_grounds_are_noted() -> None:
    assert cash("200", "hard_later", ground_note="流动摊贩，无固定住所") == ""
    assert cash("200", "hard_later", ground_note=" ")
    assert cash("200", "remote", ground_note="海岛，当事人提出") == ""
    assert cash("200", "remote")
    assert "no ground" in cash("50", "")
    assert "no fine" in ask("PAY-02", payment="cash", cash_ground="small", amount=None)


def test_pay_03_receipt_has_a_number_of_its_own() -> None:
    assert ask("PAY-03", payment="cash", receipt_number="330000001") == ""
    assert ask("PAY-03", payment="bank", receipt_number="") == ""
    assert ask("PAY-03", payment="cash", receipt_number=" ")
    assert "another case" in ask("PAY-03", payment="cash", receipt_number="TAKEN")


def test_ot_21_who_and_what_are_known_first() -> None:
    assert ask("OT-21", party=CITIZEN, matter=object(), facts_at=NOW) == ""
    assert "identify the party" in ask("OT-21", party=None, matter=object(), facts_at=NOW)
    assert "note the facts" in ask("OT-21", party=CITIZEN, matter=object(), facts_at=None)


def after(step: str, **facts: Any) -> str:
    stored: dict[str, Any] = {
        **dict.fromkeys(("recorded_at", "paid_at", "handed_in_at", "banked_at")), "nothing_due": False, "cash": False,
    }  # fmt: skip
    return ask("OT-22", step=f"case_on_the_spot.{step}", **{**stored, **facts})


def test_ot_22_entered_once_and_only_what_is_there() -> None:
    assert (
        after("record")
        == after("pay")
        == after("hand_in", cash=True)
        == after("bank", cash=True, handed_in_at=NOW)
        == ""
    )
    assert after("record", recorded_at=NOW)
    assert after("pay", paid_at=NOW)
    assert after("pay", nothing_due=True)
    assert after("hand_in")
    assert after("hand_in", cash=True, handed_in_at=NOW)
    assert after("bank", cash=True)
    assert after("bank", cash=True, handed_in_at=NOW, banked_at=NOW)


def test_ot_23_nothing_is_left() -> None:
    stored: dict[str, Any] = {
        "recorded_at": NOW,
        "paid_at": NOW,
        "banked_at": None,
        "nothing_due": False,
        "cash": False,
    }
    assert ask("OT-23", **stored) == ""
    assert ask("OT-23", **{**stored, "paid_at": None, "nothing_due": True, "cash": True, "banked_at": NOW}) == ""
    assert ask("OT-23", **{**stored, "recorded_at": None})
    assert ask("OT-23", **{**stored, "paid_at": None})
    assert ask("OT-23", **{**stored, "nothing_due": True, "cash": True})
