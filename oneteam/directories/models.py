"""Uploads on their way in. They are session data: gone when done; what stays is the act of the import and its rows."""

from typing import ClassVar

from django.db import models

from oneteam.journal.kinds import TableKind, table
from oneteam.kernel.ids import uuid7


class RunState(models.TextChoices):
    """Uploaded → checking → checked or refused; confirmed → importing → done or refused. Failed: interrupted."""

    UPLOADED = "uploaded"
    CHECKING = "checking"
    CHECKED = "checked"
    CONFIRMED = "confirmed"
    IMPORTING = "importing"
    DONE = "done"
    REFUSED = "refused"
    FAILED = "failed"


@table(TableKind.SESSION)
class ImportRun(models.Model):
    """One upload. `content` is the file and `faults` what is said of its rows, both encrypted under the web's key.

    `actor` is who acts, under which post; `at` the region's time of the upload or of the confirmation; `progress` and
    `rows` count rows of the present step; `ended` is real time.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    importer = models.TextField()
    filename = models.TextField()
    options = models.JSONField(default=dict)
    actor = models.JSONField()
    at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=RunState.choices, default=RunState.UPLOADED)
    content = models.BinaryField(null=True)
    faults = models.BinaryField(null=True)
    rows = models.IntegerField(default=0)
    progress = models.IntegerField(default=0)
    taken = models.IntegerField(default=0)
    known = models.IntegerField(default=0)
    unread = models.JSONField(default=list)
    problem = models.TextField(default="")
    language = models.CharField(max_length=10, default="zh-hans")
    created = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["state", "id"], name="directories_run_state")]

    def __str__(self) -> str:
        return f"{self.importer} {self.state}"
