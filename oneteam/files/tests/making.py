"""Photos made for tests."""

import io
import struct
import zlib

from PIL import ExifTags, Image

from oneteam.files import photos


def picture(
    kind: str = "JPEG", size: tuple[int, int] = (40, 20), orientation: int | None = None, *, south_west: bool = False
) -> bytes:
    """Make a photo, its left half red, with maker, model, time and position in its EXIF."""
    image = Image.new("RGB", size, "blue")
    image.paste("red", (0, 0, size[0] // 2, size[1]))
    exif = Image.Exif()
    exif[ExifTags.Base.Make], exif[ExifTags.Base.Model] = "Secret", "Phone 9"
    detail = exif.get_ifd(ExifTags.IFD.Exif)
    detail[ExifTags.Base.DateTimeOriginal], detail[ExifTags.Base.OffsetTimeOriginal] = "2026:11:25 13:58:07", "+08:00"
    gps = exif.get_ifd(ExifTags.IFD.GPSInfo)
    gps[ExifTags.GPS.GPSLatitudeRef], gps[ExifTags.GPS.GPSLongitudeRef] = ("S", "W") if south_west else ("N", "E")
    gps[ExifTags.GPS.GPSLatitude], gps[ExifTags.GPS.GPSLongitude] = (27.0, 30.0, 36.0), (120.0, 33.0, 0.0)
    if orientation:
        exif[ExifTags.Base.Orientation] = orientation
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


def read(data: bytes) -> photos.Photo:
    """Read bytes as a photo."""
    return photos.read_photo(io.BytesIO(data))
