"""The administrator's holiday file: whole years in common encodings are taken, everything else refused by line."""

from collections.abc import Callable, Iterator

import pytest
from django.utils import translation

from oneteam.kernel.errors import BadInputError, TableError
from oneteam.kernel.sheets import write_xlsx
from oneteam.lawbook.calendar_csv import MAX_BYTES, parse_calendar_csv
from oneteam.lawbook.calendar_seed import statutory_rows

NOTICE = "invented notice 2027"


@pytest.fixture(autouse=True)
def _in_english() -> Iterator[None]:
    with translation.override("en"):
        yield


def lines(year: int = 2027) -> list[str]:
    body = [
        f"{row.day},{int(row.is_workday)},{'元旦' if row.day.day == row.day.month == 1 else ''}"
        for row in statutory_rows(year)
    ]
    return ["date,is_workday,name", *body]


def faults(content: str | bytes) -> list[tuple[int, str]]:
    with pytest.raises(TableError) as caught:
        parse_calendar_csv(content.encode() if isinstance(content, str) else content, source=NOTICE)
    return [(fault.line, fault.column) for fault in caught.value.faults]


def text_of(content: str | bytes) -> str:
    with pytest.raises(TableError) as caught:
        parse_calendar_csv(content.encode() if isinstance(content, str) else content, source=NOTICE)
    return str(caught.value)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "gbk", "utf-16"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_whole_year_is_taken_in_each_common_encoding(encoding: str, end: str) -> None:
    rows = parse_calendar_csv((end.join(lines()) + end).encode(encoding), source=f" {NOTICE} ")
    assert [(row.day, row.is_workday) for row in rows] == [(row.day, row.is_workday) for row in statutory_rows(2027)]
    assert (rows[0].name, rows[0].source, rows[0].provisional) == ("元旦", NOTICE, False)


def test_name_column_may_be_missing_and_columns_in_any_order() -> None:
    body = [f"{'是' if row.is_workday else 'No'}, {row.day}" for row in reversed(statutory_rows(2028))]
    rows = parse_calendar_csv("\n".join(["Is_Workday,Date", *body]).encode(), source=NOTICE)
    assert len(rows) == 366
    assert rows[0].name == ""
    assert rows == sorted(rows, key=lambda row: row.day)


@pytest.mark.parametrize(
    ("change", "place"),
    [
        (lambda all_lines: [], (1, "")),
        (lambda all_lines: [*all_lines[:1]], (2, "")),
        (lambda all_lines: [line.split(",")[0] for line in all_lines], (1, "is_workday")),
        (lambda all_lines: ["date,is_workday,holiday", *all_lines[1:]], (1, "holiday")),
        (lambda all_lines: ["date,is_workday,DATE", *all_lines[1:]], (1, "DATE")),
        (lambda all_lines: [*all_lines[:60], "2027-02-29,1,", *all_lines[60:]], (61, "date")),
        (lambda all_lines: [*all_lines[:60], "20270228,1,", *all_lines[60:]], (61, "date")),
        (lambda all_lines: [*all_lines[:60], "1999-12-31,1,", *all_lines[60:]], (61, "date")),
        (lambda all_lines: [*all_lines, "2027-12-31,1,"], (367, "date")),
        (lambda all_lines: [*all_lines[:9], "2027-01-09,maybe,", *all_lines[10:]], (10, "is_workday")),
        (lambda all_lines: [*all_lines[:9], "2027-01-09,1", *all_lines[10:]], (10, "")),
        (lambda all_lines: [*all_lines[:9], f"2027-01-09,1,{'x' * 101}", *all_lines[10:]], (10, "name")),
        (lambda all_lines: [*all_lines[:9], "2027-01-09,1,a\x07b", *all_lines[10:]], (10, "name")),
        (lambda all_lines: [*all_lines[:9], '2027-01-09,1,"a"b', *all_lines[10:]], (10, "")),
        (lambda all_lines: [*all_lines[:9], *all_lines[10:]], (2, "date")),
    ],
)
def test_faulty_file_is_refused_by_line_and_column(
    change: Callable[[list[str]], list[str]], place: tuple[int, str]
) -> None:
    assert faults("\n".join(change(lines()))) == [place]


def test_workbook_with_days_as_dates_is_taken() -> None:
    rows = statutory_rows(2027)
    book = write_xlsx(["date", "is_workday"], [[row.day, int(row.is_workday)] for row in rows])
    assert [(row.day, row.is_workday) for row in parse_calendar_csv(book, source=NOTICE)] == [
        (row.day, row.is_workday) for row in rows
    ]


def test_every_fault_is_told_at_once() -> None:
    all_lines = lines()
    all_lines[5], all_lines[7] = "2027-13-01,1,", "2027-01-07,2,"
    assert faults("\n".join(all_lines)) == [(6, "date"), (8, "is_workday")]


def test_missing_day_is_named() -> None:
    assert "2027-12-31" in text_of("\n".join(lines()[:-1]))


def test_file_that_means_days_off_by_one_is_refused() -> None:
    turned = ["date,is_workday", *(f"{row.day},{int(not row.is_workday)}" for row in statutory_rows(2027))]
    assert "111 working days" in text_of("\n".join(turned))


@pytest.mark.parametrize(
    "content", [b"\xff\xfe\x00", b"\x89PNG\r\n\x1a\n\x00\x00", b"date,is_workday\n\x00", b"\xff\xff\xff"]
)
def test_file_that_is_no_text_is_refused(content: bytes) -> None:
    with pytest.raises(BadInputError):
        parse_calendar_csv(content, source=NOTICE)


def test_file_too_large_is_refused_unread() -> None:
    assert str(MAX_BYTES) in text_of(b"x" * (MAX_BYTES + 1))


def test_table_without_a_source_is_refused() -> None:
    with pytest.raises(BadInputError, match="notice"):
        parse_calendar_csv("\n".join(lines()).encode(), source=" ")
