"""`oneteam backup`: a running city in one archive, without stopping it.

What the backup's end means: the moment at which the database's snapshot is taken. Whatever was acknowledged before it
is in the archive, rows, acts and files; what comes later is in the next one. To make that true and the end late:

1. The folder of files is copied first. It is the bulk, and files are only added to it.
2. The snapshot is taken: the end. The database is dumped as the snapshot sees it.
3. Files that came meanwhile are copied. A file is on disk before its act commits, so none of the snapshot's is missing.
4. The checkpoint file is copied up to the snapshot's last checkpoint: the sealer went on, and a file that knows more
   than the database would look like a database put back. What the sealer had committed but not yet appended is added.

The city's keys stay out unless asked for: whoever has keys and database can read and sign.
"""

import hashlib
import os
import stat
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from oneteam.kernel.clock import SHANGHAI, now
from oneteam.kernel.errors import BadInputError, ConflictError, NotReadyError
from oneteam.server import archive, config, dumping, readiness
from oneteam.server.access import role_dsn
from oneteam.server.binaries import clients
from oneteam.server.text import gettext as _

Tell = Callable[[str], None]
EVERY = 1000  # files between two lines of progress


@dataclass(frozen=True, slots=True)
class Backup:
    """A backup that was made: everything acknowledged until `end` is in it."""

    file: Path
    size: int
    end: datetime
    acts: int
    files: int


def state_file(paths: config.CityPaths) -> Path:
    """The file that keeps when the last backup was made, for the doctor."""
    return paths.root / "backup.json"


def fingerprint(master: bytes) -> str:
    """What tells one master key from another without telling the key."""
    return hashlib.sha256(b"oneteam master key\0" + master).hexdigest()


def backup(target: Path, *, with_keys: bool, tell: Tell) -> Backup:
    """Write the city that ONETEAM_CITY names to a file, or to a file of its own in a folder; it may be served.

    Needs Django as the city's owner. Leaves nothing behind where it fails; never writes over a file.
    """
    city = config.city()
    paths = config.city_paths(city)
    if not paths.roles.exists() or not readiness.founded():
        raise NotReadyError(_("The city %(city)s is not founded yet; run: oneteam init") % {"city": city})
    file = _target(target, city)
    writer = archive.Writer(file, _about(city, paths, with_keys=with_keys))
    try:
        done = _write(writer, city, paths, with_keys=with_keys, tell=tell)
    except BaseException:
        writer.abandon()
        raise
    told = {"at": now().isoformat(), "end": done.end.isoformat(), "file": str(done.file), "acts": done.acts}
    config.write_private(state_file(paths), config.dump(told))
    return done


def _target(target: Path, city: str) -> Path:
    target = target.expanduser().absolute()
    if target.is_dir():
        for part in target.glob(f".{city}-*.tar.part"):
            archive.clear_stale(part)
        target /= f"{city}-{now().astimezone(SHANGHAI):%Y%m%d-%H%M%S}.tar"
    elif target.exists():
        raise ConflictError(_("%(file)s is there already: name another file.") % {"file": target})
    if not target.parent.is_dir() or not os.access(target.parent, os.W_OK):
        raise BadInputError(_("The folder %(folder)s is not there, or may not be written.") % {"folder": target.parent})
    return target


def _about(city: str, paths: config.CityPaths, *, with_keys: bool) -> dict[str, Any]:
    """What is known before anything is copied, and what a restore looks at first."""
    from oneteam.journal.notes import load_public  # noqa: PLC0415 -- needs Django

    try:
        master = fingerprint(paths.master_key.read_bytes())
    except OSError as error:
        text = _("%(file)s cannot be read (%(error)s): without it a backup would be of no use; see oneteam doctor")
        raise NotReadyError(text % {"file": paths.master_key, "error": error.strerror}) from None
    return {
        "city": city, "begun": now().isoformat(), "migrations": readiness.applied_migrations(),
        "master": master, "sealer": str(load_public(paths.sealer_key)), "with_keys": with_keys,
    }  # fmt: skip


def _write(writer: archive.Writer, city: str, paths: config.CityPaths, *, with_keys: bool, tell: Tell) -> Backup:
    taken: set[str] = set()
    _add_files(writer, paths, taken, tell)
    owner = role_dsn(city, "owner")
    with dumping.snapshot(owner) as seen, tempfile.TemporaryFile(dir=writer.target.parent) as dumped:
        programs = clients(seen.major)
        tell(_("dumping the database as of %(end)s") % {"end": moment(seen.end)})
        acts, sealed = _acts(seen, writer)
        dumping.dump(programs, owner, (city, f"{city}_queue"), seen=seen, into=dumped)
        dumped.seek(0)
        writer.add(archive.DUMP, dumped, os.fstat(dumped.fileno()).st_size)
        _add_files(writer, paths, taken, tell)
        _add_checkpoints(writer, paths, seen, sealed)
    writer.add_path("sealer.key.pub", paths.root / "sealer.key.pub")
    writer.add_path("demo.json", paths.root / "demo.json")  # its password stands on the demo's sign-in page anyway
    if with_keys:
        for key in (paths.master_key, paths.sealer_key):
            writer.add_path(archive.KEYS + key.name, key)
    told = {
        "end": seen.end.isoformat(), "acts": acts, "sealed": sealed, "postgres": seen.major,
        "dumped_by": programs.major,
    }  # fmt: skip
    size = writer.finish(told)
    return Backup(writer.target, size, seen.end, acts, len(taken))


def _acts(seen: dumping.Snapshot, writer: archive.Writer) -> tuple[int, int]:
    """How many acts the snapshot holds, and up to which place they stand under a checkpoint."""
    if seen.one("SELECT count(*) FROM django_migrations") != len(readiness.applied_migrations()):
        raise ConflictError(_("The tables were being migrated meanwhile: make the backup again."))
    acts = seen.one("SELECT count(*) FROM journal_act")
    return int(acts), int(seen.one("SELECT coalesce(max(size), 0) FROM journal_checkpoint"))


def _add_files(writer: archive.Writer, paths: config.CityPaths, taken: set[str], tell: Tell) -> None:
    """Add the photos and documents that are not in the archive yet.

    One that vanishes is of a person whose values are just being erased: nobody could read it any more.
    """
    fresh = [(name, path) for name, path in _kept(paths.files) if name not in taken]
    for number, (name, path) in enumerate(fresh, 1):
        if writer.add_path(archive.FILES + name, path):
            taken.add(name)
        if number % EVERY == 0 or number == len(fresh):
            tell(_("photos and documents: %(done)d of %(all)d") % {"done": number, "all": len(fresh)})


def _kept(folder: Path) -> Iterator[tuple[str, Path]]:
    for shelf in sorted(folder.glob("[0-9a-f][0-9a-f]")):
        for path in sorted(shelf.iterdir()):
            # A name with a dot in front is being written: its act has not committed.
            if not path.name.startswith(".") and stat.S_ISREG(path.lstat().st_mode):
                yield f"{shelf.name}/{path.name}", path


def _add_checkpoints(writer: archive.Writer, paths: config.CityPaths, seen: dumping.Snapshot, sealed: int) -> None:
    from oneteam.journal.outside import CheckpointFile  # noqa: PLC0415 -- needs Django
    from oneteam.journal.seal import append_missing  # noqa: PLC0415 -- as above

    with tempfile.TemporaryDirectory(prefix="oneteam-") as folder:
        copy = CheckpointFile(Path(folder) / paths.checkpoints.name)
        if paths.checkpoints.exists():
            later = (block.at for block in CheckpointFile(paths.checkpoints).blocks() if block.size > sealed)
            cut = next(later, paths.checkpoints.stat().st_size)
            with paths.checkpoints.open("rb") as source, copy.path.open("wb") as target:
                target.write(source.read(cut))
        last = copy.last()
        append_missing(seen.connection, copy, last.size if last else 0)
        writer.add_path(paths.checkpoints.name, copy.path)
    # What an adoption set aside shows which acts were lost once.
    for aside in sorted(paths.root.glob(f"{paths.checkpoints.name}.*")):
        writer.add_path(aside.name, aside)


def moment(at: datetime) -> str:
    """A moment as people read it, by the city's clock on the wall."""
    return at.astimezone(SHANGHAI).isoformat(sep=" ", timespec="milliseconds")
