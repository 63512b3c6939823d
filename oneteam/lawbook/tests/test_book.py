"""Holiday table and settings in the database: written by acts, read through a memory that knows when it is old."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.translation import override

from oneteam.journal.actors import Actor, ActorKind, operator
from oneteam.journal.models import Act
from oneteam.kernel.errors import BadInputError, NotAllowedError, NotReadyError, TableError
from oneteam.kernel.ids import uuid7
from oneteam.kernel.periods import Unit
from oneteam.lawbook import console
from oneteam.lawbook.acts import load_calendar, set_pack_values, set_setting
from oneteam.lawbook.calendar import CalendarRow
from oneteam.lawbook.calendar_seed import seed_rows
from oneteam.lawbook.models import CalendarDay, Setting
from oneteam.lawbook.queries import (
    book,
    calendar,
    known_edition,
    next_year_alarm,
    setting,
    settings_now,
    unset_settings,
)
from oneteam.lawbook.settings_table import (
    Amount,
    UnsetSettingError,
    check_value,
    parse_amount,
    parse_office_hours,
)
from oneteam.people.limits import Limits, limits

AT = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
KEEPER = operator("tester")
DISPATCHER = Actor(kind=ActorKind.PERSON, id=str(uuid7()), role="dispatcher")
FRIDAY = date(2026, 3, 6)


def row(day: date, *, is_workday: bool, provisional: bool = False, source: str = "notice") -> CalendarRow:
    return CalendarRow(day, is_workday, "", source, provisional)


def load(*rows: CalendarRow) -> tuple[int, int]:
    done = load_calendar(actor=KEEPER, at=AT, rows=rows, source="notice")
    return done.added, done.changed


def test_founded_city_has_the_whole_table(city: object) -> None:
    assert CalendarDay.objects.count() == len(seed_rows())
    assert not calendar().is_workday(date(2026, 2, 17))
    assert (calendar().provisional(2026), calendar().provisional(2027)) == (False, True)


def test_loading_names_its_source_and_digest_in_one_act(city: object) -> None:
    done = load_calendar(actor=KEEPER, at=AT, rows=[row(FRIDAY, is_workday=False)], source="notice 7")
    assert done.act is not None
    payload = Act.objects.get(id=done.act.id).payload
    assert (payload["source"], payload["first"], payload["changed"]) == ("notice 7", "2026-03-06", 1)
    assert len(payload["digest"]) == 64
    assert not calendar().is_workday(FRIDAY)


def test_loading_the_same_again_is_no_act(city: object) -> None:
    load(row(FRIDAY, is_workday=False))
    before = Act.objects.count()
    assert load(row(FRIDAY, is_workday=False)) == (0, 0)
    assert Act.objects.count() == before


def test_computed_rows_never_replace_a_notice(city: object) -> None:
    assert load(row(FRIDAY, is_workday=False, provisional=True)) == (0, 0)
    assert load(row(date(2027, 3, 5), is_workday=False)) == (0, 1)
    assert load(row(date(2027, 3, 5), is_workday=True, provisional=True)) == (0, 0)
    assert not calendar().is_workday(date(2027, 3, 5))


def test_day_that_stands_twice_is_refused(city: object) -> None:
    with pytest.raises(BadInputError):
        load(row(FRIDAY, is_workday=False), row(FRIDAY, is_workday=True))


def test_only_its_keepers_change_the_law_book(city: object) -> None:
    with pytest.raises(NotAllowedError):
        load_calendar(actor=DISPATCHER, at=AT, rows=[row(FRIDAY, is_workday=False)], source="notice")
    with pytest.raises(NotAllowedError):
        set_setting(actor=DISPATCHER, at=AT, name="order.accept.urgent", value="1 natural_hour", mark="U", basis="b")
    assert calendar().is_workday(FRIDAY)


def test_cal_05_year_outside_the_table_is_refused_and_not_guessed(city: object) -> None:
    with pytest.raises(NotReadyError, match="2031"):
        calendar().is_workday(date(2031, 1, 1))


@pytest.mark.parametrize(("today", "alarm"), [(date(2026, 11, 30), False), (date(2026, 12, 1), True)])
def test_cal_07_alarm_from_the_first_of_december(city: object, today: date, *, alarm: bool) -> None:
    assert next_year_alarm(today) is alarm


def test_cal_07_alarm_ends_with_the_notice(city: object) -> None:
    days = [date(2027, 1, 1) + timedelta(days=n) for n in range(365)]
    load(*(row(day, is_workday=day.weekday() < 5) for day in days))
    assert not next_year_alarm(date(2026, 12, 31))


def test_setting_is_changed_by_an_act_that_keeps_the_value_before(city: object) -> None:
    act = set_setting(
        actor=KEEPER, at=AT, name="order.accept.urgent", value=" 90  natural_hour ", mark="U", basis="decision 5"
    )
    assert act is not None
    payload = Act.objects.get(id=act.id).payload
    assert (payload["before"], payload["value"], payload["basis"]) == (
        "2 natural_hour",
        "90 natural_hour",
        "decision 5",
    )
    assert setting("order.accept.urgent") == "90 natural_hour"
    assert book().amount("order.accept.urgent") == Amount(90, Unit.NATURAL_HOUR)
    again = set_setting(
        actor=KEEPER, at=AT, name="order.accept.urgent", value="90 natural_hour", mark="U", basis="decision 5"
    )
    assert again is None


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("order.accept.urgent", "soon"),
        ("order.accept.urgent", "0 natural_hour"),
        ("order.accept.urgent", "10001 natural_day"),
        ("order.accept.urgent", "2 moons"),
        ("order.accept.urgent", ""),
        ("office_hours", "8-12"),
        ("office_hours", "12:00-08:30"),
        ("order.accept", "2 natural_hour"),
        ("no.such.setting", "1"),
        *(("sign_in.failures", value) for value in ("0", "-1", "2.5", "many", "", "100001")),
        *(("journal.verify_at", value) for value in ("24:00", "2:30", "02:60", "night", "")),
    ],
)
def test_value_of_another_kind_is_refused(name: str, value: str) -> None:
    with pytest.raises(BadInputError):
        check_value(name, value)


@pytest.mark.parametrize("basis", ["", "  "])
def test_setting_needs_a_ground(city: object, basis: str) -> None:
    with pytest.raises(BadInputError, match=r"ground|依据"):
        set_setting(actor=KEEPER, at=AT, name="order.accept.urgent", value="1 natural_hour", mark="U", basis=basis)


def test_unset_setting_says_which_command_sets_it(city: object) -> None:
    with pytest.raises(UnsetSettingError) as refused, override("en"):
        book().value("order.accept.never")
    assert refused.value.name == "order.accept.never"
    assert 'oneteam law set order.accept.never "' in str(refused.value)


def test_default_holds_until_the_city_sets_another_value(city: object) -> None:
    assert (setting("sign_in.failures"), setting("journal.verify_at")) == ("5", "02:30")
    assert limits() == Limits(5, timedelta(minutes=15), timedelta(minutes=15))
    assert unset_settings() == []
    with override("en"):
        [line] = [line for line in console.settings_table()[0] if line.startswith("sign_in.failures")]
    assert "5 (default)" in line
    for name, value in (("failures", "007"), ("window_minutes", "1"), ("lock_minutes", "60")):
        set_setting(actor=KEEPER, at=AT, name=f"sign_in.{name}", value=value, mark="U", basis="b")
    assert limits() == Limits(7, timedelta(minutes=1), timedelta(hours=1))


def test_demo_values_are_set_once(city: object) -> None:
    assert set_pack_values(actor=KEEPER, at=AT, pack="demo") == 0
    assert settings_now()["office_hours"].mark == "demo"


def test_office_hours_are_read_as_windows() -> None:
    assert len(parse_office_hours("08:30-12:00, 13:30-17:00").windows) == 2
    assert parse_amount("3 working_day") == Amount(3, Unit.WORKING_DAY)


def test_memory_costs_one_statement_and_notices_every_change(city: object) -> None:
    book()
    with CaptureQueriesContext(connection) as captured:
        assert setting("order.accept.urgent") == "2 natural_hour"
    assert len(captured) == 1
    set_setting(actor=KEEPER, at=AT, name="order.accept.urgent", value="3 natural_hour", mark="U", basis="b")
    assert setting("order.accept.urgent") == "3 natural_hour"


def test_city_without_law_says_what_to_run() -> None:
    with override("en"), pytest.raises(NotReadyError, match="oneteam law load"):
        known_edition(None)


def test_guard_refuses_changes_behind_the_acts(city: object) -> None:
    for model, change in ((CalendarDay, {"is_workday": True}), (Setting, {"value": "9 natural_hour"})):
        with pytest.raises(Exception, match="without an act"):
            model.objects.update(**change)


def test_command_lists_settings_and_what_is_missing(city: object) -> None:
    with override("en"):
        lines, missing = console.settings_table()
        told = console.set_value("order.handle.general", "5 working_day", basis="rule 3", mark="U", user="t", at=AT)
    assert missing == 0
    assert "order.accept.urgent: 2 natural_hour [demo] demo – Time to accept an order (urgent)" in lines
    assert told == "order.handle.general is set to 5 working_day."


def test_command_loads_a_table_and_names_a_faulty_line(city: object, tmp_path: Path) -> None:
    days = [date(2029, 1, 1) + timedelta(days=n) for n in range(365)]
    file = tmp_path / "2029.csv"
    file.write_text("date,is_workday\n" + "".join(f"{day},{int(day.weekday() < 5)}\n" for day in days))
    with override("en"):
        assert list(console.load_file(file, source="n", user="t", at=AT)) == [
            "365 days added, 0 changed; 0 open time limits moved."
        ]
        file.write_text(file.read_text().replace("2029-02-01,1", "2029-02-31,1"))
        with pytest.raises(TableError, match="33:date"):
            list(console.load_file(file, source="n", user="t", at=AT))
        with pytest.raises(BadInputError, match="cannot be read"):
            list(console.load_file(tmp_path / "none.csv", source="n", user="t", at=AT))
