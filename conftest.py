"""Fixtures for all rooms. A test that asks for `city` gets a migrated city of its own; no other test sees it."""

import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from oneteam.kernel import clock
from oneteam.server import config, testing

os.environ["ONETEAM_CITY"] = testing.CITY
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "oneteam.settings")
os.environ.setdefault("ONETEAM_CLOCK", "2026-11-25T14:00:00+08:00")  # a Wednesday; no test sees the wall clock
os.environ["ONETEAM_LANG"] = "en"  # what commands say does not depend on who runs the tests
for variable in ("ONETEAM_SPEAKS", "ONETEAM_ROLE", "ONETEAM_DATABASE", "ONETEAM_POOL"):
    os.environ.pop(variable, None)

import django  # noqa: E402 -- settings are read by what follows
from django.conf import settings  # noqa: E402 -- as above
from django.db import connections  # noqa: E402 -- as above


def pytest_configure(config: pytest.Config) -> None:
    """Start Django on the tests' own data folder."""
    django.setup()
    _own_files()


def _own_files() -> None:
    paths = config.city_paths(testing.CITY, testing.data())
    settings.MASTER_KEY = str(paths.master_key)
    settings.SEALER_KEY = str(paths.sealer_key)
    settings.CHECKPOINT_FILE = str(paths.checkpoints)
    settings.FILES_DIR = str(paths.files)
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.ALLOWED_HOSTS = ["*"]
    settings.REGION_IS_DEMO = True  # as its people sign in without a second factor (setting sign_in.factors)


@dataclass(frozen=True, slots=True)
class City:
    """The database of one test. `database(role)` is a DATABASES entry for another role than the app's."""

    name: str

    def database(self, role: str) -> dict[str, object]:
        """Return how another role reaches this database."""
        return testing.database(self.name, role)

    def act_as(self, role: str) -> None:
        """Connect this process as another of the city's roles (owner, app, sealer, reader)."""
        _point_at(self.name, role)

    def environment(self) -> dict[str, str]:
        """Return the environment for a child process that works on this database."""
        return testing.environment(self.name)


def _point_at(name: str, role: str) -> None:
    connections.close_all()
    connections["default"].settings_dict.update(testing.database(name, role))


def _found(name: str) -> None:
    """Found the demo city in a template: keys, law, settings, places, people."""
    command = "from oneteam.server.founding import main; main()"
    environment = {**testing.environment(name), "PYTHONPATH": str(config.CHECKOUT)}
    done = subprocess.run([sys.executable, "-c", command], env=environment, capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode:
        raise RuntimeError(done.stdout + done.stderr)


@pytest.fixture(autouse=True)
def _clock_begins_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every test begin at the moment that ONETEAM_CLOCK names, however long the run has taken already."""
    monkeypatch.setattr(clock, "_PROCESS_START", clock.real_now())
    clock._setting.cache_clear()


@pytest.fixture(scope="session")
def template() -> Iterator[testing.Template]:
    """The migrated and founded database that clones are made of."""
    membership = testing.join()
    yield testing.prepare(fill=_found, fill_key=os.environ["ONETEAM_CLOCK"])
    membership.leave()


@pytest.fixture
def city(template: testing.Template, tmp_path: Path) -> Iterator[City]:
    """A founded city of this test's own: Django's connection points at it as the app role."""
    name = testing.clone(template)
    settings.CHECKPOINT_FILE = str(tmp_path / "checkpoints.log")
    _point_at(name, "app")
    yield City(name)
    connections.close_all()
    testing.drop(name)
