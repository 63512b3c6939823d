# ruff: noqa: S310, S603, T201  (its input is the project's own lock file and pip's configuration)
"""Makes the project's Python environment: `.venv` in the checkout, filled from the lock files with hashes checked.

    python3 tools/bootstrap.py [base|dev]

Runs before anything is installed, so it uses the standard library only. It does nothing (in milliseconds) when the
environment is up to date. Two starts at once wait for each other. Compiles stale translations as well.
"""

import base64
import configparser
import fcntl
import hashlib
import html
import importlib.util
import json
import os
import re
import shutil
import ssl
import subprocess
import sys
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
STAMP = VENV / ".oneteam-stamp"
LOCK = ".oneteam-lock"
LEAST = (3, 11)
PUBLIC_INDEX = "https://pypi.org/simple"
# Used only where Python comes without ensurepip (Debian without python3-venv).
PIP_WHEEL = "pip-26.3-py3-none-any.whl"
PIP_SHA256 = "f3b60b20ffaadd4415ed7957212a38ac63fa4c5fa375bd0f4a797777940fad13"
SECONDS_PER_ANSWER = 60


class SetupError(Exception):
    """The environment cannot be made; the text says why and what to do."""


def main(arguments):
    if arguments[:1] == ["--compile-messages"]:
        return compile_messages(arguments[1:])
    wanted = arguments[0] if arguments else "base"
    if wanted not in ("base", "dev"):
        raise SetupError(f"unknown environment {wanted!r}: say base or dev")
    if not up_to_date(wanted):
        build(wanted)
    refresh_messages()
    return 0


# The environment ----------------------------------------------------------------------------------------------------


def fingerprint(kind):
    """What the environment is made from; another lock file or another Python makes another one."""
    lock = (ROOT / "requirements" / f"{kind}.txt").read_bytes()
    version = ".".join(map(str, sys.version_info[:2]))
    return hashlib.sha256(lock + version.encode()).hexdigest()


def stamp():
    try:
        found = json.loads(STAMP.read_text())
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def up_to_date(wanted):
    """True when the environment holds what `wanted` needs; a dev environment serves base as well."""
    found = stamp()
    kind = found.get("kind")
    return (
        kind in ("base", "dev")
        and (wanted == "base" or kind == "dev")
        and found.get("lock") == fingerprint(kind)
        and os.access(PYTHON, os.X_OK)
    )


def build(wanted):
    """Make or renew the environment under a lock; raises SetupError."""
    try:
        VENV.mkdir(exist_ok=True)
        lock = (VENV / LOCK).open("w")
    except OSError as error:
        raise SetupError(
            f"the environment cannot be written to {VENV}: {error.strerror}.\n"
            f"Clone the project into a folder of your own, or give this one to the user who runs it (chown -R)."
        ) from error
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            tell("waiting for another start that is setting up the environment ...")
            fcntl.flock(lock, fcntl.LOCK_EX)
        if up_to_date(wanted):
            return
        # An environment for development stays one: base alone would leave it half renewed.
        kind = "dev" if stamp().get("kind") == "dev" else wanted
        megabytes = 110 if kind == "base" else 170
        tell(f"setting up the Python environment in {VENV} (once; downloads about {megabytes} MB) ...")
        STAMP.unlink(missing_ok=True)
        if not works():
            make_venv()
        install(kind)
        fresh = STAMP.with_suffix(".new")
        fresh.write_text(json.dumps({"kind": kind, "lock": fingerprint(kind)}))
        fresh.replace(STAMP)


def works():
    """True when the environment's own Python is of this version and has pip."""
    version = f"import sys, pip; sys.exit(sys.version_info[:2] != {tuple(sys.version_info[:2])})"
    try:
        return subprocess.run([PYTHON, "-I", "-c", version], capture_output=True, check=False).returncode == 0
    except OSError:
        return False


def make_venv():
    for entry in VENV.iterdir():
        if entry.name == LOCK:
            continue
        if entry.is_dir() and not entry.is_symlink():
            shutil.rmtree(entry)
        else:
            entry.unlink()
    bundled = importlib.util.find_spec("ensurepip") is not None
    command = [sys.executable, "-I", "-m", "venv", *([] if bundled else ["--without-pip"]), VENV]
    made = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    if made.returncode:
        raise SetupError(f"Python could not make the environment {VENV}:\n{made.stdout}")
    if not bundled:
        wheel = VENV / PIP_WHEEL
        wheel.write_bytes(fetch_pip())
        run_pip([PYTHON, f"{wheel}/pip"], ["install", "-qq", "--no-index", "--no-deps", str(wheel)])
        wheel.unlink()


def install(kind):
    lock = ROOT / "requirements" / f"{kind}.txt"
    run_pip([PYTHON, "-I", "-m", "pip"], ["install", "-qq", "--require-hashes", "-r", str(lock)])


def run_pip(pip, arguments):
    # The lock file decides every version: a constraints file from the machine's configuration would only contradict it.
    environment = {
        **os.environ,
        "PIP_CONSTRAINT": os.devnull,
        "PIP_USER": "0",
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
        "PIP_NO_INPUT": "1",
        "PIP_ROOT_USER_ACTION": "ignore",
    }
    for name in ("PIP_TARGET", "PIP_PREFIX", "PIP_REQUIRE_VIRTUALENV", "PYTHONPATH", "PYTHONHOME"):
        environment.pop(name, None)
    if subprocess.run([*pip, *arguments], env=environment, check=False).returncode:
        raise SetupError(
            "the locked packages could not be installed; pip's own words stand above.\n" + advice(settings()["indexes"])
        )


# Where packages come from, as pip itself would look ------------------------------------------------------------------


def config_files():
    home = Path.home()
    named = os.environ.get("PIP_CONFIG_FILE")
    if named == os.devnull:
        return []
    files = [Path(folder) / "pip" / "pip.conf" for folder in os.environ.get("XDG_CONFIG_DIRS", "/etc/xdg").split(":")]
    files += [Path("/etc/pip.conf"), home / ".pip" / "pip.conf"]
    files += [Path(os.environ.get("XDG_CONFIG_HOME") or home / ".config") / "pip" / "pip.conf"]
    return files + ([Path(named)] if named else [])


def settings():
    """The index addresses, extra places, certificate file and proxy that pip is configured with."""
    found = {}
    for path in config_files():
        parser = configparser.RawConfigParser()
        try:
            parser.read(path, encoding="utf-8")
        except (configparser.Error, UnicodeDecodeError) as error:
            raise SetupError(f"pip's configuration {path} cannot be read: {error}") from error
        for section in ("global", "install"):
            if parser.has_section(section):
                found.update({key.replace("_", "-"): value for key, value in parser.items(section) if value})
    for key in ("index-url", "extra-index-url", "find-links", "cert", "proxy", "no-index"):
        given = os.environ.get("PIP_" + key.upper().replace("-", "_"))
        if given:
            found[key] = given
    indexes = [found.get("index-url", PUBLIC_INDEX), *found.get("extra-index-url", "").split()]
    if found.get("no-index", "").lower() in ("1", "true", "yes", "on"):
        indexes = []
    certificates = found.get("cert") or os.environ.get("SSL_CERT_FILE") or os.environ.get("REQUESTS_CA_BUNDLE")
    return {
        "indexes": indexes,
        "links": found.get("find-links", "").split(),
        "cert": certificates,
        "proxy": found.get("proxy"),
    }


def fetch_pip():
    """The bytes of the pinned pip wheel, from the first place that has it; raises SetupError."""
    where = settings()
    opener = make_opener(where)
    tried = []
    pages = [f"{index.rstrip('/')}/pip/" for index in where["indexes"]] + where["links"]
    for page in pages:
        try:
            for address in wheel_addresses(opener, page):
                content = read(opener, address)
                if hashlib.sha256(content).hexdigest() == PIP_SHA256:
                    return content
                tried.append(f"{plain(address)}: not the file that was pinned (its SHA-256 differs)")
            tried.append(f"{plain(page)}: no {PIP_WHEEL} with the pinned SHA-256")
        except (OSError, ValueError) as error:
            tried.append(f"{plain(page)}: {getattr(error, 'reason', error)}")
    raise SetupError(
        "this Python comes without pip, and pip could not be fetched:\n  "
        + "\n  ".join(tried or ["no package index is configured (no-index)"])
        + "\n"
        + advice(where["indexes"])
    )


def make_opener(where):
    handlers = []
    if where["cert"] and not Path(where["cert"]).exists():
        raise SetupError(f"the certificate file {where['cert']} (PIP_CERT, SSL_CERT_FILE or pip.conf) does not exist")
    cert = where["cert"]
    context = ssl.create_default_context(**({"capath" if Path(cert).is_dir() else "cafile": cert} if cert else {}))
    handlers.append(urllib.request.HTTPSHandler(context=context))
    if where["proxy"]:
        handlers.append(urllib.request.ProxyHandler({"http": where["proxy"], "https": where["proxy"]}))
    return urllib.request.build_opener(*handlers)


def read(opener, address):
    if "://" not in address:
        return Path(address).expanduser().read_bytes()
    parts = urllib.parse.urlsplit(address)
    request = urllib.request.Request(urllib.parse.urldefrag(address).url, headers={"Accept": "text/html, */*"})
    if parts.username is not None and parts.hostname:
        name, password = urllib.parse.unquote(parts.username), urllib.parse.unquote(parts.password or "")
        token = base64.b64encode(f"{name}:{password}".encode()).decode()
        bare = parts._replace(netloc=parts.netloc.rpartition("@")[2], fragment="")
        request = urllib.request.Request(urllib.parse.urlunsplit(bare), headers={"Authorization": f"Basic {token}"})
    with opener.open(request, timeout=SECONDS_PER_ANSWER) as answer:
        return answer.read()


def wheel_addresses(opener, page):
    """Addresses of the pinned wheel on an index page, in a page of links, or in a folder."""
    folder = Path(urllib.parse.unquote(urllib.parse.urlsplit(page).path) if page.startswith("file:") else page)
    if "://" not in page or page.startswith("file:"):
        folder = folder.expanduser()
        if folder.is_dir():
            if (folder / PIP_WHEEL).exists():
                return [(folder / PIP_WHEEL).resolve().as_uri()]
            if not (folder / "index.html").exists():
                return []
            page = (folder / "index.html").resolve().as_uri()
    text = read(opener, page).decode("utf-8", "replace")
    found = (html.unescape(link) for link in re.findall(r"""href\s*=\s*["']([^"']+)["']""", text, re.IGNORECASE))
    joined = (urllib.parse.urljoin(page, link) for link in found)
    return [link for link in joined if urllib.parse.urlsplit(link).path.rpartition("/")[2] == PIP_WHEEL]


def plain(address):
    """The address without a password in it."""
    return re.sub(r"//[^/@]*@", "//", address)


def advice(indexes):
    places = ", ".join(map(plain, indexes)) or "none"
    return (
        f"The packages are downloaded once from the package index (configured: {places}). Check the network;\n"
        f"behind a proxy set HTTPS_PROXY, for a mirror PIP_INDEX_URL, for an own certificate authority PIP_CERT;\n"
        f"then start again."
    )


# Translations -------------------------------------------------------------------------------------------------------


def refresh_messages():
    """Compile every catalogue of translations whose source is newer."""
    stale = [str(po) for po in ROOT.glob("oneteam/**/locale/*/LC_MESSAGES/*.po") if is_stale(po)]
    if stale and subprocess.run([PYTHON, "-I", __file__, "--compile-messages", *stale], check=False).returncode:
        raise SetupError("the translations named above could not be compiled")


def is_stale(po):
    try:
        return po.with_suffix(".mo").stat().st_mtime_ns <= po.stat().st_mtime_ns
    except FileNotFoundError:
        return True


def compile_messages(paths):
    import polib  # noqa: PLC0415  only the environment has it

    for path in map(Path, paths):
        fresh = path.with_suffix(f".mo.{os.getpid()}")
        try:
            polib.pofile(str(path)).save_as_mofile(str(fresh))
            fresh.replace(path.with_suffix(".mo"))
        except (OSError, UnicodeDecodeError) as error:
            fresh.unlink(missing_ok=True)
            tell(f"{path}: {error}")
            return 1
    return 0


def tell(text):
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    try:
        if sys.version_info < LEAST:
            raise SetupError(
                "Python {}.{} or newer is needed; this is {}.{} ({})".format(
                    *LEAST, *sys.version_info[:2], sys.executable
                )
            )
        sys.exit(main(sys.argv[1:]))
    except SetupError as error:
        tell(f"oneteam: {error}")
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(130)
