"""What a child of the supervisor runs: web, live feed, sealer, followers, player.

`python -m oneteam.server.child NAME` runs one in an interpreter of its own, as the followers start the nightly
verification: they have threads, and so may not fork.
Each child dies with the supervisor, however that ends, so that a killed server leaves nothing that writes behind.
"""

import ctypes
import importlib
import logging
import logging.config
import os
import select
import signal
import sys
import time
from collections.abc import Callable
from threading import Event, Thread
from typing import Any

from oneteam.kernel import logs
from oneteam.kernel.errors import OneteamError
from oneteam.server import config
from oneteam.server.processes import DRAIN, PARENT

log = logging.getLogger("oneteam.server.child")  # this module may run as __main__
WORKERS = 2
_LOG_FORMS = {"json": "oneteam.kernel.logs.JsonLines", "text": "oneteam.kernel.logs.Lines"}
BREACH_SECONDS = 5.0
NICE = 19
_PR_SET_PDEATHSIG = 1


def die_with(parent: int, number: signal.Signals) -> None:
    """Have the kernel send this process a signal when its parent ends; at once if it has ended already."""
    ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, number, 0, 0, 0)
    if os.getppid() != parent:
        os.kill(os.getpid(), number)


def stop_event() -> Event:
    """An event that SIGTERM and SIGINT set."""
    stop = Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda _number, _frame: stop.set())
    return stop


def web(host: str, port: str) -> int:
    """Serve the pages and the interface until told to stop; requests under way are finished."""
    from granian import Granian  # noqa: PLC0415 -- the other children do without
    from granian.constants import HTTPModes, Interfaces  # noqa: PLC0415 -- needs Django
    from granian.log import LogLevels  # noqa: PLC0415 -- needs Django

    server = Granian(
        "oneteam.wsgi:application",
        address=host,
        port=int(port),
        interface=Interfaces.WSGI,
        http=HTTPModes.http1,
        websockets=False,
        workers=WORKERS,
        blocking_threads=config.WEB_THREADS,
        log_level=LogLevels.warning,
        log_dictconfig={
            "formatters": {name: {"()": _LOG_FORMS[logs.chosen(child=True)]} for name in ("generic", "access")}
        },
        workers_kill_timeout=int(DRAIN) - 5,
        respawn_failed_workers=True,
        respawn_interval=0.2,
    )
    server.serve(target_loader=load_application, wrap_loader=False)
    return 0


def load_application() -> Callable[..., Any]:
    """Load the application inside a worker, which ends when granian's main process is killed."""
    # Until granian sets the worker's own handler, the one inherited from the main process would swallow the signal.
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    # By force: the main process, which would end a worker that hangs while it stops, is gone then, and an orphan would
    # go on taking requests on the port that its successors share with it. What was answered is committed.
    die_with(int(os.environ[WEB_MAIN]), signal.SIGKILL)
    name_connections("web")
    trust_open_sockets()
    from oneteam.wsgi import application  # noqa: PLC0415 -- Django starts in the worker, not before

    return application


def trust_open_sockets() -> None:
    """Ask the database whether a pooled connection still stands only where its socket has something to say.

    A server that ended or cut the connection has closed the socket, which then reads as ready; asking each time would
    cost every request a round trip.
    """
    from psycopg_pool import ConnectionPool  # noqa: PLC0415 -- only the web's workers have a pool

    ask = ConnectionPool.check_connection

    def check(pooled: Any) -> None:
        if select.select([pooled.fileno()], [], [], 0)[0]:
            ask(pooled)

    # Django hands the pool this very method and takes no other.
    ConnectionPool.check_connection = staticmethod(check)  # type: ignore[method-assign, assignment]


def name_connections(child: str) -> None:
    """Let the database's list of connections say which process each belongs to."""
    from django.conf import settings  # noqa: PLC0415 -- read in the child, not before

    settings.DATABASES["default"]["OPTIONS"]["application_name"] += f"-{child}"


WEB_MAIN = "ONETEAM_WEB_MAIN"


def live(host: str, port: str) -> int:
    """Serve the live feed until told to stop."""
    import asyncio  # noqa: PLC0415 -- the other children do without

    import django  # noqa: PLC0415 -- the parent chose the environment

    name_connections("live")
    django.setup()
    from oneteam.live.serving import many_sockets, serve  # noqa: PLC0415 -- needs Django

    many_sockets()
    asyncio.run(serve(host, int(port)))
    return 0


def sealer() -> int:
    """Seal the journal until told to stop."""
    import django  # noqa: PLC0415 -- the parent chose the environment

    django.setup()
    from oneteam.journal.seal import Sealer  # noqa: PLC0415 -- needs Django

    Sealer.from_settings().run(stop_event())
    return 0


def followers() -> int:
    """Run what reacts to sealed acts, the timer of clocks and nightly verification, and uploads, until told to stop."""
    import django  # noqa: PLC0415 -- the parent chose the environment

    name_connections("followers")
    django.setup()
    from oneteam.directories.runner import run_imports  # noqa: PLC0415 -- needs Django
    from oneteam.journal.follow import run_followers  # noqa: PLC0415 -- needs Django

    stop = stop_event()
    beside = [Thread(target=run, args=(stop,), name=run.__name__) for run in (run_timer, run_imports)]
    for thread in beside:
        thread.start()
    run_followers(stop)
    stop.set()
    for thread in beside:
        thread.join()
    return 0


def run_timer(stop: Event) -> None:
    """Record each clock that has run out and have the journal verified each night, until told to stop.

    Outlives the database's restarts.
    """
    from django.db import Error, connection  # noqa: PLC0415 -- needs Django

    from oneteam.journal.actors import machine  # noqa: PLC0415 -- needs Django
    from oneteam.kernel.clock import now  # noqa: PLC0415 -- needs Django
    from oneteam.procedures.acts import breach_overdue  # noqa: PLC0415 -- needs Django
    from oneteam.server.nightly import Night  # noqa: PLC0415 -- needs Django

    actor, night = machine("clock", "1"), Night(config.city_paths(config.city()))
    while not stop.wait(BREACH_SECONDS):
        try:
            while (breached := breach_overdue(actor=actor, at=now())) and not stop.is_set():
                log.info("", extra={"event": "clocks_run_out", "acts": breached})
            night.look(now())
        except (Error, OneteamError) as error:
            log.warning("the timer could not do its work, trying again: %s", error)
            connection.close()
    night.stop()
    connection.close()


def player(address: str) -> int:
    """Play the demo city's day until it is over or until told to stop."""
    import django  # noqa: PLC0415 -- the parent chose the environment

    name_connections("player")
    django.setup()
    from oneteam.server.player import run  # noqa: PLC0415 -- needs Django

    run(stop_event(), address)
    return 0


def verify() -> int:
    """Verify the journal once and record what was found; everything else on this machine goes first."""
    os.nice(NICE)
    import django  # noqa: PLC0415 -- the parent chose the environment

    name_connections("verify")
    django.setup()
    from oneteam.server.nightly import run  # noqa: PLC0415 -- needs Django

    run()
    return 0


_PROGRAMS: dict[str, Callable[..., int]] = {
    "web": web, "live": live, "sealer": sealer, "followers": followers, "verify": verify, "player": player,
}  # fmt: skip


def run_shared(name: str, *arguments: str) -> int:
    """Run one child in a process that was forked from the supervisor."""
    read_settings_anew()
    return run(name, *arguments)


def read_settings_anew() -> None:
    """Let the settings be those of this process: the supervisor read them for itself, maybe before the city stood.

    The entry of the database is changed in place, as Django's connections keep hold of it.
    """
    from django.conf import settings  # noqa: PLC0415 -- set up by the supervisor
    from django.db import connections  # noqa: PLC0415 -- as above

    fresh = importlib.reload(sys.modules[settings.SETTINGS_MODULE])
    for name in filter(str.isupper, dir(fresh)):
        if name != "DATABASES":
            setattr(settings, name, getattr(fresh, name))
    connections["default"].settings_dict.update(fresh.DATABASES["default"])
    logging.config.dictConfig(settings.LOGGING)


def run(name: str, *arguments: str) -> int:
    """Run one child; the arguments are what its function takes."""
    die_with(int(os.environ[PARENT]), signal.SIGTERM)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "oneteam.settings")
    os.environ[WEB_MAIN] = str(os.getpid())
    try:
        return _PROGRAMS[name](*arguments)
    except OneteamError as error:
        # Starting again at once would say the same: a person has to do something first.
        log.error("%s", error)  # noqa: TRY400 -- the text is for a person
        time.sleep(1.0)
        return 1


if __name__ == "__main__":
    sys.exit(run(*sys.argv[1:]))
