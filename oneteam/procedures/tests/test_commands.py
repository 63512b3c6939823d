"""The commands below `oneteam law`, as they are typed."""

import argparse
from datetime import date, timedelta
from pathlib import Path

import pytest
from django.utils.translation import override

from oneteam.lawbook import commands as lawbook_commands
from oneteam.procedures import commands


def run(*words: str) -> int:
    parser = argparse.ArgumentParser()
    below = parser.add_subparsers()
    lawbook_commands.add_commands(below)
    commands.add_commands(below)
    args = parser.parse_args(["law", *words])
    with override("en"):
        code: int = args.run(args)
    return code


def test_law_is_loaded_once(city: object, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("load") == 0
    assert "already loaded" in capsys.readouterr().out


def test_law_is_validated(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("validate") == 0
    assert "5 procedures, 3 documents: nothing is missing" in capsys.readouterr().out


def test_diagrams_are_written_and_checked(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    where = ("--directory", str(tmp_path))
    assert run("diagrams", "--check", *where) == 1
    assert run("diagrams", *where) == 0
    capsys.readouterr()
    assert run("diagrams", "--check", *where) == 0
    assert capsys.readouterr().out == ""


def test_table_is_written_and_checked(tmp_path: Path) -> None:
    file = str(tmp_path / "role-act.md")
    assert [run("table", "--check", "--file", file), run("table", "--file", file)] == [1, 0]
    assert run("table", "--check", "--file", file) == 0


def test_settings_are_set_and_listed(city: object, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("set", "order.accept.urgent", "3 natural_hour", "--basis", "rule 9") == 0
    assert run("settings") == 0
    told = capsys.readouterr().out
    assert "order.accept.urgent is set to 3 natural_hour." in told
    assert "order.accept.urgent: 3 natural_hour [U] rule 9" in told


def test_holiday_table_is_loaded(city: object, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    days = [date(2030, 1, 1) + timedelta(days=n) for n in range(365)]
    file = tmp_path / "2030.csv"
    file.write_text("date,is_workday\n" + "".join(f"{day},{int(day.weekday() < 5)}\n" for day in days))
    assert run("calendar", str(file), "--source", "notice") == 0
    assert "365 days added" in capsys.readouterr().out
