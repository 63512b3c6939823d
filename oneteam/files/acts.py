"""Keeping files, and the chain of custody: kept, looked at, handed over, compared. Each is an act in the file's own
stream, so that a file's timeline is its chain."""

import hashlib
import io
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from PIL import Image

from oneteam.files.models import Blob
from oneteam.files.photos import Photo
from oneteam.files.queries import shelf_of
from oneteam.files.store import Shelf
from oneteam.journal.actors import Actor
from oneteam.journal.acts import earlier, record, write
from oneteam.journal.kinds import ActKind, register
from oneteam.journal.once import Once
from oneteam.journal.queries import label_values
from oneteam.journal.subjects import data_keys, new_subject, standing
from oneteam.kernel.errors import BadInputError, MissingError
from oneteam.kernel.ids import uuid7

KEEPERS = frozenset({"grid_attendant", "officer", "dispatcher", "brigade_leader", "contractor_crew"})
HANDLERS = frozenset({"officer", "brigade_leader", "legal_reviewer", "stationed_lawyer", "head", "auditor"})
"""Who may open and compare originals."""
GIVERS = frozenset({"officer", "brigade_leader"})
PURPOSES = {
    "case": gettext_lazy("for the case"),
    "review": gettext_lazy("for a review"),
    "court": gettext_lazy("for a court or reconsideration body"),
    "party": gettext_lazy("asked for by the party"),
    "supervision": gettext_lazy("for supervision"),
}
TO_LIMIT = 200

register(
    ActKind(
        name="file.kept",
        text=gettext_lazy("File kept, SHA-256 %(sha256)s"),
        fields={"sha256": str, "size": int, "media_type": str},
        # What the file's EXIF told: where somebody stood, when, with which device.
        personal=frozenset({"facts"}),
        version=2,
        who=KEEPERS,
    )
)
register(
    ActKind(
        name="file.opened", text=gettext_lazy("Original looked at: %(purpose)s"), fields={"purpose": str}, who=HANDLERS
    )
)
register(
    ActKind(
        name="file.handed_over", text=gettext_lazy("Original handed over: %(purpose)s"), fields={"purpose": str},
        personal=frozenset({"to"}), who=GIVERS,
    )
)  # fmt: skip
register(
    ActKind(
        name="file.compared", text=gettext_lazy("Compared with a file of SHA-256 %(sha256)s: %(result)s"),
        fields={"sha256": str, "result": str}, who=HANDLERS,
    )
)  # fmt: skip
for _kind in ("file.opened", "file.handed_over"):
    label_values(_kind, "purpose", PURPOSES)
label_values("file.compared", "result", {"same": gettext_lazy("the same"), "other": gettext_lazy("not the same")})


@write
def keep_photo(*, actor: Actor, at: datetime, photo: Photo, about: Sequence[UUID], subject: UUID | None = None) -> UUID:
    """Keep a photo as it came, and a copy for pages; returns its id.

    The photo was read before (`photos.read_photo`), so that no transaction waits for the decoding. `about` names the
    objects whose files it belongs to. `subject` is whose picture it is (journal.subjects): erasing that person makes it
    unreadable; None gives it a key of its own.
    """
    photo.original.seek(0)
    data = photo.original.read()
    return _keep(
        actor=actor, at=at, data=data, copies=[photo.copy], about=about,
        subject=standing(subject) if subject else new_subject(), media_type=photo.media_type,
        size=(photo.width, photo.height), facts=photo.facts,
    )  # fmt: skip


@write
def keep_document(
    *, actor: Actor, at: datetime, data: bytes, pages: Sequence[bytes], about: Sequence[UUID], subject: UUID
) -> tuple[UUID, str]:
    """Keep a PDF that this system made, with its pages as PNG; returns its id and its SHA-256."""
    with Image.open(io.BytesIO(pages[0])) as first:
        size = first.size
    blob = _keep(
        actor=actor, at=at, data=data, copies=pages, about=about, subject=subject, media_type="application/pdf",
        size=size, facts={},
    )  # fmt: skip
    return blob, hashlib.sha256(data).hexdigest()


def _keep(
    *, actor: Actor, at: datetime, data: bytes, copies: Sequence[bytes], about: Sequence[UUID], subject: UUID,
    media_type: str, size: tuple[int, int], facts: Mapping[str, Any],
) -> UUID:  # fmt: skip
    sha256, blob = hashlib.sha256(data).hexdigest(), uuid7()
    record(
        kind="file.kept", actor=actor, at=at, stream=blob, about=about,
        payload={"sha256": sha256, "size": len(data), "media_type": media_type},
        # Even empty: the act holds the subject's key in the vault.
        personal={subject: {"facts": dict(facts)}},
    )  # fmt: skip
    Shelf(sha256, subject, data_keys([subject])[subject]).keep(data, copies)
    Blob.objects.create(
        id=blob, sha256=sha256, size=len(data), media_type=media_type, width=size[0], height=size[1], subject=subject,
        copies=len(copies),
    )  # fmt: skip
    return blob


@write
def open_original(*, actor: Actor, at: datetime, blob: UUID, purpose: str) -> bytes:
    """Return the original as it came, after recording the look with its purpose (PII-02).

    Raises BadInputError for another purpose than those of PURPOSES, MissingError for a file that is not there.
    """
    shelf = shelf_of(blob)
    data = shelf.read()
    record(kind="file.opened", actor=actor, at=at, stream=blob, payload={"purpose": _purpose(purpose)})
    return data


@write
def hand_over(*, actor: Actor, at: datetime, blob: UUID, to: str, purpose: str, key: str | None = None) -> None:
    """Record that the original was handed over, to whom and what for.

    Raises BadInputError where nobody is named, MissingError for a file whose person was erased.
    """
    receiver = " ".join(to.split())
    if not receiver or len(receiver) > TO_LIMIT:
        raise BadInputError(_("Write who receives it, in %(most)d characters at most.") % {"most": TO_LIMIT})
    once = Once.of(key, "file.hand_over", blob, receiver, purpose)
    if earlier(actor=actor, once=once):
        return
    shelf = shelf_of(blob)
    # Said of a file from before there were keys, the receiver's name gets one of its own.
    record(
        kind="file.handed_over", actor=actor, at=at, stream=blob, payload={"purpose": _purpose(purpose)}, once=once,
        personal={shelf.subject or new_subject(): {"to": receiver}},
    )  # fmt: skip


@write
def compare(*, actor: Actor, at: datetime, blob: UUID, sha256: str) -> bool:
    """Record that a file was compared with the original by hash; returns whether it is the same, byte for byte."""
    known = Blob.objects.filter(id=blob).values_list("sha256", flat=True).first()
    if known is None:
        raise MissingError(_("There is no such file."))
    same = sha256 == known
    record(
        kind="file.compared", actor=actor, at=at, stream=blob,
        payload={"sha256": sha256, "result": "same" if same else "other"},
    )  # fmt: skip
    return same


def _purpose(purpose: str) -> str:
    if purpose not in PURPOSES:
        known = ", ".join(map(str, PURPOSES.values()))
        raise BadInputError(_("Choose what the file is needed for: %(known)s.") % {"known": known})
    return purpose
