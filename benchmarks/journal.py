"""The journal: appends with the sealer on and off; a million acts verified, their rows compared, one of them proven.

Everything happens in a database of its own in a temporary folder. Acts are written by `record` where writing is
measured, and by COPY in the same canonical form with the same hashes and row digests where a million are needed.
"""

import json
import os
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event
from typing import Any
from uuid import UUID

import psycopg

from benchmarks.figures import Figure, at_most
from benchmarks.ground import cpu_seconds
from oneteam.server import cities, config, postgres
from oneteam.server.access import role_dsn

CITY = "bench"
TABLE, CODE = "journal_bench", 31_000
WRITERS = 2
START = datetime(2026, 1, 1, tzinfo=UTC)
IN_FILE = 4  # acts in one file
FIELDS = 6
TABLE_SQL = f"""
CREATE TABLE {TABLE} (
  id uuid PRIMARY KEY, stream uuid NOT NULL, number integer NOT NULL, state text NOT NULL, channel text NOT NULL,
  told_at timestamptz NOT NULL, received_at timestamptz NOT NULL, longitude double precision, latitude double precision,
  matter text, urgent boolean NOT NULL, text_subject uuid, caller uuid
)
"""


@dataclass(frozen=True, slots=True)
class Ground:
    """An embedded server in a folder of its own with one migrated city."""

    data: Path

    def dsn(self, role: str) -> str:
        """How a role of the city connects."""
        return role_dsn(CITY, role, data=self.data)

    def child(self, *words: str) -> "subprocess.Popen[str]":
        """Start a part of this module in a process of its own."""
        command = [sys.executable, "-P", "-m", "benchmarks.journal", *words]
        return subprocess.Popen(command, env=os.environ.copy(), stdout=subprocess.PIPE, text=True)


@contextmanager
def ground() -> Iterator[Ground]:
    """Make the ground and set this process up for it; everything is removed afterwards."""
    data = Path(tempfile.mkdtemp(prefix="ot-journal-"))
    data.chmod(0o711)
    before = dict(os.environ)
    os.environ.pop("DATABASE_URL", None)
    os.environ |= {
        "ONETEAM_DATA": str(data), "ONETEAM_CITY": CITY, "ONETEAM_ROLE": "app", "PYTHONPATH": str(config.CHECKOUT),
        "DJANGO_SETTINGS_MODULE": "oneteam.settings",
    }  # fmt: skip
    server = postgres.ensure(data)
    try:
        cities.create_city(CITY, data=data)
        cities.migrate(CITY, data=data)
        _set_up()
        paths = config.city_paths(CITY, data)
        from oneteam.journal.notes import create_key  # noqa: PLC0415 -- Django is ready only now

        if not paths.sealer_key.exists():
            create_key(paths.sealer_key, CITY)
        if not paths.master_key.exists():
            paths.master_key.write_bytes(os.urandom(32))
        yield Ground(data)
    finally:
        from django.db import connections  # noqa: PLC0415 -- Django is ready only now

        connections.close_all()
        server.stop()
        shutil.rmtree(data, ignore_errors=True)
        os.environ.clear()
        os.environ.update(before)


def _set_up() -> None:
    import django  # noqa: PLC0415 -- the environment names the database

    django.setup()


def run(*, smoke: bool, data: str | None = None) -> Iterator[Figure]:
    """Yield the figures. `data` is not used: the journal makes its own acts."""
    with ground() as made:
        yield from _appends(made, seconds=0.5 if smoke else 5.0, pairs=1 if smoke else 5)
        count = 2_000 if smoke else 1_000_000
        yield from _fill(made, count)
        yield from _checks(made, count, smoke=smoke)


# Appends ------------------------------------------------------------------------------------------------------------


def _appends(made: Ground, *, seconds: float, pairs: int) -> Iterator[Figure]:
    """Writers at full speed, in alternating runs without and with the sealer."""
    runs: dict[bool, list[dict[str, float]]] = {False: [], True: []}
    for _ in range(pairs):
        for sealing in (False, True):
            _seal_all(made)  # or the sealer would also work off what was written without it
            sealer = made.child("seal") if sealing else None
            try:
                if sealer and sealer.stdout:
                    sealer.stdout.readline()
                writers = [made.child("write", str(seconds)) for _ in range(WRITERS)]
                told = [json.loads(writer.communicate()[0]) for writer in writers]
            finally:
                if sealer:
                    sealer.send_signal(signal.SIGTERM)
                    sealer.communicate()
            appends = sum(one["appends"] for one in told)
            runs[sealing].append({
                "rate": sum(one["appends"] / one["wall"] for one in told),
                "cpu": sum(one["cpu"] + one["database"] for one in told) / appends * 1e6,
            })  # fmt: skip
    off, on = runs[False], runs[True]
    for name, part in (("off", off), ("on", on)):
        yield Figure(f"appends a second, sealer {name}", statistics.median(one["rate"] for one in part), "1/s")
        yield Figure(f"writer's CPU an append, sealer {name}", statistics.median(one["cpu"] for one in part), "µs")
    growth = [(with_["cpu"] / without["cpu"] - 1) * 100 for without, with_ in zip(off, on, strict=True)]
    yield at_most("writer's CPU grows with the sealer on", statistics.median(growth), "%", 10)


def _write(seconds: float) -> None:
    """Append acts of files of their own for some seconds; print what it took, the database's backend apart."""
    _set_up()
    from django.db import connection, transaction  # noqa: PLC0415 -- Django is ready only now

    from oneteam.journal.actors import operator  # noqa: PLC0415
    from oneteam.journal.acts import record  # noqa: PLC0415
    from oneteam.journal.kinds import ActKind, register  # noqa: PLC0415
    from oneteam.kernel.ids import uuid7  # noqa: PLC0415

    register(ActKind(name="bench.appended", text="appended", fields={f"field{at}": str for at in range(FIELDS)}))
    payload = {f"field{at}": "value" * 3 for at in range(FIELDS)}
    actor = operator("bench")

    def append() -> None:
        with transaction.atomic():
            record(kind="bench.appended", actor=actor, at=START, stream=uuid7(), payload=payload)

    append()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        backend = cursor.fetchone()[0]
    begun, cpu, database, appends = time.perf_counter(), time.process_time(), cpu_seconds(backend), 0
    while time.perf_counter() - begun < seconds:
        append()
        appends += 1
    print(json.dumps({
        "appends": appends, "wall": time.perf_counter() - begun, "cpu": time.process_time() - cpu,
        "database": cpu_seconds(backend) - database,
    }))  # fmt: skip


def _seal() -> None:
    """Run the sealer as `oneteam serve` does."""
    os.environ["ONETEAM_ROLE"] = "sealer"
    _set_up()
    from oneteam.journal.seal import Sealer  # noqa: PLC0415 -- Django is ready only now

    stop = Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    print("ready", flush=True)
    Sealer.from_settings().run(stop)


def _seal_all(made: Ground) -> float:
    """Seal everything; returns the seconds it took."""
    from oneteam.journal.notes import load_key  # noqa: PLC0415 -- Django is ready only now
    from oneteam.journal.seal import Sealer  # noqa: PLC0415

    paths = config.city_paths(CITY, made.data)
    sealer = Sealer(made.dsn("sealer"), load_key(paths.sealer_key), paths.checkpoints)
    begun = time.perf_counter()
    while not sealer.start():  # the one before has just been told to stop
        time.sleep(0.01)
    while sealer.step() or sealer.waiting():
        pass
    sealer.close()
    return time.perf_counter() - begun


# A million acts -----------------------------------------------------------------------------------------------------


def _fill(made: Ground, count: int) -> Iterator[Figure]:
    """Write the acts and rows by COPY in two processes, then their digests, and seal them."""
    from oneteam.journal.migration import SQL  # noqa: PLC0415 -- Django is ready only now

    guard = (SQL / "guard.sql").read_text("utf-8").format(schema=CITY, table=TABLE, arguments=f"'{CODE}', '{{}}'")
    begun = time.perf_counter()
    with psycopg.connect(made.dsn("owner"), autocommit=True) as owner:
        owner.execute(TABLE_SQL.encode())
        for table in ("journal_act", "journal_subject"):
            owner.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER".encode())
        parts = [made.child("fill", str(at), str(count // 2)) for at in range(2)]
        for part in parts:
            part.communicate()
            assert part.returncode == 0
        for table in ("journal_act", "journal_subject"):
            owner.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER".encode())
        owner.execute(
            "INSERT INTO journal_change (act_id, tbl, row_id, op, form, digest)"
            f" SELECT row_id, {CODE}, row_id, 'I', 1, digest FROM journal_current('{TABLE}', '{{}}')".encode()
        )
        owner.execute(
            "INSERT INTO journal_change (act_id, tbl, row_id, op, form, digest)"
            " SELECT s.act_id, 1, v.row_id, 'I', 1, v.digest FROM journal_vault_current('journal_subject') v"
            " JOIN journal_secret s ON s.subject_id = v.row_id"
        )
        owner.execute(guard.encode())
        owner.execute(f"GRANT SELECT ON {TABLE} TO PUBLIC".encode())
        owner.execute("VACUUM ANALYZE")
    yield Figure(f"writing {count:,} acts by COPY", time.perf_counter() - begun, "s")
    yield Figure(f"sealing {count:,} acts", _seal_all(made), "s")


def _fill_part(part: int, count: int) -> None:
    """COPY `count` acts, `IN_FILE` a file, each with one guarded row; the first of a file holds two personal values."""
    os.environ["ONETEAM_ROLE"] = "owner"
    _set_up()
    from oneteam.journal.seal import dsn_of  # noqa: PLC0415 -- Django is ready only now

    with psycopg.connect(dsn_of(config.database(CITY, "owner"))) as connection:
        row = connection.execute("SELECT pg_current_xact_id()::text, clock_timestamp()").fetchone()
        assert row
        writer = _Filling(connection, xid=row[0], at=row[1], first=part * count + 1_000_000)
        for start in range(0, count, 20_000):
            writer.write(start, min(start + 20_000, count))


@dataclass(slots=True)
class _Filling:
    """Makes acts exactly as `record` and the trigger do, and copies them in."""

    connection: psycopg.Connection[Any]
    xid: str
    at: datetime
    first: int
    stream: UUID | None = None
    previous: bytes = b""
    seq: int = 0

    def write(self, start: int, end: int) -> None:
        """COPY acts number start..end of this part."""
        acts, rows, subjects, secrets = [], [], [], []
        for number in range(start, end):
            act = self._act(number)
            acts.append(act[0])
            rows.append(act[1])
            if act[2]:
                subjects.append(act[2][0])
                secrets.append(act[2][1])
        self._copy("journal_act (n, id, stream, seq, kind, actor, occurred_at, recorded_at, about, basis, version,"
                   " body, payload, salt, prev, hash, own, xid)", acts)  # fmt: skip
        self._copy(TABLE, rows)
        self._copy("journal_subject (id, wrapped)", subjects)
        self._copy("journal_secret (act_id, subject_id, blob)", secrets)

    def _copy(self, target: str, rows: list[tuple[Any, ...]]) -> None:
        with self.connection.cursor() as cursor, cursor.copy(f"COPY {target} FROM STDIN".encode()) as copy:
            for row in rows:
                copy.write_row(row)

    def _act(self, number: int) -> tuple[tuple[Any, ...], tuple[Any, ...], tuple[Any, Any] | None]:
        from oneteam.journal import canonical as form  # noqa: PLC0415 -- Django is ready only now
        from oneteam.journal.vault import Personal, fresh_salt, seal_values, vault  # noqa: PLC0415
        from oneteam.kernel.ids import uuid7  # noqa: PLC0415

        act, salt = uuid7(), fresh_salt()
        if self.stream is None or number % IN_FILE == 0:
            self.stream, self.previous, self.seq = uuid7(), form.ZERO, 0
        self.seq += 1
        payload = {f"field{at}": f"value {number} of {at}" for at in range(FIELDS)}
        commitments = {
            name: form.commitment(form.disclosure(form.open_salt(salt, name), name, value))
            for name, value in payload.items()
        }
        hidden = None
        if self.seq == 1:
            subject = uuid7()
            key, wrapped = vault().new_key(subject)
            values = {
                "phone": Personal(fresh_salt(), f"138{number:08}"),
                "text": Personal(fresh_salt(), "路灯不亮" * 5),
            }
            for name, item in values.items():
                commitments[name] = form.commitment(form.disclosure(item.salt, name, item.value))
            hidden = ((subject, wrapped), (act, subject, seal_values(key, act, values)))
        occurred = START + timedelta(seconds=number)
        body = form.compose_body(
            act=act, stream=self.stream, kind="bench.copied", version=1, actor="operator:bench", post=None,
            occurred_at=occurred, recorded_at=self.at, commitments=commitments,
        )  # fmt: skip
        linked = form.link(self.previous, self.seq, body)
        row: tuple[Any, ...] = (
            self.first + number, act, self.stream, self.seq, "bench.copied", "operator:bench", occurred, self.at, [],
            [], 1, body, form.canonical(payload), salt, self.previous, linked, self.xid, self.xid,
        )  # fmt: skip
        self.previous = linked
        guarded = (
            act, self.stream, number, "received", "hotline", occurred, self.at, 114.25, 22.72, None, False, None, None
        )  # fmt: skip
        return row, guarded, hidden


# Checks -------------------------------------------------------------------------------------------------------------


def _checks(made: Ground, count: int, *, smoke: bool) -> Iterator[Figure]:
    from django.conf import settings  # noqa: PLC0415 -- Django is ready only now

    from oneteam.journal.models import Act  # noqa: PLC0415
    from oneteam.journal.prove import prove  # noqa: PLC0415
    from oneteam.journal.state import GuardedTable, guards, state  # noqa: PLC0415
    from oneteam.journal.verify import verify  # noqa: PLC0415

    begun = time.perf_counter()
    report = verify(processes=2)
    seconds = time.perf_counter() - begun
    assert report.ok, list(report.lines())[:5]
    assert report.sealed >= count
    yield at_most(f"verify, {count:,} acts, 2 processes", seconds, "s", 45)
    begun = time.perf_counter()
    rows = state(tables=[*guards(), GuardedTable(TABLE, CODE)])
    seconds = time.perf_counter() - begun
    assert rows.ok, list(rows.lines())[:5]
    yield at_most(f"verify --state, {count:,} guarded rows", seconds, "s", 20)
    single = Act.objects.filter(kind="bench.appended").order_by("n").first()
    whole = Act.objects.filter(kind="bench.copied").order_by("-n").first()
    assert single
    assert whole
    begun = time.perf_counter()
    proof = prove(object_id=single.stream, fields=[])
    yield Figure("making the proof of one act", time.perf_counter() - begun, "s")
    assert proof.acts == 1
    size = len(proof.text().encode())
    yield at_most(f"proof of one act among {report.sealed:,}, nothing disclosed", size, "bytes", 2048)
    file = made.data / "proof.json"
    file.write_text(prove(object_id=whole.stream).text(), "utf-8")
    script = Path(settings.BASE_DIR) / "tools" / "verify_proof.py"
    command = [sys.executable, "-I", "-S", str(script), str(file)]
    times = []
    for _ in range(1 if smoke else 5):
        begun = time.perf_counter()
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        times.append(time.perf_counter() - begun)
    yield at_most(f"checking a report's proof ({IN_FILE} acts), start included",
                  statistics.median(times), "s", 1)  # fmt: skip


def _main(words: list[str]) -> None:
    match words:
        case ["write", seconds]:
            _write(float(seconds))
        case ["seal"]:
            _seal()
        case ["fill", part, count]:
            _fill_part(int(part), int(count))


if __name__ == "__main__":
    _main(sys.argv[1:])
