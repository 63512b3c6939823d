"""Tables from files: what is read, what is refused by line, and what a crafted workbook cannot do."""

import csv
import io
import zipfile
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter

from oneteam.kernel import sheets
from oneteam.kernel.errors import BadInputError
from oneteam.kernel.sheets import (
    CellError,
    TableError,
    day,
    flag,
    moment,
    read_table,
    reading,
    workbook,
    write_csv,
    write_xlsx,
)

SAMPLES = Path(__file__).resolve().parents[3] / "demo" / "samples"


def book(*rows: list[Any], merge: str = "", second: bool = False) -> bytes:
    """Return a workbook with these rows; days get the format of a day."""
    out = io.BytesIO()
    made = xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False})
    page = made.add_worksheet("数据")
    formats = {date: made.add_format({"num_format": "yyyy-mm-dd"})}
    formats[datetime] = made.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
    for line, row in enumerate(rows):
        for column, cell in enumerate(row):
            if cell is not None:
                page.write(line, column, cell, formats.get(type(cell)))
    if merge:
        page.merge_range(merge, "合并")
    if second:
        made.add_worksheet("另一张").write(0, 0, "x")
    made.close()
    return out.getvalue()


def faults(data: bytes) -> list[str]:
    with pytest.raises(TableError) as caught:
        read_table(data)
    return [str(fault) for fault in caught.value.faults]


def test_cells_of_a_workbook_become_texts() -> None:
    table = read_table(
        book(
            ["code", "number", "share", "day", "moment", "yes"],
            ["033012", 7, 0.1 + 0.2, date(2026, 3, 5), datetime(2026, 3, 5, 14, 3), True],  # noqa: DTZ001 -- a cell
        )
    )
    assert table.rows[0].cells == {
        "code": "033012", "number": "7", "share": "0.3", "day": "2026-03-05", "moment": "2026-03-05 14:03:00",
        "yes": "TRUE",
    }  # fmt: skip
    assert (table.rows[0].line, table.sheet) == (2, "数据")


def test_old_and_new_workbook_and_csv_hold_the_same() -> None:
    tables = [read_table((SAMPLES / name).read_bytes()) for name in ("messages.xls", "messages.xlsx")]
    told = read_table((SAMPLES / "messages_gbk.csv").read_bytes())
    for table in tables:
        assert table.columns == told.columns
        for row, wanted in zip(table.rows, told.rows, strict=True):
            assert moment(row.cells.pop("told_at")) == moment(wanted.cells["told_at"])
            lon, lat = (row.cells.pop(name) for name in ("lon", "lat"))
            assert lon.rstrip("0") == wanted.cells["lon"].rstrip("0")
            assert lat.rstrip("0") == wanted.cells["lat"].rstrip("0")
            assert row.cells.items() <= wanted.cells.items()


def test_title_line_and_gaps_keep_the_line_numbers() -> None:
    table = read_table(book([], [None, "a", "b"], [], [None, "1"], [None, None, "2"]))
    assert table.heading_line == 2
    assert [(row.line, row.cells) for row in table.rows] == [(4, {"a": "1", "b": ""}), (5, {"a": "", "b": "2"})]


def test_merged_cells_are_refused_by_name() -> None:
    found = faults(book(["a", "b", "c"], ["1", "2", "3"], merge="A4:B5"))
    assert len(found) == 1
    assert found[0].startswith("4:A: the cells A4:B5 are merged; unmerge")


@pytest.mark.parametrize(("number", "taken"), [(10**15 - 1, True), (10**15, False), (330302199001011234, False)])
def test_long_code_typed_as_a_number_is_refused(number: int, taken: bool) -> None:
    data = book(["name", "code"], ["甲", number])
    if taken:
        assert read_table(data).rows[0].cells["code"] == str(number)
    else:
        assert faults(data)[0].startswith("2:B:")
        assert "as text" in faults(data)[0]


def test_code_shortened_by_a_spreadsheet_program_is_refused_in_csv() -> None:
    (found,) = faults(b"name,code\na,3.30302E+17\n")
    assert found.startswith("2:code: 3.30302E+17 was typed as a number and has lost its last digits; format")
    assert read_table(b"name,code\na,3.3E+02\n").rows[0].cells["code"] == "3.3E+02"


def test_second_sheet_is_named_as_unread() -> None:
    assert read_table(book(["a"], ["1"], second=True)).unread == ("另一张",)


def test_column_without_a_heading_is_refused_where_it_holds_something() -> None:
    assert read_table(book(["a", None, "b"], ["1", None, "2"])).rows[0].cells == {"a": "1", "b": "2"}
    assert faults(book(["a", None, "b"], ["1", "x", "2"], ["1", None, "2", "y"])) == [
        "2:B: this column has no heading; name the column or empty it",
        "3:D: this column has no heading; name the column or empty it",
    ]


def crafted(corner: str) -> bytes:
    """Return a tiny workbook whose two cells lie far apart."""
    source = zipfile.ZipFile(io.BytesIO(book(["a"], ["1"])))
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            content = source.read(name)
            if name == "xl/worksheets/sheet1.xml":
                head, _sep, _rest = content.partition(b"<sheetData>")
                row = corner.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
                content = (
                    head
                    + f'<sheetData><row r="1"><c r="A1"><v>1</v></c></row><row r="{row}"><c r="{corner}">'
                    "<v>1</v></c></row></sheetData></worksheet>".encode()
                )
            target.writestr(name, content)
    return out.getvalue()


def test_small_file_that_would_fill_the_memory_is_refused_before_it_is_opened(monkeypatch: pytest.MonkeyPatch) -> None:
    data = crafted("ALL200000")
    assert len(data) < 8000
    monkeypatch.setattr(workbook, "_run", lambda _data: pytest.fail("opened"))
    with pytest.raises(BadInputError, match=r"more than 2,000,000 cells"):
        read_table(data)


def test_what_passes_the_look_over_is_stopped_by_the_workers_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbook, "_look_over", lambda _data: None)
    with pytest.raises(BadInputError, match="more than"):
        read_table(crafted("ALL200000"))


def test_cells_are_counted_to_the_last_one_that_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbook, "CELL_LIMIT", 6)
    assert len(read_table(book(["a", "b"], ["1", "2"], ["3", "4"])).rows) == 2
    with pytest.raises(BadInputError, match="more than 6 cells"):
        read_table(book(["a", "b"], ["1", "2"], ["3", "4"], ["5", "6"]))


@pytest.mark.parametrize(
    "data",
    [b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600, b"PK\x03\x04broken", book(["a"], ["1"])[:-200]],
    ids=["ole", "zip", "cut"],
)
def test_damaged_workbook_is_refused_in_words(data: bytes) -> None:
    with pytest.raises(BadInputError, match=r"list\.xlsx: The Excel workbook cannot be read"):
        read_table(data, name="list.xlsx")


def test_too_many_rows_and_too_large_a_file_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "ROW_LIMIT", 3)
    assert len(read_table(b"a\n1\n2\n3\n").rows) == 3
    assert faults(b"a\n1\n2\n3\n4\n") == ["5: more than 3 rows; split the file"]
    monkeypatch.setattr(reading, "FILE_LIMIT", 4)
    assert read_table(b"a\n1\n").columns == ("a",)
    with pytest.raises(BadInputError, match="larger"):
        read_table(b"a\n1\n2")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-11-25T14:03:00+08:00", datetime(2026, 11, 25, 6, 3, tzinfo=UTC)),
        ("2026-11-25T06:03:00Z", datetime(2026, 11, 25, 6, 3, tzinfo=UTC)),
        (" 2026-11-25 14:03 ", datetime(2026, 11, 25, 6, 3, tzinfo=UTC)),
        ("2026/11/25 14:03:00", datetime(2026, 11, 25, 6, 3, tzinfo=UTC)),
        ("2019/4/2 8:05:09", datetime(2019, 4, 2, 0, 5, 9, tzinfo=UTC)),
        ("2026-11-25", datetime(2026, 11, 24, 16, 0, tzinfo=UTC)),
        ("2026年11月25日 14时3分", datetime(2026, 11, 25, 6, 3, tzinfo=UTC)),
        ("2026年11月25日下午2:03", datetime(2026, 11, 25, 6, 3, tzinfo=UTC)),
        ("２０２６年１１月２５日", datetime(2026, 11, 24, 16, 0, tzinfo=UTC)),
    ],
)
def test_time_without_a_zone_is_shanghais(text: str, expected: datetime) -> None:
    assert moment(text) == expected


@pytest.mark.parametrize(
    "text",
    ["", "yesterday", "2026-02-30T09:00:00+08:00", "2026-11-12T25:61:00+08:00", "11/25/2026 14:00", "0000-00-00",
     "2026年2月30日", "2026年11月25日午后"],
)  # fmt: skip
def test_impossible_time_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(CellError, match=r"2026-11-25T14:03:00\+08:00"):
        moment(text)


DAYS = ["2026-03-05", "2026/3/5", "2026.3.5", "20260305", "2026年3月5日", "2026-03-05 00:00:00", "２０２６年３月５日"]


@pytest.mark.parametrize("text", DAYS)
def test_day_is_read_as_offices_write_it(text: str) -> None:
    assert day(text) == date(2026, 3, 5)


@pytest.mark.parametrize("text", ["", "3月5日", "2026-02-30", "2026-13-01", "05/03/2026", "2026-03-05 14:03"])
def test_what_is_no_day_is_refused_with_what_to_write(text: str) -> None:
    with pytest.raises(CellError) as caught:
        day(text)
    assert caught.value.suggestion


def test_numbers_codes_and_words_name_what_is_possible() -> None:
    share = sheets.decimal(least=0, most=1)
    assert (share("1"), share("0"), sheets.decimal()("1,234.50")) == (Decimal(1), Decimal(0), Decimal("1234.50"))
    for wrong in ("1.01", "-0.01", "x", "", "NaN", "Infinity"):
        with pytest.raises(CellError):
            share(wrong)
    assert sheets.whole(most=9)("9.0") == 9
    with pytest.raises(CellError, match="no whole number"):
        sheets.whole()("1.5")
    grid = sheets.code(r"[0-9]{15}", example="330383001001001")
    assert grid(" ３３０３８３００１００１００１ ") == "330383001001001"
    with pytest.raises(CellError, match="330383001001001"):
        grid("33038300100100")
    kind = sheets.choice({"bureau": "Bureau", "brigade": "Brigade"})
    assert (kind("Brigade"), kind("bureau")) == ("brigade", "bureau")
    with pytest.raises(CellError, match="did you mean brigade"):
        kind("brigades")
    with pytest.raises(CellError, match=r"Bureau, Brigade"):
        kind("x")
    assert (flag("是"), flag("0")) == (True, False)
    with pytest.raises(CellError):
        flag("maybe")


TROUBLE = ["=1+1", "+1", "-1", "@x", "\tx", "＝1", "'=x", "plain", "", "一行\n两行", '"', "007"]


def test_csv_carries_no_formula_and_reads_back_the_same() -> None:
    data = write_csv(["a", "n"], [[text, -5] for text in TROUBLE])
    assert data.startswith(b"\xef\xbb\xbf")
    cells = [row[0] for row in csv.reader(io.StringIO(data.decode("utf-8-sig"), newline=""))][1:]
    assert not any(cell[:1] in tuple("=+-@\t＝") and cell for cell in cells)
    table = read_table(data)
    assert [sheets.unguarded(row.cells["a"]) for row in table.rows] == ["=x" if t == "'=x" else t for t in TROUBLE]
    assert {row.cells["n"] for row in table.rows} == {"-5"}


def test_workbook_carries_no_formula_and_reads_back_the_same() -> None:
    at = datetime(2026, 11, 25, 6, 3, tzinfo=UTC)
    rows = [[text, date(2026, 3, 5), at, 330302199001011234, Decimal("1.50")] for text in TROUBLE]
    columns = ["文本", "day", "moment", "code", "money"]
    data = write_xlsx(columns, rows, sheet="a/b[c]", notes=[["文本", "note"]])
    assert b"<f>" not in zipfile.ZipFile(io.BytesIO(data)).read("xl/worksheets/sheet1.xml")
    table = read_table(data)
    assert [row.cells["文本"] for row in table.rows] == TROUBLE
    assert {tuple(list(row.cells.values())[1:]) for row in table.rows} == {
        ("2026-03-05", "2026-11-25 14:03:00", "330302199001011234", "1.5")
    }
    assert data == write_xlsx(columns, rows, sheet="a/b[c]", notes=[["文本", "note"]])


GOOD = '{"type":"Feature","geometry":{"type":"Point","coordinates":[120.5,27.5]},"properties":{"name":"甲"}}'


def features(*members: str) -> bytes:
    return f'{{"type":"FeatureCollection","features":[{",".join(members)}]}}'.encode()


def test_features_are_read_with_their_properties() -> None:
    (found,) = sheets.read_features(features(GOOD))
    assert (found.line, found.geometry["type"], found.properties) == (1, "Point", {"name": "甲"})


@pytest.mark.parametrize(
    ("geometry", "problem"),
    [
        ('{"type":"Point","coordinates":[180.1,27]}', "outside"),
        ('{"type":"Point","coordinates":["120","27"]}', "not numbers"),
        ('{"type":"Point","coordinates":[[120,27]]}', "not numbers"),
        ('{"type":"Polygon","coordinates":[[[120,27],[121,27],[121,28]]]}', "at least 4"),
        ('{"type":"Polygon","coordinates":[[[120,27],[121,27],[121,28],[120,28]]]}', "not closed"),
        ('{"type":"Circle","coordinates":[120,27]}', "must be one of"),
        ('{"type":"MultiPolygon","coordinates":[]}', "no point"),
        ("null", "must be one of"),
    ],
)
def test_faulty_feature_is_named_by_its_number(geometry: str, problem: str) -> None:
    with pytest.raises(TableError) as caught:
        sheets.read_features(features(GOOD, f'{{"type":"Feature","geometry":{geometry},"properties":{{}}}}'))
    (fault,) = caught.value.faults
    assert (fault.line, fault.column) == (2, "geometry")
    assert problem in fault.problem


@pytest.mark.parametrize("data", [b"[]", b"{", b'{"type":"Feature"}', b"[" * 100_000])
def test_what_is_no_collection_is_refused(data: bytes) -> None:
    with pytest.raises(BadInputError):
        sheets.read_features(data)
