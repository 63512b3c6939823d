"""Report files: what is taken, and what is refused with the line where it fails."""

import csv
import io
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from oneteam.directories.taking import check_file
from oneteam.intake.importing import COLUMNS, InRegion, lines_of, reports_importer
from oneteam.intake.telling import Line
from oneteam.journal.actors import operator
from oneteam.kernel.errors import BadInputError, TableError
from oneteam.kernel.geometry import inside
from tests.ground import outline_of_region

SAMPLES = Path(__file__).resolve().parents[3] / "demo" / "samples"
AT = datetime(2026, 11, 25, 6, 0, tzinfo=UTC)
HEAD = "external_id,channel,told_at,text"
OUTLINE = [[[120.0, 27.0], [121.0, 27.0], [121.0, 28.0], [120.0, 28.0], [120.0, 27.0]]]


def near(lon: Decimal, lat: Decimal) -> bool:
    return inside(OUTLINE, float(lon), float(lat))


def read(data: bytes | str, *, in_region: InRegion = near, channel: str = "website") -> list[Line]:
    importer = reports_importer(in_region=lambda: in_region, known=lambda _batch: [])
    content = data.encode() if isinstance(data, str) else data
    checked = check_file(importer, actor=operator("clerk"), at=AT, data=content, options={"channel": channel})
    return lines_of(checked.batch)


def refused(data: bytes | str) -> dict[int, str]:
    """Return what a file is refused for, by line."""
    with pytest.raises(TableError) as caught:
        read(data)
    return {fault.line: f"{fault.column}: {fault.message}" for fault in caught.value.faults}


def row(number: int = 1, text: str = "占道摆摊", told_at: str = "2026-11-12T09:00:00+08:00") -> str:
    return f"X-{number},hotline_12345,{told_at},{text}"


@pytest.mark.parametrize(
    ("name", "count", "first"),
    [
        ("messages.csv", 124, "DEMO-0001"),
        ("messages_gbk.csv", 12, "GBK-001"),
        ("utf16.csv", 2, "U16-001"),
        ("utf8_bom.csv", 2, "BOM-001"),
        ("hotspot_shape.csv", 2, "H-0001"),
        ("messages.xlsx", 12, "GBK-001"),
        ("messages.xls", 12, "GBK-001"),
    ],
)
def test_good_sample_is_taken_whole(name: str, count: int, first: str) -> None:
    lines = read((SAMPLES / name).read_bytes())
    assert len(lines) == count
    assert lines[0].told.external_id == first
    assert "\ufffd" not in "".join(line.told.text + line.told.title for line in lines)
    assert all(any("\u4e00" <= letter <= "\u9fff" for letter in line.told.text) for line in lines)


def test_file_with_a_heading_only_holds_no_report() -> None:
    assert read((SAMPLES / "header_only.csv").read_bytes()) == []


@pytest.mark.parametrize(
    ("name", "lines"),
    [
        ("unknown_column.csv", {1}),
        ("bad_encoding.csv", {2}),
        ("impossible_date.csv", {3, 4, 5}),
        ("outside_region.csv", {3, 4, 5}),
        ("duplicate_external_id.csv", {4}),
        ("missing_text.csv", {3}),
        ("bad_phone.csv", {3}),
        ("ragged_row.csv", {3}),
        ("unclosed_quote.csv", {3}),
        ("nul_byte.csv", {2}),
        ("empty.csv", {1}),
    ],
)
def test_broken_sample_is_refused_naming_its_lines(name: str, lines: set[int]) -> None:
    outline = outline_of_region()
    with pytest.raises(TableError) as caught:
        read((SAMPLES / name).read_bytes(), in_region=lambda lon, lat: inside(outline, float(lon), float(lat)))
    assert {fault.line for fault in caught.value.faults} == lines
    assert all(fault.message for fault in caught.value.faults)


@pytest.mark.parametrize(
    ("name", "word"), [("spreadsheet_named.csv", "Excel"), ("photo_named.csv", "photo"), ("merged.xlsx", "A1:D1")]
)
def test_what_is_no_table_is_refused_saying_what_it_looks_like(name: str, word: str) -> None:
    with pytest.raises(BadInputError, match=word):
        read((SAMPLES / name).read_bytes())


def test_unknown_column_names_the_nearest_known_one() -> None:
    assert "did you mean external_id?" in refused("externalid,text,told_at\n1,a,2026-11-12 09:00\n")[1]
    assert "did you mean" not in refused("favourite_colour,text,told_at\nred,a,2026-11-12 09:00\n")[1]


def test_missing_and_doubled_columns_are_named() -> None:
    assert "told_at: this column is missing" in refused("text\na\n")[1]
    assert "stands twice" in refused("text,told_at,text\na,2026-11-12 09:00,b\n")[1]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gbk", "gb18030"])
def test_encodings_of_chinese_offices_are_read(encoding: str) -> None:
    lines = read(f"{HEAD}\n{row(text='镕基路口有积水')}\n".encode(encoding))
    assert [line.told.text for line in lines] == ["镕基路口有积水"]


def test_utf16_without_a_mark_is_refused_not_guessed() -> None:
    with pytest.raises(BadInputError):
        read(f"{HEAD}\n{row()}\n".encode("utf-16-le"))


def test_rare_characters_of_gb18030_and_emoji_survive() -> None:
    text = "𠮷野家门口🔥㛃"
    assert read(f"{HEAD}\n{row(text=text)}\n".encode("gb18030"))[0].told.text == text


def test_undecodable_byte_is_named_with_its_line() -> None:
    data = f"{HEAD}\n{row(1)}\n".encode() + b"X-2,hotline_12345,2026-11-12 09:00,\xff\xff\n"
    assert list(refused(data)) == [3]


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_line_numbers_are_right_below_cells_of_several_lines(end: str) -> None:
    rows = [HEAD, row(1, text='"first\nsecond\nthird"'), row(2, told_at="never"), "", row(3, told_at="never either")]
    assert list(refused(end.join(rows) + end)) == [5, 7]


def test_quotes_commas_and_line_ends_inside_a_cell_stay_as_told() -> None:
    text = '他说："不走", 然后\n又说了一遍'
    out = io.StringIO()
    csv.writer(out).writerows([HEAD.split(","), ["1", "letter", "2026-11-12 09:00", text]])
    assert read(out.getvalue())[0].told.text == text


def test_unclosed_quote_is_named_where_it_begins() -> None:
    assert list(refused(f'{HEAD}\n{row(1)}\nX-2,letter,2026-11-12 09:00,"open\n{row(3)}\n')) == [3]


def test_short_and_long_rows_are_refused_by_line() -> None:
    found = refused(f"{HEAD}\n{row(1)},more\n{row(2)}\nX-3\n")
    assert list(found) == [2, 4]
    assert "5 columns, the heading has 4" in found[2]


def test_same_id_with_the_same_content_counts_once_and_with_another_is_refused() -> None:
    assert len(read(f"{HEAD}\n{row(1)}\n{row(1)}\n")) == 1
    found = refused(f"{HEAD}\n{row(1)}\n{row(2)}\n{row(1, text='另一段')}\n")
    assert list(found) == [4]
    assert "line 2" in found[4]


def test_rows_without_an_id_are_all_taken() -> None:
    assert len(read("told_at,text\n2026-11-12 09:00,同样\n2026-11-12 09:00,同样\n")) == 2


def test_file_without_a_channel_takes_the_one_given() -> None:
    lines = read(b"told_at,text\n2026-11-12 09:00,a\n", channel="letter")
    assert lines[0].told.channel == "letter"


def test_point_exactly_on_both_sides_of_the_outline() -> None:
    head = "told_at,text,lon,lat"
    good = read(f"{head}\n2026-11-12 09:00,a,120.999999,27.5\n2026-11-12 09:00,a,,\n")
    assert (good[0].told.lon, good[1].told.lon) == (Decimal("120.999999"), None)
    assert list(refused(f"{head}\n2026-11-12 09:00,a,121.000001,27.5\n")) == [2]
    assert list(refused(f"{head}\n2026-11-12 09:00,a,120.5,\n")) == [2]


def test_text_of_ten_megabytes_is_refused_by_line_and_length() -> None:
    found = refused(f"{HEAD}\n{row(1)}\n{row(2, text='字' * 3_500_000)}\n")
    assert list(found) == [3]
    assert "3500000" in found[3]


def test_cell_that_spans_ten_megabytes_leaves_the_modules_limit_alone() -> None:
    before = csv.field_size_limit()
    refused(f"{HEAD}\n{row(1, text='x' * 10_000_000)}\n")
    assert csv.field_size_limit() == before


def test_faults_end_with_the_hundredth() -> None:
    rows = "\n".join(row(number, told_at="never") for number in range(150))
    assert len(refused(f"{HEAD}\n{rows}\n")) == 100


def test_board_of_messages_leaves_out_what_is_no_part_of_a_report() -> None:
    told = read((SAMPLES / "hotspot_shape.csv").read_bytes())[0].told
    assert told.caller_name == "U-01"
    assert told.channel == "website"
    assert told.told_at == datetime(2019, 3, 1, 12, 15, tzinfo=UTC)


def test_all_columns_can_stand_in_a_file() -> None:
    values = {"channel": "letter", "told_at": "2026-11-12 09:00", "text": "a", "caller_phone": "138 0000 5602"}
    values |= {"lon": "120.5", "lat": "27.5"}
    names = [column.name for column in COLUMNS]
    body = ",".join(values.get(name, "z") for name in names)
    assert read(f"{','.join(names)}\n{body}\n")[0].told.address == "z"
