"""What can be found by the one search box: each room registers its kinds of object; the room `search` keeps the index.

    register_searchable(Searchable(
        kind="unit", label=_("Units"), icon="team", who=READERS, acts=frozenset({"unit.registered", "unit.corrected"}),
        words=lambda ids: {row.id: Words(titles=[row.name_zh, row.name_en], codes=[row.code]) for row in …},
        shown=lambda request, ids: {row.id: Hit(row.name_zh, url) for row in … if the acting person may see it},
    ))

The index holds no word that could be read back from hidden values, and no title: `shown` reads these when they are
shown, for many at once, so that what was erased or may not be seen is not there.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from django.urls import reverse

from oneteam.directories.pages import Text, find_directory
from oneteam.journal.models import Act

Acts = Sequence[Act]
WordsById = Mapping[UUID, "Words"]


@dataclass(frozen=True, slots=True)
class Words:
    """By what an object is found: titles (pinyin and initials, too), other texts, codes (numbers, accounts), plates.

    A plate is found by any part of it, as people remember the end of it.

    `hidden` are personal values: only keyed digests of their pairs of characters are kept, and go with their
    `subjects`. `person`: the titles are names of people, whose first character is read as a surname.
    """

    titles: Sequence[str] = ()
    texts: Sequence[str] = ()
    codes: Sequence[str] = ()
    plates: Sequence[str] = ()
    hidden: Sequence[str] = ()
    subjects: Sequence[UUID] = ()
    person: bool = False


@dataclass(frozen=True, slots=True)
class Hit:
    """An object as the page of results shows it; `note` is a text or a Chip at the end of the line."""

    title: Text
    url: str
    note: object = ""


def _streams(acts: Acts) -> Iterable[UUID]:
    return [act.stream for act in acts]


@dataclass(frozen=True, slots=True, kw_only=True)
class Searchable:
    """A kind of object that can be found by these roles. `acts` are the kinds of act after which it is read anew.

    `nouns` are the words by which people call one of it, in both languages: "order 3" looks among orders.

    `touched(acts)` gives the objects these acts concern (their files, if not said), `words(ids)` the words of those
    that exist, `shown(request, ids)` those that the acting person may see; both in a constant number of queries.
    """

    kind: str
    label: Text
    who: frozenset[str]
    acts: frozenset[str]
    words: Callable[[Sequence[UUID]], Mapping[UUID, Words]]
    shown: Callable[[HttpRequest, Sequence[UUID]], Mapping[UUID, Hit]]
    touched: Callable[[Acts], Iterable[UUID]] = _streams
    icon: str = "right"
    position: int = 50
    nouns: Sequence[str] = ()


_searchables: dict[str, Searchable] = {}


def register_searchable(searchable: Searchable) -> Searchable:
    """Make a kind of object known to the search. A kind can be registered once."""
    if searchable.kind in _searchables:
        raise ValueError(f"{searchable.kind!r} is registered twice")
    _searchables[searchable.kind] = searchable
    return searchable


def searchables(role: str | None = None) -> list[Searchable]:
    """Return all kinds that can be found, or those that a role may find, in their order."""
    found = sorted(_searchables.values(), key=lambda known: (known.position, known.kind))
    return [known for known in found if role is None or role in known.who]


def by_row(words: Callable[[Any], Words]) -> Callable[[Sequence[Any]], WordsById]:
    """Return what gives the words of rows, where a row alone tells its own."""
    return lambda rows: {row.pk: words(row) for row in rows}


def of_directory(
    name: str,
    *,
    acts: Iterable[str],
    words: Callable[[Sequence[Any]], WordsById],
    note: Callable[[Any], object] = lambda _row: "",
    touched: Callable[[Acts], Iterable[UUID]] = _streams,
) -> Searchable:
    """Make the objects of a directory findable by its readers; `words` gets its rows, `note` one of them, loaded."""
    directory = find_directory(name)

    def rows(ids: Sequence[UUID]) -> list[Any]:
        found = list(directory.rows().filter(pk__in=ids))
        directory.load(found)
        return found

    return register_searchable(Searchable(
        kind=name, label=directory.label, icon=directory.icon, who=directory.who, position=directory.position,
        acts=frozenset(acts), touched=touched, words=lambda ids: words(rows(ids)),
        shown=lambda _request, ids: {
            row.pk: Hit(directory.title(row), reverse("directory-row", args=[name, row.pk]), note(row))
            for row in rows(ids)
        },
    ))  # fmt: skip
