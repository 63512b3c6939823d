"""Indicators: data of the law packs that say what the figures are, read strictly, faults named by file and line."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from functools import lru_cache
from uuid import UUID

from django.utils.translation import gettext as _

from oneteam.journal.actors import machine
from oneteam.journal.checks import Context, require
from oneteam.journal.kinds import act_kinds
from oneteam.lawbook.loading import Fault, LawFaultsError, LawFile, Part, pack_files
from oneteam.lawbook.text import Text
from oneteam.procedures.errors import RefusedError
from oneteam.procedures.packs import pack_declarations

FILE = "indicators.yaml"
ID = r"[a-z][a-z0-9_]{0,39}"
KIND = r"[a-z_]+\.[a-z_]+"
RANKING = "PAY-09"
_PROMISE = re.compile(r"([1-9]\d{0,3}) (minute|hour|day)s?")
_TARGET = re.compile(r"at_(least|most) (\d{1,3})")


class Measure(StrEnum):
    """How a figure comes out of acts: their number, a share of files, or the time between two."""

    COUNT = "count"
    SHARE = "share"
    INTERVAL = "interval"


class By(StrEnum):
    """How a figure can be broken down. No figure is broken down by person."""

    DAY = "day"
    HOUR = "hour"
    CHANNEL = "channel"
    FIELD = "field"
    AREA = "area"
    UNIT = "unit"


class Shown(StrEnum):
    """How a breakdown is drawn: columns along time, or a bar a row."""

    COLUMNS = "columns"
    BARS = "bars"


KNOWN_OF: Mapping[str, frozenset[By]] = {
    "report": frozenset({By.CHANNEL, By.FIELD, By.AREA}),
    "order": frozenset({By.UNIT}),
}
"""What the acts of a family tell beside their time."""


@dataclass(frozen=True, slots=True)
class Acts:
    """Kinds of act, and how people call what they record."""

    kinds: tuple[str, ...]
    label: Text

    @property
    def families(self) -> frozenset[str]:
        """The objects in whose files these acts stand, as the names of acts begin."""
        return frozenset(family(kind) for kind in self.kinds)


@dataclass(frozen=True, slots=True)
class Target:
    """A share in per cent that is to be reached, or with `most` not to be exceeded."""

    percent: int
    most: bool

    def missed(self, percent: float) -> bool:
        """Tell whether a share misses it."""
        return percent > self.percent if self.most else percent < self.percent


@dataclass(frozen=True, slots=True)
class Indicator:
    """One figure. `begin` are the acts that are counted; `end` those that follow (None for a plain count).

    `clock`: a share counts what was done before this clock of the procedure was breached. `unit`: of what it is a
    number. `promise` and `before` as the reform claims. `awaited`: no room records these acts yet.
    """

    id: str
    name: Text
    measure: Measure
    begin: Acts
    end: Acts | None
    unit: Text
    by: Mapping[By, Shown]
    clock: str = ""
    promise: timedelta | None = None
    before: Text | None = None
    target: Target | None = None
    awaited: bool = False

    @property
    def kinds(self) -> tuple[str, ...]:
        """Every kind of act that it looks at."""
        return (*self.begin.kinds, *(self.end.kinds if self.end else ()))


def family(kind: str) -> str:
    """Return to which objects acts of a kind belong: the part of the name before the dot."""
    return kind.partition(".")[0]


@lru_cache(maxsize=1)
def opening_kinds() -> frozenset[str]:
    """Return the kinds of act that open a file: there is one of them in each, and it is the first."""
    steps = [step for _file, declaration in pack_declarations() for step in declaration.steps.values()]
    return frozenset(step.act for step in steps if step.opens)


@lru_cache(maxsize=1)
def indicators() -> Mapping[str, Indicator]:
    """Return the indicators of the law packs by id, in their order, read once a process.

    LawFaultsError names every faulty line, and every indicator that PAY-09 refuses.
    """
    return load(pack_files(FILE))


def validated() -> str:
    """Read the indicators; return what to tell when nothing is wrong. LawFaultsError as above."""
    return _("%(count)d indicators: every act is recorded or awaited, none ranks by fines.") % {
        "count": len(indicators())
    }


def load(files: Iterable[tuple[str, str]]) -> Mapping[str, Indicator]:
    """Read indicators from (name, text) pairs; a deeper pack adds its own, and changes none."""
    found: dict[str, Indicator] = {}
    faults: list[Fault] = []
    for name, text in files:
        file = LawFile(name)
        root = file.root(text)
        keys = root.mapping(required=("indicators",)) if root else {}
        for part in keys["indicators"].items() if "indicators" in keys else ():
            indicator = _indicator(part)
            if indicator is None:
                continue
            if indicator.id in found:
                part.fault(_("the indicator %(id)s stands here twice, or in another pack") % {"id": indicator.id})
            for message in _wrong(indicator):
                part.fault(message)
            found.setdefault(indicator.id, indicator)
        faults += file.faults
    if faults:
        raise LawFaultsError(faults)
    return found


def _indicator(part: Part) -> Indicator | None:
    required = ("id", "name", "measure", "from", "unit", "by")
    optional = ("to", "clock", "promise", "before", "target", "awaited")
    keys = part.mapping(required=required, optional=optional)
    if not set(required) <= keys.keys():
        return None
    measure = keys["measure"].choice(Measure)
    if not measure:
        return None
    return Indicator(
        id=keys["id"].text(ID), name=keys["name"].label(), measure=Measure(measure), begin=_acts(keys["from"]),
        end=_acts(keys["to"]) if "to" in keys else None, unit=keys["unit"].label(), by=_by(keys["by"]),
        clock=keys["clock"].text(r"[a-z_.]+") if "clock" in keys else "",
        promise=_promise(keys["promise"]) if "promise" in keys else None,
        before=keys["before"].label() if "before" in keys else None,
        target=_target(keys["target"]) if "target" in keys else None,
        awaited=keys["awaited"].boolean() if "awaited" in keys else False,
    )  # fmt: skip


def _acts(part: Part) -> Acts:
    keys = part.mapping(required=("acts", "label"))
    kinds = tuple(filter(None, (item.text(KIND) for item in keys["acts"].items()))) if "acts" in keys else ()
    if "acts" in keys and not kinds:
        part.fault(_("at least one kind of act is expected here"))
    return Acts(kinds, keys["label"].label() if "label" in keys else Text("", ""))


def _by(part: Part) -> Mapping[By, Shown]:
    keys = part.mapping(optional=tuple(By))
    if not keys:
        part.fault(_("say by what it can be broken down: %(known)s") % {"known": ", ".join(By)})
    chosen = {By(name): value.choice(Shown) for name, value in keys.items()}
    return {name: Shown(shown) for name, shown in chosen.items() if shown}


def _promise(part: Part) -> timedelta | None:
    found = _PROMISE.fullmatch(part.text(_PROMISE.pattern))
    return timedelta(**{f"{found[2]}s": int(found[1])}) if found else None


def _target(part: Part) -> Target | None:
    found = _TARGET.fullmatch(part.text(_TARGET.pattern))
    if found and int(found[2]) > 100:
        part.fault(_("a share is at most 100 per cent"))
    return Target(int(found[2]), most=found[1] == "most") if found else None


def _wrong(one: Indicator) -> Iterator[str]:
    """Yield what does not fit together in an indicator, and what the law says against it."""
    plain, interval = one.measure is Measure.COUNT, one.measure is Measure.INTERVAL
    if plain and one.end is not None:
        yield _("a count takes no “to”")
    if not plain and one.end is None:
        yield _("a share and an interval take “to”")
    if interval is (one.promise is None):
        yield _("an interval, and only an interval, takes a “promise”")
    if one.before is not None and not interval:
        yield _("only an interval takes “before”")
    if one.clock and one.measure is not Measure.SHARE:
        yield _("only a share takes a “clock”")
    if one.target is not None and plain:
        yield _("a number of acts takes no target")
    families = one.begin.families
    if len(families) != 1 or (one.end is not None and one.end.families != families):
        yield _("its acts stand in the files of different objects: %(acts)s") % {"acts": ", ".join(one.kinds)}
    told = set.intersection(*(set(KNOWN_OF.get(name, ())) for name in families)) if families else set()
    if unknown := sorted(set(one.by) - told - {By.DAY, By.HOUR}):
        yield _("%(acts)s do not tell by what they are to be broken down: %(by)s") % {
            "acts": ", ".join(one.begin.kinds), "by": ", ".join(unknown),
        }  # fmt: skip
    yield from _unknown(one)
    yield from _unlawful(one)


def _unknown(one: Indicator) -> Iterator[str]:
    """Yield names that no room supplies; what is declared as awaited must still be."""
    missing = sorted(set(one.kinds) - act_kinds().keys())
    if missing and not one.awaited:
        yield _("no room records: %(acts)s; declare it “awaited: true” until one does") % {"acts": ", ".join(missing)}
    if one.awaited and not missing:
        yield _("its acts are recorded by now; it is no longer awaited")
    if one.clock and one.clock not in {name for _file, known in pack_declarations() for name in known.clocks}:
        yield _("no procedure declares the clock %(clock)s") % {"clock": one.clock}


# A declaration is judged for itself: by nobody, about nothing that stands in a file, at no moment.
_READER, _NOTHING, _NO_MOMENT = machine("indicators", "1"), UUID(int=0), datetime.min.replace(tzinfo=UTC)


def _unlawful(one: Indicator) -> Iterator[str]:
    facts = {"acts": one.kinds, "by": tuple(one.by), "target": one.target is not None, "measure": one.measure}
    context = Context(
        step="indicator", object_id=_NOTHING, state=None, actor=_READER, at=_NO_MOMENT, facts=facts
    )  # fmt: skip
    try:
        require(RANKING, context=context)
    except RefusedError as refused:
        yield from map(str, refused.failures)
