"""Comparing what the tables hold now with what acts noted: every guarded row that no act explains is named.

The guard's own parts are checked first (triggers, functions): rows changed while a guard was off differ from the last
noted digest, but a guard that lies could note anything. The digests themselves are sealed, see `verify`.
"""

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db import connection, transaction
from django.db.migrations.loader import MigrationLoader
from django.utils.translation import gettext as _

from oneteam.journal.faults import MOST, Fault, Report
from oneteam.journal.kinds import guarded_tables, table_kinds
from oneteam.journal.migration import SQL, Guard
from oneteam.journal.notes import VerificationKey, load_public, open_checkpoint
from oneteam.kernel.errors import BadInputError

SHIPPED = ("journal.sql", "proving.sql", "holding.sql", "noting.sql")

_ROWS = """
SELECT coalesce(l.row_id, c.row_id), l.act_id,
  CASE WHEN l.row_id IS NULL THEN 'row added' WHEN c.row_id IS NULL THEN 'row removed'
    WHEN l.op = 'D' THEN 'row back' ELSE 'row changed' END
FROM (
  SELECT DISTINCT ON (row_id) row_id, act_id, op, digest FROM journal_change
  WHERE tbl = %s ORDER BY row_id DESC, n DESC
) l FULL JOIN {current} c ON c.row_id = l.row_id
WHERE l.row_id IS NULL OR (c.row_id IS NULL) <> (l.op = 'D')
  OR (c.row_id IS NOT NULL AND c.digest IS DISTINCT FROM l.digest)
LIMIT %s
"""
_GUARDED_ROWS = _ROWS.format(current="journal_current(%s, %s)")
_VAULT_ROWS = _ROWS.format(current="journal_vault_current(%s)")
# Two changes of one row stand in another order than their acts were sealed in.
_TURNED = """
WITH several AS (SELECT tbl, row_id FROM journal_change GROUP BY tbl, row_id HAVING count(*) > 1)
SELECT tbl, row_id, act_id, idx, recorded_before FROM (
  SELECT c.tbl, c.row_id, c.act_id, l.idx, lag(l.idx) OVER w AS idx_before, lag(c.act_id) OVER w AS act_before,
    lag(a.recorded_at) OVER w AS recorded_before
  FROM several JOIN journal_change c USING (tbl, row_id) LEFT JOIN journal_leaf l ON l.act_id = c.act_id
    JOIN journal_act a ON a.id = c.act_id
  WINDOW w AS (PARTITION BY c.tbl, c.row_id ORDER BY c.n)
) t WHERE act_before IS NOT NULL AND idx IS NOT NULL AND (idx_before IS NULL OR idx < idx_before)
"""
_TRIGGERS = """
SELECT c.relname, t.tgname, p.proname, t.tgenabled::text, t.tgtype::int,
  regexp_split_to_array(encode(t.tgargs, 'escape'), '\\\\000')
FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_proc p ON p.oid = t.tgfoid
WHERE c.relnamespace = current_schema()::regnamespace AND p.pronamespace = c.relnamespace AND NOT t.tgisinternal
"""
_FUNCTIONS = """
SELECT proname, prosrc, prosecdef, coalesce(proconfig, '{}') FROM pg_proc
WHERE pronamespace = current_schema()::regnamespace
"""
_TABLES = """
SELECT relname FROM pg_class WHERE relnamespace = current_schema()::regnamespace AND relkind IN ('r', 'p')
"""
# Bits of pg_trigger.tgtype: 1 row, 2 before, 4 insert, 8 delete, 16 update, 32 truncate.
_EVENTS = {"INSERT": 4, "DELETE": 8, "UPDATE": 16, "TRUNCATE": 32}


@dataclass(frozen=True, slots=True)
class GuardedTable:
    """A guarded table as the migrations have it: name, code in change rows, columns that digests leave out."""

    table: str
    code: int
    left_out: tuple[str, ...] = ()


VAULT_TABLES = (GuardedTable("journal_subject", 1), GuardedTable("journal_blind", 2))


@cache
def guards() -> tuple[GuardedTable, ...]:
    """Return every table that the shipped migrations put the guard on."""
    found = [
        GuardedTable(operation.table, operation.code, operation.left_out)
        for migration in MigrationLoader(None, ignore_no_migrations=True).disk_migrations.values()
        for operation in migration.operations
        if isinstance(operation, Guard)
    ]
    return tuple(sorted(found, key=lambda one: one.code))


def state(*, tables: Sequence[GuardedTable] | None = None, key: VerificationKey | None = None) -> Report:
    """Compare every guarded row with the last act that changed it, and the guard with what was shipped.

    `tables` replaces the tables of the migrations; `key` the verification key beside the sealer's. Reads one snapshot.
    """
    report = Report()
    wanted = guards() if tables is None else tuple(tables)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        present = {str(row[0]) for row in _all(cursor, _TABLES)}
        if tables is None:
            report.add(_undeclared(wanted, present))
        report.add(_catalogue(cursor, wanted))
        cursor.execute("SET LOCAL work_mem = '128MB'")
        # Every row is compared. Without statistics yet (a restored or new city) a planner may take two rows for all.
        cursor.execute("SET LOCAL enable_nestloop = off")
        for table in wanted:
            if table.table not in present:
                report.add([Fault(code="no table", table=table.table)])
                continue
            arguments = [table.code, table.table, list(table.left_out), MOST + 1]
            report.add(_rows(table, _all(cursor, _GUARDED_ROWS, arguments)))
            count = f'SELECT count(*) FROM "{table.table}"'  # noqa: S608 -- the name is a migration's
            report.rows += _all(cursor, count)[0][0]
        if _all(cursor, "SELECT has_table_privilege('journal_subject', 'SELECT')")[0][0]:
            for table in VAULT_TABLES:
                report.add(_rows(table, _all(cursor, _VAULT_ROWS, [table.code, table.table, MOST + 1])))
        else:
            report.notices.append(_("Subjects and blind indexes were not compared: this needs the app's role."))
        names = {table.code: table.table for table in (*wanted, *VAULT_TABLES)}
        report.add(_turned(cursor, names, key or load_public(Path(settings.SEALER_KEY))))
    return report


def _all(cursor: Any, query: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
    cursor.execute(query, parameters or None)
    found: list[tuple[Any, ...]] = cursor.fetchall()
    return found


def _rows(table: GuardedTable, found: Iterable[tuple[Any, ...]]) -> Iterator[Fault]:
    for row, act, code in found:
        yield Fault(code=code, table=table.table, row=row, act=act)


def _turned(cursor: Any, names: Mapping[int, str], key: VerificationKey) -> Iterator[Fault]:
    """Name rows whose changes were renumbered.

    Two transactions that ran side by side may be sealed the other way round than they changed a row. But an act
    recorded after another one was sealed cannot have changed a row before it.
    """
    found = _all(cursor, _TURNED)
    if not found:
        return
    sizes: list[int] = []
    times: list[datetime] = []
    for size, note in _all(cursor, "SELECT size, note FROM journal_checkpoint ORDER BY size"):
        try:
            stated = open_checkpoint(note, key)
        except BadInputError:
            continue  # `verify` names it
        sizes.append(size)
        times.append(datetime.fromisoformat(stated.time))
    for table, row, act, idx, recorded in found:
        point = bisect_right(sizes, idx)
        if point < len(times) and recorded > times[point]:
            yield Fault(code="row order", table=names.get(table, str(table)), row=row, act=act)


def _undeclared(wanted: Sequence[GuardedTable], present: set[str]) -> Iterator[Fault]:
    """Name tables that the code knows nothing of, and guarded ones that no migration guards."""
    by_code = {table.code: table.table for table in wanted}
    for code, name in guarded_tables().items():
        if by_code.get(code) != name:
            yield Fault(code="no guard", table=name)
    known = {model._meta.db_table for model in table_kinds()} | {"django_migrations"}
    # Tables of Django and of libraries are session tables; ours must say what they are.
    known |= {
        model._meta.db_table
        for model in apps.get_models(include_auto_created=True)
        if not model.__module__.startswith("oneteam.")
    }
    for name in sorted(present - known):
        yield Fault(code="no kind", table=name)


@dataclass(frozen=True, slots=True)
class _Function:
    source: str
    definer: bool
    settings: frozenset[str]


_FUNCTION = re.compile(
    r"CREATE (?:OR REPLACE )?FUNCTION \{schema\}\.(?P<name>\w+)\(.*?"
    r"(?P<head>LANGUAGE.*?) AS \$\$(?P<body>.*?)\$\$",
    re.DOTALL,
)
_TRIGGER = re.compile(
    r"CREATE (?:CONSTRAINT )?TRIGGER (?P<name>\w+) (?P<when>BEFORE|AFTER) (?P<events>[A-Z ]+?)"
    r" ON \{schema\}\.(?P<table>\w+).*?FOR EACH (?P<level>ROW|STATEMENT)"
    r" EXECUTE FUNCTION \{schema\}\.(?P<function>\w+)\((?P<arguments>.*?)\);",
    re.DOTALL,
)
_SETTING = re.compile(r"SET (?:\"(\w+)\"|(\w+)) = (.*?)(?= SET |\n|$)", re.DOTALL)


def _shipped(schema: str) -> tuple[dict[str, _Function], dict[tuple[str, str], tuple[str, int, tuple[str, ...]]]]:
    """Return the functions and triggers of the shipped SQL files; what a later file replaces counts."""
    functions, triggers = {}, {}
    for file in SHIPPED:
        text = (SQL / file).read_text("utf-8")
        for found in _FUNCTION.finditer(text):
            pinned = {
                f"{quoted or plain}={value.strip().replace(chr(39), '')}"
                for quoted, plain, value in _SETTING.findall(found["head"])
            }
            source = found["body"].format(schema=schema)
            functions[found["name"]] = _Function(
                source, "SECURITY DEFINER" in found["head"], frozenset(one.format(schema=schema) for one in pinned)
            )
        for found in _TRIGGER.finditer(text):
            triggers[found["table"], found["name"]] = _trigger(found)
    return functions, triggers


def _trigger(found: "re.Match[str]") -> tuple[str, int, tuple[str, ...]]:
    bits = (1 if found["level"] == "ROW" else 0) | (2 if found["when"] == "BEFORE" else 0)
    for event in found["events"].split(" OR "):
        bits |= _EVENTS[event]
    arguments = tuple(re.findall(r"'([^']*)'", found["arguments"]))
    return found["function"], bits, arguments


def _expected_guard(table: GuardedTable) -> dict[tuple[str, str], tuple[str, int, tuple[str, ...]]]:
    arguments = (str(table.code), "{" + ",".join(table.left_out) + "}")
    return {
        (table.table, "guard_insert"): ("journal_guard", 4, arguments),
        (table.table, "guard_update"): ("journal_guard", 16, arguments),
        (table.table, "guard_delete"): ("journal_guard", 8, arguments),
        (table.table, "guard_truncate"): ("journal_append_only", 2 | 32, ()),
    }


def _catalogue(cursor: Any, wanted: Sequence[GuardedTable]) -> Iterator[Fault]:
    """Compare functions and triggers with the shipped ones; any further trigger on these tables is a fault, too."""
    schema = _all(cursor, "SELECT quote_ident(current_schema())")[0][0]
    functions, triggers = _shipped(schema)
    for table in wanted:
        triggers |= _expected_guard(table)
    here: dict[str, list[_Function]] = {}
    for name, source, definer, configuration in _all(cursor, _FUNCTIONS):
        pinned = frozenset(str(one).replace('"', "") for one in configuration)
        here.setdefault(name, []).append(_Function(source, definer, pinned))
    for name, function in sorted(functions.items()):
        if here.get(name) != [function]:
            yield Fault(code="function", detail=name)
    guarded = {table for table, _name in triggers}
    found = {}
    for table, name, called, enabled, kind, arguments in _all(cursor, _TRIGGERS):
        if enabled in ("O", "A"):
            found[table, name] = (called, kind, tuple(arguments[:-1]))
    for place in sorted(triggers.keys() | {place for place in found if place[0] in guarded}):
        if found.get(place) != triggers.get(place):
            yield Fault(code="trigger", table=place[0], detail=place[1])
