"""The parts that pages are made of. A view builds them, a template writes `{% show part %}`; /style/ shows them all.

Nothing here reads the clock or the database. Every text is shown as given (escaped) and is the caller's to translate.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import ClassVar, Literal

from django.forms import BaseForm
from django.utils.functional import Promise
from django.utils.translation import gettext as _

Text = str | Promise
State = Literal["plain", "info", "ok", "warn", "danger", "overdue", "draft", "sealed"]

STATE_ICONS: dict[str, str] = {
    "plain": "",
    "info": "dot",
    "ok": "tick",
    "warn": "triangle",
    "danger": "octagon",
    "overdue": "diamond",
    "draft": "pencil",
    "sealed": "lock",
}
WARN_BELOW = 0.3  # a clock warns when less than this share of its time is left
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


def duration(span: timedelta) -> str:
    """A length of time in the words of a list: minutes below an hour, hours below a day, then days; floored."""
    if span < MINUTE:
        return _("under 1 min")
    if span < HOUR:
        return _("%(minutes)d min") % {"minutes": span // MINUTE}
    if span < DAY:
        return _("%(hours)d h %(minutes)02d min") % {"hours": span // HOUR, "minutes": span % HOUR // MINUTE}
    if span < 3 * DAY and span % DAY >= HOUR:
        return _("%(days)d d %(hours)d h") % {"days": span // DAY, "hours": span % DAY // HOUR}
    return _("%(days)d d") % {"days": span // DAY}


@dataclass(frozen=True, slots=True)
class Chip:
    """A state: icon + word + colour. `solid` only for overdue and danger to life; `plain` is grey text."""

    word: Text
    state: State = "plain"
    icon: str = ""
    solid: bool = False

    @property
    def shown_icon(self) -> str:
        """The state's own shape unless another icon was given."""
        return self.icon or STATE_ICONS[self.state]


@dataclass(frozen=True, slots=True)
class Skipped:
    """A day that a period does not count, and why (weekend, holiday by name)."""

    day: date
    reason: Text


@dataclass(frozen=True, slots=True)
class Pause:
    """A span in which a period stands still, on a legal ground. `until` is None while it still does."""

    since: datetime
    until: datetime | None
    ground: Text


@dataclass(frozen=True, slots=True)
class Clock:
    """A deadline and why it is that moment. `at` is the reader's time (region time), handed in.

    `due` None: no deadline is known yet. `stopped` set: it was met or missed then. `since` is the act it counts from.
    """

    name: Text
    due: datetime | None
    at: datetime
    since: datetime | None = None
    since_act: Text = ""
    rule: Text = ""
    article: Text = ""
    skipped: Sequence[Skipped] = ()
    pauses: Sequence[Pause] = ()
    provisional: bool = False
    stopped: datetime | None = None

    @property
    def paused(self) -> bool:
        """Whether the period stands still at `at`."""
        return self.stopped is None and any(pause.until is None for pause in self.pauses)

    @property
    def late(self) -> bool:
        """Whether the deadline passed before the clock stopped (or before `at`); the last moment itself is in time."""
        return self.due is not None and (self.stopped or self.at) > self.due

    @property
    def share_used(self) -> int:
        """Per cent of the period used at `at`, 0 to 100; 0 where start or end is unknown."""
        if self.since is None or self.due is None or self.due <= self.since:
            return 100 if self.late else 0
        used = ((self.stopped or self.at) - self.since) / (self.due - self.since)
        return round(100 * min(1.0, max(0.0, used)))

    @property
    def state(self) -> State:
        """plain while more than 30 % is left, then warn; overdue after the last moment; plain again when met."""
        if self.due is None or self.paused:
            return "plain"
        if self.stopped is not None:
            return "overdue" if self.late else "plain"
        if self.late:
            return "overdue"
        if self.since is None or self.due <= self.since:
            return "plain"
        return "warn" if (self.due - self.at) / (self.due - self.since) < WARN_BELOW else "plain"

    @property
    def word(self) -> str:
        """What the chip says: time left, overdue by, met, missed, paused."""
        if self.due is None:
            return _("No deadline yet")
        if self.stopped is not None:
            if self.late:
                return _("Late by %(time)s") % {"time": duration(self.stopped - self.due)}
            return _("In time")
        if self.paused:
            return _("Paused")
        if self.late:
            return _("Overdue %(time)s") % {"time": duration(self.at - self.due)}
        return _("%(time)s left") % {"time": duration(self.due - self.at)}

    @property
    def chip(self) -> Chip:
        """The chip of this clock; solid only while overdue and running."""
        icon = "pause" if self.paused else ""
        return Chip(self.word, self.state, icon, solid=self.late and self.stopped is None and not self.paused)


@dataclass(frozen=True, slots=True)
class Clocks:
    """All clocks of an object as a panel: name, date, bar, reasons."""

    clocks: Sequence[Clock]
    title: Text = ""
    template: ClassVar[str] = "web/clocks.html"


@dataclass(frozen=True, slots=True)
class Link:
    """A word that leads somewhere."""

    label: Text
    url: str


@dataclass(frozen=True, slots=True)
class PageHeader:
    """Breadcrumb, h1 with chips, facts in a row, and at the right further links (never the main action)."""

    title: Text
    crumbs: Sequence[Link] = ()
    chips: Sequence[Chip | Clock] = ()
    facts: Sequence[object] = ()
    links: Sequence[Link] = ()
    template: ClassVar[str] = "web/page_header.html"


@dataclass(frozen=True, slots=True)
class Fact:
    """A label and its value: text, date, datetime, Chip, Clock or Link; `note` is a second, quieter line."""

    label: Text
    value: object
    note: Text = ""
    wide: bool = False


@dataclass(frozen=True, slots=True)
class Facts:
    """A list of facts, in columns where there is room."""

    facts: Sequence[Fact]
    template: ClassVar[str] = "web/facts.html"


@dataclass(frozen=True, slots=True)
class FailedCheck:
    """A legality check that failed: its id, a sentence, the article, and what would cure it.

    `warns`: a W check; the person may go on with a reason. `field` links to a field's id where typing cures it.
    """

    id: str
    sentence: Text
    article: Text = ""
    cure: Text = ""
    cure_url: str = ""
    warns: bool = False


@dataclass(frozen=True, slots=True)
class Step:
    """A step of a procedure as the person sees it before clicking.

    lawful: `button` (verb + object) posts to `action`, with the fields of `form` if given, or leads to `url`;
    a form that is not the main act folds away under its verb until it is opened or comes back refused.
    blocked: no button; `checks` say what is missing, by which article, and what cures it. done: `actor`, `when`.
    `key` is the idempotency key, sent as `idempotency_key`. `main` makes the view's one solid button.
    """

    title: Text
    status: Literal["lawful", "blocked", "done", "other"]
    button: Text = ""
    action: str = ""
    url: str = ""
    icon: str = ""
    main: bool = False
    hint: Text = ""
    form: BaseForm | None = None
    key: str = ""
    checks: Sequence[FailedCheck] = ()
    actor: Text = ""
    when: datetime | None = None
    template: ClassVar[str] = "web/step.html"

    @property
    def draft(self) -> str:
        """The name under which what is typed into the form is kept in the browser until it was sent."""
        return self.action.strip("/").rpartition("/")[2] if self.form is not None else ""

    @property
    def folds(self) -> bool:
        """Whether the form waits under its verb: it is no main act and was not just sent."""
        return self.form is not None and not self.main and not self.form.is_bound

    @property
    def says_itself(self) -> bool:
        """Whether the button alone is the step: a title in the same words above it would only repeat it."""
        return self.status == "lawful" and not self.main and self.button == self.title and (not self.form or self.folds)

    @property
    def chip(self) -> Chip | None:
        """What is missing; what may be done needs no word, and `other` (somebody else's turn) says so in its hint."""
        if self.status == "blocked":
            return Chip(_("%(count)d missing") % {"count": len(self.checks)}, "draft", "lock")
        return None


@dataclass(frozen=True, slots=True)
class Steps:
    """The next steps of a file as a panel."""

    steps: Sequence[Step]
    title: Text = ""
    template: ClassVar[str] = "web/steps.html"


@dataclass(frozen=True, slots=True)
class Refusal:
    """A proposed act was refused: every failed check at once, or in plain `lines` what stood against it.

    It takes the focus; values typed are kept by the form.
    """

    title: Text
    checks: Sequence[FailedCheck] = ()
    lines: Sequence[Text] = ()
    template: ClassVar[str] = "web/refusal.html"


@dataclass(frozen=True, slots=True)
class Banner:
    """A system message in the page's flow: state, bold beginning, text, perhaps a link."""

    text: Text
    state: State = "info"
    title: Text = ""
    link: Link | None = None
    template: ClassVar[str] = "web/banner.html"

    @property
    def icon(self) -> str:
        """The shape of the state."""
        return STATE_ICONS[self.state] or "dot"


@dataclass(frozen=True, slots=True)
class Empty:
    """Says why there is nothing and what next."""

    title: Text
    text: Text = ""
    link: Link | None = None
    icon: str = "inbox"
    template: ClassVar[str] = "web/empty.html"
