"""Kill everything at random while reports come in: what was acknowledged is there, once, and nothing else is.

Fifteen seconds in the ordinary run, a minute with ONETEAM_LONG=1. The same checker must catch a database that answers
before it has written.
"""

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import psycopg
import pytest

from oneteam.server.access import admin_dsn
from tests.faults import Attempt, Fault, Storm, judge
from tests.running import Running, bare_environment, own_folder, run, wait_for

pytestmark = pytest.mark.server
SECONDS = 60.0 if os.environ.get("ONETEAM_LONG") == "1" else 12.0
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


def test_acknowledged_reports_are_stored_once_whatever_is_killed(server: Running) -> None:
    server.start()
    storm = Storm(server, seed=20261125)
    storm.rage(SECONDS, EVERYBODY)
    assert storm.kills["database"] >= 1
    assert sum(storm.kills.values()) >= 8
    wait_for(lambda: _at_rest(server), seconds=120)
    assert storm.refusals == []
    assert judge(storm.attempts, storm.stored(), storm.files) == []
    acknowledged = [attempt for attempt in storm.attempts if attempt.acknowledged]
    assert len(acknowledged) >= 10, "the storm left room for work"
    [(reports, proposed)] = server.rows(
        "SELECT (SELECT count(*) FROM intake_report), (SELECT count(DISTINCT report_id) FROM triage_proposal)"
    )
    assert proposed == reports
    code, output, errors = run(["journal", "verify", str(server.paths.checkpoints), "--state"], server.environment)
    assert code == 0, output + errors
    assert server.stop() == 0


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
