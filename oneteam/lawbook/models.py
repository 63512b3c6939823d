"""The law book's tables: the calendar, the city's settings and the edition that tells caches when to read again."""

from typing import ClassVar
from uuid import UUID

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models
from django.db.models import F, Func

from oneteam.journal.kinds import TableKind, table
from oneteam.kernel.ids import uuid7

EDITION_ID = UUID("00000000-0000-7000-8000-6f6e65746c61")  # the one row of Edition


@table(TableKind.GUARDED, code=20)
class CalendarDay(models.Model):
    """One day of the holiday table. `provisional` where it is computed because no official notice is loaded yet."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    date = models.DateField(unique=True)
    is_workday = models.BooleanField()
    name = models.TextField(blank=True)
    source = models.TextField()
    provisional = models.BooleanField(default=False)


@table(TableKind.GUARDED, code=21)
class Setting(models.Model):
    """A value that the law leaves to the city. `mark` as in the law pack (V1, V2, U or demo), `basis` its ground."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    name = models.TextField(unique=True)
    value = models.TextField()
    mark = models.TextField()
    basis = models.TextField()


@table(TableKind.GUARDED, code=22)
class Edition(models.Model):
    """The act that changed calendar, settings or declarations last: one row. A cache that knows another act is old."""

    id = models.UUIDField(primary_key=True, default=EDITION_ID, editable=False)
    act = models.UUIDField()

    class Meta:
        constraints: ClassVar = [models.CheckConstraint(condition=models.Q(id=EDITION_ID), name="lawbook_edition_one")]


class _DateSpan(Func):
    function = "daterange"
    output_field = DateRangeField()


@table(TableKind.GUARDED, code=23)
class CatalogueRow(models.Model):
    """One version of a matter, its cells as the catalogue's columns have them. `layer`: the law pack, or "city".

    It holds from `valid_from` to `valid_to`, both inside; null is without end.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    code = models.CharField(max_length=20)
    valid_from = models.DateField(null=True)
    valid_to = models.DateField(null=True)
    field = models.CharField(max_length=3, blank=True)
    kind = models.CharField(max_length=20)
    name_zh = models.TextField()
    name_en = models.TextField()
    former_department = models.TextField(blank=True)
    duty = models.TextField(blank=True)
    basis = models.TextField(blank=True)
    penalties = models.TextField(blank=True)
    two_step = models.CharField(max_length=3)
    competence = models.CharField(max_length=20)
    compulsory = models.TextField(blank=True)
    urgency = models.CharField(max_length=20)
    words = models.TextField(blank=True)
    event_codes = models.TextField(blank=True)
    transfer = models.TextField(blank=True)
    mark = models.CharField(max_length=8)
    layer = models.TextField()

    class Meta:
        constraints: ClassVar = [
            ExclusionConstraint(
                name="lawbook_matter_once",
                expressions=[
                    ("code", RangeOperators.EQUAL),
                    (_DateSpan(F("valid_from"), F("valid_to"), models.Value("[]")), RangeOperators.OVERLAPS),
                ],
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.name_zh}"


@table(TableKind.GUARDED, code=24)
class StatuteRow(models.Model):
    """One version of a statute in the register."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    name = models.TextField()
    title = models.TextField()
    level = models.CharField(max_length=20)
    adopted = models.DateField()
    in_force = models.DateField(null=True)
    until = models.DateField(null=True)
    repealed_by = models.TextField(blank=True)
    mark = models.CharField(max_length=8)
    higher_cap = models.BooleanField()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["name", "adopted"], name="lawbook_statute_version")]

    def __str__(self) -> str:
        return f"{self.name} {self.adopted}"


@table(TableKind.GUARDED, code=25)
class TransferRow(models.Model):
    """An approved catalogue entry that gave matters to the bureau."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    name = models.TextField(unique=True)
    title_zh = models.TextField()
    title_en = models.TextField()
    document = models.TextField()
    approved_on = models.DateField()
    valid_from = models.DateField(null=True)
    valid_to = models.DateField(null=True)
    mark = models.CharField(max_length=8)

    def __str__(self) -> str:
        return self.name
