"""Two founded cities in one database never meet: not by rights, rows, notices or locks, at rest or at work."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial

import psycopg
import pytest
from psycopg import sql

from oneteam.lawbook.models import EDITION_ID as LAWBOOK
from oneteam.places.models import EDITION_ID as PLACES
from oneteam.server import config, rights, testing
from oneteam.server.access import administrator, role_dsn
from oneteam.server.tests.isolation import intrusions, ways_into
from tests.running import Running, own_folder, program, report, run, wait_for

CITIES = ("alpha", "beta")
FOUND = "from oneteam.server.founding import main; main()"


def _found_both(name: str) -> None:
    for city in CITIES:
        environment = {**testing.environment(name, city=city), "PYTHONPATH": str(config.CHECKOUT)}
        subprocess.run([sys.executable, "-c", FOUND], env=environment, check=True)


@pytest.fixture(scope="module")
def pair() -> Iterator[testing.Template]:
    membership = testing.join()
    yield testing.prepare(names=CITIES, fill=_found_both, fill_key=f"two {os.environ['ONETEAM_CLOCK']}")
    membership.leave()


@pytest.fixture(scope="module")
def both(pair: testing.Template) -> Iterator[str]:
    """A database with both cities at rest; what a test grants in it, it takes back."""
    name = testing.clone(pair)
    yield name
    testing.drop(name)


@pytest.fixture
def alone(both: str) -> Iterator[str]:
    """That database while no other worker changes whose member a role is."""
    with testing.roles_alone():
        yield both


# Rights -------------------------------------------------------------------------------------------------------------


def test_every_table_sequence_and_function_of_the_other_city_is_refused_to_every_role(alone: str) -> None:
    with administrator(alone, data=testing.data()) as connection:
        tried = [name for name, _statement in ways_into(connection, "beta")]
        listed = connection.execute(
            "select relkind::text, count(*) from pg_class where relkind in ('r', 'S') "
            "and relnamespace in ('beta'::regnamespace, 'beta_queue'::regnamespace) group by 1 order by 1"
        ).fetchall()
    assert listed == [
        ("S", sum(name.startswith("nextval ") for name in tried)),
        ("r", sum(name.startswith("truncate ") for name in tried)),
    ]
    assert {f"select {table}" for table in rights.TABLES} <= set(tried)
    called = {name.split("(")[0] for name in tried if name.startswith("call ")}
    assert called >= {f"call beta.{name}" for name in (*rights.DEFINER_FUNCTIONS, "journal_guard", "journal_erase")}
    assert intrusions("alpha", "beta", dbname=alone, data=testing.data()) == []
    assert intrusions("beta", "alpha", dbname=alone, data=testing.data()) == []


@pytest.mark.parametrize(
    ("granted", "taken_back", "named"),
    [
        (
            "grant select on beta.journal_act to alpha_reader",
            "revoke select on beta.journal_act from alpha_reader",
            ["alpha_reader: select journal_act (granted)"],
        ),
        (
            "grant usage on schema beta to alpha_sealer",
            "revoke usage on schema beta from alpha_sealer",
            ["alpha_sealer: usage schema beta (granted)", "alpha_sealer: look into beta"],
        ),
        (
            "grant usage on schema beta to alpha_app; grant select (id) on beta.intake_report to alpha_app",
            "revoke usage on schema beta from alpha_app; revoke select (id) on beta.intake_report from alpha_app",
            [
                "alpha_app: select intake_report.id (granted)",
                "alpha_app: usage schema beta (granted)",
                "alpha_app: look into beta",
                "alpha_app: select intake_report",
            ],
        ),
        (
            "grant beta_app to alpha_owner",
            "revoke beta_app from alpha_owner",
            ["alpha_owner: member of beta_app (granted)", "alpha_owner: become beta_app"],
        ),
        (
            "grant execute on function beta.journal_erase to public",
            "revoke execute on function beta.journal_erase from public",
            ["everybody: execute journal_erase (granted)"],
        ),
    ],
)
def test_role_granted_too_much_is_named(alone: str, granted: str, taken_back: str, named: list[str]) -> None:
    with administrator(alone, data=testing.data()) as connection:
        connection.execute(granted.encode())
        try:
            found = intrusions("alpha", "beta", dbname=alone, data=testing.data())
        finally:
            connection.execute(taken_back.encode())
    assert set(named) <= set(found)
    assert {line for line in found if "lock " not in line} == set(named)


def test_other_citys_server_key_and_password_open_nothing_here(both: str) -> None:
    """Neither city's files hold anything that the other's have."""
    secrets = [
        {path.name: path.read_bytes() for path in config.city_paths(city, testing.data()).root.glob("*.key")}
        for city in CITIES
    ]
    assert secrets[0].keys() == secrets[1].keys() == {"master.key", "sealer.key", "web.key"}
    assert all(secrets[0][name] != secrets[1][name] for name in secrets[0])
    passwords = [config.read_json(config.city_paths(city, testing.data()).roles) for city in CITIES]
    assert not set(passwords[0].values()) & set(passwords[1].values())
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(
            role_dsn("beta", "app", dbname=both, data=testing.data()), password=str(passwords[0]["app"])
        )  # fmt: skip


# At work ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Served:
    """Both cities, each under a server of its own, in one database."""

    name: str
    alpha: Running
    beta: Running

    def listen(self, city: str) -> psycopg.Connection[tuple[object, ...]]:
        """A connection of alpha's that hears what is sent on a city's channel."""
        dsn = role_dsn("alpha", "app", dbname=self.name, data=testing.data())
        connection = psycopg.connect(dsn, autocommit=True)
        connection.execute(sql.SQL("listen {}").format(sql.Identifier(f"{city}_sealed")))
        return connection


@pytest.fixture(scope="module")
def served(pair: testing.Template) -> Iterator[Served]:
    name, folder = testing.clone(pair), own_folder()
    try:
        testing.own_files(pair, folder)
        variables = {**os.environ, "ONETEAM_DATA": str(folder), "ONETEAM_DATABASE": name}
        alpha, beta = (Running(folder, city, {**variables, "ONETEAM_CITY": city}, dbname=name) for city in CITIES)
        try:
            # Both at once, as after the machine's own start: they must not share a port.
            with ThreadPoolExecutor(2) as pool:
                list(pool.map(Running.start, (alpha, beta)))
            yield Served(name, alpha, beta)
            assert (alpha.stop(), beta.stop()) == (0, 0)
        finally:
            alpha.kill()
            beta.kill()
    finally:
        testing.drop(name)
        shutil.rmtree(folder, ignore_errors=True)


def all_sealed(city: Running) -> bool:
    return city.rows("select (select count(*) from journal_act) = (select count(*) from journal_leaf)") == [(True,)]


def all_followed(city: Running) -> bool:
    return all_sealed(city) and city.rows(
        "select count(*) > 0 and bool_and(idx = (select count(*) from journal_leaf)) from journal_cursor"
    ) == [(True,)]


@pytest.mark.server
def test_notices_of_one_city_do_not_reach_the_other(served: Served) -> None:
    assert served.alpha.state()["port"] != served.beta.state()["port"]
    wait_for(lambda: all_followed(served.alpha) and all_followed(served.beta))
    with served.listen("alpha") as to_alpha, served.listen("beta") as to_beta:
        assert served.beta.post(report("乙城的路灯坏了")).status == 201
        wait_for(lambda: all_followed(served.beta))
        assert {notice.channel for notice in to_beta.notifies(timeout=0.5)} == {"beta_sealed"}
        assert list(to_alpha.notifies(timeout=0.5)) == []
        # The silence was no deafness.
        assert served.alpha.post(report("甲城的路灯坏了")).status == 201
        wait_for(lambda: all_followed(served.alpha))
        assert {notice.channel for notice in to_alpha.notifies(timeout=0.5)} == {"alpha_sealed"}


@pytest.mark.server
def test_locks_of_one_city_do_not_stop_the_other(served: Served) -> None:
    """Both sealers hold their city's lock at once, and whoever holds every lock of one city holds up nobody else."""
    held = (
        "select a.usename::text, l.classid::bigint, l.objid::bigint from pg_locks l "
        "join pg_stat_activity a using (pid) where l.locktype = 'advisory' and l.granted "
        "and l.database = (select oid from pg_database where datname = current_database()) order by 1"
    )
    with administrator(served.name, data=testing.data()) as connection:
        (first, *of_alpha), (second, *of_beta) = connection.execute(held).fetchall()
        assert (first, second) == ("alpha_sealer", "beta_sealer")
        assert of_alpha != of_beta
    served.alpha.kill()
    dsn = role_dsn("alpha", "app", dbname=served.name, data=testing.data())
    with psycopg.connect(dsn, autocommit=True) as holder:
        lock = sql.SQL("select pg_advisory_lock(({}::bigint << 32) | {}::bigint)").format(*map(sql.Literal, of_alpha))
        holder.execute(lock)
        assert served.beta.post(report("乙城照常")).status == 201
        wait_for(lambda: all_followed(served.beta))
        # What alpha took in meanwhile waits for its lock and is sealed once that is free.
        served.alpha.start()
        assert served.alpha.post(report("甲城稍后")).status == 201
        assert not all_sealed(served.alpha)
    wait_for(lambda: all_followed(served.alpha))


@pytest.mark.server
def test_same_file_imported_into_both_at_once_stays_apart(served: Served) -> None:
    cities = (served.alpha, served.beta)
    before = [city.rows("select count(*) from intake_report")[0][0] for city in cities]
    command = ["intake", "import", str(config.CHECKOUT / "demo" / "samples" / "messages.csv")]
    imports = [program(command, city.environment) for city in cities]
    told = [(process.communicate(timeout=120), process.returncode) for process in imports]
    assert [code for _told, code in told] == [0, 0], told
    for city, count in zip(cities, before, strict=True):
        wait_for(partial(all_followed, city))
        assert city.rows("select count(*) from intake_report") == [(count + 124,)]
        assert city.rows("select count(*), count(distinct report_id) from triage_proposal") == [(count + 124,) * 2]
    alpha, beta = (rows_of(city) for city in cities)
    assert alpha.keys() == beta.keys()
    assert {"intake_report", "journal_act", "journal_subject", "triage_proposal"} <= alpha.keys()
    common = {table: alpha[table] & beta[table] for table in alpha}
    # The one row of an edition table has the same id in every city by its constraint.
    editions = {"lawbook_edition": {LAWBOOK}, "places_edition": {PLACES}}
    assert {table: ids for table, ids in common.items() if ids} == editions
    for city in cities:
        code, output, errors = run(["journal", "verify", "--state"], city.environment)
        assert code == 0, output + errors
    foreign = str(served.beta.paths.checkpoints)
    code, output, errors = run(["journal", "verify", foreign], served.alpha.environment)
    assert code == 1, output + errors


def rows_of(city: Running) -> dict[str, set[object]]:
    """The ids of all rows that carry one of ours, by table."""
    tables = city.rows(
        "select table_name::text from information_schema.columns where table_schema = %s and column_name = 'id'"
        " and data_type = 'uuid'",
        city.city,
    )
    return {table: {row[0] for row in city.rows(f'select id from "{table}"')} for (table,) in tables}
