"""The canonical form of an act and the hashes over it.

Canonical JSON: keys sorted, no spaces, UTF-8, no floats; for such values this equals RFC 8785.
Every hash is SHA-256 over a domain byte and its parts:

* leaf   = H(00 ‖ link ‖ changes)
* node   = H(01 ‖ left ‖ right)
* link   = H(02 ‖ previous link ‖ sequence as 8 bytes ‖ H(body)); the first previous link is 32 zero bytes
* changes = H(03 ‖ for each row: table 2 bytes, row id 16, operation 1, form 2, digest 32 or nothing);
  32 zero bytes if there is none
"""

import base64
import binascii
import hashlib
import hmac
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from json.encoder import encode_basestring
from typing import Any
from uuid import UUID

ZERO = bytes(32)
SALT_BYTES = 16
_PLAIN = frozenset({str, int, bool, type(None)})  # holds nothing that could be a float
_URL_SAFE = bytes.maketrans(b"+/", b"-_")


_encode = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode


def canonical(value: object) -> str:
    """Return the canonical JSON text of a value made of dict, list, str, int, bool and None.

    Raises TypeError for floats and anything else JSON cannot say exactly.
    """
    _refuse_floats(value)
    return _encode(value)


def _refuse_floats(value: object) -> None:
    if isinstance(value, dict):
        for key, item in value.items():
            if not isinstance(key, str):
                raise TypeError(f"a key must be text: {key!r}")
            if type(item) not in _PLAIN:
                _refuse_floats(item)
    elif isinstance(value, list | tuple):
        for item in value:
            if type(item) not in _PLAIN:
                _refuse_floats(item)
    elif isinstance(value, float):
        raise TypeError(f"a float has no canonical form: {value!r}; use a string or an integer")


def instant(moment: datetime) -> str:
    """Return an aware moment as UTC text with microseconds, the only form in which acts hold time."""
    if moment.tzinfo is None:
        raise ValueError("a moment without a time zone cannot be recorded")
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def b64(data: bytes) -> str:
    """Return unpadded URL-safe base64."""
    return binascii.b2a_base64(data, newline=False).translate(_URL_SAFE, b"=").decode("ascii")


def unb64(text: str) -> bytes:
    """Read unpadded URL-safe base64."""
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def disclosure(salt: bytes, name: str, value: object) -> str:
    """Return the string whose hash is the commitment: the JSON array of salt, name and value (as in SD-JWT)."""
    if type(value) is str:  # most are: the same text, without setting up an encoder for the array
        return f'["{b64(salt)}",{encode_basestring(name)},{encode_basestring(value)}]'
    return canonical([b64(salt), name, value])


def commitment(disclosed: str) -> str:
    """Return the commitment to a disclosure string."""
    return b64(hashlib.sha256(disclosed.encode()).digest())


def open_salt(act_salt: bytes, name: str) -> bytes:
    """Return the salt of an open field. It is derived, so that open fields can be checked from the act's own row."""
    return hmac.digest(act_salt, name.encode(), "sha256")[:SALT_BYTES]


def body_hash(body: str) -> bytes:
    """Return the hash of a canonical body."""
    return hashlib.sha256(body.encode()).digest()


def link(previous: bytes, seq: int, body: str) -> bytes:
    """Return the chain link of the act with this body, standing at `seq` (from 1) in its stream."""
    return hashlib.sha256(b"\x02" + previous + seq.to_bytes(8, "big") + body_hash(body)).digest()


@dataclass(frozen=True, slots=True)
class Change:
    """One guarded row that an act changed: its table's code, id, operation (I, U, D, M), digest form and digest."""

    table: int
    row: UUID
    operation: str
    form: int
    digest: bytes | None


def changes_hash(changes: Iterable[Change]) -> bytes:
    """Return the hash of an act's change rows, in the order in which the guard noted them."""
    parts = [
        change.table.to_bytes(2, "big")
        + change.row.bytes
        + change.operation.encode("ascii")
        + change.form.to_bytes(2, "big")
        + (change.digest or b"")
        for change in changes
    ]
    return hashlib.sha256(b"\x03" + b"".join(parts)).digest() if parts else ZERO


def leaf(link_hash: bytes, changes: bytes) -> bytes:
    """Return the Merkle leaf of an act."""
    return hashlib.sha256(b"\x00" + link_hash + changes).digest()


def node(left: bytes, right: bytes) -> bytes:
    """Return the Merkle node over two subtrees (RFC 9162, section 2.1)."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def compose_body(
    *,
    act: UUID,
    stream: UUID,
    kind: str,
    version: int,
    actor: str,
    post: UUID | None,
    occurred_at: datetime,
    recorded_at: datetime,
    commitments: Mapping[str, str],
    about: Iterable[UUID] = (),
    basis: Iterable[str] = (),
    place: str | None = None,
    device: str | None = None,
) -> str:
    """Return the canonical body of an act. Keys that say nothing (about, basis, place, device) are left out."""
    body: dict[str, Any] = {
        "at": instant(occurred_at),
        "by": actor,
        "id": str(act),
        "in": str(stream),
        "kind": kind,
        "post": str(post) if post else None,
        "rec": instant(recorded_at),
        "sd": dict(commitments),
        "v": version,
    }
    extra: dict[str, Any] = {
        "about": [str(item) for item in about],
        "basis": list(basis),
        "place": place,
        "device": device,
    }
    body.update({name: value for name, value in extra.items() if value})
    return canonical(body)
