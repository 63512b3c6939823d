"""The staff of the made-up city: units, people with their posts, and who takes turns with whom."""

import random
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from oneteam.demo.ground import Ground, Made, ground
from oneteam.demo.ground import names as ground_names
from oneteam.kernel.geometry import metres

FOLDER = Path(__file__).resolve().parents[2] / "demo"
BUREAU, JUSTICE = "U01", "U10"
BRIGADES = {"A1": "U02", "A2": "U03", "A3": "U04", "A4": "U05", "A5": "U06"}
STATIONS = {"J01": "U07", "J02": "U08", "J03": "U09"}  # those that people.yaml has under a code of its own
OFFICERS_OF_A_SQUAD, SPECIALISTS = 2, 3
CERTIFIED = frozenset({"officer", "brigade_leader", "head"})


@dataclass(frozen=True, slots=True)
class UnitRow:
    """A unit; `parent` is a unit's code, `area` a place's."""

    code: str
    kind: str
    zh: str
    en: str
    parent: str | None
    area: str | None = None


@dataclass(frozen=True, slots=True)
class PostRow:
    """A post; `scope` holds codes of places. `always`: on duty day and night; `leads`: heads the unit."""

    unit: str
    role: str
    zh: str
    en: str
    scope: tuple[str, ...] = ()
    always: bool = False
    leads: bool = False


@dataclass(frozen=True, slots=True)
class PersonRow:
    """A person with their posts."""

    username: str
    zh: str
    en: str
    posts: tuple[PostRow, ...]

    @property
    def certified(self) -> bool:
        """Whether one of the posts needs an enforcement certificate."""
        return any(post.role in CERTIFIED for post in self.posts)


Turn = tuple[str, int]  # user name, which of the person's posts


@dataclass(frozen=True, slots=True)
class RosterRow:
    """Teams that take turns in a unit: around the clock, or on working days where `office`."""

    unit: str
    teams: tuple[tuple[Turn, ...], ...]
    office: bool = False


@dataclass(slots=True)
class Staff:
    """Units, parents before children; people; rosters."""

    units: list[UnitRow] = field(default_factory=list)
    people: list[PersonRow] = field(default_factory=list)
    rosters: list[RosterRow] = field(default_factory=list)


@cache
def read(name: str) -> Mapping[str, Any]:
    """Return what stands in a file of demo/."""
    content: Mapping[str, Any] = yaml.load((FOLDER / name).read_text("utf-8"), yaml.CSafeLoader)
    return content


def shown() -> list[str]:
    """Return the user names of those whom the sign-in page names: one at least for each role."""
    return [entry["username"] for name in ("people.yaml", "staff.yaml") for entry in read(name)["people"]]


def staff(*, whole: bool = True, seed: int | None = None) -> Staff:
    """Return the staff of the demo city; not `whole`: that of the small city, from people.yaml only."""
    found = Staff()
    for unit in read("people.yaml")["units"]:
        name = unit["name"]
        found.units.append(UnitRow(unit["id"], unit["kind"], name["zh"], name["en"], unit["parent"], unit["area"]))
    for entry in read("people.yaml")["people"]:
        posts = tuple(
            PostRow(
                post["unit"], post["role"], post["title"]["zh"], post["title"]["en"], tuple(post["scope"]),
                always=True, leads=whole and post["role"] in ("head", "brigade_leader"),
            )
            for post in entry["posts"]
        )  # fmt: skip
        found.people.append(PersonRow(entry["username"], entry["name"]["zh"], entry["name"]["en"], posts))
    if whole:
        _Filling(found, ground(whole=True), ground_names()["seed"] if seed is None else seed).fill()
    return found


class _Filling:
    """What the whole city has beside the small one."""

    def __init__(self, found: Staff, here: Ground, seed: int) -> None:
        self.found, self.here, self.names = found, here, read("staff.yaml")
        self.draw = random.Random(f"staff {seed}")  # noqa: S311 -- a city, not a secret
        self.grounds = stations_of(here)
        self.used = {person.zh for person in found.people} | {each["name"]["zh"] for each in self.names["people"]}
        self.usernames = {person.username for person in found.people} | {e["username"] for e in self.names["people"]}

    def fill(self) -> None:
        self._outside()
        self._named()
        self._bureau()
        self._brigades()
        for number, station in enumerate(self.here.of("station")):
            self._station(number, station)

    def _unit(self, code: str, kind: str, zh: str, en: str, parent: str | None, area: str | None = None) -> str:
        self.found.units.append(UnitRow(code, kind, zh, en, parent, area))
        return code

    def _post(self, unit: str, role: str, title: str, scope: Sequence[str] = (), *, leads: bool = False) -> PostRow:
        words = self.names["titles"][title]
        return PostRow(unit, role, words["zh"], words["en"], tuple(scope), leads=leads)

    def _person(self, *posts: PostRow) -> str:
        """Add a person with a name that nobody else has; return the user name."""
        first, second = self.names["given"]
        while True:
            parts = [self.draw.choice(pool).split() for pool in (self.names["surnames"], first, second)]
            zh = "".join(sign for sign, _sound in parts)
            if zh not in self.used and parts[1][0] != parts[2][0]:
                break
        self.used.add(zh)
        given = parts[1][1] + parts[2][1]
        plain = f"{parts[0][1].lower()}.{given}"
        username = next(name for name in _numbered(plain) if name not in self.usernames)
        self.usernames.add(username)
        self.found.people.append(PersonRow(username, zh, f"{parts[0][1]} {given.capitalize()}", posts))
        return username

    def _outside(self) -> None:
        """Departments that gave powers, the agency, the contractor, professional brigades: units first."""
        region = ground_names()["region"]["name"]
        for entry in self.names["departments"]:
            zh, en = f"{region['zh']}{entry['zh']}", f"{region['en'].split()[0]} {entry['en']}"
            self._unit(entry["id"], "department", zh, en, None)
        for kind in ("agency", "contractor"):
            entry = self.names[kind]
            self._unit(entry["id"], kind, entry["zh"], entry["en"], BUREAU)
        for entry in self.names["brigades"]:
            self._unit(entry["id"], "brigade", entry["name"]["zh"], entry["name"]["en"], BUREAU)

    def _named(self) -> None:
        """The people with a name in the file, then the liaisons and the crew beside them."""
        for entry in self.names["people"]:
            title = entry["title"]
            post = PostRow(
                entry["unit"], entry["role"], title["zh"], title["en"], tuple(entry.get("grounds", ())), always=True
            )
            name = entry["name"]
            self.found.people.append(PersonRow(entry["username"], name["zh"], name["en"], (post,)))
        named = {entry["unit"] for entry in self.names["people"]}
        words = self.names["liaison"]
        for unit in [*(entry["id"] for entry in self.names["departments"]), self.names["agency"]["id"]]:
            if unit not in named:
                self._person(PostRow(unit, "liaison", words["zh"], words["en"]))
        contractor = self.names["contractor"]["id"]
        self._around_the_clock(
            contractor, [[self._person(self._post(contractor, "contractor_crew", "crew"))] for _each in range(3)]
        )

    def _around_the_clock(self, unit: str, teams: Sequence[Sequence[str]]) -> None:
        self.found.rosters.append(RosterRow(unit, tuple(tuple((name, 0) for name in team) for team in teams)))

    def _bureau(self) -> None:
        deputy = self._person(self._post(BUREAU, "head", "deputy"))
        self.found.rosters.append(RosterRow(BUREAU, (((deputy, 0),),), office=True))
        self._around_the_clock(
            BUREAU, [[self._person(self._post(BUREAU, "dispatcher", "dispatcher"))] for _each in range(3)]
        )
        self._person(self._post(BUREAU, "legal_reviewer", "reviewer"))
        self._person(self._post(BUREAU, "cashier", "cashier"))
        self._person(self._post(JUSTICE, "auditor", "auditor"))

    def _brigades(self) -> None:
        for area, brigade in BRIGADES.items():
            self._leader(brigade, [area])
            if brigade != BRIGADES["A2"]:  # people.yaml has a lawyer there
                self._person(self._post(brigade, "stationed_lawyer", "lawyer"))
            officers = []
            brigade_zh, brigade_en = next((unit.zh, unit.en) for unit in self.found.units if unit.code == brigade)
            for number, words in enumerate(self.names["squads"], 1):
                squad = self._unit(
                    f"{brigade}-{number}", "squad", f"{brigade_zh}{words['zh']}", f"{brigade_en}, {words['en']}",
                    brigade, area,
                )  # fmt: skip
                officers += [
                    self._person(self._post(squad, "officer", "officer", [area]))
                    for _each in range(OFFICERS_OF_A_SQUAD)
                ]
            self._around_the_clock(brigade, [[name] for name in officers])
        for entry in self.names["brigades"]:
            self._leader(entry["id"], [])
            officers = [self._person(self._post(entry["id"], "officer", "specialist")) for _each in range(SPECIALISTS)]
            self._around_the_clock(entry["id"], [[name] for name in officers])

    def _leader(self, brigade: str, scope: Sequence[str]) -> None:
        if any(post.unit == brigade and post.leads for person in self.found.people for post in person.posts):
            return
        leader = self._person(self._post(brigade, "brigade_leader", "leader", scope, leads=True))
        self.found.rosters.append(RosterRow(brigade, (((leader, 0),),), office=True))

    def _station(self, number: int, station: Made) -> None:
        """A joint station: three attendants in turn, an officer, a police officer and a market supervisor.

        At every second station the third attendant is the officer as well.
        """
        grounds = self.grounds[station.code]
        area = next(place.parent for place in self.here.of("community") if place.code == station.parent)
        unit = STATIONS.get(station.code, station.code)
        if station.code not in STATIONS:
            self._unit(unit, "station", station.zh, station.en, BRIGADES[str(area)], area)
        for community in (place for place in self.here.of("community") if place.code in grounds):
            stem, word = community.zh, community.en.removesuffix(" Community")
            self._unit(f"{community.code}-L", "committee", f"{stem}联合党委", f"{word} Joint Committee", unit, area)
        social = self._person(self._post(unit, "grid_attendant", "social_worker", grounds))
        local = self._person(self._post(f"{station.parent}-L", "grid_attendant", "committee", grounds))
        officer = self._post(unit, "officer", "station_officer", grounds)
        if number % 2:
            third = self._person(self._post(unit, "grid_attendant", "housekeeper", grounds), officer)
            turns: tuple[Turn, ...] = ((third, 0), (third, 1))
        else:
            turns = ((self._person(self._post(unit, "grid_attendant", "attendant", grounds)), 0),)
            present = self._person(officer)
            self.found.rosters.append(RosterRow(unit, (((present, 0),),), office=True))
        self.found.rosters.append(RosterRow(unit, (((social, 0),), ((local, 0),), turns)))
        if unit not in {entry["unit"] for entry in self.names["people"] if entry["role"] == "guest"}:
            self._person(self._post(unit, "guest", "police", grounds))
        self._person(self._post(unit, "guest", "market", grounds))


def _numbered(name: str) -> Iterator[str]:
    yield name
    for number in range(2, 1000):
        yield f"{name}{number}"


def stations_of(here: Ground) -> Mapping[str, tuple[str, ...]]:
    """Return the communities of each joint station: its own, and those of its area to which it is the nearest."""
    found: dict[str, list[str]] = defaultdict(list)
    stations, communities = here.of("station"), here.of("community")
    area_of = {place.code: place.parent for place in communities}
    own = {station.parent: station.code for station in stations}
    for place in communities:
        near = [
            (metres(place.lon, place.lat, s.lon, s.lat), s.code)
            for s in stations
            if area_of[str(s.parent)] == place.parent
        ]
        found[own.get(place.code) or min(near)[1]].append(place.code)
    return {station: tuple(mine) for station, mine in found.items()}
