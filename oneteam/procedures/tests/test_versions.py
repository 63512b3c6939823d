"""Versions of a procedure: a run keeps its own, a new one opens on its days, every process notices."""

from datetime import datetime
from typing import Any
from uuid import UUID

import pytest

from oneteam.journal.models import Act
from oneteam.kernel.clock import SHANGHAI
from oneteam.kernel.errors import NotAllowedError, NotReadyError
from oneteam.kernel.ids import uuid7
from oneteam.lawbook.loading import LawFaultsError
from oneteam.lawbook.queries import book
from oneteam.procedures.errors import RefusedError
from oneteam.procedures.models import Declaration
from oneteam.procedures.queries import runs
from oneteam.procedures.tests.probe import (
    DISPATCHER,
    HOUR,
    MORNING,
    OFFICER,
    PROBE,
    begin,
    load,
    take,
)

WORK: dict[str, Any] = {"step": "probe.work", "actor": OFFICER, "at": MORNING + HOUR, "payload": {"note": "n"}}


def state(probe: UUID) -> str:
    return runs([probe])[probe].state


def test_running_procedure_stays_under_its_version(probe: object) -> None:
    old = begin()
    load(PROBE.replace("version: 1", "version: 2").replace("checks: [TT-01, TT-02, TT-03]", "checks: []"))
    new = begin()
    assert (runs([old])[old].version, runs([new])[new].version) == (1, 2)
    with pytest.raises(RefusedError, match="TT-01"):
        take(object_id=old, facts={"wrong": True}, **WORK)
    assert take(object_id=new, facts={"wrong": True}, **WORK).state == "working"


def test_same_version_with_another_text_is_refused(probe: object) -> None:
    with pytest.raises(LawFaultsError, match=r"probe\.yaml:1: version 1 of probe .* raise its version"):
        load(PROBE.replace("Begin probe", "Start probe"))
    assert Declaration.objects.filter(name="probe").count() == 1


def test_loading_the_same_again_adds_nothing(probe: object) -> None:
    before = Act.objects.count()
    load()
    assert Act.objects.count() == before


@pytest.mark.parametrize(
    ("at", "valid"),
    [
        (datetime(2025, 12, 31, 23, 59, 59, tzinfo=SHANGHAI), False),
        (datetime(2026, 1, 1, 0, 0, tzinfo=SHANGHAI), True),
        (datetime(2026, 12, 31, 23, 59, 59, tzinfo=SHANGHAI), True),
        (datetime(2027, 1, 1, 0, 0, tzinfo=SHANGHAI), False),
    ],
)
def test_version_opens_only_on_the_days_it_is_valid(probe: object, at: datetime, *, valid: bool) -> None:
    if valid:
        assert state(begin(at=at)) == "begun"
        return
    with pytest.raises(NotReadyError, match=f"probe.*{at.date()}"):
        begin(at=at)


def test_run_goes_on_after_its_version_ended(probe: object) -> None:
    one = begin(at=datetime(2026, 12, 31, 12, 0, tzinfo=SHANGHAI))
    assert take(object_id=one, **{**WORK, "at": datetime(2027, 1, 4, 12, 0, tzinfo=SHANGHAI)}).state == "working"


def test_newest_valid_version_opens(probe: object) -> None:
    later = PROBE.replace("version: 1", "version: 2").replace("valid_from: 2026-01-01", "valid_from: 2026-07-01")
    load(later)
    before, after = begin(at=MORNING), begin(at=datetime(2026, 7, 1, tzinfo=SHANGHAI))
    assert (runs([before])[before].version, runs([after])[after].version) == (1, 2)


def test_law_loaded_by_another_process_is_noticed(probe: object, monkeypatch: pytest.MonkeyPatch) -> None:
    """A process that remembers the old law opens under the new one, at the first try."""
    from oneteam.lawbook import queries as lawbook  # noqa: PLC0415 -- its memory is what the test replaces

    old = book()
    load(PROBE.replace("version: 1", "version: 2").replace("who: [officer, public]", "who: [dispatcher]"))
    monkeypatch.setattr(lawbook, "_kept", old)
    one = uuid7()
    take(step="probe.begin", object_id=one, actor=DISPATCHER, at=MORNING)
    assert runs([one])[one].version == 2
    monkeypatch.setattr(lawbook, "_kept", old)
    with pytest.raises(NotAllowedError):  # old law would let an officer, the law in force does not
        begin(actor=OFFICER)
