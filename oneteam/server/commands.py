"""`oneteam start`, `serve`, `init`, `migrate`, `backup`, `restore`, `doctor` and `bench`."""

import argparse
import os
import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from oneteam.server import config, usage

if TYPE_CHECKING:
    Commands = argparse._SubParsersAction[argparse.ArgumentParser]


FASTEST = 600  # ten minutes in a second: faster, the timer would look at the clocks too seldom


def add_commands(commands: "Commands") -> None:
    """Add the room's commands."""
    _add_serving(commands)
    migrate = commands.add_parser("migrate", help="bring the tables of every city up to this program")
    migrate.add_argument("--city", help="this city only")
    migrate.set_defaults(run=run_migrate)
    _add_keeping(commands)
    doctor = commands.add_parser("doctor", help="say what is configured, reachable, sealed and overdue")
    doctor.add_argument("--json", action="store_true", help="one JSON object a line: name, state, found, cure")
    doctor.set_defaults(run=run_doctor)
    bench = commands.add_parser("bench", help="list the benchmarks, or run one")
    bench.add_argument("name", nargs="?")
    bench.add_argument("--smoke", action="store_true", help="small numbers, to see that it runs")
    bench.add_argument("--data", help="other data than the product's own")
    bench.add_argument("--json", action="store_true", help="one JSON object a line: name, value, unit, target, met")
    bench.set_defaults(run=run_bench)


def _add_serving(commands: "Commands") -> None:
    default = int(os.environ.get("ONETEAM_PORT") or config.PORT)
    start = commands.add_parser("start", help="found the demo city where there is none and serve it (the default)")
    serve = commands.add_parser("serve", help="serve the city that ONETEAM_CITY names")
    for each in (start, serve):
        each.add_argument("--port", type=int, default=default, help="a busy one gives the next (%(default)s)")
        each.add_argument("--quiet", action="store_true", help="show no log; of the demo city: play no day")
    start.add_argument("--exit", action="store_true", help="end when the city is founded and its history lived")
    start.add_argument(
        "--small", action="store_true", help="found a small demo city: 20 communities, 15 people, no firms"
    )
    start.add_argument(
        "--speed", type=_speed, help="play the demo city's day so fast (60: a minute in a second, as without it)"
    )
    start.set_defaults(run=run_start)
    serve.add_argument("--host", default=config.HOST, help="where to listen; put a TLS proxy in front (%(default)s)")
    serve.set_defaults(run=run_serve)
    init = commands.add_parser("init", help="found the city that ONETEAM_CITY names, without any account")
    init.add_argument("--code", required=True, help="division code, six digits (GB/T 2260)")
    init.add_argument("--name-zh", required=True)
    init.add_argument("--name-en", required=True)
    init.set_defaults(run=run_init)


def _add_keeping(commands: "Commands") -> None:
    backup = commands.add_parser("backup", help="put the city into one archive; it may be served meanwhile")
    backup.add_argument(
        "file", type=Path, help="the archive to write, or a folder in which it gets a name with the time"
    )
    backup.add_argument("--with-keys", action="store_true", help="with master.key and sealer.key: guard it like them")
    backup.set_defaults(run=run_backup, role="owner")
    restore = commands.add_parser("restore", help="make a city from an archive of `backup`, where there is none")
    restore.add_argument("file", type=Path, help="the archive")
    restore.add_argument("--keys", type=Path, metavar="FOLDER", help="where the city's master.key and sealer.key lie")
    restore.add_argument(
        "--checkpoints", type=Path, metavar="FILE", help="a newer checkpoint file: what was lost since is recorded"
    )
    restore.set_defaults(run=run_restore)


def _speed(text: str) -> float:
    with suppress(ValueError):
        if 1 <= (speed := float(text)) <= FASTEST:
            return speed
    raise argparse.ArgumentTypeError(usage.gettext("a number from 1 to %(most)d is needed") % {"most": FASTEST})


def run_start(args: argparse.Namespace) -> int:
    """Found and serve the demo city."""
    from oneteam.server.start import Options, start  # noqa: PLC0415 -- see run_doctor

    return start(Options(demo=True, port=args.port, quiet=args.quiet, leave=args.exit, small=args.small,
                         speed=args.speed))  # fmt: skip


def run_serve(args: argparse.Namespace) -> int:
    """Serve a city that is founded."""
    from oneteam.server.start import Options, start  # noqa: PLC0415 -- see run_doctor

    return start(Options(demo=False, port=args.port, host=args.host, quiet=args.quiet))


def run_init(args: argparse.Namespace) -> int:
    """Found a city."""
    from oneteam.server.upgrade import init  # noqa: PLC0415 -- see run_doctor

    print(init(code=args.code, name_zh=args.name_zh, name_en=args.name_en))
    return 0


def run_migrate(args: argparse.Namespace) -> int:
    """Migrate one city or all."""
    from oneteam.server.upgrade import migrate  # noqa: PLC0415 -- see run_doctor

    for line in migrate(args.city):
        print(line, flush=True)
    return 0


def run_backup(args: argparse.Namespace) -> int:
    """Back the city up."""
    import django  # noqa: PLC0415 -- the database role is chosen before Django starts

    django.setup()
    from oneteam.server.backup import backup, moment  # noqa: PLC0415 -- needs Django
    from oneteam.server.text import gettext as _  # noqa: PLC0415 -- as above

    done = backup(args.file, with_keys=args.with_keys, tell=_tell)
    text = _(
        "%(file)s: %(size).1f MB, %(acts)d acts, %(files)d files; all that was acknowledged before %(end)s is in it"
    )
    print(text % {"file": done.file, "size": done.size / 1e6, "acts": done.acts, "files": done.files,
                  "end": moment(done.end)})  # fmt: skip
    return 0


def run_restore(args: argparse.Namespace) -> int:
    """Restore a city; 1 when something in it does not hold."""
    from oneteam.server.restore import restore  # noqa: PLC0415 -- see run_doctor
    from oneteam.server.text import gettext as _  # noqa: PLC0415 -- as above

    good = restore(args.file, keys=args.keys, checkpoints=args.checkpoints, tell=_tell)
    if good:
        print(_("Everything holds. The city %(city)s is restored; serve it with: oneteam serve")
              % {"city": os.environ["ONETEAM_CITY"]})  # fmt: skip
    return 0 if good else 1


def _tell(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def run_doctor(args: argparse.Namespace) -> int:
    """Print every finding; 1 when something is wrong."""
    from oneteam.server.doctor import examine  # noqa: PLC0415 -- loaded by the command that needs it

    wrong = False
    for finding in examine():
        wrong |= finding.state == "wrong"
        print(finding.to_json() if args.json else finding.to_text(), flush=True)
    return int(wrong)


def run_bench(args: argparse.Namespace) -> int:
    """List the benchmarks or run one; 1 when a target was missed."""
    names = _benchmarks()
    if args.name is None:
        for name, about in names.items():
            print(f"{name:<12} {about}")
        return 0
    if args.name not in names:
        text = usage.gettext("There is no benchmark “%(name)s”; known are: %(known)s")
        print(text % {"name": args.name, "known": ", ".join(names)}, file=sys.stderr)
        return 2
    from importlib import import_module  # noqa: PLC0415 -- one benchmark's needs are not the others'

    missed = False
    for figure in import_module(f"benchmarks.{args.name}").run(smoke=args.smoke, data=args.data):
        missed |= figure.met is False
        print(figure.to_json() if args.json else figure.to_text(), flush=True)
    return int(missed and not args.smoke)


def _benchmarks() -> dict[str, str]:
    """The first line of each benchmark's own description, read without running it; one is what has a `run`."""
    import ast  # noqa: PLC0415 -- only for the list

    trees = {
        path.stem: ast.parse(path.read_text("utf-8")) for path in sorted((config.CHECKOUT / "benchmarks").glob("*.py"))
    }
    return {
        name: (ast.get_docstring(tree) or "").split("\n", 1)[0]
        for name, tree in trees.items()
        if any(isinstance(node, ast.FunctionDef) and node.name == "run" for node in tree.body)
    }
