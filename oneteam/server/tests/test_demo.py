"""The whole demo city, founded once: as many of everything as its model has, on duty at any hour, and provable."""

import os
from collections import Counter
from collections.abc import Iterator
from datetime import datetime, time, timedelta
from pathlib import Path
from uuid import UUID

import pytest
from django.conf import settings
from django.db import connections

from oneteam.demo.ground import ground
from oneteam.demo.trade import COMPONENTS, PREMISES, Trade
from oneteam.journal.actors import os_operator
from oneteam.journal.models import Act
from oneteam.journal.queries import count_by_kind
from oneteam.journal.state import state
from oneteam.journal.verify import verify
from oneteam.kernel.clock import CLOCK_VARIABLE, SHANGHAI, legal_day
from oneteam.kernel.idnumbers import check_credit_code
from oneteam.people.models import Account, Person, Post, Role, Roster, Unit
from oneteam.people.queries import on_duty
from oneteam.people.standing import certificates_on
from oneteam.places.models import Place
from oneteam.server import config, demo, founding, testing
from oneteam.server.tests.test_player import day_alone, story_came_out
from oneteam.things.models import Component, Device, Licence, Party, Premises
from tests.world import AT, follow


@pytest.fixture
def whole(template: testing.Template, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A database in which the whole demo city was founded and nothing else; its files lie in a folder of their own."""
    name = testing.clone(testing.prepare(fill_key="bare"))
    connections.close_all()
    connections["default"].settings_dict.update(testing.database(name, "app"))
    monkeypatch.setattr(settings, "CHECKPOINT_FILE", str(tmp_path / "checkpoints.log"))
    monkeypatch.setenv("ONETEAM_DATA", str(tmp_path))
    founding.found(actor=os_operator(), at=AT, demo=True, whole=True)
    yield name
    connections.close_all()
    testing.drop(name)


@pytest.mark.skipif(
    os.environ.get("ONETEAM_LONG") != "1",
    reason="its long transaction holds up all other tests: ONETEAM_LONG=1 ./test oneteam/server/tests/test_demo.py",
)
@pytest.mark.timeout(1800)  # some minutes on a machine that nobody else uses
def test_whole_city_is_complete_on_duty_at_any_hour_and_provable(
    whole: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    counts()
    names_and_numbers()
    somebody_is_on_duty_everywhere()
    found_again()
    rosters_go_on()
    monkeypatch.delenv(CLOCK_VARIABLE)
    the_day_is_played(tmp_path)
    follow(whole)
    report = verify(processes=1)
    assert not list(report.faults)
    assert report.acts == report.sealed == Act.objects.count()
    rows = state()
    assert not list(rows.faults)
    assert rows.rows > 2 * PREMISES


def counts() -> None:
    places = Counter(Place.objects.values_list("kind", flat=True))
    assert places == Counter(place.kind for place in ground(whole=True).places)
    assert (places["area"], places["community"], places["station"]) == (5, 102, 26)
    units = Counter(Unit.objects.values_list("kind", flat=True))
    assert (units["brigade"], units["station"], units["department"]) == (8, 26, 10)
    assert 210 <= Person.objects.count() == Account.objects.count() <= 240
    assert set(Post.objects.values_list("role", flat=True)) == set(Role.values)
    assert Premises.objects.count() == PREMISES
    assert not Premises.objects.filter(grid=None).exists()
    assert Component.objects.count() == COMPONENTS
    assert Device.objects.count() > 100
    kinds = count_by_kind()
    for kind, model in (("party", Party), ("premises", Premises), ("component", Component), ("person", Person)):
        assert kinds[f"{kind}.registered"] == model.objects.count(), "an act a row"
    assert kinds["licence.recorded"] == Licence.objects.count() > 3000


def names_and_numbers() -> None:
    """What stands in the database is what the seed makes."""
    firms = list(Trade().firms())
    stored = list(Party.objects.values_list("credit_code", "name", "kind"))
    assert sorted(stored) == sorted((firm.credit_code, firm.name, firm.kind) for firm in firms)
    for code, _name, _kind in stored:
        assert check_credit_code(str(code)) == code
    made = Counter((place.name, place.door.address) for firm in firms for place in firm.premises)
    assert Counter(Premises.objects.values_list("name", "address")) == made
    officers = set(Post.objects.filter(role__in=("officer", "brigade_leader", "head")).values_list("person", flat=True))
    assert set(certificates_on(officers, legal_day(AT))) == officers


def somebody_is_on_duty_everywhere() -> None:
    """Duty changes at 8 and at 20: who is there just before and after each change is there at any hour."""
    grids = set(Place.objects.filter(kind="grid").values_list("parent", flat=True))
    for moment in changes(AT, days=7):
        scopes: set[UUID] = set()
        for post in on_duty(moment, ("grid_attendant",)):
            scopes.update(post.scope)
        assert grids <= scopes, f"an attendant for every grid at {moment}"
        assert [post for post in on_duty(moment, ("dispatcher",)) if post.unit_code == "U01"]


def changes(begin: datetime, *, days: int) -> Iterator[datetime]:
    """Yield the moments just before and at each change of shift."""
    for day in range(days):
        for hour in (8, 20):
            moment = datetime.combine(legal_day(begin) + timedelta(days=day), time(hour), SHANGHAI)
            yield from (moment - timedelta(seconds=1), moment)


def found_again() -> None:
    acts = Act.objects.count()
    founding.found(actor=os_operator(), at=AT + timedelta(days=1), demo=True, whole=True)
    assert Act.objects.count() == acts
    assert founding.read_demo(config.make_city_paths(config.city())) is not None


def rosters_go_on() -> None:
    """A start in the last month of a roster plans the next one, once; the cycle goes on where it stood."""
    later, before = AT + timedelta(days=80), Roster.objects.count()
    assert demo.plan_ahead(actor=os_operator(), at=later) == before
    assert demo.plan_ahead(actor=os_operator(), at=later) == 0
    for moment in changes(AT + timedelta(days=90), days=4):
        assert [post for post in on_duty(moment, ("grid_attendant",)) if post.unit_code in ("J04", "C02-L")], moment


def the_day_is_played(folder: Path) -> None:
    """All that is told of one day happens, each step at its moment; what is late or refused was meant to be."""
    paths = config.city_paths("played", folder)
    paths.root.mkdir(parents=True)
    play = day_alone(paths, whole=True)
    while play.next is not None:
        play.take_next()
    assert play.progress.done > 300
    assert play.progress.refused == 0
    assert play.breaches()[1] == 0
    story_came_out(play)
