"""Finds the place a told text speaks of in the city's gazetteer; what is not certain stays unresolved.

The longest names win; the areas and communities that are named must agree with the place; a name that several places
bear is resolved only if something else in the text decides between them.
"""

import hashlib
import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from oneteam.triage.text import Span, Told, WordFinder, fold

_RANK = {"landmark": 4, "road": 3, "grid": 3, "community": 2, "area": 1}
_SUFFIXES = "路街巷弄道村镇县区桥站站湾里园苑校院馆"
_ENDS_NAME = re.compile(r"[路街巷弄道村镇县区桥站园苑校院馆场厂港库]$")
_ENLARGES = "新老东西南北大小"
_STRANGER = re.compile(
    r"[\u4e00-\u9fff]{2,5}(?:路|街|大道|巷|弄|小区|社区|花园|家园|新村|菜市场|公园|广场)(?:\d{1,4}号)?"
)
_ANONYMISED = re.compile(r"[a-z]\d{0,2}[市县]")  # open data that hides its places: A市, A7县 are never ours
_LOOSE = ("附近", "旁边", "对面", "后面", "不远", "周边", "一带", "往", "方向")


class Outcome(StrEnum):
    """How the search for the place ended."""

    RESOLVED = "resolved"
    WIDER = "wider"  # several places of one community or area are named: that community or area
    AMBIGUOUS = "ambiguous"
    CONFLICT = "conflict"
    UNKNOWN = "unknown"  # a place is named that the gazetteer does not know
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Place:
    """One entry of the gazetteer, WGS 84 degrees; kind: area, community, grid, road or landmark."""

    id: str
    name: str
    kind: str
    parent: str | None
    lon: float
    lat: float
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Mention:
    """A stretch of the text that names one or several places."""

    word: str
    span: Span
    candidates: tuple[Place, ...]
    alias: bool


@dataclass(frozen=True, slots=True)
class Found:
    """The place, if it is resolved, what named it, and how sure the rules are (measured on our own sample texts)."""

    outcome: Outcome
    place: Place | None
    probability: float
    mentions: tuple[Mention, ...]
    candidates: tuple[Place, ...]
    unknown: tuple[Span, ...]


# Share of right answers among our sample messages (demo/samples), by how the place was found; never quite 1.
_SURE = {"landmark": 0.96, "road": 0.93, "grid": 0.9, "community": 0.92, "area": 0.85}
_WIDER_SURE, _ALIAS_LOSS, _LOOSE_LOSS, _STRANGER_LOSS = 0.8, 0.04, 0.05, 0.15


class Gazetteer:
    """The city's named places prepared for searching; build it once and keep it."""

    def __init__(self, places: Iterable[Place]) -> None:
        """Take the entries; a parent that is not among them is an error in the data: ValueError names it."""
        self.places = tuple(places)
        self._by_id = {place.id: place for place in self.places}
        for place in self.places:
            if place.parent is not None and place.parent not in self._by_id:
                raise ValueError(f"gazetteer: {place.id} has the parent {place.parent}, which is not there")
        self._by_name: dict[str, list[tuple[Place, bool]]] = defaultdict(list)
        for place in self.places:
            self._by_name[fold(place.name)].append((place, False))
            for alias in place.aliases:
                self._by_name[fold(alias)].append((place, True))
        self._finder = WordFinder(self._by_name)
        known = sorted((p.name, p.kind, p.lon, p.lat, p.aliases) for p in self.places)  # ids differ between databases
        self.digest = hashlib.sha256(repr(known).encode()).hexdigest()[:8]

    def chain(self, place: Place) -> tuple[str, ...]:
        """Return the ids from the place up to its area, the place first."""
        ids: list[str] = []
        while place.id not in ids:
            ids.append(place.id)
            if place.parent is None:
                break
            place = self._by_id[place.parent]
        return tuple(ids)

    def resolve(self, told: Told) -> Found:
        """Return the place that the text names, or why there is none."""
        mentions = self._mentions(told)
        unknown = tuple(self._strangers(told, mentions))
        if not mentions:
            return Found(Outcome.UNKNOWN if unknown else Outcome.NONE, None, 0.0, (), (), unknown)
        fitting = [tuple(p for p in m.candidates if self._agrees(p, m, mentions)) for m in mentions]
        if _ANONYMISED.search(told.folded):
            everything = tuple(dict.fromkeys(place for mention in mentions for place in mention.candidates))
            return Found(Outcome.CONFLICT, None, 0.0, mentions, everything, unknown)
        rank = max(_RANK.get(place.kind, 0) for mention in mentions for place in mention.candidates)
        top = [
            (mention, options)
            for mention, options in zip(mentions, fitting, strict=True)
            if any(_RANK.get(place.kind, 0) == rank for place in mention.candidates)
        ]
        if not all(options for _, options in top):
            everything = tuple(dict.fromkeys(place for mention in mentions for place in mention.candidates))
            return Found(Outcome.CONFLICT, None, 0.0, mentions, everything, unknown)
        titled = [each for each in top if each[0].span.start < told.title_end]
        chosen = titled or top
        options = tuple(dict.fromkeys(place for _, each in chosen for place in each))
        if any(len(each) > 1 for _, each in chosen):
            return Found(Outcome.AMBIGUOUS, None, 0.0, mentions, options, unknown)
        if len(options) == 1:
            return Found(
                Outcome.RESOLVED, options[0], self._sure(told, chosen[0][0], unknown), mentions, options, unknown
            )
        common = self._common(options)
        if common is None:
            return Found(Outcome.AMBIGUOUS, None, 0.0, mentions, options, unknown)
        return Found(Outcome.WIDER, common, _WIDER_SURE, mentions, options, unknown)

    def _mentions(self, told: Told) -> tuple[Mention, ...]:
        hits = sorted(self._finder.find(told.folded), key=lambda hit: (hit[1].start - hit[1].end, hit[1].start))
        taken: list[Span] = []
        mentions: dict[str, Mention] = {}
        for word, span in hits:
            if any(span.start < other.end and other.start < span.end for other in taken):
                continue
            taken.append(span)
            entries = self._by_name[word]
            if self._belongs_to_longer(told.folded, word, span, entries):
                continue
            known = mentions.get(word)
            if known is None or span.start < known.span.start:
                places = tuple(place for place, _ in entries)
                mentions[word] = Mention(word, span, places, all(alias for _, alias in entries))
        return tuple(sorted(mentions.values(), key=lambda mention: mention.span.start))

    @staticmethod
    def _belongs_to_longer(folded: str, word: str, span: Span, entries: Iterable[tuple[Place, bool]]) -> bool:
        """Say whether it is only a part of a longer name that we do not know (城南 in 城南路, 建设路 in 新建设路)."""
        following = folded[span.end : span.end + 1]
        if following and following in _SUFFIXES and not _ENDS_NAME.search(word):
            return True
        preceding = folded[span.start - 1 : span.start] if span.start else ""
        return bool(preceding) and preceding in _ENLARGES and any(place.kind == "road" for place, _ in entries)

    def _agrees(self, place: Place, mention: Mention, mentions: Iterable[Mention]) -> bool:
        chain = set(self.chain(place))
        for other in mentions:
            if other is mention:
                continue
            if not any(self._compatible(chain, set(self.chain(candidate))) for candidate in other.candidates):
                return False
        return True

    def _compatible(self, one: set[str], two: set[str]) -> bool:
        """Two places agree if they lie in one area; two named communities of one area do not contradict each other."""
        return bool(one & two)

    def _common(self, places: Sequence[Place]) -> Place | None:
        shared = set(self.chain(places[0])).intersection(*(self.chain(place) for place in places[1:]))
        return next((self._by_id[each] for each in self.chain(places[0]) if each in shared), None)

    @staticmethod
    def _strangers(told: Told, mentions: Sequence[Mention]) -> Iterable[Span]:
        for match in _STRANGER.finditer(told.folded):
            if not any(mention.span.start < match.end() and match.start() < mention.span.end for mention in mentions):
                yield Span(match.start(), match.end())

    @staticmethod
    def _sure(told: Told, mention: Mention, unknown: Sequence[Span]) -> float:
        kind = mention.candidates[0].kind
        near = told.folded[mention.span.end : mention.span.end + 8]
        loss = _ALIAS_LOSS * mention.alias + _LOOSE_LOSS * any(word in near for word in _LOOSE)
        return max(
            0.5, _SURE.get(kind, 0.8) - loss - _STRANGER_LOSS * bool(unknown and mention.span.start > unknown[0].start)
        )
