"""Turns rights.py into GRANTs on what a city's migrations made."""

from pathlib import Path

import psycopg
from psycopg import sql

from oneteam.kernel.errors import NotReadyError
from oneteam.server import config, rights
from oneteam.server.access import Connection, role_dsn
from oneteam.server.text import gettext as _


def grant_rights(name: str, *, dbname: str | None = None, data: Path | None = None) -> None:
    """Give each role exactly the rights of rights.py on every table, sequence and function of the city.

    Runs as the city's owner, in one transaction; raises NotReadyError when rights.py names what does not exist.
    """
    with psycopg.connect(role_dsn(name, "owner", dbname=dbname, data=data)) as connection:
        _Granting(connection, name).run()


class _Granting:
    """One run over a city's schemas; everything is revoked first, so that a right taken from rights.py is gone."""

    def __init__(self, connection: Connection, name: str) -> None:
        self.connection = connection
        self.city = name
        self.roles = {role: sql.Identifier(config.role_name(name, role)) for role in ("app", "sealer", "reader")}

    def run(self) -> None:
        everybody = sql.SQL(", ").join([*self.roles.values(), sql.SQL("public")])
        for schema in (self.city, f"{self.city}_queue"):
            for kind in ("tables", "sequences", "routines"):
                self.connection.execute(
                    sql.SQL("revoke all on all {} in schema {} from {}").format(
                        sql.SQL(kind), sql.Identifier(schema), everybody
                    )
                )
        tables = self._tables()
        self._refuse_unknown(rights.TABLES.keys() - {table for schema, table in tables}, _("table"))
        for schema, table in tables:
            named = rights.TABLES if schema == self.city else {}
            for role, privileges in named.get(table, rights.EVERY_TABLE).items():
                self._grant(sql.SQL(privileges), sql.Identifier(schema, table), role)
        self._sequences()
        self._functions()

    def _grant(self, privileges: sql.Composable, thing: sql.Composable, role: str) -> None:
        self.connection.execute(sql.SQL("grant {} on {} to {}").format(privileges, thing, self.roles[role]))

    def _tables(self) -> list[tuple[str, str]]:
        rows = self.connection.execute(
            "select n.nspname, c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace "
            "where n.nspname = any(%s) and c.relkind in ('r', 'p', 'v', 'm') order by 1, 2",
            [[self.city, f"{self.city}_queue"]],
        ).fetchall()
        return [(str(schema), str(table)) for schema, table in rows]

    def _sequences(self) -> None:
        """Who may insert into a table may draw from its sequence (identity columns need no right)."""
        rows = self.connection.execute(
            "select n.nspname, s.relname, t.relname from pg_class s join pg_namespace n on n.oid = s.relnamespace "
            "left join pg_depend d on d.objid = s.oid and d.classid = 'pg_class'::regclass and d.deptype in ('a', 'i') "
            "left join pg_class t on t.oid = d.refobjid where n.nspname = any(%s) and s.relkind = 'S' order by 1, 2",
            [[self.city, f"{self.city}_queue"]],
        ).fetchall()
        for schema, sequence, table in rows:
            named = rights.TABLES if schema == self.city else {}
            for role, privileges in named.get(str(table), rights.EVERY_TABLE).items():
                if "INSERT" in privileges:
                    self._grant(
                        sql.SQL("usage, select"),
                        sql.SQL("sequence {}").format(sql.Identifier(str(schema), str(sequence))),
                        role,
                    )

    def _functions(self) -> None:
        rows = self.connection.execute(
            "select n.nspname, p.proname, p.oid::regprocedure::text, p.prosecdef from pg_proc p "
            "join pg_namespace n on n.oid = p.pronamespace "
            "where n.nspname = any(%s) and p.prorettype <> 'trigger'::regtype order by 1, 2, 3",
            [[self.city, f"{self.city}_queue"]],
        ).fetchall()
        definers = {str(name) for schema, name, signature, definer in rows if definer and schema == self.city}
        self._refuse_unknown(rights.DEFINER_FUNCTIONS.keys() - definers, _("function with the owner's rights"))
        for _schema, name, signature, definer in rows:
            for role in rights.DEFINER_FUNCTIONS.get(str(name), ()) if definer else self.roles:
                # regprocedure writes the name with all quoting it needs.
                self._grant(sql.SQL("execute"), sql.SQL("function ") + sql.SQL(str(signature)), role)

    def _refuse_unknown(self, missing: set[str], kind: str) -> None:
        if missing:
            raise NotReadyError(
                _("oneteam/server/rights.py names a %(kind)s that the city %(city)s does not have: %(names)s")
                % {"kind": kind, "city": self.city, "names": ", ".join(sorted(missing))}
            )
