"""The restore drill: a city backed up under load and restored elsewhere, with all that was acknowledged before."""

import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from uuid import UUID

import psycopg
import pytest

from oneteam.kernel.clock import real_now
from oneteam.kernel.errors import NotReadyError
from oneteam.server import archive, cities, config, postgres, processes, testing
from oneteam.server.access import role_dsn
from oneteam.server.restore import restore
from tests.running import HTTPException, Running, bare_environment, on_clone, own_folder, report, run, wait_for

pytestmark = pytest.mark.server
A_SECOND, WRITERS = 50, 4
PHOTO = f"files/ab/ab{'0' * 62}.{'1' * 32}"
OTHER = "other"


@dataclass(slots=True)
class Writers:
    """People who hand in reports, about fifty a second together, and when each was told that theirs was taken."""

    server: Running
    taken: list[tuple[datetime, UUID]] = field(default_factory=list)
    over: threading.Event = field(default_factory=threading.Event)
    threads: list[threading.Thread] = field(default_factory=list)

    def __enter__(self) -> "Writers":
        self.threads = [threading.Thread(target=self._write, args=(number,)) for number in range(WRITERS)]
        for thread in self.threads:
            thread.start()
        wait_for(lambda: len(self.taken) > WRITERS)
        return self

    def __exit__(self, *_what: object) -> None:
        self.over.set()
        for thread in self.threads:
            thread.join()

    def _write(self, number: int) -> None:
        token, due = self.server.token(), time.monotonic()
        while not self.over.wait(max(0.0, due - time.monotonic())):
            due = max(due + WRITERS / A_SECOND, time.monotonic())
            with suppress(OSError, HTTPException):
                answer = self.server.post(report(f"夜市噪声 {number} {due}"), token=token)
                if answer.status == 201:
                    self.taken.append((real_now(), UUID(str(answer.body["id"]))))


@dataclass(frozen=True, slots=True)
class Kept:
    """A backup made while fifty reports a second came in, the city's keys, and what was acknowledged before its end.

    `proof` is one of the report `proven`, made before the backup.
    """

    file: Path
    keys: Path
    proof: Path
    proven: UUID
    acknowledged: set[UUID]


@pytest.fixture(scope="module")
def kept(template: testing.Template, tmp_path_factory: pytest.TempPathFactory) -> Kept:
    folder = tmp_path_factory.mktemp("kept")
    file, keys, proof = folder / "city.tar", folder / "keys", folder / "proof.json"
    with on_clone(template) as source:
        photo = source.paths.root / PHOTO
        photo.parent.mkdir(parents=True)
        photo.write_bytes(b"encrypted")
        source.start()
        first = UUID(str(source.post(report("先前的一件")).body["id"]))
        wait_for(lambda: all_sealed(source))
        done(source, "journal", "prove", str(first), "-o", str(proof))
        with Writers(source) as writers:
            done(source, "backup", str(file))
            returned = real_now()
        keys.mkdir()
        for name in ("master.key", "sealer.key"):
            shutil.copy2(source.paths.root / name, keys / name)
        assert source.stop() == 0
    assert (file.stat().st_mode & 0o777, sorted(path.name for path in folder.glob(".*"))) == (0o600, [])
    end = datetime.fromisoformat(archive.read(file)["end"])
    acknowledged = {report_id for moment, report_id in writers.taken if moment < end}
    assert end < returned
    assert 0 < len(acknowledged) < len(writers.taken), "nobody wrote while the backup was made"
    return Kept(file, keys, proof, first, acknowledged)


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """Another cluster, in which another city stands already."""

    data: Path

    @property
    def city(self) -> Running:
        """The restored city."""
        environment = {**bare_environment(), "ONETEAM_DATA": str(self.data), "ONETEAM_CITY": testing.CITY}
        return Running(self.data, testing.CITY, environment)

    def neighbour(self) -> object:
        """What stands in the other city: its row and its files."""
        files = {path.name: path.read_bytes() for path in config.city_paths(OTHER, self.data).root.glob("*.*")}
        with psycopg.connect(role_dsn(OTHER, "owner", data=self.data)) as connection:
            return files, connection.execute("SELECT * FROM kept").fetchall()


@pytest.fixture(scope="module")
def elsewhere(kept: Kept) -> Iterator[Elsewhere]:
    """Made after the backup, which may be of a city on DATABASE_URL."""
    assert kept.file.exists()
    data = own_folder()
    with pytest.MonkeyPatch.context() as environment:
        for name in ("DATABASE_URL", "ONETEAM_DATABASE"):
            environment.delenv(name, raising=False)
        environment.setenv("ONETEAM_DATA", str(data))
        postgres.ensure(data, durable=False)
        try:
            with processes.database(data):
                cities.create_city(OTHER, data=data)
                with psycopg.connect(role_dsn(OTHER, "owner", data=data)) as connection:
                    connection.execute("CREATE TABLE kept AS SELECT 'as it was'::text AS words")
                yield Elsewhere(data)
        finally:
            shutil.rmtree(data, ignore_errors=True)


def done(server: Running, *arguments: str) -> None:
    code, output, errors = run([*arguments], server.environment)
    assert code == 0, output + errors


def holds(proof: Path, city: config.CityPaths) -> bool:
    """Ask the outsiders' program, with the city's key and checkpoint file."""
    verifier = [sys.executable, str(config.CHECKOUT / "tools" / "verify_proof.py"), str(proof)]
    keys = ["--key", str(city.root / "sealer.key.pub"), "--checkpoints", str(city.checkpoints)]
    return subprocess.run([*verifier, *keys], check=False, capture_output=True).returncode == 0


def all_sealed(city: Running) -> bool:
    return city.rows("select (select count(*) from journal_act) = (select count(*) from journal_leaf)") == [(True,)]


def test_restore_that_fails_leaves_nothing(
    kept: Kept, elsewhere: Elsewhere, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A dump that the database does not take, in an archive that is whole."""
    about = archive.about(kept.file)
    writer = archive.Writer(tmp_path / "torn.tar", {**about, "city": "torn"})
    for name in (archive.DUMP, "sealer.key.pub"):
        writer.add_bytes(name, b"PGDMP and no more")
    writer.finish({"acts": 0, "postgres": 15, "dumped_by": 15})
    monkeypatch.setenv("ONETEAM_CITY", "torn")
    for name in ("ONETEAM_ROLE", "ONETEAM_POOL"):
        monkeypatch.setenv(name, "")
    with pytest.raises(NotReadyError):
        restore(writer.target, keys=kept.keys, checkpoints=None, tell=lambda _text: None)
    assert not config.city_paths("torn").root.exists()
    assert cities.cities(data=elsewhere.data) == [OTHER]


def test_drill_nothing_acknowledged_before_the_end_of_a_backup_is_lost(kept: Kept, elsewhere: Elsewhere) -> None:
    city, untouched = elsewhere.city, elsewhere.neighbour()
    # A restore that was killed left this behind.
    config.make_city_paths(testing.CITY, elsewhere.data)
    for name in (".restoring", "half"):
        (city.paths.root / name).touch()
    done(city, "restore", str(kept.file), "--keys", str(kept.keys))
    assert not (city.paths.root / "half").exists()
    assert kept.acknowledged <= {row[0] for row in city.rows("SELECT id FROM intake_report")}
    assert (city.paths.root / PHOTO).read_bytes() == b"encrypted"
    assert all_sealed(city)
    assert holds(kept.proof, city.paths)
    # The restored city lives on.
    city.start()
    assert city.post(report("恢复以后的一件")).status == 201
    wait_for(lambda: all_sealed(city))
    assert city.stop() == 0
    done(city, "journal", "verify", "--state")
    # And nothing is put over it, neither over its files nor over its rows.
    aside = city.paths.root.rename(elsewhere.data / "aside")
    code, output, errors = run(["restore", str(kept.file), "--keys", str(kept.keys)], city.environment)
    assert (code, "test_queue" in errors, city.paths.root.exists()) == (1, True, False), output + errors
    aside.rename(city.paths.root)
    assert city.rows("SELECT count(*) FROM intake_report WHERE id = %s", kept.proven) == [(1,)]
    assert elsewhere.neighbour() == untouched
