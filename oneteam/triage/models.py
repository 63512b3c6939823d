"""The machine's proposals."""

from django.db import models

from oneteam.journal.kinds import TableKind, table
from oneteam.kernel.ids import uuid7


@table(TableKind.GUARDED, code=65)
class Proposal(models.Model):
    """What the model proposed for a report, with its reasons; a person decides.

    `content` holds matter, place, urgency, duplicates and alternatives, each with probability and reason (positions
    of the deciding words in the told text, never the words themselves). Probabilities are text with three decimals.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    report = models.OneToOneField("intake.Report", models.PROTECT, related_name="proposal")
    model = models.TextField()
    matter = models.CharField(max_length=20, null=True)
    field = models.CharField(max_length=8, null=True)
    handling = models.CharField(max_length=16, null=True)
    urgency = models.CharField(max_length=12)
    place = models.ForeignKey("places.Place", models.PROTECT, null=True)
    content = models.JSONField()

    def __str__(self) -> str:
        return self.matter or "abstained"
