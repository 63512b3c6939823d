"""Documents in the search box: by number and by what they are; only to who may read them."""

from collections.abc import Sequence
from uuid import UUID

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from oneteam.directories.searchable import Hit, Searchable, Words, register_searchable
from oneteam.documents.models import Document
from oneteam.documents.queries import label_of, templates
from oneteam.documents.rules import READERS, readable
from oneteam.web.parts import Chip


def _rows(ids: Sequence[UUID]) -> list[Document]:
    return list(Document.objects.select_related("number").filter(id__in=ids))


def _words(ids: Sequence[UUID]) -> dict[UUID, Words]:
    known = templates()
    found = {}
    for row in _rows(ids):
        template = known.get(row.template)
        label = [template.label.zh, template.label.en] if template else []
        found[row.id] = Words(titles=label, codes=[row.number.text] if row.number else [])
    return found


def _shown(request: HttpRequest, ids: Sequence[UUID]) -> dict[UUID, Hit]:
    rows = _rows(ids)
    seen = readable(request, rows)
    return {
        row.id: Hit(
            f"{label_of(row.template)} {row.number.text if row.number else ''}".strip(),
            reverse("document", args=[row.id]), Chip(_("void"), "warn") if row.voided_at else "",
        )
        for row in rows if row.id in seen
    }  # fmt: skip


register_searchable(Searchable(
    kind="documents", label=gettext_lazy("Documents"), icon="file", who=frozenset(READERS), position=4,
    nouns=("document", "文书"),
    acts=frozenset({"document.issued"}), words=_words, shown=_shown,
))  # fmt: skip
