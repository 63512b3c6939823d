"""Finds the place that a text speaks of among the city's named places; what is not certain stays unresolved.

The longest names win; the areas and communities that are named must agree with the place; a name that several places
bear is resolved only if something else decides between them: another name in the text, or the point where it was told.
"""

import hashlib
import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from oneteam.kernel.geometry import Line, meeting, metres, nearest
from oneteam.kernel.text import Span, WordFinder, fold
from oneteam.places.doors import Doors, door, number_after

Point = tuple[float, float]  # longitude, latitude

_RANK = {"shop": 4, "landmark": 4, "station": 4, "road": 3, "grid": 3, "community": 2, "area": 1}
_SUFFIXES = "路街巷弄道村镇县区桥站站湾里园苑校院馆"
_ENDS_NAME = re.compile(r"[路街巷弄道村镇县区桥站园苑校院馆场厂港库店屋房吧铺行]$")
_ENLARGES = "新老东西南北大小"
_STRANGER = re.compile(
    r"[\u4e00-\u9fff]{2,5}(?:路|街|大道|巷|弄|小区|社区|花园|家园|新村|菜市场|公园|广场)(?:\d{1,4}号)?"
)
_ANONYMISED = re.compile(r"[a-z]\d{0,2}[市县]")  # open data that hides its places: A市, A7县 are never ours
_LOOSE = ("附近", "旁边", "对面", "后面", "不远", "周边", "一带", "往", "方向")
_CROSSING = re.compile(r"^[\s与和跟及同、,，/]{0,2}$")
_AT_CROSSING = re.compile(r"^的?(?:十字|丁字|三岔)?(?:口|路口|街口|交叉口|交叉路口|交汇处|交汇|交界|交叉|转角|拐角)")
_NEXT_TO = re.compile(r"[上边段]{0,2}(?:靠近|临近|挨着|贴着|紧挨|快到|近)$")  # what follows says only where on it
_NEAR_ENOUGH = 300.0  # metres between a road's line and a place that is said to lie on it
_CROSS_WITHIN = 60.0  # metres between two lines that are said to cross
_DECIDES = 3.0  # a namesake must be this many times nearer to where the text was told than the next one
_FAR = 1500.0  # metres: further away, where it was told decides nothing


class Outcome(StrEnum):
    """How the search for the place ended."""

    RESOLVED = "resolved"
    DOOR = "door"  # a house number on a road
    CROSSING = "crossing"  # where two roads meet
    WIDER = "wider"  # several places of one community or area are named: that community or area
    AMBIGUOUS = "ambiguous"
    CONFLICT = "conflict"
    UNKNOWN = "unknown"  # a place is named that the gazetteer does not know
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Entry:
    """One named place, WGS 84 degrees; kind: area, community, grid, road, station, landmark or shop.

    `parent` is what it lies in. A road may have its line and the doors that are known on it.
    """

    id: str
    name: str
    kind: str
    parent: str | None
    lon: float
    lat: float
    aliases: tuple[str, ...] = ()
    line: Line = field(default=(), compare=False)
    doors: Doors = field(default=(), compare=False)


@dataclass(frozen=True, slots=True)
class Mention:
    """A stretch of the text that names one or several places."""

    word: str
    span: Span
    candidates: tuple[Entry, ...]
    alias: bool


@dataclass(frozen=True, slots=True)
class Found:
    """The place and its point, if resolved, what named it, and how sure the rules are (measured on our own texts)."""

    outcome: Outcome
    place: Entry | None
    probability: float
    mentions: tuple[Mention, ...]
    candidates: tuple[Entry, ...]
    unknown: tuple[Span, ...]
    point: Point | None = None


# Share of right answers among our labelled texts, by how the place was found; never quite 1.
_SURE = {"shop": 0.95, "landmark": 0.96, "station": 0.96, "road": 0.93, "grid": 0.9, "community": 0.92, "area": 0.85}
_DOOR_SURE, _NO_DOOR_LOSS, _CROSSING_SURE = 0.96, 0.1, 0.95
_WIDER_SURE, _AREA_SURE, _ALIAS_LOSS, _LOOSE_LOSS, _STRANGER_LOSS, _TOLD_THERE_LOSS = 0.8, 0.7, 0.04, 0.05, 0.15, 0.08


class Gazetteer:
    """The city's named places prepared for searching; build it once and keep it."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        """Take the entries; a parent that is not among them is an error in the data: ValueError names it."""
        self.entries = tuple(entries)
        self._by_id = {entry.id: entry for entry in self.entries}
        for entry in self.entries:
            if entry.parent is not None and entry.parent not in self._by_id:
                raise ValueError(f"gazetteer: {entry.id} has the parent {entry.parent}, which is not there")
        self._by_name: dict[str, list[tuple[Entry, bool]]] = defaultdict(list)
        for entry in self.entries:
            self._by_name[fold(entry.name)].append((entry, False))
            for alias in entry.aliases:
                self._by_name[fold(alias)].append((entry, True))
        self._finder = WordFinder(self._by_name)
        known = sorted((e.name, e.kind, e.lon, e.lat, e.aliases) for e in self.entries)  # ids differ between databases
        self.digest = hashlib.sha256(repr(known).encode()).hexdigest()[:8]

    def chain(self, entry: Entry) -> tuple[str, ...]:
        """Return the ids from the place up to its area, the place first."""
        ids: list[str] = []
        while entry.id not in ids:
            ids.append(entry.id)
            if entry.parent is None:
                break
            entry = self._by_id[entry.parent]
        return tuple(ids)

    def resolve(self, folded: str, *, title_end: int = 0, near: Point | None = None) -> Found:
        """Return the place that a folded text names, or why there is none.

        Its first `title_end` characters are a title, whose places count more. `near`: where it was told, if known.
        """
        mentions = self._mentions(folded)
        unknown = tuple(self._strangers(folded, mentions))
        if not mentions:
            return Found(Outcome.UNKNOWN if unknown else Outcome.NONE, None, 0.0, (), (), unknown)
        everything = tuple(dict.fromkeys(entry for mention in mentions for entry in mention.candidates))
        rank = max(_RANK.get(entry.kind, 0) for entry in everything)
        fitting = [tuple(e for e in m.candidates if self._agrees(e, m, mentions)) for m in mentions]
        top = [
            (mention, options)
            for mention, options in zip(mentions, fitting, strict=True)
            if any(_RANK.get(entry.kind, 0) == rank for entry in mention.candidates)
        ]
        if _ANONYMISED.search(folded) or not all(options for _, options in top):
            return Found(Outcome.CONFLICT, None, 0.0, mentions, everything, unknown)
        chosen = [each for each in top if each[0].span.start < title_end] or top
        if len(chosen) == 2 and _NEXT_TO.search(folded[chosen[0][0].span.end : chosen[1][0].span.start]):
            chosen = chosen[:1]
        reduced = [(mention, self._told_there(options, near)) for mention, options in chosen]
        loss = _TOLD_THERE_LOSS * any(len(a[1]) != len(b[1]) for a, b in zip(chosen, reduced, strict=True))
        options = tuple(dict.fromkeys(entry for _, each in reduced for entry in each))
        if any(len(each) > 1 for _, each in reduced):
            return Found(Outcome.AMBIGUOUS, None, 0.0, mentions, options, unknown)
        if len(options) == 1:
            return self._one(folded, reduced[0][0], options, mentions, unknown, loss)
        crossing = _crossing(folded, reduced)
        if crossing is not None:
            road, point = crossing
            return Found(Outcome.CROSSING, road, _CROSSING_SURE - loss, mentions, options, unknown, point)
        common = self._common(options)
        if common is None:
            return Found(Outcome.AMBIGUOUS, None, 0.0, mentions, options, unknown)
        sure = (_WIDER_SURE if common.kind != "area" else _AREA_SURE) - loss
        return Found(Outcome.WIDER, common, sure, mentions, options, unknown, (common.lon, common.lat))

    def _one(
        self,
        folded: str,
        mention: Mention,
        options: tuple[Entry, ...],
        mentions: tuple[Mention, ...],
        unknown: tuple[Span, ...],
        loss: float,
    ) -> Found:
        entry = options[0]
        sure = _sure(folded, mention, entry.kind, unknown) - loss
        number = number_after(folded, mention.span.end) if entry.kind == "road" else None
        if number is not None:
            at = door(entry.doors, number)
            if at is not None and at.known:
                sure = max(sure, _DOOR_SURE - loss)
                return Found(Outcome.DOOR, entry, sure, mentions, options, unknown, (at.lon, at.lat))
            sure -= _NO_DOOR_LOSS
            if at is not None:
                return Found(Outcome.RESOLVED, entry, sure, mentions, options, unknown, (at.lon, at.lat))
        return Found(Outcome.RESOLVED, entry, sure, mentions, options, unknown, (entry.lon, entry.lat))

    def _mentions(self, folded: str) -> tuple[Mention, ...]:
        hits = sorted(self._finder.find(folded), key=lambda hit: (hit[1].start - hit[1].end, hit[1].start))
        taken: list[Span] = []
        mentions: dict[str, Mention] = {}
        for word, span in hits:
            if any(span.start < other.end and other.start < span.end for other in taken):
                continue
            taken.append(span)
            entries = self._by_name[word]
            if _belongs_to_longer(folded, word, span, entries):
                continue
            known = mentions.get(word)
            if known is None or span.start < known.span.start:
                places = tuple(entry for entry, _ in entries)
                mentions[word] = Mention(word, span, places, all(alias for _, alias in entries))
        return tuple(sorted(mentions.values(), key=lambda mention: mention.span.start))

    def _agrees(self, entry: Entry, mention: Mention, mentions: Iterable[Mention]) -> bool:
        chain = set(self.chain(entry))
        for other in mentions:
            if other is not mention and not any(self._together(entry, chain, each) for each in other.candidates):
                return False
        return True

    def _together(self, entry: Entry, chain: set[str], other: Entry) -> bool:
        """Two places agree if they lie in one area, or the one lies on the other's road. Two named communities of one
        area do not contradict each other."""
        if chain & set(self.chain(other)):
            return True
        for road, place in ((entry, other), (other, entry)):
            if road.line and place.kind not in ("area", "community", "grid"):
                away = meeting(place.line, road.line) if place.line else nearest(road.line, place.lon, place.lat)
                return away.metres <= _NEAR_ENOUGH
        return False

    @staticmethod
    def _told_there(options: tuple[Entry, ...], near: Point | None) -> tuple[Entry, ...]:
        """Leave only the namesake next to where the text was told, if it is much nearer than all others."""
        if near is None or len(options) < 2:
            return options
        by_distance = sorted((_distance(entry, near), number) for number, entry in enumerate(options))
        (first, number), (second, _number) = by_distance[:2]
        return (options[number],) if first <= _FAR and second > _DECIDES * first else options

    def _common(self, entries: Sequence[Entry]) -> Entry | None:
        shared = set(self.chain(entries[0])).intersection(*(self.chain(entry) for entry in entries[1:]))
        return next((self._by_id[each] for each in self.chain(entries[0]) if each in shared), None)

    @staticmethod
    def _strangers(folded: str, mentions: Sequence[Mention]) -> Iterable[Span]:
        for match in _STRANGER.finditer(folded):
            if not any(mention.span.start < match.end() and match.start() < mention.span.end for mention in mentions):
                yield Span(match.start(), match.end())


def _belongs_to_longer(folded: str, word: str, span: Span, entries: Iterable[tuple[Entry, bool]]) -> bool:
    """Say whether it is only a part of a longer name that we do not know (城南 in 城南路, 建设路 in 新建设路)."""
    following = folded[span.end : span.end + 1]
    gate = following == "校" and word.endswith("学")  # 小学校门口 is the gate of the 小学, no longer name
    if following and following in _SUFFIXES and not gate and not _ENDS_NAME.search(word):
        return True
    preceding = folded[span.start - 1 : span.start] if span.start else ""
    return bool(preceding) and preceding in _ENLARGES and any(entry.kind == "road" for entry, _ in entries)


def _distance(entry: Entry, near: Point) -> float:
    return nearest(entry.line, *near).metres if entry.line else metres(entry.lon, entry.lat, *near)


def _crossing(folded: str, chosen: Sequence[tuple[Mention, tuple[Entry, ...]]]) -> tuple[Entry, Point] | None:
    """Return the longer of two roads that the text says to cross, and the point where they do."""
    if len(chosen) != 2 or any(options[0].kind != "road" or not options[0].line for _, options in chosen):
        return None
    (first, (one,)), (second, (two,)) = chosen
    if not _CROSSING.match(folded[first.span.end : second.span.start]):
        return None
    if not _AT_CROSSING.match(folded[second.span.end : second.span.end + 8]):
        return None
    spot = meeting(one.line, two.line)
    if spot.metres > _CROSS_WITHIN:
        return None
    return (one if len(one.line) >= len(two.line) else two), (spot.lon, spot.lat)


def _sure(folded: str, mention: Mention, kind: str, unknown: Sequence[Span]) -> float:
    near = folded[mention.span.end : mention.span.end + 8]
    loss = _ALIAS_LOSS * mention.alias + _LOOSE_LOSS * any(word in near for word in _LOOSE)
    loss += _STRANGER_LOSS * bool(unknown and mention.span.start > unknown[0].start)
    return max(0.5, _SURE.get(kind, 0.8) - loss)
