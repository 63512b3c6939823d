"""Duty by a pattern: teams take turns at shifts, day after day; holes and ended posts are refused by name."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from oneteam.directories.fields import minute
from oneteam.journal.actors import Actor
from oneteam.journal.acts import record, write
from oneteam.journal.kinds import ActKind, register
from oneteam.kernel.clock import SHANGHAI, legal_day
from oneteam.kernel.errors import BadInputError, ConflictError, MissingError
from oneteam.kernel.ids import uuid7
from oneteam.people.models import Duty, Post, Roster, Unit
from oneteam.places.queries import localised

_PLANNERS = frozenset({"operator", "system_admin", "brigade_leader", "dispatcher"})
DAY = timedelta(days=1)
MOST_DAYS = 400
NAMED = 5  # how many faults of a kind one message names

register(
    ActKind(
        name="roster.planned",
        text=gettext_lazy("Roster planned from %(first)s to %(last)s: %(turns)s turns"),
        fields={"unit": str, "first": str, "last": str, "turns": int, "teams": list},
        who=_PLANNERS,
    )
)
register(
    ActKind(
        name="roster.cut",
        text=gettext_lazy("Roster cut: %(turns)s turns from %(start)s on taken back"),
        fields={"start": str, "turns": int},
        who=_PLANNERS,
    )
)


@dataclass(frozen=True, slots=True)
class Shift:
    """A shift begins at `starts` (Shanghai time) and lasts `hours` hours, into the next day where it must."""

    name: str
    starts: time
    hours: int

    def on(self, day: date) -> tuple[datetime, datetime]:
        """Return when the shift of a day begins and ends."""
        begin = datetime.combine(day, self.starts, SHANGHAI)
        return begin, begin + timedelta(hours=self.hours)


@dataclass(frozen=True, slots=True)
class Pattern:
    """Shifts and their order: `cycle` names a shift for each day, "" for a day off; the n-th team is n days ahead.

    `whole_day`: together the teams cover all 24 hours; a roster that leaves a hole is refused.
    """

    shifts: Sequence[Shift]
    cycle: Sequence[str]
    whole_day: bool = True

    def check(self) -> None:
        """Raise BadInputError for a pattern that says nothing or names a shift that is not there."""
        known = {shift.name for shift in self.shifts}
        if not known or not any(self.cycle):
            raise BadInputError(_("A roster needs a shift and a cycle in which it stands."))
        if unknown := sorted({name for name in self.cycle if name} - known):
            raise BadInputError(
                _("The cycle names shifts that are not there: %(names)s; known are %(known)s.")
                % {"names": ", ".join(unknown), "known": ", ".join(sorted(known))}
            )
        for shift in self.shifts:
            if not 0 < shift.hours <= 24:
                message = _("Shift %(name)s lasts %(hours)d hours; write 1 to 24.")
                raise BadInputError(message % {"name": shift.name, "hours": shift.hours})

    def turns(self, teams: int, first: date, last: date) -> Iterator[tuple[int, datetime, datetime]]:
        """Yield the number of the team with the beginning and end of each turn."""
        shifts = {shift.name: shift for shift in self.shifts}
        for step in range((last - first).days + 1):
            for team in range(teams):
                name = self.cycle[(step + team) % len(self.cycle)]
                if name:
                    yield team, *shifts[name].on(first + step * DAY)


def holes(
    turns: Sequence[tuple[datetime, datetime]], start: datetime, end: datetime
) -> list[tuple[datetime, datetime]]:
    """Return the spans from `start` until before `end` that no turn covers, in order."""
    found, reached = [], start
    for begin, finish in sorted(turns):
        if begin > reached:
            found.append((reached, min(begin, end)))
        reached = max(reached, finish)
        if reached >= end:
            return found
    return [*found, (reached, end)]


@write
def plan_roster(
    *,
    actor: Actor,
    at: datetime,
    unit: UUID,
    teams: Sequence[Sequence[UUID]],
    pattern: Pattern,
    first: date,
    last: date,
) -> UUID:
    """Plan duty by a pattern for teams of posts from a day to a day, both included; all or nothing.

    Raises BadInputError, naming whom and when, for a span of no or too many days, a post in two teams, a post that is
    not held on a day it would serve, a hole where the pattern covers the whole day, and a turn that overlaps another.
    """
    pattern.check()
    if not 0 <= (last - first).days < MOST_DAYS:
        raise BadInputError(_("A roster runs from a day to a later one, %(days)d days at most.") % {"days": MOST_DAYS})
    if not Unit.objects.filter(id=unit).exists():
        raise MissingError(_("There is no such unit."))
    held = _posts(teams)
    turns = list(pattern.turns(len(teams), first, last))
    if pattern.whole_day:
        begin = min(start for _team, start, _end in turns)
        _refuse_holes(holes([turn[1:] for turn in turns], begin, begin + ((last - first).days + 1) * DAY))
    planned = [(held[post], start, end) for team, start, end in turns for post in teams[team]]
    _refuse_unheld(planned)
    roster = uuid7()
    record(
        kind="roster.planned", actor=actor, at=at, stream=roster, about=[unit],
        payload={
            "unit": str(unit), "first": first.isoformat(), "last": last.isoformat(), "turns": len(planned),
            "teams": [[str(post) for post in team] for team in teams],
        },
    )  # fmt: skip
    Roster.objects.create(id=roster, unit_id=unit, first=first, last=last, pattern=_stored(pattern))
    _refuse_overlaps(planned)
    try:
        with transaction.atomic():
            Duty.objects.bulk_create(
                [Duty(post=post, roster_id=roster, starts=start, ends=end) for post, start, end in planned]
            )
    except IntegrityError as error:
        message = _("One of these got other duty at the same moment; look at the list and try again.")
        raise ConflictError(message) from error
    return roster


def _stored(pattern: Pattern) -> Mapping[str, object]:
    shifts = [{"name": s.name, "starts": s.starts.isoformat("minutes"), "hours": s.hours} for s in pattern.shifts]
    return {"shifts": shifts, "cycle": list(pattern.cycle), "whole_day": pattern.whole_day}


def pattern_of(roster: Roster) -> Pattern:
    """Return the pattern by which a roster was planned."""
    stored = roster.pattern
    shifts = [Shift(each["name"], time.fromisoformat(each["starts"]), each["hours"]) for each in stored["shifts"]]
    return Pattern(shifts, stored["cycle"], stored["whole_day"])


def _posts(teams: Sequence[Sequence[UUID]]) -> dict[UUID, Post]:
    wanted = [post for team in teams for post in team]
    if not teams or not all(teams):
        raise BadInputError(_("A roster needs teams, each with at least one post."))
    held = {post.id: post for post in Post.objects.filter(id__in=wanted).select_related("person").select_for_update()}
    if len(held) < len(set(wanted)):
        raise MissingError(_("There is no such post."))
    if doubled := sorted({_name(held[post]) for post in wanted if wanted.count(post) > 1}):
        raise BadInputError(_("These stand in two teams: %(names)s.") % {"names": _(", ").join(doubled)})
    return held


def _refuse_holes(found: Sequence[tuple[datetime, datetime]]) -> None:
    if found:
        spans = [_("%(start)s to %(end)s") % {"start": minute(start), "end": minute(end)} for start, end in found]
        raise BadInputError(
            _("Nobody is on duty: %(spans)s. Add a shift or a team, or do not ask for the whole day.")
            % {"spans": _some(spans)}
        )


def _refuse_unheld(planned: Sequence[tuple[Post, datetime, datetime]]) -> None:
    lines = []
    for post, start, end in planned:
        days = {legal_day(start), legal_day(end - timedelta(microseconds=1))}
        if wrong := [day for day in sorted(days) if not post.holds_on(day)]:
            lines.append(_("%(name)s on %(day)s") % {"name": _name(post), "day": wrong[0]})
    if lines:
        raise BadInputError(_("The post is not held on that day: %(lines)s.") % {"lines": _some(lines)})


def _refuse_overlaps(planned: Sequence[tuple[Post, datetime, datetime]]) -> None:
    begin, finish = min(start for _p, start, _e in planned), max(end for _p, _s, end in planned)
    known: dict[UUID, list[tuple[datetime, datetime]]] = {}
    posts = {post.id for post, _start, _end in planned}
    for duty in Duty.objects.filter(post__in=posts, starts__lt=finish, ends__gt=begin):
        known.setdefault(duty.post_id, []).append((duty.starts, duty.ends))
    lines = [
        _("%(name)s from %(start)s") % {"name": _name(post), "start": minute(start)}
        for post, start, end in planned
        if any(other < end and until > start for other, until in known.get(post.id, ()))
    ]
    if lines:
        raise BadInputError(_("These have duty then already: %(lines)s.") % {"lines": _some(lines)})


def _some(lines: Sequence[str]) -> str:
    """Join the first few and say how many more there are."""
    text = _(", ").join(lines[:NAMED])
    return text if len(lines) <= NAMED else text + _(" and %(number)d more") % {"number": len(lines) - NAMED}


def _name(post: Post) -> str:
    return localised(post.person.name_zh, post.person.name_en)


@write
def cut_roster(*, actor: Actor, at: datetime, roster: UUID, start: datetime) -> int:
    """Take back the turns of a roster that begin at `start` or later; return how many. What has begun stays.

    Raises BadInputError for a moment in the past (what was served was served), MissingError for no such roster.
    """
    if start < at:
        raise BadInputError(_("Turns that have begun cannot be taken back."))
    if not Roster.objects.select_for_update().filter(id=roster).exists():
        raise MissingError(_("There is no such roster."))
    turns = Duty.objects.filter(roster=roster, starts__gte=start)
    record(
        kind="roster.cut", actor=actor, at=at, stream=roster,
        payload={"start": start.astimezone(SHANGHAI).isoformat(timespec="minutes"), "turns": turns.count()},
    )  # fmt: skip
    return turns.delete()[0]
