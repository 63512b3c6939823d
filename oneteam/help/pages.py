"""What the product says about each of its pages: what it is, what one can do there, which law stands behind it."""

from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import lru_cache
from pathlib import Path

from django.utils.translation import gettext as _

from oneteam.lawbook.checks import CHECK_ID, checks
from oneteam.lawbook.loading import LawFile, Part
from oneteam.lawbook.text import Text
from oneteam.people.labels import ROLES
from oneteam.procedures.packs import pack_declarations

FILE = Path(__file__).with_name("pages.yaml")
NAME = r"[a-z_*][a-z0-9_*-]*"


@dataclass(frozen=True, slots=True)
class Deed:
    """Something that can be done on a page; `who` are roles, none where everybody may who sees the page."""

    label: Text
    who: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class HelpPage:
    """The help of one page. `of` are the names of its addresses, the help's own one first; `*` stands for any.

    `counts` says what its numbers count, where several pages have numbers of the same name.
    """

    of: tuple[str, ...]
    title: Text
    what: Text
    deeds: tuple[Deed, ...]
    checks: tuple[str, ...]
    counts: Text | None = None

    @property
    def name(self) -> str:
        """The name in the help's own address."""
        return self.of[0]


@lru_cache(maxsize=1)
def help_pages() -> tuple[HelpPage, ...]:
    """Return the help of every page in the file's order. LawFaultsError names every faulty line."""
    reader = LawFile(FILE.name)
    root = reader.root(FILE.read_text("utf-8"))
    parts = root.mapping(required=("pages",)) if root is not None else {}
    found = tuple(_page(item) for item in parts["pages"].items()) if "pages" in parts else ()
    reader.finish()
    return found


def help_of(name: str) -> HelpPage | None:
    """Return the help of the page whose address has this name; a name in full before a pattern."""
    pages = help_pages()
    whole = next((page for page in pages if name in page.of), None)
    return whole or next((page for page in pages if any(fnmatchcase(name, one) for one in page.of)), None)


def _page(item: Part) -> HelpPage:
    keys = item.mapping(required=("of", "title", "what"), optional=("counts", "can", "procedure", "checks"))
    deeds: list[Deed] = []
    guards: list[str] = []
    if "procedure" in keys:
        deeds, guards = _procedure(keys["procedure"])
    if "can" in keys:
        deeds = [*(_deed(part) for part in keys["can"].items()), *deeds]
    if "checks" in keys:
        for part in keys["checks"].items():
            if (check := part.text(CHECK_ID)) not in checks():
                part.fault(_("there is no check %(check)s") % {"check": check})
            guards.append(check)
    return HelpPage(
        of=tuple(part.text(NAME) for part in keys["of"].items()) if "of" in keys else (),
        title=keys["title"].label() if "title" in keys else Text("", ""),
        what=keys["what"].label() if "what" in keys else Text("", ""),
        deeds=tuple(deeds),
        checks=tuple(dict.fromkeys(guards)),
        counts=keys["counts"].label() if "counts" in keys else None,
    )


def _deed(part: Part) -> Deed:
    keys = part.mapping(required=("do",), optional=("who",))
    who = tuple(one.choice(ROLES) or "" for one in keys["who"].items()) if "who" in keys else ()
    return Deed(keys["do"].label() if "do" in keys else Text("", ""), who)


def _procedure(part: Part) -> tuple[list[Deed], list[str]]:
    """The steps that people take in a procedure, and the checks that guard them."""
    wanted = part.text("[a-z_]+")
    declared = [declaration for _file, declaration in pack_declarations() if declaration.name == wanted]
    if not declared:
        part.fault(_("there is no procedure %(name)s") % {"name": wanted})
        return [], []
    newest = max(declared, key=lambda declaration: declaration.version)
    steps = list(newest.steps.values())
    by_people = [(step, [str(seat.role) for seat in step.who if seat.role in ROLES]) for step in steps]
    deeds = [Deed(step.label, tuple(dict.fromkeys(who))) for step, who in by_people if who]
    return deeds, [check for step in steps for check in step.checks]


def split(page: HelpPage, role: str) -> tuple[list[Deed], list[Deed]]:
    """Return what a role can do on the page, and what others can."""
    mine = [deed for deed in page.deeds if not deed.who or role in deed.who]
    return mine, [deed for deed in page.deeds if deed not in mine]


def articles(page: HelpPage) -> Iterator[tuple[str, Text, Text]]:
    """Yield the checks behind a page: number, article or rule, and what is said where it is not kept."""
    known = checks()
    for check in page.checks:
        yield check, known[check].article, known[check].cure
