"""Kept files: byte for byte, encrypted at rest, unreadable when erased; their chain of custody; who may see them."""

import hashlib
import io
import stat
from pathlib import Path
from uuid import UUID

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from PIL import Image

from conftest import City
from oneteam.files import acts, queries
from oneteam.files.models import Blob
from oneteam.files.queries import State
from oneteam.files.slots import MAY_SEE
from oneteam.files.store import Shelf
from oneteam.files.tests.making import picture, read
from oneteam.journal.actors import os_operator
from oneteam.journal.erase import erase_subject
from oneteam.journal.models import Act
from oneteam.journal.state import state
from oneteam.journal.subjects import read_personal, subjects_about
from oneteam.kernel.errors import BadInputError, MissingError, NotAllowedError
from oneteam.kernel.ids import uuid7
from tests.world import AT, actor, browser, follow

ATTENDANT = "grid_attendant"


@pytest.fixture(autouse=True)
def own_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(settings, "FILES_DIR", str(tmp_path / "files"))


def kept(data: bytes | None = None, about: UUID | None = None, subject: UUID | None = None) -> UUID:
    return acts.keep_photo(
        actor=actor("fang.xiaohe"), at=AT, photo=read(data or picture()), about=[about or uuid7()], subject=subject
    )


def files() -> list[Path]:
    return sorted(path for path in Path(settings.FILES_DIR).rglob("*") if path.is_file())


@pytest.mark.usefixtures("city")
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_original_is_kept_byte_for_byte_and_lies_encrypted(kind: str) -> None:
    data = picture(kind)
    blob = kept(data)
    assert queries.original(blob) == data
    assert queries.states([blob]) == {blob: State.INTACT}
    assert len(files()) == 2
    for path in files():
        lying = path.read_bytes()
        assert b"Phone 9" not in lying
        assert data[:16] not in lying
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert path.name.startswith(hashlib.sha256(data).hexdigest())
    with Image.open(io.BytesIO(queries.copy(blob))) as shown:
        assert not shown.getexif()


@pytest.mark.usefixtures("city")
def test_altered_missing_and_exchanged_files_are_noticed() -> None:
    blob, other = kept(), kept(picture("PNG"))
    assert queries.states([blob, other]) == {blob: State.INTACT, other: State.INTACT}
    path = queries.shelf_of(blob).path()
    altered = bytearray(path.read_bytes())
    altered[-1] ^= 1
    path.write_bytes(bytes(altered))
    assert queries.states([blob, other]) == {blob: State.ALTERED, other: State.INTACT}
    # One's copy in the place of one's original: both are of the same key.
    shelf = queries.shelf_of(other)
    shelf.path().write_bytes(shelf.path(1).read_bytes())
    assert queries.states([other]) == {other: State.ALTERED}
    shelf.path().unlink()
    assert queries.states([other]) == {other: State.ALTERED}
    with pytest.raises(MissingError, match="altered"):
        queries.original(blob)


@pytest.mark.usefixtures("city")
def test_states_of_many_files_cost_as_many_queries_as_of_one() -> None:
    blobs = [kept(picture(size=(40 + n, 20))) for n in range(5)]
    with CaptureQueriesContext(connection) as one:
        queries.states(blobs[:1])
    with CaptureQueriesContext(connection) as many:
        queries.states(blobs)
    assert len(one) == len(many)


def test_file_from_before_there_were_keys_is_read_as_it_lies() -> None:
    data = picture()
    shelf = Shelf(hashlib.sha256(data).hexdigest(), None, None)
    shelf.keep(data, [b"copy"])
    assert shelf.path().read_bytes() == data
    assert shelf.path(1).suffix == ".jpg"
    assert (shelf.read(), shelf.read(1), shelf.intact()) == (data, b"copy", True)
    shelf.path().write_bytes(data + b"x")
    assert not shelf.intact()


def test_keeping_twice_writes_once_and_nothing_half_written_is_left() -> None:
    data = picture()
    shelf = Shelf(hashlib.sha256(data).hexdigest(), uuid7(), bytes(32))
    shelf.keep(data, [b"copy"])
    first = {path: path.stat().st_mtime_ns for path in files()}
    shelf.keep(data, [b"copy"])
    assert {path: path.stat().st_mtime_ns for path in files()} == first
    assert len(first) == 2


@pytest.mark.usefixtures("city")
def test_kept_photo_is_an_act_about_its_order_and_what_exif_told_is_personal() -> None:
    data, order = picture(), uuid7()
    blob = kept(data, order)
    act = Act.objects.get(kind="file.kept")
    assert act.about == [order]
    assert act.payload == {"sha256": hashlib.sha256(data).hexdigest(), "size": len(data), "media_type": "image/jpeg"}
    assert "27.51" not in act.body
    assert queries.facts([blob])[blob]["lat"] == "27.510000"
    assert queries.kept_about(blob) == {order}
    row = Blob.objects.get(id=blob)
    assert (row.width, row.height, row.copies, str(row)) == (40, 20, 1, act.payload["sha256"])


def test_erasing_the_person_makes_file_and_facts_unreadable_and_removes_them(city: City) -> None:
    order = uuid7()
    blob = kept(about=order)
    other = kept(about=order)
    (subject, *_more) = subjects_about(order)
    assert subject == Blob.objects.get(id=blob).subject
    erase_subject(actor=os_operator(), at=AT, subject=subject, ground="law_requires", basis=["PIPL-47"])
    assert queries.states([blob, other]) == {blob: State.ERASED, other: State.INTACT}
    assert queries.facts([blob]) == {blob: {}}
    with pytest.raises(MissingError, match="erased"):
        queries.original(blob)
    assert len(files()) == 4
    follow(city.name)
    assert len(files()) == 2, "what nobody can read any more is removed"
    assert queries.states([other]) == {other: State.INTACT}


@pytest.mark.usefixtures("city")
def test_files_of_one_person_go_together_and_the_state_verifies() -> None:
    first = kept()
    person = Blob.objects.get(id=first).subject
    assert person is not None
    second = kept(picture("PNG"), subject=person)
    assert Blob.objects.get(id=second).subject == person
    erase_subject(actor=os_operator(), at=AT, subject=person, ground="law_requires")
    assert set(queries.states([first, second]).values()) == {State.ERASED}
    third = kept(picture("WEBP"), subject=person)
    assert Blob.objects.get(id=third).subject != person, "what comes after an erasing has a key of its own"
    assert queries.states([third]) == {third: State.INTACT}
    assert state().faults == []


@pytest.mark.usefixtures("city")
def test_who_takes_no_photos_keeps_none() -> None:
    with pytest.raises(NotAllowedError):
        acts.keep_photo(actor=actor("bao.zhengheng"), at=AT, photo=read(picture()), about=[])
    assert not Blob.objects.exists()
    assert not files()


@pytest.mark.usefixtures("city")
def test_custody_is_the_chain_of_kept_opened_compared_handed_over() -> None:
    data = picture()
    blob = kept(data)
    assert acts.open_original(actor=actor("bao.zhengheng"), at=AT, blob=blob, purpose="supervision") == data
    officer = actor("luo.chengye")
    assert acts.compare(actor=officer, at=AT, blob=blob, sha256=hashlib.sha256(data).hexdigest())
    assert not acts.compare(actor=officer, at=AT, blob=blob, sha256=hashlib.sha256(data + b"x").hexdigest())
    for _again in range(2):
        acts.hand_over(actor=officer, at=AT, blob=blob, to="云屿市人民法院 立案庭", purpose="court", key="k")
    chain = list(Act.objects.filter(stream=blob).order_by("seq"))
    assert [act.kind for act in chain] == [
        "file.kept", "file.opened", "file.compared", "file.compared", "file.handed_over"
    ]  # fmt: skip
    assert [act.payload.get("result") for act in chain[2:4]] == ["same", "other"]
    assert "立案庭" not in chain[4].body
    assert read_personal([chain[4].id])[chain[4].id] == {"to": "云屿市人民法院 立案庭"}


@pytest.mark.usefixtures("city")
@pytest.mark.parametrize(
    ("to", "purpose"), [("", "court"), ("   ", "court"), ("x" * 201, "court"), ("法院", "curiosity")]
)
def test_hand_over_to_nobody_or_for_nothing_is_refused(to: str, purpose: str) -> None:
    blob = kept()
    with pytest.raises(BadInputError):
        acts.hand_over(actor=actor("luo.chengye"), at=AT, blob=blob, to=to, purpose=purpose)
    assert Act.objects.filter(stream=blob).count() == 1


@pytest.mark.usefixtures("city")
def test_original_that_is_gone_is_not_noted_as_looked_at() -> None:
    blob = kept()
    queries.shelf_of(blob).path().unlink()
    with pytest.raises(MissingError):
        acts.open_original(actor=actor("luo.chengye"), at=AT, blob=blob, purpose="case")
    assert Act.objects.filter(stream=blob).count() == 1


@pytest.fixture
def seen_by_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(MAY_SEE, "functions", [lambda request, blobs: {blob: [True] for blob in blobs}])


@pytest.mark.usefixtures("city")
def test_photo_is_shown_only_where_a_room_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    blob = kept()
    for page in ("", "custody/"):
        assert browser("shen.yulan").get(f"/files/{blob}/{page}").status_code == 404, "no room knows it: nobody sees it"
    monkeypatch.setattr(MAY_SEE, "functions", [lambda request, blobs: {blob: [False]}])
    assert browser("fang.xiaohe").get(f"/files/{blob}/").status_code == 404
    monkeypatch.setattr(MAY_SEE, "functions", [lambda request, blobs: {blob: [request.acting.post.role == ATTENDANT]}])
    assert browser("shen.yulan").get(f"/files/{blob}/").status_code == 404
    answer = browser("fang.xiaohe").get(f"/files/{blob}/")
    assert answer["Content-Type"] == "image/jpeg"
    assert b"Phone 9" not in answer.content
    assert Client().get(f"/files/{blob}/").status_code == 302
    assert browser("fang.xiaohe").get(f"/files/{uuid7()}/").status_code == 404
    queries.shelf_of(blob).path(1).unlink()
    assert browser("fang.xiaohe").get(f"/files/{blob}/").status_code == 404


@pytest.mark.usefixtures("city", "seen_by_all")
def test_page_of_a_file_shows_facts_and_chain_and_offers_the_original_to_whose_work_it_is() -> None:
    blob = kept()
    page = browser("luo.chengye", language="en").get(f"/files/{blob}/custody/").content.decode()
    for words in ("Chain of custody", "Secret Phone 9", "27.510000, 120.550000", "Unaltered", "Download the original"):
        assert words in page
    attendant = browser("fang.xiaohe", language="en").get(f"/files/{blob}/custody/").content.decode()
    assert "Chain of custody" in attendant
    assert "Download the original" not in attendant


@pytest.mark.usefixtures("city", "seen_by_all")
def test_original_is_sent_with_a_purpose_only_and_the_look_recorded() -> None:
    data = picture()
    blob = kept(data)
    client = browser("luo.chengye", language="en")
    assert client.post(f"/files/{blob}/original/").status_code == 422
    assert not Act.objects.filter(kind="file.opened").exists()
    answer = client.post(f"/files/{blob}/original/", {"purpose": "court"})
    assert answer.content == data
    assert "attachment" in answer["Content-Disposition"]
    assert Act.objects.get(kind="file.opened").payload == {"purpose": "court"}
    assert browser("fang.xiaohe").post(f"/files/{blob}/original/", {"purpose": "case"}).status_code == 403
    assert "Original looked at: for a court" in client.get(f"/files/{blob}/custody/").content.decode()


@pytest.mark.usefixtures("city", "seen_by_all")
def test_comparing_and_handing_over_on_the_page() -> None:
    data = picture()
    blob = kept(data)
    client = browser("luo.chengye", language="en")
    assert client.post(f"/files/{blob}/compare/").status_code == 422
    same = client.post(f"/files/{blob}/compare/", {"file": io.BytesIO(data)}, follow=True)
    assert "The same, byte for byte" in same.content.decode()
    other = client.post(f"/files/{blob}/compare/", {"file": io.BytesIO(data[:-1])}, follow=True)
    assert "Not the same file" in other.content.decode()
    back = client.post(f"/files/{blob}/hand-over/", {"to": "", "purpose": "court"})
    assert (back.status_code, "Write who receives it." in back.content.decode()) == (422, True)
    done = client.post(f"/files/{blob}/hand-over/", {"to": "City court", "purpose": "court"}, follow=True)
    assert "City court" in done.content.decode()
    assert (
        browser("bao.zhengheng").post(f"/files/{blob}/hand-over/", {"to": "x", "purpose": "court"}).status_code == 403
    )
