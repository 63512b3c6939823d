"""The story of the demo city's day as a page tells it: its threads, when each step comes, what came of it so far."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from oneteam.demo.steps import Step
from oneteam.demo.story import Chapter, outline, span
from oneteam.intake.labels import CHANNELS
from oneteam.people.models import Account
from oneteam.places.queries import localised
from oneteam.server import playing
from oneteam.web.parts import Chip, Link

SOON = timedelta(minutes=30)  # a thread whose next step is so near is happening now
THINGS: Mapping[str, tuple[str, Promise]] = {
    "report": ("report", gettext_lazy("Report")),
    "order": ("order", gettext_lazy("Order")),
    "case": ("case", gettext_lazy("Case")),
}
"""What came of a life and has a page: the page's name and what it is called."""
VERBS: Mapping[str, Promise] = {
    "receive": gettext_lazy("A report comes in"),
    "decide": gettext_lazy("The desk decides what it is"),
    "send": gettext_lazy("The desk sends an order"),
    "accept": gettext_lazy("The order is accepted"),
    "arrive": gettext_lazy("On the spot"),
    "handle": gettext_lazy("Handled"),
    "verify": gettext_lazy("Somebody else verifies it"),
    "answer": gettext_lazy("The caller is answered"),
    "close": gettext_lazy("Closed"),
    "join": gettext_lazy("Joined to what is known already"),
    "merge": gettext_lazy("Merged with what is known already"),
    "review": gettext_lazy("Reviewed, as the caller is not content"),
    "recall": gettext_lazy("The order is recalled"),
    "correct": gettext_lazy("The place is corrected"),
    "absent": gettext_lazy("Entered as absent"),
    "urge": gettext_lazy("The desk urges"),
    "look_at_clocks": gettext_lazy("A time limit breaks; the leader is told"),
    "certify": gettext_lazy("Officers with certificates begin their day"),
    "case_open": gettext_lazy("Two officers open a case on the spot"),
    "case_show": gettext_lazy("They show their certificates"),
    "case_identify": gettext_lazy("The party is identified"),
    "case_note": gettext_lazy("The act is recorded"),
    "case_order": gettext_lazy("Put right at once, it is ordered"),
    "case_recheck": gettext_lazy("Looked at again: not put right"),
    "case_hear": gettext_lazy("The party is told and heard"),
    "case_decide": gettext_lazy("Decided on the spot"),
    "case_deliver": gettext_lazy("The decision is delivered"),
    "case_record": gettext_lazy("The case is recorded"),
}
_HOLDERS = frozenset({"accept", "arrive", "handle"})


@dataclass(frozen=True, slots=True)
class Moment:
    """A step of a thread: what happens, by whom, whether the law has to refuse it, whether it has been."""

    at: datetime
    what: str
    who: Link | str
    refused: bool
    past: bool


@dataclass(frozen=True, slots=True)
class Thread:
    """One of the day's threads; `next` is the step that comes next, None where it is over."""

    title: str
    moments: Sequence[Moment]
    people: Sequence[Link | str]
    things: Sequence[Link]
    chip: Chip
    next: Moment | None

    @property
    def begins(self) -> datetime:
        """When its first step is."""
        return self.moments[0].at


@dataclass(frozen=True, slots=True)
class Day:
    """The whole day. `played`: it is being played or was; `over`: all of it has been."""

    begins: datetime
    ends: datetime
    threads: Sequence[Thread]
    played: bool
    over: bool


def day_told(progress: playing.Progress | None, *, at: datetime, signed_in: bool) -> Day:
    """Return the day that is played or was, or (where none is) the one of `at` as it would be."""
    day = progress.day if progress else at.date()
    begins, ends = span(day)
    over = progress is not None and (progress.over or at > ends)
    told = _threads(outline(day))
    names = _names(step for lives in told for life in lives for step in life.steps)
    past = progress.told if progress else begins - timedelta(days=1)
    things = progress.things if progress else {}
    people = {name: _person(name, words, signed_in=signed_in) for name, words in names.items()}
    threads = [_thread(lives, things, people, at=at, past=ends if over else past) for lives in told]
    return Day(begins, ends, sorted(threads, key=lambda one: one.begins), progress is not None, over)


def _threads(told: Iterable[Chapter]) -> list[list[Chapter]]:
    """Return the lives of each thread: the chapter that tells what it shows, then those that belong to it."""
    found: list[list[Chapter]] = []
    for chapter in told:
        if chapter.zh:
            found.append([])
        found[-1].append(chapter)
    return found


def _names(steps: Iterable[Step]) -> dict[str, str]:
    wanted = {name for step in steps for name in _named(step)}
    rows = Account.objects.filter(username__in=wanted).select_related("person")
    return {row.username: localised(row.person.name_zh, row.person.name_en) for row in rows}


def _named(step: Step) -> Iterator[str]:
    yield from (step.of[key] for key in ("by", "to", "with", "person") if key in step.of)


def _person(username: str, name: str, *, signed_in: bool) -> Link | str:
    """Return whom to sign in as; who is signed in reads the name alone."""
    return name if signed_in else Link(name, f"{reverse('account_login')}?as={username}")


def _thread(
    lives: Sequence[Chapter], things: Mapping[int, Mapping[str, UUID]], people: Mapping[str, Link | str], *,
    at: datetime, past: datetime,
) -> Thread:  # fmt: skip
    steps = sorted((step, life) for life in lives for step in life.steps)
    holders: dict[int, str] = {}
    moments: list[Moment] = []
    seen: list[str] = []
    for step, life in steps:
        if step.verb == "send" and "refused" not in step.of:
            holders[life.life] = step.of["to"]
        doer = step.of.get("by") or (holders.get(life.life, "") if _holds(step.verb) else "")
        if step.verb != "certify":
            seen += [doer, *_named(step)]
        who = people.get(doer, "")
        moments.append(Moment(step.at, _what(step), who, "refused" in step.of, step.at <= past))
    following = next((moment for moment in moments if not moment.past), None)
    links = [
        Link(_("%(thing)s: %(title)s") % {"thing": word, "title": _title(life)}, reverse(page, args=[came[name]]))
        for life in lives
        for came in [things.get(life.life, {})]
        for name, (page, word) in THINGS.items()
        if name in came
    ]
    title = lives[0].zh if (get_language() or "").startswith("zh") else lives[0].en
    chip = _state(moments, following, at)
    return Thread(
        title, moments, [people[name] for name in dict.fromkeys(seen) if name in people], links, chip, following
    )


def _holds(verb: str) -> bool:
    return verb in _HOLDERS or verb.startswith("case_")


def _what(step: Step) -> str:
    if step.verb == "receive":
        return _("%(what)s: %(channel)s") % {"what": VERBS["receive"], "channel": CHANNELS[step.of["channel"]]}
    return str(VERBS[step.verb])


def _title(life: Chapter) -> str:
    return next((str(step.of["title"]) for step in life.steps if step.verb == "receive"), "")


def _state(moments: Sequence[Moment], following: Moment | None, at: datetime) -> Chip:
    if following is None:
        return Chip(_("over"), "plain", "tick")
    clock = f"{following.at:%H:%M}"
    if not moments[0].past and following.at > at:
        return Chip(_("begins at %(time)s") % {"time": clock}, "plain", "clock")
    if following.at - at > SOON:
        return Chip(_("goes on at %(time)s") % {"time": clock}, "plain", "clock")
    return Chip(_("happening now"), "info", "dot")
