"""Blobs: photos and other files, kept by their hash outside the database."""

from django.db import models

from oneteam.journal.kinds import TableKind, table
from oneteam.kernel.ids import uuid7


@table(TableKind.GUARDED, code=50)
class Blob(models.Model):
    """One kept file. The original is never changed; what pages show is a smaller copy without EXIF.

    `subject` is whose it is in the vault; None for files kept before there were keys. `copies` counts what pages show
    (None: one).
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    sha256 = models.CharField(max_length=64)
    size = models.BigIntegerField()
    media_type = models.CharField(max_length=40)
    width = models.IntegerField()
    height = models.IntegerField()
    subject = models.UUIDField(null=True, db_index=True)
    copies = models.IntegerField(null=True)

    def __str__(self) -> str:
        return self.sha256
