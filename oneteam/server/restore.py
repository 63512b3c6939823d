"""`oneteam restore`: a city from the archive of a backup, where no such city stands; whole, or not at all.

Everything that can be refused is refused first: the archive is read through and checked by its hashes, the keys are
tried, the place is looked at. Then the folder is filled, and last the database, in one transaction: a restore that was
killed leaves a folder with a mark in it, which the next one clears away, and no tables.

Afterwards everything is verified, and only a journal in which everything holds is adopted (journal/adopt.py).
"""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

from oneteam.kernel.errors import BadInputError, ConflictError, NotReadyError, OneteamError
from oneteam.server import archive, cities, config, dumping, processes, readiness
from oneteam.server.access import administrator, make_database, role_dsn
from oneteam.server.backup import Tell, fingerprint
from oneteam.server.binaries import clients
from oneteam.server.grants import grant_rights
from oneteam.server.takeover import take_over
from oneteam.server.text import gettext as _

KEYS = ("master.key", "sealer.key")
_NEEDED = {"city", "migrations", "master", "sealer", "with_keys"}


@dataclass(frozen=True, slots=True)
class _Wanted:
    """What is to be restored, all of it looked at."""

    file: Path
    about: dict[str, Any]
    manifest: dict[str, Any]
    keys: Path | None
    checkpoints: Path | None

    @property
    def city(self) -> str:
        """The city's name, which the dump cannot change."""
        return str(self.about["city"])


def restore(file: Path, *, keys: Path | None, checkpoints: Path | None, tell: Tell) -> bool:
    """Restore the archive's city; returns whether everything holds in it.

    `keys` is the folder of its master.key and sealer.key, which most backups do not hold; `checkpoints` a newer
    checkpoint file than the backup's, kept elsewhere: what was lost since is then named and recorded.
    """
    os.environ["ONETEAM_ROLE"], os.environ["ONETEAM_POOL"] = "owner", ""
    about = archive.about(file)
    if not about.keys() >= _NEEDED:
        raise BadInputError(_("%(file)s is no backup that “oneteam backup” made.") % {"file": file})
    city = str(about["city"])
    if os.environ.setdefault("ONETEAM_CITY", city) != city:
        text = _("%(file)s is a backup of the city %(there)s, and ONETEAM_CITY names %(here)s: set it to %(there)s.")
        raise ConflictError(text % {"file": file, "there": city, "here": os.environ["ONETEAM_CITY"]})
    config.check_city(city)
    known = _known_migrations()
    _check_place(config.city_paths(city))
    if keys is None and not about["with_keys"]:
        text = _("The backup holds no keys: name the folder of this city's %(names)s with --keys FOLDER.")
        raise BadInputError(text % {"names": ", ".join(KEYS)})
    if keys is not None:
        _check_keys(keys, about)
    tell(_("reading the archive"))
    wanted = _Wanted(file, about, archive.read(file), keys, checkpoints)
    _check_whole(wanted, known)
    with processes.database():
        _check_server(wanted)
        with _cleared(wanted.city):
            _fill_folder(wanted, tell)
            _check_keys(config.city_paths(city).root, about)
            _fill_database(wanted, tell)
            return take_over(city, checkpoints=checkpoints, tell=tell)


# Refusing -----------------------------------------------------------------------------------------------------------


def _check_place(paths: config.CityPaths) -> None:
    if paths.root.exists() and any(paths.root.iterdir()) and not paths.restoring.exists():
        text = _(
            "There is a city in %(folder)s already, and nothing is restored over it: move this folder away, or set "
            "ONETEAM_DATA to another one."
        )
        raise ConflictError(text % {"folder": paths.root})


def _check_keys(folder: Path, about: dict[str, Any]) -> None:
    """Refuse keys that are missing or another city's, or another time's."""
    from oneteam.journal.notes import load_key  # noqa: PLC0415 -- it needs more than most commands do

    for name in KEYS:
        if not (folder / name).is_file():
            text = _("%(file)s is missing: without this city's %(names)s it can be neither read nor sealed.")
            raise BadInputError(text % {"file": folder / name, "names": ", ".join(KEYS)})
    try:
        master = (folder / KEYS[0]).read_bytes()
    except OSError as error:
        text = _("%(file)s cannot be read: %(error)s")
        raise BadInputError(text % {"file": folder / KEYS[0], "error": error.strerror}) from None
    if fingerprint(master) != about["master"]:
        text = _(
            "%(file)s is another key than the one this backup was made under; after “oneteam journal rekey”, older "
            "backups need the older key."
        )
        raise BadInputError(text % {"file": folder / KEYS[0]})
    if (here := str(load_key(folder / KEYS[1]).public)) != about["sealer"]:
        text = _("%(file)s signs as %(here)s, and the backup was sealed by %(there)s: take this city's own key.")
        raise BadInputError(text % {"file": folder / KEYS[1], "here": here, "there": about["sealer"]})


def _check_whole(wanted: _Wanted, known: set[str]) -> None:
    """Refuse what lacks a part, or tables of another version of the program."""
    needed = {archive.DUMP, "sealer.key.pub"} - wanted.manifest["files"].keys()
    if needed:
        text = _("%(file)s is damaged or was cut off (at %(name)s), so nothing was restored: take another backup.")
        raise BadInputError(text % {"file": wanted.file, "name": min(needed)})
    there = set(wanted.about["migrations"])
    if newer := sorted(there - known):
        text = _("The backup is of a newer program, which made %(names)s: restore it with that one, or a later one.")
        raise ConflictError(text % {"names": ", ".join(newer[-3:])})
    if older := sorted(known - there):
        text = _(
            "The backup is of an older program, which lacks %(count)d migrations (%(names)s …): restore it with the "
            "program of that day, then update the program and run: oneteam migrate"
        )
        raise ConflictError(text % {"count": len(older), "names": older[0]})
    if wanted.checkpoints is not None and not wanted.checkpoints.is_file():
        raise BadInputError(_("There is no checkpoint file %(file)s.") % {"file": wanted.checkpoints})


def _known_migrations() -> set[str]:
    import django  # noqa: PLC0415 -- the city's name is known only now

    django.setup()
    return readiness.known_migrations()


def _check_server(wanted: _Wanted) -> None:
    """Refuse a server that is older than the dump, or knows the city already."""
    make_database(config.database_name())
    schemas, roles = _named(wanted.city)
    with administrator() as connection:
        major = connection.info.server_version // 10_000
        found = connection.execute(
            "SELECT nspname FROM pg_namespace WHERE nspname = ANY(%s)"
            " UNION SELECT rolname FROM pg_roles WHERE rolname = ANY(%s) ORDER BY 1",
            [schemas, roles],
        ).fetchall()
    if major < wanted.manifest["postgres"]:
        text = _("The backup was made by PostgreSQL %(there)s, and the server here is %(here)s: take one not older.")
        raise NotReadyError(text % {"there": wanted.manifest["postgres"], "here": major})
    if found and not config.city_paths(wanted.city).restoring.exists():
        text = _(
            "The database server knows a city %(city)s already (%(names)s), and nothing is restored over it: take "
            "another server, or drop these schemas and roles first, if that is what you want."
        )
        raise ConflictError(text % {"city": wanted.city, "names": ", ".join(str(row[0]) for row in found)})


def _named(city: str) -> tuple[list[str], list[str]]:
    return [city, f"{city}_queue"], [config.role_name(city, role) for role in config.ROLES]


# Filling ------------------------------------------------------------------------------------------------------------


@contextmanager
def _cleared(city: str) -> Iterator[None]:
    """A place for the city; cleared again, whatever ends this block too early."""
    paths = config.make_city_paths(city)
    try:
        _clear(city, paths)
        config.make_city_paths(city)
        config.write_private(paths.restoring, "")
        yield
    except BaseException:
        _clear(city, paths)
        raise
    paths.restoring.unlink()


def _clear(city: str, paths: config.CityPaths) -> None:
    """Remove what a restore made; the folder first, so that no city is set aside that never was one."""
    shutil.rmtree(paths.root, ignore_errors=True)
    with suppress(OneteamError, psycopg.Error):
        cities.drop_city(city)


def _fill_folder(wanted: _Wanted, tell: Tell) -> None:
    paths = config.city_paths(wanted.city)
    done = 0

    def take(name: str) -> Path | None:
        nonlocal done
        done += 1
        if done % 1000 == 0:
            tell(_("unpacked: %(done)d of %(all)d") % {"done": done, "all": len(wanted.manifest["files"])})
        if name.startswith(archive.KEYS):
            return None if wanted.keys is not None else paths.root / name.removeprefix(archive.KEYS)
        return paths.root / name

    if archive.read(wanted.file, take) != wanted.manifest:
        raise BadInputError(_("%(file)s was changed while it was read.") % {"file": wanted.file})
    if wanted.keys is not None:
        for name in KEYS:
            archive.copy_private(wanted.keys / name, paths.root / name)


def _fill_database(wanted: _Wanted, tell: Tell) -> None:
    city, dumped = wanted.city, config.city_paths(wanted.city).root / archive.DUMP
    cities.create_city(city)
    tell(_("loading the database"))
    dumping.load(clients(int(wanted.manifest["dumped_by"])), role_dsn(city, "owner"), dumped)
    dumped.unlink()
    grant_rights(city)
    dumping.analyze(role_dsn(city, "owner"), _named(city)[0])
