"""The demo city: its ground and its people, from demo/*.yaml, made by the same acts as any other city's."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

import yaml
from django.conf import settings

from oneteam.demo.ground import ground
from oneteam.journal.actors import Actor
from oneteam.kernel.clock import SHANGHAI, legal_day
from oneteam.people import acts as people
from oneteam.people.models import Account
from oneteam.places import acts as places
from oneteam.places.models import Place, Region
from oneteam.places.registering import NewPlace

DUTY_DAYS = 400  # days of duty planned ahead from the founding; the demo's people are always on duty
POSTS_FROM = date(2026, 1, 1)
GROUND_FROM = date(2020, 1, 1)  # the demo's boundaries are older than anything that is told in it


def _read(name: str) -> dict[str, Any]:
    content: dict[str, Any] = yaml.safe_load((Path(settings.DEMO_DIR) / name).read_text("utf-8"))
    return content


def found_places(*, actor: Actor, at: datetime, whole: bool = False) -> None:
    """Define the demo region and register its places, `whole` or the small city; nothing where the region is there."""
    if Region.objects.exists():
        return
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


def found_people(*, actor: Actor, at: datetime, password: str) -> None:
    """Register the demo units and people with posts, duty and accounts; nothing where accounts are there."""
    if Account.objects.exists():
        return
    content = _read("people.yaml")
    ground = dict(Place.objects.values_list("code", "id"))
    units: dict[str, UUID] = {}
    for unit in content["units"]:
        units[unit["id"]] = people.register_unit(
            actor=actor, at=at, code=unit["id"], kind=unit["kind"], name_zh=unit["name"]["zh"],
            name_en=unit["name"]["en"], parent=units[unit["parent"]] if unit["parent"] else None,
            area=ground[unit["area"]] if unit["area"] else None,
        )  # fmt: skip
    for entry in content["people"]:
        person = people.register_person(actor=actor, at=at, name_zh=entry["name"]["zh"], name_en=entry["name"]["en"])
        for post in entry["posts"]:
            held = people.give_post(
                actor=actor, at=at, person=person, unit=units[post["unit"]], role=post["role"],
                title_zh=post["title"]["zh"], title_en=post["title"]["en"],
                valid_from=min(POSTS_FROM, legal_day(at)), scope=[ground[code] for code in post["scope"]],
            )  # fmt: skip
            midnight = datetime.combine(legal_day(at), datetime.min.time(), SHANGHAI)
            people.plan_duty(actor=actor, at=at, post=held, starts=midnight, ends=midnight + timedelta(days=DUTY_DAYS))
        people.make_account(actor=actor, at=at, person=person, username=entry["username"], password=password)
