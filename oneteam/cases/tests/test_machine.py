"""Random ways through cases: whatever is tried in whatever order and by whomever, no unlawful decision comes out.

What must hold of a decision is said here anew, from the row alone; documents are not drawn, which takes a second each.
"""

import io
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from uuid import UUID

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from PIL import Image

from oneteam.cases import acts, closing, deciding, ordering
from oneteam.cases.deciding import Proposed, Settling
from oneteam.cases.models import Case
from oneteam.cases.tests.making import BICYCLES, FIRST, SECOND, STALL, WASTE, certify, officer, person
from oneteam.documents.queries import documents_about, numbering_faults
from oneteam.documents.rendering import Rendered
from oneteam.journal.actors import Actor, ActorKind
from oneteam.journal.models import Act
from oneteam.kernel.clock import legal_day
from oneteam.kernel.errors import OneteamError
from oneteam.kernel.ids import uuid7
from oneteam.procedures.models import Clock
from oneteam.procedures.queries import NextState, next_steps, runs
from tests.world import AT, actor

MOST = {STALL: 50, WASTE: 200, BICYCLES: 0}  # of a citizen, on the spot; bicycles are fined on organisations only


class Ways(RuleBasedStateMachine):
    """Cases of two officers, moved by whoever comes along."""

    def __init__(self) -> None:
        super().__init__()
        self.now = AT
        self.cases: list[UUID] = []
        self.people: dict[str, Actor] = {
            "first": officer(FIRST), "second": officer(SECOND), "other": actor("dai.haiping"),
            "attendant": actor(FIRST, "grid_attendant"),
            "cashier": Actor(kind=ActorKind.PERSON, id=str(uuid7()), post=uuid7(), role="cashier"),
        }  # fmt: skip

    who = st.sampled_from(["first", "first", "first", "second", "other", "attendant", "cashier"])

    @initialize()
    def first_case(self) -> None:
        """There always is something to do."""
        self.open("first")

    @rule(who=who)
    def open(self, who: str) -> None:
        """Only officers open one."""
        if len(self.cases) > 2:
            return
        try:
            self.cases.append(
                acts.open_case(actor=self.people[who], at=self.now, second=person(SECOND if who == "first" else FIRST))
            )
        except OneteamError:
            assert who in ("attendant", "cashier", "other"), "certified officers always may"

    @rule(minutes=st.sampled_from([1, 10, 60, 24 * 60]))
    def later(self, minutes: int) -> None:
        """Time goes by."""
        self.now += timedelta(minutes=minutes)

    def attempt(self, who: str, try_it: Callable[..., object], **values: object) -> None:
        """Try an act on the newest case; a refused one leaves nothing."""
        case = self.cases[-1]
        before = Act.objects.count(), runs([case])[case].state
        try:
            try_it(actor=self.people[who], at=self.now, case=case, **values)
        except OneteamError:
            assert (Act.objects.count(), runs([case])[case].state) == before
        else:
            assert who in ("first", "second", "cashier"), "nobody else takes a step of this case"

    @rule(who=who)
    def show(self, who: str) -> None:
        self.attempt(who, acts.show_certificates)

    @rule(who=who)
    def identify(self, who: str) -> None:
        self.attempt(who, acts.identify_party, kind="citizen", name="林垟喆", born_on=legal_day(AT).replace(year=1980))

    @rule(who=who, matter=st.sampled_from(sorted(MOST)))
    def note(self, who: str, matter: str) -> None:
        self.attempt(who, acts.note_facts, matter=matter, found_at=self.now, where="锦塘路", act="占道摆摊")

    @rule(who=who, minutes=st.sampled_from([None, 10]))
    def order(self, who: str, minutes: int | None) -> None:
        deadline = self.now + timedelta(minutes=minutes) if minutes else None
        self.attempt(who, ordering.order_correction, demand="收摊", consequence="罚款", deadline=deadline)

    @rule(who=who, found=st.sampled_from(["corrected", "not_corrected", "refused"]))
    def recheck(self, who: str, found: str) -> None:
        self.attempt(who, ordering.recheck, correction=found, note="复查")

    @rule(who=who, amount=st.sampled_from([20, 50, 51, 200, 201]))
    def hear(self, who: str, amount: int) -> None:
        self.attempt(
            who, deciding.hear, proposed=Proposed(penalty="fine", amount=Decimal(amount)), statement="没有意见"
        )

    @rule(who=who, amount=st.sampled_from([20, 50, 51, 200, 201]), cash=st.booleans(), reason=st.booleans())
    def decide(self, who: str, amount: int, cash: bool, reason: bool) -> None:
        settling = Settling(
            clear=True, no_order_reason="已经停止" if reason else "", payment="cash" if cash else "bank",
            cash_ground="small" if cash else "", receipt_number=uuid7().hex if cash else "",
        )  # fmt: skip
        self.attempt(who, deciding.decide, proposed=Proposed(penalty="fine", amount=Decimal(amount)), settling=settling)

    @rule(who=who)
    def deliver(self, who: str) -> None:
        self.attempt(who, closing.deliver, way="handed")

    @rule(who=who, verb=st.sampled_from(["report_for_record", "hand_in", "enter_payment", "bank", "close_case"]))
    def afterwards(self, who: str, verb: str) -> None:
        more = {"slip": "B-1"} if verb in ("enter_payment", "bank") else {}
        self.attempt(who, getattr(closing, verb), **more)

    @rule(times=st.integers(1, 10), left_out=st.sampled_from(["", "", "show", "order", "recheck", "hear"]))
    def go_on(self, times: int, left_out: str) -> None:
        """Do what is due next as the law has it, or leave one thing out and see whether the rest is refused."""
        for _n in range(times):
            row = Case.objects.get(id=self.cases[-1])
            due: list[tuple[object, Callable[[], None]]] = [
                (row.shown_at or left_out == "show", lambda: self.show("first")),
                (row.party_id, lambda: self.identify("first")),
                (row.matter, lambda: self.note("first", STALL)),
                (row.ordered_at or left_out == "order", lambda: self.order("first", None)),
                (row.rechecked_at or left_out == "recheck", lambda: self.recheck("first", "refused")),
                (row.told_at or left_out == "hear", lambda: self.hear("first", 50)),
                (row.decided_at, lambda: self.decide("first", 50, cash=False, reason=True)),
                (row.delivered_at, lambda: self.deliver("first")),
                (row.recorded_at, lambda: self.afterwards("first", "report_for_record")),
                (row.paid_at, lambda: self.afterwards("cashier", "enter_payment")),
                (None, lambda: self.afterwards("first", "close_case")),
            ]
            next(do for done, do in due if not done)()

    @rule()
    def nobody_else_is_offered_a_step(self) -> None:
        """What is lawful for somebody is what the procedure gives to that role."""
        for name in ("other", "attendant"):
            steps = next_steps(self.cases, self.people[name], self.now)
            assert NextState.LAWFUL not in {one.state for found in steps.values() for one in found}

    @invariant()
    def no_decision_is_unlawful(self) -> None:
        """Certificates, order, re-check, hearing and amount are as the law asks, for every decision that stands."""
        for row in Case.objects.filter(decided_at__isnull=False).select_related("party"):
            assert row.amount is not None
            assert row.party is not None
            assert row.decided_at is not None
            assert row.shown_at is not None
            assert row.told_at is not None
            assert row.facts_at is not None
            assert row.shown_at <= row.told_at <= row.decided_at
            assert row.facts_at <= row.told_at
            assert row.amount <= MOST[row.matter]
            assert row.told_amount is not None
            assert row.amount <= row.told_amount
            if row.matter == STALL:
                assert row.ordered_at is not None
                assert row.rechecked_at is not None
                assert row.correction == "refused" or row.rechecked_at > (row.deadline or row.ordered_at)
            assert (row.payment == "cash") == (row.receipt_number is not None)
            kinds = [document.template for document in documents_about([row.id])[row.id]]
            assert kinds.count("decision_on_the_spot") == 1

    @invariant()
    def numbers_have_no_gap_and_closed_cases_no_open_end(self) -> None:
        """NUM-01 whatever was refused on the way; nothing runs on a closed case."""
        assert numbering_faults("on_the_spot", legal_day(AT).year) == []
        closed = [case for case, run in runs(self.cases).items() if run.state == "closed"]
        assert not Clock.objects.filter(run_id__in=closed, stopped_at__isnull=True).exists()


def _drawn(*_args: object, **_values: object) -> Rendered:
    out = io.BytesIO()
    Image.new("RGB", (4, 4), "white").save(out, "PNG")
    return Rendered(b"%PDF-" + uuid7().bytes, (out.getvalue(),), "none", "none", "none")


def test_no_way_through_a_case_ends_in_an_unlawful_decision(city: object, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("oneteam.documents.acts.render", _drawn)
    certify(FIRST, SECOND)
    run_state_machine_as_test(
        Ways,
        settings=settings(
            max_examples=10, stateful_step_count=14, deadline=None, database=None, derandomize=True,
            suppress_health_check=list(HealthCheck), phases=[Phase.generate],
        ),
    )  # fmt: skip
    assert Case.objects.filter(decided_at__isnull=False).exists(), "some way leads to a decision"
