"""What the page of the search shows."""

from collections.abc import Sequence
from typing import Any

from django.http import QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _

from oneteam.search.finding import Found, Group
from oneteam.web.panels import Way, Ways
from oneteam.web.parts import Banner, Empty, Link
from oneteam.web.slots import Command, Text

PALETTE_OF_A_KIND = 4


def _address(words: str, kind: str = "") -> str:
    query = QueryDict(mutable=True)
    query["q"] = words
    if kind:
        query["kind"] = kind
    return f"{reverse('search')}?{query.urlencode()}"


def _ways(group: Group, words: str, kind: str) -> Ways:
    known = group.searchable
    ways = [Way(hit.title, hit.url, known.icon, hit.note) for hit in group.hits]
    if group.more and not kind:
        label = _("All of these: %(kind)s") % {"kind": known.label}
        ways.append(Way(label, _address(words, known.kind), "more"))
    return Ways(known.label, ways)


def search_context(found: Found, *, words: str, kind: str) -> dict[str, Any]:
    """Return the groups, or why there are none and what to do."""
    empty = None
    if not words:
        empty = Empty(
            _("Find people, units, places, premises, matters, reports, orders, documents."),
            _("Type a number, a plate, a credit code, an address, Chinese words, pinyin or initials."), icon="search",
        )  # fmt: skip
    elif not found.groups:
        empty = Empty(
            _("Nothing that you may see matches these words."),
            _("Write fewer words, or another spelling. New entries are found after a few seconds."), icon="search",
        )  # fmt: skip
    cut = _("So much matches that not all of it was looked at. Write one more word.")
    return {
        "words": words,
        "kind": kind,
        "groups": [_ways(group, words, kind) for group in found.groups],
        "empty": empty,
        "cut": Banner(cut, "info") if found.cut else None,
        "all": Link(_("All kinds"), _address(words)) if kind else None,
    }


def palette_context(commands: Sequence[Command], found: Found, *, words: str) -> dict[str, Any]:
    """Return the palette's groups: (title, options), each option a Way."""
    groups: list[tuple[Text, list[Way]]] = []
    if commands:
        groups.append((_("Go to"), [Way(command.label, command.url, command.icon) for command in commands]))
    for group in found.groups:
        known = group.searchable
        groups.append(
            (known.label, [Way(hit.title, hit.url, known.icon, hit.note) for hit in group.hits[:PALETTE_OF_A_KIND]])
        )
    if words:
        label = _("Search everything for “%(words)s”") % {"words": words}
        groups.append((_("Search"), [Way(label, _address(words), "search")]))
    return {"groups": groups}
