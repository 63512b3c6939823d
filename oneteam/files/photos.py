"""Reading a photo: is it one, what does its EXIF tell, and the copy that pages show."""

import hashlib
import io
import math
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, BinaryIO

from django.utils.translation import gettext as _
from PIL import ExifTags, Image, ImageOps, UnidentifiedImageError

from oneteam.kernel.errors import BadInputError

SIZE_LIMIT = 25 * 1024 * 1024  # bytes of one photo
PIXEL_LIMIT = 60_000_000
FORMATS = {"JPEG": "image/jpeg", "PNG": "image/png", "WEBP": "image/webp"}
SHOWN_EDGE = 1600  # pixels of the longer edge of the copy that pages show
WORD_LIMIT = 80  # characters of a maker's or a device's name


@dataclass(frozen=True, slots=True)
class Photo:
    """A checked photo: the file as it came, still open, the copy for pages, and what its EXIF told. `size` in bytes.

    `facts` may have taken_at (the device's own clock, as written), lon and lat (degrees), device.
    """

    original: BinaryIO
    copy: bytes
    sha256: str
    size: int
    media_type: str
    width: int
    height: int
    facts: Mapping[str, Any] = field(default_factory=dict)


def size_fault() -> str:
    """Return what to say of a photo that is too large."""
    return _("A photo may have %(limit)d MB at most.") % {"limit": SIZE_LIMIT // 2**20}


def read_photo(file: BinaryIO) -> Photo:
    """Check that an open file is a photo; read its EXIF; make the copy that pages show (upright, without EXIF).

    Raises BadInputError for what is too large, no picture, broken, or not JPEG, PNG or WebP, whatever its name says.
    """
    size = file.seek(0, os.SEEK_END)
    if size > SIZE_LIMIT:
        raise BadInputError(size_fault())
    file.seek(0)
    sha256 = hashlib.file_digest(file, "sha256").hexdigest()  # type: ignore[arg-type] # an open file reads into
    try:
        with Image.open(file, formats=list(FORMATS)) as picture:
            if picture.width * picture.height > PIXEL_LIMIT:
                raise BadInputError(
                    _("A photo may have %(limit)d million pixels at most.") % {"limit": PIXEL_LIMIT // 1_000_000}
                )
            media_type, width, height = FORMATS[picture.format or ""], picture.width, picture.height
            facts = exif_facts(picture)
            picture.draft("RGB", (SHOWN_EDGE, SHOWN_EDGE))
            shown = _opaque(ImageOps.exif_transpose(picture))
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise BadInputError(_("This file is no photo that can be read; take JPEG, PNG or WebP.")) from error
    shown.thumbnail((SHOWN_EDGE, SHOWN_EDGE))
    out = io.BytesIO()
    shown.save(out, "JPEG", quality=82)
    return Photo(file, out.getvalue(), sha256, size, media_type, width, height, facts)


def _opaque(picture: Image.Image) -> Image.Image:
    """Return a picture in RGB; what is transparent is white, as a signature's ground is."""
    if not picture.has_transparency_data:
        return picture.convert("RGB")
    drawn = picture.convert("RGBA")
    ground = Image.new("RGB", drawn.size, "white")
    ground.paste(drawn, mask=drawn.getchannel("A"))
    return ground


def exif_facts(picture: Image.Image) -> dict[str, Any]:
    """Return what the EXIF of a picture tells of time, place and device; what cannot be read is left out."""
    try:
        exif = picture.getexif()
        detail, gps = exif.get_ifd(ExifTags.IFD.Exif), exif.get_ifd(ExifTags.IFD.GPSInfo)
    except (SyntaxError, ValueError, TypeError, KeyError, OSError, OverflowError):
        return {}
    facts: dict[str, Any] = {}
    taken = _word(detail.get(ExifTags.Base.DateTimeOriginal) or exif.get(ExifTags.Base.DateTime))
    if len(taken) == 19 and taken[4] == taken[7] == ":":
        offset = _word(detail.get(ExifTags.Base.OffsetTimeOriginal))
        facts["taken_at"] = f"{taken[:10].replace(':', '-')}T{taken[11:]}{offset}"
    device = " ".join(filter(None, (_word(exif.get(tag)) for tag in (ExifTags.Base.Make, ExifTags.Base.Model))))
    if device:
        facts["device"] = device
    lat = _degrees(gps, ExifTags.GPS.GPSLatitude, ExifTags.GPS.GPSLatitudeRef, "S", 90)
    lon = _degrees(gps, ExifTags.GPS.GPSLongitude, ExifTags.GPS.GPSLongitudeRef, "W", 180)
    if lat is not None and lon is not None:
        facts |= {"lat": lat, "lon": lon}
    return facts


def _word(value: object) -> str:
    """Return a text of the EXIF without what cannot be printed; "" for anything else."""
    if not isinstance(value, str):
        return ""
    return "".join(character for character in value if character.isprintable()).strip()[:WORD_LIMIT]


def _degrees(gps: Mapping[int, Any], tag: int, sign: int, negative: str, limit: int) -> str | None:
    """Return degrees with six decimals, as text; None where they are not given, or are none."""
    try:
        degrees, minutes, seconds = (float(part) for part in gps[tag])
        value = degrees + minutes / 60 + seconds / 3600
    except (KeyError, TypeError, ValueError, ZeroDivisionError):
        return None
    if not math.isfinite(value) or not 0 <= value <= limit:
        return None
    return f"{-value if _word(gps.get(sign)) == negative else value:.6f}"
