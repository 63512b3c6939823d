"""`oneteam import NAME FILE [--dry-run]`."""

import argparse
import getpass
import sys
import time
from pathlib import Path


def add_commands(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the room's commands."""
    imports = commands.add_parser("import", help="take in a file of a directory, all of it or nothing")
    imports.add_argument("name", nargs="?", help="what the file holds; without it, all imports are listed")
    imports.add_argument("file", nargs="?", type=Path, help="CSV, .xlsx or .xls; GeoJSON where the import takes it")
    imports.add_argument("--dry-run", action="store_true", help="read and check the file, write nothing")
    imports.add_argument(
        "--set", action="append", default=[], metavar="NAME=VALUE", dest="options", help="an option of this import"
    )
    imports.add_argument("--template", action="store_true", help="write an empty table to FILE (.csv or .xlsx)")
    imports.set_defaults(run=run_import, role="app")


def run_import(args: argparse.Namespace) -> int:
    """List the imports, write a template, or import a file."""
    import django  # noqa: PLC0415 -- the database role is chosen before Django starts

    django.setup()
    from oneteam.directories.console import listed, take, write_template  # noqa: PLC0415 -- needs Django
    from oneteam.kernel.clock import now  # noqa: PLC0415 -- as above

    if args.name is None or args.file is None:
        print(listed(args.name))
        return 0
    if args.template:
        print(write_template(args.name, args.file))
        return 0
    begun = time.monotonic()
    shown = sys.stderr if sys.stderr.isatty() else None
    text = take(
        args.name, args.file, at=now(), given=args.options, dry_run=args.dry_run, user=getpass.getuser(), shown=shown
    )
    print(f"{text}, {time.monotonic() - begun:.1f} s")
    return 0
