"""Finding: candidates from the index, then what the reader may see of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db import connection
from django.http import HttpRequest

from oneteam.directories.searchable import Hit, Searchable, searchables
from oneteam.search.tokens import beginning_of, exact_of, named, of_kind, query_of

CANDIDATES = 1_000
OF_A_KIND = 8  # shown of each kind where all kinds are asked for
MOST = 50  # shown where one kind is asked for

_FIND = """
SELECT kind, object, true, true FROM (
  SELECT kind, object FROM search_indexed WHERE tokens @@ %(exact)s::tsquery AND kind = ANY(%(kinds)s) LIMIT 100
) AS exact
UNION ALL
SELECT kind, object, false, tokens @@ %(beginning)s::tsquery FROM (
  SELECT kind, object, tokens FROM search_indexed WHERE tokens @@ %(query)s::tsquery AND kind = ANY(%(kinds)s)
  LIMIT %(most)s
) AS other
"""


@dataclass(frozen=True, slots=True)
class Group:
    """What was found of a kind: the best first; `more` when there is more of it than is shown."""

    searchable: Searchable
    hits: Sequence[Hit]
    more: bool


@dataclass(frozen=True, slots=True)
class Found:
    """The answer. `cut`: so much matches that not all of it was looked at."""

    groups: Sequence[Group]
    cut: bool = False


def find(request: HttpRequest, text: str, *, role: str, kind: str = "") -> Found:
    """Return what somebody who acts under a role finds, of all kinds or of one.

    A noun before a number narrows to its kind. Exact titles and codes come first, then titles that begin so, then the
    newest. One query over the index, and a constant number for each kind that is shown.
    """
    known = {each.kind: each for each in searchables(role) if kind in ("", each.kind)}
    noun, number = named(text, {noun: each.kind for each in known.values() for noun in each.nouns})
    if noun:
        found = find(request, number, role=role, kind=noun)
        if found.groups:
            return found
    query = query_of(text)
    if not known or not query:
        return Found([])
    whole = exact_of(text)
    if kind:
        # Of one kind the index itself looks for that kind: it may be rare among what matches. Most readers see most
        # kinds, and having the index look for each of these took longer than looking for the words.
        whole, query = (f"{wanted} & {of_kind(kind)}" for wanted in (whole, query))
    with connection.cursor() as cursor:
        cursor.execute(_FIND, {
            "exact": whole, "beginning": beginning_of(text), "query": query, "kinds": list(known), "most": CANDIDATES,
        })  # fmt: skip
        rows: list[tuple[str, UUID, bool, bool]] = cursor.fetchall()
    ranked: dict[str, dict[UUID, tuple[bool, bool]]] = {}
    for name, key, exact, begins in rows:
        before = ranked.setdefault(name, {}).get(key, (False, False))
        ranked[name][key] = max(before, (exact, begins))
    shown = MOST if kind else OF_A_KIND
    groups = [_group(request, known[name], keys, shown) for name, keys in ranked.items()]
    best = {name: max(keys.values()) for name, keys in ranked.items()}
    groups.sort(key=lambda group: (not best[group.searchable.kind][0], group.searchable.position))
    return Found([group for group in groups if group.hits], cut=len(rows) >= CANDIDATES)


def _group(request: HttpRequest, known: Searchable, keys: dict[UUID, tuple[bool, bool]], most: int) -> Group:
    ordered = sorted(keys, key=lambda key: (keys[key], key), reverse=True)
    # Some of the first may not be the reader's to see; a few more are asked for, never one by one.
    seen = known.shown(request, ordered[: 2 * most])
    hits = [seen[key] for key in ordered if key in seen]
    return Group(known, hits[:most], more=len(hits) > most or len(ordered) > 2 * most)
