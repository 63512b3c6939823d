"""The statements that one report really costs, as a script for pgbench.

Run as a program it hands in two reports inside one process and prints, as JSON, what was sent to the database for each.
`script` turns that into a pgbench script: what differs between the two is made fresh for every transaction.
"""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

import psycopg
from psycopg._connection_base import BaseConnection

# As our own texts write an id, and as the database's driver does.
UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|(?<=')[0-9a-f]{32}(?='::uuid)")
MOMENT = re.compile(r"'[0-9-]{10} [0-9:.]+\+[0-9:]+'::timestamptz")
LITERAL = re.compile(r"'(?:[^']|'')*'")
NUMBERED = re.compile(r"\$\d+")
NAME = re.compile(r":(?=[A-Za-z_])")
MARK = re.compile("\x01(\\w+)\x02")
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
    """The pgbench script of the first report, for its prepared mode (the product prepares these statements, too).

    Ids, the key and the moment of recording are made fresh in each transaction.
    """
    one, two = ("\n".join(statements) for statements in logged)
    # The act's moment must be the database's own; the moments of the report may stay as they are.
    recorded = _recorded(logged[0])
    text = one.replace(recorded, "clock_timestamp()") if recorded else one
    kept = {found.replace("-", "") for found in UUID.findall(two)}
    seen = dict.fromkeys(found.replace("-", "") for found in UUID.findall(one))
    fresh = [found for found in seen if found not in kept]
    lines = [f"\\set u{number} random(100000000000, 999999999999)" for number in range(len(fresh))]
    lines.append("\\set k random(1, 9000000000000000)")
    places = {found: f"01900000-0000-7000-8000-\x01u{number}\x02" for number, found in enumerate(fresh)}
    text = UUID.sub(lambda found: places.get(found[0].replace("-", ""), found[0]), text)
    text = text.replace(KEYS[0], "bench-\x01k\x02")
    return "\n".join([*lines, LITERAL.sub(_joined, text), ""])


def _joined(literal: re.Match[str]) -> str:
    """A literal as an expression over pgbench's variables, of which pgbench takes nothing else for one."""
    inside = NAME.sub(":' || '", literal[0])
    inside = MARK.sub(lambda mark: f"' || :{mark[1]}::text || '", inside)
    return literal[0] if inside == literal[0] else f"({inside})"


def _recorded(statements: list[str]) -> str | None:
    """The moment under which the act was recorded: the second one of its row (the first is when it occurred)."""
    for statement in statements:
        if "INSERT INTO journal_act" in statement:
            moments = MOMENT.findall(statement)
            return moments[1] if len(moments) > 1 else None
    return None


class Log:
    """Notes everything that psycopg sends: statements with their values, and the bounds of transactions."""

    def __init__(self) -> None:
        self.statements: list[str] = []

    @contextmanager
    def noting(self) -> Iterator[None]:
        """Note while the block runs."""
        execute, many, command = psycopg.Cursor.execute, psycopg.Cursor.executemany, BaseConnection._exec_command

        def note_one(cursor: Any, query: Any, params: Any = None, **more: Any) -> Any:
            self._note(cursor, query, params)
            return execute(cursor, query, params, **more)

        def note_many(cursor: Any, query: Any, params_seq: Any, **more: Any) -> Any:
            rows = list(params_seq)
            for params in rows:
                self._note(cursor, query, params)
            return many(cursor, query, rows, **more)

        def note_command(connection: Any, command_sent: Any, *more: Any) -> Any:
            self.statements.append(f"{command_sent.decode()};")
            return command(connection, command_sent, *more)

        with (
            patch.object(psycopg.Cursor, "execute", note_one),
            patch.object(psycopg.Cursor, "executemany", note_many),
            patch.object(BaseConnection, "_exec_command", note_command),
        ):
            yield

    def _note(self, cursor: Any, query: Any, params: Any) -> None:
        if isinstance(cursor, psycopg.RawCursor):  # what journal.statements sends: numbered values
            query = NUMBERED.sub("%s", query.decode())  # each value stands once, in its order
        text = psycopg.ClientCursor(cursor.connection).mogrify(query, params).replace("\n", " ").strip()
        if text:  # an empty one only asks whether the connection still stands
            self.statements.append(f"{text};")


def main() -> int:
    """Log two reports and print their statements."""
    import django  # noqa: PLC0415 -- the environment says whose database it is

    django.setup()
    from django.test import Client  # noqa: PLC0415

    given = json.load(sys.stdin)
    client, logged = Client(SERVER_NAME="localhost"), list[list[str]]()
    for key in ("bench-first", *KEYS):
        log, unique = Log(), f"{key}-{os.getpid()}"
        headers = {"Authorization": f"Bearer {given['token']}", "Idempotency-Key": unique}
        body = json.dumps(given["body"])
        with log.noting():
            answer = client.post("/api/v1/reports", body, content_type="application/json", headers=headers)
        if answer.status_code != 201:
            sys.stderr.write(answer.content.decode())
            return 1
        logged.append([statement.replace(unique, key) for statement in log.statements])
    # The first report of a process also fills its caches: it is not one of those that are measured.
    json.dump(logged[1:], sys.stdout)
    return 0


if __name__ == "__main__":
    sys.exit(main())
