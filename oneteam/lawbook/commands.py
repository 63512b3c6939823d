"""`oneteam law …`: the holiday table and the city's settings. The room `procedures` adds its own below that word."""

import argparse
import getpass
from pathlib import Path
from typing import TypeAlias

Commands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"


def law_commands(commands: Commands) -> Commands:
    """Return the commands below `law`, made by whichever room asks first."""
    law = commands.choices.get("law") or commands.add_parser("law", help="the law: procedures, time limits, settings")
    for action in law._actions:
        if isinstance(action, argparse._SubParsersAction):
            return action
    return law.add_subparsers(required=True)


def add_commands(commands: Commands) -> None:
    """Add the room's commands."""
    law = law_commands(commands)
    calendar = law.add_parser("calendar", help="load a holiday table and list the deadlines that it moves")
    calendar.add_argument("file", type=Path, help="CSV: date,is_workday[,name], whole years")
    calendar.add_argument("--source", required=True, help="the notice it comes from, such as its number")
    calendar.set_defaults(run=run_calendar, role="app")
    change = law.add_parser("set", help="set a value that the law leaves to the city")
    change.add_argument("name", help="as “oneteam law settings” lists them")
    change.add_argument("value", help='such as "3 working_day"')
    change.add_argument("--basis", required=True, help="on which ground: the city's own document or decision")
    change.add_argument("--mark", default="U", help="how sure the ground is: V1, V2, U or demo (default: %(default)s)")
    change.set_defaults(run=run_set, role="app")
    settings = law.add_parser("settings", help="list every setting, its value and what is missing")
    settings.set_defaults(run=run_settings, role="reader")
    _catalogue_commands(law)


def _catalogue_commands(law: Commands) -> None:
    take = law.add_parser("import", help="take a catalogue of matters, all or nothing (CSV, .xlsx, .xls)")
    take.add_argument("file", type=Path, help="the columns of “oneteam law export”")
    take.add_argument("--dry-run", action="store_true", help="find every fault, write nothing")
    take.add_argument("--reason", default="", help="why checks that only warn (CAT-03) are gone over")
    take.set_defaults(run=run_import, role="app")
    give = law.add_parser("export", help="write the whole catalogue to a file")
    give.add_argument("file", type=Path, help="its name ends in .csv or .xlsx")
    give.set_defaults(run=run_export, role="reader")
    approval = law.add_parser("transfer", help="register the document that gave matters to the bureau (CAT-05)")
    approval.add_argument("name", help="as the catalogue's column “transfer” names it")
    for word, told in (("title", "what it is called"), ("document", "its number"), ("approved", "the day of approval")):
        approval.add_argument(f"--{word}", required=True, help=told)
    approval.add_argument("--from", dest="first", required=True, help="the first day on which it holds")
    approval.add_argument("--to", dest="last", default="", help="its last day, if it has one")
    approval.add_argument("--mark", default="U", choices=("V1", "V2", "U"), help="default: %(default)s")
    approval.set_defaults(run=run_transfer, role="app")
    listed = law.add_parser("checks", help="list every check of the law with severity, mark and its tests")
    listed.set_defaults(run=run_checks)


def run_calendar(args: argparse.Namespace) -> int:
    """Load a holiday table; print what changed and every deadline that moved (CAL-06)."""
    import django  # noqa: PLC0415 -- the database role is chosen before Django starts

    django.setup()
    from oneteam.kernel.clock import now  # noqa: PLC0415 -- needs Django
    from oneteam.lawbook import console  # noqa: PLC0415 -- needs Django

    for line in console.load_file(args.file, source=args.source, user=getpass.getuser(), at=now()):
        print(line)
    return 0


def run_set(args: argparse.Namespace) -> int:
    """Set one setting."""
    import django  # noqa: PLC0415 -- the database role is chosen before Django starts

    django.setup()
    from oneteam.kernel.clock import now  # noqa: PLC0415 -- needs Django
    from oneteam.lawbook import console  # noqa: PLC0415 -- needs Django

    ground = {"basis": args.basis, "mark": args.mark}
    print(console.set_value(args.name, args.value, **ground, user=getpass.getuser(), at=now()))
    return 0


def run_settings(_args: argparse.Namespace) -> int:
    """List the settings; exit code 1 while one is not set."""
    import django  # noqa: PLC0415 -- the database role is chosen before Django starts

    django.setup()
    from oneteam.lawbook import console  # noqa: PLC0415 -- needs Django

    lines, missing = console.settings_table()
    for line in lines:
        print(line)
    return 1 if missing else 0


def run_import(args: argparse.Namespace) -> int:
    """Import a catalogue; say what it did."""
    import django  # noqa: PLC0415 -- the database role is chosen before Django starts

    django.setup()
    from oneteam.kernel.clock import now  # noqa: PLC0415 -- needs Django
    from oneteam.lawbook import catalogue_console as console  # noqa: PLC0415 -- needs Django

    told = console.import_file(
        args.file, user=getpass.getuser(), at=now(), reason=args.reason, dry_run=args.dry_run
    )  # fmt: skip
    for line in told:
        print(line)
    return 0


def run_export(args: argparse.Namespace) -> int:
    """Export the catalogue."""
    import django  # noqa: PLC0415 -- the database role is chosen before Django starts

    django.setup()
    from oneteam.lawbook import catalogue_console as console  # noqa: PLC0415 -- needs Django

    print(console.export_file(args.file))
    return 0


def run_transfer(args: argparse.Namespace) -> int:
    """Register an approved catalogue entry."""
    import django  # noqa: PLC0415 -- the database role is chosen before Django starts

    django.setup()
    from oneteam.kernel.clock import now  # noqa: PLC0415 -- needs Django
    from oneteam.lawbook import catalogue_console as console  # noqa: PLC0415 -- needs Django

    words = {name: getattr(args, name) for name in ("title", "document", "approved", "first", "last", "mark")}
    print(console.transfer(args.name, **words, user=getpass.getuser(), at=now()))
    return 0


def run_checks(_args: argparse.Namespace) -> int:
    """List every check."""
    import django  # noqa: PLC0415 -- Django starts only when a command runs

    django.setup()
    from oneteam.lawbook import catalogue_console as console  # noqa: PLC0415 -- needs Django

    for line in console.checks_table():
        print(line)
    return 0
