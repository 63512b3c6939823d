"""Subjects: whose personal values an act holds, and reading those values again."""

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from django.db.models import Q

from oneteam.journal import statements, writing
from oneteam.journal.models import Act, Secret, Subject
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
    digest = mark_of(kind, value)
    row = statements.run("SELECT subject_id FROM journal_blind WHERE digest = %s", [digest]).fetchone()
    return row[0] if row else None


_HELD = "SELECT h.held, h.wrapped FROM {0} CROSS JOIN LATERAL journal_hold({1}, false) AS h WHERE h.wrapped IS NOT NULL"
HELD_BY_MARK = _HELD.format("(SELECT subject_id FROM journal_blind WHERE digest = %s) AS b", "b.subject_id")
_HELD_BY_ID = _HELD.format("unnest(%s::uuid[]) AS w(id)", "w.id")


def _hold(statement: str, what: object) -> dict[UUID, bytes]:
    """Return the data keys of subjects that are not erased, and keep them from being erased while the write runs.

    An erasing under way is waited for; its subject is not among them then.
    """
    found = {row[0]: vault().unwrap(row[0], bytes(row[1])) for row in statements.run(statement, [what]).fetchall()}
    writing.current().keys.update(found)
    return found


def mark_of(kind: str, value: str) -> bytes:
    """Return the digest under which the subject of a value is found in the blind index."""
    return vault().blind(kind, value)


def keep_found(mark: bytes, row: Sequence[Any]) -> None:
    """Keep in mind whose a mark is, as the one row of HELD_BY_MARK says it; empty where it is nobody's."""
    memory = writing.current()
    if row[0] is None:
        memory.free.add(mark)
    else:
        memory.marks[mark] = row[0]
        memory.keys[row[0]] = vault().unwrap(row[0], bytes(row[1]))


def subject_of(kind: str, value: str) -> UUID:
    """Return the subject known under this value, made now if it is new or was erased.

    Of two writes that meet a new value at once the later one fails on the blind index and, tried again, finds the
    earlier one's subject.
    """
    digest, memory = mark_of(kind, value), writing.current()
    if digest in memory.marks:
        return memory.marks[digest]
    if digest not in memory.free and (held := _hold(HELD_BY_MARK, digest)):
        return next(iter(held))
    subject = new_subject()
    if writing.running():
        memory.marks[digest] = subject
    else:
        statements.run("INSERT INTO journal_blind (digest, subject_id) VALUES (%s, %s)", [digest, subject])
    return subject


def standing(subject: UUID) -> UUID:
    """Return the subject while it stands, else a new one: what is said after an erasing has a key of its own."""
    memory = writing.current()
    stands = subject in memory.keys or subject in _hold(_HELD_BY_ID, [subject])
    return subject if stands else new_subject()


def data_keys(subjects: Iterable[UUID]) -> dict[UUID, bytes]:
    """Return the data keys of these subjects, none of which can be erased while the write runs.

    MissingError for one that is unknown or erased.
    """
    memory, wanted = writing.current(), set(subjects)
    found = {subject: memory.keys[subject] for subject in wanted if subject in memory.keys}
    if missing := wanted - found.keys():
        found |= _hold(_HELD_BY_ID, sorted(missing))
    if missing := wanted - found.keys():
        raise MissingError(f"erased or unknown: {sorted(map(str, missing))}")
    return found


def subjects_about(object_id: UUID) -> dict[UUID, dict[str, list[str]]]:
    """Return whose values acts in an object's file or about it hold: by subject, by kind of act, the fields' names.

    Never the values. What was erased is not among them.
    """
    acts = Act.objects.filter(Q(stream=object_id) | Q(about__contains=[object_id]))
    found: dict[UUID, dict[str, list[str]]] = {}
    for secret in Secret.objects.filter(act__in=acts).select_related("subject", "act").order_by("n"):
        key = vault().unwrap(secret.subject_id, bytes(secret.subject.wrapped or b""))
        names = found.setdefault(secret.subject_id, {}).setdefault(secret.act.kind, [])
        names += sorted(open_values(key, secret.act_id, bytes(secret.blob)).keys() - set(names))
    return found


def standing_keys(subjects: Iterable[UUID]) -> dict[UUID, bytes]:
    """Return the data keys of those subjects that are not erased, for reading; one query."""
    rows = Subject.objects.filter(id__in=set(subjects), wrapped__isnull=False).values_list("id", "wrapped")
    return {subject: vault().unwrap(subject, bytes(wrapped or b"")) for subject, wrapped in rows}


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
