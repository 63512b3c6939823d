"""Photos: kept byte for byte, shown without EXIF and upright; what is no photo, or too much of one, is refused."""

import hashlib
import io
import stat
import struct
import zlib
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client
from PIL import Image

from oneteam.files import acts, store
from oneteam.files.models import Blob
from oneteam.files.queries import intact_photos
from oneteam.files.slots import MAY_SEE
from oneteam.journal.models import Act
from oneteam.kernel.errors import BadInputError, NotAllowedError
from oneteam.kernel.ids import uuid7
from tests.world import AT, actor, browser

SAMPLES = Path(__file__).resolve().parents[3] / "demo" / "samples"
ORIENTATION, MAKER, GPS = 0x0112, 0x010F, 0x8825
ATTENDANT = "grid_attendant"


@pytest.fixture(autouse=True)
def own_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(settings, "FILES_DIR", str(tmp_path / "files"))


def picture(kind: str = "JPEG", size: tuple[int, int] = (40, 20), orientation: int | None = None) -> bytes:
    """Make a photo, its left half red, with a maker and a position in its EXIF."""
    image = Image.new("RGB", size, "blue")
    image.paste("red", (0, 0, size[0] // 2, size[1]))
    exif = Image.Exif()
    exif[MAKER] = "Secret Phone 9"
    exif.get_ifd(GPS)[1] = "N"
    if orientation:
        exif[ORIENTATION] = orientation
    out = io.BytesIO()
    image.save(out, kind, exif=exif, quality=95)
    return out.getvalue()


def claimed(width: int, height: int) -> bytes:
    """Return a tiny PNG that claims to have this many pixels."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0" * 1000)) + chunk(b"IEND", b"")
    )


def read(data: bytes) -> store.Photo:
    return store.read_photo(io.BytesIO(data))


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_original_is_kept_byte_for_byte_and_the_copy_has_no_exif(kind: str) -> None:
    data = picture(kind)
    photo = read(data)
    store.keep(photo)
    assert store.original_path(photo.sha256).read_bytes() == data
    assert photo.sha256 == hashlib.sha256(data).hexdigest()
    copy = store.copy_path(photo.sha256).read_bytes()
    assert b"Secret Phone" in data
    assert b"Secret Phone" not in copy
    with Image.open(io.BytesIO(copy)) as shown:
        assert shown.format == "JPEG"
        assert not shown.getexif()


def test_rotated_photo_is_shown_upright() -> None:
    """Orientation 6: turned a quarter to the right, so that the left half comes on top."""
    photo = read(picture(orientation=6))
    with Image.open(io.BytesIO(photo.copy)) as shown:
        assert shown.size == (20, 40)
        top, bottom = shown.getpixel((10, 3)), shown.getpixel((10, 36))
    assert isinstance(top, tuple)
    assert isinstance(bottom, tuple)
    assert top[0] > 200 > 60 > top[2]
    assert bottom[2] > 200 > 60 > bottom[0]


def test_copy_is_no_larger_than_a_page_needs() -> None:
    with Image.open(io.BytesIO(read(picture(size=(4000, 1000))).copy)) as shown:
        assert shown.size == (1600, 400)


@pytest.mark.parametrize(("width", "height"), [(7746, 7746), (60_000_001, 1), (65_000, 65_000), (2_000_000, 2_000_000)])
def test_bomb_of_more_than_sixty_million_pixels_is_refused_unopened(width: int, height: int) -> None:
    with pytest.raises(BadInputError):
        read(claimed(width, height))


def test_limit_of_bytes_holds_on_both_sides(monkeypatch: pytest.MonkeyPatch) -> None:
    data = picture()
    monkeypatch.setattr(store, "SIZE_LIMIT", len(data))
    assert read(data)
    with pytest.raises(BadInputError, match="MB"):
        read(data + b"\0")


def test_limit_of_pixels_holds_on_both_sides(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "PIXEL_LIMIT", 800)
    assert read(picture(size=(40, 20)))
    with pytest.raises(BadInputError, match="pixels"):
        read(picture(size=(41, 20)))


@pytest.mark.parametrize(
    "data",
    [b"", b"<html>not a photo</html>", b"\xff\xd8\xff\xe0", b"GIF89a" + bytes(40), b"%PDF-1.7 " + bytes(40),
     picture()[:200], b"<svg xmlns='http://www.w3.org/2000/svg'/>"],
    ids=["empty", "html", "jpeg head", "gif", "pdf", "cut", "svg"],
)  # fmt: skip
def test_what_is_no_photo_is_refused_with_what_to_take(data: bytes) -> None:
    with pytest.raises(BadInputError, match="JPEG, PNG or WebP"):
        read(data)


def test_sample_that_claims_to_be_a_photo_is_refused() -> None:
    with pytest.raises(BadInputError):
        read((SAMPLES / "not_a_photo.jpg").read_bytes())


def test_altered_and_missing_originals_are_noticed() -> None:
    photo, other = read(picture()), read(picture("PNG"))
    store.keep(photo)
    store.keep(other)
    both = {photo.sha256, other.sha256}
    assert intact_photos(both) == both
    path = store.original_path(photo.sha256)
    altered = bytearray(path.read_bytes())
    altered[-1] ^= 1
    path.write_bytes(bytes(altered))
    assert intact_photos(both) == {other.sha256}
    store.original_path(other.sha256).unlink()
    assert intact_photos(both) == set()


def test_keeping_twice_writes_once_and_nothing_half_written_is_left() -> None:
    photo = read(picture())
    store.keep(photo)
    first = store.original_path(photo.sha256).stat()
    store.keep(photo)
    path = store.original_path(photo.sha256)
    assert path.stat().st_mtime_ns == first.st_mtime_ns
    assert stat.S_IMODE(first.st_mode) == 0o600
    assert sorted(item.name for item in path.parent.iterdir()) == [photo.sha256, f"{photo.sha256}.jpg"]


@pytest.mark.usefixtures("city")
def test_kept_photo_is_an_act_about_its_order_and_shown_where_a_room_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    data, order = picture(), uuid7()
    blob = acts.keep_photo(actor=actor("fang.xiaohe"), at=AT, photo=read(data), about=[order])
    act = Act.objects.get(kind="file.kept")
    assert act.about == [order]
    assert act.payload == {"sha256": hashlib.sha256(data).hexdigest(), "size": len(data), "media_type": "image/jpeg"}
    row = Blob.objects.get(id=blob)
    assert (row.width, row.height, str(row)) == (40, 20, act.payload["sha256"])
    assert browser("shen.yulan").get(f"/files/{blob}/").status_code == 404, "no room knows it, so nobody may see it"
    monkeypatch.setattr(MAY_SEE, "functions", [lambda request, blobs: {blob: [False]}])
    assert browser("fang.xiaohe").get(f"/files/{blob}/").status_code == 404
    monkeypatch.setattr(MAY_SEE, "functions", [lambda request, blobs: {blob: [request.acting.post.role == ATTENDANT]}])
    assert browser("shen.yulan").get(f"/files/{blob}/").status_code == 404
    answer = browser("fang.xiaohe").get(f"/files/{blob}/")
    shown = b"".join(answer.streaming_content)  # type: ignore[attr-defined]
    assert answer["Content-Type"] == "image/jpeg"
    assert b"Secret Phone" not in shown
    assert Client().get(f"/files/{blob}/").status_code == 302
    assert browser("fang.xiaohe").get(f"/files/{uuid7()}/").status_code == 404
    store.copy_path(row.sha256).unlink()
    assert browser("fang.xiaohe").get(f"/files/{blob}/").status_code == 404


@pytest.mark.usefixtures("city")
def test_who_takes_no_photos_keeps_none() -> None:
    with pytest.raises(NotAllowedError):
        acts.keep_photo(actor=actor("bao.zhengheng"), at=AT, photo=read(picture()), about=[])
    assert not Blob.objects.exists()
    assert not list(Path(settings.FILES_DIR).rglob("*"))
