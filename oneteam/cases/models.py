"""Cases that are decided on the spot, and their photos."""

from collections.abc import Mapping
from typing import ClassVar
from uuid import UUID

from django.db import models
from django.db.models import Q

from oneteam.journal.kinds import TableKind, table
from oneteam.kernel.ids import uuid7


class Correction(models.TextChoices):
    """What a re-check found."""

    CORRECTED = "corrected"
    NOT_CORRECTED = "not_corrected"
    REFUSED = "refused"


class PenaltyKind(models.TextChoices):
    """What may be imposed on the spot (Penalty Law 51)."""

    WARNING = "warning"
    FINE = "fine"
    WARNING_AND_FINE = "warning_and_fine"


PARTS: Mapping[PenaltyKind, frozenset[str]] = {
    PenaltyKind.WARNING: frozenset({"warning"}),
    PenaltyKind.FINE: frozenset({"fine"}),
    PenaltyKind.WARNING_AND_FINE: frozenset({"warning", "fine"}),
}
"""The kinds of penalty of the catalogue that each is made of."""


class Payment(models.TextChoices):
    BANK = "bank"
    CASH = "cash"


class CashGround(models.TextChoices):
    """On what ground a fine is collected on the spot: Penalty Law 68(1), 68(2), 69."""

    SMALL = "small"
    HARD_LATER = "hard_later"
    REMOTE = "remote"


class Delivery(models.TextChoices):
    """How the decision reached the party."""

    HANDED = "handed"
    REFUSED = "refused"


class Ending(models.TextChoices):
    """Why a case ends without a penalty."""

    CORRECTED = "corrected"
    MINOR = "minor"
    UNDER_AGE = "under_age"
    NO_VIOLATION = "no_violation"
    GENERAL_PROCEDURE = "general_procedure"


@table(TableKind.GUARDED, code=110)
class Case(models.Model):
    """A case of two officers, decided on the spot or ended. What was said and seen is personal: it lies with the acts.

    `party_act`, `facts_act` and `heard_act` are the acts that hold who the party said it was, the facts as last noted,
    what the party said. `facts_at`: when party or facts were last entered; `deadline` is null for an order to correct
    at once. Moments are region time.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    number = models.BigIntegerField(unique=True, editable=False)
    incident = models.ForeignKey("intake.Incident", models.PROTECT, null=True, related_name="+")
    officer = models.ForeignKey("people.Person", models.PROTECT, related_name="+")
    second = models.ForeignKey("people.Person", models.PROTECT, related_name="+")
    text_subject = models.UUIDField()
    opened_at = models.DateTimeField()
    party = models.ForeignKey("things.Party", models.PROTECT, null=True, related_name="+")
    premises = models.ForeignKey("things.Premises", models.PROTECT, null=True, related_name="+")
    party_act = models.UUIDField(null=True)
    matter = models.CharField(max_length=20, default="")
    found_at = models.DateTimeField(null=True)
    facts_act = models.UUIDField(null=True)
    facts_at = models.DateTimeField(null=True)
    shown_at = models.DateTimeField(null=True)
    ordered_at = models.DateTimeField(null=True)
    deadline = models.DateTimeField(null=True)
    rechecked_at = models.DateTimeField(null=True)
    correction = models.CharField(max_length=16, choices=Correction.choices, default="")
    told_at = models.DateTimeField(null=True)
    told_penalty = models.CharField(max_length=20, choices=PenaltyKind.choices, default="")
    told_amount = models.DecimalField(max_digits=12, decimal_places=2, null=True)
    heard_act = models.UUIDField(null=True)
    decided_at = models.DateTimeField(null=True)
    penalty = models.CharField(max_length=20, choices=PenaltyKind.choices, default="")
    amount = models.DecimalField(max_digits=12, decimal_places=2, null=True)
    decision = models.UUIDField(null=True)
    payment = models.CharField(max_length=8, choices=Payment.choices, default="")
    cash_ground = models.CharField(max_length=12, choices=CashGround.choices, default="")
    receipt_number = models.CharField(max_length=60, null=True, unique=True)
    delivered_at = models.DateTimeField(null=True)
    delivery = models.CharField(max_length=8, choices=Delivery.choices, default="")
    recorded_at = models.DateTimeField(null=True)
    paid_at = models.DateTimeField(null=True)
    handed_in_at = models.DateTimeField(null=True)
    banked_at = models.DateTimeField(null=True)
    ending = models.CharField(max_length=20, choices=Ending.choices, default="")

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["officer", "id"], name="cases_case_officer"),
            models.Index(fields=["second", "id"], name="cases_case_second"),
            models.Index(fields=["party", "matter"], name="cases_case_party"),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(name="cases_case_two_officers", condition=~Q(officer=models.F("second"))),
            models.CheckConstraint(
                name="cases_case_decided", condition=Q(decided_at__isnull=True) | Q(decision__isnull=False)
            ),
            models.CheckConstraint(
                name="cases_case_fine",
                condition=Q(penalty__in=("", "warning"), amount__isnull=True)
                | Q(penalty__in=("fine", "warning_and_fine"), amount__isnull=False),
            ),
            # Money taken on the street always has its ground and its receipt (Penalty Law 68 to 70).
            models.CheckConstraint(
                name="cases_case_cash",
                condition=~Q(payment="cash") | Q(receipt_number__isnull=False) & ~Q(cash_ground=""),
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return str(self.number)

    @property
    def officers(self) -> tuple[UUID, UUID]:
        """Return the persons who handle the case."""
        return self.officer_id, self.second_id


class Moment(models.TextChoices):
    """When a photo of a case was taken."""

    FACTS = "facts"
    RECHECK = "recheck"
    DELIVERY = "delivery"


@table(TableKind.GUARDED, code=111)
class CasePhoto(models.Model):
    """A photo that is evidence in a case."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    case = models.ForeignKey(Case, models.PROTECT, related_name="photos")
    blob = models.ForeignKey("files.Blob", models.PROTECT, related_name="+")
    moment = models.CharField(max_length=8, choices=Moment.choices)

    def __str__(self) -> str:
        return str(self.blob_id)
