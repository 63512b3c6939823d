"""Declared procedures as they were loaded, one run an object, and the clocks of each run."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from oneteam.journal.kinds import TableKind, table
from oneteam.kernel.ids import uuid7


@table(TableKind.GUARDED, code=30)
class Declaration(models.Model):
    """The text of a procedure's declaration as it was loaded. Never changed: a run reads the copy it began under."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    name = models.TextField()
    version = models.IntegerField()
    hash = models.TextField(unique=True)
    text = models.TextField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["name", "version"], name="procedures_declaration_once")
        ]


@table(TableKind.GUARDED, code=31)
class Run(models.Model):
    """One object's way through its procedure. The id is the object's own, so an object has one run."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    procedure = models.TextField()
    # No database constraint: its check would lock the one row of a declaration for every run that begins, and all
    # writers of a city would queue there. Declarations are never deleted.
    declaration = models.ForeignKey(Declaration, models.PROTECT, db_constraint=False, db_index=False)
    state = models.TextField()
    since = models.DateTimeField()
    opened_act = models.UUIDField()
    last_act = models.UUIDField()

    class Meta:
        indexes: ClassVar = [models.Index(fields=["procedure", "state", "since"], name="procedures_run_state")]


@table(TableKind.GUARDED, code=32)
class Clock(models.Model):
    """A deadline that began with an act. Computed, never typed: `n`, `unit`, `side` and `pauses` give `due` again.

    `due` is the last instant in time; while `paused_since` is set it is only the earliest possible. `pauses` lists the
    spans that ended or are open: start, end, ground. `reasons` is what a screen tells about `due`.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    run = models.ForeignKey(Run, models.PROTECT, related_name="clocks")
    name = models.TextField()
    side = models.TextField()
    n = models.IntegerField()
    unit = models.TextField()
    basis = models.TextField()
    unit_basis = models.TextField()
    mark = models.TextField()
    started_act = models.UUIDField()
    started_at = models.DateTimeField()
    due = models.DateTimeField()
    provisional = models.BooleanField()
    reasons = models.JSONField()
    pauses = models.JSONField(default=list)
    paused_since = models.DateTimeField(null=True)
    stopped_at = models.DateTimeField(null=True)
    stopped_act = models.UUIDField(null=True)
    breached_act = models.UUIDField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["run", "name"], condition=Q(stopped_at__isnull=True), name="procedures_clock_one_open"
            ),
            models.CheckConstraint(
                condition=Q(stopped_at__isnull=True, stopped_act__isnull=True)
                | Q(stopped_at__isnull=False, stopped_act__isnull=False, paused_since__isnull=True),
                name="procedures_clock_stop",
            ),
            models.CheckConstraint(condition=Q(due__gte=F("started_at")), name="procedures_clock_forward"),
            models.CheckConstraint(condition=Q(side__in=["party", "agency"]), name="procedures_clock_side"),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["due"],
                condition=Q(stopped_at__isnull=True, breached_act__isnull=True, paused_since__isnull=True),
                name="procedures_clock_due",
            )
        ]
