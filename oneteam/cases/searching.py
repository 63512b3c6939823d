"""Cases in the search box: by number, matter, party, place and what was done; only to who may see the case."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy

from oneteam.cases.models import Case
from oneteam.cases.page import state_chip, title_of
from oneteam.cases.queries import cases_by_id, cases_of_parties, texts_of
from oneteam.cases.rules import READERS, visible
from oneteam.directories.searchable import Acts, Hit, Searchable, Words, register_searchable
from oneteam.lawbook.catalogue import matters
from oneteam.procedures.queries import runs
from oneteam.things.queries import party_words

FOUND_BY = ("where", "act")
"""The texts of a case by whose words it is found; what the party said is no search word."""


def _touched(acts: Acts) -> Iterable[UUID]:
    """Return the cases of acts, and those of parties that are called another name now."""
    corrected = [act.stream for act in acts if act.kind == "party.corrected"]
    yield from [act.stream for act in acts if act.kind != "party.corrected"]
    if corrected:
        yield from cases_of_parties(corrected)


def _words(ids: Sequence[UUID]) -> dict[UUID, Words]:
    rows, known = cases_by_id(ids), matters()
    parties, told = party_words([row.party for row in rows if row.party]), texts_of(rows)
    found = {}
    for row in rows:
        matter = known.get(row.matter)
        party = parties[row.party_id] if row.party_id else Words()
        hidden = [str(told[row.id][name]) for name in FOUND_BY if told[row.id].get(name)]
        found[row.id] = Words(
            titles=party.titles, codes=[str(row.number), *party.codes],
            texts=[matter.name.zh, matter.name.en] if matter else [], hidden=[*party.hidden, *hidden],
            subjects=[*party.subjects, *([row.text_subject] if hidden else [])],
        )  # fmt: skip
    return found


def _shown(request: HttpRequest, ids: Sequence[UUID]) -> dict[UUID, Hit]:
    rows = cases_by_id(ids)
    seen = visible(request.acting, rows)  # type: ignore[attr-defined] # the page lets nobody in who does not act
    state = runs(list(seen))
    return {row.id: _hit(row, state_chip(state[row.id])) for row in rows if row.id in seen}


def _hit(row: Case, state: object) -> Hit:
    return Hit(f"{row.number} {title_of(row)}", reverse("case", args=[row.id]), state)


register_searchable(Searchable(
    kind="cases", label=gettext_lazy("Cases"), icon="case", who=frozenset(READERS), position=4,
    nouns=("case", "案件"), touched=_touched,
    acts=frozenset({"case.opened", "case.party_identified", "case.facts_noted", "party.corrected"}), words=_words,
    shown=_shown,
))  # fmt: skip
