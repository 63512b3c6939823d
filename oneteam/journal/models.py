"""The journal's tables. Nothing outside this room reads or writes them but through acts and queries."""

from typing import TYPE_CHECKING, Any, ClassVar

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models

from oneteam.journal.kinds import TableKind, table
from oneteam.kernel.ids import uuid7

if TYPE_CHECKING:
    IntegerColumn = models.Field[int, int]
else:
    IntegerColumn = models.Field


class Xid8Field(IntegerColumn):
    """PostgreSQL's 64-bit transaction id. It leaves and enters Python as int."""

    def db_type(self, connection: Any) -> str:
        return "xid8"

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> int | None:
        return None if value is None else int(value)


@table(TableKind.JOURNAL)
class Act(models.Model):
    """One act: who did what to which object, when, on what ground. Only ever inserted.

    `body` is the canonical text that is hashed; the other columns are copies that `verify` compares with it. `n`,
    `seq`, `prev`, `hash`, `own` and `xid` are set by the trigger, whatever the caller sends.
    """

    n = models.BigIntegerField()
    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    stream = models.UUIDField()
    seq = models.BigIntegerField()
    kind = models.TextField()
    actor = models.TextField()
    post = models.UUIDField(null=True)
    occurred_at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    place = models.TextField(null=True)
    device = models.TextField(null=True)
    about = ArrayField(models.UUIDField())
    basis = ArrayField(models.TextField())
    version = models.SmallIntegerField()
    body = models.TextField()
    payload = models.JSONField()
    salt = models.BinaryField()
    idem = models.TextField(null=True)
    idem_digest = models.BinaryField(null=True)
    prev = models.BinaryField()
    hash = models.BinaryField()
    own = Xid8Field()
    xid = Xid8Field()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["stream", "seq"], name="journal_act_stream_seq"),
            models.UniqueConstraint(fields=["actor", "idem"], name="journal_act_actor_idem"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["xid", "n"], name="journal_act_xid_n"),
            models.Index(fields=["own", "n"], name="journal_act_own_n"),
            models.Index(fields=["kind", "occurred_at"], name="journal_act_kind_occurred"),
            GinIndex(fields=["about"], name="journal_act_about"),
        ]


@table(TableKind.JOURNAL)
class Change(models.Model):
    """The digest of one guarded row after an act; written by the guard alone. `op`: I, U, D, or M (noted anew)."""

    n = models.BigAutoField(primary_key=True)
    act = models.ForeignKey(Act, models.PROTECT, db_constraint=False)
    tbl = models.SmallIntegerField()
    row_id = models.UUIDField()
    op = models.CharField(max_length=1)
    form = models.SmallIntegerField()
    digest = models.BinaryField(null=True)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["tbl", "row_id", "n"], name="journal_change_row")]


@table(TableKind.JOURNAL)
class Leaf(models.Model):
    """One sealed act: its place in the Merkle tree, counted from 0 without gaps. Written by the sealer alone."""

    idx = models.BigIntegerField(primary_key=True)
    act = models.OneToOneField(Act, models.PROTECT, db_constraint=False)
    leaf = models.BinaryField()


@table(TableKind.JOURNAL)
class Checkpoint(models.Model):
    """A signed state of the tree. `edge` holds the roots of its full subtrees, largest first, for the next batch."""

    size = models.BigIntegerField(primary_key=True)
    root = models.BinaryField()
    note = models.TextField()
    horizon = Xid8Field()
    edge = models.BinaryField()


@table(TableKind.JOURNAL)
class Subject(models.Model):
    """Somebody, or one told text, whose values are encrypted under a key of their own.

    `wrapped` is that key, encrypted by the master key outside the database; null once erased.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    wrapped = models.BinaryField(null=True)


@table(TableKind.JOURNAL)
class Secret(models.Model):
    """The personal values of one act that concern one subject: AES-GCM over their salts and values."""

    n = models.BigAutoField(primary_key=True)
    act = models.ForeignKey(Act, models.PROTECT, db_constraint=False, db_index=False)
    subject = models.ForeignKey(Subject, models.PROTECT, db_constraint=False)
    blob = models.BinaryField()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["act", "subject"], name="journal_secret_act_subject")]


@table(TableKind.JOURNAL)
class Blind(models.Model):
    """A blind index: the keyed hash of a value by which a subject can be found again (a phone number)."""

    digest = models.BinaryField(primary_key=True)
    subject = models.ForeignKey(Subject, models.PROTECT, db_constraint=False)


@table(TableKind.DERIVED)
class Cursor(models.Model):
    """How far a follower has read the sealed order: the next `idx` it will take, and the fault that stops it."""

    follower = models.TextField(primary_key=True)
    idx = models.BigIntegerField(default=0)
    error = models.TextField(default="")
    failed_at = models.DateTimeField(null=True)
