"""Operations for migrations: the journal's SQL, and the guard of a table."""

from pathlib import Path
from typing import Any

from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.operations.base import Operation

SQL = Path(__file__).with_name("sql")


def city_schema(schema_editor: BaseDatabaseSchemaEditor) -> str:
    """Return the schema that is being migrated: the first of the connection's search path."""
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("SELECT quote_ident(current_schema())")
        return str(cursor.fetchone()[0])


class SchemaSql(Operation):
    """Runs an SQL file of `journal/sql` with the city's schema, and values given here, put in."""

    reversible = True

    def __init__(self, forward: str, reverse: str, **values: str) -> None:
        self.forward, self.reverse, self.values = forward, reverse, values

    def state_forwards(self, app_label: str, state: Any) -> None:
        """SQL functions and triggers are not part of Django's model state."""

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        schema_editor.execute(self._sql(self.forward, schema_editor), params=None)

    def database_backwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        schema_editor.execute(self._sql(self.reverse, schema_editor), params=None)

    def describe(self) -> str:
        return f"Run {self.forward} {self.values}"

    def _sql(self, file: str, schema_editor: BaseDatabaseSchemaEditor) -> str:
        return (SQL / file).read_text("utf-8").format(schema=city_schema(schema_editor), **self.values)


class Guard(SchemaSql):
    """Puts the guard on a table under its code; `left_out` names columns that its digests leave out."""

    def __init__(self, table: str, code: int, left_out: tuple[str, ...] = ()) -> None:
        self.table, self.code, self.left_out = table, code, left_out
        columns = "{" + ",".join(left_out) + "}"
        super().__init__("guard.sql", "unguard.sql", table=table, arguments=f"'{code}', '{columns}'")

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        return (type(self).__name__, [self.table, self.code], {"left_out": self.left_out} if self.left_out else {})
