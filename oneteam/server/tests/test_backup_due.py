"""The doctor says when the last backup was made, and that one is due after the city's number of days."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from conftest import City
from oneteam.kernel.clock import now
from oneteam.server import config, doctor
from oneteam.server.backup import state_file


def found(paths: config.CityPaths, at: datetime) -> tuple[str, str]:
    [finding] = doctor._backup(paths, at)
    return finding.state.value, finding.found


@pytest.mark.parametrize(("days", "state"), [(0, "ok"), (2, "ok"), (2.1, "wrong")])
def test_doctor_complains_of_an_old_backup(city: City, tmp_path: Path, days: float, state: str) -> None:
    paths, at = config.CityPaths(tmp_path), now()
    made = at - timedelta(days=days)
    config.write_private(state_file(paths), config.dump({"at": made.isoformat(), "file": "/elsewhere/city.tar"}))
    told, text = found(paths, at)
    assert (told, "/elsewhere/city.tar" in text) == (state, True)
    (tmp_path / "demo.json").write_text("{}")
    assert found(paths, at)[0] == ("note" if state == "wrong" else "ok")


def test_doctor_of_a_city_without_a_backup_says_so(city: City, tmp_path: Path) -> None:
    assert found(config.CityPaths(tmp_path), now())[0] == "note"  # nothing is sealed: it has just begun
