"""Cases from opening to closing: what stands in the row, in the journal, in documents; what is refused, and why."""

from datetime import datetime
from decimal import Decimal

import pytest

from oneteam.cases import acts, closing
from oneteam.cases.models import Case
from oneteam.cases.tests.making import (
    BICYCLES,
    COMPANY,
    DAY,
    FIRST,
    MINUTE,
    SECOND,
    WASTE,
    certify,
    decided,
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
from oneteam.journal.actors import operator
from oneteam.kernel.clock import legal_day
from oneteam.kernel.errors import BadInputError, MissingError, NotAllowedError
from oneteam.kernel.ids import uuid7
from oneteam.people.acts import end_post
from oneteam.people.models import Post
from oneteam.people.standing_acts import declare_interest
from oneteam.procedures.errors import RefusedError
from tests.world import AT, HERE, actor

pytestmark = pytest.mark.usefixtures("city")


# ---- who


def test_off_01_two_officers_with_certificates_valid_on_the_day() -> None:
    certify(FIRST)
    assert refused(opened, certified=False) == ["OFF-01"]
    certify(SECOND, until=legal_day(AT))
    assert opened(certified=False)
    assert refused(opened, certified=False, at=AT + DAY) == ["OFF-01"], "expired yesterday"


def test_refused_opening_draws_no_number() -> None:
    first = row(opened()).number
    for _attempt in range(3):
        with pytest.raises(RefusedError):
            acts.open_case(actor=officer(), at=AT, second=person(FIRST))
    assert row(opened(certified=False)).number == first + 1


def test_off_01_second_officer_is_another_one() -> None:
    certify(FIRST)
    assert refused(acts.open_case, actor=officer(), at=AT, second=person(FIRST)) == ["OFF-01"]


def test_second_officer_holds_a_post_as_officer() -> None:
    certify(FIRST, SECOND)
    second = person(SECOND)
    post = Post.objects.get(person=second)
    end_post(actor=operator("clerk"), at=AT, post=post.id, valid_to=legal_day(AT))
    assert acts.open_case(actor=officer(), at=AT, second=second), "the last day of a post still counts"
    with pytest.raises(BadInputError, match="no post as an officer"):
        acts.open_case(actor=officer(), at=AT + DAY, second=second)
    assert Case.objects.count() == 1


def test_case_about_an_unknown_incident_is_not_opened() -> None:
    certify(FIRST, SECOND)
    with pytest.raises(MissingError):
        opened(certified=False, incident=uuid7())
    assert not Case.objects.exists()


def test_off_03_nobody_with_a_tie_to_the_party() -> None:
    case = opened()
    acts.show_certificates(actor=officer(), at=AT, case=case)
    declare_interest(
        actor=officer(SECOND), at=AT, person=person(SECOND), kind="kinship", name="林垟喆", valid_from=legal_day(AT)
    )
    assert refused(identified, case) == ["OFF-03"]
    identified(case, name="周行舟")
    assert row(case).party is not None


def test_off_05_attendant_opens_no_case_and_the_same_person_does_as_officer() -> None:
    certify(FIRST, SECOND)
    with pytest.raises(RefusedError) as error:
        acts.open_case(actor=actor(FIRST, "grid_attendant"), at=AT, second=person(SECOND))
    said = str(error.value)
    assert said.count("OFF-05") == 1
    assert "art. 30" in said
    assert "art. 17(3)" in said
    assert opened(certified=False)


def test_off_05_every_step_of_enforcement_is_kept_from_attendants() -> None:
    case = fined()
    attendant = actor(FIRST, "grid_attendant")
    for verb in ("show", "identify", "note", "order", "recheck", "hear", "decide", "deliver", "record", "close", "end"):
        with pytest.raises(RefusedError, match="OFF-05"):
            acts.case_step(verb, actor=attendant, at=AT, row=row(case), once=None)


def test_only_the_two_officers_of_a_case_take_its_steps() -> None:
    case = opened()
    with pytest.raises(NotAllowedError, match="one of the two officers"):
        acts.show_certificates(actor=actor("dai.haiping"), at=AT, case=case)
    acts.show_certificates(actor=officer(SECOND), at=AT, case=case)


# ---- what is asked first


def test_inv_01_nobody_is_questioned_before_certificates_are_shown() -> None:
    case = opened()
    noted(case)
    assert refused(identified, case) == ["INV-01"]
    acts.show_certificates(actor=officer(), at=AT, case=case)
    identified(case)


def test_fil_04_child_is_not_fined_and_youth_lighter() -> None:
    tomorrow, yesterday = HERE + DAY, HERE - DAY
    child, youth = (
        known(WASTE, party={"id_number": id_number(f"{tomorrow.year - 14}{tomorrow:%m%d}")}),
        known(WASTE, party={"id_number": id_number(f"{yesterday.year - 16}{yesterday:%m%d}")}, certified=False),
    )
    for case in (child, youth):
        heard(case, fine(200))
    assert refused(decided, child, fine(200), no_order_reason="已清理") == ["FIL-04"]
    assert refused(decided, youth, fine(200), no_order_reason="已清理") == ["FIL-04"]
    decided(youth, fine(200, lighter=True), no_order_reason="已清理")
    assert refused(decided, child, fine(200, lighter=True), no_order_reason="已清理") == ["FIL-04"]
    closing.end_case(actor=officer(), at=AT, case=child, ending="under_age", reason="不满十四周岁，责令监护人管教")
    assert state(child) == "ended"


def test_fil_04_age_is_asked_of_who_has_no_number() -> None:
    case = opened()
    acts.show_certificates(actor=officer(), at=AT, case=case)
    with pytest.raises(BadInputError, match="date of birth"):
        identified(case, id_number="")
    identified(case, id_number="", born_on=datetime(2012, 11, 26).date())  # noqa: DTZ001 -- a day
    noted(case, WASTE)
    heard(case, fine(200))
    assert "FIL-04" in refused(decided, case, fine(200), no_order_reason="已清理")


def test_fil_06_no_second_fine_for_the_same_act() -> None:
    first = fined()
    second = known(certified=False)
    assert row(second).party_id == row(first).party_id, "found again by the identity number"
    ordered(second)
    rechecked(second)
    heard(second, fine(50))
    assert refused(decided, second, fine(50)) == ["FIL-06"]
    other_day = known(certified=False, at=AT + DAY)
    ordered(other_day, at=AT + DAY)
    rechecked(other_day, at=AT + DAY)
    heard(other_day, fine(50), at=AT + DAY)
    decided(other_day, fine(50), at=AT + DAY)
    assert state(other_day) == "decided", "another day is another act"


# ---- how much


def test_dec_08_stall_ends_at_50() -> None:
    case = known()
    ordered(case)
    rechecked(case)
    assert refused(heard, case, fine(51)) == ["DEC-08"], "not even told"
    heard(case, fine(50))
    assert refused(decided, case, fine(51)) == ["DEC-08", "SIM-06"]
    decided(case, fine(50))
    assert row(case).amount == Decimal(50)


def test_sim_01_dumped_waste_of_a_citizen_200_and_201() -> None:
    case = known(WASTE)
    with pytest.raises(RefusedError) as error:
        heard(case, fine(201))
    assert [failed.id for failed in error.value.failures] == ["SIM-01"], "the matter itself goes up to 1,000"
    assert "article 51" in str(error.value)
    heard(case, fine(200))
    decided(case, fine(200), no_order_reason="已自行清理")


def test_sim_01_scattered_bicycles_of_a_company_3000_and_3001() -> None:
    case = known(BICYCLES, party=COMPANY)
    ordered(case)
    rechecked(case)
    assert refused(heard, case, fine(3001)) == ["SIM-01"]
    assert refused(heard, case, fine(1999)) == ["DEC-08"]
    heard(case, fine(3000))
    decided(case, fine(3000))
    assert row(case).amount == Decimal(3000)


def test_ord_02_stall_is_ordered_and_checked_first() -> None:
    case = known()
    heard(case, fine(50))
    assert refused(decided, case, fine(50), no_order_reason="不愿下令") == ["ORD-02"]
    assert refused(decided, case, fine(50)) == ["ORD-01", "ORD-02"]
    ordered(case, deadline=AT + 30 * MINUTE)
    rechecked(case, "not_corrected", at=AT + 30 * MINUTE)
    later = AT + 31 * MINUTE
    assert refused(decided, case, fine(50), at=later) == ["ORD-02"], "the deadline's last moment is the party's"
    rechecked(case, "not_corrected", at=later)
    decided(case, fine(50), at=later)


def test_corrected_in_time_ends_without_penalty() -> None:
    case = known()
    ordered(case, deadline=AT + 30 * MINUTE)
    rechecked(case, "corrected", at=AT + 31 * MINUTE)
    heard(case, fine(50), at=AT + 31 * MINUTE)
    assert refused(decided, case, fine(50), at=AT + 31 * MINUTE) == ["ORD-02"]
    closing.end_case(actor=officer(), at=AT + 31 * MINUTE, case=case, ending="corrected", reason="已按时收摊")
    assert state(case) == "ended"
    assert row(case).ending == "corrected"


def test_sim_02_another_kind_goes_to_the_general_procedure() -> None:
    case = known()
    ordered(case)
    rechecked(case)
    heard(case, fine(50))
    assert refused(decided, case, fine(50), other_kinds=True) == ["SIM-02"]
    assert refused(decided, case, fine(50), clear=False) == ["SIM-02"]
