"""Ask the package index what is known against the packages of the lock files: `.venv/bin/python tools/advisories.py`.

Ends with 1 where an advisory is known that `requirements/advisories.txt` does not answer, and where an answer there has
run out. Where no advisories are served (a mirror without them, no network) nothing was checked, and it says so.
"""

import json
import re
import sys
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
SOURCE = "https://pypi.org/pypi/{name}/{version}/json"
LOCKS = ("requirements/base.txt", "requirements/dev.txt")
ANSWERS = "requirements/advisories.txt"
SECONDS = 15
Fetch = Callable[[str, str], Mapping[str, Any]]


class NoAdvisoriesError(Exception):
    """Nobody answers what is known against a package."""


@dataclass(frozen=True, slots=True)
class Answer:
    """Why an advisory does not stop us, and until when that was thought through."""

    until: date
    reason: str


def packages(root: Path) -> dict[str, str]:
    """Return the version of each package of the lock files."""
    text = "\n".join((root / lock).read_text("utf-8") for lock in LOCKS)
    return dict(re.findall(r"^([A-Za-z0-9._-]+)==([^\s;\\]+)", text, re.MULTILINE))


def answers(root: Path) -> dict[str, Answer]:
    """Return what was answered: a line `ID until-day reason`, such as `PYSEC-2026-1 2026-12-31 we never call it`."""
    found = {}
    for line in (root / ANSWERS).read_text("utf-8").splitlines():
        if line.strip() and not line.startswith("#"):
            name, until, reason = line.split(maxsplit=2)
            found[name] = Answer(date.fromisoformat(until), reason)
    return found


def fetch(name: str, version: str) -> Mapping[str, Any]:
    """Return what the index says of a version. NoAdvisoriesError where it says nothing."""
    try:
        with urllib.request.urlopen(SOURCE.format(name=name, version=version), timeout=SECONDS) as answer:  # noqa: S310
            said: Mapping[str, Any] = json.load(answer)
    except (OSError, ValueError) as error:  # URLError and HTTPError are OSErrors
        raise NoAdvisoriesError(f"{name} {version}: {error}") from error
    if "vulnerabilities" not in said:
        raise NoAdvisoriesError(f"{name} {version}: the index serves no advisories")
    return said


def against(name: str, version: str, said: Mapping[str, Any]) -> Iterator[tuple[Sequence[str], str]]:
    """Return the advisories against a version: every name of it, and a line that tells it."""
    for one in said["vulnerabilities"]:
        if not one.get("withdrawn"):
            cure = ", ".join(one.get("fixed_in") or ()) or "no version yet"
            summary = " ".join((one.get("summary") or one.get("details") or "").split())[:200]
            yield [one["id"], *one.get("aliases", ())], f"{name} {version}: {one['id']}, mended in {cure}: {summary}"


def main(root: Path = ROOT, *, ask: Fetch = fetch, today: date | None = None) -> int:
    """Tell what is known against the packages; returns 1 where something is that was not answered."""
    known, today, wrong = answers(root), today or datetime.now(UTC).date(), list[str]()
    wrong += [f"{name}: the answer held until {one.until}" for name, one in known.items() if one.until < today]
    try:
        for name, version in packages(root).items():
            for names, told in against(name, version, ask(name, version)):
                if not any(one in known for one in names):
                    wrong.append(told)
    except NoAdvisoriesError as error:
        print(f"not checked, as nobody serves advisories here: {error}")
    for line in wrong:
        print(line)
    if wrong:
        print(f"Take the mended version (requirements/lock), or say in {ANSWERS} why it does not concern us.")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
