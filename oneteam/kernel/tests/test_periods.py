"""Legal periods: the reference table of the law, boundaries of each rule, and properties over many starts."""

from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from oneteam.kernel.clock import SHANGHAI
from oneteam.kernel.errors import BadInputError, NotReadyError
from oneteam.kernel.periods import (
    Calendar,
    Day,
    OfficeHours,
    Pause,
    Period,
    Side,
    SkipReason,
    Unit,
    deadline,
    statutory_period,
)

PROPERTY = settings(derandomize=True, database=None, deadline=None, max_examples=150)
HOURS = OfficeHours(((time(8, 30), time(12)), (time(13, 30), time(17))))

# The State Council's arrangement for 2026, as far as it differs from plain weekdays and weekends: month-day spans off.
OFF_2026 = [("01-01", 3), ("02-15", 9), ("04-04", 3), ("05-01", 5), ("06-19", 3), ("09-25", 3), ("10-01", 7)]
SHIFTED_2026 = ["01-04", "02-14", "02-28", "05-09", "09-20", "10-10"]


@lru_cache(maxsize=1)
def calendar() -> Calendar:
    """Return 2025 and 2026 as arranged (2025 plain), 2027 as a provisional year; 2024 and 2028 are missing."""
    off = {date.fromisoformat(f"2026-{first}") + timedelta(days=n) for first, days in OFF_2026 for n in range(days)}
    shifted = {date.fromisoformat(f"2026-{day}") for day in SHIFTED_2026}
    days = {}
    day = date(2025, 1, 1)
    while day.year < 2028:
        workday = day in shifted or (day.weekday() < 5 and day not in off)
        days[day] = Day(workday, "National Day" if day in off and day.month == 10 else "", day.year == 2027)
        day += timedelta(days=1)
    return Calendar(days, HOURS)


def at(text: str) -> datetime:
    """Return a Shanghai moment from ISO text; a bare day is 10:00 on it."""
    moment = datetime.fromisoformat(text)
    return moment.replace(hour=10 if len(text) == 10 else moment.hour, tzinfo=SHANGHAI)


def last_day(start: str, n: int, unit: Unit, side: Side = Side.AGENCY, *pauses: Pause) -> str:
    return deadline(at(start), Period(n, unit, side), calendar(), pauses).last_day.isoformat()


# start: +2, +3, +5, +7, +10 working days; +15 and +60 calendar days of a party; +90 calendar days of the agency
VECTORS = {
    "2026-02-12": ["02-14", "02-24", "02-26", "02-28", "03-04", "02-27", "04-13", "05-13"],
    "2026-02-14": ["02-25", "02-26", "02-28", "03-03", "03-06", "03-02", "04-15", "05-15"],
    "2026-04-30": ["05-07", "05-08", "05-11", "05-13", "05-18", "05-15", "06-29", "07-29"],
    "2026-09-18": ["09-21", "09-22", "09-24", "09-29", "10-09", "10-08", "11-17", "12-17"],
    "2026-09-30": ["10-09", "10-10", "10-13", "10-15", "10-20", "10-15", "11-30", "12-29"],
    "2026-05-08": ["05-11", "05-12", "05-14", "05-18", "05-21", "05-25", "07-07", "08-06"],
}
COLUMNS = [(n, Unit.WORKING_DAY, Side.AGENCY) for n in (2, 3, 5, 7, 10)]
COLUMNS += [(15, Unit.NATURAL_DAY, Side.PARTY), (60, Unit.NATURAL_DAY, Side.PARTY), (90, Unit.NATURAL_DAY, Side.AGENCY)]
CELLS = [
    (start, *column, f"2026-{due}") for start, row in VECTORS.items() for column, due in zip(COLUMNS, row, strict=True)
]


@pytest.mark.parametrize(("start", "n", "unit", "side", "due"), CELLS)
def test_reference_vector_of_days(start: str, n: int, unit: Unit, side: Side, due: str) -> None:
    assert last_day(start, n, unit, side) == due


@pytest.mark.parametrize(
    ("start", "side", "due"),
    [
        ("2026-03-31", Side.PARTY, "2026-09-30"),
        ("2026-05-31", Side.PARTY, "2026-11-30"),
        ("2026-04-05", Side.PARTY, "2026-10-08"),
        ("2026-04-05", Side.AGENCY, "2026-10-05"),
    ],
)
def test_reference_vector_of_six_months(start: str, side: Side, due: str) -> None:
    assert last_day(start, 6, Unit.MONTH, side) == due


# CAL-02: start day excluded; Shanghai; the last day ends at 24:00


def test_cal_02_act_in_the_last_instant_of_the_last_day_is_in_time() -> None:
    due = deadline(at("2026-09-18"), Period(5, Unit.WORKING_DAY, Side.PARTY), calendar())
    assert due.due == datetime(2026, 9, 24, 23, 59, 59, 999_999, tzinfo=SHANGHAI)
    assert not due.is_late(datetime(2026, 9, 24, 15, 59, 59, 999_999, tzinfo=UTC))


def test_cal_02_act_at_midnight_after_the_last_day_is_late() -> None:
    due = deadline(at("2026-09-18"), Period(5, Unit.WORKING_DAY, Side.PARTY), calendar())
    assert due.is_late(datetime(2026, 9, 24, 16, 0, tzinfo=UTC))


@pytest.mark.parametrize(
    ("start", "due"),
    [
        (datetime(2026, 9, 16, 15, 59, 59, 999_999, tzinfo=UTC), date(2026, 9, 18)),
        (datetime(2026, 9, 16, 16, 0, tzinfo=UTC), date(2026, 9, 20)),  # already the 17th; the 19th is a day off
    ],
)
def test_cal_02_start_day_is_the_day_in_shanghai(start: datetime, due: date) -> None:
    assert deadline(start, Period(2, Unit.WORKING_DAY, Side.AGENCY), calendar()).last_day == due


def test_cal_02_naive_start_is_refused() -> None:
    with pytest.raises(ValueError, match="naive"):
        deadline(datetime(2026, 9, 18, 10), Period(2, Unit.WORKING_DAY, Side.AGENCY), calendar())  # noqa: DTZ001


def test_cal_02_naive_moment_is_not_judged() -> None:
    due = deadline(at("2026-09-18"), Period(5, Unit.WORKING_DAY, Side.PARTY), calendar())
    with pytest.raises(ValueError, match="naive"):
        due.is_late(datetime(2026, 9, 25))  # noqa: DTZ001


# CAL-03: party clocks roll forward, agency clocks do not


@pytest.mark.parametrize(
    ("start", "party", "agency"),
    [
        ("2026-09-15", "2026-09-30", "2026-09-30"),  # the day before the holiday: nobody rolls
        ("2026-09-16", "2026-10-08", "2026-10-01"),  # its first day
        ("2026-09-22", "2026-10-08", "2026-10-07"),  # its last day
        ("2026-09-23", "2026-10-08", "2026-10-08"),  # the day after it
        ("2026-09-05", "2026-09-20", "2026-09-20"),  # a Sunday declared a working day
    ],
)
def test_cal_03_only_a_party_gets_the_first_working_day_after_a_day_off(start: str, party: str, agency: str) -> None:
    assert last_day(start, 15, Unit.NATURAL_DAY, Side.PARTY) == party
    assert last_day(start, 15, Unit.NATURAL_DAY, Side.AGENCY) == agency


def test_cal_03_rolling_is_told() -> None:
    rolled = deadline(at("2026-09-22"), Period(15, Unit.NATURAL_DAY, Side.PARTY), calendar())
    assert rolled.rolled_from == date(2026, 10, 7)
    assert [(s.day, s.reason, s.name) for s in rolled.skipped] == [
        (date(2026, 10, 7), SkipReason.DAY_OFF, "National Day")
    ]
    assert deadline(at("2026-09-23"), Period(15, Unit.NATURAL_DAY, Side.PARTY), calendar()).rolled_from is None


# CAL-04: months end on the corresponding day or the month's last


@pytest.mark.parametrize(
    ("start", "n", "unit", "due"),
    [
        ("2026-01-28", 1, Unit.MONTH, "2026-02-28"),
        ("2026-01-29", 1, Unit.MONTH, "2026-02-28"),
        ("2026-01-31", 1, Unit.MONTH, "2026-02-28"),
        ("2026-02-28", 1, Unit.MONTH, "2026-03-28"),
        ("2026-11-30", 1, Unit.MONTH, "2026-12-30"),
        ("2026-12-31", 2, Unit.MONTH, "2027-02-28"),
        ("2024-02-29", 1, Unit.YEAR, "2025-02-28"),
        ("2024-02-29", 4, Unit.YEAR, "2028-02-29"),
        ("2026-11-25", 20, Unit.YEAR, "2046-11-25"),
    ],
)
def test_cal_04_corresponding_day_or_end_of_month(start: str, n: int, unit: Unit, due: str) -> None:
    assert last_day(start, n, unit) == due


# CAL-05: every year that is touched must be in the table


def test_cal_05_missing_year_is_refused_by_name() -> None:
    with pytest.raises(NotReadyError, match="2028"):
        last_day("2027-12-30", 2, Unit.WORKING_DAY)
    with pytest.raises(NotReadyError, match="2028"):
        last_day("2027-12-30", 2, Unit.NATURAL_DAY, Side.PARTY)


def test_cal_05_year_with_a_missing_day_counts_as_missing() -> None:
    days = {day: entry for day, entry in calendar().days.items() if day != date(2026, 12, 31)}
    with pytest.raises(NotReadyError, match="2026"):
        deadline(at("2026-03-02"), Period(2, Unit.WORKING_DAY, Side.AGENCY), Calendar(days, HOURS))


def test_cal_05_leap_year_needs_its_366th_day() -> None:
    leap = {date(2028, 1, 1) + timedelta(days=n): Day(is_workday=True) for n in range(366)}
    assert Calendar(leap, None).known(2028)
    del leap[date(2028, 12, 31)]
    assert not Calendar(leap, None).known(2028)
    assert not Calendar(leap, None).known(2027)


def test_cal_05_agency_days_need_no_table() -> None:
    assert last_day("2027-12-30", 90, Unit.NATURAL_DAY) == "2028-03-29"


@pytest.mark.parametrize(
    ("start", "n", "provisional"),
    [("2026-12-29", 2, False), ("2026-12-30", 2, True), ("2027-03-01", 2, True), ("2026-11-25", 5, False)],
)
def test_cal_05_clock_over_a_computed_year_is_provisional(start: str, n: int, provisional: bool) -> None:
    assert deadline(at(start), Period(n, Unit.WORKING_DAY, Side.AGENCY), calendar()).provisional is provisional


def test_cal_05_calendar_days_of_the_agency_are_never_provisional() -> None:
    assert not deadline(at("2027-03-01"), Period(90, Unit.NATURAL_DAY, Side.AGENCY), calendar()).provisional
    assert deadline(at("2027-03-01"), Period(15, Unit.NATURAL_DAY, Side.PARTY), calendar()).provisional


# hours


@pytest.mark.parametrize(
    ("start", "n", "due"),
    [
        ("2026-09-18T08:30", 7, "2026-09-18T17:00"),  # a whole office day ends with it
        ("2026-09-18T09:00", 3, "2026-09-18T12:00"),
        ("2026-09-18T09:30", 3, "2026-09-18T14:00"),  # over the midday break
        ("2026-09-18T12:30", 1, "2026-09-18T14:30"),  # told in the break
        ("2026-09-18T16:30", 1, "2026-09-20T09:00"),  # Friday evening to the shifted Sunday
        ("2026-09-18T17:00", 1, "2026-09-20T09:30"),
        ("2026-09-19T03:00", 1, "2026-09-20T09:30"),  # told in the night on a day off
        ("2026-09-30T16:00", 2, "2026-10-08T09:30"),
    ],
)
def test_working_hours_run_only_while_the_office_is_open(start: str, n: int, due: str) -> None:
    result = deadline(at(start), Period(n, Unit.WORKING_HOUR, Side.AGENCY), calendar())
    assert result.due == at(due)
    assert not result.is_late(at(due))
    assert result.is_late(at(due) + timedelta(microseconds=1))


def test_working_hours_without_office_hours_are_refused() -> None:
    closed = Calendar(calendar().days, None)
    with pytest.raises(NotReadyError, match="office_hours"):
        deadline(at("2026-09-18"), Period(1, Unit.WORKING_HOUR, Side.AGENCY), closed)


def test_natural_hours_run_through_nights_and_holidays() -> None:
    result = deadline(at("2026-09-30T16:00"), Period(24, Unit.NATURAL_HOUR, Side.PARTY), calendar())
    assert result.due == at("2026-10-01T16:00")
    assert result.rolled_from is None
    assert not result.is_late(at("2026-10-01T16:00"))
    assert result.is_late(at("2026-10-01T16:00") + timedelta(microseconds=1))


@pytest.mark.parametrize(
    "windows", [(), ((time(12), time(8, 30)),), ((time(8), time(12)), (time(12), time(17))), ((time(8), time(8)),)]
)
def test_office_hours_out_of_order_are_refused(windows: tuple[tuple[time, time], ...]) -> None:
    with pytest.raises(BadInputError, match="08:30"):
        OfficeHours(windows)


def test_office_hours_with_a_zone_are_refused() -> None:
    with pytest.raises(BadInputError, match="zone"):
        OfficeHours(((time(8, tzinfo=UTC), time(12, tzinfo=UTC)),))


# pauses


def pause(start: str, end: str | None) -> Pause:
    return Pause(at(start), None if end is None else at(end), "appraisal (APL 57)")


@pytest.mark.parametrize(
    ("pauses", "due"),
    [
        ([], "2026-12-01"),
        ([pause("2026-09-07", "2026-09-07T18:00")], "2026-12-01"),  # ends on the day it began
        ([pause("2026-09-07", "2026-09-08T00:00")], "2026-12-02"),
        ([pause("2026-09-07", "2026-09-10")], "2026-12-04"),
        ([pause("2026-09-07", "2026-09-10"), pause("2026-09-08", "2026-09-12")], "2026-12-06"),  # overlapping
        ([pause("2026-12-01", "2026-12-03")], "2026-12-01"),  # begins on the last day, which still runs
        ([pause("2026-11-30", "2026-12-02")], "2026-12-03"),
        ([pause("2026-08-20", "2026-09-02")], "2026-12-01"),  # over before the first day counts
    ],
)
def test_pause_moves_ninety_days_by_its_days(pauses: list[Pause], due: str) -> None:
    assert last_day("2026-09-02", 90, Unit.NATURAL_DAY, Side.AGENCY, *pauses) == due


def test_pause_moves_working_days_by_the_working_days_in_it() -> None:
    assert last_day("2026-11-02", 5, Unit.WORKING_DAY) == "2026-11-09"
    assert last_day("2026-11-02", 5, Unit.WORKING_DAY, Side.AGENCY, pause("2026-11-05", "2026-11-08")) == "2026-11-10"


def test_pause_moves_months_by_its_days() -> None:
    assert last_day("2026-03-31", 6, Unit.MONTH, Side.AGENCY, pause("2026-04-01", "2026-04-11")) == "2026-10-10"


def test_party_period_rolls_over_a_day_off_and_the_pause_behind_it() -> None:
    stop = pause("2026-09-19", "2026-09-20")  # a Saturday to the shifted Sunday
    assert last_day("2026-09-04", 15, Unit.NATURAL_DAY, Side.PARTY) == "2026-09-20"
    assert last_day("2026-09-04", 15, Unit.NATURAL_DAY, Side.PARTY, stop) == "2026-09-21"


def test_pause_cuts_exactly_its_time_out_of_hours() -> None:
    stop = pause("2026-09-18T10:00", "2026-09-18T11:30")
    natural = deadline(at("2026-09-18T09:00"), Period(24, Unit.NATURAL_HOUR, Side.AGENCY), calendar(), [stop])
    assert natural.due == at("2026-09-19T10:30")
    working = deadline(at("2026-09-18T09:00"), Period(3, Unit.WORKING_HOUR, Side.AGENCY), calendar(), [stop])
    assert working.due == at("2026-09-18T15:00")


def test_overlapping_pauses_of_hours_count_once() -> None:
    stops = [pause("2026-09-18T10:00", "2026-09-18T12:00"), pause("2026-09-18T10:30", "2026-09-18T11:00")]
    natural = deadline(at("2026-09-18T09:00"), Period(2, Unit.NATURAL_HOUR, Side.AGENCY), calendar(), stops)
    assert natural.due == at("2026-09-18T13:00")


def test_open_pause_makes_nothing_late() -> None:
    stopped = deadline(
        at("2026-09-02"), Period(90, Unit.NATURAL_DAY, Side.AGENCY), calendar(), [pause("2026-11-01", None)]
    )
    assert stopped.suspended_since == at("2026-11-01")
    assert not stopped.is_late(at("2027-06-01"))


def test_open_pause_after_the_end_does_not_save_a_late_clock() -> None:
    over = deadline(
        at("2026-09-02"), Period(90, Unit.NATURAL_DAY, Side.AGENCY), calendar(), [pause("2026-12-02", None)]
    )
    assert over.suspended_since is None
    assert over.is_late(at("2026-12-02"))


def test_pause_without_ground_or_backwards_is_refused() -> None:
    with pytest.raises(BadInputError, match="ground"):
        Pause(at("2026-09-01"), None, " ")
    with pytest.raises(BadInputError, match="before"):
        Pause(at("2026-09-02"), at("2026-09-01"), "APL 57")


# bounds


@pytest.mark.parametrize("n", [-1, 0, 10_001])
def test_period_without_a_sensible_length_is_refused(n: int) -> None:
    with pytest.raises(BadInputError, match=str(n)):
        Period(n, Unit.NATURAL_DAY, Side.PARTY)


@pytest.mark.parametrize("unit", [Unit.YEAR, Unit.NATURAL_DAY, Unit.NATURAL_HOUR])
def test_period_past_the_end_of_the_calendar_is_refused(unit: Unit) -> None:
    start = datetime(9999, 1, 1, tzinfo=SHANGHAI)
    with pytest.raises(BadInputError, match="9999"):
        deadline(start, Period(10_000, unit, Side.AGENCY), calendar())


def test_statutory_period_takes_unit_and_articles_from_the_table() -> None:
    period = statutory_period("APL", 5, Side.PARTY, article="64(1)", on=date(2026, 11, 25))
    assert period == Period(5, Unit.WORKING_DAY, Side.PARTY, "APL 64(1)", "APL 85")
    assert statutory_period("APL", 90, Side.AGENCY).unit is Unit.NATURAL_DAY


# properties

FIRST = datetime(2025, 1, 1, tzinfo=SHANGHAI)
moments = st.integers(0, 729 * 86_400).map(lambda seconds: FIRST + timedelta(seconds=seconds))
periods = st.builds(
    Period,
    n=st.integers(1, 60),
    unit=st.sampled_from([Unit.WORKING_DAY, Unit.NATURAL_DAY, Unit.NATURAL_HOUR, Unit.WORKING_HOUR]),
    side=st.sampled_from(Side),
)


@PROPERTY
@given(moments, moments, periods)
def test_a_later_start_never_ends_earlier(one: datetime, other: datetime, period: Period) -> None:
    first, second = sorted((one, other))
    assert deadline(first, period, calendar()).due <= deadline(second, period, calendar()).due


@PROPERTY
@given(moments, periods)
def test_a_longer_period_never_ends_earlier(start: datetime, period: Period) -> None:
    longer = Period(period.n + 1, period.unit, period.side)
    assert start < deadline(start, period, calendar()).due <= deadline(start, longer, calendar()).due


@PROPERTY
@given(moments, st.integers(1, 60), st.sampled_from(Side))
def test_working_days_end_on_a_working_day_and_count_right(start: datetime, n: int, side: Side) -> None:
    result = deadline(start, Period(n, Unit.WORKING_DAY, side), calendar())
    counted = (result.last_day - result.start.date()).days - len(result.days_skipped)
    assert calendar().is_workday(result.last_day)
    assert result.rolled_from is None
    assert counted == n
    assert not any(calendar().is_workday(day) for day in result.days_skipped)


@PROPERTY
@given(moments, st.sampled_from([Unit.NATURAL_DAY, Unit.MONTH]), st.integers(1, 9))
def test_a_party_never_has_less_time_than_the_agency_and_ends_on_a_working_day(
    start: datetime, unit: Unit, n: int
) -> None:
    party = deadline(start, Period(n, unit, Side.PARTY), calendar())
    assert party.due >= deadline(start, Period(n, unit, Side.AGENCY), calendar()).due
    assert calendar().is_workday(party.last_day)


@PROPERTY
@given(moments, st.integers(2, 90), st.data())
def test_a_pause_of_k_days_inside_moves_calendar_days_by_k(start: datetime, n: int, data: st.DataObject) -> None:
    begins = start + timedelta(days=data.draw(st.integers(0, n - 1)))
    k = data.draw(st.integers(0, 120))
    period = Period(n, Unit.NATURAL_DAY, Side.AGENCY)
    paused = deadline(start, period, calendar(), [Pause(begins, begins + timedelta(days=k), "APL 57")])
    assert paused.due == deadline(start, period, calendar()).due + timedelta(days=k)
    assert len(paused.days_skipped) == k


@PROPERTY
@given(moments, periods)
def test_the_zone_in_which_the_start_is_written_makes_no_difference(start: datetime, period: Period) -> None:
    assert deadline(start.astimezone(UTC), period, calendar()) == deadline(start, period, calendar())
