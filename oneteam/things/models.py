"""Whom and what the law meets: parties, premises and their licences, components, devices.

What is a person's own (name, identity number, phone, home) stands in no column: it lies encrypted with the act that
told it, under the key of a subject, and goes when the subject is erased.
"""

from datetime import date
from typing import ClassVar

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, DateRangeField, RangeOperators
from django.db import models
from django.db.models import F, Func, Q

from oneteam.journal.kinds import TableKind, table
from oneteam.kernel.ids import uuid7


class PartyKind(models.TextChoices):
    """The kinds of party that law tells apart: fines differ between a citizen and the others."""

    CITIZEN = "citizen"
    INDIVIDUAL_BUSINESS = "individual_business"
    LEGAL_PERSON = "legal_person"
    OTHER_ORGANISATION = "other_organisation"


@table(TableKind.GUARDED, code=90)
class Party(models.Model):
    """A citizen, business or organisation. Of a citizen `name` and `address` are empty: they are personal.

    `subject` is whose the personal values are (the citizen's, or those of a firm's representative), `told_act` the act
    that holds them as they are now. `former_names`: what the firm was called before; `ended_on`: the first day it was
    no more.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    kind = models.CharField(max_length=20, choices=PartyKind.choices)
    name = models.TextField(default="")
    former_names = ArrayField(models.TextField(), default=list)
    credit_code = models.CharField(max_length=18, unique=True, null=True)
    address = models.TextField(default="")
    subject = models.UUIDField(null=True, db_index=True)
    told_act = models.UUIDField(null=True)
    ended_on = models.DateField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                name="things_party_citizen", condition=~Q(kind="citizen") | Q(name="", address="", credit_code=None)
            ),
            models.CheckConstraint(name="things_party_named", condition=Q(kind="citizen") | ~Q(name="")),
            models.CheckConstraint(
                name="things_party_coded",
                condition=Q(kind__in=("citizen", "other_organisation")) | Q(credit_code__isnull=False),
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.name or self.kind


@table(TableKind.GUARDED, code=91)
class Premises(models.Model):
    """A place of business of a party: `fields` are the branches of matters that concern it (F01 to F29).

    `grid` is the unit grid that held the point when it was registered or moved.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    party = models.ForeignKey(Party, models.PROTECT, related_name="premises")
    name = models.TextField()
    address = models.TextField()
    fields = ArrayField(models.CharField(max_length=3), default=list)
    grid = models.ForeignKey("places.Place", models.PROTECT, null=True, related_name="+")
    lon = models.DecimalField(max_digits=9, decimal_places=6)
    lat = models.DecimalField(max_digits=8, decimal_places=6)
    opened_on = models.DateField()
    closed_on = models.DateField(null=True)

    def __str__(self) -> str:
        return self.name

    def open_on(self, day: date) -> bool:
        """Tell whether the premises had opened and not been closed on a day."""
        return self.opened_on <= day and (self.closed_on is None or day < self.closed_on)


@table(TableKind.GUARDED, code=92)
class Licence(models.Model):
    """A licence that premises hold, from a day to a day (both included; open when `valid_to` is null)."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    premises = models.ForeignKey(Premises, models.PROTECT, related_name="licences")
    name = models.TextField()
    number = models.CharField(max_length=60)
    issuer = models.TextField()
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                name="things_licence_span", condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from"))
            ),
            ExclusionConstraint(
                name="things_licence_once",
                expressions=[
                    ("premises", RangeOperators.EQUAL),
                    ("name", RangeOperators.EQUAL),
                    (
                        Func(F("valid_from"), F("valid_to"), models.Value("[]"), function="daterange",
                             output_field=DateRangeField()),
                        RangeOperators.OVERLAPS,
                    ),
                ],
            ),
        ]  # fmt: skip


class Accuracy(models.TextChoices):
    """How exactly a component was surveyed (GB/T 47678.5): within half a metre, one metre, ten metres."""

    A = "A"
    B = "B"
    C = "C"


class ComponentState(models.TextChoices):
    INTACT = "intact"
    DAMAGED = "damaged"
    MISSING = "missing"
    REMOVED = "removed"


@table(TableKind.GUARDED, code=93)
class Component(models.Model):
    """A component of the city (manhole cover, street lamp, tree), with the mandatory attributes of GB/T 47678.5.

    `code` has 17 digits, `type` 5; `unit` keeps it, with `department_code` (18) as the standard wants. The point is
    CGCS2000; `accuracy` is null where nobody knows it (EVT-06).
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    code = models.CharField(max_length=17, unique=True)
    type = models.CharField(max_length=5, db_index=True)
    name = models.TextField()
    unit = models.ForeignKey("people.Unit", models.PROTECT, related_name="+")
    department_code = models.CharField(max_length=18)
    grid = models.ForeignKey("places.Place", models.PROTECT, related_name="+")
    lon = models.DecimalField(max_digits=9, decimal_places=6)
    lat = models.DecimalField(max_digits=8, decimal_places=6)
    accuracy = models.CharField(max_length=1, choices=Accuracy.choices, null=True)
    state = models.CharField(max_length=10, choices=ComponentState.choices, default=ComponentState.INTACT)
    first_date = models.DateField()
    changed_on = models.DateField(null=True)
    old_code = models.CharField(max_length=16, default="")

    def __str__(self) -> str:
        return f"{self.name} {self.code}"


class DeviceKind(models.TextChoices):
    CAMERA = "camera"
    SENSOR = "sensor"
    RECORDER = "recorder"
    HANDHELD = "handheld"
    VEHICLE = "vehicle"
    DRONE = "drone"


@table(TableKind.GUARDED, code=94)
class Device(models.Model):
    """A device of the bureau: a camera or sensor at a point; a recorder, phone, vehicle or drone that a unit keeps."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    code = models.CharField(max_length=40, unique=True)
    kind = models.CharField(max_length=10, choices=DeviceKind.choices)
    name = models.TextField()
    unit = models.ForeignKey("people.Unit", models.PROTECT, related_name="+")
    plate = models.CharField(max_length=10, unique=True, null=True)
    grid = models.ForeignKey("places.Place", models.PROTECT, null=True, related_name="+")
    lon = models.DecimalField(max_digits=9, decimal_places=6, null=True)
    lat = models.DecimalField(max_digits=8, decimal_places=6, null=True)
    used_from = models.DateField()
    used_to = models.DateField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                name="things_device_span", condition=Q(used_to__isnull=True) | Q(used_to__gte=F("used_from"))
            ),
            models.CheckConstraint(
                name="things_device_point",
                condition=Q(lon__isnull=True, lat__isnull=True) | Q(lon__isnull=False, lat__isnull=False),
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.name
