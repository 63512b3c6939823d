"""Reports by HTTP, followed by triage: processor time of one, rate beside pgbench's, answers at 100 a second.

Needs wrk (a Debian package). Sixteen clients hand in the shipped messages (or the column `text` of --data) as fast as
they are answered; then pgbench, with as many clients on the same machine, sends the statements that one such report
was seen to issue; then an open-loop sender keeps to 100 a second.
"""

import csv
import json
import os
import random
import re
import shutil
import subprocess
import tempfile
import time
from collections.abc import Generator, Iterator, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from benchmarks.figures import Figure, at_least, at_most
from benchmarks.ground import CITY, Ground, Meter, served, wait_until
from benchmarks.sender import Sent, send
from benchmarks.statements import issued, script
from oneteam.kernel.errors import BadInputError, NotReadyError
from oneteam.server import binaries, config
from oneteam.server.access import administrator, role_dsn
from oneteam.server.cities import connect_roles

CLIENTS = 16
RATE = 100.0  # reports a second of the open-loop sender
CPU_LIMIT = 3.0  # ms of the web's processes and their database backends, a report
RATIO_LIMIT = 0.15
P99_LIMIT = 80.0  # ms
LAG_LIMIT = 2.0  # s
CALLERS = 5000
FIELDS = ("title", "text", "address", "caller_name", "lon", "lat", "channel")
SAMPLES = config.CHECKOUT / "demo" / "samples" / "messages.csv"


def run(smoke: bool, data: str | None) -> Iterator[Figure]:  # noqa: FBT001 -- every benchmark is called so
    """Measure; yields each figure as soon as it stands."""
    if shutil.which("wrk") is None:
        raise NotReadyError("wrk is not installed: apt-get install wrk, then run this benchmark again")
    bodies = messages(Path(data) if data else SAMPLES)
    seconds = 3 if smoke else 20
    with served() as ground:
        rate = yield from _as_fast_as_answered(ground, bodies, seconds)
        yield from _beside_pgbench(ground, bodies, seconds, rate)
        yield from _at_a_steady_rate(ground, bodies, 5 if smoke else 60)


def messages(path: Path) -> list[dict[str, Any]]:
    """The bodies of reports from a file's rows. BadInputError where it has no column `text`."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    if not rows or "text" not in rows[0]:
        raise BadInputError(f"{path} has no column “text”")
    return [
        {
            "channel": "hotline_12345", "told_at": "2025-11-09T06:00:00+08:00",
            **{name: row[name] for name in FIELDS if row.get(name)},
        }
        for row in rows
    ]  # fmt: skip


# As fast as answered ------------------------------------------------------------------------------------------------


def _as_fast_as_answered(
    ground: Ground, bodies: Sequence[dict[str, Any]], seconds: int
) -> Generator[Figure, None, float]:
    """Figures of the closed loop; returns its rate."""
    _wrk(ground, bodies, 2)  # the first answers of a process also fill its caches
    wait_until(ground.at_rest, 300, "the followers")
    before, meter, begun = _reports(ground), Meter(ground), time.monotonic()
    rate = _wrk(ground, bodies, seconds)
    used = meter.read()
    taken = _reports(ground) - before
    answered = time.monotonic() - begun
    wait_until(ground.at_rest, 900, "the followers")
    followed, whole = time.monotonic() - begun, meter.read()
    yield Figure("reports a second, 16 clients", rate, "1/s")

    def each(spent: dict[str, float], *parts: str) -> float:
        return sum(spent.get(part, 0.0) for part in parts) * 1000 / taken

    yield Figure("processor time, web processes", each(used, "web"), "ms a report")
    yield Figure("processor time, their database backends", each(used, "web database"), "ms a report")
    yield at_most("processor time, web and backends", each(used, "web", "web database"), "ms a report", CPU_LIMIT)
    yield Figure("processor time, triage", each(whole, "followers", "followers database"), "ms a report")
    yield Figure("processor time, sealer", each(whole, "sealer", "sealer database"), "ms a report")
    yield Figure("triage after the last of them", followed - answered, "s")
    return rate


def _reports(ground: Ground) -> int:
    return int(ground.rows("SELECT count(*) FROM intake_report")[0][0])


LUA = """
local bodies = {%(bodies)s}
local thread = 0
function setup(t) t:set("id", thread); thread = thread + 1 end
function init(args) math.randomseed(%(seed)d + id); n = 0; refused = 0 end
function request()
  n = n + 1
  local phone = string.format("138%%08d", math.random(%(callers)d))
  local body = string.gsub(bodies[math.random(#bodies)], "PHONE", phone, 1)
  local headers = {["Authorization"] = "Bearer %(token)s", ["Content-Type"] = "application/json",
                   ["Idempotency-Key"] = "%(run)s-" .. id .. "-" .. n}
  return wrk.format("POST", "/api/v1/reports", headers, body)
end
"""


def _wrk(ground: Ground, bodies: Sequence[dict[str, Any]], seconds: int) -> float:
    """Reports taken a second by wrk; NotReadyError where one was refused."""
    address = ground.state()["url"]
    listed = ",\n".join(_lua(json.dumps({**body, "caller_phone": "PHONE"}, ensure_ascii=False)) for body in bodies)
    name = f"wrk-{time.time_ns()}"
    values = {"bodies": listed, "token": ground.token(), "run": name, "callers": CALLERS, "seed": 20261125}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "reports.lua"
        path.write_text(LUA % values, "utf-8")
        command = [
            "wrk",
            f"-t{min(2, os.cpu_count() or 1)}",
            f"-c{CLIENTS}",
            f"-d{seconds}s",
            "--timeout",
            "30s",
            "-s",
            str(path),
            address,
        ]
        told = subprocess.run(command, capture_output=True, text=True, check=False)
    found = re.search(r"Requests/sec:\s+([\d.]+)", told.stdout)
    trouble = re.search(r"Non-2xx or 3xx responses: (\d+)|Socket errors: .*", told.stdout)
    if told.returncode or not found or trouble:
        raise NotReadyError(f"wrk did not get what it asked for:\n{told.stdout}{told.stderr}")
    return float(found[1])


def _lua(text: str) -> str:
    quoted = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\r", "\\r")
    return f'"{quoted}"'


# Beside pgbench -----------------------------------------------------------------------------------------------------


def _beside_pgbench(ground: Ground, bodies: Sequence[dict[str, Any]], seconds: int, rate: float) -> Iterator[Figure]:
    """The same statements from pgbench, on a copy of the database: what it writes there no follower could read."""
    logged = issued(ground.environment, ground.token(), {**bodies[0], "caller_phone": "13800000001"})
    yield Figure("statements a report", float(len(logged[0])), "")
    copy = f"{config.DATABASE}_bench"
    with administrator("postgres", data=ground.data) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [config.DATABASE]
        )
        connection.execute(f"CREATE DATABASE {copy} TEMPLATE {config.DATABASE} STRATEGY file_copy")
        connect_roles(connection, CITY, copy)
    pgbench = _pgbench(ground, script(logged), copy, seconds)
    yield Figure("reports a second by pgbench", pgbench, "1/s")
    yield at_least("rate beside pgbench", rate / pgbench, "", RATIO_LIMIT)
    with administrator("postgres", data=ground.data) as connection:
        connection.execute(f"DROP DATABASE {copy} WITH (FORCE)")


def _pgbench(ground: Ground, text: str, dbname: str, seconds: int) -> float:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "report.sql"
        path.write_text(text, "utf-8")
        command = [
            str(binaries.find().folder / "pgbench"), "-n", "-M", "prepared", "-c", str(CLIENTS), "-j", "2",
            "-T", str(seconds), "-f", str(path), role_dsn(CITY, "app", dbname=dbname, data=ground.data),
        ]  # fmt: skip
        told = subprocess.run(command, capture_output=True, text=True, check=False)
    found = re.search(r"tps = ([\d.]+)", told.stdout)
    if told.returncode or not found:
        raise NotReadyError(f"pgbench failed:\n{told.stdout[-1000:]}{told.stderr[-2000:]}")
    return float(found[1])


# At a steady rate ---------------------------------------------------------------------------------------------------


def _at_a_steady_rate(ground: Ground, bodies: Sequence[dict[str, Any]], seconds: int) -> Iterator[Figure]:
    wait_until(ground.at_rest, 300, "the followers")
    there = urlsplit(ground.state()["url"])
    host, port = str(there.hostname), int(there.port or 80)
    _send(ground, bodies, 2, host, port)
    [(begun,)] = ground.rows("SELECT clock_timestamp()")
    sent = _send(ground, bodies, seconds, host, port)
    yield Figure("latency at 100 a second, median", sent.quantile(0.5) * 1000, "ms")
    yield at_most("latency at 100 a second, 99 of 100", sent.quantile(0.99) * 1000, "ms", P99_LIMIT)
    yield at_most("reports not taken at 100 a second", float(sent.failed), "", 0)
    wait_until(ground.at_rest, 300, "the followers")
    [(lag,)] = ground.rows(
        "SELECT extract(epoch FROM percentile_cont(0.95) WITHIN GROUP (ORDER BY p.recorded_at - r.recorded_at))"
        " FROM intake_report i JOIN journal_act r ON r.id = i.received_act"
        " JOIN journal_act p ON p.stream = i.id AND p.kind = 'triage.proposed'"
        " WHERE r.recorded_at >= %s",
        begun,
    )
    yield at_most("proposal after report, 95 of 100", float(lag), "s", LAG_LIMIT)


def _send(ground: Ground, bodies: Sequence[dict[str, Any]], seconds: int, host: str, port: int) -> Sent:
    chance, name = random.Random(1), f"open-{time.time_ns()}"
    requests = []
    for number in range(int(seconds * RATE)):
        body = {**chance.choice(bodies), "caller_phone": f"138{chance.randrange(CALLERS):08d}"}
        content = json.dumps(body, ensure_ascii=False).encode()
        head = (
            f"POST /api/v1/reports HTTP/1.1\r\nHost: {host}:{port}\r\nAuthorization: Bearer {ground.token()}\r\n"
            f"Content-Type: application/json\r\nIdempotency-Key: {name}-{number}\r\n"
            f"Content-Length: {len(content)}\r\n\r\n"
        )
        requests.append(head.encode() + content)
    return send(requests, rate=RATE, host=host, port=port)
