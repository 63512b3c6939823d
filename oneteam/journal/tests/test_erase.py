"""Erasing: one key destroyed is enough, it is an act, and everything recorded before still verifies."""

import argparse
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from uuid import UUID

import psycopg
import pytest
from django.conf import settings
from django.db import DatabaseError, connection, transaction

from oneteam.journal import vault as vault_module
from oneteam.journal.acts import Recorded, write
from oneteam.journal.commands import run_subjects
from oneteam.journal.erase import Ground, erase_subject, rekey
from oneteam.journal.models import Act, Blind, Secret, Subject
from oneteam.journal.state import state
from oneteam.journal.subjects import data_keys, find_subject, new_subject, read_personal, standing, subject_of
from oneteam.journal.tests.kit import NOW, TESTER, World, aside, rows, told, waits
from oneteam.journal.verify import verify
from oneteam.kernel.errors import BadInputError, ConflictError, MissingError
from oneteam.kernel.ids import uuid7

PHONE, TEXT = "13812345678", "楼下半夜还在施工"


@write
def call() -> Recorded:
    """A caller reports: the text under a subject of its own, the phone under the caller's."""
    text, who = new_subject(), subject_of("phone", PHONE)
    return told(personal={text: {"text": TEXT}, who: {"phone": PHONE}})


def caller() -> UUID:
    found = find_subject("phone", PHONE)
    assert found is not None
    return found


def erase(subject: UUID, *, key: str | None = None) -> Recorded:
    return erase_subject(
        actor=TESTER, at=NOW, subject=subject, ground=Ground.CONSENT_WITHDRAWN, basis=["PIPL 47"], key=key
    )


def test_erasing_destroys_one_subjects_values_everywhere_and_no_others(world: World) -> None:
    calls = [call(), call()]
    subject = caller()
    world.seal()
    act = Act.objects.get(id=erase(subject).id)
    for told_act in calls:
        assert read_personal([told_act.id]) == {told_act.id: {"text": TEXT}}
    assert find_subject("phone", PHONE) is None
    assert Subject.objects.get(id=subject).wrapped is None
    assert not Secret.objects.filter(subject_id=subject).exists()
    assert not Blind.objects.filter(subject_id=subject).exists()
    assert (act.kind, act.stream, act.basis) == ("personal.erased", subject, ["PIPL 47"])
    assert set(act.about) == {told_act.stream for told_act in calls}
    assert act.payload == {
        "ground": "consent_withdrawn",
        "values": {str(told_act.id): ["phone"] for told_act in calls},
    }
    world.seal()
    assert list(verify(world.file).lines()) == []
    assert [fault for fault in state().lines() if "journal_probe" not in fault] == []


def test_the_same_caller_is_somebody_new_after_erasing(world: World) -> None:
    call()
    old = caller()
    erase(old)
    again = call()
    assert caller() != old
    assert read_personal([again.id])[again.id]["phone"] == PHONE
    with pytest.raises(MissingError):
        data_keys([old])


def test_erasing_twice_or_nobody_or_without_lawful_ground_is_refused(world: World) -> None:
    call()
    subject = caller()
    with pytest.raises(BadInputError, match="consent_withdrawn"):
        erase_subject(actor=TESTER, at=NOW, subject=subject, ground="because", basis=())
    with pytest.raises(MissingError):
        erase(uuid7())
    first = erase(subject, key="k")
    assert erase(subject, key="k").id == first.id
    with pytest.raises(ConflictError, match="before"):
        erase(subject)


def test_a_value_written_while_its_subject_is_erased_stands_under_a_new_subject(world: World) -> None:
    call()
    old = caller()
    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            erase(old)
            other = aside(pool, call)
            assert waits(other)
        again = other.result(timeout=30)
    assert caller() != old
    assert read_personal([again.id]) == {again.id: {"text": TEXT, "phone": PHONE}}
    holds(world)


def test_erasing_waits_for_a_value_that_is_being_written_and_destroys_it_too(world: World) -> None:
    first, old = call(), caller()
    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            second = call()
            other = aside(pool, lambda: erase(old))
            assert waits(other)
        act = Act.objects.get(id=other.result(timeout=30).id)
    assert act.payload["values"] == {str(first.id): ["phone"], str(second.id): ["phone"]}
    assert not Secret.objects.filter(subject_id=old).exists()
    assert read_personal([second.id]) == {second.id: {"text": TEXT}}
    holds(world)


@write
def said_later(text: UUID) -> Recorded:
    return told(personal={standing(text): {"text": "later"}})


def test_what_is_said_later_stands_with_what_was_told_until_that_is_erased(world: World) -> None:
    first = call()
    text = Secret.objects.exclude(subject_id=caller()).get().subject_id
    assert Secret.objects.filter(act_id=said_later(text).id, subject_id=text).exists()
    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            erase(text)
            other = aside(pool, lambda: said_later(text))
            assert waits(other)
        after = other.result(timeout=30)
    assert read_personal([first.id, after.id]) == {first.id: {"phone": PHONE}, after.id: {"text": "later"}}
    holds(world)


def holds(world: World) -> None:
    """Everything recorded still verifies."""
    world.seal()
    assert list(verify(world.file).lines()) == []
    assert [fault for fault in state().lines() if "journal_probe" not in fault] == []


def test_the_app_cannot_hold_a_subject_but_by_the_function(world: World) -> None:
    call()
    with pytest.raises(DatabaseError, match="permission denied"):
        rows("SELECT 1 FROM journal_subject FOR SHARE")
    for role in ("reader", "sealer"):
        with world.connect(role) as other, pytest.raises(psycopg.errors.InsufficientPrivilege):
            other.execute("SELECT journal_hold(%s, true)", [caller()])


@transaction.atomic
def under_another_act(statement: str) -> None:
    told()
    rows(statement)


def test_nothing_of_the_vault_changes_without_an_act_that_erases(world: World) -> None:
    call()
    for statement in (
        f"SELECT journal_erase('{caller()}')",
        "DELETE FROM journal_secret",
        "UPDATE journal_subject SET wrapped = NULL",
        "DELETE FROM journal_blind",
        "TRUNCATE journal_secret",
    ):
        with pytest.raises(DatabaseError):
            under_another_act(statement)
    with world.connect("owner") as owner, pytest.raises(Exception, match="under an act that erases"):
        owner.execute("UPDATE journal_subject SET wrapped = NULL")


def test_a_subject_comes_only_with_an_act(world: World) -> None:
    with pytest.raises(DatabaseError, match="without an act"), transaction.atomic():
        new_subject()


def test_a_damaged_blob_can_be_erased_and_the_act_names_what_it_hid(world: World) -> None:
    act = call()
    with world.connect() as owner:
        owner.execute("ALTER TABLE journal_secret DISABLE TRIGGER USER")
        owner.execute("UPDATE journal_secret SET blob = sha256(blob) WHERE subject_id = %s", [caller()])
        owner.execute("ALTER TABLE journal_secret ENABLE TRIGGER USER")
    erased = erase(caller())
    assert Act.objects.get(id=erased.id).payload["values"] == {str(act.id): ["phone", "text"]}


def test_subjects_of_a_file_are_named_with_their_fields_and_never_their_values(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    act = call()
    text, who = Secret.objects.exclude(subject_id=caller()).get().subject_id, caller()
    command = argparse.Namespace(id=act.stream)
    assert run_subjects(command) == 0
    assert sorted(capsys.readouterr().out.splitlines()) == sorted(
        [f"{text}  probe.told: text", f"{who}  probe.told: phone"]
    )
    erase(who)
    assert run_subjects(command) == 0
    assert capsys.readouterr().out == f"{text}  probe.told: text\n"
    erase(text)
    with pytest.raises(MissingError, match="No act about"):
        run_subjects(command)


@pytest.fixture
def own_master(world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The city's master key in a file that this test may replace."""
    file = tmp_path / "master.key"
    file.write_bytes(Path(settings.MASTER_KEY).read_bytes())
    monkeypatch.setattr(settings, "MASTER_KEY", str(file))
    return file


def test_a_new_master_key_makes_the_old_one_useless_and_keeps_every_value(world: World, own_master: Path) -> None:
    act = call()
    subject, before = caller(), own_master.read_bytes()
    world.city.act_as("owner")
    done = rekey(actor=TESTER, at=NOW, key_file=own_master)
    vault_module._load.cache_clear()
    assert own_master.stat().st_mode & 0o777 == 0o600
    assert list(own_master.parent.glob("*.new")) == []
    wrapped = bytes(Subject.objects.get(id=subject).wrapped or b"")
    with pytest.raises(Exception, match="does not fit"):
        vault_module.Vault(before).unwrap(subject, wrapped)
    world.city.act_as("app")
    assert read_personal([act.id])[act.id] == {"phone": PHONE, "text": TEXT}
    assert caller() == subject  # the blind index still finds
    assert Act.objects.get(id=done.id).payload["subjects"] >= 2
    rekey_again(world, own_master)
    assert read_personal([act.id])[act.id] == {"phone": PHONE, "text": TEXT}
    world.seal()
    assert list(verify(world.file).lines()) == []
    assert [fault for fault in state().lines() if "journal_probe" not in fault] == []


def test_master_key_is_not_replaced_while_anybody_else_may_write(world: World, own_master: Path) -> None:
    act, before = call(), own_master.read_bytes()
    world.city.act_as("owner")
    with world.connect("app"), pytest.raises(ConflictError, match="oneteam-test-app"):
        rekey(actor=TESTER, at=NOW, key_file=own_master)
    assert own_master.read_bytes() == before
    assert list(own_master.parent.glob("*.new")) == []
    with world.connect("reader"):  # who only reads may stay
        rekey_again(world, own_master)
    assert read_personal([act.id])[act.id]["text"] == TEXT


def rekey_again(world: World, file: Path) -> None:
    world.city.act_as("owner")
    rekey(actor=TESTER, at=NOW, key_file=file)
    vault_module._load.cache_clear()
    world.city.act_as("app")


def test_a_crash_before_the_key_file_was_replaced_is_mended(
    world: World, own_master: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    act = call()
    world.city.act_as("owner")

    def crash(self: Path, target: Path) -> Path:
        raise KeyboardInterrupt

    with monkeypatch.context() as broken:
        broken.setattr(Path, "replace", crash)
        with pytest.raises(KeyboardInterrupt):
            rekey(actor=TESTER, at=NOW, key_file=own_master)
    rekey(actor=TESTER, at=NOW, key_file=own_master)
    vault_module._load.cache_clear()
    world.city.act_as("app")
    assert read_personal([act.id])[act.id]["text"] == TEXT


def test_a_failure_before_the_database_changed_leaves_the_old_key(
    world: World, own_master: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    act, before = call(), own_master.read_bytes()
    world.city.act_as("app")  # lacks the right
    with pytest.raises(DatabaseError):
        rekey(actor=TESTER, at=NOW, key_file=own_master)
    connection.close()
    assert own_master.read_bytes() == before
    assert read_personal([act.id])[act.id]["text"] == TEXT
    assert not own_master.with_name("master.key.new").exists()
