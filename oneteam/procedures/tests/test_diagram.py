"""The drawings: every state and step is there, nothing lies on anything else, and the same text draws the same."""

import re
import xml.etree.ElementTree as ET
from itertools import combinations

import pytest

from oneteam.procedures.declaration import Declaration
from oneteam.procedures.diagram import draw, text_width
from oneteam.procedures.loader import Known, parse_declaration
from oneteam.procedures.role_table import newest
from oneteam.procedures.tests.probe import PROBE

SVG = "{http://www.w3.org/2000/svg}"
Box = tuple[float, float, float, float]
_EXTRA = [  # name, Chinese and English label, from, to
    ("skip", "跳过", "Skip the work", "[begun]", "done"),
    ("jump", "直接等待", "Wait at once", "[begun]", "waiting"),
    ("redo", "重做", "Do it again", "[done]", "begun"),
    ("back", "退回", "Go back", "[waiting, done]", "begun"),
    ("also", "也进行", "Work as well", "[begun]", "working"),
    ("again", "再来", "Once more", "[working]", "working"),
]
CROWDED = PROBE + "".join(
    f"  - {{name: probe.{name}, act: probe.x{name}, label: {{zh: {zh}, en: {en}}}, from: {sources}, to: {target},"
    " who: [officer]}\n"
    for name, zh, en, sources, target in _EXTRA
)


def declarations() -> list[Declaration]:
    made = [parse_declaration("probe.yaml", text, Known()) for text in (PROBE, CROWDED)]
    return [*newest().values(), *made]


def parsed(svg: str) -> ET.Element:
    return ET.fromstring(svg)


def text_boxes(root: ET.Element) -> list[Box]:
    boxes = []
    for text in root.iter(f"{SVG}text"):
        size, x, y = (float(text.attrib[name]) for name in ("font-size", "x", "y"))
        width = text_width("".join(text.itertext()), size)
        left = x - width / 2 if text.get("text-anchor") == "middle" else x
        boxes.append((left, y - size * 0.8, left + width, y + size * 0.2))
    return boxes


def lines(root: ET.Element) -> list[Box]:
    """The straight parts of every path, as thin boxes."""
    found = []
    for path in root.iter(f"{SVG}path"):
        x = y = 0.0
        for command, numbers in re.findall(r"([MHVQ])([0-9. ]+)", path.attrib["d"]):
            values = [float(number) for number in numbers.split()]
            if command in "HV":
                end = (values[0], y) if command == "H" else (x, values[0])
                found.append((min(x, end[0]), min(y, end[1]), max(x, end[0]), max(y, end[1])))
                x, y = end
            else:
                x, y = values[-2:]
    return found


def touch(one: Box, other: Box) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


@pytest.mark.parametrize("number", range(5))
def test_nothing_lies_on_anything_else_and_all_is_inside(number: int) -> None:
    root = parsed(draw(declarations()[number]))
    texts = text_boxes(root)
    for one, other in combinations(texts, 2):
        assert not touch(one, other)
    for line in lines(root):
        assert not any(touch(text, (line[0] - 0.1, line[1] - 0.1, line[2] + 0.1, line[3] + 0.1)) for text in texts)
    width, height = float(root.attrib["width"]), float(root.attrib["height"])
    for box in (*texts, *lines(root)):
        assert box[0] >= 0
        assert box[1] >= 0
        assert box[2] <= width
        assert box[3] <= height


@pytest.mark.parametrize("number", range(5))
def test_every_state_and_step_is_drawn_in_both_languages(number: int) -> None:
    declaration = declarations()[number]
    words = {"".join(text.itertext()) for text in parsed(draw(declaration)).iter(f"{SVG}text")}
    labels = [state.label for state in declaration.states.values()] + [s.label for s in declaration.steps.values()]
    for label in labels:
        assert {label.zh, label.en} <= words
    arrows = sum(1 for path in parsed(draw(declaration)).iter(f"{SVG}path") if "marker-end" in path.attrib)
    assert arrows >= len(declaration.steps)


def test_same_declaration_draws_the_same() -> None:
    for declaration in declarations():
        assert draw(declaration) == draw(declaration)


def test_words_of_a_declaration_cannot_become_markup() -> None:
    text = PROBE.replace("en: Begun", "en: '<script>&'")
    assert "<script>" not in draw(parse_declaration("x", text, Known()))
