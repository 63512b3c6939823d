"""`oneteam start` and `oneteam serve`: everything under one command, until Ctrl-C."""

import gc
import os
import signal
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from ipaddress import ip_address

from django.utils.translation import gettext_noop

from oneteam.journal.actors import os_operator
from oneteam.kernel.clock import CLOCK_VARIABLE, normalise, real_now
from oneteam.kernel.errors import NotReadyError
from oneteam.server import config, greeting, playing, processes
from oneteam.server.text import gettext as _

WEB_SECONDS = 60.0
SETTLE_SECONDS = 600.0
OTHERS_SECONDS = 180.0
LOG_SECONDS = 0.3


@dataclass(frozen=True, slots=True)
class Options:
    """What the command line asks for. `demo` founds the demo city and lives its history, `small` without most of
    its places, people, firms and weeks; `leave` ends when that is done and followed. `speed`: of the played day."""

    demo: bool
    port: int = config.PORT
    host: str = config.HOST
    quiet: bool = False
    leave: bool = False
    small: bool = False
    speed: float | None = None

    @property
    def play(self) -> bool:
        """Whether the demo city's day is played: unless nothing is to be seen of it, or somebody set the time."""
        told = self.speed is not None or not os.environ.get(CLOCK_VARIABLE, "").strip()
        return self.demo and not self.leave and not self.quiet and told


class _Stopped(BaseException):
    """A signal asked this process to end."""


@contextmanager
def _ends_on_signal() -> Iterator[None]:
    """Turn SIGTERM, SIGINT and SIGHUP into an orderly end, wherever the process is just then."""
    numbers = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)

    def stop(_number: int, _frame: object) -> None:
        # A second Ctrl-C must not interrupt the stopping.
        for number in numbers:
            signal.signal(number, signal.SIG_IGN)
        raise _Stopped

    before = {number: signal.signal(number, stop) for number in numbers}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def start(options: Options) -> int:
    """Run the city until a signal comes, or attach to the supervisor that runs it already; returns the exit code."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "oneteam.settings")
    os.environ["ONETEAM_ROLE"], os.environ["ONETEAM_POOL"] = "app", ""
    paths, play = config.make_city_paths(config.city()), options.play
    playing.set_clock(paths)
    os.environ[CLOCK_VARIABLE] = normalise(os.environ.get(CLOCK_VARIABLE, ""), real_now())
    _check_reach(paths, options)
    with _ends_on_signal():
        try:
            while True:
                with processes.only_one(paths) as alone:
                    if alone:
                        _Run(paths, options, play=play).run()
                        return 0
                if _attach(paths, options):
                    return 0
        except _Stopped:
            return 0


def _check_reach(paths: config.CityPaths, options: Options) -> None:
    """Keep the demo city on this machine: its password stands on its sign-in page (DESIGN 6)."""
    from oneteam.server.founding import demo_file  # noqa: PLC0415 -- see _set_up

    try:
        here = options.host == "localhost" or ip_address(options.host).is_loopback
    except ValueError:
        here = False
    if not here and (options.demo or demo_file(paths).exists()):
        message = _(
            "The demo city %(city)s shows its password on the sign-in page, so it is served on this machine only: "
            "leave out --host %(host)s, or found a city of your own (oneteam init)."
        )
        raise NotReadyError(message % {"city": config.city(), "host": options.host})


class _Run:
    """One run of the supervisor."""

    def __init__(self, paths: config.CityPaths, options: Options, *, play: bool) -> None:
        self.paths, self.options, self.play = paths, options, play
        self.begun = time.monotonic()

    def run(self) -> None:
        """Set up, serve, and stop in order whatever happens."""
        with processes.database() as server:
            self._set_up()
            port = None if self.options.leave else processes.free_port(self.options.port, self.options.host)
            if port is not None:
                # What documents print as the address of their check, unless the city has a public one.
                os.environ.setdefault("ONETEAM_ADDRESS", self._address(port))
            live = None if port is None else processes.free_port(port + 1, self.options.host)
            play = f"{self._address(port)}/" if port is not None and self._plays() else None
            programs = processes.children(port=port, live=live, host=self.options.host, play=play)
            if port is not None:
                load_for_children()
            supervisor = processes.Supervisor(self.paths, programs, server)
            logs = processes.Logs(self.paths)
            supervisor.start()
            try:
                if port is not None:
                    self._open(supervisor, port, live)
                elif self.options.demo:
                    trouble = _("the journal's followers did not come to an end")
                    self._wait(supervisor, _settled, SETTLE_SECONDS, trouble)
                self._greet(supervisor)
                while port is not None:
                    supervisor.tick()
                    if not self.options.quiet:
                        _show(logs)
            finally:
                self._tell(gettext_noop("stopping everything"))
                supervisor.stop()
                if not self.options.quiet:
                    _show(logs)

    def _set_up(self) -> None:
        from oneteam.server import cities  # noqa: PLC0415 -- psycopg is not needed to show the help

        city = config.city()
        if self.options.demo:
            cities.create_city(city)
        elif not self.paths.roles.exists():
            raise NotReadyError(_("The city %(city)s is not founded yet; run: oneteam init") % {"city": city})
        import django  # noqa: PLC0415 -- settings read what create_city wrote

        django.setup()
        from django.conf import settings  # noqa: PLC0415 -- needs Django

        from oneteam.kernel.clock import now  # noqa: PLC0415 -- needs Django
        from oneteam.server import beginning, founding, readiness, upgrade  # noqa: PLC0415 -- needs Django

        self._tell(gettext_noop("the database answers"))
        if not self.options.demo:
            readiness.check_ready()
            return
        if not readiness.founded():
            with ThreadPoolExecutor(1) as beside:  # another process makes the tables
                drawn = beside.submit(beginning.draw, now(), whole=not self.options.small, play=self.play)
                cities.migrate(city)
                drawn.result()
            self._tell(gettext_noop("the tables are made"))
        elif readiness.pending_migrations():
            upgrade.upgrade_city(city)
            self._tell(gettext_noop("the tables are brought up to date"))
        readiness.check_ready()
        founding.found_demo(actor=os_operator(), at=now(), whole=not self.options.small)
        settings.REGION_IS_DEMO = True  # they were read before it was one
        self._tell(gettext_noop("law, places and people are there"))
        weeks = None if self.options.quiet else beginning.Weeks(sys.stderr, since=self.begun)
        for line in beginning.live(self.paths, now(), whole=not self.options.small, play=self.play, weeks=weeks):
            self._tell(line)

    def _plays(self) -> bool:
        """Let the city's time run fast from where its day stands; False where there is no day to play."""
        if not self.play:
            return False
        from oneteam.server import beginning  # noqa: PLC0415 -- needs Django

        clock = beginning.clock_of_day(self.paths, real_now(), speed=self.options.speed)
        if clock is None:
            return False
        os.environ[CLOCK_VARIABLE] = clock
        self._tell(gettext_noop("today is played from here"))
        return True

    def _address(self, port: int) -> str:
        return f"http://{f'[{self.options.host}]' if ':' in self.options.host else self.options.host}:{port}"

    def _open(self, supervisor: processes.Supervisor, port: int, live: int | None) -> None:
        address = f"{self._address(port)}/"
        self._wait(supervisor, lambda: answers(address), WEB_SECONDS, _("the web server did not come up"))
        supervisor.about.update(
            url=address, port=port, live=live, demo=self.options.demo, clock=os.environ[CLOCK_VARIABLE],
            started=real_now().isoformat(timespec="seconds"),
        )  # fmt: skip
        supervisor.note()

    def _wait(self, supervisor: processes.Supervisor, done: Callable[[], bool], seconds: float, trouble: str) -> None:
        deadline = time.monotonic() + seconds
        while not done():
            if time.monotonic() > deadline:
                raise NotReadyError(
                    _("%(trouble)s; see the logs in %(folder)s")
                    % {"trouble": trouble, "folder": processes.log_dir(self.paths)}
                )
            supervisor.tick()

    def _greet(self, supervisor: processes.Supervisor) -> None:
        if self.options.demo:
            _say(greeting.demo(self.paths, supervisor.about))
        else:
            _say(greeting.plain(supervisor.about))

    def _tell(self, message: str) -> None:
        if not self.options.quiet:
            seconds = time.monotonic() - self.begun
            sys.stderr.write(f"{seconds:6.1f} s  {greeting.both(message)}\n")
            sys.stderr.flush()


def load_for_children() -> None:
    """Load what the children run, so that they share it; none of it opens anything."""
    import granian.server  # noqa: F401, PLC0415 -- the help is shown without it
    from django.urls import reverse  # noqa: PLC0415 -- needs Django

    import oneteam.live.serving  # noqa: PLC0415 -- needs Django
    import oneteam.wsgi  # noqa: F401, PLC0415 -- as above

    reverse("home")  # which loads every page and its address
    gc.collect()
    gc.freeze()  # collecting writes into each object it looks at, and what is written is shared no more


def _settled() -> bool:
    """Tell whether every act is sealed and every follower that is awaited has passed it."""
    from django.db import OperationalError, connection  # noqa: PLC0415 -- needs Django

    from oneteam.journal.follow import behind  # noqa: PLC0415 -- needs Django
    from oneteam.journal.queries import seal_state  # noqa: PLC0415 -- needs Django

    try:
        return not seal_state().unsealed and not behind()
    except OperationalError:
        connection.close()
        return False


def answers(address: str) -> bool:
    """Tell whether a web server answers at an address, whatever it says."""
    try:
        with urllib.request.urlopen(address, timeout=5):  # noqa: S310  our own address
            return True
    except urllib.error.HTTPError:
        return True
    except OSError:
        return False


def _attach(paths: config.CityPaths, options: Options) -> bool:
    """Show what runs and follow its log; False when it ended before it was ready, so that we may start ourselves."""
    deadline = time.monotonic() + OTHERS_SECONDS
    while True:
        state = processes.running(paths)
        if state is None:
            return False
        if "url" in state:
            break
        if time.monotonic() > deadline:
            raise NotReadyError(
                _("another start of this city has not come up; see the logs in %(folder)s")
                % {"folder": processes.log_dir(paths)}
            )
        time.sleep(0.2)
    logs = processes.Logs(paths)
    with processes.database():
        import django  # noqa: PLC0415 -- settings read what the first start wrote

        django.setup()
        from django.db import connection  # noqa: PLC0415 -- needs Django

        _say(greeting.demo(paths, state) if state.get("demo") else greeting.plain(state))
        connection.close()
    while not options.leave and processes.running(paths) is not None:
        if not options.quiet:
            _show(logs)
        time.sleep(LOG_SECONDS)
    return True


def _say(text: str) -> None:
    sys.stdout.write(text)
    sys.stdout.flush()


def _show(logs: processes.Logs) -> None:
    for line in logs.lines():
        sys.stderr.write(line + "\n")
    sys.stderr.flush()
