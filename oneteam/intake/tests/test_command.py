"""`oneteam intake import`: what the command takes, waits for and says."""

import argparse
from pathlib import Path

import pytest
from django.conf import settings

from conftest import City
from oneteam.intake import commands, importing_run
from oneteam.intake.importing_run import import_file
from oneteam.intake.models import Report
from oneteam.journal.notes import load_key
from oneteam.journal.seal import Sealer, dsn_of
from oneteam.kernel.errors import BadInputError
from oneteam.kernel.sheets import reading

SAMPLES = Path(__file__).resolve().parents[3] / "demo" / "samples"


@pytest.fixture(autouse=True)
def sealer_of_this_city(city: City, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "SEALER_DATABASE", city.database("sealer"))


def run(*words: str) -> int:
    parser = argparse.ArgumentParser()
    commands.add_commands(parser.add_subparsers())
    args = parser.parse_args(["intake", "import", *words])
    code: int = args.run(args)
    return code


def test_command_prints_the_counts(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(str(SAMPLES / "utf8_bom.csv"), "--source", "board") == 0
    assert "utf8_bom.csv" in capsys.readouterr().out
    assert set(Report.objects.values_list("source", flat=True)) == {"board"}


def test_file_without_a_row_takes_nothing_and_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(str(SAMPLES / "header_only.csv")) == 0
    assert "0 reports taken" in capsys.readouterr().out


def test_file_without_a_channel_gets_the_one_named() -> None:
    assert run(str(SAMPLES / "hotspot_shape.csv"), "--channel", "letter") == 0
    assert set(Report.objects.values_list("channel", flat=True)) == {"letter"}


def test_unknown_channel_is_refused() -> None:
    with pytest.raises(BadInputError, match="channel must be one of"):
        run(str(SAMPLES / "hotspot_shape.csv"), "--channel", "pigeon")
    assert not Report.objects.exists()


def test_too_large_a_file_is_refused_before_it_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "FILE_LIMIT", 10)
    monkeypatch.setattr(Path, "read_bytes", lambda _path: pytest.fail("read"))
    with pytest.raises(BadInputError, match="larger"):
        run(str(SAMPLES / "messages.csv"))


def test_beside_a_running_server_the_command_waits_and_then_says_that_it_goes_on(
    city: City, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(importing_run, "PATIENCE", 0.2)
    sealer = Sealer(dsn_of(city.database("sealer")), load_key(Path(settings.SEALER_KEY)), tmp_path / "server.log")
    assert sealer.start(), "the server's own sealer is at work"
    try:
        done = import_file(SAMPLES / "utf8_bom.csv", source="import", channel="website", user="clerk")
    finally:
        sealer.close()
    assert done.applied.taken == 2
    assert "still busy" in done.text(seconds=1)
