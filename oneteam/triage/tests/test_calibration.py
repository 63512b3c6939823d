"""How right the proposals are on texts that were held out, and whether the machine is as right as it says."""

import sys

import numpy as np
import pytest

from oneteam.triage.calibration import MATTER_LEAST, calibration_error, fit
from oneteam.triage.tests.world import Labelled, catalogue, labelled, labels, proposed


def held_out() -> list[Labelled]:
    return [each for each in labelled() if each.held_out]


def test_labelled_texts_are_many_and_known() -> None:
    known = {matter.code for matter in catalogue().matters} | {"-"}
    assert len(labelled()) >= 250
    assert {each.matter for each in labelled()} <= known
    assert 100 <= len(held_out()) <= len(labelled()) - 100


def test_matter_is_right_on_held_out_texts(capsys: pytest.CaptureFixture[str]) -> None:
    texts = [each for each in held_out() if each.matter != "-"]
    guesses = [proposed(each.text).matter for each in texts]
    first = [bool(g.alternatives) and g.alternatives[0].value == t.matter for g, t in zip(guesses, texts, strict=True)]
    among = [t.matter in {a.value for a in g.alternatives} for g, t in zip(guesses, texts, strict=True)]
    told = [(g.value == t.matter) for g, t in zip(guesses, texts, strict=True) if g.value]
    coverage, accuracy = len(told) / len(texts), sum(told) / len(told)
    with capsys.disabled():
        sys.stdout.write(
            f"\nheld out {len(texts)}: first {np.mean(first):.3f}, first five {np.mean(among):.3f}, "
            f"proposed {coverage:.3f} of which right {accuracy:.3f}"
        )
    assert np.mean(first) >= 0.88
    assert np.mean(among) >= 0.93
    assert coverage >= 0.85
    assert accuracy >= 0.93


def test_probability_is_honest_on_held_out_texts(capsys: pytest.CaptureFixture[str]) -> None:
    texts = held_out()
    guesses = [proposed(each.text).matter for each in texts]
    chance = np.array([guess.probability for guess in guesses])
    right = np.array(
        [
            float(bool(g.alternatives) and g.alternatives[0].value == t.matter)
            for g, t in zip(guesses, texts, strict=True)
        ]
    )
    error = calibration_error(chance, right, bins=5)
    with capsys.disabled():
        sys.stdout.write(f"\ncalibration error {error:.3f}, told {chance.mean():.3f}, met {right.mean():.3f}")
    assert error <= 0.08
    assert abs(float(chance.mean() - right.mean())) <= 0.05


def test_field_is_right_at_least_as_often_as_told() -> None:
    texts = [each for each in held_out() if each.matter.startswith("F")]
    told = [
        (guess.probability, guess.value == each.matter[:3])
        for each in texts
        if (guess := proposed(each.text).field).value
    ]
    assert len(told) >= 0.85 * len(texts)
    assert sum(right for _, right in told) / len(told) >= sum(chance for chance, _ in told) / len(told) - 0.03


def test_kind_never_calls_a_consultation_enforcement() -> None:
    """Service and enforcement must not be mixed (law.md section 0, trap 3); other agencies' matters neither."""
    kinds = {matter.code: matter.kind for matter in catalogue().matters}
    texts = [each for each in labelled() if each.matter != "-"]
    wrong = [
        each.text
        for each in texts
        if proposed(each.text).kind.value == "enforcement" and kinds[each.matter] != "enforcement"
    ]
    assert len(wrong) <= 0.03 * len(texts), wrong


def test_texts_about_nothing_are_left_alone() -> None:
    nothing = [each for each in labelled() if each.matter == "-" and not each.place]
    assert len(nothing) >= 5
    assert all(proposed(each.text).abstained for each in nothing)


def test_urgency_of_labelled_sentences(capsys: pytest.CaptureFixture[str]) -> None:
    sentences = labels()["urgency"]
    wrong = [(level, text) for level, text in sentences if proposed(text).urgency.value != level]
    missed = [text for level, text in wrong if level == "very_urgent"]
    with capsys.disabled():
        sys.stdout.write(f"\nurgency: {len(sentences) - len(wrong)} of {len(sentences)} right")
    assert len(sentences) >= 50
    assert missed == []
    assert len(wrong) <= 0.15 * len(sentences), wrong


def test_place_of_samples(capsys: pytest.CaptureFixture[str]) -> None:
    texts = [each for each in labelled() if each.place]
    found = [(each, proposed(each.text).place) for each in texts]
    told = [(each, guess) for each, guess in found if guess.value]
    right = [each for each, guess in told if guess.value == each.place]
    with capsys.disabled():
        sys.stdout.write(f"\nplaces: {len(texts)} texts, resolved {len(told)}, right {len(right)}")
    assert len(told) >= 0.88 * sum(each.place != "-" for each in texts)
    assert len(right) >= 0.95 * len(told)


@pytest.mark.parametrize("shift", [0.0, 2.0])
def test_fit_finds_the_weights_that_made_the_data(shift: float) -> None:
    random = np.random.default_rng(7)
    rows = np.column_stack([np.ones(4000), random.normal(shift, 1, 4000)])
    right = (random.random(4000) < 1 / (1 + np.exp(-(rows @ np.array([0.5, 1.5]))))).astype(float)
    assert fit(rows, right) == pytest.approx((0.5, 1.5), abs=0.2)


def test_threshold_lies_where_a_proposal_is_right_more_often_than_not() -> None:
    assert 0.5 < MATTER_LEAST < 1


def test_calibration_error_is_nought_only_when_told_is_met() -> None:
    chance = np.repeat([0.2, 0.8], 50)
    met = np.concatenate([np.repeat([1.0, 0.0], [10, 40]), np.repeat([1.0, 0.0], [40, 10])])
    assert calibration_error(chance, met, bins=2) == pytest.approx(0)
    assert calibration_error(chance, 1 - met, bins=2) == pytest.approx(0.6)
