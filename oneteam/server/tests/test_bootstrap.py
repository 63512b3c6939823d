"""tools/bootstrap.py on machines unlike ours: no pip, other indexes, no network, folders that cannot be written."""

import hashlib
import importlib.util
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

from oneteam.server import config

SCRIPT = config.CHECKOUT / "tools" / "bootstrap.py"
CONTENT = b"a wheel"


@pytest.fixture
def bootstrap(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The script as a module, on a machine without any configuration of pip, with a checkout in tmp_path."""
    for name in list(os.environ):
        if name.startswith("PIP_") or name in ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("XDG_CONFIG_DIRS", str(tmp_path / "xdg"))
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)
    monkeypatch.setenv("PIP_CONFIG_FILE", str(tmp_path / "pip.conf"))
    spec = importlib.util.spec_from_file_location("bootstrap", SCRIPT)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    system = Path("/etc/pip.conf")
    found = module.config_files
    monkeypatch.setattr(module, "config_files", lambda: [path for path in found() if path != system])
    monkeypatch.setattr(module, "PIP_SHA256", hashlib.sha256(CONTENT).hexdigest())
    root = tmp_path / "checkout"
    for name, value in {
        "ROOT": root,
        "VENV": root / ".venv",
        "PYTHON": root / ".venv/bin/python",
        "STAMP": root / ".venv/.oneteam-stamp",
    }.items():
        monkeypatch.setattr(module, name, value)
    (root / "requirements").mkdir(parents=True)
    for kind in ("base", "dev"):
        (root / "requirements" / f"{kind}.txt").write_text(f"{kind}==1\n")
    return module


def index(folder: Path, wheel: str, content: bytes = CONTENT) -> str:
    """A package index in a folder, as `pip` and mirrors lay it out."""
    page = folder / "pip"
    page.mkdir(parents=True)
    (page / wheel).write_bytes(content)
    (page / "index.html").write_text(
        f'<a href="pip-1.0-py3-none-any.whl">old</a><a class="x" href="{wheel}#sha256=0&amp;x">pip</a>'
    )
    return folder.as_uri()


def test_pip_comes_from_the_configured_index(bootstrap: ModuleType, tmp_path: Path) -> None:
    address = index(tmp_path / "mirror", bootstrap.PIP_WHEEL)
    (tmp_path / "pip.conf").write_text(f"[global]\nindex-url = {address}\n")
    assert bootstrap.fetch_pip() == CONTENT


def test_pip_comes_from_an_extra_index_or_a_folder_of_wheels(bootstrap: ModuleType, tmp_path: Path) -> None:
    address = index(tmp_path / "mirror", bootstrap.PIP_WHEEL)
    config_file = tmp_path / "pip.conf"
    config_file.write_text(
        f"[global]\nindex-url = {(tmp_path / 'none').as_uri()}\nextra-index-url =\n  file:///nowhere\n  {address}\n"
    )
    assert bootstrap.fetch_pip() == CONTENT
    wheels = tmp_path / "wheels"
    wheels.mkdir()
    (wheels / bootstrap.PIP_WHEEL).write_bytes(CONTENT)
    config_file.write_text(f"[install]\nno_index = true\nfind-links = {wheels}\n")
    assert bootstrap.fetch_pip() == CONTENT


def test_environment_is_stronger_than_the_configuration_file(
    bootstrap: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "pip.conf").write_text("[global]\nindex-url = https://file.example/simple\ncert = /file.pem\n")
    monkeypatch.setenv("PIP_INDEX_URL", "https://env.example/simple")
    found = bootstrap.settings()
    assert found["indexes"] == ["https://env.example/simple"]
    assert found["cert"] == "/file.pem"


def test_public_index_is_asked_when_nothing_is_configured(bootstrap: ModuleType) -> None:
    assert bootstrap.settings()["indexes"] == ["https://pypi.org/simple"]


def test_changed_wheel_is_never_run(bootstrap: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PIP_INDEX_URL", index(tmp_path / "mirror", bootstrap.PIP_WHEEL, b"another wheel"))
    with pytest.raises(bootstrap.SetupError, match="SHA-256 differs"):
        bootstrap.fetch_pip()


def test_missing_network_is_said_with_what_to_set_and_without_passwords(
    bootstrap: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PIP_INDEX_URL", "http://user:hidden@127.0.0.1:9/simple")
    with pytest.raises(bootstrap.SetupError) as caught:
        bootstrap.fetch_pip()
    text = str(caught.value)
    assert "http://127.0.0.1:9/simple/pip/: " in text
    assert "PIP_INDEX_URL" in text
    assert "HTTPS_PROXY" in text
    assert "hidden" not in text


def test_missing_certificate_file_is_named(bootstrap: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PIP_CERT", "/nowhere/ca.pem")
    with pytest.raises(bootstrap.SetupError, match=r"/nowhere/ca\.pem"):
        bootstrap.fetch_pip()


def filled(bootstrap: ModuleType, kind: str) -> None:
    (bootstrap.VENV / "bin").mkdir(parents=True, exist_ok=True)
    if not bootstrap.PYTHON.exists():
        bootstrap.PYTHON.symlink_to(sys.executable)
    bootstrap.STAMP.write_text(json.dumps({"kind": kind, "lock": bootstrap.fingerprint(kind)}))


@pytest.mark.parametrize(
    ("has", "wanted", "expected"),
    [("base", "base", True), ("base", "dev", False), ("dev", "base", True), ("dev", "dev", True)],
)
def test_environment_for_development_serves_both(bootstrap: ModuleType, has: str, wanted: str, expected: bool) -> None:
    filled(bootstrap, has)
    assert bootstrap.up_to_date(wanted) is expected


def test_another_lock_file_renews_the_environment_once_and_keeps_its_kind(
    bootstrap: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    filled(bootstrap, "dev")
    (bootstrap.ROOT / "requirements" / "dev.txt").write_text("dev==2\n")
    assert not bootstrap.up_to_date("base")
    installed: list[str] = []
    monkeypatch.setattr(bootstrap, "works", lambda: True)
    monkeypatch.setattr(bootstrap, "install", installed.append)
    bootstrap.build("base")
    bootstrap.build("base")
    assert installed == ["dev"]
    assert bootstrap.up_to_date("dev")


def test_failed_installation_is_tried_again_at_the_next_start(
    bootstrap: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    filled(bootstrap, "base")
    (bootstrap.ROOT / "requirements" / "base.txt").write_text("base==2\n")

    def fail(kind: str) -> None:
        raise bootstrap.SetupError(kind)

    monkeypatch.setattr(bootstrap, "works", lambda: True)
    monkeypatch.setattr(bootstrap, "install", fail)
    with pytest.raises(bootstrap.SetupError):
        bootstrap.build("base")
    assert not bootstrap.up_to_date("base")


def test_checkout_that_cannot_be_written_is_said_with_what_to_do(bootstrap: ModuleType) -> None:
    bootstrap.VENV.write_text("a file in the way, which stops root as well")
    with pytest.raises(bootstrap.SetupError, match="folder of your own"):
        bootstrap.build("base")


def test_unknown_environment_is_refused() -> None:
    done = subprocess.run([sys.executable, "-I", SCRIPT, "prod"], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "say base or dev" in done.stderr


def test_translations_are_compiled_when_the_source_is_newer(bootstrap: ModuleType) -> None:
    folder = bootstrap.ROOT / "oneteam" / "web" / "locale" / "zh_Hans" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    source = folder / "django.po"
    head = 'msgid ""\nmsgstr "Content-Type: text/plain; charset=UTF-8\\n"\n\n'
    source.write_text(head + 'msgid "report"\nmsgstr "诉求"\n', encoding="utf-8")
    assert bootstrap.is_stale(source)
    assert bootstrap.main(["--compile-messages", str(source)]) == 0
    assert "诉求".encode() in source.with_suffix(".mo").read_bytes()
    assert not bootstrap.is_stale(source)
    later = source.with_suffix(".mo").stat().st_mtime_ns + 1
    os.utime(source, ns=(later, later))
    assert bootstrap.is_stale(source)
    assert [path.name for path in sorted(folder.iterdir())] == ["django.mo", "django.po"]


def test_run_works_from_another_folder_and_through_a_link(tmp_path: Path) -> None:
    checkout = tmp_path / "check out"
    for name in ("tools", "requirements"):
        shutil.copytree(config.CHECKOUT / name, checkout / name)
    shutil.copy(config.CHECKOUT / "run", checkout / "run")
    (checkout / ".venv").symlink_to(sys.prefix)
    caller = tmp_path / "caller"
    for folder, words in ((checkout, "'ours', sys.argv[1:], os.getcwd()"), (caller, "'the wrong one'")):
        (folder / "oneteam").mkdir(parents=True)
        (folder / "oneteam" / "__init__.py").touch()
        (folder / "oneteam" / "cli.py").write_text(f"import os, sys\nprint({words})\nsys.exit(3)")
    (caller / "link").symlink_to(checkout / "run")
    done = subprocess.run(["./link", "a b", "--c"], cwd=caller, capture_output=True, text=True, check=False)
    assert done.stdout == f"ours ['a b', '--c'] {caller}\n", done.stderr
    assert done.returncode == 3
