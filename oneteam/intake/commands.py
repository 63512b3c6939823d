"""`oneteam intake import FILE`."""

import argparse
import getpass
import time
from pathlib import Path


def add_commands(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the room's commands."""
    intake = commands.add_parser("intake", help="take in reports").add_subparsers(required=True)
    imports = intake.add_parser("import", help="take in a file of reports, all of it or nothing")
    imports.add_argument(
        "file", type=Path, help="CSV (UTF-8, UTF-16, GBK), .xlsx or .xls; docs/import.md names the columns"
    )
    imports.add_argument("--source", default="import", help="who the external ids belong to (default: %(default)s)")
    imports.add_argument("--channel", default="website", help="for files without that column (default: %(default)s)")
    imports.set_defaults(run=run_import, role="app")


def run_import(args: argparse.Namespace) -> int:
    """Import a file and print what became of its rows."""
    import django  # noqa: PLC0415 -- the database role is chosen before Django starts

    django.setup()
    from oneteam.intake.importing_run import import_file  # noqa: PLC0415 -- needs Django

    begun = time.monotonic()
    done = import_file(args.file, source=args.source, channel=args.channel, user=getpass.getuser())
    print(done.text(seconds=time.monotonic() - begun))
    return 0
