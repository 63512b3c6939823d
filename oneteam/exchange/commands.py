"""`oneteam client add NAME`, `oneteam client revoke NAME`."""

import argparse
import getpass


def add_commands(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the room's commands."""
    client = commands.add_parser("client", help="connected systems").add_subparsers(metavar="COMMAND", required=True)
    for name, text in (("add", "register a system and print its token once"), ("revoke", "refuse its token from now")):
        command = client.add_parser(name, help=text)
        command.add_argument("name")
        command.set_defaults(run=_add if name == "add" else _revoke, role="app")


def _add(args: argparse.Namespace) -> int:
    import django  # noqa: PLC0415 -- the database role is chosen before Django starts

    django.setup()
    from oneteam.exchange.acts import register_client  # noqa: PLC0415 -- needs Django
    from oneteam.journal.actors import operator  # noqa: PLC0415
    from oneteam.kernel.clock import now  # noqa: PLC0415

    _client, token = register_client(actor=operator(getpass.getuser()), at=now(), name=args.name)
    print(token)
    return 0


def _revoke(args: argparse.Namespace) -> int:
    import django  # noqa: PLC0415 -- the database role is chosen before Django starts

    django.setup()
    from oneteam.exchange.acts import revoke_client  # noqa: PLC0415 -- needs Django
    from oneteam.journal.actors import operator  # noqa: PLC0415
    from oneteam.kernel.clock import now  # noqa: PLC0415

    revoke_client(actor=operator(getpass.getuser()), at=now(), name=args.name)
    return 0
