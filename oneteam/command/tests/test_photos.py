"""Photos of orders: opened only for who may handle the order now, within limits; shown to who may see the order."""

import io
from typing import Any
from uuid import UUID

import pytest
from django.db import connection
from PIL import Image

from oneteam.command import acts
from oneteam.command.models import OrderPhoto
from oneteam.command.tests.test_orders import handled, photo, sent, state
from oneteam.files import photos, store, uploads
from oneteam.files.models import Blob
from oneteam.journal.models import Act
from tests.world import AT, actor, browser

pytestmark = pytest.mark.usefixtures("city")


def accepted() -> UUID:
    order = sent()
    acts.accept_order(actor=actor("fang.xiaohe"), at=AT, order=order)
    return order


def upload(colour: str = "red", name: str = "photo.jpg") -> io.BytesIO:
    file = io.BytesIO()
    Image.new("RGB", (64, 48), colour).save(file, "JPEG")
    file.seek(0)
    file.name = name
    return file


def handle(order: UUID, username: str = "fang.xiaohe", **values: Any) -> Any:
    values = {"note": "收摊了，地面已冲洗", "idempotency_key": "h", **values}
    return browser(username, language="en").post(f"/orders/{order}/handle/", values)


@pytest.fixture
def unopened(monkeypatch: pytest.MonkeyPatch) -> None:
    """No photo may be opened in this test."""

    def opened(*_args: object) -> photos.Photo:
        raise AssertionError("a photo was opened")

    monkeypatch.setattr(photos, "read_photo", opened)


@pytest.mark.usefixtures("unopened")
@pytest.mark.parametrize(("username", "status"), [("zhu.guilin", 403), ("shen.yulan", 403), ("bao.zhengheng", 403)])
def test_photos_of_somebody_who_may_not_handle_the_order_are_not_opened(username: str, status: int) -> None:
    order = accepted()
    assert handle(order, username, after=upload()).status_code == status
    assert state(order) == "accepted"


@pytest.mark.usefixtures("unopened")
def test_photos_for_an_order_that_cannot_be_handled_now_are_not_opened() -> None:
    order = sent()
    answer = handle(order, after=upload())
    assert answer.status_code == 422
    assert "OT-03" in answer.content.decode()
    assert "收摊了，地面已冲洗" in answer.content.decode(), "what was typed is kept"


@pytest.mark.usefixtures("unopened")
def test_photos_beyond_the_limits_are_not_opened(monkeypatch: pytest.MonkeyPatch) -> None:
    order = accepted()
    many = handle(order, before=[upload() for _ in range(6)], after=[upload() for _ in range(7)])
    assert (many.status_code, "12 photos at most" in many.content.decode()) == (422, True)
    monkeypatch.setattr(photos, "SIZE_LIMIT", 100)
    large = handle(order, after=[upload(name="large.jpg")])
    assert (large.status_code, "large.jpg: A photo may have" in large.content.decode()) == (422, True)
    wordless = handle(order, after=upload(), note="")
    assert wordless.status_code == 422
    assert state(order) == "accepted"


def test_request_that_announces_too_much_is_refused_before_a_file_is_stored(monkeypatch: pytest.MonkeyPatch) -> None:
    order = accepted()
    monkeypatch.setattr(uploads, "BODY_LIMIT", 500)
    answer = handle(order, after=upload())
    assert (answer.status_code, "Send fewer or smaller files" in answer.content.decode()) == (413, True)
    assert state(order) == "accepted"
    monkeypatch.setattr(uploads, "BODY_LIMIT", 10_000)
    assert handle(order, after=upload()).status_code == 302


def test_photos_are_opened_before_the_transaction(monkeypatch: pytest.MonkeyPatch) -> None:
    order, read, opened = accepted(), photos.read_photo, list[bool]()

    def watched(file: Any) -> photos.Photo:
        opened.append(connection.in_atomic_block)
        return read(file)

    monkeypatch.setattr(photos, "read_photo", watched)
    assert handle(order, before=upload(), after=[upload("green"), upload("blue")]).status_code == 302
    assert opened == [False] * 3
    assert [row.moment for row in OrderPhoto.objects.order_by("id")] == ["before", "after", "after"]


def test_every_file_that_is_no_photo_is_named_and_nothing_is_done() -> None:
    order = accepted()
    broken = [io.BytesIO(b"<html>"), io.BytesIO(b"%PDF-1.7")]
    for file, name in zip(broken, ("a.jpg", "b.jpg"), strict=True):
        file.name = name
    content = handle(order, before=upload(), after=broken).content.decode()
    assert "a.jpg: This file is no photo" in content
    assert "b.jpg: This file is no photo" in content
    assert state(order) == "accepted"
    assert not Blob.objects.exists()


def test_handling_sent_twice_is_taken_once_and_with_another_photo_is_a_conflict() -> None:
    order = accepted()
    for _again in range(2):
        assert handle(order, after=upload()).status_code == 302
    assert Act.objects.filter(kind__in=["order.handled", "file.kept"]).count() == 2
    edited = handle(order, after=upload("green"))
    assert edited.status_code == 409
    assert "sent before with another content" in edited.content.decode()
    assert Act.objects.filter(kind__in=["order.handled", "file.kept"]).count() == 2


def test_file_that_cannot_be_written_undoes_the_handling(monkeypatch: pytest.MonkeyPatch) -> None:
    order = accepted()

    def full(*_args: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(store.Shelf, "keep", full)
    with pytest.raises(OSError, match="No space"):
        acts.handle_order(actor=actor("fang.xiaohe"), at=AT, order=order, note="好了", after=[photo()])
    assert state(order) == "accepted"
    assert not Blob.objects.exists()


def seen(username: str, blob: UUID) -> int:
    answer = browser(username).get(f"/files/{blob}/")
    answer.close()
    return int(answer.status_code)


def test_photo_is_shown_to_those_who_may_see_its_order() -> None:
    order = handled(sent())
    (blob,) = OrderPhoto.objects.values_list("blob_id", flat=True)
    for username in ("fang.xiaohe", "zhu.guilin", "luo.chengye", "shen.yulan", "bao.zhengheng"):
        assert seen(username, blob) == 200, f"{username}: in the field anybody may verify it now"
    acts.verify_order(actor=actor("luo.chengye"), at=AT, order=order)
    assert (seen("fang.xiaohe", blob), seen("shen.yulan", blob)) == (200, 200)
    assert (seen("zhu.guilin", blob), seen("luo.chengye", blob)) == (404, 404), "it is no longer theirs to verify"
    assert seen("gu.weichen", blob) == 404, "a role that sees no orders"
