"""How right the resolver is on addresses of the demo city, and that it rather abstains than guesses."""

import sys
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest
import yaml

from oneteam.kernel.geometry import along, length, meeting, metres
from oneteam.kernel.text import fold
from oneteam.places.gazetteer import Found, Outcome
from oneteam.places.queries import LEAST
from tests.ground import gazetteer

FRONT = 12.0  # metres of road for one house of the demo city (oneteam/demo/streets.py)


@dataclass(frozen=True, slots=True)
class Labelled:
    """An address and where a reader says that it is."""

    text: str
    label: str

    @property
    def codes(self) -> set[str]:
        return set(self.label.partition("#")[0].split("+")) - {"-"}


@cache
def labelled(*parts: str) -> tuple[Labelled, ...]:
    content = yaml.safe_load((Path(__file__).parent / "labelled.yaml").read_text("utf-8"))
    return tuple(Labelled(text, label) for part in parts or content for text, label in content[part])


def found(text: str) -> Found:
    return gazetteer(whole=True).resolve(fold(text))


def resolved(answer: Found) -> bool:
    return answer.place is not None and answer.probability >= LEAST


def right(each: Labelled) -> bool:
    """Tell whether the answer is the reader's: the place, and the door or the crossing to some metres."""
    answer = found(each.text)
    if not resolved(answer):
        return not each.codes
    assert answer.place is not None
    assert answer.point is not None
    if answer.place.id not in each.codes:
        return False
    if "#" in each.label:
        line, number = answer.place.line, int(each.label.partition("#")[2])
        door = along(line, (FRONT / 2 + (number - 1) // 2 * FRONT) / length(line))
        return answer.outcome is Outcome.DOOR and metres(*door, *answer.point) < 30
    if "+" in each.label:
        one, two = (entry for entry in gazetteer(whole=True).entries if entry.id in each.codes)
        cut = meeting(one.line, two.line)
        return answer.outcome is Outcome.CROSSING and metres(cut.lon, cut.lat, *answer.point) < 60
    return True


def test_addresses_are_many_and_of_every_kind() -> None:
    texts = labelled()
    assert len(texts) >= 130
    assert len({each.text for each in texts}) == len(texts)
    known = {entry.id for entry in gazetteer(whole=True).entries}
    assert all(each.codes <= known for each in texts)
    assert sum("#" in each.label for each in texts) >= 20
    assert sum("+" in each.label for each in texts) >= 10
    assert sum(each.label == "-" for each in texts) >= 20


@pytest.mark.parametrize(("part", "least", "most_wrong"), [("addresses", 0.97, 0.02), ("held_out", 0.9, 0.05)])
def test_share_of_addresses_resolved_rightly(
    part: str, least: float, most_wrong: float, capsys: pytest.CaptureFixture[str]
) -> None:
    texts = labelled(part)
    placed = [each for each in texts if each.codes]
    given = [each for each in texts if resolved(found(each.text))]
    wrong = [each for each in given if not right(each)]
    missed = [each.text for each in placed if not resolved(found(each.text))]
    with capsys.disabled():
        sys.stdout.write(
            f"\n{part}: {len(texts)}, of which {len(placed)} name a place; resolved {len(given)}, "
            f"right {len(given) - len(wrong)}; wrong {[(e.text, e.label) for e in wrong]}; missed {missed}"
        )
    assert len(given) >= least * len(placed)
    assert len(wrong) <= most_wrong * len(given)


def test_what_nobody_could_place_is_not_placed() -> None:
    guessed = [each.text for each in labelled() if each.label == "-" and resolved(found(each.text))]
    assert len(guessed) <= 1, guessed


def test_confidence_is_honest() -> None:
    """On average the resolver is as sure as it is right, to a few hundredths, and never more."""
    given = [(found(each.text).probability, right(each)) for each in labelled() if resolved(found(each.text))]
    told = sum(chance for chance, _ in given) / len(given)
    met = sum(hit for _, hit in given) / len(given)
    assert told <= met + 0.02
    assert met - told < 0.08
