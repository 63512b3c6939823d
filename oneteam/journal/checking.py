"""Checking single acts against what was sealed: the part of `verify` that runs in several processes.

Imports no models, so that a fresh process starts in a moment. Faults leave it as (act id, code, detail).
"""

import json
from binascii import b2a_base64
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from hashlib import sha256
from json.encoder import encode_basestring
from typing import Any
from uuid import UUID

import psycopg
from cryptography.exceptions import InvalidTag

from oneteam.journal.canonical import SALT_BYTES, ZERO, b64
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
        text = f'["{b64(item.salt)}",{_encode_name(name)},{_encode(item.value)}]'
        personal[name] = _b64(sha256(text.encode()).digest())[:43]


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
    payload = json.loads(row[16])
    opened = _commit(row[17], payload)
    # The usual case in one comparison: columns, payload and opened values make exactly the sealed body.
    if _compose(row, {**opened, **personal}) != body:
        yield from _differences(context, row, opened, personal)


def _commit(salt: bytes, payload: Mapping[str, Any]) -> dict[str, str]:
    """Return the commitments to open fields: canonical.open_salt and .commitment, spelled out to run millions of times.

    HMAC-SHA-256 is written as the two hashes it is: the library's takes three times as long for such short texts.
    """
    padded = salt.ljust(64, b"\0")
    inner, outer = padded.translate(_INNER), padded.translate(_OUTER)
    found = {}
    for name, value in payload.items():
        derived = sha256(outer + sha256(inner + name.encode()).digest()).digest()[:SALT_BYTES]
        said = encode_basestring(value) if type(value) is str else _encode(value)
        text = f'["{_b64(derived)[:22]}",{_encode_name(name)},{said}]'
        found[name] = _b64(sha256(text.encode()).digest())[:43]
    return found


def _b64(data: bytes) -> str:
    return b2a_base64(data, newline=False).translate(_URL_SAFE).decode()


_INNER = bytes(byte ^ 0x36 for byte in range(256))
_OUTER = bytes(byte ^ 0x5C for byte in range(256))
_URL_SAFE = bytes.maketrans(b"+/", b"-_")


def _compose(row: tuple[Any, ...], commitments: Mapping[str, str]) -> str:
    """Return the body that these columns and commitments make (canonical.compose_body, spelled out)."""
    post, place, device, about, basis = row[7], row[10], row[11], row[12], row[13]
    sealed = ",".join([f'{_encode_name(name)}:"{commitments[name]}"' for name in sorted(commitments)])
    return "".join(
        (
            f'{{"about":{_encode(about)},' if about else "{",
            f'"at":"{row[8]}",',
            f'"basis":{_encode(basis)},' if basis else "",
            f'"by":{_encode_name(row[6])},',
            f'"device":{_encode(device)},' if device else "",
            f'"id":"{row[2]}","in":"{row[3]}","kind":{_encode_name(row[5])},',
            f'"place":{_encode(place)},' if place else "",
            f'"post":"{post}",' if post else '"post":null,',
            f'"rec":"{row[9]}","sd":{{{sealed}}},"v":{row[14]}}}',
        )
    )


_FIELDS = (
    ("id", 2), ("in", 3), ("kind", 5), ("by", 6), ("post", 7), ("at", 8), ("rec", 9), ("place", 10), ("device", 11),
    ("about", 12), ("basis", 13), ("v", 14),
)  # fmt: skip
_NAMES = {"in": "stream", "by": "actor", "at": "occurred_at", "rec": "recorded_at", "v": "version"}


def _differences(
    context: Context, row: tuple[Any, ...], opened: Mapping[str, str], personal: Mapping[str, str]
) -> Iterator[tuple[str, str]]:
    """Say in what the sealed body differs from what the columns make; nothing where only erased values are missing."""
    body = row[15]
    try:
        said = json.loads(body)
        commitments = said["sd"]
        canonical = _encode(said) == body and isinstance(commitments, dict)
    except (ValueError, LookupError, TypeError):
        canonical = False
    if not canonical:
        yield "body", ""
        return
    for name, at in _FIELDS:
        if said.get(name) != (row[at] or None):
            yield "column", _NAMES.get(name, name)
    if said.keys() - {name for name, _at in _FIELDS} != {"sd"}:
        yield "body", ""
    yield from _values(commitments, opened, personal)
    if context.vault:
        erased = context.erased.get(row[2], frozenset())
        for name in sorted(commitments.keys() - opened.keys() - personal.keys() - erased):
            yield "hidden", name


def _values(
    commitments: Mapping[str, str], opened: Mapping[str, str], personal: Mapping[str, str]
) -> Iterator[tuple[str, str]]:
    for name, hashed in opened.items():
        if name not in commitments:
            yield "unsealed field", name
        elif commitments[name] != hashed:
            yield "open", name
    for name, hashed in personal.items():
        if commitments.get(name) != hashed:
            yield "blob value", name
