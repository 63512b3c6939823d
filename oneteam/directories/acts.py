"""The act of an import."""

from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext_lazy

from oneteam.journal.actors import Actor
from oneteam.journal.acts import record
from oneteam.journal.kinds import ActKind, register

IMPORTERS = frozenset({"operator", "dispatcher", "system_admin", "brigade_leader"})
"""Who may import anything at all; each importer names its own among them."""

register(
    ActKind(
        name="import.done",
        text=gettext_lazy("%(importer)s imported: %(taken)s rows taken, %(known)s known before"),
        fields={"importer": str, "taken": int, "known": int, "source": str, "sha256": str},
        version=2,
        who=IMPORTERS,
    )
)


def record_import(
    *, actor: Actor, at: datetime, stream: UUID, importer: str, taken: int, known: int, source: str, sha256: str
) -> None:
    """Record that a file was imported, in a stream of its own; the rows' acts stand beside it in the same write."""
    payload = {"importer": importer, "taken": taken, "known": known, "source": source, "sha256": sha256}
    record(kind="import.done", actor=actor, at=at, stream=stream, payload=payload)
