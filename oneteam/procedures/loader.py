"""Reads a procedure's declaration and refuses, with file and line, everything that could not run."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from hashlib import sha256

from django.utils.translation import gettext as _

from oneteam.kernel.errors import BadInputError
from oneteam.kernel.periods import MAX_COUNT, Side, Unit, unit_for
from oneteam.lawbook.auxiliaries import auxiliaries
from oneteam.lawbook.loading import LawFile, Part
from oneteam.lawbook.text import Text
from oneteam.procedures.declaration import (
    ClockDo,
    ClockRule,
    ClockUse,
    Declaration,
    PeriodRule,
    Seat,
    State,
    Step,
)
from oneteam.procedures.roles import WHO

SURE = ("V1", "V2")
WORD = r"[a-z][a-z0-9_]*"
SAME = "same"  # the target of a step that leaves the state as it is
DOTTED = rf"{WORD}\.{WORD}"
_STEP_KEYS = ("name", "act", "label", "from", "to", "who")
_STEP_OPTIONS = ("checks", "start", "stop", "pause", "resume", "documents", "effects", "fact", "action")


@dataclass(frozen=True, slots=True)
class Known:
    """What a declaration may name. None: not compared (an old copy is read as it was accepted)."""

    checks: Collection[str] | None = None
    settings: Collection[str] | None = None
    scopes: Collection[str] | None = None
    effects: Collection[str] | None = None
    acts: Collection[str] | None = None


def parse_declaration(file: str, text: str, known: Known = Known()) -> Declaration:
    """Read one declaration. LawFaultsError names every faulty line of the file, not only the first."""
    reader = LawFile(file)
    root = reader.root(text)
    found = _Loader(reader, known).declaration(root, text) if root is not None else None
    reader.finish()
    if found is None:  # pragma: no cover - a missing root is a fault, and finish has raised
        raise AssertionError(file)
    return found


def text_hash(text: str) -> str:
    """Return the hash by which a declaration is known: SHA-256 of its text in UTF-8."""
    return sha256(text.encode()).hexdigest()


class _Loader:
    """One file's reading. Faults are noted and stand-ins returned, so that one reading finds them all."""

    def __init__(self, file: LawFile, known: Known) -> None:
        self.file, self.known = file, known
        self.name = ""
        self.states: dict[str, State] = {}
        self.clocks: dict[str, ClockRule] = {}
        self.steps: dict[str, Step] = {}
        self.state_parts: dict[str, Part] = {}
        self.clock_parts: dict[str, Part] = {}

    def declaration(self, root: Part, text: str) -> Declaration | None:
        keys = root.mapping(
            required=("procedure", "version", "label", "valid_from", "states", "steps"), optional=("valid_to", "clocks")
        )
        if "steps" not in keys or "states" not in keys:
            return None
        self.name = keys["procedure"].text(WORD) if "procedure" in keys else ""
        valid_from = keys["valid_from"].day() if "valid_from" in keys else date.min
        valid_to = keys["valid_to"].day() if "valid_to" in keys else None
        if valid_to is not None and valid_to < valid_from:
            keys["valid_to"].fault(_("it lies before valid_from"))
        self._read_states(keys["states"])
        if "clocks" in keys:
            self._read_clocks(keys["clocks"])
        for part in keys["steps"].items():
            self._read_step(part)
        self._whole(keys["steps"])
        return Declaration(
            name=self.name,
            version=keys["version"].integer(1, 9999) if "version" in keys else 1,
            label=keys["label"].label() if "label" in keys else Text("", ""),
            valid_from=valid_from, valid_to=valid_to,
            states=self.states, steps=self.steps, clocks=self.clocks, hash=text_hash(text), text=text,
        )  # fmt: skip

    def _read_states(self, part: Part) -> None:
        for key, value in part.pairs():
            self._form(key.value, WORD, value)
            self.states[key.value] = State(key.value, value.label())
            self.state_parts[key.value] = value

    def _read_clocks(self, part: Part) -> None:
        for key, value in part.pairs():
            self._form(key.value, DOTTED, value)
            keys = value.mapping(required=("label", "side", "period"))
            if len(keys) == 3:
                side = Side(keys["side"].choice(Side) or Side.AGENCY)
                period = self._period(keys["period"])
                self.clocks[key.value] = ClockRule(key.value, keys["label"].label(), side, period)
                self.clock_parts[key.value] = value

    def _period(self, part: Part) -> PeriodRule:
        keys = part.mapping(optional=("n", "unit", "statute", "article", "mark", "setting", "by"))
        if "setting" in keys:
            return self._setting_period(part, keys)
        if {"n", "article", "mark"} - keys.keys() or ("unit" in keys) == ("statute" in keys) or "by" in keys:
            part.fault(_("give n, article, mark and either unit or statute; or a setting"))
            return PeriodRule()
        n, article = keys["n"].integer(1, MAX_COUNT), keys["article"].text()
        mark = keys["mark"].choice(SURE)  # an unsure number (U) is a setting that the city must fill
        if "unit" in keys:
            unit = Unit(keys["unit"].choice(Unit) or Unit.NATURAL_DAY)
            return PeriodRule(n=n, unit=unit, article=article, mark=mark)
        statute = keys["statute"].text()
        try:
            unit_for(statute, n)
        except BadInputError as error:
            keys["statute"].fault(str(error))
        return PeriodRule(n=n, statute=statute, article=article, mark=mark)

    def _setting_period(self, part: Part, keys: Mapping[str, Part]) -> PeriodRule:
        if keys.keys() - {"setting", "by"}:
            part.fault(_("a period that is a setting has no other keys than setting and by"))
        name = keys["setting"].text(rf"{WORD}(\.{WORD})*")
        by = tuple(keys["by"].text(rf"{WORD}(\.{WORD})*").split(".")) if "by" in keys else ()
        settings = self.known.settings
        if settings is not None and name:
            exists = any(known.startswith(f"{name}.") for known in settings) if by else name in settings
            if not exists:
                keys["setting"].fault(_("no law pack declares the setting %(name)s") % {"name": name})
        return PeriodRule(setting=name, by=by)

    def _read_step(self, part: Part) -> None:
        keys = part.mapping(required=_STEP_KEYS, optional=_STEP_OPTIONS)
        if set(_STEP_KEYS) - keys.keys():
            return
        name, act = keys["name"].text(DOTTED), keys["act"].text(DOTTED)
        if name and self.name and not name.startswith(f"{self.name}."):
            keys["name"].fault(_("a step's name begins with its procedure's: %(name)s.…") % {"name": self.name})
        if name in self.steps:
            keys["name"].fault(_("the step %(name)s stands here twice") % {"name": name})
        if self.known.acts is not None and act and act not in self.known.acts:
            keys["act"].fault(_("no room registers the act %(act)s") % {"act": act})
        step = Step(
            name=name, act=act, label=keys["label"].label(),
            sources=() if keys["from"].empty else self._names(keys["from"], self.states, _("state")),
            target=self._target(keys["to"]),
            who=self._who(keys["who"]),
            checks=self._names(keys["checks"], self.known.checks, _("check")) if "checks" in keys else (),
            clocks=self._uses(keys),
            documents=self._names(keys["documents"], None, _("document")) if "documents" in keys else (),
            effects=self._names(keys["effects"], self.known.effects, _("effect")) if "effects" in keys else (),
            fact=keys["fact"].boolean() if "fact" in keys else False,
            action=keys["action"].choice(auxiliaries().actions) if "action" in keys else "",
        )  # fmt: skip
        if not keys["from"].empty and not step.sources:
            keys["from"].fault(_("give at least one state, or null for a step that opens"))
        if step.opens:
            if not step.target:
                keys["to"].fault(_("a step that opens leads to a state"))
            for use in step.does(ClockDo.STOP, ClockDo.PAUSE, ClockDo.RESUME):
                keys[use.do.value].fault(_("a step that opens can only start clocks"))
        self.steps[name] = step

    def _target(self, part: Part) -> str:
        name = self._name(part, (*self.states, SAME), _("state"))
        return "" if name == SAME else name

    def _who(self, part: Part) -> tuple[Seat, ...]:
        seats = []
        for item in part.items():
            if not item.is_mapping:
                seats.append(Seat(item.choice(WHO), None))
                continue
            keys = item.mapping(required=("role", "scope"))
            if len(keys) == 2:
                seats.append(Seat(keys["role"].choice(WHO), self._name(keys["scope"], self.known.scopes, _("scope"))))
        if not seats:
            part.fault(_("say who may take this step"))
        if len({seat.role for seat in seats}) < len(seats):
            part.fault(_("a role stands here twice"))
        return tuple(seats)

    def _uses(self, keys: Mapping[str, Part]) -> tuple[ClockUse, ...]:
        uses = []
        for do in ClockDo:
            for item in keys[do.value].items() if do.value in keys else ():
                uses.append(self._use(do, item))
        return tuple(uses)

    def _use(self, do: ClockDo, item: Part) -> ClockUse:
        if do is ClockDo.PAUSE:
            keys = item.mapping(required=("clock", "ground"))
        elif item.is_mapping:
            keys = item.mapping(required=("clock",), optional=("unless", "after"))
        else:
            return ClockUse(do, self._name(item, self.clocks, _("clock")))
        clock = self._name(keys["clock"], self.clocks, _("clock")) if "clock" in keys else ""
        unless = keys["unless"].text(WORD) if "unless" in keys else None
        after = self._name(keys["after"], self.clocks, _("clock")) if "after" in keys else ""
        if after and do is not ClockDo.START:
            keys["after"].fault(_("only a clock that starts begins after another"))
        return ClockUse(do, clock, unless, keys["ground"].text() if "ground" in keys else "", after)

    def _names(self, part: Part, known: Collection[str] | None, kind: str) -> tuple[str, ...]:
        names = [self._name(item, known, kind) for item in part.items()]
        if len(set(names)) < len(names):
            part.fault(_("a name stands here twice"))
        return tuple(names)

    def _name(self, part: Part, known: Collection[str] | None, kind: str) -> str:
        name = part.text(r"[A-Za-z][A-Za-z0-9_.\-]*")
        if name and known is not None and name not in known:
            message = _("the %(kind)s “%(name)s” is unknown; known are: %(known)s")
            listed = ", ".join(sorted(known)) or "–"
            part.fault(message % {"kind": kind, "name": name, "known": listed})
        return name

    def _form(self, value: str, pattern: str, part: Part) -> None:
        if not re.fullmatch(pattern, value):
            part.fault(_("“%(value)s” does not have the form %(form)s") % {"value": value, "form": pattern})

    def _whole(self, steps: Part) -> None:
        """What only the whole tells: every state is reached, every clock is started and stopped."""
        opening = [step for step in self.steps.values() if step.opens]
        if self.steps and not opening:
            steps.fault(_("no step opens the procedure (from: null)"))
        draft = Declaration(
            self.name, 1, Text("", ""), date.min, None, self.states, self.steps, self.clocks, "", ""
        )  # fmt: skip
        reached = frozenset[str]().union(*(draft.reachable(step.target) for step in opening if step.target))
        for state, part in self.state_parts.items():
            if opening and state not in reached:
                part.fault(_("no step leads to the state %(state)s") % {"state": state})
        done = {(use.clock, use.do) for step in self.steps.values() for use in step.clocks}
        for clock, part in self.clock_parts.items():
            for need, message in (
                (ClockDo.START, _("no step starts the clock %(clock)s")),
                (ClockDo.STOP, _("no step stops the clock %(clock)s")),
            ):
                if (clock, need) not in done:
                    part.fault(message % {"clock": clock})
            if ((clock, ClockDo.PAUSE) in done) != ((clock, ClockDo.RESUME) in done):
                part.fault(_("the clock %(clock)s is paused or resumed, but not both") % {"clock": clock})
