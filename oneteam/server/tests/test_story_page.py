"""The page that tells the demo city's day: where it is not played, while it is, when it is over; in a demo alone."""

from datetime import datetime, time
from pathlib import Path
from uuid import UUID

import pytest
from django.conf import settings
from django.test import Client

from oneteam.demo.story import STORY
from oneteam.kernel.clock import SHANGHAI
from oneteam.server import config, playing, story_views
from tests.world import HERE, browser

pytestmark = pytest.mark.usefixtures("city")
REPORT = UUID("0199aaaa-0000-7000-8000-000000000001")


@pytest.fixture
def paths(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> config.CityPaths:
    monkeypatch.setenv("ONETEAM_DATA", str(tmp_path))
    found = config.city_paths(config.city())
    found.root.mkdir(parents=True)
    (found.root / "demo.json").write_text('{"password": "made-up", "people": ["weng.shanxing"]}')
    monkeypatch.setattr(settings, "DEMO_FILE", str(found.root / "demo.json"))
    return found


def played(paths: config.CityPaths, told: str, *, over: bool = False) -> None:
    moment = datetime.combine(HERE.date(), time.fromisoformat(told), SHANGHAI)
    progress = playing.Progress(HERE.date(), whole=False, clock="", told=moment, over=over)
    progress.things = {STORY + 1: {"report": REPORT, "incident": REPORT}}
    playing.keep(paths, progress)


def page(client: Client, **headers: str) -> str:
    answer = client.get("/story/", headers=headers)
    assert answer.status_code == 200
    return answer.content.decode()


def test_each_of_the_eight_threads_says_when_it_is_who_is_in_it_and_what_came_of_it(
    paths: config.CityPaths, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(story_views, "now", lambda: HERE.replace(hour=14, minute=0))
    client = Client(headers={"accept-language": "en"})
    assert 'href="/story/"' in client.get("/accounts/login/").content.decode()
    before = page(client)
    assert before.count('class="card"') == 8
    assert "the day is not played" in before
    played(paths, "13:59")
    now = page(client)
    assert f'href="/reports/{REPORT}/"' in now
    assert 'href="/accounts/login/?as=weng.shanxing"' in now
    assert now.count("happening now") + now.count("goes on at") + now.count(">over<") >= 7
    assert "goes on at 16:00" in now, "the stall's report is closed then"
    part = page(client, **{"hx-request": "true"})
    assert part.count("hx-swap-oob") == 8
    played(paths, "18:00", over=True)
    over = page(client)
    assert f"The day was played on {HERE.date()} and is over" in over
    assert "happening now" not in over
    inside = page(browser("shen.yulan", language="en"))
    assert "Weng Shanxing" in inside
    assert "weng.shanxing" not in inside.partition("<main")[2]
    assert "/accounts/login/?as=" not in inside


def test_a_city_of_its_own_tells_no_story(paths: config.CityPaths, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "REGION_IS_DEMO", False)
    assert Client().get("/story/").status_code == 404
    assert 'href="/story/"' not in browser("shen.yulan").get("/reports/").content.decode()
