"""A process that begins with all that its parent has loaded, and shares that memory until one of the two changes it.

Only a process with one thread may fork, and nothing that it has open with the database may go along: the caller closes
its connections before.
"""

import os
import signal
import subprocess
import sys
import time
import traceback
from collections.abc import Callable, Mapping
from pathlib import Path

_LOOK = 0.01  # seconds between two looks at a process that is waited for


class Forked:
    """A forked child, with what `subprocess.Popen` offers of one."""

    def __init__(self, pid: int) -> None:
        self.pid, self.returncode = pid, -1
        self._over = False

    def poll(self) -> int | None:
        """The exit code, negative for a signal; None while it runs."""
        if not self._over:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                self._over, self.returncode = True, os.waitstatus_to_exitcode(status)
        return self.returncode if self._over else None

    def wait(self, timeout: float | None = None) -> int:
        """Wait for its end, at most `timeout` seconds; raises subprocess.TimeoutExpired then."""
        deadline = None if timeout is None else time.monotonic() + timeout
        while self.poll() is None:
            if deadline is not None and time.monotonic() > deadline:
                raise subprocess.TimeoutExpired(str(self.pid), timeout or 0.0)
            time.sleep(_LOOK)
        return self.returncode

    def send_signal(self, number: signal.Signals) -> None:
        """Send a signal, if it runs."""
        if self.poll() is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        """End it at once."""
        self.send_signal(signal.SIGKILL)


def fork(run: Callable[[], int], *, name: str, environment: Mapping[str, str], output: int) -> Forked:
    """Run a function in a child of its own session whose output goes to an open file; its value is the exit code.

    `name` (at most 15 bytes) is what `ps -o comm` and `top` show of it.
    """
    sys.stdout.flush()
    sys.stderr.flush()
    # A signal that reaches the child before it has let go of our handlers would run them.
    before = signal.pthread_sigmask(signal.SIG_BLOCK, (signal.SIGTERM, signal.SIGINT, signal.SIGHUP))
    pid = os.fork()
    if pid:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
        return Forked(pid)
    code = 1
    try:
        _let_go(output)
        os.environ.clear()
        os.environ.update(environment)
        Path("/proc/self/comm").write_text(name, "ascii")
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
        code = run()
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else 1
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def _let_go(output: int) -> None:
    """Leave the parent's terminal, signal handlers, and every file it has open: its locks go with those."""
    os.setsid()
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)
    nothing = os.open(os.devnull, os.O_RDONLY)
    for target, source in enumerate((nothing, output, output)):
        os.dup2(source, target)
    os.closerange(3, os.sysconf("SC_OPEN_MAX"))
