"""How log lines look: one JSON object a line for machines, a short line for people; no personal value in either.

Who did something is told by the id of the post, never by name. What an error says may quote what was typed, or the row
that the database refused: of a trace only the places are kept, of a message no row and no long number.
"""

import json
import logging
import os
import re
import sys
import traceback
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any

FORM_VARIABLE = "ONETEAM_LOG_FORM"
FIELDS = ("post", "client", "method", "route", "status", "ms", "acts", "follower")
"""What a line may tell besides, by `extra=`; nothing else is written, whatever somebody adds."""

request_id: ContextVar[str] = ContextVar("request_id", default="")

_ROW = re.compile(r"\s*(DETAIL|CONTEXT|LINE \d+):.*", re.DOTALL)  # PostgreSQL quotes the row there
_NUMBER = re.compile(  # mobile and fixed telephones, identity cards
    r"(?<!\d)(?:1[3-9]\d(?:[ -]?\d){8}|0\d{2,3}[ -]?\d{7,8}|\d{14,17}[\dxX])(?!\d)"
)


def scrub(text: str) -> str:
    """Return a message without the rows that PostgreSQL quotes and without phones and other numbers of persons."""
    return _NUMBER.sub("…", _ROW.sub(" …", text))


def entry(record: logging.LogRecord) -> dict[str, Any]:
    """What a record tells, in the order in which it is written."""
    room = record.name.split(".")
    told: dict[str, Any] = {
        "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
        "level": record.levelname.lower(),
        "room": room[1] if room[0] == "oneteam" and len(room) > 1 else room[0].strip("_"),
        "event": getattr(record, "event", f"{record.module}.{record.funcName}"),
        "city": os.environ.get("ONETEAM_CITY", ""),
    }
    told |= {name: value for name in FIELDS if (value := getattr(record, name, None)) not in (None, "")}
    if request := request_id.get():
        told["request"] = request
    # Django's line of a refused request quotes the address, in which a document's code may stand.
    reason = record.name == "django.request" and isinstance(record.args, tuple) and record.args
    if message := str(reason[0]) if reason else record.getMessage():
        told["text"] = scrub(message)
    if record.exc_info and record.exc_info[1] is not None:
        told["error"] = type(record.exc_info[1]).__name__
        frames = traceback.extract_tb(record.exc_info[2])
        told["at"] = [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames]
    return told


class JsonLines(logging.Formatter):
    """One JSON object a line."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        return json.dumps(entry(record), ensure_ascii=False, default=str)


class Lines(logging.Formatter):
    """A line for people."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line, with the places of an error below it."""
        return readable(entry(record))


def line(event: str, text: str, *, city: str, at: datetime, level: str = "info") -> str:
    """A line of somebody who has no logger: the supervisor, which starts before Django does."""
    moment = at.astimezone(UTC).isoformat(timespec="milliseconds")
    told = {"time": moment, "level": level, "room": "server", "event": event, "city": city, "text": scrub(text)}
    return json.dumps(told, ensure_ascii=False) if chosen(child=True) == "json" else readable(told)


def readable(told: dict[str, Any]) -> str:
    """The same for people: time, level, room, event and what more is told."""
    more = " ".join(f"{name}={told[name]}" for name in (*FIELDS, "request") if name in told)
    words = [str(told.get(name, "")) for name in ("time", "level", "room", "event")]
    line = " ".join(word for word in (*words, more, str(told.get("text", "")), str(told.get("error", ""))) if word)
    return "\n    ".join([line, *map(str, told.get("at", ()))])


def parsed(written: str) -> dict[str, Any] | None:
    """The line that `JsonLines` wrote, None for any other."""
    if not written.startswith("{"):
        return None
    try:
        told = json.loads(written)
    except ValueError:
        return None
    return told if isinstance(told, dict) and "event" in told else None


def chosen(*, child: bool) -> str:
    """The form that ONETEAM_LOG_FORM names, "json" or "text"; without it, JSON for what a server's process writes."""
    given = os.environ.get(FORM_VARIABLE, "").strip().lower()
    if given in ("json", "text"):
        return given
    if given:
        sys.stderr.write(f"{FORM_VARIABLE}={given!r} is no form of a log: take json or text\n")
    return "json" if child else "text"
