"""Tries every way from one city's roles into another's schemas, by real statements on all that the catalogue lists."""

from collections.abc import Iterator
from pathlib import Path

import psycopg
from psycopg import sql

from oneteam.server import config
from oneteam.server.access import Connection, administrator, role_dsn

Way = tuple[str, sql.Composed]


def ways_into(connection: Connection, city: str) -> list[Way]:
    """Statements that touch each role, schema, table, column, sequence and function of the city, with a name each."""
    schemas = [city, f"{city}_queue"]
    roles = [config.role_name(city, role) for role in config.ROLES]
    ways: list[Way] = [(f"become {role}", sql.SQL("set local role {}").format(sql.Identifier(role))) for role in roles]
    for schema in schemas:
        absent = sql.Literal(sql.Identifier(schema, "absent").as_string())
        ways.append((f"look into {schema}", sql.SQL("select to_regclass({})").format(absent)))
        ways.append((f"create in {schema}", sql.SQL("create table {} ()").format(sql.Identifier(schema, "intruder"))))
    return [*ways, *_relations(connection, schemas), *_columns(connection, schemas), *_functions(connection, schemas)]


def _relations(connection: Connection, schemas: list[str]) -> Iterator[Way]:
    for place, name, kind in connection.execute(
        "select n.nspname, c.relname, c.relkind::text from pg_class c join pg_namespace n on n.oid = c.relnamespace "
        "where n.nspname = any(%s) and c.relkind in ('r', 'p', 'v', 'm', 'S', 'f') order by 1, 2",
        [schemas],
    ).fetchall():
        thing = sql.Identifier(str(place), str(name))
        if kind == "S":
            quoted = sql.Literal(thing.as_string())
            yield f"nextval {name}", sql.SQL("select nextval({})").format(quoted)
            yield f"setval {name}", sql.SQL("select setval({}, 1)").format(quoted)
            yield f"read {name}", sql.SQL("select last_value from {}").format(thing)
            continue
        yield f"select {name}", sql.SQL("select 1 from {} limit 1").format(thing)
        yield f"insert {name}", sql.SQL("insert into {} default values").format(thing)
        yield f"delete {name}", sql.SQL("delete from {} where false").format(thing)
        if kind in ("r", "p"):
            yield f"truncate {name}", sql.SQL("truncate {}").format(thing)
            yield f"lock {name}", sql.SQL("lock table {} in access share mode").format(thing)


def _columns(connection: Connection, schemas: list[str]) -> Iterator[Way]:
    """A right may be granted on one column: reading any is tried by `select`, writing needs a try of each."""
    for place, name, column in connection.execute(
        "select n.nspname, c.relname, a.attname from pg_attribute a join pg_class c on c.oid = a.attrelid "
        "join pg_namespace n on n.oid = c.relnamespace where n.nspname = any(%s) and c.relkind in ('r', 'p') "
        "and a.attnum > 0 and not a.attisdropped order by 1, 2, a.attnum",
        [schemas],
    ).fetchall():
        update = sql.SQL("update {} set {} = default where false").format(
            sql.Identifier(str(place), str(name)), sql.Identifier(str(column))
        )
        yield f"update {name}.{column}", update


def _functions(connection: Connection, schemas: list[str]) -> Iterator[Way]:
    for place, name, count, signature in connection.execute(
        "select n.nspname, p.proname, p.pronargs, p.oid::regprocedure::text from pg_proc p "
        "join pg_namespace n on n.oid = p.pronamespace where n.nspname = any(%s) order by 1, 2, 4",
        [schemas],
    ).fetchall():
        arguments = sql.SQL(", ").join([sql.SQL("null")] * int(str(count)))
        yield f"call {signature}", sql.SQL("select {}({})").format(sql.Identifier(str(place), str(name)), arguments)


def intrusions(of: str, into: str, *, dbname: str, data: Path) -> list[str]:
    """What the roles of one city can do in another; [] is what must be. Everything tried is rolled back.

    What no statement shows at once, such as a right that only becomes useful with another one, is read from the
    catalogue: lines that end in "(granted)".
    """
    with administrator(dbname, data=data) as connection:
        ways = ways_into(connection, into)
        found = _granted(connection, of, into)
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


_GRANTED = """
WITH given AS (
    SELECT 'schema ' || n.nspname AS thing, n.nspname, acl.* FROM pg_namespace n, aclexplode(n.nspacl) acl
    UNION ALL
    SELECT c.relname, n.nspname, acl.* FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace,
        aclexplode(c.relacl) acl
    UNION ALL
    SELECT c.relname || '.' || a.attname, n.nspname, acl.* FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
        JOIN pg_namespace n ON n.oid = c.relnamespace, aclexplode(a.attacl) acl
    UNION ALL
    SELECT p.proname, n.nspname, acl.* FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace,
        aclexplode(p.proacl) acl
    UNION ALL
    SELECT 'type ' || t.typname, n.nspname, acl.* FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace,
        aclexplode(t.typacl) acl
)
SELECT coalesce(r.rolname, 'everybody'), lower(g.privilege_type), g.thing
FROM given g LEFT JOIN pg_roles r ON r.oid = g.grantee
WHERE g.nspname = ANY(%(schemas)s) AND (g.grantee = 0 OR r.rolname = ANY(%(foreign)s))
UNION ALL
SELECT m.rolname, 'member of', g.rolname
FROM pg_auth_members a JOIN pg_roles m ON m.oid = a.member JOIN pg_roles g ON g.oid = a.roleid
WHERE m.rolname = ANY(%(foreign)s) AND g.rolname = ANY(%(own)s)
ORDER BY 1, 2, 3
"""


def _granted(connection: Connection, of: str, into: str) -> list[str]:
    """Each right on paper that everybody or a role of the one city has in the schemas or roles of the other."""
    names = {
        "schemas": [into, f"{into}_queue"],
        "foreign": [config.role_name(of, role) for role in config.ROLES],
        "own": [config.role_name(into, role) for role in config.ROLES],
    }
    rows = connection.execute(_GRANTED, names).fetchall()
    return [f"{role}: {privilege} {thing} (granted)" for role, privilege, thing in rows]
