"""`oneteam client add NAME`, `oneteam client rotate NAME`, `oneteam client revoke NAME`."""

import argparse


def add_commands(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the room's commands."""
    client = commands.add_parser("client", help="connected systems").add_subparsers(metavar="COMMAND", required=True)
    for name, text in (
        ("add", "register a system and print its token once"),
        ("rotate", "print a new token once; the old one is refused from now"),
        ("revoke", "refuse its token from now"),
    ):
        command = client.add_parser(name, help=text)
        command.add_argument("name")
        command.set_defaults(run=run_client, change=name, role="app")


def run_client(args: argparse.Namespace) -> int:
    """Add a system, rotate its token or revoke it."""
    import django  # noqa: PLC0415 -- the database role is chosen before Django starts

    django.setup()
    from oneteam.exchange.acts import register_client, revoke_client, rotate_client  # noqa: PLC0415 -- needs Django
    from oneteam.journal.actors import os_operator  # noqa: PLC0415
    from oneteam.kernel.clock import now  # noqa: PLC0415

    actor, at = os_operator(), now()
    if args.change == "add":
        print(register_client(actor=actor, at=at, name=args.name)[1])
    elif args.change == "rotate":
        print(rotate_client(actor=actor, at=at, name=args.name))
    else:
        revoke_client(actor=actor, at=at, name=args.name)
    return 0
