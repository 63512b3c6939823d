"""Adopting a restored journal: the transaction ids in it are another server's, or acts after the backup are lost."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from uuid import NAMESPACE_URL, uuid5

import psycopg
from django.conf import settings
from django.db import connection, connections, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from oneteam.journal.actors import Actor
from oneteam.journal.acts import record
from oneteam.journal.kinds import ActKind, register
from oneteam.journal.notes import load_public
from oneteam.journal.outside import CheckpointFile
from oneteam.journal.seal import RestoredError, compare_outside, dsn_of, resume
from oneteam.kernel.errors import ConflictError

JOURNAL_STREAM = uuid5(NAMESPACE_URL, "oneteam:journal")

ADOPTED = register(
    ActKind(
        name="journal.adopted",
        text=gettext_lazy("Restored journal adopted: %(sealed)s sealed acts, %(unsealed)s unsealed, %(lost)s lost"),
        fields={"sealed": int, "unsealed": int, "lost": int},
        who=frozenset({"operator"}),
    )
)


@dataclass(frozen=True, slots=True)
class Adoption:
    """What was adopted, and where the file lies that knew of acts the database has no longer (None: there was none)."""

    sealed: int
    unsealed: int
    lost: int
    set_aside: Path | None


def adopt(*, actor: Actor, at: datetime) -> Adoption:
    """Make a restored database this server's own, so that sealing goes on. An act; needs the owner's rights.

    Run `verify` first, with the checkpoint file: what was slipped in before the adoption is sealed by it. Writers wait
    while it runs; the sealer must not run. ConflictError when there is nothing to adopt, NotReadyError when the fault
    is another one.
    """
    file = CheckpointFile(Path(settings.CHECKPOINT_FILE))
    key = load_public(Path(settings.SEALER_KEY))
    with psycopg.connect(dsn_of(connections["default"].settings_dict)) as beside:
        try:
            resume(beside, key)
            compare_outside(beside, file)
        except RestoredError:
            pass
        else:
            raise ConflictError(_("There is nothing to adopt: the journal belongs to this server."))
    known = file.last()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT journal_adopt()")
        cursor.execute(
            "SELECT (SELECT count(*) FROM journal_leaf), (SELECT count(*) FROM journal_act a"
            " WHERE NOT EXISTS (SELECT 1 FROM journal_leaf l WHERE l.act_id = a.id))"
        )
        sealed, unsealed = cursor.fetchone()
        lost = max(0, known.size - sealed) if known else 0
        record(
            kind=ADOPTED.name, actor=actor, at=at, stream=JOURNAL_STREAM,
            payload={"sealed": sealed, "unsealed": unsealed, "lost": lost},
        )  # fmt: skip
    aside = file.set_aside(f"before-adoption-{known.size}") if known and lost else None
    return Adoption(sealed, unsealed, lost, aside)
