"""The region and its named places: areas, communities, grids, stations, roads, landmarks, shops; boundaries by date."""

from datetime import date
from typing import ClassVar
from uuid import UUID

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, DateRangeField, RangeOperators
from django.db import models
from django.db.models import F, Func, Q

from oneteam.journal.kinds import TableKind, table
from oneteam.kernel.ids import uuid7

EDITION_ID = UUID("00000000-0000-7000-8000-67726f756e64")  # the one row of Edition


@table(TableKind.GUARDED, code=40)
class Region(models.Model):
    """The one region this city's schema holds, with its six-digit division code (GB/T 2260).

    `outline`: closed rings of [longitude, latitude], WGS 84; inside is what lies within an odd number of them.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    code = models.CharField(max_length=6, unique=True)
    name_zh = models.TextField()
    name_en = models.TextField()
    outline = models.JSONField()

    def __str__(self) -> str:
        return self.name_zh


class PlaceKind(models.TextChoices):
    AREA = "area"
    COMMUNITY = "community"
    GRID = "grid"
    STATION = "station"
    ROAD = "road"
    LANDMARK = "landmark"
    SHOP = "shop"


BOUNDED = frozenset({PlaceKind.AREA, PlaceKind.COMMUNITY, PlaceKind.GRID})


@table(TableKind.GUARDED, code=41)
class Place(models.Model):
    """A named place. `parent` is what it was registered in: the area of a community, the community of a grid.

    What it lies in on a day the boundaries say (`places.ground`). A road has a `line` and `doors` that are known on it,
    [number, longitude, latitude]. `closed_on` is the first day on which the place was no more.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    code = models.CharField(max_length=15, unique=True)
    kind = models.CharField(max_length=12, choices=PlaceKind.choices)
    name_zh = models.TextField()
    name_en = models.TextField()
    aliases = ArrayField(models.TextField(), default=list)
    parent = models.ForeignKey("self", models.PROTECT, null=True, related_name="children")
    lon = models.DecimalField(max_digits=9, decimal_places=6)
    lat = models.DecimalField(max_digits=8, decimal_places=6)
    address = models.TextField(default="")
    line = models.JSONField(null=True)
    doors = models.JSONField(null=True)
    closed_on = models.DateField(null=True)

    def __str__(self) -> str:
        return self.name_zh

    def stands_on(self, day: date) -> bool:
        """Tell whether the place had not been closed on a day."""
        return self.closed_on is None or day < self.closed_on


@table(TableKind.GUARDED, code=42)
class Boundary(models.Model):
    """The outline of an area, community or grid and what it lay in, from a day to a day (both included)."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    place = models.ForeignKey(Place, models.PROTECT, related_name="boundaries")
    parent = models.ForeignKey(Place, models.PROTECT, null=True, related_name="+")
    outline = models.JSONField()
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")), name="places_boundary_order"
            ),
            ExclusionConstraint(
                name="places_boundary_once",
                expressions=[
                    ("place", RangeOperators.EQUAL),
                    (
                        Func(F("valid_from"), F("valid_to"), models.Value("[]"), function="daterange",
                             output_field=DateRangeField()),
                        RangeOperators.OVERLAPS,
                    ),
                ],
            ),
        ]  # fmt: skip


@table(TableKind.GUARDED, code=43)
class Edition(models.Model):
    """The act that changed the ground last: one row. A cache that knows another act is old."""

    id = models.UUIDField(primary_key=True, default=EDITION_ID, editable=False)
    act = models.UUIDField()

    class Meta:
        constraints: ClassVar = [models.CheckConstraint(condition=Q(id=EDITION_ID), name="places_edition_one")]
