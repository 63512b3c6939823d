"""Kill everything at random while reports come in and orders are worked on through a network that cannot be relied on.

What was acknowledged is there, once, and nothing else is. A minute in the ordinary run, ten with ONETEAM_LONG=1. The
same checker must catch a database that answers before it has written.
"""

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit
from uuid import UUID

import psycopg
import pytest

from oneteam.server.access import admin_dsn
from tests.faults import Attempt, Fault, Storm, judge
from tests.proxy import FATES, Proxy
from tests.running import Running, bare_environment, own_folder, run, wait_for
from tests.steps import STEPS, Taken, Work, judge_steps

pytestmark = pytest.mark.server
SECONDS = 600.0 if os.environ.get("ONETEAM_LONG") == "1" else 60.0
SEED = 20261125
EVERYBODY = ("database", "backend", "web", "worker", "sealer", "followers", "supervisor", "import")
A, B = UUID(int=1), UUID(int=2)


@pytest.fixture(scope="module")
def founded() -> Iterator[Path]:
    """The data folder of a demo city at rest, on a database of its own that is as durable as a real one."""
    folder = own_folder()
    code, output, errors = run(["start", "--exit", "--small"], _environment(folder), seconds=180)
    assert code == 0, output + errors
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
def server(founded: Path) -> Iterator[Running]:
    """A server on a copy of that folder, not started yet."""
    folder = own_folder()
    # With its owners: the database's files belong to another user where the tests run as root.
    subprocess.run(["cp", "-a", f"{founded}/.", str(folder)], check=True)
    running = Running(folder, "demo", _environment(folder), command=["start"])
    yield running
    running.kill()
    stop_database(folder)
    shutil.rmtree(folder)


def _environment(folder: Path) -> dict[str, str]:
    return {**bare_environment(), "ONETEAM_DATA": str(folder)}


def stop_database(folder: Path) -> None:
    """Stop the database that a killed server left running."""
    from oneteam.server import config, postgres  # noqa: PLC0415 -- only here

    postgres.Server(config.postgres_dir(folder), {}).stop()


@pytest.mark.timeout(1800)
def test_what_was_acknowledged_stands_once_whatever_is_killed_and_whatever_the_network_does(server: Running) -> None:
    server.start()
    storm = Storm(server, seed=SEED, pause=(1.0, 3.0))  # each request may need several tries to come through
    work = Work(server, SEED, storm.acknowledged, storm.over)
    work.prepare()
    storm.beside = [work.run]
    with Proxy(lambda: _where(server), SEED) as proxy:
        server.through = proxy.address
        storm.rage(SECONDS, EVERYBODY)
        server.through = ""
    assert storm.kills["database"] >= 1
    assert sum(storm.kills.values()) >= 8
    assert set(proxy.fates) == set(FATES), proxy.fates
    wait_for(lambda: _at_rest(server), seconds=120)
    assert storm.refusals == work.refusals == []
    assert judge(storm.attempts, storm.stored(), storm.files) == []
    assert len(storm.acknowledged()) >= 10, "the storm left room for work"
    assert {one.step for one in work.taken if one.acknowledged} == set(STEPS), "orders were worked on"
    assert judge_steps(work.taken, _acts_of_orders(server, work)) == []
    clocks = server.rows(CLOCKS, f"storm{SEED}-%")
    assert {str(name) for _procedure, _state, name, *_rest in clocks} >= {"order.accept", "order.handle"}
    assert [clock for clock in clocks if not clock[-1]] == []
    [(reports, proposed)] = server.rows(
        "SELECT (SELECT count(*) FROM intake_report), (SELECT count(DISTINCT report_id) FROM triage_proposal)"
    )
    assert proposed == reports
    code, output, errors = run(["journal", "verify", str(server.paths.checkpoints), "--state"], server.environment)
    assert code == 0, output + errors
    assert server.stop() == 0


CLOCKS = """
SELECT r.procedure, r.state, c.name, count(*), count(*) = 1 AND CASE c.name
    WHEN 'order.accept' THEN (r.state <> 'sent') = (count(c.stopped_at) = 1)
    WHEN 'order.handle' THEN count(c.stopped_at) = 0
    ELSE true END
FROM procedures_run r JOIN procedures_clock c ON c.run_id = r.id
WHERE r.id IN (SELECT stream FROM journal_act WHERE idem LIKE %s)
GROUP BY r.id, r.procedure, r.state, c.name
"""
"""The clocks of what was worked on, and whether they are as the procedures say: one of each name; that of accepting
ends when the order is accepted, that of handling runs on."""


def _where(server: Running) -> tuple[str, int]:
    there = urlsplit(str(server.state().get("url", "")))
    if there.hostname is None or there.port is None:
        raise ConnectionRefusedError
    return there.hostname, there.port


def _acts_of_orders(server: Running, work: Work) -> list[tuple[UUID, str, int]]:
    """Return by report that was worked on how many acts of each kind there are about its orders."""
    return [
        (UUID(str(report)), str(kind), int(count))
        for report, kind, count in server.rows(
            "SELECT r.id, a.kind, count(*) FROM intake_report r JOIN command_order o USING (incident_id)"
            " JOIN journal_act a ON a.stream = o.id WHERE r.id = ANY(%s) GROUP BY r.id, a.kind",
            list({one.report for one in work.taken}),
        )
    ]


def _at_rest(server: Running) -> bool:
    """Tell whether everything is sealed and followed."""
    try:
        rows = server.rows(
            "SELECT (SELECT count(*) FROM journal_act) = (SELECT count(*) FROM journal_leaf)"
            " AND (SELECT count(*) FROM journal_leaf) = (SELECT min(idx) FROM journal_cursor)"
        )
    except psycopg.OperationalError:
        return False
    return rows == [(True,)]


def test_checker_catches_a_database_that_answers_before_it_has_written(server: Running) -> None:
    server.start()
    with psycopg.connect(admin_dsn("postgres", data=server.data), autocommit=True) as connection:
        connection.execute("ALTER SYSTEM SET synchronous_commit = off")
        connection.execute("ALTER SYSTEM SET wal_writer_delay = '10s'")
        connection.execute("SELECT pg_reload_conf()")
    kinds = set[str]()
    for seed in range(7, 13):  # on a slow machine one storm may hit nothing that was told and not written yet
        storm = Storm(server, seed=seed)
        storm.rage(8.0, ["database"], imports=False)
        assert storm.kills["database"] >= 2
        kinds |= {fault.kind for fault in judge(storm.attempts, storm.stored(), storm.files)}
        if "lost" in kinds:
            break
    assert "lost" in kinds


@pytest.mark.parametrize(
    ("attempts", "stored", "files", "expected"),
    [
        ([Attempt("a", A)], [("a", A)], {}, []),
        ([Attempt("a", None)], [], {}, []),
        ([Attempt("a", None)], [("a", A)], {}, []),
        ([Attempt("a", A)], [], {}, [Fault("lost", "a")]),
        ([Attempt("a", A)], [("a", B)], {}, [Fault("changed", "a")]),
        ([Attempt("a", A)], [("a", A), ("a", B)], {}, [Fault("changed", "a"), Fault("doubled", "a")]),
        ([], [("a", A)], {}, [Fault("strange", "a")]),
        ([], [("a", A), ("b", B)], {"f": (frozenset("ab"), True)}, []),
        ([], [], {"f": (frozenset("ab"), False)}, []),
        ([], [("a", A)], {"f": (frozenset("ab"), True)}, [Fault("lost", "f")]),
        ([], [("a", A)], {"f": (frozenset("ab"), False)}, [Fault("torn", "f")]),
    ],
)
def test_checker_names_each_broken_promise(
    attempts: list[Attempt],
    stored: list[tuple[str, UUID]],
    files: dict[str, tuple[frozenset[str], bool]],
    expected: list[Fault],
) -> None:
    assert judge(attempts, stored, files) == expected


@pytest.mark.parametrize(
    ("taken", "acts", "expected"),
    [
        ([Taken(A, "send", True)], [(A, "order.sent", 1)], []),
        ([Taken(A, "send", False)], [], []),
        ([Taken(A, "accept", False)], [(A, "order.accepted", 1)], []),
        ([Taken(A, "accept", True)], [(A, "order.sent", 1)], [f"lost: accept of {A}"]),
        ([Taken(A, "send", True)], [(A, "order.sent", 2)], [f"doubled: order.sent of {A}, 2 times"]),
    ],
)
def test_checker_names_each_lost_and_each_doubled_step(
    taken: list[Taken], acts: list[tuple[UUID, str, int]], expected: list[str]
) -> None:
    assert judge_steps(taken, acts) == expected
