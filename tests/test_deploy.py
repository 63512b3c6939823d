"""What is shipped for a server's other programs: systemd's units and a proxy's settings say what the program takes."""

import configparser
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from oneteam import cli
from oneteam.files.uploads import BODY_LIMIT
from oneteam.server import config

DEPLOY = config.CHECKOUT / "deploy"
UNITS = sorted((DEPLOY / "systemd").iterdir())
PROGRAM = "/opt/oneteam/.venv/bin/python -P -m oneteam.cli "


class _Unit(configparser.RawConfigParser):
    """A unit file; a name may stand in it several times."""

    def __init__(self, text: str) -> None:
        super().__init__(strict=False, interpolation=None, delimiters=("=",), comment_prefixes=("#",))
        self.optionxform = str  # type: ignore[assignment, method-assign]
        self.read_string(text)


def test_units_are_what_systemd_takes(tmp_path: Path) -> None:
    if shutil.which("systemd-analyze") is None:
        pytest.skip("no systemd here; the next test reads the units")
    for unit in UNITS:
        text = unit.read_text("utf-8").replace(PROGRAM.split(" ", 1)[0], sys.executable)
        for name in (unit.name, unit.name.replace("@", "@yunyu")):
            (tmp_path / name).write_text(text)
    units = [str(tmp_path / unit.name.replace("@", "@yunyu")) for unit in UNITS]
    told = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", *units], capture_output=True, text=True, check=False
    )
    ours = [line for line in told.stderr.splitlines() if "oneteam" in line]
    assert (told.returncode, ours) == (0, []), told.stderr


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_units_start_commands_that_exist_as_nobody_special(unit: Path) -> None:
    found = _Unit(unit.read_text("utf-8"))
    if unit.suffix == ".timer":
        assert (DEPLOY / "systemd" / unit.name.replace(".timer", ".service")).exists()
        assert found["Timer"]["OnCalendar"].endswith("Asia/Shanghai")
        return
    service = found["Service"]
    assert service["ExecStart"].startswith(PROGRAM)
    cli.parser().parse_args(shlex.split(service["ExecStart"].removeprefix(PROGRAM)))
    hard = {"User": "oneteam", "NoNewPrivileges": "yes", "ProtectSystem": "strict", "UMask": "0077"}
    assert {name: service[name] for name in hard} == hard


def test_proxy_lets_through_what_the_program_takes_and_nobody_make_up_an_address() -> None:
    text = (DEPLOY / "nginx" / "oneteam.conf").read_text("utf-8")
    found = re.search(r"client_max_body_size (\d+)m;", text)
    assert found
    assert int(found[1]) * 2**20 == BODY_LIMIT
    assert "X-Forwarded-For $remote_addr;" in text
    assert text.count("{") == text.count("}")
