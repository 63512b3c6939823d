"""Founding makes each thing once, whole, and never a second key over the first."""

import stat
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

import pytest

from oneteam.exchange.models import Client, ClientToken
from oneteam.journal.actors import os_operator
from oneteam.journal.models import Act
from oneteam.journal.notes import load_key
from oneteam.kernel.errors import NotReadyError
from oneteam.people.models import Account
from oneteam.server import config, founding
from oneteam.server.access import administrator
from oneteam.server.testing import data

AT = datetime(2026, 11, 25, 2, tzinfo=UTC)


class City(Protocol):
    """What the fixture `city` of the root conftest gives."""

    name: str


@pytest.fixture
def paths(city: City, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> config.CityPaths:
    """The files of a city whose database is founded, in a folder that holds none of them yet."""
    monkeypatch.setenv("ONETEAM_DATA", str(tmp_path))
    return config.make_city_paths(config.city())


def test_make_keys_gives_a_new_city_three_private_files(paths: config.CityPaths) -> None:
    founding.make_keys(paths)
    for path in (paths.master_key, paths.sealer_key, paths.web_key):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert len(paths.master_key.read_bytes()) == 32
    assert load_key(paths.sealer_key).public.name == f"oneteam/{config.city()}"
    before = paths.master_key.read_bytes()
    founding.make_keys(paths)
    assert paths.master_key.read_bytes() == before


def test_make_keys_never_replaces_a_key_that_the_database_needs(paths: config.CityPaths, city: City) -> None:
    founding.make_keys(paths)
    with administrator(city.name, data=data()) as superuser:
        superuser.execute("SET session_replication_role = replica")
        superuser.execute("INSERT INTO test.journal_subject (id) VALUES (gen_random_uuid())")
        superuser.execute(
            "INSERT INTO test.journal_checkpoint (size, root, note, horizon, edge) VALUES (1, '', '', '1', '')"
        )
    for key in (paths.master_key, paths.sealer_key):
        kept = key.read_bytes()
        key.unlink()
        with pytest.raises(NotReadyError, match=key.name):
            founding.make_keys(paths)
        assert not key.exists()
        key.write_bytes(kept)
        key.chmod(0o600)
    founding.make_keys(paths)


def test_found_again_changes_nothing(paths: config.CityPaths) -> None:
    first = founding.found(actor=os_operator(), at=AT, demo=True)
    acts = Act.objects.count()
    again = founding.found(actor=os_operator(), at=AT, demo=True)
    assert first == again
    assert Act.objects.count() == acts


def test_found_replaces_a_lost_password_and_token(paths: config.CityPaths) -> None:
    known = founding.found(actor=os_operator(), at=AT, demo=True)
    founding.demo_file(paths).unlink()
    fresh = founding.found(actor=os_operator(), at=AT, demo=True)
    assert known is not None
    assert fresh is not None
    assert fresh.password != known.password
    assert fresh.token != known.token
    assert all(account.check_password(fresh.password) for account in Account.objects.all())
    assert ClientToken.objects.count() == Client.objects.count() == 1
    assert stat.S_IMODE(founding.demo_file(paths).stat().st_mode) == 0o600
