"""What the environment says becomes paths and connections, or a message that says what to set."""

import os
import stat
from pathlib import Path

import pytest

from oneteam.kernel.errors import NotReadyError
from oneteam.server import config


@pytest.fixture(autouse=True)
def bare(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    for name in ("DATABASE_URL", "ONETEAM_DATABASE", "ONETEAM_CITY", "ONETEAM_POOL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("ONETEAM_DATA", str(tmp_path / "data"))
    return tmp_path / "data"


@pytest.mark.parametrize("name", ["a", "demo", "longgang_2", "a" * 20])
def test_city_takes_a_name_that_can_be_a_schema(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ONETEAM_CITY", name)
    assert config.city() == name


@pytest.mark.parametrize(
    "name",
    ["A", "1a", "a-b", "a b", "龙港", "a" * 21, "pg_x", "public", "ext", "a_queue", "a;drop", "_a", "a\n", "oneteam"],
)
def test_city_refuses_a_name_that_cannot(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ONETEAM_CITY", name)
    with pytest.raises(NotReadyError, match="ONETEAM_CITY"):
        config.city()


@pytest.mark.parametrize(
    ("said", "language"),
    [
        ({}, "en"), ({"LANG": "C.UTF-8"}, "en"), ({"LANG": "zh_CN.UTF-8"}, "zh-hans"),
        ({"LANG": "zh_CN.UTF-8", "LC_MESSAGES": "en_US"}, "en"), ({"LC_ALL": "zh_CN", "LC_MESSAGES": "de"}, "zh-hans"),
        ({"LC_ALL": "zh_CN", "ONETEAM_LANG": "en"}, "en"), ({"LANG": "de_DE", "ONETEAM_LANG": "zh"}, "zh-hans"),
    ],
)  # fmt: skip
def test_commands_answer_as_the_shell_says(
    monkeypatch: pytest.MonkeyPatch, said: dict[str, str], language: str
) -> None:
    for name in ("ONETEAM_LANG", "LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.setenv(name, said.get(name, ""))
    assert config.shell_language() == language


def test_city_is_demo_when_nothing_is_said() -> None:
    assert config.city() == "demo"


def test_data_dir_stands_in_the_checkout_and_for_root_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ONETEAM_DATA")
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    assert config.data_dir() == config.CHECKOUT / ".oneteam"
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    assert config.data_dir() == Path("/var/lib/oneteam")


def test_data_dir_that_is_relative_stays_where_it_was_meant(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ONETEAM_DATA", "here")
    assert config.data_dir() == tmp_path / "here"


def test_database_before_the_first_start_names_the_socket_to_be(bare: Path) -> None:
    entry = config.database("demo", "app")
    assert entry["HOST"] == str(bare / "postgres" / "socket")
    assert (entry["NAME"], entry["USER"], entry["PASSWORD"]) == ("oneteam", "demo_app", "")
    assert entry["CONN_MAX_AGE"] is None
    assert entry["OPTIONS"] == {
        "options": "-c search_path=demo,demo_queue,ext",
        "application_name": "oneteam-demo-app",
    }


def test_database_pools_only_when_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ONETEAM_POOL", "1")
    entry = config.database("demo", "app")
    assert entry["OPTIONS"]["pool"] == {"min_size": 1, "max_size": config.WEB_THREADS}
    assert entry["CONN_MAX_AGE"] == 0


def test_database_takes_the_roles_password_from_its_file() -> None:
    paths = config.make_city_paths("demo")
    config.write_private(paths.roles, '{"app": "secret"}')
    assert config.database("demo", "app")["PASSWORD"] == "secret"
    assert config.database("demo", "reader")["PASSWORD"] == ""


def test_database_refuses_an_unknown_role() -> None:
    with pytest.raises(NotReadyError, match="owner, app, sealer, reader"):
        config.database("demo", "postgres")


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        (
            "postgresql://admin:p%40ss@db.example:6432/city",
            {"host": "db.example", "port": "6432", "user": "admin", "password": "p@ss", "dbname": "city"},
        ),
        ("postgresql:///city?host=/run/postgresql", {"host": "/run/postgresql", "dbname": "city"}),
        ("postgres://db/city?sslmode=require", {"host": "db", "dbname": "city", "sslmode": "require"}),
    ],
)
def test_parse_url_reads_what_libpq_reads(url: str, expected: dict[str, str]) -> None:
    assert config.parse_url(url) == expected


@pytest.mark.parametrize(
    ("url", "word"),
    [
        ("mysql://db/city", "postgresql://"),
        ("postgresql://db", "names no database"),
        ("postgresql://db:port/city", "cannot be read"),
    ],
)
def test_parse_url_refuses_with_what_is_wrong(url: str, word: str) -> None:
    with pytest.raises(NotReadyError, match=word):
        config.parse_url(url)


def test_database_url_serves_every_role_without_the_administrators_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://admin:pw@db:6432/city?sslmode=require")
    entry = config.database("demo", "reader")
    assert (entry["HOST"], entry["PORT"], entry["NAME"], entry["USER"]) == ("db", "6432", "city", "demo_reader")
    assert entry["OPTIONS"]["sslmode"] == "require"
    assert "pw" not in str(entry)


def test_write_private_replaces_whole_and_only_the_owner_reads(tmp_path: Path) -> None:
    file = tmp_path / "key"
    old = os.umask(0)
    try:
        config.write_private(file, "one")
        config.write_private(file, "two")
    finally:
        os.umask(old)
    assert file.read_text() == "two"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [entry.name for entry in tmp_path.iterdir()] == ["key"]


def test_read_json_names_a_broken_file(tmp_path: Path) -> None:
    broken = tmp_path / "state.json"
    broken.write_text("{")
    with pytest.raises(NotReadyError, match=r"state\.json"):
        config.read_json(broken)
    broken.write_text("[]")
    with pytest.raises(NotReadyError, match="JSON object"):
        config.read_json(broken)
    assert config.read_json(tmp_path / "none.json") == {}


def test_make_private_says_what_to_set_where_a_file_is_in_the_way(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(NotReadyError, match="ONETEAM_DATA"):
        config.make_private(tmp_path / "file" / "folder")


@pytest.mark.parametrize(("word", "expected"), [("1", True), ("Yes", True), ("on", True), ("0", False), ("", False)])
def test_flag_reads_yes_and_no(word: str, expected: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ONETEAM_DEBUG", word)
    assert config.flag("ONETEAM_DEBUG") is expected


def test_flag_refuses_a_word_that_says_neither(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ONETEAM_DEBUG", "maybe")
    with pytest.raises(NotReadyError, match="ONETEAM_DEBUG"):
        config.flag("ONETEAM_DEBUG")


def test_words_are_split_and_trimmed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ONETEAM_HOSTS", " a.example, b.example,,")
    assert config.words("ONETEAM_HOSTS") == ["a.example", "b.example"]
    monkeypatch.setenv("ONETEAM_HOSTS", " , ")
    assert config.words("ONETEAM_HOSTS", default=["localhost"]) == ["localhost"]


def test_secret_is_empty_until_the_city_is_made() -> None:
    assert config.secret("demo", "web.key") == ""
    paths = config.make_city_paths("demo")
    config.write_private(paths.web_key, "key\n")
    assert config.secret("demo", "web.key") == "key"


@pytest.mark.parametrize(
    ("given", "found"),
    [
        ("", "http://127.0.0.1:8000"), ("https://law.example.gov.cn/", "https://law.example.gov.cn"),
        (" http://[::1]:8741 ", "http://[::1]:8741"), ("https://example.gov.cn/city", "https://example.gov.cn/city"),
    ],
)  # fmt: skip
def test_address_of_the_city_is_a_web_address_without_a_slash_at_its_end(
    monkeypatch: pytest.MonkeyPatch, given: str, found: str
) -> None:
    monkeypatch.setenv("ONETEAM_ADDRESS", given)
    assert config.address() == found


@pytest.mark.parametrize(
    "given", ["law.example.gov.cn", "ftp://law.example", "https://", "https://a/?b=c", "https://a/#b"]
)
def test_address_that_is_none_is_refused_with_an_example(monkeypatch: pytest.MonkeyPatch, given: str) -> None:
    monkeypatch.setenv("ONETEAM_ADDRESS", given)
    with pytest.raises(NotReadyError, match=r"https://law\.example\.gov\.cn"):
        config.address()
