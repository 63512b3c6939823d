"""The folder of blobs: each file lies under its SHA-256 and whose it is, written once, on disk before its act commits.

What lies there is encrypted with the key of the person (or of the file's own subject) in the vault: destroying that key
makes original and copies unreadable, in every backup, too (PIPL 47). Files kept before there were keys lie in clear.
"""

import hashlib
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.utils.translation import gettext as _

from oneteam.kernel.errors import MissingError

_NONCE = 12
ORIGINAL = 0


@dataclass(frozen=True, slots=True)
class Shelf:
    """Where one blob lies: the original as number 0, the copies that pages show from 1 on.

    `key` is the data key of `subject`; both are None for what was kept before there were keys.
    """

    sha256: str
    subject: UUID | None
    key: bytes | None

    def path(self, number: int = ORIGINAL) -> Path:
        """Return where the original or a copy lies."""
        name = self.sha256 if self.subject is None else f"{self.sha256}.{self.subject.hex}"
        suffix = "" if number == ORIGINAL else ".jpg" if self.subject is None else f".{number}"
        return Path(settings.FILES_DIR) / self.sha256[:2] / (name + suffix)

    def keep(self, original: bytes, copies: Sequence[bytes]) -> None:
        """Write all durably; harmless when they are there."""
        for number, data in enumerate([original, *copies]):
            _write(self.path(number), self._closed(number, data))

    def read(self, number: int = ORIGINAL) -> bytes:
        """Return the original or a copy. MissingError when it is not there, or not what was kept."""
        try:
            data = self._opened(number, self.path(number).read_bytes())
        except (OSError, InvalidTag) as error:
            raise MissingError(_("The file is missing from the store, or was altered there.")) from error
        if number == ORIGINAL and hashlib.sha256(data).hexdigest() != self.sha256:
            raise MissingError(_("The file is missing from the store, or was altered there."))
        return data

    def intact(self) -> bool:
        """Tell whether the original is there and still has its hash."""
        try:
            self.read()
        except MissingError:
            return False
        return True

    def remove(self) -> None:
        """Remove what lies there; harmless when it is gone."""
        for path in (self.path(), *self.path().parent.glob(f"{self.path().name}.*")):
            path.unlink(missing_ok=True)

    def _closed(self, number: int, data: bytes) -> bytes:
        if self.key is None:
            return data
        nonce = os.urandom(_NONCE)
        return nonce + AESGCM(self.key).encrypt(nonce, data, self._bound(number))

    def _opened(self, number: int, data: bytes) -> bytes:
        if self.key is None:
            return data
        return AESGCM(self.key).decrypt(data[:_NONCE], data[_NONCE:], self._bound(number))

    def _bound(self, number: int) -> bytes:
        return f"file:{self.sha256}:{number}".encode()


def _write(path: Path, data: bytes) -> None:
    if path.exists():
        return
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    fresh = path.with_name(f".{path.name}.{os.getpid()}.{os.urandom(4).hex()}")
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
