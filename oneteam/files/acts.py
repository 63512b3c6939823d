"""Keeping files."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from oneteam.files import store
from oneteam.files.models import Blob
from oneteam.journal.actors import Actor
from oneteam.journal.acts import record, write
from oneteam.journal.kinds import ActKind, register
from oneteam.kernel.ids import uuid7

register(
    ActKind(
        name="file.kept",
        text=_("Photo kept, SHA-256 %(sha256)s"),
        fields={"sha256": str, "size": int, "media_type": str},
        who=frozenset({"grid_attendant", "officer", "dispatcher", "brigade_leader", "contractor_crew"}),
    )
)


@write
def keep_photo(*, actor: Actor, at: datetime, photo: store.Photo, about: Sequence[UUID]) -> UUID:
    """Keep a photo as it came, and a copy for pages; returns its id. `about` names the objects it belongs to.

    The photo was read before (`store.read_photo`), so that no transaction waits for the decoding.
    """
    blob = uuid7()
    record(
        kind="file.kept", actor=actor, at=at, stream=blob, about=about,
        payload={"sha256": photo.sha256, "size": photo.size, "media_type": photo.media_type},
    )  # fmt: skip
    store.keep(photo)
    Blob.objects.create(
        id=blob, sha256=photo.sha256, size=photo.size, media_type=photo.media_type, width=photo.width,
        height=photo.height,
    )  # fmt: skip
    return blob
