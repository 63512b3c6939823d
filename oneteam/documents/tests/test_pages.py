"""Pages of documents, numbers and templates: who sees what, what is shown first, what is recorded."""

from collections.abc import Callable
from urllib.parse import quote

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from oneteam.documents import acts, queries
from oneteam.documents.models import Document, Number
from oneteam.documents.slots import MAY_READ
from oneteam.documents.tests.making import OFFICER, issue
from oneteam.files import queries as files
from oneteam.journal.actors import os_operator
from oneteam.journal.erase import erase_subject
from oneteam.journal.models import Act
from oneteam.kernel.ids import uuid7
from oneteam.lawbook.settings_table import UnsetSettingError
from oneteam.web.templatetags.web import day
from tests.world import AT, actor, browser

pytestmark = pytest.mark.usefixtures("city")
LEADER, AUDITOR, OTHER = "xie.lianfang", "bao.zhengheng", "jin.ruotong"


def client(username: str = OFFICER, role: str | None = None) -> Client:
    return browser(username, role, language="en")


def test_officer_sees_the_own_document_at_once_with_seal_number_and_check_address() -> None:
    done = issue()
    page = client().get(f"/documents/{done.id}/").content.decode()
    assert page.count("data:image/png;base64,") == 2
    for words in (done.number, done.sha256, f"/d/{done.token}/", "Sealed", "Chain of custody", "¥50.00"):
        assert words in page
    assert not Act.objects.filter(kind="file.opened").exists()


@pytest.mark.parametrize("username", [LEADER, AUDITOR, "he.jingyuan", "mei.zhiyan"])
def test_others_see_it_once_they_said_what_for_and_the_look_is_recorded(username: str) -> None:
    done = issue()
    page = client(username).get(f"/documents/{done.id}/").content.decode()
    assert "data:image/png" not in page
    assert "林垟喆" not in page
    assert client(username).post(f"/documents/{done.id}/look/").status_code == 422
    assert not Act.objects.filter(kind="file.opened").exists()
    looked = client(username).post(f"/documents/{done.id}/look/", {"purpose": "review"}).content.decode()
    assert looked.count("data:image/png;base64,") == 2
    act = Act.objects.get(kind="file.opened")
    assert act.payload == {"purpose": "review"}
    assert act.stream == queries.document(done.id).blob_id


@pytest.mark.parametrize("path", ["", "look/", "void/"])
def test_document_of_another_officer_is_as_if_it_were_none(path: str) -> None:
    done = issue()
    answer = (client(OTHER).post if path else client(OTHER).get)(f"/documents/{done.id}/{path}")
    assert answer.status_code == 404
    assert client(OTHER).get(f"/files/{queries.document(done.id).blob_id}/custody/").status_code == 404


def test_officer_of_the_same_case_reads_it_where_the_case_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    done = issue()
    monkeypatch.setattr(MAY_READ, "functions", [lambda request, rows: {row.id: [True] for row in rows}])
    assert client(OTHER).get(f"/documents/{done.id}/").status_code == 200


@pytest.mark.parametrize("username", ["fang.xiaohe", "shen.yulan", "gu.weichen"])
def test_who_does_not_work_with_documents_is_told_so(username: str) -> None:
    assert client(username).get("/documents/").status_code == 403
    assert client(username).get(f"/documents/{issue().id}/").status_code == 403


def test_original_is_downloaded_through_custody() -> None:
    done = issue()
    row = queries.document(done.id)
    answer = client().post(f"/files/{row.blob_id}/original/", {"purpose": "case"})
    assert answer.content == files.original(row.blob_id)
    assert answer["Content-Type"] == "application/pdf"
    assert quote(f"On-the-spot penalty decision {done.number}.pdf") in answer["Content-Disposition"]
    assert client().get(f"/files/{row.blob_id}/").status_code == 404, "a document has no photo's address"


def test_document_is_voided_on_its_page_by_who_may() -> None:
    done = issue()
    assert "Declare void" not in client(AUDITOR).get(f"/documents/{done.id}/").content.decode()
    assert client(AUDITOR).post(f"/documents/{done.id}/void/", {"reason": "x"}).status_code == 403
    back = client().post(f"/documents/{done.id}/void/", {"reason": " "})
    assert (back.status_code, "Write the reason." in back.content.decode()) == (422, True)
    page = client().post(f"/documents/{done.id}/void/", {"reason": "Wrong name"}, follow=True).content.decode()
    assert f"Declared void on {day(AT)}: Wrong name" in page
    assert "Declare void" not in page
    again = client(LEADER).post(f"/documents/{done.id}/void/", {"reason": "Once more"})
    assert again.status_code == 409


def test_erased_document_says_so_and_keeps_number_and_seal() -> None:
    done = issue()
    row = queries.document(done.id)
    erase_subject(actor=os_operator(), at=AT, subject=row.subject, ground="period_expired")
    page = client().get(f"/documents/{done.id}/").content.decode()
    assert "Erased together with the values of its person" in page
    assert done.sha256 in page
    assert "data:image/png" not in page
    assert client().post(f"/documents/{done.id}/look/", {"purpose": "case"}).status_code == 404


def test_altered_file_is_said_not_shown() -> None:
    done = issue()
    path = files.shelf_of(queries.document(done.id).blob_id).path()
    path.write_bytes(path.read_bytes()[:-1] + b"\0")
    page = client().get(f"/documents/{done.id}/").content.decode()
    assert "The kept file is missing or was altered" in page
    assert "data:image/png" not in page


def test_list_shows_own_documents_to_officers_and_all_to_readers_of_all() -> None:
    done, order = issue(), issue("order_to_correct")
    mine = client().get("/documents/").content.decode()
    assert done.number in mine
    assert order.number in mine
    assert done.number not in client(OTHER).get("/documents/").content.decode()
    assert done.number in client(AUDITOR).get("/documents/").content.decode()
    filtered = client(AUDITOR).get("/documents/?kind=order_to_correct").content.decode()
    assert order.number in filtered
    assert done.number not in filtered
    assert done.number in client(AUDITOR).get("/documents/", {"q": done.number[-6:-1]}).content.decode()
    assert "林垟喆" not in mine


def test_list_pages_by_fifty(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("oneteam.documents.listing.PAGE_SIZE", 2)
    numbers = [issue().number for _ in range(3)]
    first = client(AUDITOR).get("/documents/").content.decode()
    assert numbers[2] in first
    assert numbers[0] not in first
    older = f"/documents/?before={Document.objects.get(number__text=numbers[1]).id}"
    assert older.partition("?")[2] in first
    second = client(AUDITOR).get(older).content.decode()
    assert numbers[0] in second
    assert numbers[1] not in second
    for odd in ("?before=x", "?kind=none", "?q=%00", "?before="):
        assert client(AUDITOR).get(f"/documents/{odd}").status_code == 200


@pytest.mark.parametrize("page", ["/documents/", "/documents/numbers/"])
def test_lists_cost_as_many_queries_for_one_row_as_for_many(page: str) -> None:
    reader, counts = client(AUDITOR), []
    for wanted in (1, 4):
        while Document.objects.count() < wanted:
            issue()
        reader.get(page)
        with CaptureQueriesContext(connection) as asked:
            reader.get(page)
        counts.append(len(asked))
    assert counts[0] == counts[1]


def test_register_shows_every_number_with_what_became_of_it_and_its_faults_to_supervision() -> None:
    first, second, third = acts.reserve_numbers(
        actor=actor(OFFICER), at=AT, series="on_the_spot", count=3, device="Phone 17"
    )
    done = issue(number=second)
    acts.void_number(actor=actor(OFFICER), at=AT, number=third, reason="Torn")
    page = client(AUDITOR).get("/documents/numbers/").content.decode()
    for words in (first, second, third, "In reserve", "Phone 17", "Torn", f"/documents/{done.id}/"):
        assert words in page
    assert "NUM-01" not in page
    assert third not in client(AUDITOR).get("/documents/numbers/?state=used").content.decode()
    assert first not in client(OTHER).get("/documents/numbers/").content.decode(), "not an officer's who holds none"
    other_year = client(AUDITOR).get("/documents/numbers/?year=1999&series=none").content.decode()
    assert first in other_year, "an address that names no year or series shows the present ones"


def test_officer_reserves_a_block_and_voids_a_number_on_pages() -> None:
    officer = client()
    bad = officer.post("/documents/numbers/", {"series": "on_the_spot", "count": "101", "device": ""})
    assert bad.status_code == 422
    assert "Name the device." in bad.content.decode()
    values = {"series": "on_the_spot", "count": "2", "device": "Phone 17", "idempotency_key": "k"}
    for _again in range(2):
        assert "Reserved:" in officer.post("/documents/numbers/", values, follow=True).content.decode()
    assert Number.objects.count() == 2
    full = officer.post("/documents/numbers/", {**values, "count": "99", "idempotency_key": "l"})
    assert (full.status_code, "From 1 to 98" in full.content.decode()) == (422, True)
    row = Number.objects.order_by("serial")[0]
    assert client(OTHER).get(f"/documents/numbers/{row.id}/").status_code == 404
    back = officer.post(f"/documents/numbers/{row.id}/", {"reason": ""})
    assert (back.status_code, "Write the reason." in back.content.decode()) == (422, True)
    done = officer.post(f"/documents/numbers/{row.id}/", {"reason": "Torn"}, follow=True).content.decode()
    assert "Document number" in done
    assert "Torn" in done
    row.refresh_from_db()
    assert row.state == "void"
    assert officer.get(f"/documents/numbers/{uuid7()}/").status_code == 404
    assert client(AUDITOR).post("/documents/numbers/", values).status_code == 200
    assert Number.objects.count() == 2, "an auditor reserves nothing"


def test_templates_are_shown_with_their_fields_and_change_with_choices() -> None:
    assert "On-the-spot penalty decision" in client().get("/documents/templates/").content.decode()
    page = client().get("/documents/templates/decision_on_the_spot/").content.decode()
    for words in ("data:image/png", "Amount of the fine", "mandatory", "the city&#x27;s setting", "Preview"):
        assert words in page
    with_choice = client().get("/documents/templates/decision_on_the_spot/?penalty=fine&payment=cash").content.decode()
    assert with_choice != page
    assert client().get("/documents/templates/decision_on_the_spot/?penalty=prison").status_code == 200
    assert client().get("/documents/templates/none/").status_code == 404
    assert client("gu.weichen").get("/documents/templates/").status_code == 200


def test_template_of_a_city_without_settings_names_them(monkeypatch: pytest.MonkeyPatch) -> None:
    def lacking(name: str) -> str:
        raise UnsetSettingError(name)

    monkeypatch.setattr("oneteam.documents.queries.setting", lacking)
    page = client().get("/documents/templates/order_to_correct/").content.decode()
    for name in ("agency.name", "agency.contact", "remedy.court", "document.number.order_to_correct"):
        assert name in page
    assert "data:image/png" not in page


@pytest.mark.parametrize(
    "address",
    [
        lambda: "/documents/", lambda: "/documents/numbers/", lambda: "/documents/templates/",
        lambda: "/documents/templates/decision_on_the_spot/", lambda: f"/documents/{issue().id}/",
    ],
)  # fmt: skip
def test_pages_are_whole_in_chinese(address: Callable[[], str]) -> None:
    page = browser(OFFICER).get(address())
    assert page.status_code == 200
    assert "Documents" not in page.content.decode()
