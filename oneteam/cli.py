"""The program: `oneteam COMMAND`. Each room adds its commands; without one, the city is set up and served."""

import gc
import os
import sys
from collections.abc import Sequence
from contextlib import nullcontext
from importlib import import_module

from oneteam.kernel.errors import OneteamError
from oneteam.server import config, text, usage

SERVING = ("start", "serve")


def parser() -> usage.Parser:
    """Return the parser of all commands.

    A command's defaults are `run(args) -> exit code`; where it needs the database, the `role` it connects as; and
    `alone` where the city must not be served meanwhile.
    """
    main = usage.Parser(
        prog="oneteam",
        description="One city team carries out every administrative law-enforcement matter of its city.",
    )
    main.epilog = (
        "Commands answer in the language of the shell (LC_ALL, LC_MESSAGES, LANG): Chinese for zh…, else English; "
        "ONETEAM_LANG=zh or en says otherwise."
    )
    commands = main.add_subparsers()
    for room in usage.ROOMS:
        import_module(f"oneteam.{room}.commands").add_commands(commands)
    return main


def _speak(*, served: bool) -> None:
    """Answer in the shell's language; pages and what is stored keep the city's, so what serves it speaks it alone."""
    if served:
        os.environ.pop("ONETEAM_SPEAKS", None)
        text.speak(config.shell_language())
    else:
        os.environ["ONETEAM_SPEAKS"] = config.shell_language()


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code: 0 done, 1 not done with the reason on stderr, 2 wrong usage."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "oneteam.settings")
    given = list(sys.argv[1:] if arguments is None else arguments)
    if not given or (given[0].startswith("--") and given[0] != "--help"):
        given = ["start", *given]
    args = parser().parse_args(given)
    from oneteam.server.playing import set_clock  # noqa: PLC0415 -- not for the help: the database's driver comes along
    from oneteam.server.processes import database, unserved  # noqa: PLC0415 -- as above

    # A command ends soon: looking for garbage after each 700 objects took a fifth of an import's time.
    gc.set_threshold(50_000, 20)
    _speak(served=given[0] in SERVING)
    role = getattr(args, "role", None)
    if role:
        os.environ["ONETEAM_ROLE"] = role
        set_clock(config.city_paths(config.city()))
    try:
        with database() if role else nullcontext(), unserved() if getattr(args, "alone", False) else nullcontext():
            code: int = args.run(args)
    except OneteamError as error:
        print(error, file=sys.stderr)
        return 1
    except BrokenPipeError:
        return 1
    return code


if __name__ == "__main__":
    sys.exit(main())
