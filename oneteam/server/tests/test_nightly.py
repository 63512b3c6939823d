"""The nightly verification (SEC-07): when it is due, what it records, and that the running server does it by itself."""

import json
import os
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from django.utils.translation import override

from conftest import City
from oneteam.journal.actors import machine, operator
from oneteam.journal.models import Act
from oneteam.journal.nightly import last_verification, record_outcome, verify_everything
from oneteam.journal.queries import sentence
from oneteam.kernel.clock import SHANGHAI, real_now
from oneteam.kernel.errors import NotAllowedError
from oneteam.lawbook.acts import set_setting
from oneteam.places.models import Region
from oneteam.server import config, doctor, nightly, processes, testing
from oneteam.server.access import administrator
from tests.running import Running, on_clone, run, wait_for
from tests.world import AT, follow

VERIFIER = machine("verifier", "1")


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    """Read messages as they stand in the code."""
    with override("en"):
        yield


def shanghai(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


def tamper(city: str, statement: str) -> None:
    """Change rows behind the guard's back."""
    with administrator(city, data=testing.data()) as superuser:
        superuser.execute("SET session_replication_role = replica")
        superuser.execute(statement.encode())


@pytest.mark.parametrize(
    ("at", "due"),
    [
        ("2026-11-26T02:29:59.999999", "2026-11-25T02:30:00"),
        ("2026-11-26T02:30:00", "2026-11-26T02:30:00"),
        ("2026-11-26T23:59:00", "2026-11-26T02:30:00"),
        ("2026-11-27T00:00:00", "2026-11-26T02:30:00"),
    ],
)
def test_sec_07_due_at_half_past_two_in_shanghai(city: City, at: str, due: str) -> None:
    assert nightly.last_due(shanghai(at)) == shanghai(due)


def test_sec_07_time_is_the_citys(city: City) -> None:
    set_setting(
        actor=operator("clerk"), at=AT, name="journal.verify_at", value="23:15", mark="U", basis="notice 1"
    )  # fmt: skip
    assert nightly.last_due(shanghai("2026-11-26T23:14:00")) == shanghai("2026-11-25T23:15:00")
    assert nightly.last_due(shanghai("2026-11-26T23:15:00")) == shanghai("2026-11-26T23:15:00")


def test_sec_07_new_city_waits_for_its_first_night_and_a_missed_night_is_made_up_for(city: City) -> None:
    night = nightly.last_due(AT) + timedelta(days=1)
    assert not nightly.is_due(night), "nothing is sealed yet, so there is nothing to verify"
    follow(city.name)
    assert not nightly.is_due(AT)
    assert not nightly.is_due(night - timedelta(microseconds=1))
    assert nightly.is_due(night)
    assert nightly.is_due(night + timedelta(days=3, hours=5))
    record_outcome(actor=VERIFIER, at=night, outcome=verify_everything())
    assert not nightly.is_due(night + timedelta(hours=23, minutes=59))
    assert nightly.is_due(night + timedelta(hours=24))


def test_sec_07_outcome_is_an_act_that_names_the_faults_and_the_last_clean_night(city: City) -> None:
    follow(city.name)
    record_outcome(actor=VERIFIER, at=AT, outcome=verify_everything())
    clean = last_verification(clean=True)
    assert clean == last_verification()
    assert clean is not None
    assert (clean.at, clean.faults) == (AT, 0)
    assert clean.acts == Act.objects.count() - 1
    assert clean.rows > 100
    tamper(city.name, "UPDATE test.places_region SET name_en = 'Elsewhere'")
    later = AT + timedelta(days=1)
    record_outcome(actor=VERIFIER, at=later, outcome=verify_everything())
    found = Act.objects.get(kind="journal.found_faulty")
    [[code, _act, table, row]] = found.payload["named"]
    assert (code, table, row) == ("row changed", "places_region", str(Region.objects.get().id))
    assert found.payload["last_clean"] == AT.isoformat()
    assert "1 faults" in sentence(found.kind, found.payload)
    assert last_verification(clean=True) == clean
    last = last_verification()
    assert last is not None
    assert (last.at, last.faults) == (later, 1)


def test_sec_07_only_the_machine_records_a_verification(city: City) -> None:
    outcome = verify_everything()
    with pytest.raises(NotAllowedError):
        record_outcome(actor=operator("clerk"), at=AT, outcome=outcome)


def test_verification_that_cannot_be_done_is_not_tried_all_the_time(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The child ends with 1 at once: it is told to be another's child."""
    monkeypatch.setattr(nightly, "is_due", lambda _at: True)
    paths = config.make_city_paths("alpha", tmp_path)
    processes.log_dir(paths).mkdir()
    night = nightly.Night(paths)
    night.child.environment = {**os.environ, "PYTHONPATH": str(config.CHECKOUT), "ONETEAM_CITY": "pg_no"}
    night.look(AT)
    process = night.child.process
    assert process is not None
    process.wait(60)
    for _look in range(3):
        night.look(AT)
    assert night.child.starts == 1
    assert night.child.process is None
    night.rest_until = 0.0
    night.look(AT)
    assert night.child.starts == 2
    night.stop()


@pytest.mark.parametrize(("hours", "state"), [(3.9, "note"), (4.1, "wrong")])
def test_sec_07_doctor_gives_a_server_its_time_to_make_up_for_a_night(
    city: City, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, hours: float, state: str
) -> None:
    follow(city.name)
    since = real_now() - timedelta(hours=hours)
    monkeypatch.setattr(processes, "running", lambda _paths: {"since": since.isoformat()})
    [found] = doctor._verification(config.make_city_paths("alpha", tmp_path), AT + timedelta(days=3))
    assert found.state == state


def niceness(server: Running) -> set[int]:
    """How nice the verifying processes of a server are."""
    found = set()
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            command, environment = (folder / "cmdline").read_bytes(), (folder / "environ").read_bytes()
            if b"oneteam.server.child\0verify" in command and str(server.data).encode() in environment:
                found.add(int((folder / "stat").read_text().rsplit(")", 1)[1].split()[16]))
        except OSError:
            continue
    return found


def finding(server: Running, moment: str) -> tuple[int, str, str]:
    """What the doctor says of the verification at a moment of the region."""
    code, output, errors = run(["doctor", "--json"], {**server.environment, "ONETEAM_CLOCK": moment})
    lines = [line for line in output.splitlines() if '"verification"' in line]
    assert len(lines) == 1, output + errors
    found = json.loads(lines[0])
    return code, found["state"], found["found"]


@contextmanager
def watching(server: Running) -> Iterator[set[int]]:
    """Note how nice the server's verifying processes are; on a slow machine they may end before a start is told."""
    seen, over = set[int](), threading.Event()

    def look() -> None:
        while not over.wait(0.02):
            seen.update(niceness(server))

    thread = threading.Thread(target=look)
    thread.start()
    try:
        yield seen
    finally:
        over.set()
        thread.join()


@pytest.mark.server
def test_sec_07_server_verifies_by_night_and_the_doctor_tells(template: testing.Template) -> None:
    day = AT.astimezone(SHANGHAI)
    night, later = (f"{day + timedelta(days=days):%Y-%m-%d}" for days in (1, 3))
    with on_clone(template) as server:
        _code, state, found = finding(server, f"{night}T02:15")
        assert (state, re.findall(r"\d", found)) == ("ok", []), "never yet"
        server.environment["ONETEAM_CLOCK"] = f"{night}T02:29:55+08:00"
        kinds = "SELECT payload, occurred_at FROM journal_act WHERE kind = %s ORDER BY n"
        with watching(server) as seen:
            server.start()
            [(payload, moment)] = wait_for(lambda: server.rows(kinds, "journal.verified"))
        assert 19 in seen, "it takes nobody's processor"
        assert moment.astimezone(SHANGHAI).strftime("%H:%M") == "02:30"
        assert payload["acts"] > 100
        wait_for(lambda: not niceness(server))
        assert finding(server, f"{night}T02:45")[1] == "ok"
        assert server.stop() == 0
        assert server.dbname is not None
        tamper(server.dbname, "UPDATE test.places_region SET name_en = 'Elsewhere'")
        server.environment["ONETEAM_CLOCK"] = f"{later}T12:00:00+08:00"
        assert finding(server, f"{later}T12:00")[1] == "note", "two nights without a server"
        server.start()
        [(payload, _moment)] = wait_for(lambda: server.rows(kinds, "journal.found_faulty"))
        assert payload["named"][0][:1] + payload["named"][0][2:3] == ["row changed", "places_region"]
        assert payload["last_clean"][:19] == moment.isoformat()[:19]
        code, state, found = finding(server, f"{later}T12:15")
        assert (code, state) == (1, "wrong")
        assert re.search(rf"\b1\b.*{night} 02:30", found), found
        assert server.rows("SELECT count(*) FROM journal_act WHERE kind LIKE 'journal.%%'") == [(2,)]
        assert server.stop() == 0
        assert niceness(server) == set()
