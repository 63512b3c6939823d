"""`oneteam search rebuild`."""

import argparse


def add_commands(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the room's commands."""
    search = commands.add_parser("search", help="the index of the search box").add_subparsers(required=True)
    rebuild = search.add_parser("rebuild", help="empty the index and let it be made anew from the whole journal")
    rebuild.set_defaults(run=run_rebuild, role="app")


def run_rebuild(_args: argparse.Namespace) -> int:
    """Empty the index; the running server fills it again, else the next start does."""
    import django  # noqa: PLC0415 -- the database role is chosen before Django starts

    django.setup()
    from django.utils.translation import gettext as _  # noqa: PLC0415 -- needs Django

    from oneteam.search.indexing import begin_anew  # noqa: PLC0415 -- needs Django

    begin_anew()
    print(_("The index is empty; the followers of the server fill it again from the journal."))
    return 0
