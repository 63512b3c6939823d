"""One supervisor a city, a free port, a database that the last user stops, logs that are read once."""

import fcntl
import os
import socket
from pathlib import Path

import pytest

from oneteam.kernel.errors import NotReadyError
from oneteam.server import config, greeting, postgres, processes


@pytest.fixture
def paths(tmp_path: Path) -> config.CityPaths:
    return config.make_city_paths("alpha", tmp_path)


def test_database_is_stopped_by_the_last_user(ground: Path) -> None:
    with processes.database(ground) as first:
        assert first is not None
        with processes.database(ground) as second:
            assert second is not None
            assert second.pid() == first.pid() is not None
        assert first.running()
    assert not first.running()


def test_database_left_running_by_a_kill_is_stopped_by_the_next_user(ground: Path) -> None:
    left = postgres.ensure(ground)
    with processes.database(ground) as server:
        assert server is not None
        assert server.pid() == left.pid()
    assert not left.running()


def test_database_of_the_citys_own_is_left_alone(ground: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://somewhere/else")
    with processes.database(ground) as server:
        assert server is None
    assert not (ground / "postgres").exists()


def test_free_port_skips_the_taken_ones() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert processes.free_port(port) > port


def test_free_port_beyond_the_last_one_is_refused() -> None:
    with pytest.raises(NotReadyError, match="--port"):
        processes.free_port(65536)


def test_only_one_supervisor_runs_a_city(paths: config.CityPaths) -> None:
    assert processes.running(paths) is None
    with processes.only_one(paths) as first, processes.only_one(paths) as second:
        assert (first, second) == (True, False)
        config.write_private(processes.state_file(paths), '{"url": "http://here/"}')
        assert processes.running(paths) == {"url": "http://here/"}
    assert processes.running(paths) is None
    assert not processes.state_file(paths).exists()


def test_state_of_a_killed_supervisor_is_not_taken_for_running(paths: config.CityPaths) -> None:
    config.write_private(processes.state_file(paths), '{"url": "http://gone/"}')
    assert processes.running(paths) is None
    with processes.only_one(paths) as alone:
        assert alone
        assert not processes.state_file(paths).exists()


def test_lock_of_a_supervisor_is_not_inherited(paths: config.CityPaths) -> None:
    with processes.only_one(paths):
        flags = [
            fcntl.fcntl(int(entry.name), fcntl.F_GETFD)
            for entry in Path("/proc/self/fd").iterdir()
            if entry.exists() and os.path.realpath(entry).endswith("serve.lock")
        ]
        assert flags
        assert all(flag & fcntl.FD_CLOEXEC for flag in flags)


def test_logs_show_whole_new_lines_once(paths: config.CityPaths) -> None:
    folder = config.make_private(processes.log_dir(paths))
    web = folder / "web.log"
    web.write_text("before\n")
    logs = processes.Logs(paths)
    with web.open("a") as file:
        file.write("first\nhal")
        file.flush()
        assert list(logs.lines()) == ["web       first"]
        file.write("f\n")
        file.flush()
        assert list(logs.lines()) == ["web       half"]
    assert list(logs.lines()) == []
    web.write_text("anew\n")
    assert list(logs.lines()) == ["web       anew"]


def test_child_that_keeps_ending_waits_longer_each_time(paths: config.CityPaths) -> None:
    child = processes.Child("nothing", [], dict(os.environ))
    log = config.make_private(processes.log_dir(paths)) / "nothing.log"
    pauses = []
    for _time in range(2):
        child.start(log)
        assert child.process is not None
        child.process.wait()
        assert child.ended() == 1
        pauses.append(child.pause)
    assert pauses == [2 * processes.FIRST_PAUSE, 4 * processes.FIRST_PAUSE]
    assert child.ended() is None


def test_table_stands_below_itself_with_chinese_letters() -> None:
    lines = greeting.table([("诉求 Reports", "1"), ("Token", "2")])
    assert lines == ["  诉求 Reports  1", "  Token         2"]
