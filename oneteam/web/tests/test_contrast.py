"""The contrasts of looks.md, computed by WCAG 2.2 from the tokens themselves, light and dark."""

import re
from pathlib import Path

import pytest

TOKENS = Path(__file__).resolve().parents[1] / "static/web/tokens.css"
STYLES = TOKENS.parent
COLOUR = re.compile(r"--([\w-]+):\s*(#[0-9A-Fa-f]{6})\b")
STATES = ["info", "ok", "warn", "danger", "overdue", "draft", "sealed"]
TEXT, EDGE = 4.5, 3.0  # WCAG 1.4.3 and 1.4.11


def _blocks() -> dict[str, dict[str, str]]:
    source = TOKENS.read_text(encoding="utf-8")
    found = {
        "light": re.search(r":root \{\s*color-scheme: light;(.*?)\}", source, re.DOTALL),
        "dark by device": re.search(r':root:not\(\[data-theme="light"\]\) \{(.*?)\}', source, re.DOTALL),
        "dark by choice": re.search(r':root\[data-theme="dark"\] \{(.*?)\}', source, re.DOTALL),
    }
    return {name: dict(COLOUR.findall(match[1])) for name, match in found.items() if match}


def _luminance(colour: str) -> float:
    def linear(part: int) -> float:
        share = part / 255
        return share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4

    red, green, blue = (linear(int(colour[at : at + 2], 16)) for at in (1, 3, 5))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """The WCAG contrast ratio of two colours, 1 to 21."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


PAIRS = [
    *((ink, ground, TEXT) for ink in ("text", "text2", "text3", "brand") for ground in ("surface", "page")),
    *((ink, ground, TEXT) for ink in ("text", "text2") for ground in ("selected", "hover", "sunken")),
    *((state, f"{state}-tint", TEXT) for state in STATES),
    *((state, "surface", TEXT) for state in STATES),
    *(("text", f"{state}-tint", TEXT) for state in STATES),
    ("brand", "selected", TEXT),
    ("brand", "info-tint", TEXT),
    ("text2", "info-tint", TEXT),
    ("on-button", "button", TEXT),
    ("on-button", "button-hover", TEXT),
    ("on-solid", "solid-overdue", TEXT),
    ("on-solid", "solid-danger", TEXT),
    *(("edge", ground, EDGE) for ground in ("surface", "page")),
    *((f"chart-{number}", "surface", EDGE) for number in range(1, 9)),
]


@pytest.mark.parametrize("theme", ["light", "dark by device", "dark by choice"])
@pytest.mark.parametrize(("ink", "ground", "least"), PAIRS)
def test_contrast_of_each_pair_reaches_its_minimum(theme: str, ink: str, ground: str, least: float) -> None:
    colours = _blocks()[theme]
    assert contrast(colours[ink], colours[ground]) >= least


def test_contrast_is_computed_as_wcag_does() -> None:
    assert contrast("#000000", "#FFFFFF") == pytest.approx(21)
    assert contrast("#777777", "#FFFFFF") == pytest.approx(4.48, abs=0.005)
    assert contrast("#0F55AC", "#0F55AC") == pytest.approx(1)


def test_tokens_dark_is_the_same_by_device_and_by_choice() -> None:
    blocks = _blocks()
    assert blocks["dark by device"] == blocks["dark by choice"]
    assert blocks["light"].keys() == blocks["dark by choice"].keys()


def test_styles_name_colours_only_in_the_tokens() -> None:
    allowed = {"#000000", "#FFFFFF66", "#0D101499"}  # paper; an edge on the main button; behind a dialog
    found = {
        f"{path.name}: {colour}"
        for path in STYLES.glob("*.css")
        if path != TOKENS
        for colour in re.findall(r"#[0-9A-Fa-f]{3,8}\b", path.read_text(encoding="utf-8"))
        if colour not in allowed
    }
    assert not found


def test_styles_use_only_tokens_that_exist() -> None:
    defined = set(re.findall(r"(--[\w-]+):", "".join(path.read_text("utf-8") for path in STYLES.glob("*.css"))))
    used = {
        (path.name, name)
        for path in STYLES.glob("*.css")
        for name in re.findall(r"var\((--[\w-]+)", path.read_text(encoding="utf-8"))
    }
    assert not {(name, token) for name, token in used if token not in defined}


NEWER = ["oklch(", "color-mix(", "light-dark(", "text-wrap:", "subgrid", "&:", "& >", "[popover"]
COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)


@pytest.mark.parametrize("newer", NEWER)
def test_styles_keep_to_chromium_109(newer: str) -> None:
    styles = {path.name: COMMENT.sub("", path.read_text(encoding="utf-8")) for path in STYLES.glob("*.css")}
    assert not [name for name, style in styles.items() if newer in style]
