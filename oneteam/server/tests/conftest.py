"""A data folder of its own for each test of servers: the database's user cannot enter root's pytest folders."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.utils import translation

from oneteam.server import config, postgres
from oneteam.server.access import make_database
from oneteam.server.testing import MEMORY, MEMORY_BYTES


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    """Messages are compared in English, whether Django's settings are loaded or not."""
    with translation.override("en"):
        yield


ENVIRONMENT = ("DATABASE_URL", "ONETEAM_DATABASE", "ONETEAM_CITY", "ONETEAM_POOL")


def _folder() -> Path:
    """A new folder, in memory where there is room: a database is 1,000 small files."""
    roomy = os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free > MEMORY_BYTES
    folder = Path(tempfile.mkdtemp(prefix="ot-", dir=MEMORY if roomy else None))
    folder.chmod(0o711)
    return folder


def _stop(data: Path) -> None:
    if (config.postgres_dir(data) / "pgdata").exists():
        postgres.Server(config.postgres_dir(data), {}).stop()


@pytest.fixture
def ground(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An empty folder that any user may pass through; every server below it is stopped afterwards."""
    for name in ENVIRONMENT:
        monkeypatch.delenv(name, raising=False)
    folder = _folder()
    monkeypatch.setenv("ONETEAM_DATA", str(folder))
    yield folder
    for home in folder.rglob("postgres/lock"):
        _stop(home.parent.parent)
    shutil.rmtree(folder)


@pytest.fixture(scope="module")
def shared_ground() -> Iterator[Path]:
    """One server for all tests of a module that only need cities; the embedded one, whatever DATABASE_URL says."""
    folder = _folder()
    with pytest.MonkeyPatch.context() as patch:
        for name in ENVIRONMENT:
            patch.delenv(name, raising=False)
        patch.setenv("ONETEAM_DATA", str(folder))
        postgres.ensure(folder, durable=False)
        make_database(config.DATABASE, data=folder)
        yield folder
    _stop(folder)
    shutil.rmtree(folder)
