"""Signed notes: the form that other tools read, and the refusal of everything else."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from oneteam.journal.notes import (
    SUITES,
    CheckpointText,
    SigningKey,
    VerificationKey,
    checkpoint,
    create_key,
    load_key,
    load_public,
    open_checkpoint,
    open_note,
    public_path,
)  # fmt: skip
from oneteam.kernel.errors import BadInputError, NotReadyError

TIME = datetime(2026, 11, 25, 1, 2, 3, 4, UTC)


@pytest.fixture
def key(tmp_path: Path) -> SigningKey:
    return create_key(tmp_path / "sealer.key", "demo")


def test_known_key_of_the_note_format_has_its_published_id() -> None:
    text = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
    assert str(VerificationKey.parse(text)) == text


def test_known_note_of_that_key_opens() -> None:
    key = VerificationKey.parse("PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW")
    text = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
    signature = "x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM="
    assert open_note(f"{text}\n— PeterNeumann {signature}\n", key) == text


def test_key_file_is_private_and_never_replaced(tmp_path: Path) -> None:
    file = tmp_path / "sealer.key"
    made = create_key(file, "demo")
    assert file.stat().st_mode & 0o777 == 0o600
    assert load_key(file) == made
    assert load_public(file) == made.public
    assert made.public.name == "oneteam/demo"
    assert made.secret.hex() not in repr(made)
    with pytest.raises(FileExistsError):
        create_key(file, "demo")


def test_key_file_that_cannot_be_trusted_is_refused_with_what_to_do(tmp_path: Path) -> None:
    file = tmp_path / "sealer.key"
    with pytest.raises(NotReadyError, match="oneteam init"):
        load_key(file)
    with pytest.raises(NotReadyError, match="oneteam init"):
        load_public(file)
    create_key(file, "demo")
    file.chmod(0o640)
    with pytest.raises(NotReadyError, match="chmod 600"):
        load_key(file)
    file.chmod(0o600)
    whole = file.read_text()
    file.write_text(whole.replace("oneteam/demo", "oneteam/other"))
    with pytest.raises(NotReadyError, match="damaged"):
        load_key(file)
    file.write_text("nonsense")
    with pytest.raises(NotReadyError, match="no signing key"):
        load_key(file)
    public_path(file).write_text("oneteam/demo+00000000+AQ==")
    with pytest.raises(NotReadyError, match="mistyped"):
        load_public(file)


def test_checkpoint_reads_back_and_any_changed_character_is_refused(key: SigningKey) -> None:
    note = checkpoint(key=key, size=7, root=bytes(range(32)), time=TIME)
    assert open_checkpoint(note, key.public) == CheckpointText(
        "oneteam/demo", 7, bytes(range(32)), "2026-11-25T01:02:03.000004Z"
    )
    for at, character in enumerate(note[:-1]):
        with pytest.raises(BadInputError):
            open_checkpoint(note[:at] + ("1" if character != "1" else "2") + note[at + 1 :], key.public)


def test_another_citys_signature_is_refused(key: SigningKey, tmp_path: Path) -> None:
    other = create_key(tmp_path / "other.key", "other")
    note = checkpoint(key=other, size=1, root=bytes(32), time=TIME)
    with pytest.raises(BadInputError, match="did not sign"):
        open_checkpoint(note, key.public)
    with pytest.raises(BadInputError, match=r"is of .oneteam/demo."):
        open_checkpoint(other.sign(str(CheckpointText("oneteam/demo", 1, bytes(32), "now"))), other.public)


def test_notes_and_keys_that_are_none_are_refused(key: SigningKey) -> None:
    for text in ("", "a+b", "a+00000000+!!", "a+00000000+CQ=="):
        with pytest.raises(BadInputError, match="no verification key"):
            VerificationKey.parse(text)
    with pytest.raises(ValueError, match="line's end"):
        key.sign("no end")
    with pytest.raises(BadInputError, match="no checkpoint"):
        open_checkpoint(key.sign("oneteam/demo\nseven\n"), key.public)
    with pytest.raises(BadInputError, match="no checkpoint"):
        open_checkpoint(key.sign("oneteam/demo\n07\nAA==\ntime x\n"), key.public)
    suite = SUITES[1]
    assert not suite.verify(key.public.public, b"x", b"short")
