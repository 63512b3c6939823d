"""The whole ground of the made-up city from its seed: what a real city would import from its surveyors."""

import random
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from oneteam.demo import streets
from oneteam.demo.division import Community, Division, divide
from oneteam.demo.outlines import outline
from oneteam.demo.terrain import Terrain, terrain
from oneteam.kernel.geometry import Locator, centre, nearest

FILE = Path(__file__).resolve().parents[2] / "demo" / "places.yaml"
LANDMARKS, SHOPS = 3, 4  # of a community beside those in the file
NO_STREET = "000"  # digits 7 to 9 of a grid: the city has no towns and streets
_NUMERALS = "一二三四五六七八九"

Rings = list[list[list[float]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """One place as it would stand in an import: parent's code, outline as rings, line with doors, a shop's fields."""

    code: str
    kind: str
    zh: str
    en: str
    aliases: tuple[str, ...] = ()
    parent: str | None = None
    lon: float
    lat: float
    outline: Rings | None = None
    line: list[list[float]] = field(default_factory=list)
    numbers: list[list[float]] = field(default_factory=list)
    address: str = ""
    fields: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """The region and its places, parents before children."""

    code: str
    zh: str
    en: str
    outline: Rings
    places: tuple[Made, ...]

    def of(self, *kinds: str) -> tuple[Made, ...]:
        """Return the places of some kinds."""
        return tuple(place for place in self.places if place.kind in kinds)


@lru_cache(maxsize=1)
def names() -> dict[str, Any]:
    """Return what stands in demo/places.yaml: names and a few points."""
    content: dict[str, Any] = yaml.load(FILE.read_text("utf-8"), yaml.CSafeLoader)
    return content


@lru_cache(maxsize=2)
def ground(*, whole: bool) -> Ground:
    """Return the ground of the demo city; not `whole`: the small city, of the places with a code in the file only.

    The places of the small city are the very same ones; the others are left out, so that land lies between them.
    """
    if whole:
        return _make()
    made = ground(whole=True)
    parts = ("areas", "communities", "roads", "landmarks", "stations")
    named = {entry["code"] for part in parts for entry in names()[part]}
    kept = (p for p in made.places if p.code in named or (p.kind == "grid" and p.parent in named))
    return Ground(code=made.code, zh=made.zh, en=made.en, outline=made.outline, places=tuple(kept))


def _make() -> Ground:
    draw = random.Random(names()["seed"])  # noqa: S311 -- a city, not a secret
    known = [
        (entry["at"][0], entry["at"][1]) for part in ("communities", "landmarks", "roads") for entry in names()[part]
    ]
    country = terrain(draw, known)
    division = divide(draw, country, names())
    bounded = list(_bounded(division))
    here = Locator((place, place.outline or []) for place in bounded if place.kind == "community")
    roads = list(_roads(draw, country, here))
    region = names()["region"]
    return Ground(
        code=region["code"], zh=region["name"]["zh"], en=region["name"]["en"],
        outline=outline(division.arcs, lambda label: label > 0),
        places=(*bounded, *roads, *_points(draw, division.communities, roads, here)),
    )  # fmt: skip


def _bounded(division: Division) -> Iterator[Made]:
    """Yield areas, communities and grids with their outlines."""
    area_of = {label: division.communities[owner].area for label, owner in division.owner.items()}
    for entry in names()["areas"]:
        code, name = entry["code"], entry["name"]
        rings = outline(division.arcs, lambda label, code=code: area_of.get(label) == code)  # type: ignore[misc]
        yield _made(code, "area", name["zh"], name["en"], rings, tuple(entry["aliases"]))
    for number, community in enumerate(division.communities):
        mine = set(division.grids_of(number))
        rings = outline(division.arcs, mine.__contains__)
        yield _made(
            community.code, "community", community.zh, community.en, rings, community.aliases, parent=community.area
        )
    for number, community in enumerate(division.communities):
        short = community.en.removesuffix(" Community")
        for serial, label in enumerate(division.grids_of(number), 1):
            rings = outline(division.arcs, label.__eq__)
            yield _made(
                f"{names()['region']['code']}{NO_STREET}{number + 1:03}{serial:03}", "grid",
                f"{community.zh}第{_NUMERALS[serial - 1]}网格", f"{short} Grid {serial}", rings,
                parent=community.code,
            )  # fmt: skip


def _made(
    code: str, kind: str, zh: str, en: str, rings: Rings, aliases: tuple[str, ...] = (), parent: str | None = None
) -> Made:
    lon, lat = centre(rings)
    return Made(
        code=code, kind=kind, zh=zh, en=en, aliases=aliases, parent=parent, lon=round(lon, 5), lat=round(lat, 5),
        outline=rings,
    )  # fmt: skip


def _roads(draw: random.Random, country: Terrain, here: Locator[Made]) -> Iterator[Made]:
    """Yield the roads of the file, then as many more as there are names, each somewhere in its area."""
    entries = [dict(entry) for entry in names()["roads"]]
    spots = defaultdict(list)
    for community in names()["communities"]:
        spots[community["area"]].append(community["at"])
    for area, listed in names()["more_roads"].items():
        for words in listed:
            zh, en = words.split(" ", 1)
            lon, lat = 0.0, 0.0
            while not any(community.parent == area for community in here.find(lon, lat)):
                near = draw.choice(spots[area])
                lon, lat = near[0] + draw.uniform(-0.02, 0.02), near[1] + draw.uniform(-0.022, 0.022)
            entries.append({"name": {"zh": zh, "en": en}, "aliases": [], "area": area, "at": [lon, lat]})
    for number, entry in enumerate(entries, 1):
        code, at = entry.get("code") or f"R{number:02}", (float(entry["at"][0]), float(entry["at"][1]))
        course = country.arteries.get(code)
        line = (
            streets.artery(country.land, course) if course
            else streets.road(draw, country.land, entry["name"]["zh"], at)
        )  # fmt: skip
        spot = nearest(line, *at)
        yield Made(
            code=code, kind="road", zh=entry["name"]["zh"], en=entry["name"]["en"], aliases=tuple(entry["aliases"]),
            parent=entry["area"], lon=round(spot.lon, 5), lat=round(spot.lat, 5), line=line,
            numbers=streets.numbers(line),
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Door:
    """A door with its address, in one community."""

    lon: float
    lat: float
    address: str


def _points(
    draw: random.Random, communities: list[Community], roads: list[Made], here: Locator[Made]
) -> Iterator[Made]:
    """Yield stations, landmarks and shops; those that the file does not place stand at a door of their community."""
    doors: dict[str, list[_Door]] = defaultdict(list)
    for road in roads:
        for number, lon, lat in road.numbers:
            for home in here.find(lon, lat):
                doors[home.code].append(_Door(lon, lat, f"{road.zh}{number:.0f}号"))
    for community in communities:
        doors[community.code] = doors[community.code] or [_Door(*community.at, "")]
    yield from _stations(draw, communities, doors)
    yield from _landmarks(draw, communities, doors)
    yield from _shops(draw, communities, doors)


def _at(code: str, kind: str, zh: str, en: str, parent: str, door: _Door, **more: Any) -> Made:
    return Made(
        code=code, kind=kind, zh=zh, en=en, parent=parent, lon=door.lon, lat=door.lat, address=door.address, **more
    )


def _stations(draw: random.Random, communities: list[Community], doors: dict[str, list[_Door]]) -> Iterator[Made]:
    known = {entry["community"]: entry for entry in names()["stations"]}
    chosen: list[Community] = []
    for area, count in names()["stations_by_area"].items():
        mine = [community for community in communities if community.area == area]
        first = [community for community in mine if community.code in known]
        others = [community for community in mine if community.code not in known]
        chosen += first + sorted(draw.sample(others, count - len(first)), key=lambda community: community.code)
    number = len(known)
    for community in chosen:
        entry = known.get(community.code)
        number += entry is None
        zh, en = community.zh.removesuffix("社区"), community.en.removesuffix(" Community")
        name = entry["name"] if entry else {"zh": f"{zh}联勤工作站", "en": f"{en} Joint Station"}
        code = entry["code"] if entry else f"J{number:02}"
        yield _at(code, "station", name["zh"], name["en"], community.code, draw.choice(doors[community.code]))


def _landmarks(draw: random.Random, communities: list[Community], doors: dict[str, list[_Door]]) -> Iterator[Made]:
    for entry in names()["landmarks"]:
        yield Made(
            code=entry["code"], kind="landmark", zh=entry["name"]["zh"], en=entry["name"]["en"],
            aliases=tuple(entry["aliases"]), parent=entry["community"], lon=entry["at"][0], lat=entry["at"][1],
        )  # fmt: skip
    number = len(names()["landmarks"])
    estates = iter(names()["estates"])
    for community in communities:
        if community.named:
            continue
        zh, en = community.zh.removesuffix("社区"), community.en.removesuffix(" Community")
        listed = [(zh + kind, f"{en} {word}") for kind, word in draw.sample(names()["kinds_of_landmark"], LANDMARKS)]
        if (estate := next(estates, None)) is not None:
            listed.append(tuple(estate.split(" ", 1)))
        for name_zh, name_en in listed:
            number += 1
            yield _at(f"L{number:02}", "landmark", name_zh, name_en, community.code, draw.choice(doors[community.code]))


def _shops(draw: random.Random, communities: list[Community], doors: dict[str, list[_Door]]) -> Iterator[Made]:
    keepers = [words.split() for words in names()["keepers"]]
    trades = names()["trades"]
    taken: set[tuple[str, str]] = set()
    number = 0
    for community in communities:
        for _shop in range(SHOPS):
            keeper, trade = draw.choice(keepers), draw.choice(trades)
            while (community.area, keeper[0] + trade[0]) in taken:
                keeper, trade = draw.choice(keepers), draw.choice(trades)
            taken.add((community.area, keeper[0] + trade[0]))
            number += 1
            yield _at(
                f"S{number:03}", "shop", keeper[0] + trade[0], f"{keeper[1]} {trade[1]}", community.code,
                draw.choice(doors[community.code]), fields=(trade[2],),
            )  # fmt: skip
