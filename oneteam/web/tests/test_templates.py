"""What a template may not contain (the content security policy forbids it) and what must exist for it."""

import re
from pathlib import Path

import pytest

from oneteam.web import charts, lists, panels, parts, slots
from oneteam.web.tests import extraction

STATIC = Path(__file__).resolve().parents[1] / "static/web"
FORBIDDEN = {
    "style attribute": re.compile(r"\sstyle\s*=", re.IGNORECASE),
    "style element": re.compile(r"<style\b", re.IGNORECASE),
    "event attribute": re.compile(r"\son[a-z]+\s*=\s*[\"']", re.IGNORECASE),
    "inline script": re.compile(r"<script\b(?![^>]*\bsrc=)", re.IGNORECASE),
    "htmx script": re.compile(r"\shx-on\b|\sjs:", re.IGNORECASE),
    "javascript address": re.compile(r"javascript:", re.IGNORECASE),
    "outside host": re.compile(r"(?:src|href|action)=[\"'](?:https?:)?//", re.IGNORECASE),
}


@pytest.mark.parametrize("name", FORBIDDEN)
def test_templates_contain_nothing_the_policy_forbids(name: str) -> None:
    found = [
        f"{path.relative_to(extraction.PACKAGE.parent)}:{number}"
        for path in extraction.templates()
        if path.suffix == ".html"
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if FORBIDDEN[name].search(line)
    ]
    assert not found, f"{name}: {found}"


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("style attribute", '<p style="x">'),
        ("event attribute", '<p onclick="x()">'),
        ("inline script", "<script>x()</script>"),
        ("outside host", '<img src="//a.b/c">'),
    ],
)
def test_forbidden_patterns_catch_what_they_are_for(name: str, text: str) -> None:
    assert FORBIDDEN[name].search(text)
    assert not FORBIDDEN[name].search('<script src="/static/app.js"></script><a href="/on">style</a>')


def _icons() -> set[str]:
    return set(re.findall(r'<symbol id="([\w-]+)"', (STATIC / "icons.svg").read_text(encoding="utf-8")))


def test_icons_named_in_templates_are_drawn() -> None:
    used = {
        (path.name, name)
        for path in extraction.templates()
        for name in re.findall(r"""\{%\s*icon\s+["']([\w-]+)["']""", path.read_text(encoding="utf-8"))
    }
    assert used
    assert not {(name, icon) for name, icon in used if icon not in _icons()}


def test_icons_named_in_code_are_drawn() -> None:
    files = [path for path in STATIC.parents[2].glob("*/*.py") if "tests" not in path.parts]
    used = {(path.name, icon) for path in files for icon in re.findall(r'icon="([\w-]+)"', path.read_text("utf-8"))}
    assert len(used) > 20
    assert not {(name, icon) for name, icon in used if icon not in _icons()}


def test_icons_of_the_states_are_drawn_and_differ() -> None:
    shapes = [icon for icon in parts.STATE_ICONS.values() if icon]
    assert set(shapes) <= _icons()
    assert len(set(shapes)) == len(shapes)


def test_parts_name_templates_that_exist() -> None:
    kinds = [
        kind
        for module in (parts, panels, charts, lists, slots)
        for kind in vars(module).values()
        if isinstance(kind, type)
    ]
    named = {name for kind in kinds if isinstance(name := getattr(kind, "template", None), str)}
    folder = STATIC.parents[1] / "templates"
    assert len(named) > 15
    assert not [name for name in named if not (folder / name).is_file()]


def test_static_files_named_in_templates_exist() -> None:
    named = {
        name
        for path in extraction.templates()
        for name in re.findall(r"""\{%\s*static\s+["']([^"']+)["']""", path.read_text(encoding="utf-8"))
        if name.startswith("web/")
    }
    assert not [name for name in named if not (STATIC.parent / name).is_file()]


def test_vendored_script_keeps_its_licence() -> None:
    assert "Zero-Clause BSD" in (STATIC / "vendor/htmx/LICENSE").read_text(encoding="utf-8")
