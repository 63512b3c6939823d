"""The region and its named places: areas, communities, grids, roads, landmarks."""

from django.contrib.postgres.fields import ArrayField
from django.db import models

from oneteam.journal.kinds import TableKind, table
from oneteam.kernel.ids import uuid7


@table(TableKind.GUARDED, code=40)
class Region(models.Model):
    """The one region this city's schema holds, with its six-digit division code (GB/T 2260) and outline (WGS 84)."""

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
    ROAD = "road"
    LANDMARK = "landmark"


@table(TableKind.GUARDED, code=41)
class Place(models.Model):
    """A named place; `parent` is the area of a road or community, the community of a grid or landmark."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    code = models.CharField(max_length=15, unique=True)
    kind = models.CharField(max_length=12, choices=PlaceKind.choices)
    name_zh = models.TextField()
    name_en = models.TextField()
    aliases = ArrayField(models.TextField(), default=list)
    parent = models.ForeignKey("self", models.PROTECT, null=True, related_name="children")
    lon = models.DecimalField(max_digits=9, decimal_places=6)
    lat = models.DecimalField(max_digits=8, decimal_places=6)
    outline = models.JSONField(null=True)

    def __str__(self) -> str:
        return self.name_zh
