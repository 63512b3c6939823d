"""The documents say what the code does: links lead somewhere, commands, columns and variables are the real ones."""

import argparse
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from oneteam import cli
from oneteam.exchange.api import ReportIn, ReportOut
from oneteam.intake import listing
from oneteam.intake.importing import COLUMNS, REPORTS
from oneteam.intake.models import Channel
from oneteam.intake.telling import LINE_LIMIT
from oneteam.kernel import sheets
from oneteam.kernel.texts import TEXT_LIMIT

ROOT = Path(__file__).resolve().parents[1]
PAGES = sorted(
    [*ROOT.glob("*.md"), *ROOT.glob("docs/*.md"), *ROOT.glob("oneteam/*/README.md"), *ROOT.glob("demo/**/*.md")]
)
COMMANDS = re.compile(r"\./run ((?:[a-z][a-z-]*)(?: [a-z][a-z-]*)*)")


def read(name: str) -> str:
    return (ROOT / name).read_text("utf-8")


def table(page: str) -> list[list[str]]:
    """Return the cells of a page's tables."""
    return [
        [cell.strip() for cell in line.strip("|").split("|")] for line in page.splitlines() if line.startswith("| ")
    ]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_leads_to_a_file(page: Path) -> None:
    targets = re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", page.read_text("utf-8"))
    missing = [t for t in targets if not t.startswith(("http:", "https:")) and not (page.parent / t).exists()]
    assert missing == []


def _known(parser: argparse.ArgumentParser, words: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    yield words
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for name, below in action.choices.items():
                yield from _known(below, (*words, name))


def test_every_command_of_the_documents_exists() -> None:
    known = set(_known(cli.parser()))
    wrong = []
    for page in PAGES:
        for found in COMMANDS.findall(page.read_text("utf-8")):
            words = tuple(found.split())
            if not any(
                words[: len(command)] == command for command in known if command and len(command) == _depth(words)
            ):
                wrong.append(f"{page.relative_to(ROOT)}: ./run {found}")
    assert wrong == []


def _depth(words: tuple[str, ...]) -> int:
    """Return how many of these words name a command: some have commands below them."""
    return 2 if words[0] in ("journal", "law", "intake", "client", "account") else 1


def test_columns_of_files_are_those_of_the_page() -> None:
    page = read("docs/import.md")
    described = [row[0].strip("`") for row in table(page) if row[0].startswith("`")]
    assert sorted(described) == sorted(column.name for column in COLUMNS)
    channels = next(row[2] for row in table(page) if row[0] == "`channel`")
    assert channels.split(", ") == list(Channel.values)
    heading = re.search(r"`(message_id[^`]*)`", page)
    assert heading
    other = {alias for column in COLUMNS for alias in column.aliases} | set(REPORTS.ignored)
    assert set(heading[1].split(", ")) == other


@pytest.mark.parametrize("name", ["README.md", "README.zh-CN.md"])
def test_readme_begins_with_what_it_is_a_picture_and_two_commands(name: str) -> None:
    first = "\n".join(read(name).splitlines()[:40])
    language = "zh" if "zh" in name else "en"
    for picture in (f"docs/screens/wall.{language}.1920.webp", f"docs/screens/leader.{language}.phone.webp"):
        assert f'src="{picture}"' in first
        assert (ROOT / picture).exists()
    assert re.search(r"^\./run ", first, re.MULTILINE)
    assert re.search(r"^\./test ", first, re.MULTILINE)
    assert "Not here yet" in first or "尚未具备" in first


def test_both_readmes_name_the_same_variables_and_every_one_is_read() -> None:
    english, chinese = (
        {row[0].strip("`") for row in table(read(name)) if row[0].startswith(("`ONETEAM", "`DATABASE"))}
        for name in ("README.md", "README.zh-CN.md")
    )
    assert english == chinese
    files = [path for path in ROOT.glob("oneteam/**/*.py") if "tests" not in path.relative_to(ROOT).parts]
    code = "".join(path.read_text("utf-8") for path in files)
    assert {name for name in english if f'"{name}"' not in code} == set()
    # The program sets these for its own processes and tests.
    own = {"ONETEAM_ROLE", "ONETEAM_POOL", "ONETEAM_DATABASE", "ONETEAM_SUPERVISOR", "ONETEAM_WEB_MAIN"}
    own |= {"ONETEAM_TEST_DATA", "ONETEAM_LIVE_PORT", "ONETEAM_SPEAKS"}
    read_here = set(re.findall(r'"(ONETEAM_[A-Z_]+)"', code))
    assert {name for name in read_here - english - own if not name.endswith("_")} == set()


def test_limits_of_the_readme_are_those_of_the_code() -> None:
    page = read("README.md")
    assert f"{TEXT_LIMIT:,} characters" in page
    assert f"{sheets.FILE_LIMIT // 2**20} MB and {sheets.ROW_LIMIT:,} rows" in page
    assert f"export {listing.EXPORT_LIMIT:,} rows" in page
    assert f"{LINE_LIMIT} characters" in read("docs/import.md")


def test_page_of_the_interface_names_its_fields_states_and_statuses() -> None:
    page = read("docs/api.md")
    assert set(ReportIn.model_fields) == {column.name for column in COLUMNS}
    for state in ("received", "answered", "closed", "reopened"):
        assert f"`{state}`" in page
        assert state in str(ReportOut.model_fields["state"].annotation)
    for status in ("201", "200", "401", "404", "409", "422"):
        assert status in page


def test_files_of_a_city_are_those_of_the_administrators_page() -> None:
    from oneteam.server.config import city_paths  # noqa: PLC0415 -- the names alone

    page, paths = read("docs/admin.md"), city_paths("demo")
    for path in (paths.roles, paths.master_key, paths.sealer_key, paths.checkpoints, paths.web_key, paths.files):
        assert f"`{path.name}" in page, path.name


def test_order_of_the_rooms_is_the_one_that_is_held() -> None:
    contract = re.findall(r'^  "oneteam\.(\w+)",$', read("pyproject.toml"), re.MULTILINE)
    described = [row[0].strip("`") for row in table(read("docs/structure.md")) if row[0].startswith("`")]
    assert described == contract


def test_names_in_the_glossary_exist() -> None:
    """The identifier column names models that are there, so that a renamed one is renamed here too."""
    from django.apps import apps  # noqa: PLC0415 -- only here

    names = re.findall(r"`(\w+)\.([A-Z]\w+)`", read("docs/glossary.md"))
    models = {(model._meta.app_label, model.__name__) for model in apps.get_models()}
    classes = {("people", "Role"), ("intake", "Channel"), ("lawbook", "Matter")}
    assert {name for name in names if name[0] in {label for label, _ in models}} - models - classes == set()
