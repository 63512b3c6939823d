"""Keeping the index."""

from collections.abc import Iterable, Mapping
from uuid import UUID

from django.db import connection, transaction

from oneteam.directories.searchable import Words, searchables
from oneteam.journal.models import Cursor
from oneteam.search.models import Indexed
from oneteam.search.tokens import tokens_of

FOLLOWER = "search"
_INSERT = (
    "INSERT INTO search_indexed (kind, object, tokens, subjects) VALUES (%s, %s, array_to_tsvector(%s::text[]), %s)"
)


def put(kind: str, words: Mapping[UUID, Words]) -> None:
    """Write the tokens of these objects, in place of those they had."""
    Indexed.objects.filter(kind=kind, object__in=list(words)).delete()
    rows = [
        (kind, key, sorted(tokens_of(kind, each)), list(each.subjects)) for key, each in sorted(words.items())
    ]  # fmt: skip
    with connection.cursor() as cursor:
        cursor.executemany(_INSERT, rows)


def read_anew(kind: str, ids: Iterable[UUID]) -> None:
    """Read what these objects of a kind are found by; those that have no words any more go."""
    wanted = list(dict.fromkeys(ids))
    searchable = next((known for known in searchables() if known.kind == kind), None)
    words = searchable.words(wanted) if searchable is not None else {}
    Indexed.objects.filter(kind=kind, object__in=[key for key in wanted if key not in words]).delete()
    put(kind, words)


def erased(subjects: Iterable[UUID]) -> None:
    """Read anew every object in which hidden values of these subjects were found."""
    held: dict[str, list[UUID]] = {}
    for kind, key in Indexed.objects.filter(subjects__overlap=list(subjects)).values_list("kind", "object"):
        held.setdefault(kind, []).append(key)
    for kind, ids in held.items():
        read_anew(kind, ids)


def begin_anew() -> None:
    """Empty the index and let its follower read the whole journal again."""
    with transaction.atomic():
        Indexed.objects.all().delete()
        Cursor.objects.filter(follower=FOLLOWER).update(idx=0)
