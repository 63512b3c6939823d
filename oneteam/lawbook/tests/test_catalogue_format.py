"""The catalogue's cells: bases, penalties, spans; a fault in a row is told with its line and what to write."""

from datetime import date
from decimal import Decimal

import pytest
from django.utils.translation import override

from oneteam.kernel.errors import CellError, TableError
from oneteam.kernel.sheets import read_table, write_csv, write_xlsx
from oneteam.lawbook.bases import Basis, numeral, parse_bases, write_bases
from oneteam.lawbook.catalogue_table import COLUMNS, Line, cells_of, parse_catalogue
from oneteam.lawbook.layers import clashes, pack_catalogue
from oneteam.lawbook.matters import Kind
from oneteam.lawbook.packs import fields, penalty_kinds
from oneteam.lawbook.penalties import Bearer, FineRange, PartyKind, parse_penalties, write_penalties
from oneteam.lawbook.spans import Span

DAY = date(2026, 11, 25)
ROW = {
    "code": "F01-901", "field": "F01", "kind": "enforcement", "name_zh": "测试事项", "name_en": "A test matter",
    "former_department": "", "duty": "", "basis": "城乡规划法@64", "penalties": "warning; fine any 50..500",
    "two_step": "yes", "competence": "area", "compulsory": "", "urgency": "general", "words": "", "event_codes": "",
    "valid_from": "", "valid_to": "", "transfer": "demo-transfer-2020", "mark": "test",
}  # fmt: skip


def sheet(*rows: dict[str, str]) -> bytes:
    return write_csv(COLUMNS, [[{**ROW, **row}[name] for name in COLUMNS] for row in rows])


def read(*rows: dict[str, str]) -> list[Line]:
    return parse_catalogue(read_table(sheet(*rows), name="catalogue.csv"))


def test_shipped_catalogue_covers_every_field_with_at_least_five_powers() -> None:
    matters = [line.matter for line in pack_catalogue().values()]
    powers = [matter for matter in matters if matter.kind is Kind.ENFORCEMENT]
    assert len(powers) >= 300
    assert len(fields()) == 29
    assert all(sum(matter.field == code for matter in powers) >= 5 for code in fields())
    assert all(matter.bases and matter.penalties for matter in powers)
    assert len({matter.name.zh for matter in matters}) == len({matter.name.en for matter in matters}) == len(matters)


def test_cells_are_written_as_they_were_read() -> None:
    for line in pack_catalogue().values():
        assert read(cells_of(line.matter))[0].matter == line.matter


def test_basis_is_told_as_its_law_writes_it() -> None:
    [basis] = parse_bases("治安管理处罚法@16-1.2.3 [2026-08-15..]")
    assert basis == Basis("治安管理处罚法", "16-1", 2, 3, Span(date(2026, 8, 15)))
    assert write_bases((basis,)) == "治安管理处罚法@16-1.2.3 [2026-08-15..]"
    assert basis.label.zh == "《治安管理处罚法》第十六条之一第二款第三项"
    assert [numeral(n) for n in (5, 10, 14, 105, 1132)] == ["五", "十", "十四", "一百零五", "一千一百三十二"]


def test_penalties_by_party_and_day() -> None:
    text = "warning; fine citizen 50..200 [..2026-08-14]; fine citizen 100..400 [2026-08-15..]; fine any 500..5000"
    penalties = parse_penalties(text, kinds=tuple(penalty_kinds()))
    assert write_penalties(penalties) == text
    [line] = read({"penalties": text})
    before, after = date(2026, 8, 14), date(2026, 8, 15)
    assert line.matter.fine_range("citizen", before) == FineRange(Decimal(50), Decimal(200))
    assert line.matter.fine_range("citizen", after) == FineRange(Decimal(100), Decimal(400))
    assert line.matter.fine_range("legal_person", after) == FineRange(Decimal(500), Decimal(5000))
    business = PartyKind.INDIVIDUAL_BUSINESS
    assert line.matter.fine_range(business, after) == FineRange(Decimal(100), Decimal(400))
    counted = line.matter.fine_range(business, after, individual_business=Bearer.ORGANISATION)
    assert counted == FineRange(Decimal(500), Decimal(5000))
    assert line.matter.kinds(after) == {"warning", "fine"}


def test_range_that_depends_on_a_base_needs_its_amount() -> None:
    [line] = read({"penalties": "fine any 5%..10% contract_price; fine organisation 20..50 per m2"})
    assert line.matter.fine_range("citizen", DAY) is None
    [share] = line.matter.fine_ranges("citizen", DAY)
    assert share.of(Decimal(3000)) == FineRange(Decimal(150), Decimal(300))
    [area] = line.matter.fine_ranges("legal_person", DAY)
    assert area.of(Decimal(12)) == FineRange(Decimal(240), Decimal(600))
    with override("en"), pytest.raises(CellError, match="depends on m2"):
        area.of(None)


@pytest.mark.parametrize(
    ("column", "cell", "told"),
    [
        ("code", "stall", "write it like F01-001"),
        ("code", "F02-901", "begin it with F01-"),
        ("field", "F30", "there is no field F30"),
        ("kind", "enforcment", "did you mean enforcement"),
        ("name_zh", "", "1 to 60 characters"),
        ("name_zh", "字" * 61, "has 61 characters"),
        ("basis", "城乡规划法 64", "statute@article"),
        ("basis", "城乡规划法@第六十四条", "statute@article"),
        ("basis", "城乡规划法@64 [2026-02-30..]", "no day of the calendar"),
        ("basis", "城乡规划法@64 [2026-03-01..2026-02-01]", "ends before it begins"),
        ("penalties", "", "needs a penalty"),
        ("penalties", "warnin", "did you mean warning"),
        ("penalties", "fine", "fine citizen 50..200"),
        ("penalties", "fine any 500..50", "ends below its beginning"),
        ("penalties", "fine anybody 50..500", "names no party"),
        ("penalties", "fine any 1x..3 illegal_gains", "different units"),
        ("penalties", "fine any 1x..3x", "lacks what it is a part of"),
        ("penalties", "fine any 1..3 turnover", "no multiple of it"),
        ("penalties", "fine any 1..3 per foot", "is no measure"),
        ("penalties", "warning; warning", "stands here twice"),
        ("two_step", "maybe", "neither yes nor no"),
        ("competence", "town", "is not known here"),
        ("urgency", "soon", "is not known here"),
        ("words", "摆摊 摊贩", "at least 3 words"),
        ("words", "摆摊 摊贩 摆摊", "stands here twice"),
        ("words", "摆摊 摊贩+ 小贩", "is no seed word"),
        ("event_codes", "9001", "five digits"),
        ("valid_from", "2026-13-01", "no day"),
        ("mark", "V9", "is not known here"),
    ],
)
def test_fault_is_told_with_line_column_and_what_to_write(column: str, cell: str, told: str) -> None:
    with override("en"), pytest.raises(TableError) as refused:
        read({}, {"code": "F01-902", column: cell})
    [fault] = [each for each in refused.value.faults if each.column == column]
    assert fault.line == 3
    assert told in fault.message


def test_every_fault_is_told_at_once() -> None:
    with pytest.raises(TableError) as refused:
        read({"kind": "x", "penalties": "y", "basis": "z"}, {"code": "F01-902", "mark": "w"})
    assert {(each.line, each.column) for each in refused.value.faults} == {
        (2, "kind"), (2, "penalties"), (2, "basis"), (3, "mark"),
    }  # fmt: skip


def test_service_is_never_penalised() -> None:
    with override("en"), pytest.raises(TableError, match="only enforcement is penalised"):
        read({"kind": "service"})


@pytest.mark.parametrize(("since", "fits"), [("2026-08-14", False), ("2026-08-15", True)])
def test_versions_of_a_matter_share_no_day(since: str, fits: bool) -> None:
    rows = {"valid_to": "2026-08-14"}, {"valid_from": since}
    if fits:
        assert len(read(*rows)) == 2
    else:
        with override("en"), pytest.raises(TableError, match="holds on the same days in line 2"):
            read(*rows)


def test_missing_column_is_named_so_that_no_cell_is_emptied_by_mistake() -> None:
    content = write_csv(COLUMNS[:-1], [[ROW[name] for name in COLUMNS[:-1]]])
    with override("en"), pytest.raises(TableError, match="1:mark: this column is missing"):
        parse_catalogue(read_table(content, name="c.csv"))


def test_workbook_is_read_like_text() -> None:
    content = write_xlsx(COLUMNS, [[ROW[name] for name in COLUMNS]])
    assert parse_catalogue(read_table(content, name="c.xlsx"))[0].matter == read({})[0].matter


@pytest.mark.parametrize(
    ("change", "column"),
    [
        ({"penalties": "warning; fine any 100..500"}, ""),
        ({"penalties": "fine citizen 50..200; fine organisation 200..500"}, ""),
        ({"basis": "城乡规划法@64; 浙江省城乡规划条例@60", "words": "违建 搭建 加盖"}, ""),
        ({"penalties": "warning; fine any 50..501"}, "penalties"),
        ({"penalties": "warning; fine any 49..500"}, "penalties"),
        ({"penalties": "fine any 1x..3x illegal_gains"}, "penalties"),
        ({"penalties": "warning; revoke_licence; fine any 50..500"}, "penalties"),
        ({"two_step": "no"}, "two_step"),
        ({"basis": "城乡规划法@65"}, "basis"),
        ({"kind": "service", "penalties": "", "basis": ""}, "kind"),
        ({"valid_from": "2026-01-01"}, "valid_from"),
    ],
)
def test_deeper_layer_refines_and_never_contradicts(change: dict[str, str], column: str) -> None:
    upper = Line(7, read({})[0].matter, "law/cn/catalogue.csv")
    found = {name for _line, name, _told in clashes(read(change)[0].matter, [upper])}
    assert column in found if column else not found
