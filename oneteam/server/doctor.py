"""`oneteam doctor`: what is configured, reachable, migrated, sealed and overdue, and what to do about each fault."""

import json
import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any

import psycopg
from django.db import connection

from oneteam.kernel.clock import CLOCK_VARIABLE, SHANGHAI, legal_day, real_now
from oneteam.kernel.errors import NotReadyError, OneteamError
from oneteam.server import config, founding, processes, readiness
from oneteam.server.access import role_dsn
from oneteam.server.text import gettext as _

LEAST_VERSION = 150000
UNSEALED_SECONDS = 30.0  # the sealer works every 0.2 s
SKEW_SECONDS = 30.0  # the journal refuses an act at 300 s
FREE_WRONG, FREE_NOTE = 1 << 30, 5 << 30
LAG_NOTE = 1000
_BACKUP = "oneteam backup FOLDER"
VERIFYING = timedelta(hours=4)  # the time that a nightly verification has


class State(StrEnum):
    """How a finding is to be taken. Only WRONG makes the command fail."""

    OK = "ok"
    NOTE = "note"
    WRONG = "wrong"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at: what was found, and what to do about it (empty where nothing is to do)."""

    name: str
    state: State
    found: str
    cure: str = ""

    def to_json(self) -> str:
        """One JSON object on one line."""
        row = {"name": self.name, "state": self.state.value, "found": self.found, "cure": self.cure}
        return json.dumps(row, ensure_ascii=False)

    def to_text(self) -> str:
        """A line for a terminal, and below it what to do."""
        mark = {State.OK: "✓", State.NOTE: "·", State.WRONG: "✗"}[self.state]
        line = f"{mark} {self.name:<12} {self.found}"
        return f"{line}\n{'':15}→ {self.cure}" if self.cure else line


def _ok(name: str, found: str) -> Finding:
    return Finding(name, State.OK, found)


def _note(name: str, found: str, cure: str = "") -> Finding:
    return Finding(name, State.NOTE, found, cure)


def _wrong(name: str, found: str, cure: str) -> Finding:
    return Finding(name, State.WRONG, found, cure)


def examine() -> Iterator[Finding]:
    """Look at the city that ONETEAM_CITY names, starting the embedded database for it where none runs."""
    os.environ["ONETEAM_ROLE"], os.environ["ONETEAM_POOL"] = "app", ""
    city, paths = config.city(), config.city_paths(config.city())
    if not paths.roles.exists():
        yield _wrong("city", _("there is no city %(city)s in %(folder)s") % {"city": city, "folder": paths.root},
                     _("start the demo with ./run, or found a city: oneteam init"))  # fmt: skip
        return
    yield from _files(paths)
    try:
        with processes.database():
            yield from _in_database(city, paths)
    except (NotReadyError, psycopg.OperationalError) as error:
        yield _wrong("database", str(error).strip(), _("start it, or set DATABASE_URL to one that answers"))


def _in_database(city: str, paths: config.CityPaths) -> Iterator[Finding]:
    import django  # noqa: PLC0415 -- settings need the city's files, which are there only now

    django.setup()
    from django.db import Error  # noqa: PLC0415 -- as above

    yield from _roles(city)
    try:
        yield from _server(paths)
        yield from _database()
        migrated = list(_migrated())
        yield from migrated
        if all(finding.state is State.OK for finding in migrated):
            for look in _LOOKS:
                yield from _careful(look, paths)
    except Error as error:
        yield _wrong("database", str(error).strip(), _("see the database's log"))
    finally:
        connection.close()


Look = Callable[[config.CityPaths, datetime], Iterator[Finding]]


def _careful(look: Look, paths: config.CityPaths) -> Iterator[Finding]:
    """One fault hides no other: what a look stumbles over is a finding, too."""
    from oneteam.kernel.clock import now  # noqa: PLC0415 -- the region's clock, read at the edge

    try:
        yield from look(paths, now())
    except OneteamError as error:
        yield _wrong(look.__name__.strip("_"), str(error), _("see the other findings"))


# Files --------------------------------------------------------------------------------------------------------------


def _files(paths: config.CityPaths) -> Iterator[Finding]:
    yield _ok("city", f"{config.city()} · {paths.root}")
    open_to_others = [
        path
        for path in (paths.root, paths.roles, paths.master_key, paths.sealer_key, paths.web_key)
        if path.exists() and path.stat().st_mode & 0o077
    ]
    for path in open_to_others:
        yield _wrong("files", _("others may read %(path)s") % {"path": path}, f"chmod go-rwx {path}")
    free = shutil.disk_usage(paths.root).free
    found = _("%(free).1f GB free in %(folder)s") % {"free": free / 1e9, "folder": config.data_dir()}
    if free < FREE_WRONG:
        yield _wrong("disk", found, _("make room: without it nothing can be recorded"))
    else:
        yield _ok("disk", found) if free >= FREE_NOTE else _note("disk", found, _("make room soon"))
    clock = os.environ.get(CLOCK_VARIABLE)
    if clock:
        yield _note("clock", f"{CLOCK_VARIABLE}={clock}")


def _server(paths: config.CityPaths) -> Iterator[Finding]:
    state = processes.running(paths)
    if state is None:
        yield _note("server", _("not running"), _("start it: ./run for the demo, oneteam serve for a city"))
        return
    from oneteam.server.start import answers  # noqa: PLC0415 -- it needs what this module needs

    gone = [name for name, pid in state.get("children", {}).items() if not Path(f"/proc/{pid}").exists()]
    if gone:
        yield _wrong(
            "server",
            _("not running: %(names)s") % {"names": ", ".join(gone)},
            _("it is started again by itself; if not, see %(folder)s") % {"folder": processes.log_dir(paths)},
        )
    elif "url" in state and not answers(state["url"]):
        yield _wrong("server", _("%(url)s does not answer") % state, _("see web.log in %s") % processes.log_dir(paths))
    else:
        yield _ok("server", state.get("url") or _("it is starting"))


# Database -----------------------------------------------------------------------------------------------------------


def _roles(city: str) -> Iterator[Finding]:
    refused = []
    for role in config.ROLES:
        try:
            psycopg.connect(role_dsn(city, role)).close()
        except psycopg.OperationalError as error:
            refused.append(f"{config.role_name(city, role)}: {str(error).strip().splitlines()[-1]}")
    if refused:
        yield _wrong("roles", "; ".join(refused), _("mend the roles: oneteam init or ./run makes what is missing"))
    else:
        yield _ok("roles", ", ".join(config.ROLES))


def _database() -> Iterator[Finding]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT current_setting('server_version'), current_setting('server_version_num')::int,"
            " current_setting('synchronous_commit'), current_setting('fsync'), current_setting('full_page_writes'),"
            " (SELECT count(*) FROM pg_stat_activity), current_setting('max_connections')::int, clock_timestamp()"
        )
        version, number, *safety, used, most, moment = cursor.fetchone()
    where = _("the city's own") if config.external() else _("embedded")
    found = _("PostgreSQL %(version)s, %(where)s, %(used)d of %(most)d connections") % {
        "version": version, "where": where, "used": used, "most": most,
    }  # fmt: skip
    if number < LEAST_VERSION:
        yield _wrong("database", found, _("at least PostgreSQL 15 is needed"))
    else:
        yield _ok("database", found)
    names = ("synchronous_commit", "fsync", "full_page_writes")
    if unsafe := [name for name, value in zip(names, safety, strict=True) if value == "off"]:
        yield _wrong(
            "durability",
            _("what was accepted can be lost: %(names)s off") % {"names": ", ".join(unsafe)},
            _("switch it on in the database's settings"),
        )
    skew = abs((moment - real_now()).total_seconds())
    if skew > SKEW_SECONDS:
        yield _wrong("time", _("the database's clock is %(seconds)d s off") % {"seconds": skew}, _("set both by NTP"))


def _migrated() -> Iterator[Finding]:
    if not readiness.founded():
        yield _wrong("tables", _("none"), _("found the city: oneteam init, or ./run for the demo"))
    elif unknown := readiness.unknown_migrations():
        yield _wrong("tables", _("made by a newer program: %s") % ", ".join(unknown), _("start that program"))
    elif pending := readiness.pending_migrations():
        yield _wrong("tables", _("%(count)d migrations behind") % {"count": len(pending)}, "oneteam migrate")
    else:
        yield _ok("tables", _("as this program needs them"))


# Keys and journal ---------------------------------------------------------------------------------------------------


def _keys(paths: config.CityPaths, _at: datetime) -> Iterator[Finding]:
    from oneteam.journal.models import Checkpoint, Subject  # noqa: PLC0415 -- needs Django
    from oneteam.journal.notes import load_key, open_checkpoint  # noqa: PLC0415 -- as above
    from oneteam.journal.vault import vault  # noqa: PLC0415 -- as above

    lost = _("bring the file back from a backup; without it nothing of the kind can be opened or signed")
    missing = [path.name for path in (paths.master_key, paths.sealer_key, paths.web_key) if not path.exists()]
    if missing:
        yield _wrong("keys", _("missing: %(names)s") % {"names": ", ".join(missing)}, lost)
        return
    subject = Subject.objects.exclude(wrapped=None).order_by("-id").first()
    note = Checkpoint.objects.order_by("-size").values_list("note", flat=True).first()
    try:
        if subject is not None and subject.wrapped is not None:
            vault().unwrap(subject.id, bytes(subject.wrapped))
        key = load_key(paths.sealer_key)
        if note is not None:
            open_checkpoint(note, key.public)
    except OneteamError as error:
        yield _wrong("keys", str(error), lost)
        return
    yield _ok("keys", _("three key files fit this database; they sign as %(key)s") % {"key": key.public})


def _sealing(paths: config.CityPaths, _at: datetime) -> Iterator[Finding]:
    from oneteam.journal.queries import seal_state  # noqa: PLC0415 -- needs Django

    if readiness.foreign_journal():
        yield _wrong(
            "sealing",
            _("the journal was written on another database server"),
            _("if the database was restored, stop all that writes and run: oneteam journal adopt"),
        )
        return
    state = seal_state()
    found = _("%(sealed)d of %(acts)d acts sealed") % {"sealed": state.sealed, "acts": state.acts}
    waits = state.oldest_unsealed or timedelta()
    if waits.total_seconds() > UNSEALED_SECONDS:
        found += _(", the oldest other waits for %(seconds)d s") % {"seconds": waits.total_seconds()}
        if processes.running(paths) is None:
            yield _note("sealing", found, _("acts are sealed while a server runs"))
        else:
            cure = _("see sealer.log in %(folder)s") % {"folder": processes.log_dir(paths)}
            yield _wrong("sealing", found, cure)
    else:
        yield _ok("sealing", found)


def _checkpoints(paths: config.CityPaths, _at: datetime) -> Iterator[Finding]:
    from oneteam.journal.models import Checkpoint  # noqa: PLC0415 -- needs Django
    from oneteam.journal.outside import CheckpointFile  # noqa: PLC0415 -- as above

    last = CheckpointFile(paths.checkpoints).last()
    size = Checkpoint.objects.order_by("-size").values_list("size", flat=True).first() or 0
    if last is None:
        state = _ok if not size else _note
        yield state("checkpoints", _("no checkpoint outside the database yet"))
        return
    beside = Checkpoint.objects.filter(size=last.size).values_list("note", flat=True).first()
    if last.size > size:
        yield _wrong(
            "checkpoints",
            _("the file knows of %(there)d acts, the database of %(here)d: it is an older one")
            % {"there": last.size, "here": size},
            _("bring the newer database back, or see: oneteam journal verify"),
        )
    elif beside != last.note:
        yield _wrong(
            "checkpoints",
            _("the file and the database have another checkpoint of %(size)d acts") % {"size": last.size},
            _("find out who changed what: oneteam journal verify %(file)s") % {"file": paths.checkpoints},
        )
    else:
        yield _ok("checkpoints", _("%(size)d acts, also in %(file)s") % {"size": last.size, "file": paths.checkpoints})


def _began(state: Mapping[str, Any]) -> timedelta:
    """How long the server runs; it makes up for the nights before it."""
    since = state.get("since")
    return real_now() - datetime.fromisoformat(since) if since else timedelta(0)


def _verification(paths: config.CityPaths, at: datetime) -> Iterator[Finding]:
    from oneteam.journal.nightly import last_verification  # noqa: PLC0415 -- needs Django
    from oneteam.server.nightly import is_due, last_due  # noqa: PLC0415 -- as above

    last, clean = last_verification(), last_verification(clean=True)
    text = _("%(acts)d acts and %(rows)d rows held on %(day)s")
    held = text % {"acts": clean.acts, "rows": clean.rows, "day": _moment(clean.at)} if clean else _("never yet")
    names, by_itself = "oneteam journal verify --state", _("it is done each night while a server runs")
    if last is not None and last.faults:
        found = _("%(faults)d faults found on %(day)s; before: %(held)s")
        values = {"faults": last.faults, "day": _moment(last.at), "held": held}
        yield _wrong("verification", found % values, _("find out who changed what: %s") % names)
    elif not is_due(at):
        yield _ok("verification", held)
    elif (state := processes.running(paths)) is None or at - last_due(at) < VERIFYING or _began(state) < VERIFYING:
        yield _note("verification", held, by_itself)
    else:
        cure = _("see verify.log in %(folder)s") % {"folder": processes.log_dir(paths)}
        yield _wrong("verification", held, cure)


def _backup(paths: config.CityPaths, at: datetime) -> Iterator[Finding]:
    from oneteam.journal.nightly import begun_at  # noqa: PLC0415 -- needs Django
    from oneteam.lawbook.queries import setting  # noqa: PLC0415 -- as above
    from oneteam.server.backup import state_file  # noqa: PLC0415 -- as above

    days, last = int(setting("backup.days")), config.read_json(state_file(paths))
    made = datetime.fromisoformat(last["at"]) if last else None
    found = _("%(file)s of %(day)s") % {"file": last["file"], "day": _moment(made)} if made else _("none yet")
    since = made or begun_at()
    if since is None or at - since <= timedelta(days=days):
        yield _ok("backup", found) if made else _note("backup", found, _BACKUP)
    elif founding.demo_file(paths).exists():
        yield _note("backup", found, _BACKUP)
    else:
        found += _(", which should be at most %(days)d days old") % {"days": days} if made else ""
        yield _wrong("backup", found, _BACKUP)


def _moment(at: datetime) -> str:
    return at.astimezone(SHANGHAI).isoformat(sep=" ", timespec="minutes")


def _followers(paths: config.CityPaths, _at: datetime) -> Iterator[Finding]:
    from oneteam.journal.follow import lag  # noqa: PLC0415 -- needs Django
    from oneteam.journal.queries import stopped_followers  # noqa: PLC0415 -- as above

    behind = lag()
    for name, error in stopped_followers().items():
        cure = _("mend the cause; it goes on by itself, see followers.log in %(folder)s")
        yield _wrong("followers", f"{name}: {error}", cure % {"folder": processes.log_dir(paths)})
    found = ", ".join(f"{name} {left}" for name, left in sorted(behind.items())) or "–"
    slow = max(behind.values(), default=0) > LAG_NOTE
    found = _("acts still to be followed: %(list)s") % {"list": found}
    yield _note("followers", found, _("they follow while a server runs")) if slow else _ok("followers", found)


# Law ----------------------------------------------------------------------------------------------------------------


def _law(_paths: config.CityPaths, _at: datetime) -> Iterator[Finding]:
    from oneteam.procedures.models import Declaration  # noqa: PLC0415 -- needs Django
    from oneteam.procedures.packs import pack_declarations  # noqa: PLC0415 -- as above

    known = set(Declaration.objects.values_list("hash", flat=True))
    declared = [declaration for _file, declaration in pack_declarations()]
    new = [f"{item.name} {item.version}" for item in declared if item.hash not in known]
    if new:
        yield _wrong("law", _("not loaded: %(names)s") % {"names": ", ".join(new)}, "oneteam law load")
    else:
        yield _ok("law", ", ".join(f"{item.name} {item.version}" for item in declared))


def _documents(_paths: config.CityPaths, at: datetime) -> Iterator[Finding]:
    from django.conf import settings  # noqa: PLC0415 -- needs Django

    from oneteam.documents.queries import templates  # noqa: PLC0415 -- as above
    from oneteam.documents.rendering import probe  # noqa: PLC0415 -- as above

    made = probe(legal_day(at))
    yield _ok("documents", _("%(count)d templates, rendered by %(made)s") % {"count": len(templates()), "made": made})
    if not settings.REGION_IS_DEMO and settings.PUBLIC_ADDRESS.startswith("http:"):
        found = _("the codes on documents lead to %(address)s") % {"address": settings.PUBLIC_ADDRESS}
        yield _note("documents", found, "ONETEAM_ADDRESS=https://…")


def _calendar(_paths: config.CityPaths, at: datetime) -> Iterator[Finding]:
    from oneteam.lawbook.queries import calendar_rows, next_year_alarm  # noqa: PLC0415 -- needs Django

    years: dict[int, bool] = {}
    for row in calendar_rows():
        years[row.day.year] = years.get(row.day.year, False) or row.provisional
    today, load = legal_day(at), "oneteam law calendar FILE.csv"
    final = [year for year, provisional in years.items() if not provisional]
    found = _("final to %(final)s, provisional: %(list)s") % {
        "final": max(final, default="–"),
        "list": ", ".join(str(year) for year, provisional in years.items() if provisional) or "–",
    }
    if today.year not in years:
        yield _wrong("calendar", _("no holiday table for %(year)d") % {"year": today.year}, load)
    elif next_year_alarm(today):
        yield _wrong("calendar", _("the holiday table of %(year)d is due") % {"year": today.year + 1}, load)
    elif years[today.year]:
        yield _note("calendar", found, _("load the State Council's notice for this year: %s") % load)
    else:
        yield _ok("calendar", found)


def _settings(_paths: config.CityPaths, _at: datetime) -> Iterator[Finding]:
    from oneteam.lawbook.queries import settings_now, unset_settings  # noqa: PLC0415 -- needs Django
    from oneteam.lawbook.settings_table import catalogue  # noqa: PLC0415 -- as above

    known, given, unset = catalogue(), settings_now(), unset_settings()
    for name in unset:
        cure = f'oneteam law set {name} "{known[name].kind.example}" --basis "…"'
        yield _wrong(
            "settings", _("%(name)s is not set (%(label)s)") % {"name": name, "label": known[name].label}, cure
        )
    if not unset:
        yield _ok("settings", _("%(count)d set") % {"count": len(given)})


def _overdue(_paths: config.CityPaths, at: datetime) -> Iterator[Finding]:
    from oneteam.procedures.queries import overdue, overdue_count  # noqa: PLC0415 -- needs Django

    count = overdue_count(at)
    if not count:
        yield _ok("overdue", _("no clock has run out"))
        return
    first = overdue(at, limit=1)[0]
    due = _moment(first.due)
    yield _note(
        "overdue", _("%(count)d clocks have run out, the first on %(due)s") % {"count": count, "due": due},
        _("sign in as the head of the bureau: “Today” and the list of cases lead to them"),
    )  # fmt: skip


_LOOKS: tuple[Look, ...] = (
    _keys, _sealing, _checkpoints, _verification, _backup, _followers, _law, _documents, _calendar,
    _settings, _overdue,
)  # fmt: skip
