"""Issuing: numbered, sealed, kept; what is missing or wrong named at once, nothing half-done; voiding; erasing."""

import hashlib
import io
from typing import Any
from uuid import UUID

import pikepdf
import pytest
from django.db import DatabaseError, connection
from django.test.utils import CaptureQueriesContext

from conftest import City
from oneteam.documents import acts, queries
from oneteam.documents.composing import BadValuesError, MissingValuesError
from oneteam.documents.models import Count, Document, Number
from oneteam.documents.rendering import RenderError
from oneteam.documents.tests.making import DECISION, OFFICER, RECEIPT, YEAR, issue, signature
from oneteam.files import queries as files
from oneteam.files.acts import keep_photo
from oneteam.files.models import Blob
from oneteam.files.photos import read_photo
from oneteam.files.queries import State
from oneteam.journal.actors import os_operator
from oneteam.journal.erase import erase_subject
from oneteam.journal.models import Act
from oneteam.journal.once import KeyUsedError
from oneteam.journal.state import state
from oneteam.journal.subjects import read_personal, subjects_about
from oneteam.kernel.errors import BadInputError, ConflictError, MissingError, NotAllowedError
from oneteam.kernel.ids import uuid7
from oneteam.lawbook.models import Setting
from oneteam.lawbook.settings_table import UnsetSettingError
from tests.world import AT, actor

pytestmark = pytest.mark.usefixtures("city")
LEADER = "xie.lianfang"


def nothing_written() -> None:
    assert not Document.objects.exists()
    assert not Number.objects.exists()
    assert not Count.objects.exists()
    assert not Blob.objects.exists()
    assert not Act.objects.filter(kind__startswith="document.").exists()


def test_issued_document_is_numbered_sealed_kept_and_stands_in_its_case() -> None:
    case = uuid7()
    done = issue(about=[case])
    row = queries.document(done.id)
    data = files.original(row.blob_id)
    assert done.number == f"云综执当罚决字〔{YEAR}〕第00001号"
    assert done.sha256 == row.sha256 == hashlib.sha256(data).hexdigest()
    assert data.startswith(b"%PDF-")
    assert len(done.token) == 22
    assert row.shown == {"penalty": "fine", "amount": "50.00"}
    assert files.kept(row.blob_id).copies == len(pikepdf.open(io.BytesIO(data)).pages) == 2
    act = Act.objects.get(kind="document.issued")
    assert (act.stream, act.about, str(act.post)) == (done.id, [case], str(actor(OFFICER).post))
    assert act.payload["sha256"] == done.sha256
    assert act.payload["renderer"].startswith("typst")
    assert (len(act.payload["fonts"]), len(act.payload["layout"]), len(act.payload["digest"])) == (64, 64, 64)
    assert Act.objects.get(kind="file.kept").about == [done.id, case]
    assert queries.documents_about([case])[case] == [row]
    assert state().faults == []


def test_what_a_document_says_stands_only_encrypted() -> None:
    done = issue()
    act = Act.objects.get(kind="document.issued")
    for text in (act.body, str(act.payload), str(Document.objects.values().get(id=done.id))):
        assert "林垟喆" not in text
        assert "330383197001011234" not in text
        assert done.token not in act.body
    kept = read_personal([act.id])[act.id]
    assert kept["values"]["party_name"] == "林垟喆"
    assert kept["source"]["title"].startswith("当场行政处罚决定书")


@pytest.mark.parametrize("kind", ["order_to_correct", "service_receipt"])
def test_other_templates_are_issued(kind: str) -> None:
    done = issue(kind)
    assert done.number == (f"云综执责改字〔{YEAR}〕第00001号" if kind == "order_to_correct" else "")
    assert files.original(queries.document(done.id).blob_id).startswith(b"%PDF-")


def test_sim_04_every_missing_field_is_named_and_nothing_done() -> None:
    with pytest.raises(MissingValuesError) as refused:
        issue(act=None, place="  ", amount=None, officer_2=None)
    assert refused.value.names == ["place", "act", "amount", "officer_2"]
    assert "Place of the act" in str(refused.value)
    nothing_written()


@pytest.mark.parametrize(
    ("changes", "lacking"),
    [
        ({}, []),
        ({"penalty": "warning", "amount": None, "payment": None}, []),
        ({"penalty": "warning_and_fine", "amount": None}, ["amount"]),
        ({"payment": None}, ["payment"]),
        ({"payment": "cash"}, ["cash_ground", "receipt_number"]),
        ({"party_kind": "legal_person"}, ["party_person"]),
        ({"party_kind": "citizen", "party_number": None, "party_address": None}, []),
        ({"found_at": None}, ["found_at"]),
        ({"statement": None}, ["statement"]),
    ],
)
def test_sim_04_what_is_mandatory_follows_the_choices(changes: dict[str, Any], lacking: list[str]) -> None:
    values = {name: value for name, value in {**DECISION, **changes}.items() if value is not None}
    assert queries.missing("decision_on_the_spot", values) == lacking


@pytest.mark.parametrize(
    ("changes", "lacking"),
    [
        ({}, []),
        ({"received_by": None}, ["received_by"]),
        ({"way": "left"}, ["refusal", "proof"]),
        ({"way": "left", "refusal": "拒收", "proof": "社区工作人员见证"}, []),
        ({"way": "electronic"}, ["electronic_address"]),
        ({"way": "post"}, ["postal_number"]),
        ({"way": "public_notice"}, ["notice"]),
        ({"served_at": None}, ["served_at"]),
    ],
)
def test_srv_06_receipt_asks_for_date_and_for_the_proof_of_its_way(changes: dict[str, Any], lacking: list[str]) -> None:
    values = {name: value for name, value in {**RECEIPT, **changes}.items() if value is not None}
    assert queries.missing("service_receipt", values) == lacking


def test_every_wrong_value_is_named_with_its_reason_and_nothing_done() -> None:
    with pytest.raises(BadValuesError) as refused:
        issue(amount="50.005", found_at="yesterday", penalty="prison", nobody_knows="x", agency="other")
    assert set(refused.value.problems) == {"amount", "found_at", "penalty", "nobody_knows", "agency"}
    assert "Amount of the fine: a sum in yuan" in str(refused.value)
    nothing_written()


def test_character_without_a_font_is_an_error_that_names_the_field() -> None:
    with pytest.raises(BadValuesError) as refused:
        issue(party_name="林😀", place="😀路")
    assert set(refused.value.problems) == {"party_name", "place"}
    assert "😀" in refused.value.problems["party_name"]
    nothing_written()


def test_document_of_a_city_that_has_not_set_its_words_is_refused_by_the_setting_s_name() -> None:
    """A real city has no such values until it sets them."""
    assert queries.unset("decision_on_the_spot", DECISION, day=AT.date()) == []
    with pytest.MonkeyPatch.context() as patch:

        def lacking(name: str) -> str:
            raise UnsetSettingError(name)

        patch.setattr(acts, "setting", lacking)
        with pytest.raises(UnsetSettingError, match=r"agency\.name"):
            issue()
    nothing_written()


def test_remedy_names_the_city_s_own_bodies() -> None:
    for name in ("agency.name", "remedy.reconsideration_body", "remedy.court", "payment.bank"):
        assert Setting.objects.get(name=name).mark == "demo"


def test_renderer_that_fails_leaves_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_args: Any, **_more: Any) -> None:
        raise RenderError("the renderer ended")

    monkeypatch.setattr(acts, "render", broken)
    with pytest.raises(RenderError):
        issue()
    nothing_written()
    monkeypatch.undo()
    assert issue().number.endswith("第00001号"), "no number was lost"


@pytest.mark.parametrize("username", ["fang.xiaohe", "shen.yulan", LEADER, "bao.zhengheng"])
def test_who_is_no_officer_issues_nothing(username: str) -> None:
    with pytest.raises(NotAllowedError):
        issue(by=username)
    nothing_written()


def test_unknown_template_is_refused() -> None:
    with pytest.raises(BadInputError, match="no_such"):
        acts.issue(actor=actor(OFFICER), at=AT, template="no_such", subject=None, about=[], values={})


def test_same_key_gives_the_first_document_and_other_content_a_conflict() -> None:
    case = uuid7()
    first = issue(about=[case], key="k")
    assert issue(about=[case], key="k") == first
    with pytest.raises(KeyUsedError):
        issue(about=[case], key="k", amount="51")
    assert Document.objects.count() == 1
    assert Number.objects.count() == 1


def test_signature_given_for_this_case_stands_on_its_line_and_one_of_another_is_refused() -> None:
    case, other = uuid7(), uuid7()
    mine = keep_photo(actor=actor(OFFICER), at=AT, photo=read_photo(signature()), about=[case])
    foreign = keep_photo(actor=actor(OFFICER), at=AT, photo=read_photo(signature()), about=[other])
    with pytest.raises(BadValuesError) as refused:
        issue(about=[case], party_signature=str(foreign), officer_1_signature=str(uuid7()))
    assert set(refused.value.problems) == {"party_signature", "officer_1_signature"}
    assert not Document.objects.exists()
    done = issue(about=[case], party_signature=mine)
    with pikepdf.open(io.BytesIO(files.original(queries.document(done.id).blob_id))) as pdf:
        images = [image for page in pdf.pages for image in page.get_images().values()]
    assert len(images) == 1


def test_erasing_the_person_makes_document_and_file_unreadable_and_keeps_number_and_seal(city: City) -> None:
    case = uuid7()
    done = issue(about=[case])
    row = queries.document(done.id)
    assert set(subjects_about(case)) == {row.subject}
    erase_subject(actor=os_operator(), at=AT, subject=row.subject, ground="period_expired")
    assert files.states([row.blob_id]) == {row.blob_id: State.ERASED}
    assert queries.values_of([row]) == {}
    assert queries.by_token(done.token) == row
    assert queries.by_seal(done.sha256) == row
    assert state().faults == []


@pytest.mark.parametrize(
    ("ground", "erased"),
    [
        ("consent_withdrawn", False), ("purpose_achieved", False), ("period_expired", True), ("law_requires", True),
        ("unlawful", True),
    ],
)  # fmt: skip
def test_issued_document_is_kept_unless_a_law_or_the_end_of_its_period_says_otherwise(
    ground: str, erased: bool
) -> None:
    """PIPL 47(2): where the law has it kept, withdrawing consent does not erase it."""
    row = queries.document(issue().id)
    if erased:
        erase_subject(actor=os_operator(), at=AT, subject=row.subject, ground=ground)
    else:
        with pytest.raises(BadInputError, match="1 issued documents hold these values"):
            erase_subject(actor=os_operator(), at=AT, subject=row.subject, ground=ground)
    assert (queries.values_of([row]) == {}) is erased


def test_document_about_an_erased_person_gets_a_key_of_its_own() -> None:
    row = queries.document(issue().id)
    erase_subject(actor=os_operator(), at=AT, subject=row.subject, ground="law_requires")
    again = queries.document(issue(subject=row.subject).id)
    assert again.subject != row.subject
    assert queries.values_of([again])[again.id]["party_name"] == "林垟喆"


def test_two_documents_of_one_person_have_one_key() -> None:
    first = queries.document(issue().id)
    second = queries.document(issue("order_to_correct", subject=first.subject).id)
    assert second.subject == first.subject


def test_void_document_stays_with_reason_and_its_number_stays_void() -> None:
    done = issue()
    acts.void(actor=actor(OFFICER), at=AT, document=done.id, reason=" 当事人姓名  录错 ", key="k")
    acts.void(actor=actor(OFFICER), at=AT, document=done.id, reason=" 当事人姓名  录错 ", key="k")
    row = queries.document(done.id)
    assert (row.void_reason, row.number and row.number.state) == ("当事人姓名 录错", "void")
    with pytest.raises(ConflictError):
        acts.void(actor=actor(OFFICER), at=AT, document=done.id, reason="再一次")
    assert issue().number.endswith("第00002号")
    assert queries.numbering_faults("on_the_spot", YEAR) == []


@pytest.mark.parametrize("reason", ["", "  \n", "x" * 201])
def test_void_needs_a_reason(reason: str) -> None:
    done = issue()
    with pytest.raises(BadInputError, match="reason"):
        acts.void(actor=actor(OFFICER), at=AT, document=done.id, reason=reason)
    assert queries.document(done.id).voided_at is None


def test_who_may_void() -> None:
    done = issue()
    other = next(name for name in ("weng.shanxing",) if name != OFFICER)
    with pytest.raises(NotAllowedError):
        acts.void(actor=actor(other, "officer"), at=AT, document=done.id, reason="x")
    with pytest.raises(NotAllowedError):
        acts.void(actor=actor("bao.zhengheng"), at=AT, document=done.id, reason="x")
    with pytest.raises(MissingError):
        acts.void(actor=actor(OFFICER), at=AT, document=uuid7(), reason="x")


def test_database_refuses_a_void_without_reason() -> None:
    done = issue()
    with pytest.raises(DatabaseError):
        Document.objects.filter(id=done.id).update(voided_at=AT)


def test_documents_of_many_cases_cost_as_many_queries_as_of_one() -> None:
    cases: list[UUID] = [uuid7() for _ in range(3)]
    for case in cases:
        issue(about=[case])
    with CaptureQueriesContext(connection) as one:
        queries.documents_about(cases[:1])
    with CaptureQueriesContext(connection) as many:
        found = queries.documents_about(cases)
        queries.values_of([row for rows in found.values() for row in rows])
    assert (len(one), len(many)) == (1, 2)
