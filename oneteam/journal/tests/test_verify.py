"""Verifying: what is told when all is well, what cannot be checked, and several processes finding the same."""

import argparse
import re
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from oneteam.journal import verify as verify_module
from oneteam.journal.acts import write
from oneteam.journal.commands import add_commands
from oneteam.journal.erase import Ground
from oneteam.journal.faults import MOST, TEXTS, Fault, Report
from oneteam.journal.models import Act, Leaf, Subject
from oneteam.journal.notes import create_key, load_public
from oneteam.journal.state import VAULT_TABLES, GuardedTable, guards, state
from oneteam.journal.subjects import find_subject, new_subject, subject_of
from oneteam.journal.tests.kit import PROBE, PROBE_CODE, World, one, put, told
from oneteam.journal.verify import verify
from oneteam.kernel.errors import BadInputError, MissingError, OneteamError
from oneteam.kernel.ids import uuid7

PROBE_TABLE = GuardedTable(PROBE, PROBE_CODE, ("cached",))


def texts(report: Report) -> list[str]:
    return list(report.lines())


@write
def call() -> None:
    told(personal={subject_of("phone", "13800000001"): {"phone": "13800000001"}, new_subject(): {"text": "t"}})


def test_a_sound_journal_is_counted_and_nothing_is_named(world: World) -> None:
    call()
    world.seal()
    one()  # waits for the sealer: checked, too
    report = verify(world.file)
    assert texts(report) == []
    assert report.ok
    assert (report.acts, report.sealed) == (Act.objects.count(), Leaf.objects.count())
    assert report.sealed == report.acts - 1
    assert len(report.root) == 32
    assert report.notices == []


def test_several_processes_find_what_one_finds(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(30):
        call()
    world.seal(batch=11)
    with world.connect() as owner:
        owner.execute("ALTER TABLE journal_act DISABLE TRIGGER USER")
        owner.execute("UPDATE journal_act SET actor = 'x' WHERE n % 7 = 0")
        owner.execute("ALTER TABLE journal_act ENABLE TRIGGER USER")
    alone = verify(world.file, processes=1)
    monkeypatch.setattr(verify_module, "SMALL", 0)
    monkeypatch.setattr(verify_module, "CHUNK", 10)
    assert sorted(texts(verify(world.file, processes=2))) == sorted(texts(alone))
    assert len(alone.faults) > 5


def test_sealer_may_go_on_while_the_journal_is_verified(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    call()
    world.seal()
    checks = verify_module._results

    def meanwhile(*arguments: Any) -> Any:
        for _ in range(3):
            one()
            world.seal()
        return checks(*arguments)

    monkeypatch.setattr(verify_module, "_results", meanwhile)
    report = verify(world.file)
    assert texts(report) == []
    assert report.sealed == Leaf.objects.count() - 3, "what came after the snapshot is not in the report"


def test_database_put_back_is_named_though_the_file_ends_with_an_old_line(world: World) -> None:
    one()
    world.seal()
    old = world.file.read_bytes()
    one()
    world.seal()
    with world.connect() as owner:
        owner.execute("ALTER TABLE journal_checkpoint DISABLE TRIGGER USER")
        owner.execute("DELETE FROM journal_checkpoint WHERE size = (SELECT max(size) FROM journal_checkpoint)")
    world.file.write_bytes(world.file.read_bytes() + old.splitlines(keepends=True)[-1])
    assert "file more" in {fault.code for fault in verify(world.file).faults}


def test_what_cannot_be_checked_is_said(world: World, tmp_path: Path) -> None:
    call()
    world.seal()
    assert any("against itself only" in notice for notice in _without_file(world).notices)
    world.city.act_as("reader")
    report = verify(tmp_path / "away", processes=1)
    assert report.ok
    assert any("not opened" in notice for notice in report.notices)
    rows = state(tables=[PROBE_TABLE])
    assert texts(rows) == []
    assert any("app's role" in notice for notice in rows.notices)
    with pytest.raises(BadInputError, match="nowhere"):
        verify(tmp_path / "nowhere")


def _without_file(world: World) -> Report:
    world.file.rename(world.file.with_name("away"))
    return verify(processes=1)


def test_another_key_than_the_citys_explains_nothing(world: World, tmp_path: Path) -> None:
    one()
    world.seal()
    other = create_key(tmp_path / "other.key", "test")
    codes = {fault.code for fault in verify(world.file, key=other.public).faults}
    # Two checkpoints, where another test held sealing back: of one that cannot be read the file knows nothing.
    assert codes - {"file less"} == {"signature", "uncovered"}


def test_a_fault_says_what_and_where(world: World) -> None:
    act = one(word="plain")
    world.seal()
    with world.connect() as owner:
        owner.execute("ALTER TABLE journal_act DISABLE TRIGGER USER")
        owner.execute("UPDATE journal_act SET actor = 'operator:other' WHERE id = %s", [act.id])
    lines = texts(verify(world.file))
    where = f"act {act.id} (probe.told, number 1 in file {act.stream})"
    assert lines == [f"{where}: its column actor says something else than the sealed body"]
    lines = texts(state(tables=[PROBE_TABLE]))
    assert lines == [
        "table journal_act: its trigger append_only is missing, disabled or another one than shipped",
        "table journal_act: its trigger journal_act_chain is missing, disabled or another one than shipped",
        "table journal_act: its trigger no_truncate is missing, disabled or another one than shipped",
    ]


NO_DIGEST = """
CREATE OR REPLACE FUNCTION journal_row_digest(source jsonb, left_out text[]) RETURNS bytea LANGUAGE sql
IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS 'SELECT NULL::bytea'
"""
SLY = f"CREATE TRIGGER sly BEFORE UPDATE ON {PROBE} FOR EACH ROW EXECUTE FUNCTION journal_append_only()"
LEFT_OUT = f"""
CREATE OR REPLACE TRIGGER guard_update AFTER UPDATE ON {PROBE} REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
FOR EACH STATEMENT EXECUTE FUNCTION journal_guard('32000', '{{cached,name}}')
"""


@pytest.mark.parametrize(
    ("statement", "named"),
    [
        (f"ALTER TABLE {PROBE} DISABLE TRIGGER guard_update", "guard_update"),
        (f"DROP TRIGGER guard_delete ON {PROBE}", "guard_delete"),
        ("DROP TRIGGER vault_note ON journal_blind", "vault_note"),
        (NO_DIGEST, "journal_row_digest"),
        ("ALTER FUNCTION journal_guard() SET \"TimeZone\" = 'Asia/Shanghai'", "journal_guard"),
        ("ALTER FUNCTION journal_guard() SECURITY INVOKER", "journal_guard"),
        (SLY, "sly"),
        (LEFT_OUT, "guard_update"),
        (f"DROP TABLE {PROBE}", PROBE),
    ],
)
def test_a_guard_that_was_weakened_is_named(world: World, statement: str, named: str) -> None:
    assert texts(state(tables=[PROBE_TABLE])) == []
    with world.connect() as owner:
        owner.execute(statement.encode())
    assert any(named in line for line in texts(state(tables=[PROBE_TABLE])))


def test_a_founded_city_is_sound_and_only_the_tests_own_table_has_no_kind(world: World) -> None:
    world.seal()
    assert texts(verify(world.file)) == []
    assert texts(state()) == [f"table {PROBE}: a table of no declared kind"]
    assert len(guards()) > 10


def test_concurrent_changes_of_one_row_sealed_the_other_way_round_are_no_fault(world: World) -> None:
    """A transaction that began first may change a row last; its act is sealed first all the same."""
    row = uuid7()
    put(row, "start")
    world.seal()
    with world.connect("app") as early:
        with early.transaction():
            early.execute("SELECT pg_current_xact_id()")
            put(row, "meanwhile")
            early.execute(
                "INSERT INTO journal_act (id, stream, kind, actor, occurred_at, recorded_at, about, basis, version,"
                " body, payload, salt) SELECT gen_random_uuid(), gen_random_uuid(), kind, actor, occurred_at,"
                " clock_timestamp(), about, basis, version, body, payload, salt FROM journal_act LIMIT 1"
            )
            early.execute(f"UPDATE {PROBE} SET name = 'last' WHERE id = %s".encode(), [row])
        one()
    world.seal()
    assert texts(state(tables=[PROBE_TABLE])) == []


def test_the_report_stays_readable_however_much_is_wrong() -> None:
    report = Report()
    report.add(Fault(code="missing", places=(at, at), detail=str(at)) for at in range(MOST + 5))
    report.add([Fault(code="missing", places=(0, 0), detail="0")])
    assert len(texts(report)) == MOST + 1
    assert texts(report)[-1] == "… and 6 more"


@pytest.mark.parametrize("code", sorted(TEXTS))
def test_every_fault_has_words(code: str) -> None:
    row = Fault(code=code, table="t", row=uuid7(), act=uuid7())
    for fault in (Fault(code=code), Fault(code=code, act=uuid7()), row, Fault(code=code, size=3)):
        assert re.search(r": \S", str(fault) + "…")


def test_the_codes_of_the_vault_belong_to_no_other_table() -> None:
    assert not {table.code for table in VAULT_TABLES} & {table.code for table in guards()}


# The command line ---------------------------------------------------------------------------------------------------


def command(*words: str) -> int:
    parser = argparse.ArgumentParser()
    add_commands(parser.add_subparsers())
    args = parser.parse_args(["journal", *words])
    code: int = args.run(args)
    return code


def test_verify_on_the_command_line(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    act = one()
    world.seal()
    assert command("verify", str(world.file), "--processes", "1") == 0
    assert "Everything holds." in capsys.readouterr().out
    key = str(load_public(Path(settings.SEALER_KEY)))
    assert command("verify", "--state", "--key", key) == 1  # the tests' table has no kind
    with world.connect() as owner:
        owner.execute("ALTER TABLE journal_act DISABLE TRIGGER USER")
        owner.execute("UPDATE journal_act SET kind = 'x' WHERE id = %s", [act.id])
    capsys.readouterr()
    assert command("verify") == 1
    told_text = capsys.readouterr().out
    assert str(act.id) in told_text
    assert "Something does not hold" in told_text


def test_prove_and_erase_on_the_command_line(world: World, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    call()
    act = Act.objects.filter(kind="probe.told").get()
    world.seal()
    file = tmp_path / "p.json"
    assert command("prove", str(act.stream), "-o", str(file), "--show", "phone", "--purpose", "court") == 0
    assert "13800000001" in file.read_text("utf-8")
    assert command("prove", str(act.stream), "-o", str(file)) == 0
    assert "1 acts are not sealed yet" in capsys.readouterr().out
    with pytest.raises(BadInputError, match="cannot be written"):
        command("prove", str(act.stream), "-o", str(tmp_path))
    who = find_subject("phone", "13800000001")
    assert who
    assert command("erase", "phone:13800000001", "--ground", Ground.CONSENT_WITHDRAWN, "--basis", "PIPL 47") == 0
    assert str(who) in capsys.readouterr().out
    assert Subject.objects.get(id=who).wrapped is None
    for words, error in ((["phone:13800000001"], MissingError), (["nonsense"], BadInputError)):
        with pytest.raises(error):
            command("erase", *words, "--ground", "unlawful")


def test_the_other_commands(world: World, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    assert command("key") == 0
    assert capsys.readouterr().out.strip() == str(load_public(Path(settings.SEALER_KEY)))
    one()
    world.seal()
    world.city.act_as("owner")
    with pytest.raises(OneteamError, match="nothing to adopt"):
        command("adopt")
    calls: list[Any] = []
    monkeypatch.setattr("oneteam.journal.seal.Sealer.run", lambda _self, stop: calls.append(stop))
    monkeypatch.setattr("signal.signal", lambda *_given: None)
    assert command("seal") == 0
    assert len(calls) == 1
