"""Series, numbers and documents. What a document says is personal: it lies encrypted in the journal and in its file."""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q

from oneteam.journal.kinds import TableKind, table
from oneteam.kernel.ids import uuid7


@table(TableKind.GUARDED, code=100)
class Count(models.Model):
    """How far a series of numbers has come in a year. Its row is the lock under which numbers are drawn."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    series = models.CharField(max_length=60)
    year = models.IntegerField()
    last = models.IntegerField(default=0)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["series", "year"], name="documents_count_once"),
            models.CheckConstraint(name="documents_count_from_zero", condition=Q(last__gte=0)),
        ]

    def __str__(self) -> str:
        return f"{self.series} {self.year}: {self.last}"


class State(models.TextChoices):
    """What became of a number. A void one stays void."""

    RESERVED = "reserved"
    USED = "used"
    VOID = "void"


@table(TableKind.GUARDED, code=101)
class Number(models.Model):
    """One number of a series: reserved for a person's device, used by a document, or void with a reason.

    `block` is the file of the act that reserved it together with others.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    count = models.ForeignKey(Count, models.PROTECT, related_name="numbers")
    serial = models.IntegerField()
    text = models.CharField(max_length=200, unique=True)
    state = models.CharField(max_length=8, choices=State.choices)
    holder = models.ForeignKey("people.Person", models.PROTECT, null=True)
    device = models.CharField(max_length=60, default="", blank=True)
    block = models.UUIDField(null=True, db_index=True)
    reason = models.CharField(max_length=200, default="", blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["count", "serial"], name="documents_number_once"),
            models.CheckConstraint(name="documents_number_from_one", condition=Q(serial__gte=1)),
            models.CheckConstraint(
                name="documents_number_void_with_reason", condition=~Q(state="void") | ~Q(reason="")
            ),
            models.CheckConstraint(
                name="documents_number_reserved_for_somebody", condition=~Q(state="reserved") | Q(holder__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return self.text


@table(TableKind.GUARDED, code=102)
class Document(models.Model):
    """One issued document. `sha256` is its seal; `about` the files (a case, a party) that it belongs to.

    `subject` is whose values it holds (journal.subjects); `shown` what the public check page tells besides.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    template = models.CharField(max_length=60)
    version = models.IntegerField()
    number = models.OneToOneField(Number, models.PROTECT, null=True, related_name="document")
    blob = models.ForeignKey("files.Blob", models.PROTECT)
    sha256 = models.CharField(max_length=64, db_index=True)
    token = models.CharField(max_length=22, unique=True)
    subject = models.UUIDField()
    about = ArrayField(models.UUIDField())
    shown = models.JSONField(default=dict)
    issued_at = models.DateTimeField()
    issued_by = models.ForeignKey("people.Person", models.PROTECT, related_name="+")
    issued_act = models.UUIDField()
    voided_at = models.DateTimeField(null=True)
    void_reason = models.CharField(max_length=200, default="", blank=True)

    class Meta:
        indexes: ClassVar = [GinIndex(fields=["about"], name="documents_document_about")]
        constraints: ClassVar = [
            models.CheckConstraint(
                name="documents_document_void_with_reason", condition=Q(voided_at__isnull=True) | ~Q(void_reason="")
            )
        ]

    def __str__(self) -> str:
        return self.sha256
