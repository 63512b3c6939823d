"""Checking single acts against what was sealed: the part of `verify` that runs in several processes.

Imports no models, so that a fresh process starts in a moment. Faults leave it as (act id, code, detail).
"""

import json
from base64 import urlsafe_b64encode
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from hashlib import sha256
from hmac import digest as hmac_digest
from typing import Any
from uuid import UUID

import psycopg
from cryptography.exceptions import InvalidTag

from oneteam.journal.canonical import SALT_BYTES, ZERO, commitment, disclosure
from oneteam.journal.vault import Vault, open_values
from oneteam.kernel.errors import NotReadyError

Found = tuple[str, str, str]
Connection = psycopg.Connection[tuple[Any, ...]]

_TIME = "to_char({} AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')"
_COLUMNS = (
    "a.id::text, a.stream::text, a.seq, a.kind, a.actor, a.post::text, "
    + _TIME.format("a.occurred_at")
    + ", "
    + _TIME.format("a.recorded_at")
    + ", a.place, a.device, a.about::text[], a.basis, a.version, a.body, a.payload::text, a.salt, a.prev, a.hash"
)
# The act's id comes from the leaf, so that a lost act still has its name.
_SEALED = (
    f"SELECT l.leaf, l.act_id::text, {_COLUMNS} FROM journal_leaf l LEFT JOIN journal_act a ON a.id = l.act_id"  # noqa: S608
    " WHERE l.idx >= %s AND l.idx < %s"
)
_UNSEALED = (
    f"SELECT NULL::bytea, a.id::text, {_COLUMNS} FROM journal_act a"  # noqa: S608
    " WHERE NOT EXISTS (SELECT 1 FROM journal_leaf l WHERE l.act_id = a.id) AND %s <= %s"
)
_CHANGES = (
    "SELECT c.act_id::text, string_agg(int2send(c.tbl) || uuid_send(c.row_id) || convert_to(c.op, 'UTF8')"
    " || int2send(c.form) || coalesce(c.digest, ''), ''::bytea ORDER BY c.n)"
    " FROM journal_change c JOIN journal_leaf l ON l.act_id = c.act_id WHERE l.idx >= %s AND l.idx < %s GROUP BY 1"
)
_SECRETS = (
    "SELECT s.act_id::text, s.subject_id, s.blob, j.wrapped FROM journal_secret s"
    " LEFT JOIN journal_subject j ON j.id = s.subject_id"
)
_SECRETS_SEALED = f"{_SECRETS} JOIN journal_leaf l ON l.act_id = s.act_id WHERE l.idx >= %s AND l.idx < %s"
_SECRETS_UNSEALED = "".join(
    (_SECRETS, " WHERE NOT EXISTS (SELECT 1 FROM journal_leaf l WHERE l.act_id = s.act_id) AND %s <= %s")
)

_encode = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode
_encode_name = lru_cache(maxsize=4096)(_encode)


@dataclass(slots=True)
class Context:
    """What every check needs: the vault (None where values cannot be opened) and what was erased, per act."""

    vault: Vault | None
    erased: Mapping[str, frozenset[str]]
    _keys: dict[UUID, bytes | None] = field(default_factory=dict)

    def data_key(self, subject: UUID, wrapped: bytes | None) -> bytes | None:
        """Return a subject's data key, None when there is none or it was changed."""
        if subject not in self._keys:
            if len(self._keys) > 50_000:
                self._keys.clear()
            try:
                self._keys[subject] = self.vault.unwrap(subject, wrapped) if self.vault and wrapped else None
            except NotReadyError:
                self._keys[subject] = None
        return self._keys[subject]


def check_sealed(connection: Connection, context: Context, start: int, end: int) -> list[Found]:
    """Check the acts at places start..end of the sealed order."""
    changes: dict[str, bytes] = dict(connection.cursor(binary=True).execute(_CHANGES, [start, end]).fetchall())
    return _check(connection, context, (_SEALED, _SECRETS_SEALED), (start, end), changes)


def check_unsealed(connection: Connection, context: Context) -> list[Found]:
    """Check the acts that wait for the sealer."""
    return _check(connection, context, (_UNSEALED, _SECRETS_UNSEALED), (0, 0), {})


def _check(
    connection: Connection,
    context: Context,
    queries: tuple[str, str],
    scope: tuple[int, int],
    changes: Mapping[str, bytes],
) -> list[Found]:
    secrets: dict[str, list[tuple[UUID, bytes, bytes | None]]] = {}
    if context.vault:
        for act, *secret in connection.cursor(binary=True).execute(queries[1], scope):
            secrets.setdefault(act, []).append((secret[0], secret[1], secret[2]))
    faults: list[Found] = []
    for row in connection.cursor(binary=True).execute(queries[0], scope):
        act = row[1]
        if row[2] is None:
            faults.append((act, "gone", ""))
            continue
        personal: dict[str, str] = {}
        for subject, blob, wrapped in secrets.get(act, ()):
            faults.extend(_open(context, act, subject, blob, wrapped, personal))
        for code, detail in _faults_of(context, row, changes.get(act), personal):
            faults.append((act, code, detail))
    return faults


def _open(
    context: Context, act: str, subject: UUID, blob: bytes, wrapped: bytes | None, personal: dict[str, str]
) -> Iterator[Found]:
    """Open one blob and add its commitments to `personal`."""
    key = context.data_key(subject, wrapped)
    if key is None:
        yield act, "blob extra", str(subject)
        return
    try:
        values = open_values(key, UUID(act), blob)
    except (InvalidTag, ValueError):
        yield act, "blob", str(subject)
        return
    for name, item in values.items():
        personal[name] = commitment(disclosure(item.salt, name, item.value))


def _faults_of(
    context: Context, row: tuple[Any, ...], changes: bytes | None, personal: Mapping[str, str]
) -> Iterator[tuple[str, str]]:
    sealed, body, seq, previous, stored = row[0], row[15], row[4], row[18], row[19]
    encoded = body.encode()
    link = sha256(b"\x02" + previous + seq.to_bytes(8, "big", signed=True) + sha256(encoded).digest()).digest()
    if link != stored:
        yield "link", ""
    elif sealed is not None:
        noted = sha256(b"\x03" + changes).digest() if changes else ZERO
        if sha256(b"\x00" + link + noted).digest() != sealed:
            yield "leaf", ""
    try:
        said = json.loads(body)
        commitments = said["sd"]
        canonical = _encode(said) == body and isinstance(commitments, dict)
    except (ValueError, LookupError, TypeError):
        canonical = False
    if not canonical:
        yield "body", ""
        return
    yield from _columns(row, said)
    yield from _values(context, row, commitments, personal)


_FIELDS = (
    ("id", 2), ("in", 3), ("kind", 5), ("by", 6), ("post", 7), ("at", 8), ("rec", 9), ("place", 10), ("device", 11),
    ("about", 12), ("basis", 13), ("v", 14),
)  # fmt: skip
_NAMES = {"in": "stream", "by": "actor", "at": "occurred_at", "rec": "recorded_at", "v": "version"}


def _columns(row: tuple[Any, ...], said: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for name, at in _FIELDS:
        if said.get(name) != (row[at] or None):
            yield "column", _NAMES.get(name, name)


def _values(
    context: Context, row: tuple[Any, ...], commitments: Mapping[str, str], personal: Mapping[str, str]
) -> Iterator[tuple[str, str]]:
    salt, payload = row[17], json.loads(row[16])
    for name, value in payload.items():
        # The commitment of canonical.disclosure, spelled out: this line runs millions of times.
        open_salt = urlsafe_b64encode(hmac_digest(salt, name.encode(), "sha256")[:SALT_BYTES]).rstrip(b"=").decode()
        text = f'["{open_salt}",{_encode_name(name)},{_encode(value)}]'
        expected = urlsafe_b64encode(sha256(text.encode()).digest())[:43].decode()
        if name not in commitments:
            yield "unsealed field", name
        elif commitments[name] != expected:
            yield "open", name
    for name, hashed in personal.items():
        if commitments.get(name) != hashed:
            yield "blob value", name
    if context.vault and len(commitments) > len(payload) + len(personal):
        erased = context.erased.get(row[2], frozenset())
        for name in sorted(commitments.keys() - payload.keys() - personal.keys() - erased):
            yield "hidden", name
