"""Connections to the database server outside Django: as administrator, or as one role of a city."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from psycopg import sql
from psycopg.conninfo import make_conninfo

from oneteam.kernel.errors import NotReadyError
from oneteam.server import config, postgres
from oneteam.server.text import gettext as _

Connection = psycopg.Connection[tuple[object, ...]]


def admin_dsn(dbname: str | None = None, *, data: Path | None = None) -> str:
    """How the administrator connects (libpq's form), by DATABASE_URL or to the embedded server, which is started."""
    if not config.external():
        return postgres.ensure(data).admin_dsn(dbname or config.database_name(data))
    return make_conninfo(**{**config.server(data), "dbname": dbname or config.database_name(data)})


def role_dsn(name: str, role: str, *, dbname: str | None = None, data: Path | None = None) -> str:
    """How one role of a city connects outside Django (libpq's form)."""
    entry = config.database(name, role, dbname=dbname, data=data)
    options = {key: value for key, value in entry["OPTIONS"].items() if key != "pool"}
    return make_conninfo(
        host=entry["HOST"],
        port=entry["PORT"],
        dbname=entry["NAME"],
        user=entry["USER"],
        password=entry["PASSWORD"],
        **options,
    )


@contextmanager
def administrator(dbname: str | None = None, *, data: Path | None = None) -> Iterator[Connection]:
    """An administrator's connection, each statement its own transaction; raises NotReadyError when it cannot be had."""
    try:
        connection = psycopg.connect(admin_dsn(dbname, data=data), autocommit=True, application_name="oneteam-admin")
    except psycopg.OperationalError as error:
        raise NotReadyError(
            _(
                "the database server cannot be reached: %(error)s\n"
                "See DATABASE_URL, or unset it to use the embedded server"
            )
            % {"error": str(error).strip()}
        ) from error
    with connection:
        yield connection


def make_database(dbname: str, *, data: Path | None = None) -> None:
    """Make the database if the embedded server lacks it; a server of the operator's must have it."""
    if config.external() and dbname == config.server(data)["dbname"]:
        return
    with administrator("postgres" if not config.external() else None, data=data) as connection:
        connection.execute("select pg_advisory_lock(hashtextextended('oneteam.databases', 0))")
        if not config.external():
            # A city's role has no business in the server's own databases either.
            connection.execute("revoke connect, temporary on database postgres, template1 from public")
        if connection.execute("select 1 from pg_database where datname = %s", [dbname]).fetchone():
            return
        connection.execute(
            sql.SQL("create database {} template template0 encoding 'UTF8'").format(sql.Identifier(dbname))
        )
