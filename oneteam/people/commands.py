"""`oneteam account …` and `oneteam post …`: who may sign in, and under which posts."""

import argparse
from datetime import date
from typing import TypeAlias

Commands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"


def add_commands(commands: Commands) -> None:
    """Add the room's commands."""
    account = commands.add_parser("account", help="who may sign in").add_subparsers(required=True)
    _add_account_add(account)
    listing = account.add_parser("list", help="list the accounts with their posts of today")
    listing.set_defaults(run=run_list, role="app")
    for name, text in (
        ("disable", "let somebody sign in no more; all sessions end at the next request"),
        ("enable", "let somebody sign in again"),
        ("password", "set a new password, print it once and end all sessions"),
        ("forget-passkeys", "remove somebody's passkeys (lost, or a new device) and end all sessions"),
    ):
        command = account.add_parser(name, help=text)
        command.add_argument("username")
        command.set_defaults(run=run_change, change=name, role="app")
    post = commands.add_parser("post", help="give and end posts").add_subparsers(required=True)
    give = post.add_parser("give", help="give a person a further post in a unit that is there")
    give.add_argument("username")
    # `role` itself is the database role that the command connects as.
    give.add_argument("--role", required=True, dest="post", help="dispatcher, grid_attendant, officer, ...")
    for name in ("unit", "title-zh", "title-en"):
        give.add_argument(f"--{name}", required=True)
    give.add_argument("--from", type=date.fromisoformat, dest="first", help="first day, YYYY-MM-DD (default: today)")
    give.add_argument("--to", type=date.fromisoformat, dest="last", help="last day (default: open)")
    give.set_defaults(run=run_give, role="app")
    end = post.add_parser("end", help="end a post; its holder loses it at the first request after the last day")
    end.add_argument("username")
    end.add_argument("--role", required=True, dest="post", help="dispatcher, grid_attendant, officer, ...")
    end.add_argument("--unit", default="", help="the unit's code, where the role is held in several")
    end.add_argument("--to", type=date.fromisoformat, dest="last", help="last day, YYYY-MM-DD (default: today)")
    end.set_defaults(run=run_end, role="app")


def _add_account_add(account: Commands) -> None:
    add = account.add_parser("add", help="register a person with a post and print the password once")
    add.add_argument("username")
    for name in ("name-zh", "name-en", "title-zh", "title-en", "unit"):
        add.add_argument(f"--{name}", required=True)
    add.add_argument("--role", required=True, dest="post", help="dispatcher, grid_attendant, officer, ...")
    for name, text in (
        ("unit-zh", "for a unit that is new: its name"),
        ("unit-en", "the same in English"),
        ("unit-kind", "for a new unit: bureau, brigade, squad, station, committee, contractor, agency, department"),
        ("unit-parent", "for a new unit: the code of the one it stands below"),
    ):
        add.add_argument(f"--{name}", default="", help=text)
    add.set_defaults(run=run_add, role="app")


def _setup() -> None:
    import django  # noqa: PLC0415 -- the database role is chosen before Django starts

    django.setup()


def run_add(args: argparse.Namespace) -> int:
    """Make an account and print its password."""
    _setup()
    from oneteam.journal.actors import os_operator  # noqa: PLC0415 -- needs Django
    from oneteam.kernel.clock import now  # noqa: PLC0415
    from oneteam.people.registering import NewAccount, add_account  # noqa: PLC0415

    told = {name: value for name, value in vars(args).items() if name not in ("run", "role", "post")}
    print(add_account(actor=os_operator(), at=now(), new=NewAccount(**told, role=args.post)))
    return 0


def run_list(_args: argparse.Namespace) -> int:
    """List the accounts."""
    _setup()
    from oneteam.kernel.clock import now  # noqa: PLC0415 -- needs Django
    from oneteam.people import console  # noqa: PLC0415

    for line in console.accounts(now()):
        print(line)
    return 0


def run_change(args: argparse.Namespace) -> int:
    """Disable or enable an account, or give it a new password."""
    _setup()
    from oneteam.journal.actors import os_operator  # noqa: PLC0415 -- needs Django
    from oneteam.kernel.clock import now  # noqa: PLC0415
    from oneteam.people import console  # noqa: PLC0415

    print(console.CHANGES[args.change](actor=os_operator(), at=now(), username=args.username))
    return 0


def run_give(args: argparse.Namespace) -> int:
    """Give a post."""
    _setup()
    from oneteam.journal.actors import os_operator  # noqa: PLC0415 -- needs Django
    from oneteam.kernel.clock import now  # noqa: PLC0415
    from oneteam.people import console  # noqa: PLC0415

    print(
        console.give(
            actor=os_operator(), at=now(), username=args.username, role=args.post, unit=args.unit,
            titles=(args.title_zh, args.title_en), first=args.first, last=args.last,
        )
    )  # fmt: skip
    return 0


def run_end(args: argparse.Namespace) -> int:
    """End a post."""
    _setup()
    from oneteam.journal.actors import os_operator  # noqa: PLC0415 -- needs Django
    from oneteam.kernel.clock import now  # noqa: PLC0415
    from oneteam.people import console  # noqa: PLC0415

    print(
        console.end(
            actor=os_operator(), at=now(), username=args.username, role=args.post, unit=args.unit, last=args.last
        )
    )
    return 0
