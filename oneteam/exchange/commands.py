"""`oneteam client add|rotate|revoke NAME`, and `oneteam events export FILE`."""

import argparse
from datetime import date
from pathlib import Path


def add_commands(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the room's commands."""
    client = commands.add_parser("client", help="connected systems").add_subparsers(required=True)
    for name, text in (
        ("add", "register a system and print its token once"),
        ("rotate", "print a new token once; the old one is refused from now"),
        ("revoke", "refuse its token from now"),
    ):
        command = client.add_parser(name, help=text)
        command.add_argument("name")
        command.set_defaults(run=run_client, change=name, role="app")
    events = commands.add_parser("events", help="incidents as events of GB/T 47678.5").add_subparsers(required=True)
    export = events.add_parser("export", help="hand over the incidents of some days as a CSV file; all or none")
    export.add_argument("file", type=Path)
    export.add_argument("--from", dest="first", type=date.fromisoformat, required=True, metavar="DAY")
    export.add_argument("--to", dest="last", type=date.fromisoformat, required=True, metavar="DAY")
    export.add_argument("--reason", default="", help="why a grid that does not fit its point (EVT-04) is handed over")
    export.set_defaults(run=run_events, role="app")


def run_client(args: argparse.Namespace) -> int:
    """Add a system, rotate its token or revoke it."""
    import django  # noqa: PLC0415 -- the database role is chosen before Django starts

    django.setup()
    from oneteam.exchange.acts import register_client, revoke_client, rotate_client  # noqa: PLC0415 -- needs Django
    from oneteam.journal.actors import os_operator  # noqa: PLC0415 -- needs Django
    from oneteam.kernel.clock import now  # noqa: PLC0415 -- needs Django

    actor, at = os_operator(), now()
    if args.change == "add":
        print(register_client(actor=actor, at=at, name=args.name)[1])
    elif args.change == "rotate":
        print(rotate_client(actor=actor, at=at, name=args.name))
    else:
        revoke_client(actor=actor, at=at, name=args.name)
    return 0


def run_events(args: argparse.Namespace) -> int:
    """Write the file of some days' events."""
    import django  # noqa: PLC0415 -- the database role is chosen before Django starts

    django.setup()
    from oneteam.exchange.events import hand_over_events  # noqa: PLC0415 -- needs Django
    from oneteam.journal.actors import os_operator  # noqa: PLC0415 -- needs Django
    from oneteam.kernel.clock import now  # noqa: PLC0415 -- needs Django

    handed = hand_over_events(actor=os_operator(), at=now(), first=args.first, last=args.last, reason=args.reason)
    args.file.write_bytes(handed)
    return 0
