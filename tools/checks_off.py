"""Turn every check of the law off, one at a time, and see its own tests fail: `.venv/bin/python tools/checks_off.py`.

A check's own tests are those named by its id, `test_off_05_…`. Without arguments every check that a room registers
(the order of steps itself, OT-03 and OT-04, is the engine and cannot be taken out); arguments are ids. Ends with 1
where a check has no test of its own or where its tests pass without it.
"""

import argparse
import contextlib
import io
import multiprocessing
import os
import re
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[1]
NAMED = re.compile(r"^test_([a-z]+)_(\d\d)_")


class Names:
    """A pytest plugin: the tests of each check, by its id."""

    def __init__(self) -> None:
        self.found: dict[str, list[str]] = {}

    def pytest_collection_modifyitems(self, items: Sequence[pytest.Item]) -> None:
        """Note every test that is named by a check and needs no browser."""
        for item in items:
            named = NAMED.match(item.name)
            if named and item.get_closest_marker("browser") is None:
                self.found.setdefault(f"{named[1].upper()}-{named[2]}", []).append(item.nodeid)


class Without:
    """A pytest plugin: one check answers that nothing is wrong, whatever it is asked."""

    def __init__(self, check_id: str) -> None:
        self.check_id = check_id

    def pytest_collection_finish(self) -> None:
        """Take the check's place, now that every room has registered its own."""
        from oneteam.journal import checks  # noqa: PLC0415 -- Django is set up by the tests' own configuration

        there: dict[str, Any] = checks._checks  # no part of the product turns a check off
        there[self.check_id] = checks.RegisteredCheck(lambda _context: None, there[self.check_id].needs)


def _quietly(arguments: Sequence[str], plugin: object) -> tuple[int, str]:
    told = io.StringIO()
    with contextlib.redirect_stdout(told), contextlib.redirect_stderr(told):
        code = pytest.main(["-p", "no:cacheprovider", "-p", "no:xdist", "-q", *arguments], plugins=[plugin])
    return int(code), told.getvalue()


def names() -> dict[str, list[str]]:
    """Return the node ids of the tests of every check."""
    plugin = Names()
    code, told = _quietly(["--collect-only", str(ROOT)], plugin)
    if code:
        raise SystemExit(told)
    return plugin.found


def without(task: tuple[str, list[str]]) -> tuple[str, int, str]:
    """Run the tests of one check with the check turned off; returns pytest's exit code and what it said."""
    check_id, tests = task
    return check_id, *_quietly(["-x", *tests], Without(check_id))


def main() -> int:
    """Turn off, run, tell."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("ids", nargs="*")
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1)
    wanted = parser.parse_args()
    os.chdir(ROOT)
    sys.path.insert(0, str(ROOT))
    tests = names()
    from oneteam.journal.checks import checks  # noqa: PLC0415 -- as above

    ids = wanted.ids or sorted(checks())
    bare = [check_id for check_id in ids if check_id not in tests]
    idle = []
    forked = multiprocessing.get_context("fork")  # everything is imported already
    with forked.Pool(wanted.processes, maxtasksperchild=1) as pool:
        tasks = [(check_id, tests[check_id]) for check_id in ids if check_id in tests]
        for check_id, code, told in pool.imap(without, tasks, chunksize=1):
            fails = code == pytest.ExitCode.TESTS_FAILED
            print(f"{check_id}: {'its own tests fail without it' if fails else 'NOTHING FAILS WITHOUT IT'}", flush=True)
            if not fails:
                idle.append(check_id)
                print(told)
    for check_id in bare:
        print(f"{check_id}: no test is named by it")
    print(f"{len(ids) - len(idle) - len(bare)} of {len(ids)} checks are held by their own tests")
    return 1 if idle or bare else 0


if __name__ == "__main__":
    sys.exit(main())
