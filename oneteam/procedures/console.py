"""What the commands of this room say: pure text over acts, packs and drawings."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path

from django.utils.translation import gettext as _

from oneteam.documents.queries import templates
from oneteam.journal.actors import operator
from oneteam.procedures import packs
from oneteam.procedures.acts import load_law
from oneteam.procedures.diagram import draw
from oneteam.procedures.role_table import markdown, newest


def load(*, user: str, at: datetime) -> Iterator[str]:
    """Store the new declarations and yield one line for each."""
    packs.parts_of_rooms()
    done = load_law(actor=operator(user), at=at)
    for name, version in done.new:
        yield _("Procedure %(name)s, version %(version)d: loaded.") % {"name": name, "version": version}
    if not done.new:
        yield _("Every declaration was already loaded.")


def validated() -> Iterator[str]:
    """Compare packs and rooms, and yield what to tell when nothing is missing."""
    found = {"count": packs.validate(), "documents": len(templates())}
    yield _("%(count)d procedures, %(documents)d documents: nothing is missing on either side.") % found
    yield from packs.parts_of_rooms()


def drawings() -> dict[str, str]:
    """Return the drawing of every declared procedure by its file name."""
    return {f"{name}.svg": draw(declaration) for name, declaration in newest().items()}


def diagrams(directory: Path, *, write: bool) -> list[str]:
    """Return the files of `directory` that differ from what the declarations say; with `write`, make them equal."""
    return _compare({directory / name: svg for name, svg in drawings().items()}, write=write)


def table(file: Path, *, write: bool) -> list[str]:
    """Return the role × act table's file if it differs from what the declarations say; with `write`, make it equal."""
    return _compare({file: markdown()}, write=write)


def _compare(wanted: Mapping[Path, str], *, write: bool) -> list[str]:
    stale = []
    for path, text in wanted.items():
        if not path.exists() or path.read_text("utf-8") != text:
            stale.append(path.name)
            if write:
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text, "utf-8")
    return stale
