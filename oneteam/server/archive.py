"""The archive of a backup: one tar file that says first what it is, and last what each of its files should hold.

`about.json` comes first, so that a foreign or unfitting archive is refused before gigabytes were read; `manifest.json`
with every file's length and SHA-256 and the manifest's own hash come last, so that an archive that was cut is seen.
"""

import fcntl
import hashlib
import io
import json
import os
import re
import tarfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from oneteam.kernel.errors import BadInputError, ConflictError, MissingError
from oneteam.server.text import gettext as _

FORMAT = "oneteam backup 1"
ABOUT, MANIFEST, DIGEST = "about.json", "manifest.json", "manifest.sha256"
DUMP, KEYS, FILES = "database.dump", "keys/", "files/"

_NAMES = re.compile(
    r"database\.dump|checkpoints\.log(\.[a-z0-9-]+)?|sealer\.key\.pub|demo\.json|keys/(master|sealer)\.key"
    r"|files/[0-9a-f]{2}/[0-9a-f]{64}[0-9a-z.]*"
)
_SMALL, _PIECE = 1 << 24, 1 << 20

Take = Callable[[str], Path | None]
"""Where a member's content goes; None leaves it where it is."""


@dataclass(slots=True)
class _Hashed(io.RawIOBase):
    """Reads another file and hashes what passes."""

    source: IO[bytes]
    digest: Any = field(default_factory=hashlib.sha256)

    def read(self, size: int = -1) -> bytes:
        data = self.source.read(size)
        self.digest.update(data)
        return data


class Writer:
    """Writes one archive beside its final name and gives it that name when it is whole and on disk."""

    def __init__(self, target: Path, about: dict[str, Any]) -> None:
        self.target, self.part = target, target.with_name(f".{target.name}.part")
        self.entries: dict[str, list[int | str]] = {}
        if not clear_stale(self.part):
            raise ConflictError(_("Another backup is just being written to %(file)s.") % {"file": target})
        descriptor = os.open(self.part, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        self._file = os.fdopen(descriptor, "w+b")
        self._tar = tarfile.open(fileobj=self._file, mode="w", format=tarfile.PAX_FORMAT)  # noqa: SIM115 -- finish and abandon close it
        self.add_bytes(ABOUT, _json({"format": FORMAT, **about}))

    def add(self, name: str, content: IO[bytes], size: int) -> None:
        """Add what is read from a file, `size` bytes of it."""
        hashed = _Hashed(content)
        entry = tarfile.TarInfo(name)
        entry.size, entry.mode = size, 0o600
        self._tar.addfile(entry, hashed)
        self.entries[name] = [size, hashed.digest.hexdigest()]

    def add_path(self, name: str, path: Path) -> bool:
        """Add a file; False where there is none."""
        try:
            with path.open("rb") as content:
                self.add(name, content, os.fstat(content.fileno()).st_size)
        except FileNotFoundError:
            return False
        return True

    def add_bytes(self, name: str, data: bytes) -> None:
        """Add a small file."""
        self.add(name, io.BytesIO(data), len(data))

    def finish(self, told: dict[str, Any]) -> int:
        """End the archive with its manifest; it has its name, and is on disk, when this returns. Returns its size."""
        manifest = _json({**told, "files": self.entries})
        self.add_bytes(MANIFEST, manifest)
        self.add_bytes(DIGEST, hashlib.sha256(manifest).hexdigest().encode())
        self._tar.close()
        self._file.flush()
        os.fsync(self._file.fileno())
        self._file.close()
        try:
            os.link(self.part, self.target)  # unlike a rename, never over another backup
        except FileExistsError:
            raise ConflictError(_("%(file)s is there already: name another file.") % {"file": self.target}) from None
        self.part.unlink()
        folder = os.open(self.target.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
        return self.target.stat().st_size

    def abandon(self) -> None:
        """Leave nothing behind."""
        self._file.close()
        self.part.unlink(missing_ok=True)


def clear_stale(part: Path) -> bool:
    """Remove what a backup left that was killed; False where somebody is still writing it."""
    try:
        with part.open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            part.unlink()
    except FileNotFoundError:
        pass
    except BlockingIOError:
        return False
    return True


def _json(content: dict[str, Any]) -> bytes:
    return json.dumps(content, ensure_ascii=False, indent=1).encode()


# Reading ------------------------------------------------------------------------------------------------------------


def about(file: Path) -> dict[str, Any]:
    """What an archive says it is. BadInputError where it is none, or of another format."""
    with _opened(file) as tar:
        first = tar.next()
        if first is None or first.name != ABOUT or not first.isreg() or first.size > _SMALL:
            raise _foreign(file)
        found = _parsed(file, _content(tar, first))
    if found.get("format") != FORMAT:
        if str(found.get("format", "")).startswith("oneteam backup "):
            text = _("%(file)s is a backup of the form “%(form)s”, which this program does not read: use its own one.")
            raise BadInputError(text % {"file": file, "form": found["format"]})
        raise _foreign(file)
    return found


def read(file: Path, take: Take = lambda _name: None) -> dict[str, Any]:
    """Read a whole archive, check every file of it by its hash, and return the manifest.

    `take(name)` says where a file is to be written (0600, below folders of ours); BadInputError for any damage.
    """
    seen: dict[str, list[int | str]] = {}
    last: dict[str, bytes] = {}
    with _opened(file) as tar:
        for member in tar:
            small = member.name in (ABOUT, MANIFEST, DIGEST)
            if not member.isreg() or member.name in seen or not (small or _NAMES.fullmatch(member.name)):
                raise _damaged(file, member.name)
            if small and member.name != ABOUT:
                last[member.name] = _content(tar, member)
                continue
            seen[member.name] = [member.size, _pass_on(tar, member, None if small else take(member.name))]
    manifest = last.get(MANIFEST, b"")
    if hashlib.sha256(manifest).hexdigest().encode() != last.get(DIGEST):
        raise _damaged(file, MANIFEST)
    found = _parsed(file, manifest)
    for name, entry in {**found["files"], **seen}.items():
        if not entry == seen.get(name) == found["files"].get(name):
            raise _damaged(file, name)
    return found


@contextmanager
def _opened(file: Path) -> Iterator[tarfile.TarFile]:
    try:
        with tarfile.open(file, "r:") as tar:
            yield tar
    except FileNotFoundError:
        raise MissingError(_("There is no file %(file)s.") % {"file": file}) from None
    except tarfile.ReadError as error:
        # The first header could not be read: no tar at all. Later ones: it was one.
        raise (_damaged(file, "…") if "unexpected end" in str(error) else _foreign(file)) from None
    except (tarfile.TarError, EOFError):
        raise _damaged(file, "…") from None


def _content(tar: tarfile.TarFile, member: tarfile.TarInfo) -> bytes:
    source = tar.extractfile(member)
    return source.read(_SMALL) if source else b""


def _pass_on(tar: tarfile.TarFile, member: tarfile.TarInfo, target: Path | None) -> str:
    source = tar.extractfile(member)
    assert source is not None
    digest = hashlib.sha256()
    if target is None:
        while piece := source.read(_PIECE):
            digest.update(piece)
        return digest.hexdigest()
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        while piece := source.read(_PIECE):
            digest.update(piece)
            file.write(piece)
        file.flush()
        os.fsync(descriptor)
    return digest.hexdigest()


def copy_private(source: Path, target: Path) -> None:
    """Copy a small file to where there is none, readable by its owner only."""
    descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(source.read_bytes())
        file.flush()
        os.fsync(descriptor)


def _parsed(file: Path, data: bytes) -> dict[str, Any]:
    try:
        found = json.loads(data)
    except ValueError:
        raise _damaged(file, "…") from None
    if not isinstance(found, dict):
        raise _damaged(file, "…")
    return found


def _foreign(file: Path) -> BadInputError:
    return BadInputError(_("%(file)s is no backup that “oneteam backup” made.") % {"file": file})


def _damaged(file: Path, name: str) -> BadInputError:
    text = _("%(file)s is damaged or was cut off (at %(name)s), so nothing was restored: take another backup.")
    return BadInputError(text % {"file": file, "name": name})
