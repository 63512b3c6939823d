"""Personal values: a data key per subject, wrapped by a master key that lies outside the database.

Destroying the wrapped key makes every value of the subject unreadable, in this database for ever; proofs made earlier
hold only commitments and stay valid (PIPL 47).
"""

import hmac
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

from oneteam.journal.canonical import SALT_BYTES, b64, canonical, unb64
from oneteam.kernel.errors import NotReadyError

_NONCE = 12


@dataclass(frozen=True, slots=True)
class Personal:
    """One personal value with the random salt of its commitment."""

    salt: bytes
    value: Any


class Vault:
    """Opens and closes personal values with one master key of 32 bytes.

    The key of the blind index is derived from it, or follows it as another 32 bytes once the master was replaced: the
    index must stay, and the old master cannot be told from it.
    """

    def __init__(self, master: bytes) -> None:
        if len(master) not in (32, 64):
            raise NotReadyError("The master key must have 32 or 64 bytes; run `oneteam doctor`.")
        self._master = AESGCM(master[:32])
        self._blind = master[32:] or hmac.digest(master, b"oneteam blind index", "sha256")

    def successor(self) -> bytes:
        """Return a fresh master key that keeps this one's blind index."""
        return AESGCM.generate_key(256) + self._blind

    def new_key(self, subject: UUID) -> tuple[bytes, bytes]:
        """Return a fresh data key and the same key wrapped for storing."""
        key = AESGCM.generate_key(256)
        return key, self.wrap(subject, key)

    def wrap(self, subject: UUID, key: bytes) -> bytes:
        """Encrypt a data key, bound to its subject."""
        nonce = os.urandom(_NONCE)
        return nonce + self._master.encrypt(nonce, key, subject.bytes)

    def unwrap(self, subject: UUID, wrapped: bytes) -> bytes:
        """Decrypt a data key; NotReadyError when this master key did not wrap it."""
        try:
            return self._master.decrypt(wrapped[:_NONCE], wrapped[_NONCE:], subject.bytes)
        except InvalidTag:
            raise NotReadyError(
                "The master key does not fit this database; restore the key file that belongs to it."
            ) from None

    def blind(self, kind: str, value: str) -> bytes:
        """Return the keyed hash by which a value can be found without being readable."""
        return hmac.digest(self._blind, canonical([kind, value]).encode(), "sha256")


def seal_values(key: bytes, act: UUID, values: Mapping[str, Personal]) -> bytes:
    """Encrypt the personal values of one act, bound to that act."""
    nonce = os.urandom(_NONCE)
    text = canonical({name: [b64(item.salt), item.value] for name, item in values.items()})
    return nonce + AESGCM(key).encrypt(nonce, text.encode(), act.bytes)


def open_values(key: bytes, act: UUID, blob: bytes) -> dict[str, Personal]:
    """Decrypt what `seal_values` made; InvalidTag when blob, key or act do not belong together."""
    text = AESGCM(key).decrypt(blob[:_NONCE], blob[_NONCE:], act.bytes)
    return {name: Personal(salt=unb64(salt), value=value) for name, (salt, value) in json.loads(text).items()}


def fresh_salt() -> bytes:
    """Return a random salt. It is kept in the blob alone: a derived one would outlive the erasing."""
    return os.urandom(SALT_BYTES)


@cache
def _load(file: str) -> Vault:
    try:
        return Vault(Path(file).read_bytes())
    except FileNotFoundError:
        raise NotReadyError(f"There is no master key at {file}; `oneteam init` makes one for a new city.") from None


def vault() -> Vault:
    """Return the vault of this city, its master key read from the file that settings name."""
    return _load(settings.MASTER_KEY)
