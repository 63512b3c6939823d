"""Uploads: kept encrypted, checked, confirmed, taken once; whatever goes wrong is named and leaves nothing behind."""

import pytest

from conftest import City
from oneteam.directories import importing, runner, runs
from oneteam.directories.importing import Applied, Batch, Importer
from oneteam.directories.models import ImportRun, RunState
from oneteam.directories.tests.kit import HEAD, importer
from oneteam.journal.actors import Actor, ActorKind
from oneteam.journal.models import Act
from oneteam.kernel.errors import BadInputError, ConflictError, MissingError, NotAllowedError
from oneteam.kernel.ids import uuid7
from tests.world import AT

ADMIN = Actor(kind=ActorKind.PERSON, id=str(uuid7()), post=uuid7(), role="system_admin", name="Somebody")


def uploaded(data: str, known: Importer) -> ImportRun:
    identifier = runs.upload(importer=known, actor=ADMIN, at=AT, filename="shops.csv", data=data.encode(), options={})
    return ImportRun.objects.get(id=identifier)


@pytest.mark.usefixtures("city")
def test_upload_is_kept_encrypted_checked_confirmed_and_taken_once(shops: Importer) -> None:
    row = uploaded(f"{HEAD}S-1,a,\nS-2,known,\n", shops)
    assert b"S-1" not in bytes(row.content or b"")
    with pytest.raises(ConflictError):
        runs.confirm(run=row.id, actor=ADMIN, at=AT)
    assert runner.work()
    row.refresh_from_db()
    assert (row.state, row.rows) == (RunState.CHECKED, 2)
    assert not Act.objects.filter(kind="probe.shop").exists()
    runs.confirm(run=row.id, actor=ADMIN, at=AT)
    runs.confirm(run=row.id, actor=ADMIN, at=AT)
    assert runner.work()
    assert not runner.work()
    row.refresh_from_db()
    assert (row.state, row.taken, row.known, row.content) == (RunState.DONE, 1, 1, None)
    assert Act.objects.get(kind="import.done").actor == ADMIN.reference
    runs.confirm(run=row.id, actor=ADMIN, at=AT)
    assert not runner.work(), "what is done is not done again"


@pytest.mark.usefixtures("city")
def test_refused_upload_names_its_faults_and_keeps_no_file(shops: Importer) -> None:
    row = uploaded(f"{HEAD},secret,never\n", shops)
    assert runner.work()
    row.refresh_from_db()
    assert (row.state, row.content) == (RunState.REFUSED, None)
    assert [fault.column for fault in runs.faults_of(row)] == ["code", "opened"]
    assert b"never" not in bytes(row.faults or b"")
    other = uploaded("\x00", shops)
    assert runner.work()
    other.refresh_from_db()
    assert other.state == RunState.REFUSED


@pytest.mark.usefixtures("city")
def test_fault_that_appears_while_taking_refuses_the_whole_file(shops: Importer) -> None:
    row = uploaded(f"{HEAD}S-1,a,\nS-2,broken,\n", shops)
    runner.work()
    runs.confirm(run=row.id, actor=ADMIN, at=AT)
    runner.work()
    row.refresh_from_db()
    assert row.state == RunState.REFUSED
    assert [fault.line for fault in runs.faults_of(row)] == [3]
    assert not Act.objects.filter(kind__in=["probe.shop", "import.done"]).exists()


@pytest.mark.usefixtures("city")
def test_work_that_breaks_or_is_cut_short_is_named_and_leaves_nothing(
    shops: Importer, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = uploaded(f"{HEAD}S-1,a,\n", shops)
    runner.work()
    runs.confirm(run=row.id, actor=ADMIN, at=AT)
    monkeypatch.setattr(runner, "take_checked", lambda **_more: 1 / 0)
    assert runner.work()
    row.refresh_from_db()
    assert row.state == RunState.FAILED
    other = uploaded(f"{HEAD}S-1,a,\n", shops)
    assert runs.claim() is not None
    runs.tidy()
    other.refresh_from_db()
    assert (other.state, other.content) == (RunState.FAILED, None)
    assert not Act.objects.filter(kind="import.done").exists()


@pytest.mark.usefixtures("city")
def test_upload_of_somebody_else_is_not_shown_and_a_large_one_not_kept(
    shops: Importer, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = uploaded(f"{HEAD}S-1,a,\n", shops)
    stranger = Actor(kind=ActorKind.PERSON, id=str(uuid7()), post=uuid7(), role="system_admin")
    with pytest.raises(MissingError):
        runs.run_of(row.id, stranger)
    officer = Actor(kind=ActorKind.PERSON, id=ADMIN.id, post=uuid7(), role="officer")
    with pytest.raises(NotAllowedError):
        runs.upload(importer=shops, actor=officer, at=AT, filename="x", data=b"", options={})
    monkeypatch.setattr(runs, "UPLOAD_LIMIT", 3)
    runs.upload(importer=shops, actor=ADMIN, at=AT, filename="x", data=b"abc", options={})
    with pytest.raises(BadInputError, match="larger"):
        runs.upload(importer=shops, actor=ADMIN, at=AT, filename="x", data=b"abcd", options={})


def test_progress_is_seen_while_the_write_still_runs(
    city: City, shops: Importer, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[int] = []
    row = uploaded(f"{HEAD}S-1,a,\nS-2,b,\n", shops)
    monkeypatch.setattr(runner, "TOLD_EVERY", 0.0)

    def slow(batch: Batch) -> Applied:
        batch.tell(1)
        seen.append(ImportRun.objects.values_list("progress", flat=True).get(id=row.id))
        return Applied(2)

    monkeypatch.setitem(importing._importers, "shops", importer(apply=slow))
    runner.work()
    runs.confirm(run=row.id, actor=ADMIN, at=AT)
    runner.work()
    assert seen == [1]
    assert city.name
