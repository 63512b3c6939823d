"""Statements on the path of every write: prepared once a connection, run without the ORM.

PostgreSQL plans such a statement once instead of each time, which halves its share of a write's cost.
"""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import lru_cache
from itertools import count
from typing import Any

import psycopg
from django.db import DEFAULT_DB_ALIAS, connections


@dataclass(frozen=True, slots=True)
class Part:
    """One of several statements that are sent as one, under a name by which the later ones may ask for its row.

    `wanted` is the column of that row, as its RETURNING names it, which the caller wants to know.
    """

    name: str
    text: str
    values: Sequence[Any]
    wanted: str = ""


def run_together(parts: Sequence[Part]) -> dict[str, Any]:
    """Run statements as one; returns what is wanted of each by its name, None where it gave no row.

    A trigger that looks at what a statement did sees what all of them did. Within `ahead` nothing is waited for, and
    nothing comes back.
    """
    wanted = [part for part in parts if part.wanted]
    texts = ", ".join([f"{part.name} AS ({part.text})" for part in parts])
    columns = ", ".join([f"(SELECT {part.wanted} FROM {part.name})" for part in wanted])  # noqa: S608 -- our own names
    done = run(f"WITH {texts} SELECT {columns}", [value for part in parts for value in part.values])
    if _ahead.get():
        return {}
    row = done.fetchone()
    assert row is not None
    return {part.name: value for part, value in zip(wanted, row, strict=True)}


@contextmanager
def ahead() -> Iterator[None]:
    """Send statements without waiting for what each answers, so that program and database work at once.

    For lists of thousands. What the database refuses is raised by a later statement, at the latest at the end.
    """
    django = connections[DEFAULT_DB_ALIAS]
    django.ensure_connection()
    raw: psycopg.Connection[tuple[Any, ...]] = django.connection
    with django.wrap_database_errors, raw.pipeline():
        token = _ahead.set(True)
        try:
            yield
        finally:
            _ahead.reset(token)


_ahead: ContextVar[bool] = ContextVar("ahead", default=False)


def run(sql: str, values: Sequence[Any] = ()) -> psycopg.Cursor[tuple[Any, ...]]:
    """Run a statement on Django's connection, inside its transaction where there is one; returns the cursor.

    Errors are Django's, as from any other statement.
    """
    django = connections[DEFAULT_DB_ALIAS]  # once: each look at Django's `connection` asks for this thread's anew
    django.close_if_health_check_failed()
    if django.connection is None:
        django.ensure_connection()
    django.validate_no_broken_transaction()
    raw: psycopg.Connection[tuple[Any, ...]] = django.connection
    if raw.prepare_threshold is None:
        raw.prepare_threshold = 1  # Django turns preparing off; its own cursors bind on the client and never prepare
    if django.queries_logged:
        django.queries_log.append({"sql": sql, "time": ""})  # so that a count of statements counts these, too
    with django.wrap_database_errors:
        cursor = psycopg.RawCursor(raw)
        cursor.execute(_numbered(sql), values, prepare=True)
    return cursor


@lru_cache(maxsize=256)
def _numbered(sql: str) -> bytes:
    """Return a statement with $1, $2 … for %s: as the server reads it, so that psycopg need not translate it each time.

    Psycopg keeps its translations only of statements with at most 50 values.
    """
    numbers = count(1)
    return re.sub("%s", lambda _found: f"${next(numbers)}", sql).encode()
