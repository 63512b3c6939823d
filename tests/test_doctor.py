"""The doctor names every fault at once, with what to do; and a city that is no demo is founded without an account."""

import json
import os
import re
import shutil
from collections.abc import Iterator

import pytest

from oneteam.server import cities, testing
from oneteam.server.access import administrator
from tests.running import Running, on_clone, own_folder, report, run

pytestmark = pytest.mark.server
DAY = "2026-11-25T09:00"  # the calendar's findings depend on the day


def examined(server: Running) -> tuple[int, dict[str, list[dict[str, str]]]]:
    code, output, errors = run(["doctor", "--json"], server.environment)
    assert not errors, errors
    found: dict[str, list[dict[str, str]]] = {}
    for line in map(json.loads, output.splitlines()):
        found.setdefault(line["name"], []).append(line)
    return code, found


def test_doctor_names_every_fault_and_its_cure(template: testing.Template) -> None:
    with on_clone(template, ONETEAM_CLOCK=DAY) as server:
        with administrator(server.dbname, data=testing.data()) as superuser:
            superuser.execute("SET session_replication_role = replica")
            superuser.execute("DELETE FROM test.lawbook_setting WHERE name = 'promise.report_answered'")
            superuser.execute("DELETE FROM test.lawbook_calendarday WHERE date >= '2026-01-01'")
            superuser.execute("UPDATE test.procedures_declaration SET hash = 'other' WHERE name = 'order'")
            superuser.execute(
                "INSERT INTO test.journal_cursor (follower, idx, error) VALUES ('triage', 0, 'ValueError: no')"
            )
        server.paths.sealer_key.unlink()
        server.paths.web_key.chmod(0o644)
        code, found = examined(server)
    assert code == 1
    expected = {
        "keys": "sealer.key", "files": "web.key", "settings": "promise.report_answered", "calendar": "2026",
        "law": "order", "followers": "ValueError: no",
    }  # fmt: skip
    for name, part in expected.items():
        wrong = [finding for finding in found[name] if finding["state"] == "wrong"]
        assert wrong, name
        assert part in wrong[0]["found"], wrong
        assert wrong[0]["cure"], wrong
    assert "oneteam law set promise.report_answered" in found["settings"][0]["cure"]
    assert found["tables"][0]["state"] == "ok"
    assert (found["documents"][0]["state"], "typst" in found["documents"][0]["found"]) == ("ok", True)
    assert found["server"][0]["state"] == "note"


@pytest.mark.parametrize(("day", "state"), [("2026-11-30T23:59:00", "ok"), ("2026-12-01T00:00:00", "wrong")])
def test_doctor_asks_for_next_years_holidays_from_december_on(template: testing.Template, day: str, state: str) -> None:
    with on_clone(template, ONETEAM_CLOCK=f"{day}+08:00") as server:
        [finding] = examined(server)[1]["calendar"]
    assert (finding["state"], "2027" in finding["found"]) == (state, True)


def test_doctor_of_no_city_says_how_to_found_one() -> None:
    folder = own_folder()
    environment = {**os.environ, "ONETEAM_DATA": str(folder), "ONETEAM_CITY": "nowhere", "ONETEAM_LANG": ""}
    code, output, _errors = run(["doctor"], {**environment, "LC_ALL": "", "LANG": "en_US.UTF-8"})
    assert code == 1
    assert "or found a city: oneteam init" in output
    assert "建立城市：oneteam init" in run(["doctor"], {**environment, "LC_ALL": "", "LANG": "zh_CN.UTF-8"})[1]
    assert [path.name for path in folder.iterdir()] == []
    shutil.rmtree(folder)


@pytest.fixture
def fresh(template: testing.Template) -> Iterator[Running]:
    """A city of a name of its own on the tests' server, not founded yet."""
    folder, name = own_folder(), f"fresh{os.getpid()}"
    testing.own_files(template, folder)
    database = testing.clone(template)
    environment = {**testing.environment(database, city=name), "ONETEAM_DATA": str(folder), "ONETEAM_CLOCK": DAY}
    yield Running(folder, name, environment, dbname=database)
    cities.drop_city(name, dbname=database, data=folder)
    testing.drop(database)
    shutil.rmtree(folder)


def test_city_that_is_no_demo_is_founded_without_an_account(fresh: Running) -> None:
    code, output, errors = run(["serve", "--port", "18000"], fresh.environment)
    assert code == 1
    assert "init" in output + errors
    told = ["init", "--code", "330383", "--name-zh", "龙港市", "--name-en", "Longgang"]
    for _time in range(2):
        code, output, errors = run(told, fresh.environment)
        assert code == 0, output + errors
    assert fresh.rows("SELECT code, name_zh FROM places_region") == [("330383", "龙港市")]
    assert fresh.rows("SELECT count(*) FROM people_account") == [(0,)]
    assert not (fresh.paths.root / "demo.json").exists()
    code, found = examined(fresh)
    assert code == 1
    unset = [finding["found"] for finding in found["settings"]]
    assert any("promise.report_answered" in text for text in unset)
    assert {finding["state"] for finding in found["keys"] + found["law"] + found["calendar"]} == {"ok"}


def test_account_is_added_with_a_password_shown_once(fresh: Running) -> None:
    code, output, errors = run(
        ["init", "--code", "330383", "--name-zh", "龙港市", "--name-en", "Longgang"], fresh.environment
    )
    assert code == 0, output + errors
    add = [
        "account", "add", "lin.an", "--name-zh", "林安", "--name-en", "Lin An", "--role", "system_admin",
        "--title-zh", "管理员", "--title-en", "Administrator", "--unit", "B1",
    ]  # fmt: skip
    code, output, errors = run(add, fresh.environment)
    assert code == 1
    assert "--unit-zh" in output + errors
    unit = ["--unit-zh", "执法局", "--unit-en", "Bureau", "--unit-kind", "bureau"]
    code, output, errors = run([*add, *unit], fresh.environment)
    assert code == 0, errors
    assert re.fullmatch(r"[a-z0-9]{4}-[a-z0-9]{4}-[a-z0-9]{4}\n", output)
    assert fresh.rows("SELECT a.username, p.role FROM people_account a JOIN people_post p USING (person_id)") == [
        ("lin.an", "system_admin")
    ]
    code, output, errors = run(add, fresh.environment)
    assert code == 1


def test_migrate_of_a_served_city_is_refused(template: testing.Template) -> None:
    with on_clone(template) as server:
        code, output, errors = run(["migrate", "--city", "test"], server.environment)
        assert code == 0, output + errors
        server.start()
        code, output, errors = run(["migrate", "--city", "test"], server.environment)
        assert code == 1
        code, output, errors = run(["migrate", "--city", "elsewhere"], server.environment)
        assert code == 1


def test_master_key_of_a_served_city_is_not_replaced(template: testing.Template) -> None:
    with on_clone(template) as server:
        server.start()
        before = server.paths.master_key.read_bytes()
        code, output, errors = run(["journal", "rekey"], server.environment)
        assert (code, output) == (1, "")
        assert "is being served" in errors
        assert server.post(report("路灯坏了")).status == 201
        assert server.stop() == 0
        assert server.paths.master_key.read_bytes() == before
        code, output, errors = run(["journal", "rekey"], server.environment)
        assert code == 0, output + errors
        assert server.paths.master_key.read_bytes() != before
        server.start()
        assert server.post(report("窨井盖松动")).status == 201
        assert server.stop() == 0


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.7", "city.example"])
def test_demo_city_is_served_on_this_machine_only(template: testing.Template, host: str) -> None:
    with on_clone(template) as server:
        code, output, errors = run(["serve", "--host", host], server.environment)
        assert (code, output) == (1, "")
        assert host in errors
        assert "this machine only" in errors
        assert not (server.paths.root / "serve.json").exists()
