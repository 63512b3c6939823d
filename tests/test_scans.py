"""The scans of CI find what is planted, also where it was taken out again, and say so when they cannot look."""

import importlib.util
import subprocess
import sys
from datetime import date
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

TOOLS = Path(__file__).resolve().parents[1] / "tools"
TODAY = date(2026, 11, 26)
ADVISORY = {"id": "PYSEC-2026-1", "aliases": ["CVE-2026-1"], "fixed_in": ["2.0"], "summary": "Opens every door."}
# Put together here, so that no scanner takes this file for a leak.
GITHUB, NAMED = "gh" + "p_" + "a1B2" * 9, "k9Qw3ZrT8vXp2LmN6bYd"


def tool(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, TOOLS / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    made = importlib.util.module_from_spec(spec)
    sys.modules[name] = made
    spec.loader.exec_module(made)
    return made


def git(folder: Path, *arguments: str) -> None:
    who = ("-c", "user.name=t", "-c", "user.email=t@example.com", "-c", "commit.gpgsign=false")
    subprocess.run(["git", "-C", str(folder), *who, *arguments], check=True, capture_output=True)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    git(tmp_path, "init", "-q")
    (tmp_path / "a.py").write_text('password = "correct horse battery"\ntoken = request.POST["token"]\n')
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "-qm", "one")
    return tmp_path


def test_secret_is_found_in_the_tree_and_after_it_was_taken_out(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    scan = tool("find_secrets")
    assert scan.main(project) == 0, "words, and what is read from somewhere, are no secrets"
    (project / "b.txt").write_text(f"\n{GITHUB}\n")
    (project / "c.yaml").write_text(f'api_key: "{NAMED}"\n')
    assert scan.main(project) == 1
    told = capsys.readouterr().out
    assert "b.txt:2: GitHub token" in told
    assert "c.yaml:1: named secret" in told
    assert GITHUB not in told
    assert NAMED not in told
    git(project, "add", ".")
    git(project, "commit", "-qm", "two")
    git(project, "rm", "-q", "b.txt", "c.yaml")
    git(project, "commit", "-qm", "three")
    assert scan.main(project) == 1
    assert "b.txt:2" in capsys.readouterr().out
    innocent = "".join(f"{one.print} an example\n" for one in scan.secrets_in("", f'{GITHUB} key_token = "{NAMED}"'))
    (project / "tools").mkdir()
    (project / scan.KNOWN).write_text(f"# known\n{innocent}")
    assert scan.main(project) == 0


@pytest.fixture
def locked(tmp_path: Path) -> Path:
    (tmp_path / "requirements").mkdir()
    for lock in ("base", "dev"):
        (tmp_path / f"requirements/{lock}.txt").write_text("door==1.0 \\\n    --hash=sha256:aa\nwindow==3.1 ; python\n")
    (tmp_path / "requirements/advisories.txt").write_text("# none\n")
    return tmp_path


def said(name: str, version: str) -> Any:
    assert version == {"door": "1.0", "window": "3.1"}[name]
    withdrawn = {"id": "PYSEC-2026-2", "withdrawn": "2026-11-01"}
    return {"vulnerabilities": [ADVISORY, withdrawn] if name == "door" else []}


def test_advisory_stops_ci_until_it_is_answered_with_a_day(locked: Path, capsys: pytest.CaptureFixture[str]) -> None:
    scan = tool("advisories")
    assert scan.main(locked, ask=said, today=TODAY) == 1
    told = capsys.readouterr().out
    assert "door 1.0: PYSEC-2026-1, mended in 2.0: Opens every door." in told
    assert "PYSEC-2026-2" not in told
    (locked / scan.ANSWERS).write_text("CVE-2026-1 2026-12-31 no door is opened here\n")
    assert scan.main(locked, ask=said, today=TODAY) == 0
    assert scan.main(locked, ask=said, today=date(2027, 1, 1)) == 1
    assert "held until 2026-12-31" in capsys.readouterr().out


def test_without_a_source_it_says_that_nothing_was_checked(locked: Path, capsys: pytest.CaptureFixture[str]) -> None:
    scan = tool("advisories")

    def away(_name: str, _version: str) -> Any:
        raise scan.NoAdvisoriesError("no network")

    assert scan.main(locked, ask=away, today=TODAY) == 0
    assert "not checked" in capsys.readouterr().out


def test_answers_of_the_project_are_in_force_and_its_lock_is_read() -> None:
    scan = tool("advisories")
    assert "django" in scan.packages(scan.ROOT)
    scan.answers(scan.ROOT)
