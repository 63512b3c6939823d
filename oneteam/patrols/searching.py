"""Findings in the search box: by number, matter, place, note and address; only to who may see the finding."""

from collections.abc import Sequence
from uuid import UUID

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy

from oneteam.directories.searchable import Hit, Searchable, Words, register_searchable
from oneteam.lawbook.catalogue import matter_name, matters
from oneteam.patrols.page import state_chip
from oneteam.patrols.queries import findings_by_id, notes
from oneteam.patrols.rules import READERS, visible
from oneteam.procedures.queries import runs


def _words(ids: Sequence[UUID]) -> dict[UUID, Words]:
    rows, known = findings_by_id(ids), matters()
    told = notes(rows)
    found = {}
    for row in rows:
        matter, place = known.get(row.matter), row.place
        hidden = [text for text in told[row.id].values() if text]
        found[row.id] = Words(
            codes=[str(row.number)],
            texts=[
                *([matter.name.zh, matter.name.en] if matter else []),
                *([place.name_zh, place.name_en] if place else []),
            ],
            hidden=hidden, subjects=[row.text_subject] if hidden else [],
        )  # fmt: skip
    return found


def _shown(request: HttpRequest, ids: Sequence[UUID]) -> dict[UUID, Hit]:
    rows = findings_by_id(ids)
    seen = visible(request.acting, rows)  # type: ignore[attr-defined] # the page lets nobody in who does not act
    state = runs(list(seen))
    return {
        row.id: Hit(
            f"{row.number} {matter_name(row.matter)}", reverse("finding", args=[row.id]),
            state_chip(state[row.id].state, str(state[row.id].label)),
        )
        for row in rows if row.id in seen
    }  # fmt: skip


register_searchable(Searchable(
    kind="findings", label=gettext_lazy("Findings"), icon="camera", who=frozenset(READERS), position=5,
    nouns=("finding", "巡查发现", "发现"),
    acts=frozenset({"finding.made", "finding.corrected"}), words=_words, shown=_shown,
))  # fmt: skip
