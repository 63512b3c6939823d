"""Orders and their photos."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from oneteam.intake.models import Urgency
from oneteam.journal.kinds import TableKind, table
from oneteam.kernel.ids import uuid7


@table(TableKind.GUARDED, code=70)
class Order(models.Model):
    """An instruction to a person, under a post, to do something about an incident.

    Its words are personal values of the act `sent_act` under `text_subject`. `urgings` and `extensions` are null, not
    0, where there was none, so that rows from before keep their digest.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    number = models.BigIntegerField(unique=True, editable=False)
    incident = models.ForeignKey("intake.Incident", models.PROTECT, related_name="orders")
    post = models.ForeignKey("people.Post", models.PROTECT, related_name="orders")
    urgency = models.CharField(max_length=12, choices=Urgency.choices)
    text_subject = models.UUIDField()
    sent_act = models.UUIDField()
    handled_by = models.ForeignKey("people.Person", models.PROTECT, null=True, related_name="+")
    urgings = models.PositiveSmallIntegerField(null=True)
    extensions = models.PositiveSmallIntegerField(null=True)
    extension_asked_at = models.DateTimeField(null=True)
    escalated_to = models.ForeignKey("people.Post", models.PROTECT, null=True, related_name="+")
    escalated_at = models.DateTimeField(null=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["post", "id"], name="command_order_post"),
            models.Index(fields=["escalated_to", "id"], name="command_order_escalated"),
        ]

    def __str__(self) -> str:
        return str(self.number)


class Moment(models.TextChoices):
    BEFORE = "before"
    AFTER = "after"


@table(TableKind.GUARDED, code=71)
class OrderPhoto(models.Model):
    """A photo taken for an order, before or after the handling."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    order = models.ForeignKey(Order, models.PROTECT, related_name="photos")
    blob = models.ForeignKey("files.Blob", models.PROTECT, related_name="+")
    moment = models.CharField(max_length=8, choices=Moment.choices)

    def __str__(self) -> str:
        return str(self.blob_id)


@table(TableKind.GUARDED, code=72)
class HandOver(models.Model):
    """The desk handed over at the end of a shift: what was open then, by whom it was given and taken.

    `items`: the ids of the reports and orders that were open, as texts. What is to be known is a personal value of the
    act `given_act` under `text_subject`.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    given_by = models.ForeignKey("people.Person", models.PROTECT, related_name="+")
    given_at = models.DateTimeField()
    given_act = models.UUIDField()
    text_subject = models.UUIDField()
    items = models.JSONField()
    taken_by = models.ForeignKey("people.Person", models.PROTECT, null=True, related_name="+")
    taken_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                name="command_handover_taken",
                condition=Q(taken_by__isnull=True, taken_at__isnull=True)
                | Q(taken_by__isnull=False, taken_at__isnull=False),
            ),
            models.CheckConstraint(
                name="command_handover_other", condition=Q(taken_by__isnull=True) | ~Q(taken_by=models.F("given_by"))
            ),
        ]

    def __str__(self) -> str:
        return f"{self.given_at:%Y-%m-%d %H:%M}"
