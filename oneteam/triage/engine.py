"""Proposes what a told text is about; a person decides. Pure: data in, proposal out, no clock, no database.

Every guess carries a probability that was measured, the words that decided with their places in the told text, and
what else it may be. Where the probability is below a measured threshold there is no guess: the machine abstains.
"""

import hashlib
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path

from oneteam.kernel.text import Span
from oneteam.lawbook.matters import Matter, Urgency
from oneteam.places.gazetteer import Found, Gazetteer, Outcome
from oneteam.triage import calibration
from oneteam.triage.calibration import Chance
from oneteam.triage.duplicates import DuplicateIndex, Near
from oneteam.triage.reasons import Note
from oneteam.triage.text import Told, prepare
from oneteam.triage.urgency import Pressure, Reading, read_urgency
from oneteam.triage.words import MatterIndex, Scores

CODE_VERSION = "triage-1"
_PURE = (
    "triage/text", "triage/words", "triage/calibration", "triage/urgency", "triage/duplicates", "triage/engine",
    "places/gazetteer", "places/doors", "kernel/text", "kernel/geometry",
)  # fmt: skip
_ALTERNATIVES = 5
_LEVELS = (Urgency.GENERAL, Urgency.URGENT, Urgency.VERY_URGENT)
_NO_DANGER = frozenset({Reading.DENIED, Reading.OVER, Reading.DRILL})
_OUTCOME_NOTES = {
    Outcome.WIDER: Note.PLACE_WIDER,
    Outcome.AMBIGUOUS: Note.PLACE_AMBIGUOUS,
    Outcome.CONFLICT: Note.PLACE_CONFLICT,
    Outcome.UNKNOWN: Note.PLACE_UNKNOWN,
    Outcome.NONE: Note.PLACE_NONE,
}
# Share of right readings, rounded down: nearly all of the sentences of tests/labelled.yaml, fewer in long letters.
_URGENCY_SURE = {Urgency.GENERAL: 0.9, Urgency.URGENT: 0.7, Urgency.VERY_URGENT: 0.6}


@dataclass(frozen=True, slots=True)
class Evidence:
    """A word that decided: characters `start` to `end` of the told text (Python indexes; no text is copied)."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Alternative:
    """Something else it may be."""

    value: str
    probability: float
    evidence: tuple[Evidence, ...] = ()


@dataclass(frozen=True, slots=True)
class Guess:
    """One proposed value, or None where the machine abstains; `probability` is that of the likeliest even then."""

    value: str | None
    probability: float
    evidence: tuple[Evidence, ...]
    notes: tuple[Note, ...]
    alternatives: tuple[Alternative, ...]


@dataclass(frozen=True, slots=True)
class Proposal:
    """What the machine proposes for one told text.

    matter: a code of the catalogue; field: a code such as F01; kind: enforcement, service or other_agency; urgency:
    general, urgent or very_urgent; place: an id of the gazetteer; near: earlier texts about the same thing.
    """

    matter: Guess
    field: Guess
    kind: Guess
    urgency: Guess
    place: Guess
    near: tuple[Near, ...]
    model_version: str

    @property
    def keys(self) -> tuple[str, ...]:
        """What to hand to `DuplicateIndex.add` with the text."""
        pairs = (("matter", self.matter.value), ("place", self.place.value))
        return tuple(f"{name}:{value}" for name, value in pairs if value)

    @property
    def abstained(self) -> bool:
        """Whether the machine proposes no matter."""
        return self.matter.value is None


def propose(
    text: str,
    *,
    matters: MatterIndex,
    gazetteer: Gazetteer,
    told_at: datetime,
    recent: DuplicateIndex | None,
    without: str | None = None,
) -> Proposal:
    """Return what is proposed for `text` (title, newline, text), told at `told_at` (aware).

    Any text is taken: only its first 4,000 characters are read, which is then said in the notes. `without` is the id
    of the text itself, if it already stands in `recent`.
    """
    told = prepare(text)
    pressure = read_urgency(told)
    denied = [sign.span for sign in pressure.signs if sign.reading in _NO_DANGER]
    place = gazetteer.resolve(told.folded, title_end=told.title_end)
    names = [*place.unknown, *(mention.span for mention in place.mentions)]
    scores = matters.score(told, without=denied, names=names)
    found = calibration.chances(told, scores)
    matter = _matter_guess(told, scores, found, matters.matters)
    accepted = next((m for m in matters.matters if m.code == matter.value), None)
    proposal = Proposal(
        matter=matter,
        field=_sum_guess(found, matters.matters, lambda each: each.field or "", calibration.FIELD_LEAST),
        kind=_sum_guess(found, matters.matters, lambda each: each.kind.value, calibration.KIND_LEAST),
        urgency=_urgency_guess(pressure, accepted),
        place=_place_guess(place),
        near=(),
        model_version=model_version(matters, gazetteer),
    )
    if recent is None or not text.strip():
        return proposal
    near = recent.near(text, told_at=told_at, keys=proposal.keys, without=without)
    return _with_near(proposal, near)


def model_version(matters: MatterIndex, gazetteer: Gazetteer) -> str:
    """Return the name of this machine: changes with the code of the pure modules, the catalogue and the gazetteer."""
    return f"{CODE_VERSION}.{_code_digest()}.{matters.digest}.{gazetteer.digest}"


@cache
def _code_digest() -> str:
    folder = Path(__file__).parents[1]
    parts = b"\0".join((folder / f"{name}.py").read_bytes() for name in _PURE)
    return hashlib.sha256(parts).hexdigest()[:8]


def _matter_guess(told: Told, scores: Scores, found: Sequence[Chance], matters: Sequence[Matter]) -> Guess:
    notes = [Note.TRUNCATED] if told.truncated else []
    if not found:
        return Guess(None, 0.0, (), (*notes, Note.NO_WORDS if told.folded.strip() else Note.EMPTY), ())
    best = found[0]
    sure = best.probability >= calibration.MATTER_LEAST
    if scores.asking:
        notes.append(Note.ASKING)
    if not sure:
        notes.append(Note.UNSURE)
    if calibration.lead(scores) < calibration.CLOSE:
        notes.append(Note.CLOSE)
    if not best.score.words:
        notes.append(Note.LIKENESS_ONLY)
    others = tuple(
        Alternative(
            matters[each.score.index].code,
            _rounded(each.probability),
            _evidence(span for _, span in each.score.words),
        )
        for each in found[:_ALTERNATIVES]
    )
    code = matters[best.score.index].code if sure else None
    evidence = _evidence(span for _, span in best.score.words)
    return Guess(code, _rounded(best.probability), evidence, tuple(notes), others)


def _sum_guess(
    found: Sequence[Chance], matters: Sequence[Matter], value_of: Callable[[Matter], str], least: float
) -> Guess:
    """Return the guess of something that several matters share: their probabilities add up."""
    sums: dict[str, float] = defaultdict(float)
    words: dict[str, tuple[Evidence, ...]] = {}
    for each in found:
        value = value_of(matters[each.score.index])
        sums[value] += each.probability
        words.setdefault(value, _evidence(span for _, span in each.score.words))
    ranked = sorted(((value, chance) for value, chance in sums.items() if value), key=lambda item: (-item[1], item[0]))
    if not ranked:
        return Guess(None, 0.0, (), (Note.NO_WORDS,), ())
    alternatives = tuple(Alternative(value, _rounded(chance), words[value]) for value, chance in ranked[:_ALTERNATIVES])
    value, chance = ranked[0]
    if chance < least:
        return Guess(None, _rounded(chance), (), (Note.UNSURE,), alternatives)
    return Guess(value, _rounded(chance), words[value], (), alternatives)


def _urgency_guess(pressure: Pressure, matter: Matter | None) -> Guess:
    level, notes = pressure.level, []
    readings = {sign.reading for sign in pressure.signs}
    notes += [note for reading, note in _READING_NOTES.items() if reading in readings]
    calm = bool(readings & _NO_DANGER) and Reading.DANGER not in readings
    if matter and not calm and _LEVELS.index(matter.urgency) > _LEVELS.index(level):
        level = matter.urgency
        notes.append(Note.MATTER_DEFAULT)
    if level is Urgency.GENERAL and any(note in _FOR_MORE for note in notes):
        notes = [*(note for note in notes if note not in _FOR_MORE), Note.NOT_PRESSING]
    decided = [sign.span for sign in pressure.signs if sign.reading is not Reading.NOW]
    chance = _URGENCY_SURE[level]
    rest = [each for each in reversed(_LEVELS) if each is not level]
    alternatives = (
        Alternative(level.value, chance),
        *(Alternative(each.value, _rounded((1 - chance) / len(rest))) for each in rest),
    )
    return Guess(level.value, chance, _evidence(decided), tuple(notes), alternatives)


_READING_NOTES = {
    Reading.DANGER: Note.DANGER,
    Reading.DENIED: Note.DANGER_DENIED,
    Reading.OVER: Note.DANGER_OVER,
    Reading.DRILL: Note.DRILL,
    Reading.FEARED: Note.DANGER_FEARED,
    Reading.MENTIONED: Note.DANGER_MENTIONED,
    Reading.VULNERABLE: Note.VULNERABLE,
    Reading.MANY: Note.MANY,
}


_FOR_MORE = frozenset({Note.VULNERABLE, Note.MANY, Note.DANGER_FEARED, Note.DANGER_MENTIONED})
"""Notes that are reasons for more than general: where it stays general, they are said as what they did not make."""


def _place_guess(found: Found) -> Guess:
    note = _OUTCOME_NOTES.get(found.outcome)
    spans = [mention.span for mention in found.mentions] or list(found.unknown)
    alternatives = tuple(
        Alternative(place.id, _rounded(found.probability if place is found.place else 0.0))
        for place in found.candidates[:_ALTERNATIVES]
    )
    value = found.place.id if found.place else None
    return Guess(value, _rounded(found.probability), _evidence(spans), (note,) if note else (), alternatives)


def _with_near(proposal: Proposal, near: tuple[Near, ...]) -> Proposal:
    return Proposal(
        proposal.matter,
        proposal.field,
        proposal.kind,
        proposal.urgency,
        proposal.place,
        near,
        proposal.model_version,
    )


def _evidence(spans: Iterable[Span]) -> tuple[Evidence, ...]:
    ordered = sorted({(span.start, span.end) for span in spans})
    return tuple(Evidence(start, end) for start, end in ordered[:10])


def _rounded(chance: float) -> float:
    return round(chance, 4)
