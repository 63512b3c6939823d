"""Founding a city's tables and bringing them up to date, under an act where the journal has begun (DESIGN 7.3).

`main` does it for the one city that the environment names, as its owner; `migrate` runs that for each city in a process
of its own, because a process serves one city only.
"""

import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import NAMESPACE_URL, uuid5

from django.core.management import call_command
from django.db import connection, transaction
from django.utils.translation import gettext_lazy

from oneteam.journal.actors import Actor, os_operator
from oneteam.journal.kinds import ActKind, register
from oneteam.kernel.errors import NotReadyError, OneteamError
from oneteam.server import cities, config, processes, readiness
from oneteam.server.grants import grant_rights
from oneteam.server.text import gettext as _

# Not `-m`: that would load this module a second time, beside the one that Django loads.
_MAIN = "import sys; from oneteam.server.upgrade import main; sys.exit(main())"
SYSTEM_STREAM = uuid5(NAMESPACE_URL, "oneteam:system")

register(
    ActKind(
        name="system.migrated",
        text=gettext_lazy("Database migrated: %(migrations)s"),
        # tables: [name, rows, root before, root after] of each table whose rows were noted anew
        fields={"migrations": list, "tables": list},
        who=frozenset({"operator"}),
    )
)


@dataclass(frozen=True, slots=True)
class Guarded:
    """A guarded table as the database has it: its name, its code in change rows, the columns its digests leave out."""

    name: str
    code: int
    left_out: str


def guarded() -> list[Guarded]:
    """The guarded tables of the city, read from their triggers."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.relname, t.tgargs FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid"
            " WHERE t.tgname = 'guard_insert' AND c.relnamespace = current_schema()::regnamespace ORDER BY 1"
        )
        rows = cursor.fetchall()
    found = []
    for name, arguments in rows:
        code, left_out = bytes(arguments).decode().split("\0")[:2]
        found.append(Guarded(name, int(code), left_out))
    return found


def unexplained(table: Guarded) -> int:
    """How many rows of a table are not as their last act left them."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM journal_current(%s, %s::text[]) c FULL JOIN (SELECT DISTINCT ON (row_id) row_id,"
            " digest FROM journal_change WHERE tbl = %s ORDER BY row_id, n DESC) l USING (row_id)"
            " WHERE c.digest IS DISTINCT FROM l.digest",
            [table.name, table.left_out, table.code],
        )
        return int(cursor.fetchone()[0])


def _root(table: Guarded) -> tuple[int, str]:
    """The number of a table's rows and the hash of their digests in the order of their ids."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*), encode(sha256(coalesce(string_agg(uuid_send(row_id) || digest, ''::bytea"
            " ORDER BY row_id), ''::bytea)), 'hex') FROM journal_current(%s, %s::text[])",
            [table.name, table.left_out],
        )
        count, root = cursor.fetchone()
    return int(count), str(root)


def upgrade(*, actor: Actor, at: datetime) -> list[str]:
    """Apply every pending migration in one transaction, under one act that notes the touched tables anew.

    Runs as the city's owner; returns the migrations. NotReadyError where rows are not as their acts left them: noting
    them anew would make the tampering look lawful.
    """
    from oneteam.journal.acts import record  # noqa: PLC0415 -- this module also runs before the journal exists

    pending = readiness.pending_migrations()
    if not pending:
        return []
    with transaction.atomic():
        before = {}
        for table in guarded():
            if count := unexplained(table):
                raise NotReadyError(
                    _(
                        "%(count)d rows of %(table)s are not as their acts left them, so nothing was migrated; "
                        "run: oneteam journal verify --state"
                    )
                    % {"count": count, "table": table.name}
                )
            before[table.code] = _root(table)[1]
        call_command("migrate", interactive=False, verbosity=0, skip_checks=True)
        touched = [table for table in guarded() if unexplained(table)]
        listed = [[table.name, *_root(table)[:1], before.get(table.code, ""), _root(table)[1]] for table in touched]
        record(
            kind="system.migrated", actor=actor, at=at, stream=SYSTEM_STREAM,
            payload={"migrations": pending, "tables": listed},
        )  # fmt: skip
        with connection.cursor() as cursor:
            for table in touched:
                cursor.execute(
                    "SELECT journal_renote(%s, %s::smallint, %s::text[])", [table.name, table.code, table.left_out]
                )
    return pending


def upgrade_city(name: str) -> str:
    """Make or upgrade one city's tables in a process of its own; returns what it told. NotReadyError with its words."""
    if name != config.city() and processes.running(config.city_paths(name)) is not None:
        raise NotReadyError(_("The city %(city)s is being served; stop that server first.") % {"city": name})
    environment = {
        **os.environ, "ONETEAM_CITY": name, "ONETEAM_ROLE": "owner", "ONETEAM_POOL": "",
        "PYTHONPATH": str(config.CHECKOUT), "DJANGO_SETTINGS_MODULE": "oneteam.settings",
    }  # fmt: skip
    told = subprocess.run(  # noqa: S603  our own interpreter
        [sys.executable, "-P", "-c", _MAIN], env=environment, capture_output=True, text=True, check=False
    )
    if told.returncode:
        raise NotReadyError(told.stderr.strip() or told.stdout.strip())
    return told.stdout.strip()


def migrate(only: str | None) -> Iterator[str]:
    """Upgrade every city of the database server, or one; yields a line for each."""
    with processes.database():
        names = cities.cities()
        if only is not None and only not in names:
            raise NotReadyError(
                _("There is no city %(city)s; there are: %(names)s") % {"city": only, "names": ", ".join(names) or "–"}
            )
        for name in names if only is None else [only]:
            if processes.running(config.city_paths(name)) is not None:
                raise NotReadyError(_("The city %(city)s is being served; stop that server first.") % {"city": name})
            yield f"{name}: {upgrade_city(name)}"


def init(*, code: str, name_zh: str, name_en: str) -> str:
    """Found the city that ONETEAM_CITY names: tables, keys, law, region; no account. Harmless when it stands."""
    os.environ["ONETEAM_ROLE"], os.environ["ONETEAM_POOL"] = "app", ""
    city = config.city()
    if not (len(code) == 6 and code.isascii() and code.isdigit()):
        raise NotReadyError(_("The division code has six digits (GB/T 2260), such as 330383."))
    with processes.database():
        cities.create_city(city)
        told = upgrade_city(city)
        import django  # noqa: PLC0415 -- settings read what create_city wrote

        django.setup()
        from oneteam.kernel.clock import now  # noqa: PLC0415
        from oneteam.places.acts import define_region  # noqa: PLC0415
        from oneteam.places.queries import region  # noqa: PLC0415
        from oneteam.server.founding import found  # noqa: PLC0415

        actor, at = os_operator(), now()
        found(actor=actor, at=at, demo=False)
        if region() is None:
            define_region(actor=actor, at=at, code=code, name_zh=name_zh, name_en=name_en, outline=[])
        connection.close()
    return f"{city}: {told}"


def main() -> int:
    """Make or upgrade the tables of the city that the environment names, and grant the rights on them."""
    import django  # noqa: PLC0415 -- the environment is chosen before Django starts

    django.setup()
    from oneteam.kernel.clock import now  # noqa: PLC0415

    name = config.city()
    try:
        if readiness.founded() and readiness.acts_recorded():
            done = upgrade(actor=os_operator(), at=now())
            grant_rights(name)
        else:
            done = readiness.pending_migrations()
            cities.migrate(name)
    except OneteamError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    finally:
        connection.close()
    sys.stdout.write(_("%(count)d migrations applied") % {"count": len(done)} + "\n")
    return 0
