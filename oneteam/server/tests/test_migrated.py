"""The real tables of two cities, as migrations make them, and the clones that tests run on.

That the two never meet is proved in tests/test_two_cities.py, once they are founded and served.
"""

import os
import subprocess
import sys
from collections.abc import Iterator

import psycopg
import pytest
from psycopg import sql

from oneteam.journal.kinds import TableKind, table_kinds
from oneteam.server import config, testing
from oneteam.server.access import administrator, role_dsn
from oneteam.server.testing import Template

CITIES = ("alpha", "beta")


@pytest.fixture(scope="module")
def pair() -> Iterator[Template]:
    membership = testing.join()
    yield testing.prepare(names=CITIES)
    membership.leave()


@pytest.fixture
def both(pair: Template) -> Iterator[str]:
    name = testing.clone(pair)
    yield name
    testing.drop(name)


def test_reader_sees_no_credential_and_no_secret(both: str) -> None:
    sessions = {model._meta.db_table for model, (kind, _) in table_kinds().items() if kind is TableKind.SESSION}
    assert sessions
    hidden = sessions | {"django_session", "journal_secret", "journal_subject", "journal_blind"}
    with psycopg.connect(role_dsn("alpha", "reader", dbname=both, data=testing.data())) as connection:
        seen = connection.execute(
            "select tablename from pg_tables where schemaname = 'alpha' and has_table_privilege("
            "quote_ident(schemaname) || '.' || quote_ident(tablename), 'SELECT')"
        ).fetchall()
    assert {"journal_act", "intake_report"} <= {row[0] for row in seen}
    assert hidden & {row[0] for row in seen} == set()


def test_nothing_stands_outside_the_cities_schemas(both: str) -> None:
    with administrator(both, data=testing.data()) as connection:
        strays = connection.execute(
            "select n.nspname || '.' || c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace "
            "where n.nspname not in ('alpha', 'beta', 'alpha_queue', 'beta_queue', 'information_schema') "
            "and n.nspname not like 'pg\\_%' and c.relkind in ('r', 'p', 'v', 'm', 'S')"
        ).fetchall()
        callable_by_all = connection.execute(
            "select p.oid::regprocedure::text from pg_proc p join pg_namespace n on n.oid = p.pronamespace "
            "where n.nspname = any(%s) and (p.proacl is null or exists "
            "(select 1 from aclexplode(p.proacl) a where a.grantee = 0))",
            [list(CITIES)],
        ).fetchall()
    assert strays == []
    assert callable_by_all == []


def test_owners_functions_have_a_search_path_of_their_own(both: str) -> None:
    """Otherwise a caller's search path decides which table a function with the owner's rights writes to."""
    with administrator(both, data=testing.data()) as connection:
        open_ones = connection.execute(
            "select p.oid::regprocedure::text from pg_proc p join pg_namespace n on n.oid = p.pronamespace "
            "where n.nspname = 'alpha' and p.prosecdef and not exists "
            "(select 1 from unnest(p.proconfig) c where c like 'search_path=%%pg_temp')"
        ).fetchall()
    assert open_ones == []


def test_clones_do_not_see_each_other_and_the_template_is_closed(pair: Template, both: str) -> None:
    other = testing.clone(pair)
    try:
        with psycopg.connect(role_dsn("alpha", "owner", dbname=both, data=testing.data())) as connection:
            connection.execute("create table mine ()")
        with psycopg.connect(role_dsn("alpha", "owner", dbname=other, data=testing.data())) as connection:
            assert connection.execute("select to_regclass('mine')").fetchone() == (None,)
    finally:
        testing.drop(other)
    with pytest.raises(psycopg.OperationalError, match="not currently accepting connections"):
        psycopg.connect(role_dsn("alpha", "owner", dbname=pair.name, data=testing.data()))


def test_prepare_builds_an_unchanged_tree_only_once(pair: Template) -> None:
    built: list[str] = []
    assert testing.prepare(names=CITIES, fill=built.append) == pair
    assert built == []


def test_prepare_sweeps_clones_of_processes_that_are_gone(pair: Template) -> None:
    ended = subprocess.run([sys.executable, "-c", "import os; print(os.getpid())"], capture_output=True, check=True)
    orphan = f"{testing.PREFIX}c_{int(ended.stdout)}_1"
    mine = testing.clone(pair)
    server = None if config.external() else "postgres"
    with administrator(server, data=testing.data()) as connection:
        connection.execute(sql.SQL("create database {}").format(sql.Identifier(orphan)))
        testing.prepare(names=CITIES)
        left = {row[0] for row in connection.execute("select datname from pg_database").fetchall()}
    assert orphan not in left
    assert mine in left
    assert mine.split("_")[3] == str(os.getpid())
    testing.drop(mine)
