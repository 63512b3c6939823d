"""A journal restored into another cluster: nothing passes without an act, and sealing goes on once it is adopted."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.conf import settings
from django.db import DatabaseError, connections, transaction
from django.utils.translation import override
from psycopg.conninfo import conninfo_to_dict

from conftest import City
from oneteam.journal.actors import operator
from oneteam.journal.adopt import adopt
from oneteam.journal.models import Act, Leaf
from oneteam.journal.notes import load_key
from oneteam.journal.queries import seal_state
from oneteam.journal.seal import RestoredError, Sealer, dsn_of
from oneteam.journal.state import state
from oneteam.journal.tests.kit import NOW, PROBE, PROBE_CODE, declare_kinds, make_probe, one, put, rows
from oneteam.journal.verify import verify
from oneteam.kernel.errors import ConflictError
from oneteam.kernel.ids import uuid7
from oneteam.server import cities, config, postgres, testing
from oneteam.server.access import role_dsn
from oneteam.server.binaries import find

WRITES = 60
OPERATOR = operator("tester")


@pytest.fixture(autouse=True)
def _english_and_kinds(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    declare_kinds(monkeypatch)
    with override("en"):
        yield


@dataclass(frozen=True, slots=True)
class Second:
    """Another cluster with an empty city of the same name."""

    data: Path

    def admin(self, dbname: str) -> "psycopg.Connection[tuple[Any, ...]]":
        """Connect as its administrator."""
        return psycopg.connect(postgres.ensure(self.data, durable=False).admin_dsn(dbname), autocommit=True)

    def database(self, role: str) -> dict[str, Any]:
        """Django's entry for a role of the restored city."""
        return config.database(testing.CITY, role, dbname="restored", data=self.data)

    def act_as(self, role: str) -> None:
        """Point Django at the restored city."""
        connections.close_all()
        connections["default"].settings_dict.update(self.database(role))


@pytest.fixture
def second(monkeypatch: pytest.MonkeyPatch) -> Iterator[Second]:
    monkeypatch.delenv("DATABASE_URL", raising=False)
    data = Path(tempfile.mkdtemp(prefix="ot-restore-"))
    data.chmod(0o711)
    server = postgres.ensure(data, durable=False)
    try:
        yield Second(data)
    finally:
        connections.close_all()
        server.stop()
        shutil.rmtree(data, ignore_errors=True)


_REACHED = {"host": "host", "port": "port", "username": "user", "dbname": "dbname"}


def _program(name: str, dsn: str, *words: str) -> None:
    parts = conninfo_to_dict(dsn)
    reached = [f"--{option}={parts[key]}" for option, key in _REACHED.items() if key in parts]
    command = [str(find().folder / name), *reached, *words]
    environment = {**os.environ, "PGPASSWORD": str(parts.get("password", ""))}
    subprocess.run(command, env=environment, check=True, capture_output=True)


def _dump(name: str, file: Path) -> None:
    dsn = role_dsn(testing.CITY, "owner", dbname=name, data=testing.data())
    _program("pg_dump", dsn, "-Fc", "-n", testing.CITY, "-f", str(file))


def _restore(second: Second, file: Path) -> None:
    """Make the city's roles in the other cluster and put the dump in place of its empty schema."""
    postgres_dsn = postgres.ensure(second.data, durable=False).admin_dsn("postgres")
    with psycopg.connect(postgres_dsn, autocommit=True) as connection:
        connection.execute("CREATE DATABASE restored TEMPLATE template0")
    cities.create_city(testing.CITY, dbname="restored", data=second.data)
    with second.admin("restored") as connection:
        connection.execute(f"DROP SCHEMA {testing.CITY}".encode())
    _program(
        "pg_restore", postgres.ensure(second.data, durable=False).admin_dsn("restored"), "--exit-on-error", str(file)
    )


def _sealer(database: dict[str, Any]) -> Sealer:
    return Sealer(dsn_of(database), load_key(Path(settings.SEALER_KEY)), Path(settings.CHECKPOINT_FILE))


def _seal(database: dict[str, Any], *, whole: bool = True) -> int:
    sealer, total = _sealer(database), 0
    try:
        while (sealed := sealer.step()) or (whole and sealer.waiting()):
            total += sealed
        return total
    finally:
        sealer.close()


def _burn(admin: "psycopg.Connection[tuple[Any, ...]]", until: int) -> None:
    """Use up transaction ids until the next one is `until`."""
    row = admin.execute("SELECT pg_current_xact_id()::text::bigint").fetchone()
    assert row is not None
    left = until - int(row[0]) - 1
    assert left >= 0, "the other cluster has gone further than the first"
    admin.execute("SET synchronous_commit = off")
    admin.execute(f"DO $$BEGIN FOR i IN 1..{left} LOOP PERFORM pg_current_xact_id(); COMMIT; END LOOP; END$$".encode())


def _refused() -> int:
    """Try to write without an act; return how many of the tries were refused."""
    refused = 0
    for _ in range(WRITES):
        try:
            rows(f"INSERT INTO {PROBE} (id, name) VALUES (%s, 'sly')", [uuid7()])
        except DatabaseError:
            refused += 1
    return refused


@dataclass(frozen=True, slots=True)
class Dumped:
    """A dump, and how the app and the sealer reach the city it was made of."""

    file: Path
    app: dict[str, Any]
    sealer: dict[str, Any]


@pytest.fixture
def dumped(city: City, tmp_path: Path) -> Dumped:
    """A dump of a city whose last acts, each in a transaction of its own, are half sealed."""
    dsn = role_dsn(testing.CITY, "owner", dbname=city.name, data=testing.data())
    made = Dumped(
        tmp_path / "city.dump", testing.database(city.name, "app"), testing.database(city.name, "sealer")
    )  # fmt: skip
    with psycopg.connect(dsn, autocommit=True) as owner:
        make_probe(owner)
        row = owner.execute("SELECT pg_current_xact_id()::text::bigint").fetchone()
        assert row is not None
        _burn(owner, row[0] + 5_000)  # far enough on for the other cluster to be behind
    for _ in range(2 * WRITES):
        one()
    _seal(made.sealer)
    for _ in range(WRITES):
        put(uuid7(), "unsealed")
    _dump(city.name, made.file)
    connections.close_all()
    return made


def test_a_restored_journal_lets_no_write_pass_and_is_sealed_on(dumped: Dumped, second: Second) -> None:
    _restore(second, dumped.file)
    second.act_as("app")
    owns = sorted(Act.objects.filter(kind="probe.told").values_list("own", flat=True))
    before = seal_state()
    with second.admin("restored") as admin:
        _burn(admin, owns[0])
    assert _refused() == WRITES  # though their transaction ids are those of acts in the journal
    own = rows("SELECT pg_current_xact_id()::text::bigint")[0][0]
    assert owns[0] < own <= owns[-1] + 2  # they really were
    with pytest.raises(RestoredError, match="oneteam journal adopt"):
        _sealer(second.database("sealer")).start()
    with pytest.raises(DatabaseError):
        adopt(actor=OPERATOR, at=NOW)  # the app may not
    second.act_as("owner")
    done = adopt(actor=OPERATOR, at=NOW)
    assert (done.sealed, done.unsealed, done.lost, done.set_aside) == (before.sealed, before.unsealed, 0, None)
    with pytest.raises(ConflictError, match="nothing to adopt"):
        adopt(actor=OPERATOR, at=NOW)
    second.act_as("app")
    assert rows("SELECT DISTINCT kind FROM journal_act WHERE own <> '0'") == [("journal.adopted",)]
    assert _refused() == WRITES
    put(uuid7(), "new")
    assert _seal(second.database("sealer")) == before.unsealed + 2
    put(uuid7(), "newer")
    assert _seal(second.database("sealer")) == 1
    assert Leaf.objects.count() == Act.objects.count()
    assert list(verify(Path(settings.CHECKPOINT_FILE)).lines()) == []
    faults = [str(fault) for fault in state().faults if fault.table != PROBE]
    assert faults == []
    assert rows(f"SELECT count(*) FROM {PROBE} WHERE name = 'sly'")[0][0] == 0
    assert rows(f"SELECT count(*) FROM journal_change WHERE tbl = {PROBE_CODE}")[0][0] == WRITES + 2


def test_an_older_backup_is_refused_until_the_loss_is_accepted_and_recorded(dumped: Dumped, second: Second) -> None:
    connections["default"].settings_dict.update(dumped.app)
    _seal(dumped.sealer)  # the file outside goes on after the dump was made
    newest = Leaf.objects.count()
    _restore(second, dumped.file)
    second.act_as("owner")
    with second.admin("restored") as admin:
        _burn(admin, max(Act.objects.values_list("xid", flat=True)) + 10)  # the transaction ids alone look well
    with pytest.raises(RestoredError, match="older"):
        _sealer(second.database("sealer")).start()
    done = adopt(actor=OPERATOR, at=NOW)
    assert done.lost == newest - done.sealed == WRITES
    assert done.set_aside is not None
    assert done.set_aside.exists()
    assert not Path(settings.CHECKPOINT_FILE).exists()
    _seal(second.database("sealer"))
    assert list(verify(Path(settings.CHECKPOINT_FILE)).lines()) == []
    assert not verify(done.set_aside).ok  # who holds the older file sees what is lost
    act = Act.objects.get(kind="journal.adopted")
    assert act.payload["lost"] == WRITES


def test_a_journal_that_was_not_restored_is_not_adopted(city: City) -> None:
    one()
    _seal(testing.database(city.name, "sealer"))
    city.act_as("owner")
    with pytest.raises(ConflictError, match="nothing to adopt"), transaction.atomic():
        adopt(actor=OPERATOR, at=NOW)
