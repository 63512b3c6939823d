"""Cities of one server never meet, and each role of a city can do what it is for and nothing else."""

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from oneteam.kernel.errors import NotReadyError
from oneteam.server import cities, config, grants, rights
from oneteam.server.access import administrator, role_dsn
from oneteam.server.tests.isolation import intrusions, ways_into


def build(name: str, data: Path) -> None:
    """Tables of every kind of right, a sequence, a view and functions, as migrations would leave them."""
    tables = [*rights.TABLES, "intake_report"]
    with psycopg.connect(role_dsn(name, "owner", data=data)) as connection:
        for table in tables:
            connection.execute(sql.SQL("create table {} (id bigserial, a int)").format(sql.Identifier(table)))
        connection.execute("create view seen as select * from intake_report")
        connection.execute(
            "create function journal_erase(person int) returns int language sql security definer as 'select 1'"
        )
        connection.execute(
            "create function journal_hold(person int) returns int language sql security definer as 'select 1'"
        )
        connection.execute("create function sneaky() returns int language sql security definer as 'select 1'")
        connection.execute("create function digest(a int) returns int language sql as 'select a'")
        connection.execute(sql.SQL("create table {} (id bigserial)").format(sql.Identifier(f"{name}_queue", "job")))
    grants.grant_rights(name, data=data)


@pytest.fixture(scope="module")
def two(shared_ground: Path) -> Path:
    for name in ("alpha", "beta"):
        cities.create_city(name, data=shared_ground)
        build(name, shared_ground)
    return shared_ground


def refused(name: str, role: str, statement: str, data: Path) -> bool:
    with psycopg.connect(role_dsn(name, role, data=data)) as connection:
        try:
            connection.execute(statement.encode())
        except psycopg.errors.InsufficientPrivilege:
            return True
        finally:
            connection.rollback()
    return False


def test_two_cities_never_meet(two: Path) -> None:
    with administrator(data=two) as connection:
        tried = [name for name, _ in ways_into(connection, "beta")]
    assert len(tried) > 60
    assert {"select journal_act", "nextval intake_report_id_seq", "call beta.journal_erase(integer)"} <= set(tried)
    assert intrusions("alpha", "beta", dbname=config.DATABASE, data=two) == []
    assert intrusions("beta", "alpha", dbname=config.DATABASE, data=two) == []


def test_role_granted_too_much_is_found(two: Path) -> None:
    with administrator(data=two) as connection:
        connection.execute("grant usage on schema beta to alpha_reader")
        connection.execute("grant select on beta.intake_report to alpha_reader")
        try:
            found = intrusions("alpha", "beta", dbname=config.DATABASE, data=two)
        finally:
            connection.execute("revoke select on beta.intake_report from alpha_reader")
            connection.execute("revoke usage on schema beta from alpha_reader")
    assert "alpha_reader: select intake_report" in found
    assert all(line.startswith("alpha_reader: ") for line in found)


def test_no_city_stands_in_public_and_nobody_may_write_there(two: Path) -> None:
    with administrator(data=two) as connection:
        there = connection.execute(
            "select count(*) from pg_class where relnamespace = 'public'::regnamespace"
        ).fetchone()
        extensions = connection.execute(
            "select extname from pg_extension where extnamespace = 'ext'::regnamespace order by 1"
        ).fetchall()
    assert there == (0,)
    assert extensions == [("btree_gist",), ("pg_trgm",)]
    for role in config.ROLES:
        assert refused("alpha", role, "create table public.t ()", two)
        assert refused("alpha", role, "create temporary table t ()", two)
        assert refused("alpha", role, "create schema other", two)


@pytest.mark.parametrize("database", ["postgres", "template1"])
def test_roles_are_kept_out_of_the_servers_own_databases(two: Path, database: str) -> None:
    with pytest.raises(psycopg.OperationalError, match="permission denied for database"):
        psycopg.connect(role_dsn("alpha", "app", dbname=database, data=two))


@pytest.mark.parametrize(
    ("role", "allowed", "forbidden"),
    [
        (
            "app",
            [
                "select 1 from journal_act",
                "insert into journal_act (a) values (1)",
                "insert into journal_secret (a) values (1)",
                "update intake_report set a = 1",
                "delete from alpha_queue.job",
                "select journal_erase(1)",
                "select digest(1)",
                "select 1 from seen",
            ],
            [
                "update journal_act set a = 1",
                "delete from journal_act",
                "truncate journal_act",
                "insert into journal_leaf (a) values (1)",
                "insert into journal_checkpoint (a) values (1)",
                "insert into journal_change (a) values (1)",
                "delete from journal_secret",
                "update journal_subject set a = 1",
                "update django_migrations set a = 1",
                "truncate intake_report",
                "alter table intake_report add b int",
                "select sneaky()",
                "alter table journal_act disable trigger all",
            ],
        ),
        (
            "sealer",
            [
                "select 1 from journal_act",
                "select 1 from journal_change",
                "insert into journal_leaf (a) values (1)",
                "insert into journal_checkpoint (a) values (1)",
            ],
            [
                "insert into journal_act (a) values (1)",
                "update journal_leaf set a = 1",
                "delete from journal_checkpoint",
                "select 1 from journal_secret",
                "select 1 from journal_subject",
                "select 1 from intake_report",
                "select 1 from alpha_queue.job",
                "select journal_erase(1)",
            ],
        ),
        (
            "reader",
            ["select 1 from journal_act", "select 1 from intake_report", "select 1 from journal_leaf"],
            [
                "insert into journal_act (a) values (1)",
                "update intake_report set a = 1",
                "select 1 from journal_secret",
                "select 1 from journal_subject",
                "select 1 from journal_blind",
                "select 1 from django_session",
                "select journal_erase(1)",
                "select nextval('intake_report_id_seq')",
            ],
        ),
    ],
)
def test_each_role_may_do_what_it_is_for_and_no_more(
    two: Path, role: str, allowed: list[str], forbidden: list[str]
) -> None:
    assert [line for line in allowed if refused("alpha", role, line, two)] == []
    assert [line for line in forbidden if not refused("alpha", role, line, two)] == []


def test_right_taken_from_the_list_is_gone_after_the_next_grant(two: Path) -> None:
    with psycopg.connect(role_dsn("alpha", "owner", data=two)) as connection:
        connection.execute("grant update on journal_act to alpha_app")
    assert not refused("alpha", "app", "update journal_act set a = 1", two)
    grants.grant_rights("alpha", data=two)
    assert refused("alpha", "app", "update journal_act set a = 1", two)


def test_listed_table_that_is_missing_is_named(two: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rights, "TABLES", {**rights.TABLES, "journal_renamed": rights.APPENDED})
    with pytest.raises(NotReadyError, match="journal_renamed"):
        grants.grant_rights("alpha", data=two)


def test_listed_function_that_is_missing_is_named(two: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # digest exists, but acts with the caller's rights: the list would promise what is not so.
    monkeypatch.setattr(rights, "DEFINER_FUNCTIONS", {"digest": ("app",)})
    with pytest.raises(NotReadyError, match="digest"):
        grants.grant_rights("alpha", data=two)


def test_create_city_twice_changes_nothing(shared_ground: Path) -> None:
    cities.create_city("twice", data=shared_ground)
    paths = config.city_paths("twice", shared_ground)
    before = paths.roles.read_text(), paths.web_key.read_text()
    with psycopg.connect(role_dsn("twice", "owner", data=shared_ground)) as connection:
        connection.execute("create table kept (a int)")
    cities.create_city("twice", data=shared_ground)
    assert (paths.roles.read_text(), paths.web_key.read_text()) == before
    with psycopg.connect(role_dsn("twice", "owner", data=shared_ground)) as connection:
        assert connection.execute("select * from kept").fetchall() == []
    assert "twice" in cities.cities(data=shared_ground)


def test_cities_of_a_server_without_any_is_an_empty_list(ground: Path) -> None:
    assert cities.cities(data=ground) == []
    cities.create_city("first", data=ground)
    assert cities.cities(data=ground) == ["first"]


def test_migration_that_fails_shows_what_django_told(shared_ground: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cities.create_city("broken", data=shared_ground)
    monkeypatch.setenv("ONETEAM_DEBUG", "neither yes nor no")
    with pytest.raises(NotReadyError, match=r"(?s)city broken could not be migrated.*ONETEAM_DEBUG"):
        cities.migrate("broken", data=shared_ground)


def test_create_city_by_several_at_once_makes_one(shared_ground: Path) -> None:
    names = ["crowd", "crowd", "crowd2", "crowd2"]
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda name: cities.create_city(name, data=shared_ground), names))
    for name in set(names):
        for role in config.ROLES:
            psycopg.connect(role_dsn(name, role, data=shared_ground)).close()


def test_create_city_mends_a_lost_password_file(shared_ground: Path) -> None:
    cities.create_city("lost", data=shared_ground)
    config.city_paths("lost", shared_ground).roles.unlink()
    cities.create_city("lost", data=shared_ground)
    for role in config.ROLES:
        psycopg.connect(role_dsn("lost", role, data=shared_ground)).close()


def test_create_city_on_the_operators_own_server(shared_ground: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """DATABASE_URL with a user who owns the database and may make roles, but is no superuser."""
    with administrator(data=shared_ground) as connection:
        connection.execute("create role dba login createrole password 'p@ss'")
        connection.execute("create database province owner dba")
    host = config.server(shared_ground)["host"]
    monkeypatch.setenv("DATABASE_URL", f"postgresql://dba:p%40ss@/province?host={host}")
    for name in ("north", "south", "north"):
        cities.create_city(name, data=shared_ground)
    assert cities.cities(data=shared_ground) == ["north", "south"]
    build("north", shared_ground)
    build("south", shared_ground)
    assert intrusions("north", "south", dbname="province", data=shared_ground) == []
    entry = config.database("north", "app", data=shared_ground)
    assert (entry["NAME"], entry["USER"]) == ("province", "north_app")
    cities.drop_city("south", data=shared_ground)
    assert cities.cities(data=shared_ground) == ["north"]


def test_server_that_cannot_be_reached_is_named(shared_ground: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", f"postgresql:///city?host={shared_ground}/nowhere")
    with pytest.raises(NotReadyError, match="DATABASE_URL"):
        cities.create_city("demo", data=shared_ground)


def test_create_city_never_takes_over_a_foreign_role(shared_ground: Path) -> None:
    with administrator(data=shared_ground) as connection:
        connection.execute("create role foreign_app login")
        with pytest.raises(NotReadyError, match="foreign_app"):
            cities.create_city("foreign", data=shared_ground)
        assert connection.execute("select rolpassword from pg_authid where rolname = 'foreign_app'").fetchone() == (
            None,
        )
    assert "foreign" not in cities.cities(data=shared_ground)


def test_drop_city_leaves_no_role_and_sets_its_files_aside(shared_ground: Path) -> None:
    cities.create_city("gone", data=shared_ground)
    paths = config.city_paths("gone", shared_ground)
    paths.checkpoints.write_text("evidence")
    cities.drop_city("gone", data=shared_ground)
    assert "gone" not in cities.cities(data=shared_ground)
    assert not paths.root.exists()
    kept = [file.read_text() for file in paths.root.parent.glob(".dropped-gone-*/checkpoints.log")]
    assert kept == ["evidence"]
    with administrator(data=shared_ground) as connection:
        assert connection.execute("select count(*) from pg_roles where rolname like 'gone%'").fetchone() == (0,)
    cities.create_city("gone", data=shared_ground)
    assert not paths.checkpoints.exists()


def test_city_files_are_for_the_owner_only(shared_ground: Path) -> None:
    cities.create_city("modes", data=shared_ground)
    paths = config.city_paths("modes", shared_ground)

    def mode(path: Path) -> int:
        return stat.S_IMODE(path.stat().st_mode)

    assert mode(paths.root.parent) == mode(paths.root) == mode(paths.files) == 0o700
    assert mode(paths.roles) == mode(paths.web_key) == 0o600


def test_passwords_are_never_sent_in_clear(shared_ground: Path) -> None:
    with administrator(data=shared_ground) as connection:
        connection.execute("alter system set log_statement = 'all'")
        connection.execute("select pg_reload_conf()")
        cities.create_city("quiet", data=shared_ground)
        connection.execute("alter system reset log_statement")
        connection.execute("select pg_reload_conf()")
    log = (config.postgres_dir(shared_ground) / "server.log").read_text()
    assert "quiet_owner" in log
    for password in config.read_json(config.city_paths("quiet", shared_ground).roles).values():
        assert password not in log
