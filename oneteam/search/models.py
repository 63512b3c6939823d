"""The search index: derived from acts and their objects, made anew by `oneteam search rebuild`."""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models

from oneteam.journal.kinds import TableKind, table


@table(TableKind.DERIVED)
class Indexed(models.Model):
    """One object that can be found. `tokens` as `search.tokens` makes them; `subjects`: whose hidden values."""

    id = models.BigAutoField(primary_key=True)
    kind = models.CharField(max_length=20)
    object = models.UUIDField()
    tokens = SearchVectorField()
    subjects = ArrayField(models.UUIDField(), default=list)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["kind", "object"], name="search_indexed_once")]
        indexes: ClassVar = [
            GinIndex(fields=["tokens"], name="search_indexed_tokens"),
            GinIndex(fields=["subjects"], name="search_indexed_subjects"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.object}"
