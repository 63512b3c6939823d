"""Reading kept files. Who asks has checked who may see them, and journals a look at an original (`acts`)."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from oneteam.files.models import Blob
from oneteam.files.store import Shelf
from oneteam.journal.queries import acts
from oneteam.journal.subjects import read_personal, standing_keys
from oneteam.kernel.errors import MissingError


class State(StrEnum):
    """How a kept file stands."""

    INTACT = "intact"
    ALTERED = "altered"  # or missing
    ERASED = "erased"


@dataclass(frozen=True, slots=True)
class Kept:
    """What is known of a kept file, without reading it."""

    id: UUID
    sha256: str
    size: int
    media_type: str
    copies: int
    width: int
    height: int


def kept(blob: UUID) -> Kept:
    """Return what is known of a file. MissingError for an unknown one."""
    row = Blob.objects.filter(id=blob).first()
    if row is None:
        raise MissingError(_("There is no such file."))
    return Kept(row.id, row.sha256, row.size, row.media_type, row.copies or 1, row.width, row.height)


def shelf_of(blob: UUID) -> Shelf:
    """Return where a file lies, with its key. MissingError for an unknown file and for one whose person was erased."""
    row = Blob.objects.filter(id=blob).first()
    if row is None:
        raise MissingError(_("There is no such file."))
    shelf = _shelves([row])[row.id]
    if shelf is None:
        raise MissingError(_("This file was erased together with the values of its person."))
    return shelf


def copy(blob: UUID, number: int = 1) -> bytes:
    """Return a copy for pages: a photo's only one (JPEG), or a page of a document (PNG). MissingError as `shelf_of`."""
    if number < 1:
        raise MissingError(_("There is no such file."))
    return shelf_of(blob).read(number)


def original(blob: UUID) -> bytes:
    """Return the bytes as they came, for what the program itself does with them; people open it by act."""
    return shelf_of(blob).read()


def states(blobs: Iterable[UUID]) -> dict[UUID, State]:
    """Return how these files stand, reading each original, in two queries however many there are."""
    rows = list(Blob.objects.filter(id__in=set(blobs)))
    return {
        row_id: State.ERASED if shelf is None else State.INTACT if shelf.intact() else State.ALTERED
        for row_id, shelf in _shelves(rows).items()
    }


def _shelves(rows: Iterable[Blob]) -> dict[UUID, Shelf | None]:
    listed = list(rows)
    keys = standing_keys(row.subject for row in listed if row.subject)
    found: dict[UUID, Shelf | None] = {}
    for row in listed:
        key = keys.get(row.subject) if row.subject else None
        found[row.id] = None if row.subject and key is None else Shelf(row.sha256, row.subject, key)
    return found


def kept_about(blob: UUID) -> set[UUID]:
    """Return the objects whose files a file belongs to."""
    found = acts(kinds=["file.kept"]).filter(stream=blob).values_list("about", flat=True).first()
    return set(found or ())


def facts(blobs: Iterable[UUID]) -> dict[UUID, dict[str, Any]]:
    """Return what each file's EXIF told (see `photos.Photo`); empty where it told nothing, or was erased."""
    wanted = list(blobs)
    kept = dict(acts(kinds=["file.kept"]).filter(stream__in=wanted).values_list("stream", "id"))
    told = read_personal(kept.values())
    return {blob: told.get(kept[blob], {}).get("facts", {}) if blob in kept else {} for blob in wanted}
