"""What keeps the house in order: sizes, kinds of table, guards, who may, sentences of acts, walls between rooms."""

import ast
import io
import os
import re
import subprocess
import sys
import tokenize
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from statistics import median

import pytest
from django.apps import apps
from django.db import connection

from conftest import City
from oneteam.journal.kinds import TableKind, guarded_tables, table_kinds
from oneteam.procedures.packs import pack_declarations
from tests.world import product_acts

ROOT = Path(__file__).resolve().parents[1]
ROOMS = (
    "kernel", "journal", "web", "directories", "places", "people", "things", "files", "search", "lawbook", "documents",
    "procedures", "help", "notices", "intake", "triage", "cases", "patrols", "command", "supervision", "live",
    "exchange", "demo", "server",
)  # fmt: skip

# Tables of Django and allauth. All are session tables (credentials, sessions, framework bookkeeping): no business
# value stands in them.
FRAMEWORK_TABLES = {
    "django_migrations", "django_content_type", "django_session", "auth_permission", "auth_group",
    "auth_group_permissions", "account_emailaddress", "account_emailconfirmation", "mfa_authenticator",
}  # fmt: skip

# Rooms meet through acts and queries. These imports of another room's models stand for now, each with its reason.
MODELS_OF_OTHERS = {
    ("triage", "intake"): "panels are bound to the slots of Report and Listed",
    ("files", "journal"): "a follower is handed acts",
    ("triage", "journal"): "a follower is handed acts",
    ("directories", "journal"): "what is registered for the search is handed acts",
    ("search", "journal"): "a follower is handed acts; a rebuild sets its cursor back",
    ("command", "intake"): "Urgency's choices; the incident is locked while an order about it is sent",
    ("command", "journal"): "a follower is handed acts",
    ("notices", "journal"): "a follower is handed acts",
    ("patrols", "journal"): "what is registered for notices is handed acts",
    ("cases", "journal"): "what is registered for notices is handed acts",
    ("patrols", "intake"): "the panel is bound to the slot of Report",
    ("command", "triage"): "the form of the desk is filled from the proposal",
    ("server", "people"): "founding and the greeting ask for accounts and posts",
    ("server", "places"): "founding the demo city asks what is there already",
    ("server", "journal"): "founding and doctor ask for subjects and checkpoints",
    ("server", "exchange"): "founding asks whether the demo's client is there",
    ("server", "procedures"): "doctor compares the law packs with what was loaded",
}
VIEWS_OF_OTHERS = {
    "safe_next": "the panel of custody leads back to the page that showed it (web.views)",
    "of_error": "the layer that counts requests answers before any view is found (web.views)",
    "for_roles": "the guard of every page stands with the sign-in (people.views)",
    "step_view": "one way in which pages take steps, for every room (procedures.views)",
    "View": "what step_view returns (procedures.views)",
    "report_page": "the desk is a panel of the report's page and shows it again with what was refused (intake.views)",
}


def _tracked() -> list[Path]:
    """Return the files of the repository; where git cannot say, what lies in its folders."""
    command = ["git", "-c", f"safe.directory={ROOT}", "ls-files", "-z"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False).stdout.split("\0")
    found = [ROOT / name for name in listed if name]
    if not found:
        folders = ("oneteam", "tests", "benchmarks", "tools", "law", "demo", "docs")
        found = [path for folder in folders for path in (ROOT / folder).rglob("*") if "__pycache__" not in path.parts]
    return [path for path in found if path.is_file()]


def _files(*, tests: bool = True) -> list[Path]:
    return [
        path for path in _tracked()
        if path.suffix == ".py" and "migrations" not in path.relative_to(ROOT).parts
        and (tests or "tests" not in path.relative_to(ROOT).parts)
    ]  # fmt: skip


@cache
def _tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text("utf-8"), str(path))


def _name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def _functions() -> Iterator[tuple[str, int]]:
    for path in _files():
        for node in ast.walk(_tree(path)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                assert node.end_lineno is not None
                yield f"{_name(path)}:{node.lineno} {node.name}", node.end_lineno - node.lineno + 1


def _at(values: list[int], share: float) -> int:
    return sorted(values)[min(len(values) - 1, int(share * len(values)))]


def test_files_stay_within_their_budget() -> None:
    lengths = {_name(path): path.read_text("utf-8").count("\n") for path in _files()}
    assert {name: length for name, length in lengths.items() if length > 500} == {}
    assert _at(list(lengths.values()), 0.95) <= 300


def test_functions_stay_within_their_budget() -> None:
    lengths = dict(_functions())
    assert {name: length for name, length in lengths.items() if length > 80} == {}
    assert _at(list(lengths.values()), 0.95) <= 40
    assert median(lengths.values()) <= 10


def test_no_identifier_is_written_in_chinese() -> None:
    found = []
    for path in _files():
        source = io.StringIO(path.read_text("utf-8"))
        for token in tokenize.generate_tokens(source.readline):
            if token.type == tokenize.NAME and not token.string.isascii():
                found.append(f"{_name(path)}:{token.start[0]} {token.string}")
    assert found == []


def test_no_file_names_a_path_of_somebodys_machine() -> None:
    pattern = re.compile(r"(?<![\w.])/(?:home|Users|work|root)/[a-z0-9_.-]+", re.IGNORECASE)
    found = []
    for path in _tracked():
        try:
            text = path.read_text("utf-8")
        except UnicodeDecodeError:
            continue
        found += [f"{_name(path)}: {match.group()}" for match in pattern.finditer(text)]
    assert found == []


def _imports(path: Path) -> Iterator[tuple[str, str]]:
    """Yield (module, name) of every import, wherever it stands in the file."""
    for node in ast.walk(_tree(path)):
        if isinstance(node, ast.ImportFrom) and node.module:
            yield from ((node.module, alias.name) for alias in node.names)
        elif isinstance(node, ast.Import):
            yield from ((alias.name, "") for alias in node.names)


def _walls() -> Iterator[tuple[Path, str, str, str, str]]:
    """Yield (file, room, other room, its module, name) of every import across a wall between rooms."""
    for path in _files(tests=False):
        parts = path.relative_to(ROOT).parts
        if parts[0] != "oneteam" or len(parts) < 3:
            continue
        for module, name in _imports(path):
            pieces = module.split(".")
            if pieces[0] == "oneteam" and len(pieces) == 2 and pieces[1] in ROOMS:
                pieces.append(name)
            if pieces[0] == "oneteam" and len(pieces) >= 3 and pieces[1] != parts[1]:
                yield path, parts[1], pieces[1], pieces[2], name


def test_rooms_meet_through_acts_and_queries_not_through_models() -> None:
    found = {(room, other) for _path, room, other, module, _name in _walls() if module == "models"}
    assert found - MODELS_OF_OTHERS.keys() == set(), "name the reason in MODELS_OF_OTHERS or use the room's queries"
    assert MODELS_OF_OTHERS.keys() - found == set(), "these exceptions are no longer needed: take them out"


def test_rooms_do_not_import_the_views_of_others() -> None:
    found = {
        name for path, _room, _other, module, name in _walls() if module == "views" and path.name != "urls.py"
    }  # fmt: skip
    assert found - VIEWS_OF_OTHERS.keys() == set()
    assert VIEWS_OF_OTHERS.keys() - found == set(), "these exceptions are no longer needed: take them out"


def test_every_room_imports_only_rooms_before_it() -> None:
    wrong = [
        f"{_name(path)} imports {other}"
        for path, room, other, _module, _imported in _walls()
        if room in ROOMS and other in ROOMS and ROOMS.index(other) > ROOMS.index(room)
    ]
    assert wrong == []


def test_every_room_says_what_it_is_for() -> None:
    for room in ROOMS:
        readme = ROOT / "oneteam" / room / "README.md"
        assert readme.exists(), room
        assert readme.read_text("utf-8").startswith(f"# {room}"), room
        assert readme.read_text("utf-8").count("\n") <= 20, room


_CLOCK = re.compile(r"(clock\.)?(real_)?now|(datetime|date|timezone)\.(now|utcnow|today)|time\.time(_ns)?")


def test_domain_code_never_reads_the_clock() -> None:
    """Time is an argument: the region's time is asked for only at the edge, the machine's only for waiting."""
    edge = {
        "clock.py", "views.py", "api.py", "commands.py", "middleware.py", "accounts.py", "follower.py", "follow.py",
        "importing_run.py", "panels.py", "passkey_views.py", "password_views.py", "tie_views.py", "desk_views.py",
        "context_processors.py", "ids.py", "hub.py",
    }  # fmt: skip
    found = []
    for path in _files(tests=False):
        if (
            path.relative_to(ROOT).parts[0] != "oneteam"
            or "server" in path.relative_to(ROOT).parts
            or path.name in edge
        ):
            continue
        for node in ast.walk(_tree(path)):
            if isinstance(node, ast.Call) and _CLOCK.fullmatch(called := ast.unparse(node.func)):
                found.append(f"{_name(path)}:{node.lineno} {called}()")
    assert found == []


def test_every_write_takes_its_arguments_by_name() -> None:
    """Acts have actor and at as arguments; nobody can exchange two of them unseen (DESIGN, idea 1)."""
    wrong = []
    for path in _files(tests=False):
        for node in ast.walk(_tree(path)):
            if not isinstance(node, ast.FunctionDef):
                continue
            if any(ast.unparse(mark) == "write" for mark in node.decorator_list):
                names = {argument.arg for argument in node.args.kwonlyargs}
                if node.args.args or node.args.posonlyargs or "at" not in names:
                    wrong.append(f"{_name(path)}:{node.lineno} {node.name}")
    assert wrong == []


def _columns(query: str) -> list[tuple[object, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(query)
        return list(cursor.fetchall())


@pytest.mark.usefixtures("city")
def test_every_table_of_a_city_has_a_declared_kind() -> None:
    rows = _columns("SELECT tablename FROM pg_tables WHERE schemaname = current_schema()")
    declared = {model._meta.db_table for model in table_kinds()}
    tables = {str(row[0]) for row in rows}
    assert tables - declared - FRAMEWORK_TABLES == set()
    assert declared - tables == set()


def test_every_model_of_ours_has_a_declared_kind() -> None:
    ours = {model for model in apps.get_models() if model.__module__.startswith("oneteam.")}
    assert ours - table_kinds().keys() == set()


@pytest.mark.usefixtures("city")
def test_every_guarded_table_carries_the_guard_under_its_own_code() -> None:
    rows = _columns(
        "SELECT c.relname, t.tgname, split_part(encode(t.tgargs, 'escape'), '\\000', 1), t.tgenabled"
        " FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_namespace n ON n.oid = c.relnamespace"
        " WHERE NOT t.tgisinternal AND n.nspname = current_schema() AND t.tgname LIKE 'guard%'"
    )
    found: dict[str, dict[str, tuple[str, str]]] = {}
    for table, trigger, argument, enabled in rows:
        found.setdefault(str(table), {})[str(trigger)] = (str(argument), str(enabled))
    for code, table in guarded_tables().items():
        assert found.get(table, {}).keys() == {"guard_insert", "guard_update", "guard_delete", "guard_truncate"}, table
        for trigger, (argument, enabled) in found[table].items():
            assert enabled == "O", (table, trigger)
            assert trigger == "guard_truncate" or argument == str(code), (table, trigger)
    assert found.keys() == set(guarded_tables().values())


def test_codes_of_guarded_tables_never_change() -> None:
    """A code stands in change rows for ever: it is added here once and stays."""
    assert guarded_tables() == {
        10: "people_unit", 11: "people_person", 12: "people_post", 13: "people_duty",
        14: "people_certificate", 15: "people_absence", 16: "people_interest", 17: "people_roster",
        40: "places_region", 41: "places_place", 42: "places_boundary", 43: "places_edition", 50: "files_blob",
        60: "intake_report", 61: "intake_incident", 65: "triage_proposal",
        100: "documents_count", 101: "documents_number", 102: "documents_document",
        110: "cases_case", 111: "cases_casephoto",
        70: "command_order", 71: "command_orderphoto", 72: "command_handover", 80: "exchange_client",
        120: "patrols_finding", 121: "patrols_findingphoto",
        90: "things_party", 91: "things_premises", 92: "things_licence", 93: "things_component", 94: "things_device",
        **{code: table for code, table in guarded_tables().items() if table.startswith(("lawbook_", "procedures_"))},
    }  # fmt: skip
    assert all(code is None for kind, code in table_kinds().values() if kind is not TableKind.GUARDED)


def test_every_kind_of_act_says_who_may_or_is_a_declared_step() -> None:
    steps = {step.act for _file, declaration in pack_declarations() for step in declaration.steps.values()}
    silent = {name for name, kind in product_acts().items() if kind.who is None} - steps
    assert silent == set()
    assert steps - product_acts().keys() == set()


def test_every_act_is_known_as_soon_as_the_program_starts() -> None:
    """A room that forgets its acts in `ready` shows them in timelines only after somebody has imported them."""
    program = "import django; django.setup(); from oneteam.journal.kinds import act_kinds; print(*act_kinds())"
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    declared = {
        argument.value
        for path in _files(tests=False) if "oneteam" in path.relative_to(ROOT).parts
        for node in ast.walk(_tree(path)) if isinstance(node, ast.Call)
        if ast.unparse(node.func) in ("ActKind", "step_kind")
        for argument in (keyword.value for keyword in node.keywords if keyword.arg == "name")
        if isinstance(argument, ast.Constant)
    }  # fmt: skip
    assert set(done.stdout.split()) == declared


def test_every_sentence_of_an_act_uses_only_its_own_fields() -> None:
    for name, kind in product_acts().items():
        used = set(re.findall(r"%\((\w+)\)", str(kind.text)))
        assert used <= set(kind.fields), name
        str(kind.text) % dict.fromkeys(kind.fields, "x")
        assert not used & kind.personal, f"{name}: a personal value would stand in a timeline"


def test_models_and_migrations_agree(city: City) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "django", "makemigrations", "--check", "--dry-run"],
        cwd=ROOT, env={**os.environ, **city.environment(), "PYTHONPATH": str(ROOT)}, capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
