"""Orders in the search box: by number, and by words of the instruction; only to who may see the order."""

from collections.abc import Sequence
from uuid import UUID

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy

from oneteam.command.queries import instructions, orders_by_id
from oneteam.command.rules import READERS, visible
from oneteam.directories.searchable import Hit, Searchable, Words, register_searchable
from oneteam.lawbook.catalogue import matter_name


def _words(ids: Sequence[UUID]) -> dict[UUID, Words]:
    rows = orders_by_id(ids)
    told = instructions(rows)
    return {
        row.id: Words(
            codes=[str(row.number)], hidden=[told[row.id]] if told[row.id] else [],
            subjects=[row.text_subject] if told[row.id] else [],
        )
        for row in rows
    }  # fmt: skip


def _shown(request: HttpRequest, ids: Sequence[UUID]) -> dict[UUID, Hit]:
    rows = orders_by_id(ids)
    seen = visible(request.acting, rows)  # type: ignore[attr-defined] # the page lets nobody in who does not act
    return {
        row.id: Hit(f"{row.number} {matter_name(row.incident.matter)}", reverse("order", args=[row.id]))
        for row in rows if row.id in seen
    }  # fmt: skip


register_searchable(Searchable(
    kind="orders", label=gettext_lazy("Orders"), icon="order", who=frozenset(READERS), position=3,
    nouns=("order", "工单", "派单"),
    acts=frozenset({"order.sent"}), words=_words, shown=_shown,
))  # fmt: skip
