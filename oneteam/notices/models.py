"""Notices: derived from acts; only whether one was opened is known here alone."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from oneteam.journal.kinds import TableKind, table
from oneteam.kernel.ids import uuid7


@table(TableKind.DERIVED)
class Notice(models.Model):
    """An act that concerns a post; `kind` and `object` as the search knows the object; `at`: the act's region time."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    post = models.ForeignKey("people.Post", models.PROTECT, related_name="+")
    act = models.UUIDField()
    kind = models.CharField(max_length=20)
    object = models.UUIDField()
    at = models.DateTimeField()
    seen_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["post", "act"], name="notices_notice_once")]
        indexes: ClassVar = [
            models.Index(fields=["post", "-at"], name="notices_notice_post"),
            models.Index(fields=["post"], condition=Q(seen_at__isnull=True), name="notices_notice_unseen"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.object}"
