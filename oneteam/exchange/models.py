"""Connected systems: who may hand in reports by the HTTP interface."""

from typing import ClassVar

from django.db import models

from oneteam.journal.kinds import TableKind, table
from oneteam.kernel.ids import uuid7


@table(TableKind.GUARDED, code=80)
class Client(models.Model):
    """A connected system, such as the hotline's. It sees only what it handed in."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    name = models.CharField(max_length=60)
    active = models.BooleanField(default=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["name"], condition=models.Q(active=True), name="exchange_client_name"),
        ]

    def __str__(self) -> str:
        return self.name


@table(TableKind.SESSION)
class ClientToken(models.Model):
    """The SHA-256 of a client's token. The token itself is shown once and stored nowhere."""

    digest = models.BinaryField(primary_key=True)
    client = models.ForeignKey(Client, models.CASCADE, related_name="tokens")
