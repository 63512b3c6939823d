"""The folder of blobs: each file lies under its SHA-256, written once, on disk before its act commits."""

import hashlib
import io
import os
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from django.conf import settings
from django.utils.translation import gettext as _
from PIL import Image, ImageOps, UnidentifiedImageError

from oneteam.kernel.errors import BadInputError

SIZE_LIMIT = 25 * 1024 * 1024  # bytes of one photo
PIXEL_LIMIT = 60_000_000
FORMATS = {"JPEG": "image/jpeg", "PNG": "image/png", "WEBP": "image/webp"}
SHOWN_EDGE = 1600  # pixels of the longer edge of the copy that pages show


@dataclass(frozen=True, slots=True)
class Photo:
    """A checked photo: the file as it came, still open, and the copy for pages. `size` in bytes."""

    original: BinaryIO
    copy: bytes
    sha256: str
    size: int
    media_type: str
    width: int
    height: int


def size_fault() -> str:
    """Return what to say of a photo that is too large."""
    return _("A photo may have %(limit)d MB at most.") % {"limit": SIZE_LIMIT // 2**20}


def read_photo(file: BinaryIO) -> Photo:
    """Check that an open file is a photo and make the copy that pages show (re-encoded, upright, without EXIF).

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
            picture.draft("RGB", (SHOWN_EDGE, SHOWN_EDGE))
            shown = ImageOps.exif_transpose(picture).convert("RGB")
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise BadInputError(_("This file is no photo that can be read; take JPEG, PNG or WebP.")) from error
    shown.thumbnail((SHOWN_EDGE, SHOWN_EDGE))
    out = io.BytesIO()
    shown.save(out, "JPEG", quality=82)
    return Photo(file, out.getvalue(), sha256, size, media_type, width, height)


def keep(photo: Photo) -> None:
    """Write both files durably; harmless when they are there."""
    _write(original_path(photo.sha256), photo.original)
    _write(copy_path(photo.sha256), io.BytesIO(photo.copy))


def original_path(sha256: str) -> Path:
    """Return where the bytes as they came lie."""
    return Path(settings.FILES_DIR) / sha256[:2] / sha256


def copy_path(sha256: str) -> Path:
    """Return where the copy for pages lies."""
    return original_path(sha256).with_suffix(".jpg")


def intact(sha256: str) -> bool:
    """Tell whether the original is there and still has its hash."""
    try:
        return hashlib.sha256(original_path(sha256).read_bytes()).hexdigest() == sha256
    except OSError:
        return False


def _write(path: Path, data: BinaryIO) -> None:
    if path.exists():
        return
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    fresh = path.with_name(f".{path.name}.{os.getpid()}.{os.urandom(4).hex()}")
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        data.seek(0)
        shutil.copyfileobj(data, file)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
