"""Rendering in a process of its own, which is ended when it takes too long.

One worker a process of the product, kept between documents: a fresh one needs 300 ms, a kept one 30 to 150.
"""

import atexit
import base64
import hashlib
import json
import os
import select
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from threading import Lock
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from oneteam.documents.worker import FONTS, LAYOUT
from oneteam.kernel.errors import NotReadyError, OneteamError

TIME_LIMIT = 20.0  # seconds for one document; the worst measured took 0.5
PAGE_PIXELS = 96  # an inch of a page as pages show it
ANSWER_LIMIT = 200 * 2**20  # bytes of one answer


@dataclass(frozen=True, slots=True)
class Rendered:
    """A rendered document: the PDF, its pages as PNG, and what made them."""

    pdf: bytes
    pages: tuple[bytes, ...]
    renderer: str
    fonts: str
    layout: str


class MissingGlyphsError(OneteamError):
    """No font has these characters; the document would show boxes."""

    def __init__(self, characters: Sequence[str]) -> None:
        self.characters = tuple(characters)
        super().__init__(" ".join(characters))


class RenderError(OneteamError):
    """The renderer failed or took too long; nothing was issued."""


@cache
def font_set() -> tuple[tuple[str, ...], str]:
    """Return the folders with fonts and the hash over all fonts in them.

    Raises NotReadyError where a font that came with the program is missing or is not the one of the manifest.
    """
    manifest = {entry["file"]: entry["sha256"] for entry in json.loads((FONTS / "manifest.json").read_text("utf-8"))}
    folders = (str(FONTS), *settings.FONT_DIRS)
    found = {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for folder in folders
        for path in sorted(Path(folder).rglob("*"))
        if path.suffix.lower() in (".otf", ".ttf", ".ttc")
    }
    for name, expected in manifest.items():
        if found.get(name) != expected:
            message = _("The font %(name)s is missing or altered; restore oneteam/documents/fonts from the program.")
            raise NotReadyError(message % {"name": name})
    return folders, hashlib.sha256(json.dumps(sorted(found.items())).encode()).hexdigest()


@cache
def layout_hash() -> str:
    """Return the hash of the layout."""
    return hashlib.sha256(LAYOUT.read_bytes()).hexdigest()


def render(
    doc: Mapping[str, Any], *, day: date, images: Mapping[str, bytes] | None = None, pictures: bool = True
) -> Rendered:
    """Render a composed document (see `composing`); the same one gives the same bytes.

    `images` are PNG or JPEG files that blocks name. Raises MissingGlyphsError for characters that no font has,
    RenderError where the renderer fails or takes longer than TIME_LIMIT, NotReadyError without the fonts.
    """
    folders, fonts = font_set()
    answer = _worker.ask(
        {
            "doc": doc, "day": day.isoformat(), "pages": PAGE_PIXELS if pictures else 0, "fonts": folders,
            "images": {name: base64.b64encode(data).decode() for name, data in (images or {}).items()},
        }
    )  # fmt: skip
    if "missing" in answer:
        raise MissingGlyphsError(answer["missing"])
    if "error" in answer:
        raise RenderError(_("The document could not be rendered: %(why)s") % {"why": answer["error"]})
    pages = tuple(base64.b64decode(page) for page in answer["pages"])
    return Rendered(base64.b64decode(answer["pdf"]), pages, answer["renderer"], fonts, layout_hash())


def probe(day: date) -> str:
    """Render a page of nothing but a title, and return what made it; raises what `render` raises."""
    title = {"kind": "title", "runs": [{"text": "查验", "form": ""}]}
    doc = {
        "lang": "zh", "title": "查验", "author": "oneteam", "date": [day.year, day.month, day.day], "stamp": "",
        "foot": "", "blocks": [title],
    }  # fmt: skip
    return render(doc, day=day, pictures=False).renderer


class _Worker:
    """The worker process of this process, started when it is first asked; one question at a time."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._owner = 0

    def ask(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """Send one request and return the answer; a worker that fails is ended and the next request starts another."""
        line = json.dumps(request, ensure_ascii=False).encode() + b"\n"
        with self._lock:
            process = self._running()
            try:
                return self._exchange(process, line)
            except BaseException:
                self.end()
                raise

    def _running(self) -> subprocess.Popen[bytes]:
        if self._process is not None and self._process.poll() is not None:
            self.end()
        # After a fork the parent's worker is not ours.
        if self._process is None or self._owner != os.getpid():
            self._process = subprocess.Popen(
                [sys.executable, "-m", "oneteam.documents.worker"],
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=settings.BASE_DIR, env=_bare_environment(),
            )  # fmt: skip
            self._owner = os.getpid()
        return self._process

    def _exchange(self, process: subprocess.Popen[bytes], line: bytes) -> dict[str, Any]:
        assert process.stdin is not None
        assert process.stdout is not None
        deadline = time.monotonic() + TIME_LIMIT
        late = _("it took longer than %(seconds)d seconds") % {"seconds": TIME_LIMIT}
        try:
            process.stdin.write(line)
            process.stdin.flush()
        except BrokenPipeError as error:
            raise RenderError(_("The renderer ended; try again.")) from error
        parts, held = [], 0
        while True:
            left = deadline - time.monotonic()
            if left <= 0 or not select.select([process.stdout], [], [], left)[0]:
                raise RenderError(_("The document could not be rendered: %(why)s") % {"why": late})
            part = os.read(process.stdout.fileno(), 2**20)
            held += len(part)
            if not part or held > ANSWER_LIMIT:
                raise RenderError(_("The renderer ended; try again."))
            parts.append(part)
            if part.endswith(b"\n"):
                answer: dict[str, Any] = json.loads(b"".join(parts))
                return answer

    def end(self) -> None:
        """End the worker."""
        process, self._process = self._process, None
        if process is not None and self._owner == os.getpid():
            process.kill()
            process.communicate()


def _bare_environment() -> dict[str, str]:
    """Return what the worker needs of the environment: no database, no keys."""
    kept = ("PATH", "PYTHONPATH", "LANG", "LC_ALL", "TMPDIR", "SYSTEMROOT")
    return {name: os.environ[name] for name in kept if name in os.environ}


_worker = _Worker()
atexit.register(_worker.end)
