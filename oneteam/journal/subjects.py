"""Subjects: whose personal values an act holds, and reading those values again."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.db import connection

from oneteam.journal.models import Secret, Subject
from oneteam.journal.vault import open_values, vault
from oneteam.kernel.errors import MissingError
from oneteam.kernel.ids import uuid7


def new_subject() -> UUID:
    """Make a subject with a key of its own, for one told text or for somebody who cannot be found again."""
    subject = uuid7()
    _, wrapped = vault().new_key(subject)
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO journal_subject (id, wrapped) VALUES (%s, %s)", [subject, wrapped])
    return subject


def find_subject(kind: str, value: str) -> UUID | None:
    """Return the subject known under this value of this kind (a phone number), if there is one."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT subject_id FROM journal_blind WHERE digest = %s", [vault().blind(kind, value)])
        row = cursor.fetchone()
    return row[0] if row else None


def subject_of(kind: str, value: str) -> UUID:
    """Return the subject known under this value, made now if it is new.

    Two transactions that meet a new value at once agree: the later one waits and takes the earlier one's subject.
    """
    if (known := find_subject(kind, value)) is not None:
        return known
    subject = new_subject()
    digest = vault().blind(kind, value)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO journal_blind (digest, subject_id) VALUES (%s, %s) ON CONFLICT DO NOTHING RETURNING 1",
            [digest, subject],
        )
        if cursor.fetchone():
            return subject
        cursor.execute("SELECT subject_id FROM journal_blind WHERE digest = %s", [digest])
        row = cursor.fetchone()
    if row is None:
        raise MissingError("the subject was erased at this moment")
    found: UUID = row[0]
    return found


def data_keys(subjects: Iterable[UUID]) -> dict[UUID, bytes]:
    """Return the data keys of these subjects; MissingError for one that is unknown or erased."""
    wanted = set(subjects)
    found = {
        row.id: vault().unwrap(row.id, bytes(row.wrapped))
        for row in Subject.objects.filter(id__in=wanted)
        if row.wrapped is not None
    }
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
