"""Uploads: kept encrypted, checked, confirmed by the person, taken. `runner.py` does the work between the pages."""

import hmac
import json
import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.db.models.functions import Now
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from oneteam.directories.importing import Importer, find_importer
from oneteam.directories.models import ImportRun, RunState
from oneteam.journal.actors import Actor, ActorKind
from oneteam.kernel.errors import BadInputError, ConflictError, Fault, MissingError, NotAllowedError
from oneteam.kernel.ids import uuid7

UPLOAD_LIMIT = 50 * 1024 * 1024  # bytes; larger files come by the command line
KEPT = timedelta(days=7)
_NONCE = 12
_RUNNING = (RunState.CHECKING, RunState.IMPORTING)


def _key() -> AESGCM:
    return AESGCM(hmac.digest(settings.SECRET_KEY.encode(), b"oneteam import run", "sha256"))


def seal(run: UUID, content: bytes) -> bytes:
    """Encrypt what belongs to a run: files and faults hold personal values before any act does."""
    nonce = os.urandom(_NONCE)
    return nonce + _key().encrypt(nonce, content, run.bytes)


def unseal(run: UUID, blob: bytes) -> bytes:
    """Decrypt what `seal` made; ConflictError where the web's key was replaced meanwhile."""
    try:
        return _key().decrypt(blob[:_NONCE], blob[_NONCE:], run.bytes)
    except InvalidTag:
        raise ConflictError(_("The upload can no longer be opened; upload the file again.")) from None


def upload(
    *, importer: Importer, actor: Actor, at: datetime, filename: str, data: bytes, options: dict[str, str]
) -> UUID:
    """Keep an uploaded file until it is checked; returns the run. BadInputError for one that is too large."""
    if actor.role_or_kind not in importer.who:
        raise NotAllowedError(_("This post may not import %(what)s.") % {"what": importer.label})
    if len(data) > UPLOAD_LIMIT:
        raise BadInputError(
            _("The file is larger than %(limit)d MB; split it, or have it imported by the command line.")
            % {"limit": UPLOAD_LIMIT // 2**20}
        )
    run = uuid7()
    ImportRun.objects.create(
        id=run, importer=importer.name, filename=filename[-200:], options=importer.settle(options),
        actor=_written(actor), at=at, content=seal(run, data), language=get_language() or settings.LANGUAGE_CODE,
    )  # fmt: skip
    return run


def confirm(*, run: UUID, actor: Actor, at: datetime) -> None:
    """Have a checked file taken. Sent twice, it is taken once."""
    row = run_of(run, actor)
    importer = find_importer(row.importer)
    if actor.role_or_kind not in importer.who:
        raise NotAllowedError(_("This post may not import %(what)s.") % {"what": importer.label})
    confirmed = ImportRun.objects.filter(id=run, state=RunState.CHECKED).update(
        state=RunState.CONFIRMED, at=at, actor=_written(actor), progress=0
    )
    if not confirmed and row.state not in (RunState.CONFIRMED, RunState.IMPORTING, RunState.DONE):
        raise ConflictError(_("This file cannot be imported as it is; upload it again."))


def run_of(run: UUID, actor: Actor) -> ImportRun:
    """Return a person's own run; MissingError where there is none (uploads of others are not shown)."""
    row = ImportRun.objects.filter(id=run, actor__id=actor.id).first()
    if row is None:
        raise MissingError(_("There is no such upload, or it was removed after seven days."))
    return row


def latest(actor: Actor, limit: int = 5) -> list[ImportRun]:
    """Return a person's newest runs."""
    return list(ImportRun.objects.filter(actor__id=actor.id).defer("content", "faults").order_by("-id")[:limit])


def faults_of(row: ImportRun) -> list[Fault]:
    """Return what is wrong in a refused file, or which rows of one that can be taken are left out."""
    if row.faults is None:
        return []
    return [Fault(*fault) for fault in json.loads(unseal(row.id, bytes(row.faults)))]


@dataclass(frozen=True, slots=True)
class Claimed:
    """A run that this process works on."""

    row: ImportRun
    importer: Importer
    actor: Actor
    data: bytes
    taking: bool


def claim() -> Claimed | None:
    """Take the oldest run that waits, if there is one; another process that asks at the same time gets another."""
    for waiting, working in ((RunState.CONFIRMED, RunState.IMPORTING), (RunState.UPLOADED, RunState.CHECKING)):
        for run in ImportRun.objects.filter(state=waiting).order_by("id").values_list("id", flat=True)[:10]:
            if ImportRun.objects.filter(id=run, state=waiting).update(state=working, progress=0):
                row = ImportRun.objects.get(id=run)
                assert row.content is not None
                return Claimed(
                    row, find_importer(row.importer), _read_actor(row.actor), unseal(run, bytes(row.content)),
                    taking=working == RunState.IMPORTING,
                )  # fmt: skip
    return None


def checked(run: UUID, *, rows: int, unread: Sequence[str], left_out: Sequence[Fault] = ()) -> None:
    """Note that a file can be taken: so many rows, those that are left out not counted."""
    ImportRun.objects.filter(id=run).update(
        state=RunState.CHECKED, rows=rows, progress=0, unread=list(unread),
        faults=_sealed(run, left_out) if left_out else None,
    )  # fmt: skip


def done(run: UUID, *, taken: int, known: int) -> None:
    """Note that a file was taken; inside the write, so that both stand or neither. The file goes."""
    ImportRun.objects.filter(id=run).update(state=RunState.DONE, taken=taken, known=known, content=None)


def refuse(run: UUID, faults: Sequence[Fault], problem: str = "") -> None:
    """Note why a file was not taken. The file goes."""
    ImportRun.objects.filter(id=run).update(
        state=RunState.REFUSED, faults=_sealed(run, faults), problem=problem, content=None
    )


def _sealed(run: UUID, faults: Sequence[Fault]) -> bytes:
    told = json.dumps([[fault.line, fault.column, fault.problem, fault.suggestion] for fault in faults])
    return seal(run, told.encode())


def fail(run: UUID) -> None:
    """Note that the work on a file was interrupted: nothing of it was taken."""
    ImportRun.objects.filter(id=run).update(state=RunState.FAILED, content=None)


def tidy() -> None:
    """Note as interrupted what a process that is gone was at, and remove runs older than a week."""
    ImportRun.objects.filter(state__in=_RUNNING).update(state=RunState.FAILED, content=None)
    ImportRun.objects.filter(created__lt=Now() - KEPT).delete()


def _written(actor: Actor) -> dict[str, Any]:
    return {
        "kind": actor.kind.value, "id": actor.id, "post": str(actor.post) if actor.post else None, "role": actor.role,
        "name": actor.name,
    }  # fmt: skip


def _read_actor(kept: dict[str, Any]) -> Actor:
    post = UUID(kept["post"]) if kept["post"] else None
    return Actor(ActorKind(kept["kind"]), kept["id"], post, kept["role"], kept["name"])
