"""Which unit a number of days means under which statute (CAL-01), and what the table's reader refuses."""

from datetime import date

import pytest

from oneteam.kernel.errors import BadInputError, TableError
from oneteam.kernel.unit_table import Unit, national_table, parse_unit_table, unit_for

WORKING = {"APL": {2, 3, 5, 7}, "ACL": set(range(1, 11)), "ARL": {3, 5, 7, 10}, "ALL": set(), "CPL": set()}


@pytest.mark.parametrize("statute", WORKING)
def test_cal_01_number_and_statute_give_the_unit(statute: str) -> None:
    working = {n for n in range(1, 100) if unit_for(statute, n) is Unit.WORKING_DAY}
    assert working == WORKING[statute]
    assert all(unit_for(statute, n) is Unit.NATURAL_DAY for n in range(1, 100) if n not in working)


def test_cal_01_row_names_article_span_and_mark() -> None:
    rule = national_table().rule("APL", 7, on=date(2021, 7, 15))
    assert (rule.citation, rule.valid_from, rule.valid_to, rule.mark) == ("APL 85", date(2021, 7, 15), None, "V1")


@pytest.mark.parametrize(
    ("statute", "first", "mark"),
    [
        ("APL", date(2021, 7, 15), "V1"),
        ("ACL", date(2012, 1, 1), "V1"),
        ("ARL", date(2024, 1, 1), "V1"),
        # The amended texts keep the first edition's clause: the day stands in the amending decisions only.
        ("ALL", date(2017, 7, 1), "V2"),
        ("CPL", date(2024, 1, 1), "V2"),
    ],
)
def test_cal_01_span_is_marked_v1_only_where_the_statute_itself_says_its_first_day(
    statute: str, first: date, mark: str
) -> None:
    for number in (3, 15):
        rule = national_table().rule(statute, number, on=first)
        assert (rule.valid_from, rule.valid_to, rule.mark) == (first, None, mark)


def test_cal_01_day_before_the_statute_is_refused() -> None:
    with pytest.raises(BadInputError, match="2021-07-14"):
        unit_for("APL", 7, on=date(2021, 7, 14))


def test_cal_01_unknown_statute_is_refused_and_known_ones_named() -> None:
    with pytest.raises(BadInputError, match=r"XYZ.*ACL, ALL, APL, ARL, CPL"):
        unit_for("XYZ", 7)


def test_cal_01_zero_days_are_refused() -> None:
    with pytest.raises(BadInputError, match="0 days"):
        unit_for("APL", 0)


ROW = "  - {statute: APL, article: '85', days: [2, 3], unit: working_day, valid_from: 2021-07-15, mark: V1}\n"


def test_span_that_ended_gives_way_to_the_next() -> None:
    old = ROW.replace("valid_from: 2021-07-15", "valid_from: 2000-01-01, valid_to: 2021-07-14").replace(
        "working_day", "natural_day"
    )
    table = parse_unit_table("rows:\n" + old + ROW)
    assert table.rule("APL", 2, on=date(2021, 7, 14)).unit is Unit.NATURAL_DAY
    assert table.rule("APL", 2, on=date(2021, 7, 15)).unit is Unit.WORKING_DAY
    assert table.rule("APL", 2).unit is Unit.WORKING_DAY


@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        (ROW.replace("mark: V1", "mark: V9"), "mark"),
        (ROW.replace("working_day", "weekday"), "natural_day"),
        (ROW.replace("[2, 3]", "[0]"), "days"),
        (ROW.replace("[2, 3]", "[2], up_to: 3"), "up_to"),
        (ROW.replace("2021-07-15", "soon"), "valid_from"),
        (ROW.replace("2021-07-15", "2021-07-15, valid_to: 2021-07-14"), "valid_to"),
        (ROW.replace("2021-07-15", "2021-07-15T10:00:00"), "valid_from"),
        (ROW.replace("article: '85', ", ""), "article"),
        (ROW.replace("article", "artikel"), "article"),
        (ROW.replace("[2, 3]", "[3, 4]"), "line 2"),
        ("  - just a text\n", "keys"),
    ],
)
def test_faulty_row_is_refused_by_line(wrong: str, named: str) -> None:
    with pytest.raises(TableError, match=named) as caught:
        parse_unit_table("rows:\n" + ROW + wrong)
    assert [fault.line for fault in caught.value.faults] == [3]


@pytest.mark.parametrize("text", ["", "rows: 3", "other: []", "- 1", "rows: [", "a: b: c"])
def test_text_that_is_no_table_is_refused(text: str) -> None:
    with pytest.raises(TableError):
        parse_unit_table(text)
