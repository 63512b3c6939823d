"""The law book's tables: the calendar, the city's settings and the edition that tells caches when to read again."""

from typing import ClassVar
from uuid import UUID

from django.db import models

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
