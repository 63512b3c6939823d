"""Orders and their photos."""

from typing import ClassVar

from django.db import models

from oneteam.intake.models import Urgency
from oneteam.journal.kinds import TableKind, table
from oneteam.kernel.ids import uuid7


@table(TableKind.GUARDED, code=70)
class Order(models.Model):
    """An instruction to a person, under a post, to do something about an incident.

    Its words are personal values of the act `sent_act` under `text_subject`.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    number = models.BigIntegerField(unique=True, editable=False)
    incident = models.ForeignKey("intake.Incident", models.PROTECT, related_name="orders")
    post = models.ForeignKey("people.Post", models.PROTECT, related_name="orders")
    urgency = models.CharField(max_length=12, choices=Urgency.choices)
    text_subject = models.UUIDField()
    sent_act = models.UUIDField()
    handled_by = models.ForeignKey("people.Person", models.PROTECT, null=True, related_name="+")

    class Meta:
        indexes: ClassVar = [models.Index(fields=["post", "id"], name="command_order_post")]

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
