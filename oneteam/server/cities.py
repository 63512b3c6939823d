"""Cities of a database server: their schemas, roles and rights.

A city is the schemas `<city>` and `<city>_queue` and four roles (rights.py) that have no right in any other city's
schemas. Extensions stand in the schema `ext`; nothing stands in `public`.
"""

import fcntl
import os
import secrets
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from psycopg import sql

from oneteam.kernel.errors import NotReadyError
from oneteam.server import config
from oneteam.server.access import Connection, administrator, make_database, role_dsn
from oneteam.server.grants import grant_rights
from oneteam.server.text import gettext as _

EXTENSIONS = ("btree_gist", "pg_trgm")
MARK = "oneteam city "
"""Begins the comment on every role we made, so that a foreign role of the same name is never taken over."""


def create_city(name: str, *, dbname: str | None = None, data: Path | None = None) -> None:
    """Make a city's schemas, roles and folder, or mend what is missing of them; harmless when all is there.

    Raises NotReadyError for an impossible name, a role of that name that is not ours, or a server that refuses.
    """
    paths = config.make_city_paths(name, data)
    dbname = dbname or config.database_name(data)
    make_database(dbname, data=data)
    with _alone(paths.root), administrator(dbname, data=data) as connection:
        passwords = {role: str(word) for role, word in config.read_json(paths.roles).items()}
        missing = {role: secrets.token_urlsafe(24) for role in config.ROLES if role not in passwords}
        if missing:
            passwords |= missing
            config.write_private(paths.roles, config.dump(passwords))
        if not paths.web_key.exists():
            config.write_private(paths.web_key, secrets.token_urlsafe(50) + "\n")
        for role in config.ROLES:
            _make_role(connection, name, role, passwords[role])
        with connection.transaction():
            # Schemas, extensions and the database's own rights are shared ground: one city at a time.
            connection.execute("select pg_advisory_xact_lock(hashtextextended('oneteam.cities', 0))")
            _make_schemas(connection, name)
            connect_roles(connection, name, dbname)
        for role in config.ROLES:
            if not _opens(role_dsn(name, role, dbname=dbname, data=data)):
                _set_password(connection, config.role_name(name, role), passwords[role])


def connect_roles(connection: Connection, name: str, dbname: str) -> None:
    """Let a city's roles, and nobody without a grant, into a database, each looking into its own schemas.

    A cloned database needs this again: PostgreSQL does not copy rights and settings of the database itself.
    """
    database = sql.Identifier(dbname)
    connection.execute(sql.SQL("revoke all on database {} from public").format(database))
    for role in config.ROLES:
        who = sql.Identifier(config.role_name(name, role))
        connection.execute(sql.SQL("grant connect on database {} to {}").format(database, who))
        path = sql.SQL(", ").join(map(sql.Identifier, config.search_path(name).split(",")))
        connection.execute(sql.SQL("alter role {} in database {} set search_path to {}").format(who, database, path))


def _make_role(connection: Connection, name: str, role: str, password: str) -> None:
    who = config.role_name(name, role)
    found = connection.execute(
        "select shobj_description(oid, 'pg_authid') from pg_roles where rolname = %s", [who]
    ).fetchone()
    if found:
        if found[0] != MARK + name:
            raise NotReadyError(
                _("the server has a role %(role)s that oneteam did not make: give the city another name")
                % {"role": who}
            )
        return
    with connection.transaction():
        connection.execute(
            sql.SQL(
                "create role {} login noinherit nosuperuser nocreatedb nocreaterole noreplication nobypassrls "
                "password {}"
            ).format(sql.Identifier(who), sql.Literal(_encrypted(connection, who, password)))
        )
        connection.execute(sql.SQL("comment on role {} is {}").format(sql.Identifier(who), sql.Literal(MARK + name)))


def _encrypted(connection: Connection, who: str, password: str) -> str:
    """The password as the server stores it, so that no log of statements ever shows it."""
    return connection.pgconn.encrypt_password(password.encode(), who.encode(), b"scram-sha-256").decode()


def _set_password(connection: Connection, who: str, password: str) -> None:
    connection.execute(
        sql.SQL("alter role {} login password {}").format(
            sql.Identifier(who), sql.Literal(_encrypted(connection, who, password))
        )
    )


def _opens(dsn: str) -> bool:
    try:
        psycopg.connect(dsn).close()
    except psycopg.OperationalError:
        return False
    return True


def _join(connection: Connection, who: str) -> None:
    """Let an administrator who is no superuser act for a role that he made."""
    superuser = connection.execute("select rolsuper from pg_roles where rolname = current_user").fetchone()
    if superuser != (True,):
        connection.execute(sql.SQL("grant {} to current_user").format(sql.Identifier(who)))


def _make_schemas(connection: Connection, name: str) -> None:
    owner = sql.Identifier(config.role_name(name, "owner"))
    others = sql.SQL(", ").join(sql.Identifier(config.role_name(name, role)) for role in ("app", "sealer", "reader"))
    everybody = sql.SQL(", ").join([owner, others])
    _join(connection, config.role_name(name, "owner"))
    connection.execute("revoke all on schema public from public")
    connection.execute("create schema if not exists ext")
    connection.execute(sql.SQL("grant usage on schema ext to {}").format(everybody))
    for extension in EXTENSIONS:
        connection.execute(sql.SQL("create extension if not exists {} schema ext").format(sql.Identifier(extension)))
    for schema in map(sql.Identifier, (name, f"{name}_queue")):
        connection.execute(sql.SQL("create schema if not exists {} authorization {}").format(schema, owner))
        connection.execute(sql.SQL("revoke all on schema {} from public").format(schema))
        connection.execute(sql.SQL("grant usage on schema {} to {}").format(schema, others))
    # PostgreSQL lets everybody call a new function and use a new type; ours are granted by name (grant_rights).
    for kind in ("functions", "types"):
        connection.execute(
            sql.SQL("alter default privileges for role {} revoke all on {} from public").format(owner, sql.SQL(kind))
        )


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """One process at a time makes or changes a city of this data folder."""
    with os.fdopen(os.open(folder / ".lock", os.O_RDWR | os.O_CREAT, 0o600), "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def cities(*, dbname: str | None = None, data: Path | None = None) -> list[str]:
    """The names of the cities in the database, sorted; [] when there is no such database yet."""
    try:
        with administrator(dbname, data=data) as connection:
            rows = connection.execute(
                "select n.nspname from pg_namespace n join pg_roles o on o.oid = n.nspowner "
                "where o.rolname = n.nspname || '_owner' and shobj_description(o.oid, 'pg_authid') = %s || n.nspname "
                "order by 1",
                [MARK],
            ).fetchall()
    except NotReadyError as error:
        if isinstance(error.__cause__, psycopg.OperationalError) and "does not exist" in str(error.__cause__):
            return []
        raise
    return [str(row[0]) for row in rows]


def drop_city(name: str, *, dbname: str | None = None, data: Path | None = None) -> None:
    """Remove a city's schemas and roles for good. Its folder (keys, photos) is set aside, not destroyed."""
    paths = config.city_paths(name, data)
    with administrator(dbname, data=data) as connection, connection.transaction():
        for schema in map(sql.Identifier, (name, f"{name}_queue")):
            connection.execute(sql.SQL("drop schema if exists {} cascade").format(schema))
        for role in config.ROLES:
            who = config.role_name(name, role)
            ours = connection.execute(
                "select 1 from pg_roles where rolname = %s and shobj_description(oid, 'pg_authid') = %s",
                [who, MARK + name],
            ).fetchone()
            if ours:
                _join(connection, who)
                connection.execute(sql.SQL("drop owned by {}").format(sql.Identifier(who)))
                connection.execute(sql.SQL("drop role {}").format(sql.Identifier(who)))
    if paths.root.exists():
        aside = paths.root.with_name(f".dropped-{name}-{secrets.token_hex(4)}")
        paths.root.rename(aside)


def migrate(name: str, *, dbname: str | None = None, data: Path | None = None) -> str:
    """Bring a city's tables up to date as its owner and grant the rights on them; returns what Django told.

    Raises NotReadyError with Django's last words when a migration fails (each migration is one transaction).
    """
    environment = {
        **os.environ,
        "ONETEAM_CITY": config.check_city(name),
        "ONETEAM_ROLE": "owner",
        "ONETEAM_POOL": "",
        "ONETEAM_DATA": str(data or config.data_dir()),
        "ONETEAM_DATABASE": dbname or config.database_name(data),
        "PYTHONPATH": str(config.CHECKOUT),
    }
    command = [
        sys.executable,
        "-P",
        "-m",
        "django",
        "migrate",
        "--no-input",
        "--skip-checks",
        "--settings",
        "oneteam.settings",
    ]
    told = subprocess.run(  # noqa: S603  our own interpreter
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
    )
    if told.returncode:
        raise NotReadyError(
            _("the city %(city)s could not be migrated:\n%(answer)s") % {"city": name, "answer": told.stdout}
        )
    grant_rights(name, dbname=dbname, data=data)
    return told.stdout
