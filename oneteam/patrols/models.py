"""Findings of the daily round and their photos."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from oneteam.journal.kinds import TableKind, table
from oneteam.kernel.ids import uuid7


class Receiver(models.TextChoices):
    """To whom a finding is passed on."""

    DESK = "desk"
    OFFICERS = "officers"


@table(TableKind.GUARDED, code=120)
class Finding(models.Model):
    """What somebody saw on patrol. The id is the phone's own, made before it was sent.

    `place` is what the point lies at: a named place, else its grid, community or area. Its words are personal values of
    the act `made_act` under `text_subject`. `report` is set once it is passed on or taken over.
    """

    id = models.UUIDField(primary_key=True, editable=False)
    number = models.BigIntegerField(unique=True, editable=False)
    matter = models.CharField(max_length=20)
    handling = models.CharField(max_length=16)
    lon = models.DecimalField(max_digits=9, decimal_places=6)
    lat = models.DecimalField(max_digits=8, decimal_places=6)
    place = models.ForeignKey("places.Place", models.PROTECT, null=True, related_name="+")
    found_by = models.ForeignKey("people.Person", models.PROTECT, related_name="+")
    found_at = models.DateTimeField()
    text_subject = models.UUIDField()
    made_act = models.UUIDField()
    report = models.OneToOneField("intake.Report", models.PROTECT, null=True, related_name="+")
    receiver = models.CharField(max_length=8, choices=Receiver.choices, null=True)
    taken_by = models.ForeignKey("people.Person", models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                name="patrols_finding_passed_on",
                condition=Q(report__isnull=True, receiver__isnull=True, taken_by__isnull=True)
                | Q(report__isnull=False, receiver__isnull=False),
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["found_by", "found_at"], name="patrols_finding_finder"),
            models.Index(fields=["found_at"], name="patrols_finding_found"),
        ]

    def __str__(self) -> str:
        return str(self.number)


class Moment(models.TextChoices):
    BEFORE = "before"
    AFTER = "after"


@table(TableKind.GUARDED, code=121)
class FindingPhoto(models.Model):
    """A photo of what was found, before or after it was settled."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    finding = models.ForeignKey(Finding, models.PROTECT, related_name="photos")
    blob = models.ForeignKey("files.Blob", models.PROTECT, related_name="+")
    moment = models.CharField(max_length=8, choices=Moment.choices)

    def __str__(self) -> str:
        return str(self.blob_id)
