"""The demo city: its ground and its people, from demo/*.yaml, made by the same acts as any other city's."""

import contextlib
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from uuid import UUID

from django.db.models import Min

from oneteam.demo.ground import ground
from oneteam.demo.staff import PersonRow, RosterRow, staff
from oneteam.journal.actors import Actor
from oneteam.journal.models import Act
from oneteam.kernel.clock import SHANGHAI, legal_day
from oneteam.kernel.errors import BadInputError
from oneteam.people import acts as people
from oneteam.people import rosters, units
from oneteam.people.models import Account, CertificateKind, Roster
from oneteam.people.standing_acts import register_certificate
from oneteam.places import acts as places
from oneteam.places.models import Place, Region
from oneteam.places.registering import NewPlace

DUTY_DAYS = 400  # days of duty planned ahead from the founding; those whom the sign-in page names are always on duty
POSTS_FROM = date(2026, 1, 1)
GROUND_FROM = date(2020, 1, 1)  # the demo's boundaries are older than anything that is told in it

ROSTER_DAYS = 92  # a roster runs so long; the next one is planned at a start in the last AHEAD days of it
AHEAD = 30
MONDAY = date(2026, 1, 5)  # the cycles of all rosters are counted from this day
CLOCK_SHIFTS = (rosters.Shift("day", time(8), 12), rosters.Shift("night", time(20), 12))
OFFICE = rosters.Pattern((rosters.Shift("office", time(8), 10),), ("office",) * 5 + ("", ""), whole_day=False)

CERTIFIED_FROM = date(2024, 3, 1)
CERTIFIED_YEARS = 5


def found_places(*, actor: Actor, at: datetime, whole: bool = False) -> bool:
    """Define the demo region and register its places, `whole` or the small city; False where the region is there."""
    if Region.objects.exists():
        return False
    made = ground(whole=whole)
    places.define_region(
        actor=actor, at=at, code=made.code, name_zh=made.zh, name_en=made.en, outline=made.outline
    )  # fmt: skip
    places.register_places(actor=actor, at=at, places=[
        NewPlace(
            code=place.code, kind=place.kind, name_zh=place.zh, name_en=place.en, aliases=place.aliases,
            parent=place.parent, lon=Decimal(str(place.lon)), lat=Decimal(str(place.lat)), address=place.address,
            outline=place.outline, valid_from=GROUND_FROM, line=place.line or None, doors=place.numbers,
        )
        for place in made.places
    ])  # fmt: skip
    return True


def found_people(*, actor: Actor, at: datetime, password: str, whole: bool = False) -> None:
    """Register the demo units and people with posts, duty and accounts, `whole` or those of the small city.

    The whole city's officers have certificates, too. Nothing where accounts are there.
    """
    if Account.objects.exists():
        return
    team, day = staff(whole=whole), legal_day(at)
    yesterday = day - timedelta(days=1)  # its night shift lasts until this morning
    code = dict(Place.objects.values_list("code", "id"))
    known: dict[str, UUID] = {}
    for unit in team.units:
        known[unit.code] = people.register_unit(
            actor=actor, at=at, code=unit.code, kind=unit.kind, name_zh=unit.zh, name_en=unit.en,
            parent=known[unit.parent] if unit.parent else None, area=code[unit.area] if unit.area else None,
        )  # fmt: skip
    posts: dict[tuple[str, int], UUID] = {}
    usernames: dict[UUID, str] = {}
    for number, person in enumerate(team.people):
        registered = people.register_person(actor=actor, at=at, name_zh=person.zh, name_en=person.en)
        usernames[registered] = person.username
        for order, post in enumerate(person.posts):
            posts[person.username, order] = held = people.give_post(
                actor=actor, at=at, person=registered, unit=known[post.unit], role=post.role, title_zh=post.zh,
                title_en=post.en, valid_from=min(POSTS_FROM, yesterday), scope=[code[place] for place in post.scope],
            )  # fmt: skip
            if post.always:
                midnight = datetime.combine(day, time(), SHANGHAI)
                end = midnight + timedelta(days=DUTY_DAYS)
                people.plan_duty(actor=actor, at=at, post=held, starts=midnight, ends=end)
            if post.leads:
                units.name_head(actor=actor, at=at, post=held)
        if whole and person.certified:
            _certify(actor, at, registered, person, number)
    people.make_accounts(actor=actor, at=at, usernames=usernames, password=password)
    for roster in team.rosters:
        teams = [[posts[turn] for turn in turns] for turns in roster.teams]
        _plan(actor, at, known[roster.unit], teams, _pattern(roster), yesterday)


def _certify(actor: Actor, at: datetime, registered: UUID, person: PersonRow, number: int) -> None:
    """Register the enforcement certificate; they were issued in the order of the list, some days after each other."""
    issued = CERTIFIED_FROM + timedelta(days=number * 2)
    register_certificate(
        actor=actor, at=at, person=registered, number=f"33-990383-{number + 1:05}", kind=CertificateKind.ENFORCEMENT,
        issued=issued, valid_from=issued, valid_to=issued.replace(year=issued.year + CERTIFIED_YEARS, day=1),
        exam_passed_on=issued - timedelta(days=60),
    )  # fmt: skip


def _pattern(roster: RosterRow) -> rosters.Pattern:
    if roster.office:
        return OFFICE
    return rosters.Pattern(CLOCK_SHIFTS, ("day", "night", *[""] * (len(roster.teams) - 2)))


def _plan(
    actor: Actor,
    at: datetime,
    unit: UUID,
    teams: Sequence[Sequence[UUID]],
    pattern: rosters.Pattern,
    first: date,
    *,
    since: date = MONDAY,
) -> None:
    """Plan a roster from a day on whose cycle stands where it would, had it run since another day."""
    turn = (first - since).days % len(pattern.cycle)
    turned = rosters.Pattern(pattern.shifts, (*pattern.cycle[turn:], *pattern.cycle[:turn]), pattern.whole_day)
    last = first + timedelta(days=ROSTER_DAYS - 1)
    rosters.plan_roster(actor=actor, at=at, unit=unit, teams=teams, pattern=turned, first=first, last=last)


def plan_ahead(*, actor: Actor, at: datetime) -> int:
    """Plan the rosters of the founding once more where they end within AHEAD days; returns how many.

    Who holds a post no more, or was planned otherwise meanwhile, keeps a roster from being planned, not the city from
    starting.
    """
    begun = Roster.objects.aggregate(first=Min("first"))["first"]
    if begun is None:
        return 0
    today, planned = legal_day(at), 0
    for number in range(1, (today + timedelta(days=AHEAD) - begun).days // ROSTER_DAYS + 1):
        first = begun + timedelta(days=number * ROSTER_DAYS)
        over = first + timedelta(days=ROSTER_DAYS) <= today
        if over or Roster.objects.filter(first=first).exists():
            continue
        for roster in Roster.objects.filter(first=begun).order_by("id"):
            with contextlib.suppress(BadInputError):
                pattern = rosters.pattern_of(roster)
                _plan(actor, at, roster.unit_id, _teams(roster.id), pattern, first, since=begun)
                planned += 1
    return planned


def _teams(roster: UUID) -> list[list[UUID]]:
    [payload] = Act.objects.filter(stream=roster, kind="roster.planned").values_list("payload", flat=True)
    return [[UUID(post) for post in team] for team in payload["teams"]]
