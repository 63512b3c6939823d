"""Statements on the path of every write: prepared once a connection, run without the ORM.

PostgreSQL plans such a statement once instead of each time, which halves its share of a write's cost.
"""

from collections.abc import Sequence
from typing import Any

import psycopg
from django.db import DEFAULT_DB_ALIAS, connections


def run(sql: str, values: Sequence[Any] = ()) -> psycopg.Cursor[tuple[Any, ...]]:
    """Run a statement on Django's connection, inside its transaction where there is one; returns the cursor.

    Errors are Django's, as from any other statement.
    """
    django = connections[DEFAULT_DB_ALIAS]  # once: each look at Django's `connection` asks for this thread's anew
    django.close_if_health_check_failed()
    django.ensure_connection()
    django.validate_no_broken_transaction()
    raw: psycopg.Connection[tuple[Any, ...]] = django.connection
    if raw.prepare_threshold is None:
        raw.prepare_threshold = 1  # Django turns preparing off; its own cursors bind on the client and never prepare
    with django.wrap_database_errors:
        cursor = psycopg.Cursor(raw)
        cursor.execute(sql, values, prepare=True)
    return cursor
