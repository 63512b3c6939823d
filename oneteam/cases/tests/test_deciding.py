"""Decisions and what follows them: documents, money, what happened without signal, what is sent twice; the proof."""

import subprocess
import sys
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.conf import settings

from conftest import City
from oneteam.cases import acts, closing, queries
from oneteam.cases.deciding import Proposed
from oneteam.cases.tests.making import (
    BICYCLES,
    CASHIER,
    COMPANY,
    CREDIT,
    DAY,
    FIRST,
    MINUTE,
    SECOND,
    WASTE,
    certify,
    decided,
    delivered,
    fine,
    fined,
    heard,
    id_number,
    identified,
    known,
    noted,
    officer,
    opened,
    ordered,
    person,
    rechecked,
    refused,
    row,
    state,
)
from oneteam.documents.acts import reserve_numbers
from oneteam.documents.queries import document, documents_about, numbering_faults, values_of
from oneteam.journal.models import Act
from oneteam.journal.notes import public_path
from oneteam.journal.once import KeyUsedError
from oneteam.journal.prove import prove
from oneteam.journal.queries import timeline
from oneteam.kernel.clock import SHANGHAI, legal_day
from oneteam.kernel.errors import BadInputError, MissingError, NotAllowedError
from oneteam.kernel.idnumbers import credit_code_check
from oneteam.kernel.ids import uuid7
from oneteam.procedures.queries import NextState, clocks, next_steps
from oneteam.things.models import Party
from tests.world import AT, actor, follow

pytestmark = pytest.mark.usefixtures("city")

SCRIPT = Path(settings.BASE_DIR) / "tools" / "verify_proof.py"


# ---- the documents


def test_sim_03_reserved_number_is_used_once_and_a_foreign_one_never() -> None:
    case = known()
    ordered(case)
    rechecked(case)
    heard(case, fine(50))
    [mine] = reserve_numbers(actor=officer(), at=AT, series="on_the_spot", count=1, device="手机")
    [foreign] = reserve_numbers(actor=officer(SECOND), at=AT, series="on_the_spot", count=1, device="手机")
    assert refused(decided, case, fine(50), number=foreign) == ["SIM-03"]
    assert refused(decided, case, fine(50), number="云综执当罚决字〔2026〕第99999号") == ["SIM-03"]
    decided(case, fine(50), number=mine)
    decision = document(row(case).decision or uuid7())
    assert decision.number is not None
    assert decision.number.text == mine
    assert numbering_faults("on_the_spot", legal_day(AT).year) == []


def test_sim_04_decision_without_representative_of_a_firm_is_incomplete() -> None:
    case = known(BICYCLES, party={**COMPANY, "representative": ""})
    ordered_without = refused  # the order to correct lacks the same name and says so
    with pytest.raises(BadInputError, match="Legal representative"):
        ordered(case)
    heard(case, fine(3000))
    assert "SIM-04" in ordered_without(decided, case, fine(3000))


def test_documents_say_what_the_case_says() -> None:
    case = fined()
    issued = {one.template: one for one in documents_about([case])[case]}
    assert set(issued) == {"order_to_correct", "decision_on_the_spot"}
    order, decision = issued["order_to_correct"], issued["decision_on_the_spot"]
    values = values_of([decision])[decision.id]
    assert order.number is not None
    assert values["order_number"] == order.number.text
    assert values["correction"] == "经复查，拒不改正。"
    assert (values["party_name"], values["party_number"]) == ("林垟喆", id_number())
    assert values["violated"] == "《浙江省城市市容和环境卫生管理条例》第十六条第一款"
    assert values["basis"] == "《浙江省城市市容和环境卫生管理条例》第十六条第三款"
    assert (values["amount"], values["payment"]) == ("50.00", "bank")
    assert (values["officer_1"], values["officer_1_certificate"]) == ("翁山行", f"ZJ-{FIRST}")
    assert (values["officer_2"], values["officer_2_certificate"]) == ("骆承野", f"ZJ-{SECOND}")
    assert decision.id == row(case).decision


def test_sim_07_refusal_to_sign_is_noted_with_its_witness() -> None:
    case = fined()
    assert refused(delivered, case, way="refused", refusal="拒绝签字") == ["SIM-07"]
    delivered(case, way="refused", refusal="拒绝签字", proof="社区工作人员王某在场")
    receipt = documents_about([case])[case][-1]
    values = values_of([receipt])[receipt.id]
    assert (values["way"], values["refusal"], values["proof"]) == ("left", "拒绝签字", "社区工作人员王某在场")


# ---- money and what follows


def test_pay_02_cash_100_and_101() -> None:
    case = known(WASTE)
    heard(case, fine(101))
    cash: dict[str, Any] = {
        "payment": "cash",
        "cash_ground": "small",
        "receipt_number": "330000001",
        "no_order_reason": "已清理",
    }
    assert refused(decided, case, fine(101), **cash) == ["PAY-02"]
    decided(case, fine(100), **cash)
    assert row(case).receipt_number == "330000001"


def test_pay_03_receipt_stands_in_one_case() -> None:
    cash: dict[str, Any] = {"payment": "cash", "cash_ground": "small", "receipt_number": "330000001"}
    fined(**cash)
    case = known(party={"id_number": id_number(serial="125")}, certified=False)
    ordered(case)
    rechecked(case)
    heard(case, fine(50))
    assert refused(decided, case, fine(50), **cash) == ["PAY-03"]
    assert refused(decided, case, fine(50), **{**cash, "receipt_number": ""}) == ["SIM-04", "PAY-03"]


def due(case: UUID, name: str) -> datetime:
    [clock] = [one for one in clocks([case], AT)[case] if one.name == f"case_on_the_spot.{name}"]
    return clock.due.astimezone(SHANGHAI)


def test_cash_goes_to_agency_and_bank_within_two_working_days_each() -> None:
    friday = datetime(2026, 11, 27, 15, 0, tzinfo=SHANGHAI)
    case = fined(at=friday, payment="cash", cash_ground="small", receipt_number="330000001")
    assert due(case, "hand_in").date().isoformat() == "2026-12-01", "PAY-04: Monday and Tuesday"
    delivered(case, at=friday)
    assert [one.name for one in clocks([case], AT)[case] if "pay" in one.name] == [], "nothing is due at the bank"
    closing.hand_in(actor=CASHIER, at=friday + DAY, case=case)
    assert due(case, "bank").date().isoformat() == "2026-12-01", "PAY-05"
    assert refused(closing.close_case, actor=officer(), at=friday + DAY, case=case) == ["OT-23"]
    closing.bank(actor=CASHIER, at=friday + 3 * DAY, case=case, slip="B-1")
    closing.report_for_record(actor=officer(), at=friday + 3 * DAY, case=case)
    closing.close_case(actor=officer(), at=friday + 3 * DAY, case=case)
    assert state(case) == "closed"


def test_fine_at_the_bank_is_due_after_fifteen_days_rolled_forward_for_the_party() -> None:
    case = fined(at=datetime(2026, 9, 18, 10, 0, tzinfo=SHANGHAI))
    delivered(case, at=datetime(2026, 9, 18, 10, 5, tzinfo=SHANGHAI))
    assert due(case, "pay").date().isoformat() == "2026-10-08", "3 October is a holiday"
    assert refused(closing.hand_in, actor=CASHIER, at=AT, case=case) == ["OT-22"]
    closing.enter_payment(actor=CASHIER, at=AT, case=case, slip="B-2")
    assert refused(closing.enter_payment, actor=CASHIER, at=AT, case=case, slip="B-3") == ["OT-22"]


def test_who_decides_does_not_collect_at_the_bank() -> None:
    case = fined()
    delivered(case)
    with pytest.raises(NotAllowedError):
        closing.enter_payment(actor=officer(), at=AT, case=case, slip="B-2")


def test_warning_closes_without_money() -> None:
    case = known("F29-005")
    heard(case, Proposed(penalty="warning"))
    decided(case, Proposed(penalty="warning"), no_order_reason="已驶离")
    delivered(case)
    closing.report_for_record(actor=officer(), at=AT, case=case)
    closing.close_case(actor=officer(), at=AT, case=case)
    assert (row(case).amount, row(case).payment, state(case)) == (None, "", "closed")


# ---- what has happened is recorded, with what was wrong about it


def test_decision_handed_over_without_signal_is_recorded_with_its_breaches() -> None:
    case = known()
    heard(case, fine(50))
    [number] = reserve_numbers(actor=officer(), at=AT, series="on_the_spot", count=1, device="手机")
    decided(case, fine(50), number=number, happened=True)
    delivered(case, at=AT + DAY, way="refused", happened=True)
    kept = {
        act.kind: [one["check"] for one in act.payload["breaches"]]
        for act in Act.objects.filter(stream=case)
        if "breaches" in act.payload
    }
    assert kept["case.decided"] == ["ORD-01", "ORD-02"]
    assert kept["case.delivered"] == ["SIM-07"]
    assert state(case) == "delivered"


def test_opening_cannot_be_told_afterwards() -> None:
    case = fined()
    with pytest.raises(BadInputError, match="can only be proposed"):
        acts.case_step("record", actor=officer(), at=AT, row=row(case), once=None, happened=True)


# ---- sent twice, wrong, in bulk


def test_sent_twice_is_done_once() -> None:
    certify(FIRST, SECOND)
    first = acts.open_case(actor=officer(), at=AT, second=person(SECOND), key="k1")
    assert acts.open_case(actor=officer(), at=AT + MINUTE, second=person(SECOND), key="k1") == first
    with pytest.raises(KeyUsedError):
        acts.open_case(actor=officer(), at=AT, second=person("dai.haiping"), key="k1")
    acts.show_certificates(actor=officer(), at=AT, case=first, key="k2")
    values: dict[str, Any] = {
        "actor": officer(),
        "case": first,
        "kind": "citizen",
        "name": "林垟喆",
        "id_number": id_number(),
    }
    acts.identify_party(at=AT, key="k3", **values)
    assert acts.identify_party(at=AT + MINUTE, key="k3", **values).replayed
    assert Party.objects.filter(kind="citizen").count() == 1


def test_number_of_somebody_else_and_code_of_another_name_are_refused() -> None:
    case = known(party=COMPANY)
    with pytest.raises(BadInputError, match="stands for “云屿骑行科技有限公司”"):
        identified(case, **{**COMPANY, "name": "另一家公司"})
    with pytest.raises(BadInputError, match="last character"):
        identified(
            case, **{**COMPANY, "credit_code": CREDIT + "0" if credit_code_check(CREDIT) != "0" else CREDIT + "1"}
        )


def test_bad_facts_leave_nothing() -> None:
    case = opened()
    before = Act.objects.count()
    for wrong in ({"found_at": AT + MINUTE}, {"where": " "}, {"act": ""}, {"premises": uuid7()}):
        with pytest.raises(BadInputError):
            noted(case, **wrong)
    with pytest.raises(MissingError):
        noted(case, "F99-999")
    with pytest.raises(BadInputError, match="none that the bureau enforces"):
        noted(case, "F03-051")  # a road is mended
    assert Act.objects.count() == before


def test_deadline_of_an_order_lies_ahead() -> None:
    case = known()
    with pytest.raises(BadInputError, match="ahead"):
        ordered(case, deadline=AT)


def test_next_steps_tell_what_is_lawful_and_what_blocks_the_rest() -> None:
    case = known()
    steps = {one.step.rpartition(".")[2]: one for one in next_steps([case], officer(), AT)[case]}
    assert steps["order"].state is NextState.LAWFUL
    assert [failed.id for failed in steps["decide"].blockers] == ["ORD-01", "ORD-02", "SIM-06"]
    assert all(failed.cure for failed in steps["decide"].blockers)
    attendant = next_steps([case], actor(FIRST, "grid_attendant"), AT)[case]
    assert {one.state for one in attendant} <= {NextState.OTHER, NextState.BLOCKED}
    assert {failed.id for one in attendant for failed in one.blockers} <= {"OFF-05"}


def test_timeline_holds_case_and_documents_and_no_name() -> None:
    case = fined()
    kinds = [entry.kind for entry in reversed(timeline(case))]
    assert kinds[0] == "case.opened"
    assert kinds.count("document.issued") == 2
    assert not [entry for entry in timeline(case) if "林垟喆" in str(entry.payload) + entry.sentence]
    assert queries.texts(row(case))["statement"] == "生意不好，请求从轻。"


def test_file_of_a_case_is_proven_offline(city: City, tmp_path: Path) -> None:
    case = fined()
    follow(city.name)
    proof = tmp_path / "case.json"
    proof.write_text(prove(object_id=case).text(), "utf-8")
    command = [sys.executable, "-I", str(SCRIPT), str(proof), "--key", str(public_path(Path(settings.SEALER_KEY)))]
    good = subprocess.run(command, capture_output=True, text=True, check=False)
    assert good.returncode == 0, good.stdout + good.stderr
    assert "林垟喆" not in proof.read_text("utf-8")
    changed = proof.read_text("utf-8").replace('\\"amount\\",\\"50\\"', '\\"amount\\",\\"05\\"')
    assert changed != proof.read_text("utf-8")
    proof.write_text(changed, "utf-8")
    assert subprocess.run(command, capture_output=True, text=True, check=False).returncode == 1
