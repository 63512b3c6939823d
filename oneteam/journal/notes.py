"""Signed notes and checkpoints (C2SP signed-note, C2SP tlog-checkpoint), and the suite of hash and signature.

A checkpoint is a text: origin, number of leaves, root, then a line of our own (`time`: the database's clock), a blank
line and the signature line. Any tool that knows C2SP checkpoints reads it.
"""

import base64
import hashlib
import os
import re
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from django.utils.translation import gettext as _

from oneteam.journal.canonical import instant
from oneteam.kernel.errors import BadInputError, NotReadyError

_SIGNATURE = re.compile(r"— (?P<name>[^ +\n]+) (?P<signed>[A-Za-z0-9+/=]+)\n")
_SECRET_PREFIX = "PRIVATE+KEY+"  # noqa: S105 -- the label that begins a secret key's text, no secret


class Suite(Protocol):
    """A hash and a signature. Another pair (SM3 with SM2) is another suite under another name and type byte."""

    @property
    def name(self) -> str:
        """Name for people."""

    @property
    def kind(self) -> int:
        """Type byte in front of public keys (C2SP signed-note)."""

    def digest(self, data: bytes) -> bytes:
        """Return the hash of data, 32 bytes."""

    def public(self, secret: bytes) -> bytes:
        """Return the public key that belongs to a secret one."""

    def sign(self, secret: bytes, data: bytes) -> bytes:
        """Return the signature over data."""

    def verify(self, public: bytes, data: bytes, signature: bytes) -> bool:
        """Return whether the signature is this key's over data."""


class Ed25519Sha256:
    """The suite in use: SHA-256 and Ed25519."""

    name = "ed25519-sha256"
    kind = 1

    def digest(self, data: bytes) -> bytes:
        """Return SHA-256."""
        return hashlib.sha256(data).digest()

    def public(self, secret: bytes) -> bytes:
        """Return the 32 bytes of the public key."""
        return Ed25519PrivateKey.from_private_bytes(secret).public_key().public_bytes_raw()

    def sign(self, secret: bytes, data: bytes) -> bytes:
        """Return the 64 bytes of an Ed25519 signature (RFC 8032)."""
        return Ed25519PrivateKey.from_private_bytes(secret).sign(data)

    def verify(self, public: bytes, data: bytes, signature: bytes) -> bool:
        """Return whether the signature holds."""
        try:
            Ed25519PublicKey.from_public_bytes(public).verify(signature, data)
        except (InvalidSignature, ValueError):
            return False
        return True


SUITES: dict[int, Suite] = {Ed25519Sha256.kind: Ed25519Sha256()}


@dataclass(frozen=True, slots=True)
class VerificationKey:
    """A public key with the name it signs under. Its text is what an outsider is given once, by another way."""

    name: str
    suite: Suite
    public: bytes

    @property
    def id(self) -> bytes:
        """Return the four bytes by which a signature line names its key."""
        return self.suite.digest(f"{self.name}\n".encode() + bytes([self.suite.kind]) + self.public)[:4]

    def __str__(self) -> str:
        return f"{self.name}+{self.id.hex()}+{_b64(bytes([self.suite.kind]) + self.public)}"

    @classmethod
    def parse(cls, text: str) -> "VerificationKey":
        """Read the text of a key; BadInputError when it is none."""
        try:
            name, number, encoded = text.strip().split("+", 2)
            raw = base64.b64decode(encoded, validate=True)
            key = cls(name, SUITES[raw[0]], raw[1:])
        except (ValueError, LookupError):
            raise BadInputError(f"this is no verification key (name+id+key): {text.strip()[:80]!r}") from None
        if key.id.hex() != number:
            raise BadInputError(f"the key {text.strip()[:80]!r} was mistyped: its id should be {key.id.hex()}")
        return key


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A secret key; it lies in a file that the sealer alone may read."""

    public: VerificationKey
    secret: bytes

    def sign(self, text: str) -> str:
        """Return the signed note: the text, a blank line and the signature line."""
        if not text.endswith("\n"):
            raise ValueError("the text of a note ends with a line's end")
        signature = self.public.suite.sign(self.secret, text.encode())
        return f"{text}\n— {self.public.name} {_b64(self.public.id + signature)}\n"

    def __repr__(self) -> str:
        return f"SigningKey({self.public})"


@dataclass(frozen=True, slots=True)
class CheckpointText:
    """What a checkpoint says."""

    origin: str
    size: int
    root: bytes
    time: str

    def __str__(self) -> str:
        return f"{self.origin}\n{self.size}\n{_b64(self.root)}\ntime {self.time}\n"

    @classmethod
    def parse(cls, text: str) -> "CheckpointText":
        """Read the text of a checkpoint (without signatures); BadInputError when it is none."""
        try:
            origin, size, root, time, rest = text.split("\n")
            found = cls(
                origin,
                int(size),
                base64.b64decode(root, validate=True),
                time.removeprefix("time "),
            )
        except ValueError:
            raise BadInputError(f"this is no checkpoint: {text[:200]!r}") from None
        if rest or str(found) != text:
            raise BadInputError(f"this is no checkpoint: {text[:200]!r}")
        return found


def checkpoint(*, key: SigningKey, size: int, root: bytes, time: datetime) -> str:
    """Return the signed checkpoint of a tree; `time` is the database's, in UTC."""
    return key.sign(str(CheckpointText(key.public.name, size, root, instant(time))))


def open_note(note: str, key: VerificationKey) -> str:
    """Return the text of a note that this key signed; BadInputError when it did not."""
    text, separator, signatures = note.rpartition("\n\n")
    if separator:
        text += "\n"
        for line in _SIGNATURE.finditer(signatures):
            try:
                signed = base64.b64decode(line["signed"], validate=True)
            except ValueError:
                continue
            if _b64(signed) != line["signed"]:
                continue  # spare bits of the last character are set: not as it was signed
            if line["name"] == key.name and signed[:4] == key.id:
                if key.suite.verify(key.public, text.encode(), signed[4:]):
                    return text
                raise BadInputError(f"the signature of {key.name} does not fit the checkpoint: {text[:200]!r}")
    raise BadInputError(f"{key.name} (key {key.id.hex()}) did not sign this checkpoint: {note[:200]!r}")


def open_checkpoint(note: str, key: VerificationKey) -> CheckpointText:
    """Return what a checkpoint signed by this key says; BadInputError when it is not one, or another city's."""
    found = CheckpointText.parse(open_note(note, key))
    if found.origin != key.name:
        raise BadInputError(f"the checkpoint is of {found.origin!r}, the key of {key.name!r}")
    return found


def public_path(key_file: Path) -> Path:
    """Return where the verification key lies: beside the secret one, readable by everybody."""
    return key_file.with_name(key_file.name + ".pub")


def create_key(key_file: Path, city: str) -> SigningKey:
    """Make a city's signing key (mode 0600) and the verification key beside it; FileExistsError rather than replace."""
    suite = SUITES[Ed25519Sha256.kind]
    secret = os.urandom(32)
    key = SigningKey(VerificationKey(f"oneteam/{city}", suite, suite.public(secret)), secret)
    number = key.public.id.hex()
    text = f"{_SECRET_PREFIX}{key.public.name}+{number}+{_b64(bytes([suite.kind]) + secret)}\n"
    descriptor = os.open(key_file, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    public_path(key_file).write_text(f"{key.public}\n", "utf-8")
    return key


def load_key(key_file: Path) -> SigningKey:
    """Read a signing key; NotReadyError when it is missing, open to others or broken."""
    try:
        mode = key_file.stat().st_mode & 0o777
        text = key_file.read_text("utf-8").strip()
    except FileNotFoundError:
        text = _("There is no sealer's key at %(file)s; `oneteam init` makes one for a new city.")
        raise NotReadyError(text % {"file": key_file}) from None
    if mode & 0o077:
        text = _("%(file)s may be read by others (mode %(mode)s); run `chmod 600 %(file)s`.")
        raise NotReadyError(text % {"file": key_file, "mode": f"{mode:04o}"})
    try:
        name, number, encoded = text.removeprefix(_SECRET_PREFIX).split("+", 2)
        raw = base64.b64decode(encoded, validate=True)
        suite = SUITES[raw[0]]
        key = SigningKey(VerificationKey(name, suite, suite.public(raw[1:])), raw[1:])
    except (ValueError, LookupError):
        text = _("%(file)s holds no signing key; restore the file that belongs to this city.")
        raise NotReadyError(text % {"file": key_file}) from None
    if key.public.id.hex() != number:
        text = _("%(file)s is damaged; restore the file that belongs to this city.")
        raise NotReadyError(text % {"file": key_file})
    return key


def load_public(key_file: Path) -> VerificationKey:
    """Read the verification key beside a signing key's file; NotReadyError when it is missing or broken."""
    try:
        return VerificationKey.parse(public_path(key_file).read_text("utf-8"))
    except FileNotFoundError:
        text = _("There is no verification key at %(file)s; `oneteam init` makes it.")
        raise NotReadyError(text % {"file": public_path(key_file)}) from None
    except BadInputError as error:
        raise NotReadyError(f"{public_path(key_file)}: {error}") from None


def _b64(data: bytes) -> str:
    return base64.b64encode(data).decode()
