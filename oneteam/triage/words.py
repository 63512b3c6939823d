"""Scores a told text against the matters of the catalogue: seed words, pairs of words, and shared characters.

The machine learns nothing here: a matter is as near as the words that the catalogue declares for it stand in the
text, title and beginning counting more, plus the likeness of its name and words in character pairs and triples.
"""

import hashlib
import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from oneteam.kernel.text import Span, WordFinder, fold
from oneteam.lawbook.matters import WEAK_SIGN, Kind, Matter
from oneteam.triage.text import Told

_NEAR = 30  # characters within which the two words of a pair belong together
_LENGTH_WEIGHT = (0.0, 0.35, 1.0, 1.6, 2.1, 2.4)
_TITLE_FACTOR = 1.8
_HALF_LIFE = 220.0  # characters after which a word in the body counts half
_REPEAT = 0.35
_MOST_RANKED = 12
_WEAK = 0.45
_LIKENESS = 4.0
_ASKING = (
    "咨询",
    "请问",
    "询问",
    "请教",
    "怎么办理",
    "如何办理",
    "想问",
    "问一下",
    "能不能",
    "需要什么",
    "什么时候",
    "何时",
)
_ASKING_FACTOR = 1.35


_Hit = tuple[str, Span, float]  # a word, where it stands first, its points


@dataclass(frozen=True, slots=True)
class Score:
    """How near one matter is: its index in the catalogue, the points, and the words that gave them with their spans."""

    index: int
    points: float
    words: tuple[tuple[str, Span], ...]


@dataclass(frozen=True, slots=True)
class Scores:
    """The matters that a text touches, nearest first, and what the calibration needs to know about them."""

    ranked: tuple[Score, ...]
    asking: Span | None


class MatterIndex:
    """The catalogue prepared for scoring; build it once and keep it.

    A matter without seed words is not proposed: nobody has said yet in which words callers tell of it, and the
    calibration was measured over those that have some.
    """

    def __init__(self, matters: Iterable[Matter]) -> None:
        self.matters = tuple(matter for matter in matters if matter.words)
        self._single: dict[str, list[tuple[int, float]]] = defaultdict(list)
        self._pairs: dict[str, list[tuple[int, float, tuple[str, ...]]]] = defaultdict(list)
        for index, matter in enumerate(self.matters):
            for word in matter.words:
                force = _WEAK if word.endswith(WEAK_SIGN) else 1.0
                parts = tuple(fold(part.strip()) for part in word.rstrip(WEAK_SIGN).split("+"))
                if len(parts) == 1:
                    self._single[parts[0]].append((index, force))
                else:
                    self._pairs[parts[0]].append((index, force, parts))
        parts_of_pairs = {part for pairs in self._pairs.values() for _, _, parts in pairs for part in parts}
        self._finder = WordFinder([*self._single, *parts_of_pairs, *_ASKING])
        self._grams, self._norms = self._likeness_table()
        self.digest = hashlib.sha256(repr(self.matters).encode()).hexdigest()[:8]

    def score(self, told: Told, *, without: Sequence[Span] = (), names: Sequence[Span] = ()) -> Scores:
        """Return the matters with points, nearest first.

        Words that touch a span of `without` do not count, nor does a pair within one of the `names` of places: who
        tells of 建设路 does not ask for a road to be built.
        """
        found = self._found(told, without)
        words = self._hits(told, found, names)
        points = self._points(told, words)
        asking = min((found[word][0] for word in _ASKING if word in found), key=lambda span: span.start, default=None)
        early = asking is not None and asking.start < max(40, told.title_end + 20)
        if early:
            for index in points:
                if self.matters[index].kind is Kind.OTHER_AGENCY:
                    points[index] *= _ASKING_FACTOR
        ranked = sorted(points.items(), key=lambda item: (-item[1], item[0]))[:_MOST_RANKED]
        scores = (Score(index, value, _shown(words.get(index, []))) for index, value in ranked)
        return Scores(tuple(scores), asking if early else None)

    def _found(self, told: Told, without: Sequence[Span]) -> dict[str, list[Span]]:
        found: dict[str, list[Span]] = defaultdict(list)
        for word, span in self._finder.find(told.folded):
            if not any(span.start < other.end and other.start < span.end for other in without):
                found[word].append(span)
        return found

    def _hits(self, told: Told, found: dict[str, list[Span]], names: Sequence[Span]) -> dict[int, list[_Hit]]:
        words: dict[int, list[_Hit]] = defaultdict(list)
        for word, spans in found.items():
            if not (owners := self._single.get(word)):
                continue
            value = _weight(word) / math.sqrt(len(owners)) * _stress(told, spans)
            for index, force in owners:
                words[index].append((word, spans[0], value * force))
        for first in found.keys() & self._pairs.keys():
            for index, force, parts in self._pairs[first]:
                hit = _together(found, parts)
                if hit is not None and not _is_name(hit, names):
                    value = (sum(map(_weight, parts)) + 0.5) * _stress(told, [hit[0]]) * force
                    words[index].extend((part, span, value / len(hit)) for part, span in zip(parts, hit, strict=True))
        return words

    def _points(self, told: Told, words: dict[int, list[_Hit]]) -> dict[int, float]:
        points: dict[int, float] = defaultdict(float)
        for index, hits in words.items():
            points[index] += _without_nested(hits)
        for index, likeness in self._likeness(told.folded[:400]):
            if likeness > 0.08 or index in points:
                points[index] += _LIKENESS * likeness
        return points

    def _likeness_table(self) -> tuple[dict[str, tuple[NDArray[np.intp], NDArray[np.float64]]], NDArray[np.float64]]:
        counts = [Counter(_grams(_document(matter))) for matter in self.matters]
        spread = Counter(gram for each in counts for gram in each)
        total = max(1, len(counts))
        owners: dict[str, list[tuple[int, float]]] = defaultdict(list)
        norms = np.ones(total)
        for index, each in enumerate(counts):
            weights = {gram: (1 + math.log(n)) * math.log(1 + total / spread[gram]) for gram, n in each.items()}
            norms[index] = math.sqrt(sum(weight * weight for weight in weights.values())) or 1.0
            for gram, weight in weights.items():
                owners[gram].append((index, weight * math.log(1 + total / spread[gram])))
        table = {
            gram: (np.array([index for index, _ in each], dtype=np.intp), np.array([weight for _, weight in each]))
            for gram, each in owners.items()
        }
        return table, norms

    def _likeness(self, folded: str) -> list[tuple[int, float]]:
        """Return the matters most like the text in characters, with a likeness between 0 and 1."""
        total = np.zeros(len(self._norms))
        known = [gram for gram in set(_grams(folded)) if gram in self._grams]
        for gram in known:
            indexes, weights = self._grams[gram]
            total[indexes] += weights
        if not known:
            return []
        length = math.sqrt(sum(float(self._grams[gram][1].max()) for gram in known)) or 1.0
        total /= self._norms * length
        best = np.argsort(-total, kind="stable")[:6]
        return [(int(index), float(total[index])) for index in best if total[index] > 0]


def _document(matter: Matter) -> str:
    return fold(
        "\n".join([matter.name.zh, *(part for word in matter.words for part in word.rstrip(WEAK_SIGN).split("+"))])
    )


def _grams(folded: str) -> list[str]:
    return [
        folded[start : start + size]
        for size in (2, 3)
        for start in range(len(folded) - size + 1)
        if "\n" not in folded[start : start + size]
    ]


def _weight(word: str) -> float:
    return _LENGTH_WEIGHT[min(len(word), len(_LENGTH_WEIGHT) - 1)]


def _stress(told: Told, spans: Sequence[Span]) -> float:
    """Return how much the places of a word count: title first, then the beginning, repetition a little."""
    first = spans[0]
    in_title = first.start < told.title_end
    place = _TITLE_FACTOR if in_title else 0.5 ** ((first.start - told.title_end) / _HALF_LIFE)
    return max(place, 0.08) * (1 + _REPEAT * math.log(len(spans)))


def _together(found: dict[str, list[Span]], parts: tuple[str, ...]) -> list[Span] | None:
    """Return the spans of all parts where they stand nearest to the first, or None if one is too far away."""
    others = parts[1:]
    if any(part not in found for part in others):
        return None
    for first in found[parts[0]]:
        hit = [first]
        for part in others:
            near = min(found[part], key=lambda span: _gap(first, span))
            if _gap(first, near) > _NEAR or (near.start < first.end and first.start < near.end):
                break
            hit.append(near)
        else:
            return hit
    return None


def _is_name(parts: Sequence[Span], names: Sequence[Span]) -> bool:
    """Tell whether all parts stand within the name of one place."""
    start, end = min(part.start for part in parts), max(part.end for part in parts)
    return any(name.start <= start and end <= name.end for name in names)


def _gap(a: Span, b: Span) -> int:
    return max(a.start, b.start) - min(a.end, b.end)


def _without_nested(hits: list[_Hit]) -> float:
    """Return the points of one matter's hits; a word inside a longer hit of the same matter adds only a fifth."""
    total = 0.0
    taken: list[Span] = []
    for _, span, value in sorted(hits, key=lambda hit: (-(hit[1].end - hit[1].start), hit[1].start)):
        nested = any(other.start <= span.start and span.end <= other.end for other in taken)
        total += value * (0.2 if nested else 1.0)
        taken.append(span)
    return total


def _shown(hits: list[_Hit]) -> tuple[tuple[str, Span], ...]:
    ordered = sorted(hits, key=lambda hit: (-hit[2], hit[1].start))
    return tuple(dict.fromkeys((word, span) for word, span, _ in ordered))[:8]
