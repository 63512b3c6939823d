"""A list as a file: what stands on the page, row by row, with times as times and nothing that runs as a formula."""

from datetime import UTC, datetime
from typing import Any

import pytest
from django.http import QueryDict
from django.utils import translation

from oneteam.kernel.sheets import read_table
from oneteam.web.exporting import asked_file, exportable
from oneteam.web.lists import Column, Row, WorkList
from oneteam.web.parts import Chip, Clock, Empty, Link

AT = datetime(2026, 11, 23, 6, 3, tzinfo=UTC)
CELLS = [Chip("Sent", "info"), Clock("Handle", AT, AT), Link("Fang", "/"), 3]
PART = WorkList(
    id="orders", caption="Orders", title_column="Order",
    columns=[Column("State"), Column("Time limit"), Column("Sent to"), Column("Count", "number")],
    rows=[Row("1", "=1+1", "/", CELLS, ["No. 1", Chip("Urgent")])],
    empty=Empty("None"),
)  # fmt: skip


def table(kind: str) -> Any:
    with translation.override("en"):
        answer = asked_file(QueryDict(f"file={kind}"), PART)
    assert answer is not None
    assert answer["Content-Disposition"] == f'attachment; filename="orders.{kind}"'
    return read_table(answer.content, name=f"orders.{kind}")


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_file_holds_what_the_list_shows(kind: str) -> None:
    found = table(kind)
    assert list(found.columns) == ["Order", "Details", "State", "Time limit", "Sent to", "Count"]
    (row,) = found.rows
    assert [row.cells[name] for name in ("Details", "State", "Sent to", "Count")] == [
        "No. 1 Urgent",
        "Sent",
        "Fang",
        "3",
    ]
    assert row.cells["Time limit"].startswith("2026-11-23")
    assert "14:03:00" in row.cells["Time limit"], "in Shanghai's time"


def test_formula_of_a_title_does_not_run() -> None:
    answer = asked_file(QueryDict("file=csv"), PART)
    assert answer is not None
    assert "'=1+1" in answer.content.decode("utf-8-sig")


def test_page_is_asked_for_without_the_parameter_and_offers_both_files() -> None:
    assert asked_file(QueryDict(""), PART) is None
    assert asked_file(QueryDict("file=exe"), PART) is None
    assert [link.url for link in exportable(PART, QueryDict("view=open")).exports] == [
        "?view=open&file=csv", "?view=open&file=xlsx",
    ]  # fmt: skip
