"""The statements that one report really costs, as a script for pgbench.

Run as a program it hands in two reports inside one process and prints, as JSON, what was sent to the database for each.
`script` turns that into a pgbench script: what differs between the two is made fresh for every transaction.
"""

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Mapping
from typing import Any

# As our own texts write an id, and as the database's driver does.
UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|(?<=')[0-9a-f]{32}(?='::uuid)")
MOMENT = re.compile(r"'[0-9-]{10} [0-9:.]+\+[0-9:]+'::timestamptz")
KEYS = ("bench-key-one", "bench-key-two")


def issued(environment: Mapping[str, str], token: str, body: Mapping[str, Any]) -> list[list[str]]:
    """The statements of two reports like this one, logged in a process of its own."""
    told = subprocess.run(
        [sys.executable, "-P", "-m", "benchmarks.statements"],
        env={**environment, "ONETEAM_ROLE": "app", "DJANGO_SETTINGS_MODULE": "oneteam.settings"},
        input=json.dumps({"token": token, "body": dict(body)}), capture_output=True, text=True, check=False,
    )  # fmt: skip
    if told.returncode:
        raise RuntimeError(told.stderr)
    found: list[list[str]] = json.loads(told.stdout)
    return found


def script(logged: list[list[str]]) -> str:
    """The pgbench script of the first report: ids, keys and the moment of recording are fresh in each transaction."""
    one, two = ("\n".join(statements) for statements in logged)
    # The act's moment must be the database's own; the moments of the report may stay as they are.
    recorded = _recorded(logged[0])
    text = one.replace(recorded, "clock_timestamp()") if recorded else one
    kept = {found.replace("-", "") for found in UUID.findall(two)}
    fresh = [
        found for found in dict.fromkeys(found.replace("-", "") for found in UUID.findall(one)) if found not in kept
    ]
    lines = [f"\\set u{number} random(100000000000, 999999999999)" for number in range(len(fresh))]
    places = {found: f"01900000-0000-7000-8000-:u{number}" for number, found in enumerate(fresh)}
    text = UUID.sub(lambda found: places.get(found[0].replace("-", ""), found[0]), text)
    lines.append("\\set k random(1, 9000000000000000)")
    text = text.replace(KEYS[0], "bench-:k")
    return "\n".join([*lines, text, ""])


def _recorded(statements: list[str]) -> str | None:
    """The moment under which the act was recorded: the second one of its row (the first is when it occurred)."""
    for statement in statements:
        if statement.startswith("INSERT INTO journal_act"):
            moments = MOMENT.findall(statement)
            return moments[1] if len(moments) > 1 else None
    return None


class Log:
    """Notes what Django sends to the database, with the bounds of transactions."""

    def __init__(self, in_transaction: Callable[[], bool]) -> None:
        self.in_transaction = in_transaction
        self.inside = False
        self.statements: list[str] = []

    def __call__(self, execute: Callable[..., Any], sql: Any, params: Any, many: Any, context: Any) -> Any:
        """Note one call, then let it happen."""
        now = self.in_transaction()
        if now != self.inside:
            self.statements.append("BEGIN;" if now else "COMMIT;")
            self.inside = now
        cursor = context["cursor"].cursor
        for each in params if many else [params]:
            self.statements.append(f"{cursor.mogrify(sql, each)};".replace("\n", " "))
        return execute(sql, params, many, context)

    def finish(self) -> list[str]:
        """Everything noted, the open transaction ended."""
        return [*self.statements, "COMMIT;"] if self.inside else self.statements


def main() -> int:
    """Log two reports and print their statements."""
    import django  # noqa: PLC0415 -- the environment says whose database it is

    django.setup()
    from django.db import connection  # noqa: PLC0415
    from django.test import Client  # noqa: PLC0415

    given = json.load(sys.stdin)
    client, logged = Client(SERVER_NAME="localhost"), list[list[str]]()
    for key in ("bench-first", *KEYS):
        log, unique = Log(lambda: bool(connection.in_atomic_block)), f"{key}-{os.getpid()}"
        headers = {"Authorization": f"Bearer {given['token']}", "Idempotency-Key": unique}
        body = json.dumps(given["body"])
        with connection.execute_wrapper(log):
            answer = client.post("/api/v1/reports", body, content_type="application/json", headers=headers)
        if answer.status_code != 201:
            sys.stderr.write(answer.content.decode())
            return 1
        logged.append([statement.replace(unique, key) for statement in log.finish()])
    # The first report of a process also fills its caches: it is not one of those that are measured.
    json.dump(logged[1:], sys.stdout)
    return 0


if __name__ == "__main__":
    sys.exit(main())
