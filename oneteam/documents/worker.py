"""The process that renders: `python -m oneteam.documents.worker`. No Django, no database, no network, no secrets.

One JSON object a line comes in on standard input, one goes out on standard output. The process ends with its parent:
when the input ends it leaves at once, even while it renders.

In: {"doc": …, "images": {name: base64}, "day": "2026-11-25", "pages": pixels an inch for pictures, 0 for none,
"fonts": [folder, …]}. Out: {"pdf": base64, "pages": [base64, …], "renderer": …} or {"missing": [character, …]} or
{"error": …}.
"""

import base64
import json
import os
import queue
import re
import resource
import sys
import tempfile
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING, Any

import typst

if TYPE_CHECKING:
    from typst import PDFStandard

LAYOUT = Path(__file__).with_name("layout.typ")
FONTS = Path(__file__).with_name("fonts")
STANDARDS: "list[PDFStandard]" = ["a-2a", "ua-1"]
MEMORY = 3 * 2**30  # bytes of addresses; 60 pages with photos take a tenth of it
MOST_MISSING = 40  # characters that no font has, reported at once
_MISSING = re.compile(r'the text `"(?P<text>.+?)"` could not be displayed')
STAND_IN = "〓"


class Renderer:
    """Compiles documents in a folder that holds nothing but the layout and the present document's images."""

    def __init__(self, root: Path, fonts: list[str]) -> None:
        self.root = root
        (root / LAYOUT.name).write_bytes(LAYOUT.read_bytes())
        found = typst.Fonts(include_system_fonts=False, font_paths=fonts)
        self.compiler = typst.Compiler(str(root / LAYOUT.name), root=str(root), font_paths=found)

    def answer(self, request: dict[str, Any]) -> dict[str, Any]:
        """Render one document; the images it brought are gone afterwards."""
        names = []
        try:
            for name, data in request["images"].items():
                (self.root / name).write_bytes(base64.b64decode(data))
                names.append(name)
            return self._render(json.dumps(request["doc"], ensure_ascii=False), request)
        finally:
            for name in names:
                (self.root / name).unlink()

    def _render(self, doc: str, request: dict[str, Any]) -> dict[str, Any]:
        moment = datetime.fromisoformat(request["day"]).replace(tzinfo=UTC)
        missing: list[str] = []
        while True:
            try:
                pdf = self.compiler.compile(
                    format="pdf", pdf_standards=STANDARDS, timestamp=moment, sys_inputs={"doc": doc}
                )
                break
            except typst.TypstError as error:
                found = _MISSING.search(str(error))
                if found is None:
                    return {"error": str(error)}
                # Standing something in shows the next one, too: all are told at once.
                fresh = [character for character in found["text"] if character not in missing and character != STAND_IN]
                missing += fresh
                if not fresh or len(missing) > MOST_MISSING:
                    return {"missing": missing}
                for character in fresh:
                    doc = doc.replace(character, STAND_IN)
        if missing:
            return {"missing": missing}
        pages: list[bytes] = []
        if request["pages"]:
            made = self.compiler.compile(format="png", ppi=request["pages"], sys_inputs={"doc": doc})
            assert made is not None
            pages = made if isinstance(made, list) else [made]
        assert isinstance(pdf, bytes)
        encoded = [base64.b64encode(page).decode() for page in pages]
        return {"pdf": base64.b64encode(pdf).decode(), "pages": encoded, "renderer": f"typst {version('typst')}"}


def main() -> None:
    """Answer requests until the input ends."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    # What the libraries print must not stand between two answers.
    out = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    requests: queue.SimpleQueue[str] = queue.SimpleQueue()

    def read() -> None:
        for line in sys.stdin:
            requests.put(line)
        os._exit(0)

    Thread(target=read, daemon=True).start()
    with tempfile.TemporaryDirectory(prefix="oneteam-documents-") as folder:
        renderer: Renderer | None = None
        while True:
            request = json.loads(requests.get())
            if renderer is None:
                renderer = Renderer(Path(folder), request["fonts"])
            try:
                answer = renderer.answer(request)
            except (ValueError, KeyError, OSError, RuntimeError) as error:
                answer = {"error": f"{type(error).__name__}: {error}"}
            out.write(json.dumps(answer) + "\n")
            out.flush()


if __name__ == "__main__":
    main()
