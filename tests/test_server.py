"""The real server on a real database: reports by HTTP, kills, restarts, a clean stop."""

import json
import os
import re
import signal
import socket
from contextlib import suppress
from uuid import UUID

import psycopg
import pytest

from oneteam.journal.vault import Vault, open_values
from oneteam.server import config, processes, testing
from oneteam.server.access import administrator, role_dsn
from tests.running import Running, alive, bare_environment, end, on_clone, own_folder, program, report, run, wait_for

pytestmark = pytest.mark.server
RARE = "路灯坏了😀 𠮷野家门口，㐂悦路口"


def told(server: Running, report_id: str) -> dict[str, object]:
    """The personal values of a report, opened with the city's own key."""
    vault = Vault(server.paths.master_key.read_bytes())
    values: dict[str, object] = {}
    rows = server.rows(
        "SELECT s.act_id, s.subject_id, s.blob, j.wrapped FROM journal_secret s JOIN journal_act a ON a.id = s.act_id"
        " JOIN journal_subject j ON j.id = s.subject_id WHERE a.stream = %s AND a.kind = 'report.received'",
        UUID(report_id),
    )
    for act, subject, blob, wrapped in rows:
        opened = open_values(vault.unwrap(subject, wrapped), act, blob)
        values |= {name: item.value for name, item in opened.items()}
    return values


def test_report_posted_is_taken_once_and_never_changed(server: Running) -> None:
    body = report("小区门口夜市占道经营，很吵")
    first = server.post(body, key="once")
    assert first.status == 201, first.body
    assert first.body["state"] == "received"
    again = server.post(body, key="once")
    assert (again.status, again.body["id"]) == (200, first.body["id"])
    other = server.post(report("别的事"), key="once")
    assert other.status == 409
    assert other.body["detail"]
    assert server.rows("SELECT count(*) FROM intake_report WHERE id = %s", UUID(first.body["id"])) == [(1,)]
    followed = server.ask("GET", f"/api/v1/reports/{first.body['id']}", headers=bearer(server))
    assert (followed.status, followed.body["number"]) == (200, first.body["number"])


def bearer(server: Running) -> dict[str, str]:
    return {"Authorization": f"Bearer {server.token()}"}


def test_report_with_same_external_id_and_other_words_is_refused(server: Running) -> None:
    assert server.post(report("甲", external_id="E-1")).status == 201
    assert server.post(report("甲", external_id="E-1")).status == 200
    assert server.post(report("乙", external_id="E-1")).status == 409


@pytest.mark.parametrize("token", ["wrong", "𠮷".encode().decode("latin-1"), "x" * 5000])
def test_report_under_a_wrong_token_is_refused(server: Running, token: str) -> None:
    answer = server.post(report("甲"), token=token)
    assert answer.status == 401, answer.body


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"text": "甲"}, "channel"),
        (report("甲", channel="pigeon"), "channel"),
        (report(" "), "text"),
        (report("甲", told_at="2026-02-30T09:00:00+08:00"), "told_at"),
        (report("甲", told_at="2099-01-01T09:00:00+08:00"), "told_at"),
        (report("甲", lon="121.5"), "lon"),
        (report("甲", lon="2.35", lat="48.85"), "lon"),
        (report("甲", colour="red"), "colour"),
        (report("甲\x00"), "text"),
        (report("甲" * 20_001), "text"),
    ],
)
def test_report_that_cannot_be_taken_is_refused_by_field(server: Running, body: object, field: str) -> None:
    before = server.rows("SELECT count(*) FROM intake_report")
    answer = server.post(body)
    assert answer.status == 422, answer.body
    assert field in answer.body["faults"], answer.body
    assert server.rows("SELECT count(*) FROM intake_report") == before


def test_report_of_ten_megabytes_is_refused_with_the_limit(server: Running) -> None:
    answer = server.post(report("噪" * 3_500_000))
    assert answer.status == 422
    assert "20000" in answer.body["detail"].replace(",", "").replace(" ", "")


def test_report_beyond_every_limit_is_refused(server: Running) -> None:
    before = server.rows("SELECT count(*) FROM intake_report")
    # The server may answer and hang up before the last byte is sent.
    with suppress(BrokenPipeError, ConnectionResetError):
        assert server.post(report("x" * 20_000_000)).status in (400, 413)
    assert server.rows("SELECT count(*) FROM intake_report") == before


def test_report_keeps_rare_characters_as_told(server: Running) -> None:
    text = RARE + "\r\n  两行 "
    answer = server.post(report(text, caller_name="㐂𠮷", caller_phone="13800000000"))
    assert answer.status == 201, answer.body
    values = told(server, answer.body["id"])
    assert values["text"] == text
    assert values["caller_name"] == "㐂𠮷"
    [(longest,)] = server.rows("SELECT max(length(body)) FROM journal_act WHERE stream = %s", UUID(answer.body["id"]))
    [(body,)] = server.rows(
        "SELECT body FROM journal_act WHERE stream = %s AND kind = 'report.received'", UUID(answer.body["id"])
    )
    assert "路灯" not in body
    assert longest < 5000


def test_report_has_a_proposal_within_two_seconds(server: Running) -> None:
    server.post(report("暖机"))
    answer = server.post(report("海棠社区菜场门口流动摊贩占道经营，堵住路口"))

    def proposed() -> bool:
        kinds = server.rows("SELECT 1 FROM triage_proposal WHERE report_id = %s", UUID(answer.body["id"]))
        return bool(kinds)

    wait_for(proposed, seconds=2.0, every=0.02)


def test_logs_tell_each_request_and_nothing_personal(server: Running) -> None:
    words, caller, phone = "井盖丢了，请快来", "欧阳㐂", "13811112222"
    answer = server.post(report(words, caller_name=caller, caller_phone=phone))
    assert answer.status == 201, answer.body
    folder = processes.log_dir(server.paths)
    lines = [json.loads(line) for line in (folder / "web.log").read_text().splitlines()]
    last = [line for line in lines if line["event"] == "request"][-1]
    assert (last["status"], last["method"], last["route"]) == (201, "POST", "api/v1/reports")
    assert last["client"]
    assert last["ms"] > 0
    assert last["request"]

    def told(name: str, event: str) -> bool:
        written = (folder / name).read_text().splitlines()
        return any(json.loads(line)["event"] == event for line in written)

    wait_for(lambda: told("sealer.log", "sealed") and told("followers.log", "followed"))
    everything = "".join(path.read_text() for path in folder.glob("*.log"))
    for value in (words, caller, phone, server.token()):
        assert value not in everything


def test_doctor_finds_nothing_wrong_with_a_running_server(server: Running) -> None:
    code, output, errors = run(["doctor", "--json"], server.environment)
    findings = {line["name"]: line for line in map(json.loads, output.splitlines())}
    # A test's database may lose what it holds with the machine, and the doctor says so; nothing else is wrong.
    wrong = {name for name, finding in findings.items() if finding["state"] == "wrong"}
    assert wrong == (set() if os.environ.get("DATABASE_URL") else {"durability"}), output + errors
    assert code == bool(wrong)
    assert {"database", "keys", "sealing", "followers", "law", "calendar", "settings", "server"} <= findings.keys()
    assert findings["server"]["found"].startswith("http://127.0.0.1:")


def test_second_start_attaches_and_leaves_the_first_running(server: Running) -> None:
    second = program(["serve", "--port", "18000"], server.environment)
    try:
        assert second.stdout is not None
        line = wait_for(lambda: next((line for line in second.stdout or () if "http" in line), None))
        assert server.state()["url"] in line
    finally:
        second.send_signal(signal.SIGINT)
        second.communicate(timeout=30)
    assert second.returncode == 0
    assert server.post(report("还在")).status == 201


def test_accepted_reports_survive_the_kill_of_each_process(server: Running) -> None:
    accepted = []
    for name in ("worker", "web", "sealer", "followers"):
        answer = server.post(report(f"先于 {name}"))
        assert answer.status == 201
        accepted.append(answer.body["id"])
        before = {**server.children(), "worker": server.workers()[0]}
        end(before[name])

        def back(name: str = name, gone: int = before[name]) -> bool:
            now = {**server.children(), "worker": (server.workers() or [gone])[0]}
            return now.get(name, gone) != gone and alive(now[name])

        wait_for(back)

        def taken(name: str = name) -> str | None:
            try:
                answer = server.post(report(f"后于 {name}"), key=f"after-{name}")
            except OSError:
                return None
            return str(answer.body["id"]) if answer.status in (200, 201) else None

        accepted.append(wait_for(taken))
    found = {str(row[0]) for row in server.rows("SELECT id FROM intake_report")}
    assert set(accepted) <= found

    def all_sealed() -> bool:
        return server.rows("SELECT (SELECT count(*) FROM journal_act) = (SELECT count(*) FROM journal_leaf)") == [
            (True,)
        ]

    wait_for(all_sealed, seconds=30)


def test_stopped_server_leaves_nothing_behind(template: testing.Template) -> None:
    with on_clone(template) as server:
        server.start()
        pids = [*server.children().values(), *server.workers()]
        assert len(pids) == 6  # the web and its two workers, sealer, followers, live feed
        assert server.stop() == 0
        assert not [pid for pid in pids if alive(pid)]
        assert processes.running(server.paths) is None


def test_killed_supervisor_takes_its_children_along(template: testing.Template) -> None:
    with on_clone(template) as server:
        server.start()
        pids = [*server.children().values(), *server.workers()]
        server.kill()
        wait_for(lambda: not [pid for pid in pids if alive(pid)], seconds=20)
        server.start()
        assert server.post(report("又起来了")).status == 201


def test_busy_port_gives_the_next_one(template: testing.Template) -> None:
    with socket.socket() as taken, on_clone(template) as server:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        server.start("--port", str(port))
        assert server.state()["port"] > port
        assert server.post(report("隔壁的口")).status == 201


def test_clock_of_2027_stands_in_what_is_received(template: testing.Template) -> None:
    with on_clone(template, ONETEAM_CLOCK="2027-03-01T08:30") as server:
        server.start()
        answer = server.post(report("明年的事"))
        assert answer.status == 201, answer.body
        assert answer.body["received_at"].startswith("2027-03-01T00:3")
        clocks = server.rows("SELECT due, provisional FROM procedures_clock WHERE run_id = %s", UUID(answer.body["id"]))
        assert clocks
        assert all(due.year == 2027 for due, _provisional in clocks)


def test_city_with_missing_migrations_is_not_served(template: testing.Template) -> None:
    with on_clone(template) as server:
        with_owner = config.database(server.city, "owner", dbname=server.dbname, data=server.data)
        assert with_owner["USER"].endswith("_owner")
        forget(server)
        code, output, errors = run(["serve", "--port", "18000"], server.environment)
        assert code == 1
        assert "migrate" in output + errors


def forget(server: Running) -> None:
    """Make the city look as if the last migration of a room had never been applied."""
    with psycopg.connect(role_dsn(server.city, "owner", dbname=server.dbname, data=server.data)) as connection:
        connection.execute("DELETE FROM django_migrations WHERE app = 'exchange'")


def test_start_founds_imports_and_ends_by_itself() -> None:
    folder = own_folder()
    environment = {**bare_environment(), "ONETEAM_DATA": str(folder)}
    code, output, errors = run(["start", "--exit", "--small"], environment, seconds=180)
    assert code == 0, output + errors
    assert "./run intake import" in output
    assert re.search(r"\bshen\.yulan\b.*值班调度员 Duty dispatcher", output)
    first = config.read_json(folder / "cities" / "demo" / "demo.json")
    assert str(first["password"]) in output
    assert str(first["token"]) not in output
    code, output, errors = run(["start", "--exit", "--small"], environment, seconds=60)
    assert code == 0, output + errors
    assert config.read_json(folder / "cities" / "demo" / "demo.json") == first
    assert not (folder / "postgres" / "pgdata" / "postmaster.pid").exists()


def test_report_is_taken_at_once_after_the_database_cut_every_connection(template: testing.Template) -> None:
    with on_clone(template) as server:
        server.start()
        for number in range(8):
            assert server.post(report(f"先 {number}")).status == 201
        assert server.dbname is not None
        with administrator(server.dbname, data=testing.data()) as superuser:
            superuser.execute(
                "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE application_name LIKE '%%-web'"
                " AND datname = %s",
                [server.dbname],
            )
        answers = [server.post(report(f"后 {number}")) for number in range(8)]
        assert [answer.status for answer in answers] == [201] * 8
