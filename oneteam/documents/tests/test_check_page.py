"""The public check: true, changed, void or unknown; nothing about a person; limited by address."""

import io

import pytest
from django.conf import settings
from django.test import Client
from django.utils import translation

from oneteam.documents import acts, checking, queries
from oneteam.documents.tests.making import OFFICER, issue
from oneteam.files import queries as files
from oneteam.files import uploads
from oneteam.journal.models import Act
from oneteam.lawbook.settings_table import UnsetSettingError
from oneteam.web.templatetags.web import day
from tests.world import AT, actor, browser

pytestmark = pytest.mark.usefixtures("city")


def public() -> Client:
    client = Client(headers={"accept-language": "en"})
    client.cookies["django_language"] = "en"
    return client


def original(document: acts.Issued) -> bytes:
    return files.original(queries.document(document.id).blob_id)


def upload(data: bytes) -> io.BytesIO:
    file = io.BytesIO(data)
    file.name = "decision.pdf"
    return file


def test_code_of_an_issued_document_says_true_and_little_besides() -> None:
    done = issue()
    before = Act.objects.count()
    answer = public().get(f"/d/{done.token}/")
    page = answer.content.decode()
    assert answer.status_code == 200
    told = ("True.", done.number, "On-the-spot penalty decision", day(AT), "云屿市综合行政执法局", "¥50.00")
    for words in told:
        assert words in page
    for secret in ("林垟喆", "330383197001011234", "海棠社区", "罗成业", done.sha256, str(done.id)):
        assert secret not in page
    assert answer["Cache-Control"] == "no-store"
    assert Act.objects.count() == before


def test_issued_file_is_true_and_one_changed_byte_is_not() -> None:
    done = issue()
    data = original(done)
    page = public().post(f"/d/{done.token}/", {"file": upload(data)}).content.decode()
    assert "True, not altered." in page
    for place in (0, len(data) // 2, len(data) - 1):
        changed = bytearray(data)
        changed[place] ^= 1
        page = public().post(f"/d/{done.token}/", {"file": upload(bytes(changed))}).content.decode()
        assert "Changed." in page
        assert "True" not in page
    for other in (data[:-1], data + b"\n", b""):
        assert "Changed." in public().post(f"/d/{done.token}/", {"file": upload(other)}).content.decode()


def test_unknown_code_is_said_unknown() -> None:
    done = issue()
    near = done.token[:-1] + ("a" if done.token[-1] != "a" else "b")
    for token in ("x", near, done.token.swapcase(), "x" * 500, "林"):
        answer = public().get(f"/d/{token}/")
        assert answer.status_code == 404
        assert "Unknown." in answer.content.decode()
        assert done.number not in answer.content.decode()


def test_unknown_code_with_a_file_is_unknown_even_when_the_file_is_true() -> None:
    done = issue()
    page = public().post("/d/wrong/", {"file": upload(original(done))}).content.decode()
    assert "Unknown." in page
    assert done.number not in page


def test_without_a_code_the_file_or_a_typed_code_finds_the_document() -> None:
    done = issue()
    assert public().get("/d/").status_code == 200
    by_file = public().post("/d/", {"file": upload(original(done))}).content.decode()
    assert "True, not altered." in by_file
    assert done.number in by_file
    assert "Unknown." in public().post("/d/", {"file": upload(original(done) + b"x")}).content.decode()
    for code in (done.token, f" {done.token} ", acts.check_address(done.token)):
        assert done.number in public().post("/d/", {"code": code}).content.decode()
    nothing = public().post("/d/", {})
    assert (nothing.status_code, "Type the code" in nothing.content.decode()) == (422, True)


def test_void_document_says_so_also_for_its_true_file() -> None:
    done = issue()
    acts.void(actor=actor(OFFICER), at=AT, document=done.id, reason="Wrong name of Lin")
    address = f"/d/{done.token}/"
    for answer in (public().get(address), public().post(address, {"file": upload(original(done))})):
        page = answer.content.decode()
        assert "Void." in page
        assert day(AT) in page
        assert "Wrong name" not in page
        assert "True" not in page


def test_file_larger_than_the_limit_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    done = issue()
    monkeypatch.setattr(checking, "SIZE_LIMIT", len(original(done)))
    assert "True, not altered." in public().post(f"/d/{done.token}/", {"file": upload(original(done))}).content.decode()
    answer = public().post(f"/d/{done.token}/", {"file": upload(original(done) + b"x")})
    assert (answer.status_code, "at most" in answer.content.decode()) == (422, True)


def test_asking_is_limited_by_address() -> None:
    done = issue()
    answers = [public().get(f"/d/{done.token}/").status_code for _ in range(31)]
    assert answers == [200] * 30 + [429]
    assert "Asked too often" in public().get("/d/").content.decode()
    other = Client(REMOTE_ADDR="203.0.113.9").get(f"/d/{done.token}/")
    assert other.status_code == 200, "another address is counted by itself"


def test_comparing_files_is_limited_by_address() -> None:
    done = issue()
    answers = [public().post(f"/d/{done.token}/", {"file": upload(b"x")}).status_code for _ in range(11)]
    assert answers == [200] * 10 + [429]


def test_page_is_whole_in_chinese_and_works_for_who_is_signed_in_without_a_post() -> None:
    done = issue()
    page = browser("weng.shanxing").get(f"/d/{done.token}/")
    assert page.status_code == 200
    with translation.override("zh-hans"):
        today = day(AT)
    for words in ("真实", done.number, "当场行政处罚决定书", today):
        assert words in page.content.decode()
    assert "True" not in page.content.decode()


def test_city_without_a_name_still_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    def lacking(name: str) -> str:
        raise UnsetSettingError(name)

    done = issue()
    monkeypatch.setattr(checking, "setting", lacking)
    assert "True." in public().get(f"/d/{done.token}/").content.decode()


def test_address_on_the_paper_is_the_city_s_public_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "PUBLIC_ADDRESS", "https://law.example.gov.cn")
    assert acts.check_address("abc") == "https://law.example.gov.cn/d/abc/"


def test_strangers_may_send_less_than_who_is_signed_in(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uploads, "STRANGERS_LIMIT", 50)
    assert browser(OFFICER).post("/d/", {"file": upload(b"x" * 100)}).status_code != 413
    assert public().post("/d/", {"file": upload(b"x" * 100)}).status_code == 413
