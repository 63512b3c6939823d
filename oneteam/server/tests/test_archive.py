"""A backup's archive: read back as written, every damage seen, and nothing touched where a restore refuses."""

import io
import json
import tarfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from oneteam.journal.notes import create_key
from oneteam.kernel.errors import BadInputError, ConflictError, MissingError, OneteamError
from oneteam.server import archive, processes, readiness
from oneteam.server.backup import fingerprint
from oneteam.server.restore import restore

BLOB = f"files/ab/ab{'0' * 62}.{'1' * 32}"
MASTER = b"m" * 32


def made(file: Path, **more: Any) -> Path:
    """An archive with every kind of content but a real database."""
    writer = archive.Writer(file, {"city": "elsewhere", "with_keys": False, **more})
    for name in (archive.DUMP, "checkpoints.log", "sealer.key.pub", BLOB):
        writer.add_bytes(name, name.encode() * 300)
    writer.finish({"acts": 3, "postgres": 15, "dumped_by": 15})
    return file


@pytest.fixture
def whole(tmp_path: Path) -> Path:
    return made(tmp_path / "whole.tar")


def test_archive_gives_back_what_was_put_in(whole: Path, tmp_path: Path) -> None:
    manifest = archive.read(whole, lambda name: tmp_path / "out" / name)
    assert manifest["acts"] == 3
    assert (tmp_path / "out" / BLOB).read_bytes() == BLOB.encode() * 300
    modes = {path.stat().st_mode & 0o777 for path in [whole, *(tmp_path / "out").rglob("*")] if path.is_file()}
    assert modes == {0o600}
    assert archive.about(whole)["city"] == "elsewhere"


def test_archive_that_was_cut_anywhere_is_refused(whole: Path, tmp_path: Path) -> None:
    data, cut = whole.read_bytes(), tmp_path / "cut.tar"
    # What follows the last file are zeros: nothing is lost with them.
    end = len(data.rstrip(b"\0"))
    for length in (0, 100, 512, 3000, end // 2, end - 600, end - 1):
        cut.write_bytes(data[:length])
        with pytest.raises(BadInputError):
            archive.read(cut)


def test_archive_with_one_byte_changed_is_refused(whole: Path, tmp_path: Path) -> None:
    data, changed = whole.read_bytes(), tmp_path / "changed.tar"
    with tarfile.open(whole) as tar:
        inside = [member.offset_data + member.size // 2 for member in tar]
    for at in (*inside, 0):
        changed.write_bytes(data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :])
        with pytest.raises(BadInputError):
            archive.read(changed)


def _tar(file: Path, *names: str) -> Path:
    with tarfile.open(file, "w") as tar:
        for name in names:
            content = json.dumps({"format": archive.FORMAT}).encode()
            member = tarfile.TarInfo(name)
            member.size = len(content)
            tar.addfile(member, io.BytesIO(content))
    return file


def test_what_is_no_backup_is_said_to_be_none(tmp_path: Path) -> None:
    text, other = tmp_path / "a.txt", _tar(tmp_path / "b.tar", "letter.txt")
    text.write_text("a letter " * 200)
    for file in (text, other):
        with pytest.raises(BadInputError, match="no backup"):
            archive.about(file)
    with pytest.raises(MissingError):
        archive.about(tmp_path / "nothing.tar")


def test_archive_writes_nowhere_but_where_it_may(tmp_path: Path) -> None:
    for name in ("../escaped", "/tmp/escaped", "files/../../escaped", "roles.json"):
        file = _tar(tmp_path / "sly.tar", archive.ABOUT, name)
        with pytest.raises(BadInputError):
            archive.read(file, lambda name: tmp_path / "out" / name)
    assert not (tmp_path / "out").exists()


def test_backup_never_takes_the_place_of_another(tmp_path: Path) -> None:
    target = tmp_path / "city.tar"
    (tmp_path / ".city.tar.part").write_text("what a killed one left")
    writer = archive.Writer(target, {"city": "elsewhere"})
    with pytest.raises(ConflictError, match="Another backup"):
        archive.Writer(target, {"city": "elsewhere"})
    target.write_text("the other one")
    with pytest.raises(ConflictError):
        writer.finish({})
    writer.abandon()
    assert [(path.name, path.read_text()) for path in tmp_path.iterdir()] == [("city.tar", "the other one")]


# Restores that are refused ------------------------------------------------------------------------------------------


@pytest.fixture
def refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., str]:
    """Try to restore into an empty data folder, and return why it was not done; no server may be asked for."""

    def never() -> None:
        raise AssertionError("a database was asked for")

    for name in ("ONETEAM_ROLE", "ONETEAM_POOL"):
        monkeypatch.setenv(name, "")
    monkeypatch.delenv("ONETEAM_CITY")
    monkeypatch.setenv("ONETEAM_DATA", str(tmp_path / "data"))
    monkeypatch.setattr(processes, "database", never)

    def attempt(file: Path, **options: Path) -> str:
        before = sorted(tmp_path.rglob("*"))
        with pytest.raises(OneteamError) as told:
            restore(file, keys=options.get("keys"), checkpoints=options.get("checkpoints"), tell=lambda _text: None)
        assert sorted(tmp_path.rglob("*")) == before
        monkeypatch.delenv("ONETEAM_CITY", raising=False)
        return str(told.value)

    return attempt


def test_restore_refuses_before_anything_is_touched(tmp_path: Path, refused: Callable[..., str]) -> None:
    keys, empty = tmp_path / "keys", tmp_path / "empty"
    keys.mkdir()
    empty.mkdir()
    (keys / "master.key").write_bytes(MASTER)
    key = create_key(keys / "sealer.key", "elsewhere").public
    known = sorted(readiness.known_migrations())
    right = {"migrations": known, "master": fingerprint(MASTER), "sealer": str(key)}
    file = made(tmp_path / "right.tar", **right)
    assert "--keys" in refused(file)
    assert "master.key" in refused(file, keys=empty)
    assert "rekey" in refused(made(tmp_path / "a.tar", **{**right, "master": "another"}), keys=keys)
    assert "signs as" in refused(made(tmp_path / "b.tar", **{**right, "sealer": "another"}), keys=keys)
    newer = made(tmp_path / "c.tar", **{**right, "migrations": [*known, "people.9999_newer"]})
    assert "people.9999_newer" in refused(newer, keys=keys)
    assert "oneteam migrate" in refused(made(tmp_path / "d.tar", **{**right, "migrations": known[1:]}), keys=keys)
    assert "checkpoint file" in refused(file, keys=keys, checkpoints=tmp_path / "nowhere.log")
    data = bytearray(file.read_bytes())
    data[-20_000] ^= 1
    (tmp_path / "e.tar").write_bytes(data)
    assert "damaged" in refused(tmp_path / "e.tar", keys=keys)


def test_restore_puts_nothing_over_a_city(
    tmp_path: Path, refused: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    file = made(tmp_path / "right.tar", migrations=[], master="", sealer="")
    there = tmp_path / "data" / "cities" / "elsewhere"
    there.mkdir(parents=True)
    (there / "roles.json").write_text("{}")
    assert str(there) in refused(file)
    monkeypatch.setenv("ONETEAM_CITY", "nowhere")
    assert "ONETEAM_CITY" in refused(file)
