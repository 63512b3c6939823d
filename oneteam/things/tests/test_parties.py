"""Parties: whom the law meets, once each, and what is personal of them hidden and erasable."""

from datetime import date, timedelta

import pytest
from django.db import DataError, IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from oneteam.journal import statements
from oneteam.journal.acts import record
from oneteam.journal.erase import Ground, erase_subject
from oneteam.journal.models import Act, Change
from oneteam.kernel.clock import legal_day
from oneteam.kernel.errors import BadInputError, ConflictError, MissingError, NotAllowedError
from oneteam.kernel.ids import uuid7
from oneteam.things import party_acts, premises_acts, queries
from oneteam.things.models import Party
from oneteam.things.parties import NewParty, PartiesRefusedError
from oneteam.things.tests.making import CLERK, citizen, credit, firm, resident, shop
from tests.world import AT, actor

pytestmark = pytest.mark.usefixtures("city")
TODAY = legal_day(AT)


def test_firm_is_found_by_its_credit_code_however_it_is_typed() -> None:
    made = firm(7)
    code = credit(7)
    assert queries.find_party(credit_code=f" {code.lower()[:9]} {code.lower()[9:]} ") == made
    found = queries.party(made)
    assert found is not None
    assert (found.name, found.credit_code, found.is_citizen) == ("云屿彩印7有限公司", code, False)
    assert queries.find_party(credit_code=credit(8)) is None
    with pytest.raises(BadInputError):
        queries.find_party(credit_code="123")
    with pytest.raises(BadInputError):
        queries.find_party()


def test_citizen_is_found_by_the_identity_number_and_shown_masked() -> None:
    made = citizen(3, address="海棠花园三幢401室")
    assert queries.find_party(id_number=resident(3)) == made
    assert queries.find_party(id_number=resident(4)) is None
    found = queries.party(made)
    assert found is not None
    assert (found.name, found.phone) == ("林*生", "138****5602")
    assert found.id_number == f"990***********{resident(3)[-4:]}"
    assert "401" not in found.address
    assert queries.born_on(made) == date(1990, 3, 7)
    assert queries.born_on(firm()) is None


def test_personal_values_stand_in_no_column_and_in_no_act() -> None:
    citizen(3, address="海棠花园三幢401室")
    firm(4, representative="王大海", phone="0577-60000000")
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT (SELECT string_agg(to_jsonb(p)::text, '') FROM things_party p)"
            " || (SELECT string_agg(a::text, '') FROM journal_act a WHERE kind = 'party.registered')"
        )
        stored = cursor.fetchone()[0]
    for secret in ("林小生", resident(3), "13800005602", "三幢401室", "王大海", "60000000"):
        assert secret not in stored, secret
    assert "云屿彩印4有限公司" in stored


def test_looking_at_personal_values_needs_a_purpose_and_is_recorded() -> None:
    made = citizen(3)
    officer = actor("luo.chengye")
    with pytest.raises(BadInputError, match="what you need"):
        party_acts.look_at_party(actor=officer, at=AT, party=made, purpose="看看")
    with pytest.raises(NotAllowedError):
        party_acts.look_at_party(actor=actor("fang.xiaohe"), at=AT, party=made, purpose="identity")
    seen = party_acts.look_at_party(actor=officer, at=AT, party=made, purpose="identity")
    assert seen["citizen_name"] == "林小生"
    assert seen["id_number"] == resident(3)
    assert Act.objects.get(kind="party.looked_at").payload == {"purpose": "identity"}
    with pytest.raises(MissingError):
        party_acts.look_at_party(actor=officer, at=AT, party=uuid7(), purpose="identity")


def test_erased_citizen_is_shown_empty_and_found_no_more() -> None:
    made = citizen(3)
    subject = Party.objects.get(id=made).subject
    assert subject is not None
    erase_subject(actor=CLERK, at=AT, subject=subject, ground=Ground.CONSENT_WITHDRAWN)
    found = queries.party(made)
    assert found is not None
    assert (found.name, found.id_number, found.phone) == ("", "", "")
    assert queries.find_party(id_number=resident(3)) is None
    assert queries.born_on(made) is None
    with pytest.raises(BadInputError, match="were erased"):
        party_acts.correct_party(actor=CLERK, at=AT, party=made, phone="138 0000 0001")


@pytest.mark.parametrize(
    ("values", "field", "reason"),
    [
        ({"kind": "robot"}, "kind", "no kind of party"),
        ({"name": "  "}, "name", "needs its name"),
        ({"name": "长" * 101}, "name", "at most 100"),
        ({"address": "长" * 201}, "address", "at most 200"),
        ({"credit_code": ""}, "credit_code", "missing"),
        ({"kind": "individual_business", "credit_code": ""}, "credit_code", "missing"),
        ({"credit_code": credit(1)[:17] + "0"}, "credit_code", "does not fit"),
        ({"kind": "citizen"}, "credit_code", "individual business"),
        ({"phone": "12"}, "phone", "no telephone number"),
        ({"id_number": resident(1)[:17] + "?"}, "id_number", "identity number"),
        ({"id_number": resident(1, born="20991231")}, "id_number", "date of birth"),
    ],
)
def test_party_that_cannot_be_right_is_refused_by_field(values: dict[str, str], field: str, reason: str) -> None:
    given = {"kind": "legal_person", "name": "某公司", "credit_code": credit(1), **values}
    with pytest.raises(PartiesRefusedError, match=reason) as caught:
        party_acts.register_parties(actor=CLERK, at=AT, parties=[NewParty(**given)])
    assert [fault.field for fault in caught.value.faults] == [field]
    assert Party.objects.count() == 0


def test_two_names_for_one_firm_are_refused_naming_the_other() -> None:
    firm(1, name="云屿彩印有限公司")
    lines = [
        NewParty(kind="legal_person", name="云屿彩印公司", credit_code=credit(1)),
        NewParty(kind="legal_person", name="云屿彩印有限公司", credit_code=credit(1)),
        NewParty(kind="legal_person", name="潮声冷库有限公司", credit_code=credit(2)),
        NewParty(kind="legal_person", name="潮声冷藏有限公司", credit_code=credit(2)),
    ]
    with pytest.raises(PartiesRefusedError) as caught:
        party_acts.register_parties(actor=CLERK, at=AT, parties=lines)
    told = {fault.index: (fault.field, fault.message) for fault in caught.value.faults}
    assert told.keys() == {0, 1, 3}
    assert "stands for “云屿彩印有限公司”, not for “云屿彩印公司”" in told[0][1]
    assert "registered already" in told[1][1]
    assert "“潮声冷库有限公司” in the same list" in told[3][1]
    assert Party.objects.count() == 1


def test_renamed_firm_keeps_its_former_names() -> None:
    made = firm(1, name="云屿彩印有限公司")
    party_acts.correct_party(actor=CLERK, at=AT, party=made, name="云屿数码印刷有限公司")
    row = Party.objects.get(id=made)
    assert (row.name, row.former_names) == ("云屿数码印刷有限公司", ["云屿彩印有限公司"])
    with pytest.raises(PartiesRefusedError, match="“云屿数码印刷有限公司” is registered already"):
        party_acts.register_parties(
            actor=CLERK, at=AT, parties=[NewParty(kind="legal_person", name="云屿彩印有限公司", credit_code=credit(1))]
        )  # fmt: skip
    party_acts.correct_party(actor=CLERK, at=AT, party=made, name="云屿彩印有限公司")
    assert Party.objects.get(id=made).former_names == ["云屿数码印刷有限公司"]


def test_correction_changes_what_is_named_and_leaves_the_rest() -> None:
    made = citizen(3)
    party_acts.correct_party(actor=CLERK, at=AT, party=made, phone="139 0000 0001")
    seen = party_acts.look_at_party(actor=actor("luo.chengye"), at=AT, party=made, purpose="identity")
    assert (seen["citizen_name"], seen["phone"]) == ("林小生", "13900000001")
    assert Act.objects.get(kind="party.corrected").payload == {"changed": ["phone"]}
    before = Act.objects.count()
    party_acts.correct_party(actor=CLERK, at=AT, party=made, phone="13900000001")
    assert Act.objects.count() == before
    with pytest.raises(BadInputError, match="cannot be corrected: kind"):
        party_acts.correct_party(actor=CLERK, at=AT, party=made, kind="legal_person")
    other = firm(1)
    firm(2)
    with pytest.raises(BadInputError, match="Another party"):
        party_acts.correct_party(actor=CLERK, at=AT, party=other, credit_code=credit(2))


def test_corrected_identity_number_is_the_one_by_which_a_citizen_is_found() -> None:
    made = citizen(3)
    party_acts.correct_party(actor=CLERK, at=AT, party=made, id_number=resident(5))
    assert queries.find_party(id_number=resident(5)) == made
    assert queries.find_party(id_number=resident(3)) is None


def test_form_sent_twice_registers_once_and_the_same_citizen_never_twice() -> None:
    first = citizen(3, key="form-1")
    assert citizen(3, key="form-1") == first
    with pytest.raises(ConflictError, match="with another content"):
        citizen(4, key="form-1")
    with pytest.raises(ConflictError, match="registered already"):
        citizen(3)
    assert Party.objects.count() == 1


def test_firm_that_ended_takes_no_premises_and_one_with_premises_does_not_end() -> None:
    made = firm()
    premises = shop(made)
    with pytest.raises(BadInputError, match="still has premises"):
        party_acts.end_party(actor=CLERK, at=AT, party=made, ended_on=TODAY)
    premises_acts.close_premises(actor=CLERK, at=AT, premises=premises, closed_on=TODAY)
    party_acts.end_party(actor=CLERK, at=AT, party=made, ended_on=TODAY)
    with pytest.raises(MissingError):
        shop(made)
    with pytest.raises(ConflictError):
        party_acts.end_party(actor=CLERK, at=AT, party=made, ended_on=TODAY + timedelta(days=1))


def test_attendant_registers_and_does_not_correct() -> None:
    attendant = actor("fang.xiaohe")
    made = party_acts.register_party(
        actor=attendant, at=AT, kind="individual_business", name="阿海面馆", credit_code=credit(5, leading="92")
    )  # fmt: skip
    with pytest.raises(NotAllowedError):
        party_acts.correct_party(actor=attendant, at=AT, party=made, name="阿海小吃店")


def test_database_itself_refuses_a_citizen_with_a_name_and_a_firm_without_a_code() -> None:
    for values in (
        {"kind": "citizen", "name": "林小生"},
        {"kind": "legal_person", "name": "某公司"},
        {"kind": "legal_person", "name": "", "credit_code": credit(1)},
    ):
        with pytest.raises(IntegrityError):
            _insert(values)


@transaction.atomic
def _insert(values: dict[str, str]) -> None:
    payload = {"kind": "", "name": "", "credit_code": ""}
    record(kind="party.registered", actor=CLERK, at=AT, stream=uuid7(), payload=payload)
    Party.objects.create(**values)


def test_parties_are_read_with_the_same_number_of_queries_for_1_and_30() -> None:
    made = [citizen(number) for number in range(15)] + [firm(number) for number in range(15)]
    counts = []
    for ids in (made[:1], made):
        with CaptureQueriesContext(connection) as captured:
            assert len(queries.parties(ids)) == len(ids)
        counts.append(len(captured))
    assert counts[0] == counts[1] <= 3


def test_many_parties_are_sent_ahead_and_each_row_is_noted_beside_its_own_act() -> None:
    new = [
        NewParty(kind="legal_person", name=f"云屿{number}有限公司", credit_code=credit(number), representative="林小生")
        for number in range(1, 40)
    ]
    found = party_acts.register_parties(actor=CLERK, at=AT, parties=new)
    assert list(Party.objects.filter(id__in=found).order_by("credit_code").values_list("id", flat=True)) == found
    noted = dict(Change.objects.filter(row_id__in=found).values_list("row_id", "act_id"))
    assert noted == dict(Act.objects.filter(stream__in=found).values_list("stream", "id"))
    assert queries.parties(found)[found[-1]].representative.startswith("林")


def test_what_the_database_refuses_among_many_is_raised_and_nothing_stays() -> None:
    @transaction.atomic
    def register() -> None:
        new = [NewParty(kind="legal_person", name="云屿一有限公司", credit_code=credit(1))]
        party_acts.register_parties(actor=CLERK, at=AT, parties=new)
        with statements.ahead():
            statements.run("SELECT 1 / 0")

    before = Act.objects.count()
    with pytest.raises(DataError):
        register()
    assert (Act.objects.count(), Party.objects.count()) == (before, 0)


def test_act_that_is_sent_ahead_does_not_wait_for_its_number() -> None:
    over = {"ended_on": "2026-11-25"}
    with transaction.atomic():
        with statements.ahead():
            ahead = record(kind="party.ended", actor=CLERK, at=AT, stream=uuid7(), payload=over)
        waited = record(kind="party.ended", actor=CLERK, at=AT, stream=ahead.stream, payload=over)
    assert (ahead.seq, waited.seq) == (0, 2)
    assert Act.objects.get(id=ahead.id).seq == 1
