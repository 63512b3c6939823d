"""Where things lie and how a city's database is reached. Imports no Django: settings.py is made from this.

Environment: ONETEAM_DATA (folder of everything the product writes), ONETEAM_CITY (the one city this process serves),
ONETEAM_ROLE (see ROLES), ONETEAM_POOL=1 (pooled connections, for the web), DATABASE_URL (the city's own PostgreSQL
server instead of the embedded one), ONETEAM_DATABASE (another database of that server, for tests), ONETEAM_LANG (the
language commands answer in: zh or en), ONETEAM_SPEAKS (that language in a command's process, set by the command line).
"""

import json
import os
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from oneteam.kernel.errors import NotReadyError

CHECKOUT = Path(__file__).resolve().parents[2]
ROLES = ("owner", "app", "sealer", "reader")
DEFAULT_CITY = "demo"
DATABASE = "oneteam"
CITY_LANGUAGE = "zh-hans"
ROOT_DATA = Path("/var/lib/oneteam")
HOST = "127.0.0.1"
PORT = 8000
WEB_THREADS = 2  # of each worker; measured: more only wait for each other in one interpreter
# A thread uses one connection at a time. More would be gone through in turn, each with caches of its own to keep warm.
POOL = {"min_size": 1, "max_size": WEB_THREADS}

_CITY = re.compile(r"[a-z][a-z0-9_]{0,19}")
_RESERVED = re.compile(r"(pg_.*|.*_queue|public|ext|information_schema|oneteam|postgres)")


@dataclass(frozen=True, slots=True)
class CityPaths:
    """The files of one city; `root` may be entered by the owner only."""

    root: Path

    @property
    def roles(self) -> Path:
        """Passwords of the city's database roles, JSON."""
        return self.root / "roles.json"

    @property
    def master_key(self) -> Path:
        """The key that wraps every person's data key."""
        return self.root / "master.key"

    @property
    def sealer_key(self) -> Path:
        """The key that signs checkpoints."""
        return self.root / "sealer.key"

    @property
    def checkpoints(self) -> Path:
        """Signed checkpoints with the leaf hashes of their batch, outside the database."""
        return self.root / "checkpoints.log"

    @property
    def web_key(self) -> Path:
        """The key that signs sessions and forms (Django's SECRET_KEY)."""
        return self.root / "web.key"

    @property
    def files(self) -> Path:
        """Photos and other blobs."""
        return self.root / "files"

    @property
    def restoring(self) -> Path:
        """There while the city is being restored, and after a restore that was killed: nothing may serve it."""
        return self.root / ".restoring"


def shell_language() -> str:
    """The language that commands answer in: ONETEAM_LANG, else as the shell says (LC_ALL, LC_MESSAGES, LANG)."""
    said = (os.environ.get(name) for name in ("ONETEAM_LANG", "LC_ALL", "LC_MESSAGES", "LANG"))
    return CITY_LANGUAGE if next((word for word in said if word), "").lower().startswith("zh") else "en"


def language() -> str:
    """The language where nobody asks for another: a command's own, else the city's (pages, what is stored)."""
    return os.environ.get("ONETEAM_SPEAKS") or CITY_LANGUAGE


def data_dir() -> Path:
    """ONETEAM_DATA, the folder of everything the product writes; else as root /var/lib/oneteam, or .oneteam here.

    Root has another default because the database never runs as root, and its user cannot enter root's folders.
    """
    given = os.environ.get("ONETEAM_DATA")
    if given:
        return Path(given).expanduser().absolute()
    return ROOT_DATA if os.geteuid() == 0 else CHECKOUT / ".oneteam"


def check_city(name: str) -> str:
    """Return the name if a city may be called so; it becomes a schema and part of role names."""
    if not _CITY.fullmatch(name) or _RESERVED.fullmatch(name):
        raise NotReadyError(
            f"ONETEAM_CITY={name!r} cannot be a city's name: take 1 to 20 lower-case letters, digits and underscores, "
            f"beginning with a letter, not ending in _queue and not a word PostgreSQL keeps for itself"
        )
    return name


def city() -> str:
    """The city this process serves: ONETEAM_CITY, else "demo"; raises NotReadyError for an impossible name."""
    return check_city(os.environ.get("ONETEAM_CITY") or DEFAULT_CITY)


def city_paths(name: str, data: Path | None = None) -> CityPaths:
    """The files of a city; nothing is made."""
    return CityPaths((data or data_dir()) / "cities" / check_city(name))


def make_city_paths(name: str, data: Path | None = None) -> CityPaths:
    """The files of a city, its folders made (0700); raises NotReadyError where they cannot be."""
    base = data or data_dir()
    paths = city_paths(name, base)
    make_data(base)
    for folder in (paths.root.parent, paths.root, paths.files):
        make_private(folder)
    return paths


def make_data(base: Path) -> Path:
    """Make the data folder. Root's may be passed through (0711), not listed: the database's user lives below it."""
    make_private(base, mode=0o711 if os.geteuid() == 0 else 0o700)
    return base


def make_private(folder: Path, *, mode: int = 0o700) -> Path:
    """Make a folder with exactly this mode, whatever the umask; raises NotReadyError with what to set."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if folder.stat().st_mode & 0o777 != mode:
            folder.chmod(mode)
    except OSError as error:
        raise NotReadyError(
            f"the folder {folder} cannot be used ({error.strerror}): give it to this user, "
            f"or set ONETEAM_DATA to a folder that this user may write"
        ) from error
    return folder


def write_private(path: Path, content: str) -> None:
    """Write a file that only its owner may read (0600), whole or not at all, on disk when this returns."""
    fresh = path.with_name(f".{path.name}.{os.getpid()}")
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)


def read_json(path: Path) -> dict[str, Any]:
    """The JSON object in a file; {} where there is none; raises NotReadyError for a broken one."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise NotReadyError(f"{path} cannot be read: {error}") from error
    if not isinstance(found, dict):
        raise NotReadyError(f"{path} should hold a JSON object")
    return found


def dump(content: dict[str, Any]) -> str:
    """JSON as `read_json` takes it."""
    return json.dumps(content, ensure_ascii=False, indent=1) + "\n"


def flag(name: str) -> bool:
    """True when the environment variable says 1, true, yes or on; raises NotReadyError for a word that says neither."""
    word = os.environ.get(name, "").strip().lower()
    if word in ("1", "true", "yes", "on"):
        return True
    if word in ("", "0", "false", "no", "off"):
        return False
    raise NotReadyError(f"{name}={word!r} says neither yes nor no: set it to 1 or 0")


def number(name: str, *, most: int = 10) -> int:
    """The whole number in an environment variable, 0 where it is unset; raises NotReadyError for anything else."""
    word = os.environ.get(name, "").strip() or "0"
    if word.isascii() and word.isdigit() and int(word) <= most:
        return int(word)
    raise NotReadyError(f"{name}={word!r} is not a whole number from 0 to {most}")


def words(name: str, *, default: Iterable[str] = ()) -> list[str]:
    """The comma-separated words of an environment variable; the default where it is unset or empty."""
    found = [word.strip() for word in os.environ.get(name, "").split(",")]
    return [word for word in found if word] or list(default)


def address() -> str:
    """Where the public reaches this city, without a slash at the end: ONETEAM_ADDRESS, printed in codes on documents.

    The supervisor sets it to where it listens when it is unset. Raises NotReadyError for what is no web address.
    """
    given = os.environ.get("ONETEAM_ADDRESS", "").strip().rstrip("/") or "http://127.0.0.1:8000"
    parts = urlsplit(given)
    if parts.scheme not in ("http", "https") or not parts.netloc or parts.query or parts.fragment:
        raise NotReadyError(f"ONETEAM_ADDRESS={given!r} is no web address: it reads https://law.example.gov.cn")
    return given


def secret(name: str, file: str, *, data: Path | None = None) -> str:
    """The content of a key file in a city's folder; "" where the city is not made yet."""
    path = city_paths(name, data).root / file
    try:
        return path.read_text(encoding="utf-8").strip()
    except FileNotFoundError:
        return ""
    except OSError as error:
        raise NotReadyError(f"{path} cannot be read: {error.strerror}; start as the user who made the city") from error


def postgres_dir(data: Path | None = None) -> Path:
    """Where the embedded server lives."""
    return (data or data_dir()) / "postgres"


def external() -> str | None:
    """DATABASE_URL, the city's own server, or None where the embedded one serves."""
    return os.environ.get("DATABASE_URL") or None


def parse_url(url: str) -> dict[str, str]:
    """The parts of postgresql://user:password@host:port/name?host=/socket as libpq's keywords; raises NotReadyError."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise NotReadyError(f"DATABASE_URL cannot be read: {error}") from error
    if parts.scheme not in ("postgresql", "postgres"):
        raise NotReadyError("DATABASE_URL must begin with postgresql:// (other databases are not supported)")
    found = {
        "host": unquote(parts.hostname or ""),
        "port": str(port or ""),
        "user": unquote(parts.username or ""),
        "password": unquote(parts.password or ""),
        "dbname": unquote(parts.path.removeprefix("/")),
    }
    found.update(parse_qsl(parts.query))
    if not found["dbname"]:
        raise NotReadyError("DATABASE_URL names no database: add /NAME at its end")
    return {key: value for key, value in found.items() if value}


def server(data: Path | None = None) -> dict[str, str]:
    """libpq keywords of the administrator's connection, from DATABASE_URL or the embedded server's state file.

    Before the embedded server's first start there is no state: then only where its socket would be.
    """
    url = external()
    if url:
        return parse_url(url)
    home = postgres_dir(data)
    found = {"host": str(home / "socket"), "port": "5432", "dbname": DATABASE}
    found.update({key: str(value) for key, value in read_json(home / "state.json").items() if key in _STATE_KEYS})
    return found


_STATE_KEYS = {"host", "port", "user", "password"}


def database_name(data: Path | None = None) -> str:
    """The database all cities of this server stand in."""
    return os.environ.get("ONETEAM_DATABASE") or server(data)["dbname"]


def role_name(name: str, role: str) -> str:
    """The database role of a city, e.g. demo_app."""
    if role not in ROLES:
        raise NotReadyError(f"ONETEAM_ROLE={role!r} is no database role: take one of {', '.join(ROLES)}")
    return f"{check_city(name)}_{role}"


def search_path(name: str) -> str:
    """The schemas of a city, fixed when a connection starts."""
    return f"{name},{name}_queue,ext"


def database(name: str, role: str, *, dbname: str | None = None, data: Path | None = None) -> dict[str, Any]:
    """Django's DATABASES entry for one role of one city.

    Never fails for a city or server that does not exist yet (settings are read by `--help` and by tools, too):
    connecting does.
    """
    reached = server(data)
    user = role_name(name, role)
    options: dict[str, Any] = {
        "options": f"-c search_path={search_path(name)}",
        "application_name": f"oneteam-{name}-{role}",
    }
    # Further libpq keywords of DATABASE_URL (sslmode, sslrootcert, connect_timeout, ...) hold for every role.
    options.update({k: v for k, v in reached.items() if k not in {*_STATE_KEYS, "dbname", "options"}})
    pooled = os.environ.get("ONETEAM_POOL") == "1"
    if pooled:
        options["pool"] = dict(POOL)
    return {
        "ENGINE": "django.db.backends.postgresql",
        "HOST": reached.get("host", ""),
        "PORT": reached.get("port", ""),
        "NAME": dbname or database_name(data),
        "USER": user,
        "PASSWORD": str(read_json(city_paths(name, data).roles).get(role, "")),
        "ATOMIC_REQUESTS": False,
        # Django allows no age beside a pool, which keeps its connections itself.
        "CONN_MAX_AGE": 0 if pooled else None,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": options,
    }
