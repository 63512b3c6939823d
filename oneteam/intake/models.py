"""Reports, as told, and incidents, as established."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from oneteam.journal.kinds import TableKind, table
from oneteam.kernel.ids import uuid7


class Channel(models.TextChoices):
    """Where a report came from (EVT-10 dates the names of the platforms; the code never depends on a name)."""

    HOTLINE = "hotline_12345"
    PLATFORMS = "four_platforms"
    PATROL = "grid_patrol"
    CITIZEN = "citizen_app"
    FIRM = "firm"
    LETTER = "letter"
    WEBSITE = "website"
    DEVICE = "device"


class Urgency(models.TextChoices):
    """The three levels of section 6.4 of the time-limit tables."""

    GENERAL = "general"
    URGENT = "urgent"
    VERY_URGENT = "very_urgent"


class Handling(models.TextChoices):
    """Which side of the line: enforcement, service, or not the team's own business."""

    ENFORCEMENT = "enforcement"
    SERVICE = "service"
    OTHER = "other_agency"


@table(TableKind.GUARDED, code=61)
class Incident(models.Model):
    """What is the case on the ground; several reports may be one incident."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    number = models.BigIntegerField(unique=True, editable=False)
    matter = models.CharField(max_length=20)
    field = models.CharField(max_length=8)
    handling = models.CharField(max_length=16, choices=Handling.choices)
    urgency = models.CharField(max_length=12, choices=Urgency.choices)
    place = models.ForeignKey("places.Place", models.PROTECT, null=True)
    lon = models.DecimalField(max_digits=9, decimal_places=6, null=True)
    lat = models.DecimalField(max_digits=8, decimal_places=6, null=True)

    def __str__(self) -> str:
        return str(self.number)


@table(TableKind.GUARDED, code=60)
class Report(models.Model):
    """What somebody told us, from one channel; never edited.

    The told words are no column: they are personal values of the act `received_act`, under `text_subject` (title,
    text, address) and `caller_subject` (name, phone), so that erasing them changes no row. `digest` is the keyed
    digest of all that was told, by which the same report is known again.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    number = models.BigIntegerField(unique=True, editable=False)
    channel = models.CharField(max_length=16, choices=Channel.choices)
    source = models.TextField()
    external_id = models.TextField(null=True)
    told_at = models.DateTimeField()
    received_at = models.DateTimeField()
    received_act = models.UUIDField()
    text_subject = models.UUIDField()
    caller_subject = models.UUIDField(null=True)
    digest = models.BinaryField()
    imported = models.BooleanField(default=False)
    lon = models.DecimalField(max_digits=9, decimal_places=6, null=True)
    lat = models.DecimalField(max_digits=8, decimal_places=6, null=True)
    incident = models.ForeignKey(Incident, models.PROTECT, null=True, related_name="reports")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["source", "external_id"], condition=Q(external_id__isnull=False), name="intake_report_external"
            ),
            models.CheckConstraint(
                name="intake_report_point",
                condition=Q(lon__isnull=True, lat__isnull=True) | Q(lon__isnull=False, lat__isnull=False),
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["received_at", "id"], name="intake_report_received"),
            models.Index(fields=["caller_subject"], name="intake_report_caller"),
        ]

    def __str__(self) -> str:
        return str(self.number)
