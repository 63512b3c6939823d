"""The firms of the made-up city and their premises, each at a door of a road; and what stands along the roads."""

import random
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

from oneteam.demo.ground import Ground, Made, ground
from oneteam.demo.ground import names as ground_names
from oneteam.demo.staff import BRIGADES, BUREAU, STATIONS, read
from oneteam.kernel.citycodes import component_id
from oneteam.kernel.geometry import Locator
from oneteam.kernel.idnumbers import credit_code_check

PREMISES, COMPONENTS = 12_000, 600
SHOPS, FIRMS = 0.64, 0.34  # of all parties; the rest are other organisations
CHAINS = 0.05  # of the companies that have more than one door
CAMERAS, SENSORS = 40, 20
KEEPERS = 0.5  # of the shops that are called after their keeper, not by a brand
LICENSED = 0.7  # of those that need a licence have entered it here
OPENED = (date(2012, 1, 1), date(2026, 6, 30))
SURVEYED = (date(2023, 1, 1), date(2026, 6, 30))
_SIGNS = "0123456789ABCDEFGHJKLMNPQRTUWXY"  # of a credit code (GB 32100)
_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)  # of an organisation's code within it (GB 11714)


@dataclass(frozen=True, slots=True)
class Door:
    """A door of a road in a community."""

    address: str
    lon: float
    lat: float
    community: str  # its Chinese name


@dataclass(frozen=True, slots=True)
class LicenceRow:
    """A licence and its days, both included."""

    name: str
    number: str
    issuer: str
    valid_from: date
    valid_to: date


@dataclass(frozen=True, slots=True)
class PremisesRow:
    """A place of business; `of` are branches of matters."""

    name: str
    door: Door
    of: tuple[str, ...]
    opened: date
    licence: LicenceRow | None


@dataclass(frozen=True, slots=True)
class FirmRow:
    """A party with its premises; `representative` is "" where none is entered."""

    kind: str
    name: str
    credit_code: str
    representative: str
    premises: tuple[PremisesRow, ...]


@dataclass(frozen=True, slots=True)
class ComponentRow:
    """A component of the city: 17 digits, of a type of GB/T 47678.5."""

    code: str
    type: str
    lon: float
    lat: float
    accuracy: str
    first: date


@dataclass(frozen=True, slots=True)
class DeviceRow:
    """A device of the bureau; `at`: longitude and latitude of a camera or sensor; `unit` is a unit's code."""

    code: str
    kind: str
    name: str
    unit: str
    since: date
    plate: str = ""
    at: tuple[float, float] | None = None


def credit_code(leading: str, number: int) -> str:
    """Return a unified social credit code with right check characters, of the organisation and of the whole."""
    serial = ""
    for _place in range(6):
        number, rest = divmod(number, len(_SIGNS))
        serial = _SIGNS[rest] + serial
    body = f"MA{serial}"
    total = sum(weight * int(sign, 36) for weight, sign in zip(_WEIGHTS, body, strict=True))
    organisation = body + "0123456789X"[(11 - total % 11) % 11]
    whole = f"{leading}{ground_names()['region']['code']}{organisation}"
    return whole + credit_code_check(whole)


def doors(here: Ground) -> Iterator[tuple[str, float, float]]:
    """Yield every door of every road: its address, longitude and latitude; between known ones they stand evenly."""
    for road in here.of("road"):
        for side in (0, 1):
            known = [door for door in road.numbers if int(door[0]) % 2 == side]
            for (low, x1, y1), (high, x2, y2) in pairwise(known):
                for number in range(int(low), int(high), 2):
                    share = (number - low) / (high - low)
                    lon, lat = x1 + (x2 - x1) * share, y1 + (y2 - y1) * share
                    yield f"{road.zh}{number}号", round(lon, 6), round(lat, 6)


class Trade:
    """The firms and things of a seed; `premises` and `components` say how many at least and exactly."""

    def __init__(self, *, seed: int | None = None, premises: int = PREMISES, components: int = COMPONENTS) -> None:
        self.here, self.wanted = ground(whole=True), (premises, components)
        self.words, self.names = read("trade.yaml"), read("staff.yaml")
        self.region = str(ground_names()["region"]["name"]["zh"])
        self.seed = ground_names()["seed"] if seed is None else seed
        self.draw = random.Random(f"trade {self.seed}")  # noqa: S311 -- a city, not a secret
        self.all_doors = list(doors(self.here))
        self.communities: Locator[Made] = Locator((place, place.outline or []) for place in self.here.of("community"))
        self.taken: set[str] = set()
        self.licences = 0

    def firms(self) -> Iterator[FirmRow]:
        """Yield the parties until they have as many premises as are wanted."""
        groups = {name: self.words[name] for name in ("shops", "firms", "associations")}
        often = {name: [entry["often"] for entry in group] for name, group in groups.items()}
        left, serial = self.wanted[0], self.draw.randrange(31**3)
        while left:
            share = self.draw.random()
            name = "shops" if share < SHOPS else "firms" if share < SHOPS + FIRMS else "associations"
            [entry] = self.draw.choices(groups[name], often[name])
            serial += self.draw.randint(1, 900)
            firm = self._firm(name, entry, serial, left)
            left -= len(firm.premises)
            yield firm

    def _firm(self, group: str, entry: Mapping[str, Any], serial: int, most: int) -> FirmRow:
        first, word = self._door(), entry["word"]
        stem, tail = ("", "有限公司") if group == "firms" else (_stem(first), "")
        brand = self._brand(group, lambda brand: f"{self.region}{stem}{brand}{word}{tail}")
        count = self.draw.randint(2, 6) if group == "firms" and self.draw.random() < CHAINS else 1
        homes = [first, *(self._door() for _each in range(min(count, most) - 1))]
        premises = tuple(
            self._premises(f"{brand}{word}{f'{_stem(home)}店' if len(homes) > 1 else ''}", home, entry)
            for home in homes
        )  # fmt: skip
        kind, leading = {
            "firms": ("legal_person", "91"), "shops": ("individual_business", "92"),
            "associations": ("other_organisation", "93" if word.endswith("合作社") else "52"),
        }[group]  # fmt: skip
        name = f"{self.region}{stem}{brand}{word}{tail}"
        return FirmRow(kind, name, credit_code(leading, serial), self._somebody() if tail else "", premises)

    def _brand(self, group: str, whole: Callable[[str], str]) -> str:
        """Return a brand with which the whole name is new."""
        while True:
            if group == "shops" and self.draw.random() < KEEPERS:
                brand = self.draw.choice(self.words["keepers"])
            else:
                brand = "".join(self.draw.choice(signs) for signs in self.words["brands"])
            if whole(brand) not in self.taken:
                self.taken.add(whole(brand))
                return str(brand)

    def _somebody(self) -> str:
        pools = (self.names["surnames"], *self.names["given"])
        return "".join(self.draw.choice(pool)[0] for pool in pools)

    def _premises(self, name: str, home: Door, entry: Mapping[str, Any]) -> PremisesRow:
        opened = self._day(*OPENED)
        licence = None
        if "licence" in entry and self.draw.random() < LICENSED:
            kind, self.licences = self.words["licences"][entry["licence"]], self.licences + 1
            since = max(opened, self._day(OPENED[1] - timedelta(days=366 * kind["years"]), OPENED[1]))
            until = since.replace(year=since.year + kind["years"], day=min(since.day, 28)) - timedelta(days=1)
            number = f"{kind['sign']}{ground_names()['region']['code']}{self.licences:06}"
            licence = LicenceRow(kind["name"], number, kind["issuer"], since, until)
        return PremisesRow(name, home, tuple(entry["of"]), opened, licence)

    def _door(self) -> Door:
        """Return a door within the region: some roads leave it for a bridge or a bend."""
        while True:
            address, lon, lat = self.draw.choice(self.all_doors)
            held = self.communities.find(lon, lat)
            if held:
                return Door(address, lon, lat, held[0].zh)

    def _day(self, first: date, last: date) -> date:
        return first + timedelta(days=self.draw.randrange((last - first).days + 1))

    def components(self) -> Iterator[ComponentRow]:
        """Yield components beside doors; their serial numbers run within each type."""
        kinds = self.words["components"]
        serial: Counter[str] = Counter()
        for _each in range(self.wanted[1]):
            [kind] = self.draw.choices(kinds, [entry["often"] for entry in kinds])
            home, code = self._door(), kind["type"]
            serial[code] += 1
            yield ComponentRow(
                component_id(ground_names()["region"]["code"], code, serial[code]), code, home.lon, home.lat,
                self.draw.choice("AAABBC"), self._day(*SURVEYED),
            )  # fmt: skip

    def devices(self) -> Iterator[DeviceRow]:
        """Yield cameras and dust sensors at landmarks, and what each brigade and station has in hand."""
        landmarks = self.draw.sample(sorted(self.here.of("landmark"), key=lambda place: place.code), CAMERAS + SENSORS)
        for number, place in enumerate(landmarks, 1):
            kind, word = ("camera", "监控") if number <= CAMERAS else ("sensor", "扬尘监测")
            code, at = f"{kind[:3].upper()}-{number:04}", (place.lon, place.lat)
            yield DeviceRow(code, kind, f"{place.zh}{word}", BUREAU, self._day(*SURVEYED), at=at)
        cars = 0
        for brigade in (*BRIGADES.values(), *(entry["id"] for entry in self.names["brigades"])):
            since = self._day(*SURVEYED)
            yield DeviceRow(f"UAV-{brigade}", "drone", "巡查无人机", brigade, since)
            for each in range(1, 4):
                cars += 1
                plate = f"浙M{cars * 37 % 100:02}{cars:03}"  # no car has one: there is no 浙M
                yield DeviceRow(f"REC-{brigade}-{each}", "recorder", "执法记录仪", brigade, since)
                yield DeviceRow(f"VEH-{brigade}-{each}", "vehicle", "执法车", brigade, since, plate)
        for station in self.here.of("station"):
            unit = STATIONS.get(station.code, station.code)
            yield DeviceRow(f"PDA-{unit}", "handheld", "移动执法终端", unit, self._day(*SURVEYED))


def _stem(home: Door) -> str:
    return home.community.removesuffix("社区")
