"""The small city's history through the real acts: nothing refused, every lateness on record, the journal whole."""

import io
from datetime import datetime, time, timedelta

import pytest

from conftest import City
from oneteam.demo.scenes import Shot, photograph
from oneteam.files.photos import read_photo
from oneteam.intake.models import Report
from oneteam.journal.actors import os_operator
from oneteam.journal.models import Act
from oneteam.journal.state import state
from oneteam.journal.verify import verify
from oneteam.kernel.clock import SHANGHAI, legal_day
from oneteam.people import acts as people
from oneteam.people.models import Post
from oneteam.procedures.models import Clock
from oneteam.server import beginning
from oneteam.server.demo_history import live, lived_already
from tests.world import AT, follow


def on_duty_before() -> None:
    """Everybody was on duty in the days before, as in a city that was founded before its history."""
    today = datetime.combine(legal_day(AT), time(), SHANGHAI)
    for post in Post.objects.order_by("id").values_list("id", flat=True):
        people.plan_duty(actor=os_operator(), at=AT, post=post, starts=today - timedelta(days=5), ends=today)


@pytest.mark.usefixtures("city")
def test_small_history_is_lawful_once_and_proven(city: City) -> None:
    on_duty_before()
    assert not lived_already()
    told: list[float] = []
    lived = live(whole=False, until=AT, tell=told.append)
    assert lived.refused == {}
    assert told == sorted(told)
    assert 0.9 < told[-1] <= 1
    assert lived.steps > 150
    acts = Act.objects.count()
    assert live(whole=False, until=AT).steps == 0, "a second start lives nothing again"
    assert Act.objects.count() == acts
    assert Report.objects.filter(received_at__lt=AT - timedelta(days=2)).exists()
    late = Clock.objects.filter(breached_act__isnull=True, due__lt=AT - timedelta(hours=1), paused_since=None)
    assert not [clock.name for clock in late if clock.stopped_at is None or clock.stopped_at > clock.due]
    follow(city.name)
    assert Act.objects.filter(kind="triage.proposed").count() == Report.objects.count(), "one proposal each"
    for report in (verify(), state()):
        assert report.ok, report.lines()


def test_terminal_says_how_much_is_lived_and_a_file_says_it_each_week(monkeypatch: pytest.MonkeyPatch) -> None:
    seconds = iter([100.0, 110.0, 160.0, 161.0, 220.0])
    monkeypatch.setattr("time.monotonic", lambda: next(seconds))
    out = io.StringIO()
    weeks = beginning.Weeks(out, since=80.0)
    for share in (0.1, 0.25, 0.3, 0.5):
        weeks(share)
    weeks.end()
    assert out.getvalue().splitlines() == [
        "  80.0 s  已度过 25%，约剩 3 分钟 25 % lived, about 3 min left",
        " 140.0 s  已度过 50%，约剩 2 分钟 50 % lived, about 2 min left",
    ]


def test_photograph_tells_when_and_where_and_is_the_same_again() -> None:
    taken = datetime(2026, 11, 26, 20, 5, tzinfo=SHANGHAI)
    shot = Shot(matter="F01-001", street="L04", taken_at=taken, lon=120.58543, lat=27.57397)
    first, after = photograph(shot), photograph(Shot(matter="F01-001", street="L04", taken_at=taken, lon=120.58543,
                                                     lat=27.57397, after=True))  # fmt: skip
    assert first == photograph(shot)
    assert first != after
    told = read_photo(io.BytesIO(first)).facts
    assert told["taken_at"] == "2026-11-26T20:05:00+08:00"
    assert (told["lon"], told["lat"]) == ("120.585430", "27.573970")
