"""`oneteam law load | validate | diagrams | table`: the declared procedures."""

import argparse
import getpass
from pathlib import Path

from oneteam.lawbook.commands import Commands, law_commands

DOCS = Path(__file__).resolve().parents[2] / "docs"


def add_commands(commands: Commands) -> None:
    """Add the room's commands."""
    law = law_commands(commands)
    load = law.add_parser("load", help="store the declarations and the catalogue of the law packs")
    load.set_defaults(run=run_load, role="app")
    validate = law.add_parser(
        "validate", help="compare the law packs with what the rooms supply, and run CAT-01 to CAT-07"
    )
    validate.set_defaults(run=run_validate)
    diagrams = law.add_parser("diagrams", help="draw each procedure; with --check, say which drawing is out of date")
    diagrams.add_argument("--check", action="store_true", help="write nothing, exit with 1 if a drawing differs")
    diagrams.add_argument("--directory", type=Path, default=DOCS / "procedures", help="default: %(default)s")
    diagrams.set_defaults(run=run_diagrams)
    table = law.add_parser("table", help="write who may do what; with --check, say whether the page is out of date")
    table.add_argument("--check", action="store_true", help="write nothing, exit with 1 if the page differs")
    table.add_argument("--file", type=Path, default=DOCS / "role-act.md", help="default: %(default)s")
    table.set_defaults(run=run_table)


def run_load(_args: argparse.Namespace) -> int:
    """Store what is new in the law packs."""
    import django  # noqa: PLC0415 -- the database role is chosen before Django starts

    django.setup()
    from oneteam.kernel.clock import now  # noqa: PLC0415 -- needs Django
    from oneteam.lawbook import catalogue_console  # noqa: PLC0415 -- needs Django
    from oneteam.procedures import console  # noqa: PLC0415 -- needs Django

    for line in console.load(user=getpass.getuser(), at=now()):
        print(line)
    print(catalogue_console.load(user=getpass.getuser(), at=now()))
    return 0


def run_validate(_args: argparse.Namespace) -> int:
    """Check that every name of the law packs is supplied, and every check is declared."""
    import django  # noqa: PLC0415 -- Django starts only when a command runs

    django.setup()
    from oneteam.kernel.clock import legal_day, now  # noqa: PLC0415 -- needs Django
    from oneteam.lawbook.catalogue_console import validate  # noqa: PLC0415 -- needs Django
    from oneteam.procedures import console  # noqa: PLC0415 -- needs Django

    for line in console.validated():
        print(line)
    print(validate(on=legal_day(now())))
    return 0


def run_diagrams(args: argparse.Namespace) -> int:
    """Draw or compare the diagrams."""
    import django  # noqa: PLC0415 -- Django starts only when a command runs

    django.setup()
    from oneteam.procedures import console  # noqa: PLC0415 -- needs Django

    stale = console.diagrams(args.directory, write=not args.check)
    for file in stale:
        print(file)
    return 1 if stale and args.check else 0


def run_table(args: argparse.Namespace) -> int:
    """Write or compare the role × act table."""
    import django  # noqa: PLC0415 -- Django starts only when a command runs

    django.setup()
    from oneteam.procedures import console  # noqa: PLC0415 -- needs Django

    stale = console.table(args.file, write=not args.check)
    for file in stale:
        print(file)
    return 1 if stale and args.check else 0
