"""Log lines: one JSON object each, nothing personal in it."""

import json
import logging
import sys

import pytest

from oneteam.kernel import logs


def written(
    form: logging.Formatter, text: str, *values: object, name: str = "oneteam.intake.acts", **extra: object
) -> str:
    record = logging.getLogger(name).makeRecord(
        name, logging.ERROR, __file__, 1, text, values, sys.exc_info() if sys.exc_info()[0] else None, "f", extra
    )
    return form.format(record)


def test_line_is_one_object_that_tells_who_by_post_and_what_by_event() -> None:
    mark = logs.request_id.set("4be1")
    try:
        line = written(logs.JsonLines(), "two\nlines", event="request", post="018f", ms=4.5, caller="王小明")
    finally:
        logs.request_id.reset(mark)
    told = json.loads(line)
    assert "\n" not in line
    assert {**told, "time": ""} == {
        "time": "", "level": "error", "room": "intake", "event": "request", "city": "test", "request": "4be1",
        "post": "018f", "ms": 4.5, "text": "two\nlines",
    }  # fmt: skip
    assert told["time"].endswith("+00:00")
    assert logs.parsed(line) == told
    assert "post=018f" in written(logs.Lines(), "here", post="018f")


@pytest.mark.parametrize("value", ["13812345678", "138 1234 5678", "0577-64222222", "33032719800101123X"])
def test_line_keeps_no_number_of_a_person(value: str) -> None:
    for form in (logs.JsonLines(), logs.Lines()):
        assert value not in written(form, "told by %s", value)
    assert "586 acts" in written(logs.Lines(), "586 acts on 2026-11-26")


def test_line_of_an_error_keeps_its_places_and_not_its_words() -> None:
    try:
        raise ValueError("王小明 13812345678")
    except ValueError:
        line = written(logs.JsonLines(), "broke")
    assert "王小明" not in line
    assert (json.loads(line)["error"], "test_logs.py" in json.loads(line)["at"][0]) == ("ValueError", True)


def test_line_quotes_no_row_that_the_database_refused() -> None:
    said = 'null value in column "x"\nDETAIL:  Failing row contains (1, 王小明).'
    assert "王小明" not in written(logs.Lines(), "away: %s", said)


def test_line_of_a_refused_request_quotes_no_address() -> None:
    line = written(
        logs.JsonLines(), "%s: %s", "Not Found", "/d/A7K2-secret", name="django.request", request="GET /secret"
    )
    assert (json.loads(line)["text"], "secret" in line) == ("Not Found", False)
