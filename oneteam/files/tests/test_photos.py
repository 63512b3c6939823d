"""Photos: what is one, what its EXIF tells, and the copy that pages show; what is none, or too much, is refused."""

import io
from pathlib import Path

import pytest
from PIL import ExifTags, Image

from oneteam.files import photos
from oneteam.files.tests.making import claimed, picture, read
from oneteam.kernel.errors import BadInputError

SAMPLES = Path(__file__).resolve().parents[3] / "demo" / "samples"


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_exif_is_read_and_is_not_in_the_copy(kind: str) -> None:
    photo = read(picture(kind))
    assert photo.facts == {
        "taken_at": "2026-11-25T13:58:07+08:00", "device": "Secret Phone 9", "lat": "27.510000", "lon": "120.550000"
    }  # fmt: skip
    assert b"Phone 9" not in photo.copy
    with Image.open(io.BytesIO(photo.copy)) as shown:
        assert shown.format == "JPEG"
        assert not shown.getexif()


def test_position_south_and_west_is_negative() -> None:
    facts = read(picture(south_west=True)).facts
    assert (facts["lat"], facts["lon"]) == ("-27.510000", "-120.550000")


@pytest.mark.parametrize(
    ("tag", "value", "gone"),
    [
        (ExifTags.GPS.GPSLatitude, (91.0, 0.0, 0.0), {"lat", "lon"}),
        (ExifTags.GPS.GPSLatitude, (90.0, 0.0, 0.0), set()),
        (ExifTags.GPS.GPSLongitude, (180.0, 0.0, 1.0), {"lat", "lon"}),
        (ExifTags.GPS.GPSLongitude, (180.0, 0.0, 0.0), set()),
    ],
)
def test_position_that_is_none_on_earth_is_left_out(tag: int, value: tuple[float, ...], gone: set[str]) -> None:
    with Image.open(io.BytesIO(picture())) as image:
        exif = image.getexif()
        exif.get_ifd(ExifTags.IFD.GPSInfo)[tag] = value
        out = io.BytesIO()
        image.save(out, "JPEG", exif=exif)
    assert {"taken_at", "device", "lat", "lon"} - read(out.getvalue()).facts.keys() == gone


def test_photo_without_exif_tells_nothing() -> None:
    out = io.BytesIO()
    Image.new("RGB", (8, 8)).save(out, "PNG")
    assert read(out.getvalue()).facts == {}


def test_exif_text_that_cannot_be_printed_is_cleaned() -> None:
    with Image.open(io.BytesIO(picture())) as image:
        exif = image.getexif()
        exif[ExifTags.Base.Make], exif[ExifTags.Base.Model] = "A\x07B\u202e", "x" * 500
        exif.get_ifd(ExifTags.IFD.Exif)[ExifTags.Base.DateTimeOriginal] = "not a date"
        out = io.BytesIO()
        image.save(out, "JPEG", exif=exif)
    facts = read(out.getvalue()).facts
    assert "\x07" not in facts["device"]
    assert len(facts["device"]) <= 170
    assert "taken_at" not in facts


def test_what_is_transparent_is_white_in_the_copy() -> None:
    """A signature is drawn in black on nothing."""
    image, out = Image.new("RGBA", (40, 20), (0, 0, 0, 0)), io.BytesIO()
    image.paste((0, 0, 0, 255), (0, 0, 10, 20))
    image.save(out, "PNG")
    with Image.open(io.BytesIO(read(out.getvalue()).copy)) as shown:
        ink, paper = shown.getpixel((3, 10)), shown.getpixel((30, 10))
    assert isinstance(ink, tuple)
    assert isinstance(paper, tuple)
    assert max(ink) < 40
    assert min(paper) > 240


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
    monkeypatch.setattr(photos, "SIZE_LIMIT", len(data))
    assert read(data)
    with pytest.raises(BadInputError, match="MB"):
        read(data + b"\0")


def test_limit_of_pixels_holds_on_both_sides(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(photos, "PIXEL_LIMIT", 800)
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
