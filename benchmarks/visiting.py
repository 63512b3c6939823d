"""What the benchmarks of pages share: a dispatcher's browser, a history of reports, and programs inside the city."""

import subprocess
import sys
import time
from http.client import HTTPConnection
from urllib.parse import urlencode, urlsplit

import psycopg

from benchmarks.ground import CITY, Ground
from oneteam.kernel.errors import NotReadyError
from oneteam.server import config
from oneteam.server.access import role_dsn

DISPATCHER = "shen.yulan"

HISTORY = """
WITH past AS MATERIALIZED (
  SELECT gen_random_uuid() AS id, nextval('intake_report_number_seq') AS number,
    now() - interval '30 days' - n * interval '1 minute' AS at FROM generate_series(1, %s) n
), reports AS (
  INSERT INTO intake_report (id, number, channel, source, told_at, received_at, received_act, text_subject, digest,
    imported)
  SELECT id, number, (ARRAY['hotline_12345', 'four_platforms', 'grid_patrol'])[1 + number %% 3], 'bench', at, at, id,
    id, decode(md5(number::text), 'hex'), true FROM past
)
INSERT INTO procedures_run (id, procedure, declaration_id, state, since, opened_act, last_act)
SELECT id, 'report', (SELECT id FROM procedures_declaration WHERE name = 'report' ORDER BY version DESC LIMIT 1),
  'closed', at, id, id FROM past
"""


class Visitor:
    """A dispatcher's browser, as far as a benchmark needs one."""

    def __init__(self, ground: Ground) -> None:
        address = urlsplit(str(ground.state()["url"]))
        self.connection = HTTPConnection(str(address.hostname), address.port, timeout=60)
        self.origin = f"{address.scheme}://{address.netloc}"
        self.cookies: dict[str, str] = {}
        login = "/accounts/login/"
        self.ask("GET", login)
        password = str(config.read_json(ground.paths.root / "demo.json")["password"])
        status, _body, _spent = self.send(login, {"login": DISPATCHER, "password": password})
        if status != 302:
            raise NotReadyError(f"signing in was answered {status}")

    def ask(self, method: str, address: str, body: str | None = None) -> tuple[int, str, float]:
        """Return status, body and milliseconds of one request."""
        headers = {
            "Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items()),
            "Origin": self.origin,
        }
        if body is not None:
            headers |= {"Content-Type": "application/x-www-form-urlencoded"}
        begun = time.perf_counter()
        self.connection.request(method, address, body, headers)
        answer = self.connection.getresponse()
        text = answer.read().decode()
        spent = (time.perf_counter() - begun) * 1000
        for line in answer.headers.get_all("Set-Cookie") or ():
            name, _sep, value = line.partition(";")[0].partition("=")
            self.cookies[name] = value
        return answer.status, text, spent

    def send(self, address: str, values: dict[str, str]) -> tuple[int, str, float]:
        """POST a form."""
        token = next(value for name, value in self.cookies.items() if "csrf" in name)
        return self.ask("POST", address, urlencode({**values, "csrfmiddlewaretoken": token}))


def history(ground: Ground, count: int) -> None:
    """Write closed reports as the owner, with the guard off for these two tables alone."""
    tables = ("intake_report", "procedures_run")
    with psycopg.connect(role_dsn(CITY, "owner", data=ground.data), autocommit=True) as owner:
        for table in tables:
            owner.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER".encode())
        owner.execute(HISTORY.encode(), [count])
        for table in tables:
            owner.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER".encode())
        owner.execute("VACUUM ANALYZE")


def child(ground: Ground, module: str, *words: str) -> str:
    """Run a module inside the city; returns what it printed."""
    environment = {
        **ground.environment, "ONETEAM_CITY": CITY, "ONETEAM_ROLE": "app",
        "DJANGO_SETTINGS_MODULE": "oneteam.settings", "PYTHONPATH": str(config.CHECKOUT),
    }  # fmt: skip
    command = [sys.executable, "-P", "-m", module, *words]
    return subprocess.run(command, env=environment, stdout=subprocess.PIPE, text=True, check=True).stdout
