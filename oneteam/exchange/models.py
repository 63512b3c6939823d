"""Connected systems: who may hand in reports by the HTTP interface."""

from django.db import models

from oneteam.journal.kinds import TableKind, table
from oneteam.kernel.ids import uuid7


@table(TableKind.GUARDED, code=80)
class Client(models.Model):
    """A connected system, such as the hotline's. It sees only what it handed in."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    name = models.CharField(max_length=60, unique=True)
    active = models.BooleanField(default=True)

    def __str__(self) -> str:
        return self.name


@table(TableKind.SESSION)
class ClientToken(models.Model):
    """The SHA-256 of a client's token. The token itself is shown once and stored nowhere."""

    digest = models.BinaryField(primary_key=True)
    client = models.ForeignKey(Client, models.CASCADE, related_name="tokens")
