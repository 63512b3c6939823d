"""Writes to the ground: the region and its places."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from oneteam.journal.actors import Actor
from oneteam.journal.acts import record, write
from oneteam.journal.kinds import ActKind, register
from oneteam.kernel.ids import uuid7
from oneteam.places.models import Place, Region

_WHO = frozenset({"operator", "system_admin"})
register(ActKind(name="region.defined", text=_("Region %(code)s defined"), fields={"code": str}, who=_WHO))
register(
    ActKind(name="place.registered", text=_("Place %(code)s registered"), fields={"code": str, "kind": str}, who=_WHO)
)


@write
def define_region(*, actor: Actor, at: datetime, code: str, name_zh: str, name_en: str, outline: Any) -> UUID:
    """Define the region of this city: its division code, names and outline (closed ring of longitude, latitude)."""
    region = uuid7()
    record(kind="region.defined", actor=actor, at=at, stream=region, payload={"code": code})
    Region.objects.create(id=region, code=code, name_zh=name_zh, name_en=name_en, outline=outline)
    return region


@write
def register_place(
    *,
    actor: Actor,
    at: datetime,
    code: str,
    kind: str,
    name_zh: str,
    name_en: str,
    aliases: Sequence[str],
    parent: UUID | None,
    lon: Decimal,
    lat: Decimal,
    outline: Any = None,
) -> UUID:
    """Register a named place; `lon` and `lat` in degrees, WGS 84."""
    place = uuid7()
    record(kind="place.registered", actor=actor, at=at, stream=place, payload={"code": code, "kind": kind})
    Place.objects.create(
        id=place, code=code, kind=kind, name_zh=name_zh, name_en=name_en, aliases=list(aliases), parent_id=parent,
        lon=lon, lat=lat, outline=outline,
    )  # fmt: skip
    return place
