"""Larger parts, by `{% show %}`: timeline, photographs, figures, a machine's proposal, choices, the doctor's list."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import ClassVar

from oneteam.web.parts import Banner, Chip, Fact, Facts, Link, State, Text


@dataclass(frozen=True, slots=True)
class Entry:
    """One act in a timeline. `when` is a date where the time of day is unknown (so that no 00:00 is invented)."""

    when: datetime | date
    actor: Text
    text: Text
    icon: str = ""
    state: State = "plain"
    note: Text = ""
    chips: Sequence[Chip] = ()
    details: Facts | None = None
    url: str = ""


@dataclass(frozen=True, slots=True)
class Timeline:
    """What happened, newest first; the caller hands the entries over in that order. `older` leads to the rest."""

    entries: Sequence[Entry]
    title: Text = ""
    older: Link | None = None
    proof: Link | None = None
    template: ClassVar[str] = "web/timeline.html"


@dataclass(frozen=True, slots=True)
class Photo:
    """A piece of evidence as a 4:3 tile: `kind` e.g. "before", `maker` who took it, `hash_state` if it is unaltered."""

    url: str
    alt: Text
    kind: Text
    maker: Text = ""
    when: datetime | None = None
    thumbnail: str = ""
    hash_state: Chip | None = None


@dataclass(frozen=True, slots=True)
class Photos:
    """Tiles of evidence; `empty` is the sentence shown when there is none."""

    photos: Sequence[Photo]
    title: Text = ""
    empty: Text = ""
    template: ClassVar[str] = "web/photos.html"


@dataclass(frozen=True, slots=True)
class Paper:
    """A document as its A4 pages. `pages` are addresses of pictures; `chips` say how it stands (sealed, void, preview).

    `notes` stand above the pages, what is missing first; `empty` is the sentence shown where there is no page.
    """

    title: Text
    pages: Sequence[str]
    chips: Sequence[Chip] = ()
    notes: Sequence[Banner] = ()
    number: Text = ""
    empty: Text = ""
    template: ClassVar[str] = "web/paper.html"


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure as a tile. `value` is in words, "" where nothing is counted yet: then `empty` says why.

    `bar` is a share in per cent. `missed` says which target it misses: colour marks exceptions. `url` opens its page.
    """

    title: Text
    value: Text
    word: Text = ""
    way: Text = ""
    bar: int | None = None
    facts: Sequence[Fact] = ()
    foot: Text = ""
    missed: Text = ""
    empty: Text = ""
    url: str = ""

    @property
    def state(self) -> State:
        """Plain unless a target is missed."""
        return "warn" if self.missed else "plain"

    @property
    def met(self) -> Chip | None:
        """Only what misses its target gets a chip."""
        return Chip(self.missed, "warn") if self.missed else None


@dataclass(frozen=True, slots=True)
class Figures:
    """Tiles of figures in a row."""

    figures: Sequence[Figure]
    template: ClassVar[str] = "web/figures.html"


@dataclass(frozen=True, slots=True)
class Candidate:
    """A proposed matter with its calibrated probability, 0 to 1."""

    label: Text
    probability: float
    note: Text = ""

    @property
    def percent(self) -> int:
        """Whole per cent, at most 99: a machine is never certain."""
        return min(99, round(100 * self.probability))


@dataclass(frozen=True, slots=True)
class Proposal:
    """What a machine proposes, for a person to confirm: candidates, the words that decided, the model's version.

    `abstained` set: the machine proposes nothing, and this says why.
    """

    candidates: Sequence[Candidate]
    model: Text
    words: Sequence[str] = ()
    abstained: Text = ""
    facts: Facts | None = None
    state: Chip | None = None
    template: ClassVar[str] = "web/proposal.html"


@dataclass(frozen=True, slots=True)
class Choice:
    """One option with facts: a person to send, a post. `end` and `end_note` stand at the right (time, distance)."""

    value: str
    title: Text
    note: Text = ""
    facts: Sequence[Text] = ()
    end: Text = ""
    end_note: Text = ""
    checked: bool = False


@dataclass(frozen=True, slots=True)
class Choices:
    """Radio buttons with facts, inside the caller's <form>; posts `name`. `error` as of a field.

    `rest` are more choices, folded under `rest_label`; open when one of them is chosen.
    """

    name: str
    legend: Text
    choices: Sequence[Choice]
    rest: Sequence[Choice] = ()
    rest_label: Text = ""
    hint: Text = ""
    error: Text = ""
    empty: Text = ""
    template: ClassVar[str] = "web/choices.html"

    @property
    def id(self) -> str:
        """The fieldset's id, for error summaries."""
        return f"id_{self.name}"

    @property
    def rest_open(self) -> bool:
        """Whether one of the folded choices is chosen."""
        return any(choice.checked for choice in self.rest)


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the doctor's page: what, its state, what was found, what to do about it."""

    name: Text
    state: Chip
    text: Text
    cure: Text = ""
    command: str = ""


@dataclass(frozen=True, slots=True)
class Findings:
    """The doctor's list."""

    findings: Sequence[Finding]
    template: ClassVar[str] = "web/findings.html"


@dataclass(frozen=True, slots=True)
class Way:
    """A place to go to: icon and words, at the end a number, a short text or a Chip."""

    label: Text
    url: str
    icon: str = "right"
    end: object = ""


@dataclass(frozen=True, slots=True)
class Ways:
    """A card of places to go to; `empty` is the sentence shown when there is none."""

    title: Text
    ways: Sequence[Way]
    empty: Text = ""
    template: ClassVar[str] = "web/ways.html"
