"""Subjects: whose personal values an act holds, and reading those values again."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from oneteam.journal import statements, writing
from oneteam.journal.models import Secret
from oneteam.journal.vault import open_values, vault
from oneteam.kernel.errors import MissingError
from oneteam.kernel.ids import uuid7


def new_subject() -> UUID:
    """Make a subject with a key of its own, for one told text or for somebody who cannot be found again.

    Inside a write its wrapped key is stored with the first act that holds its values; without values it leaves nothing.
    """
    subject = uuid7()
    key, wrapped = vault().new_key(subject)
    if writing.running():
        memory = writing.current()
        memory.keys[subject], memory.unstored[subject] = key, wrapped
    else:
        statements.run("INSERT INTO journal_subject (id, wrapped) VALUES (%s, %s)", [subject, wrapped])
    return subject


def find_subject(kind: str, value: str) -> UUID | None:
    """Return the subject known under this value of this kind (a phone number), if there is one."""
    return _known(vault().blind(kind, value))


def _known(digest: bytes) -> UUID | None:
    """Return the subject that a digest stands for; its data key is kept in mind for the write that runs."""
    row = statements.run(
        "SELECT b.subject_id, s.wrapped FROM journal_blind b JOIN journal_subject s ON s.id = b.subject_id"
        " WHERE b.digest = %s",
        [digest],
    ).fetchone()
    if row is None:
        return None
    subject: UUID = row[0]
    if row[1] is not None:
        writing.current().keys[subject] = vault().unwrap(subject, bytes(row[1]))
    return subject


def subject_of(kind: str, value: str) -> UUID:
    """Return the subject known under this value, made now if it is new.

    Of two writes that meet a new value at once the later one fails on the blind index and, tried again, finds the
    earlier one's subject.
    """
    digest, memory = vault().blind(kind, value), writing.current()
    if digest in memory.marks:
        return memory.marks[digest]
    if (known := _known(digest)) is not None:
        return known
    subject = new_subject()
    if writing.running():
        memory.marks[digest] = subject
    else:
        statements.run("INSERT INTO journal_blind (digest, subject_id) VALUES (%s, %s)", [digest, subject])
    return subject


def data_keys(subjects: Iterable[UUID]) -> dict[UUID, bytes]:
    """Return the data keys of these subjects; MissingError for one that is unknown or erased."""
    memory, wanted = writing.current(), set(subjects)
    found = {subject: memory.keys[subject] for subject in wanted if subject in memory.keys}
    if missing := wanted - found.keys():
        rows = statements.run(
            "SELECT id, wrapped FROM journal_subject WHERE id = ANY(%s::uuid[]) AND wrapped IS NOT NULL",
            [list(missing)],
        ).fetchall()
        found |= {subject: vault().unwrap(subject, bytes(wrapped)) for subject, wrapped in rows}
    if missing := wanted - found.keys():
        raise MissingError(f"erased or unknown: {sorted(map(str, missing))}")
    return found


def read_personal(acts: Iterable[UUID]) -> dict[UUID, dict[str, Any]]:
    """Return the personal values of these acts that can still be read, in two queries however many acts there are.

    The caller is responsible for masking and for recording a look with its purpose (DESIGN 6).
    """
    secrets = list(Secret.objects.filter(act_id__in=set(acts)).select_related("subject"))
    values: dict[UUID, dict[str, Any]] = {}
    for secret in secrets:
        wrapped = secret.subject.wrapped
        if wrapped is None:
            continue
        opened = open_values(vault().unwrap(secret.subject_id, bytes(wrapped)), secret.act_id, bytes(secret.blob))
        values.setdefault(secret.act_id, {}).update({name: item.value for name, item in opened.items()})
    return values
