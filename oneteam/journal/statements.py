"""Statements on the path of every write: prepared once a connection, run without the ORM.

PostgreSQL plans such a statement once instead of each time, which halves its share of a write's cost.
"""

from collections.abc import Sequence
from typing import Any

import psycopg
from django.db import connection


def run(sql: str, values: Sequence[Any] = ()) -> psycopg.Cursor[tuple[Any, ...]]:
    """Run a statement on Django's connection, inside its transaction where there is one; returns the cursor.

    Errors are Django's, as from any other statement.
    """
    connection.close_if_health_check_failed()
    connection.ensure_connection()
    connection.validate_no_broken_transaction()
    raw: psycopg.Connection[tuple[Any, ...]] = connection.connection
    with connection.wrap_database_errors:
        cursor = psycopg.Cursor(raw)
        cursor.execute(sql, values, prepare=True)
    return cursor
