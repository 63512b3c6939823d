"""Tries every way from one city's roles into another's schemas, by real statements on all that the catalogue lists."""

from pathlib import Path

import psycopg
from psycopg import sql

from oneteam.server import config
from oneteam.server.access import Connection, administrator, role_dsn

Way = tuple[str, sql.Composed]


def ways_into(connection: Connection, city: str) -> list[Way]:
    """Statements that touch each table, sequence, function and schema of the city, with a name each."""
    schemas = [city, f"{city}_queue"]
    ways: list[Way] = []
    for schema in schemas:
        ways.append((f"create in {schema}", sql.SQL("create table {} ()").format(sql.Identifier(schema, "intruder"))))
    for place, name, kind in connection.execute(
        "select n.nspname, c.relname, c.relkind::text from pg_class c join pg_namespace n on n.oid = c.relnamespace "
        "where n.nspname = any(%s) and c.relkind in ('r', 'p', 'v', 'm', 'S') order by 1, 2",
        [schemas],
    ).fetchall():
        thing = sql.Identifier(str(place), str(name))
        if kind == "S":
            ways.append((f"nextval {name}", sql.SQL("select nextval({})").format(sql.Literal(thing.as_string()))))
            ways.append((f"read {name}", sql.SQL("select last_value from {}").format(thing)))
            continue
        ways.append((f"select {name}", sql.SQL("select 1 from {} limit 1").format(thing)))
        ways.append((f"insert {name}", sql.SQL("insert into {} default values").format(thing)))
        ways.append((f"delete {name}", sql.SQL("delete from {} where false").format(thing)))
        if kind in ("r", "p"):
            ways.append((f"truncate {name}", sql.SQL("truncate {}").format(thing)))
            ways.append((f"lock {name}", sql.SQL("lock table {} in access share mode").format(thing)))
    for place, name, count, signature in connection.execute(
        "select n.nspname, p.proname, p.pronargs, p.oid::regprocedure::text from pg_proc p "
        "join pg_namespace n on n.oid = p.pronamespace where n.nspname = any(%s) order by 1, 2, 4",
        [schemas],
    ).fetchall():
        arguments = sql.SQL(", ").join([sql.SQL("null")] * int(str(count)))
        called = sql.SQL("select {}({})").format(sql.Identifier(str(place), str(name)), arguments)
        ways.append((f"call {signature}", called))
    return ways


def intrusions(of: str, into: str, *, dbname: str, data: Path) -> list[str]:
    """What the roles of one city can do in another; [] is what must be. Everything tried is rolled back."""
    with administrator(dbname, data=data) as connection:
        ways = ways_into(connection, into)
    found = []
    for role in config.ROLES:
        with psycopg.connect(role_dsn(of, role, dbname=dbname, data=data)) as connection:
            for name, statement in ways:
                try:
                    with connection.transaction(force_rollback=True):
                        connection.execute(statement)
                except psycopg.errors.InsufficientPrivilege:
                    continue
                except psycopg.Error as error:
                    # Refused for another reason than the rights: the database let the role try.
                    found.append(f"{of}_{role}: {name} ({str(error).splitlines()[0]})")
                else:
                    found.append(f"{of}_{role}: {name}")
    return found
