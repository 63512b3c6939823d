"""Finds told texts that are near copies of an earlier one, or tell of the same thing in the same place.

An inverted index over character triples (at most 160 of a text, chosen by hash so that two texts choose alike),
weighted by rarity. Keys that the caller hands in, such as the proposed matter and place, count as rare triples.
"""

import math
from array import array
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from oneteam.kernel.text import fold

MOST_TRIPLES = 160
_CHARACTERS = 1_500
_COMMON = 0.02  # a triple that more than this share of the texts hold tells nothing
_MOST_READ = 60_000  # entries of the index read for one text, rare triples first
_CANDIDATES = 12
_KEY_LOSS = 0.75  # a shared key takes a quarter of what is missing to full likeness
_COPY = 0.75
_WINDOW = timedelta(days=14)


@dataclass(frozen=True, slots=True)
class Near:
    """An earlier text: its id, the likeness of the texts (0 to 1), whether it is a copy, and the keys they share."""

    id: str
    likeness: float
    copy: bool
    shared: tuple[str, ...]


class DuplicateIndex:
    """The texts told so far; in memory, rebuilt at start from the reports. Not for several threads at once."""

    def __init__(self) -> None:
        self._ids: list[str] = []
        self._position: dict[str, int] = {}
        self._told: array[float] = array("d")
        self._lengths: array[int] = array("H")
        self._triples: list[NDArray[np.uint32]] = []
        self._keys: list[tuple[str, ...]] = []
        self._holders: defaultdict[int, array[int]] = defaultdict(lambda: array("I"))
        self._key_holders: defaultdict[str, array[int]] = defaultdict(lambda: array("I"))

    def __len__(self) -> int:
        return len(self._ids)

    def add(self, id: str, text: str, *, told_at: datetime, keys: Sequence[str] = ()) -> None:  # noqa: A002
        """Take in one text (told_at aware); a text whose id is already there is left as it is."""
        if id in self._position:
            return
        position = len(self._ids)
        self._position[id] = position
        self._ids.append(id)
        self._told.append(told_at.timestamp())
        triples = _triples(text)
        self._triples.append(triples)
        self._lengths.append(len(triples))
        self._keys.append(tuple(dict.fromkeys(keys)))
        holders = self._holders
        for triple in triples.tolist():
            holders[triple].append(position)
        for key in self._keys[-1]:
            self._key_holders[key].append(position)

    def near(
        self,
        text: str,
        *,
        told_at: datetime,
        keys: Sequence[str] = (),
        most: int = 5,
        least: float = 0.4,
        without: str | None = None,
    ) -> tuple[Near, ...]:
        """Return the earlier texts most like this one, best first.

        Copies of any age; texts that only tell of the same thing within 14 days of `told_at`. `least` is the likeness
        below which nothing is returned, 0 to 1: other callers' texts about the same thing share both keys and reach
        0.49 to 0.53 in our samples, texts that share only one key or none stay below 0.38.
        """
        triples = _triples(text)
        if not self._ids or not len(triples):
            return ()
        shared, own = self._shared(triples)
        lengths = np.frombuffer(self._lengths, dtype=np.uint16).astype(np.float64)
        estimate = shared / np.sqrt(own * (own / len(triples)) * np.maximum(lengths, 1.0))
        for key in keys:
            if holders := self._key_holders.get(key):
                at = np.frombuffer(holders, dtype=np.uint32)
                estimate[at] = 1 - (1 - estimate[at]) * _KEY_LOSS
        enough = np.flatnonzero(estimate >= least)
        best = enough[np.argsort(-estimate[enough], kind="stable")[:_CANDIDATES]].tolist()
        found = (self._near(each, float(estimate[each]), triples, keys, told_at) for each in best)
        chosen = [near for near in found if near and near.id != without]
        return tuple(sorted(chosen, key=lambda near: (-near.likeness, near.id))[:most])

    def _shared(self, triples: NDArray[np.uint32]) -> tuple[NDArray[np.float64], float]:
        """Return the weight of the triples that each text shares with these, rare ones first, and their own weight."""
        total = len(self._ids)
        limit = max(30, int(total * _COMMON))
        hits = [(len(holders), holders) for t in triples.tolist() if (holders := self._holders.get(t))]
        unheld = len(triples) - len(hits)
        own = unheld * math.log(1 + total) + sum(math.log(1 + total / (1 + n)) for n, _ in hits)
        positions: list[NDArray[np.uint32]] = []
        values: list[NDArray[np.float64]] = []
        read = 0
        for count, holders in sorted(hits, key=lambda hit: hit[0]):
            if count > limit or read > _MOST_READ:
                break
            read += count
            positions.append(np.frombuffer(holders, dtype=np.uint32))
            values.append(np.full(count, math.log(1 + total / (1 + count))))
        if not positions:
            return np.zeros(total), own or 1.0
        joined = np.concatenate(positions).astype(np.intp)
        weights = np.concatenate(values)
        return np.asarray(np.bincount(joined, weights=weights, minlength=total), dtype=np.float64), own

    def _near(
        self, position: int, estimate: float, triples: NDArray[np.uint32], keys: Sequence[str], told_at: datetime
    ) -> Near | None:
        """Return what is said of one candidate; None if it is neither a copy nor told within the window."""
        common = len(np.intersect1d(triples, self._triples[position], assume_unique=True))
        likeness = common / max(len(triples), len(self._triples[position]), 1)
        copied = likeness >= _COPY
        if not copied and abs(told_at.timestamp() - self._told[position]) > _WINDOW.total_seconds():
            return None
        same = tuple(key for key in self._keys[position] if key in keys)
        return Near(self._ids[position], round(min(1.0, likeness if copied else estimate), 4), copied, same)


def _triples(text: str) -> NDArray[np.uint32]:
    """Return the hashes of the character triples of the beginning of a text, at most MOST_TRIPLES, the least ones."""
    folded = fold(text[:_CHARACTERS])
    letters = "".join(character for character in folded if character.isalnum())
    points = np.frombuffer(letters.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
    if len(points) < 3:
        return np.array([crc32(letters.encode("utf-8", "surrogatepass"))] if letters else [], dtype=np.uint32)
    with np.errstate(over="ignore"):
        mixed = points[:-2] * np.uint32(0x9E3779B1)
        mixed = (mixed ^ (mixed >> np.uint32(15))) + points[1:-1] * np.uint32(0x85EBCA6B)
        mixed = (mixed ^ (mixed >> np.uint32(13))) + points[2:] * np.uint32(0xC2B2AE35)
        mixed = (mixed ^ (mixed >> np.uint32(16))) * np.uint32(0x7FEB352D)
        mixed ^= mixed >> np.uint32(15)
    return np.unique(mixed)[:MOST_TRIPLES]
