"""The lists of this room: documents, and the register of numbers."""

from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from oneteam.documents import queries
from oneteam.documents.declaration import declarations
from oneteam.documents.models import Number, State
from oneteam.documents.queries import RegisterFilter, Wanted
from oneteam.documents.shown import state_chip, title_of
from oneteam.people.middleware import PersonRequest
from oneteam.places.queries import localised
from oneteam.web.lists import PAGE_SIZE, Column, Row, Tab, WorkList, url_with
from oneteam.web.parts import Chip, Empty
from oneteam.web.parts import State as ChipState

SEARCH_LIMIT = 60
STATES: dict[str, tuple[Any, ChipState]] = {
    State.RESERVED: (gettext_lazy("In reserve"), "info"),
    State.USED: (gettext_lazy("Used"), "plain"),
    State.VOID: (gettext_lazy("Void"), "danger"),
}


def document_list(request: PersonRequest) -> WorkList:
    """Return the documents that the acting person may read, the newest first."""
    template = request.GET.get("kind", "")
    template = template if template in queries.templates() else ""
    words = request.GET.get("q", "").replace("\x00", "").strip()[:SEARCH_LIMIT]
    own = request.acting.post.person if request.acting.post.role == "officer" else None
    rows = queries.documents(
        Wanted(template, words, own), before=_uuid(request.GET.get("before", "")), limit=PAGE_SIZE + 1
    )
    shown, more = rows[:PAGE_SIZE], len(rows) > PAGE_SIZE
    return WorkList(
        id="documents", caption=_("Documents"), title_column=_("Document"),
        columns=[Column(_("State"), word_on_phone=False), Column(_("Issued by")), Column(_("Issued"), kind="time")],
        rows=[
            Row(
                id=str(row.id), title=title_of(row), url=reverse("document", args=[row.id]),
                cells=[
                    state_chip(row), localised(row.issued_by.name_zh, row.issued_by.name_en), row.issued_at
                ],
            )
            for row in shown
        ],
        tabs=[
            Tab(label, url_with(request.GET, kind=name or None), current=name == template)
            for name, label in [("", _("All")), *((name, str(one.label)) for name, one in queries.templates().items())]
        ],
        search_value=words, search_label=_("Document number"), action=reverse("documents"),
        kept={"kind": template} if template else None, count=len(shown), exact=not more,
        older=_older(request, str(shown[-1].id)) if more else "",
        empty=Empty(_("No document was issued here yet."), _("Documents are issued from their cases."), icon="file"),
    )  # fmt: skip


def number_list(request: PersonRequest, wanted: RegisterFilter) -> WorkList:
    """Return the register of a series in a year, the highest number first."""
    before = request.GET.get("before", "")
    rows = queries.register(
        wanted, before=int(before) if before.isascii() and before.isdigit() and len(before) < 9 else None,
        limit=PAGE_SIZE + 1,
    )  # fmt: skip
    shown, more = rows[:PAGE_SIZE], len(rows) > PAGE_SIZE
    held = queries.counts(wanted)
    tabs = [
        ("", _("All"), sum(held.values())),
        *((state, str(word), held[state]) for state, (word, _s) in STATES.items()),
    ]
    return WorkList(
        id="numbers", caption=_("Register of numbers"), title_column=_("Document number"),
        columns=[
            Column(_("State"), word_on_phone=False), Column(_("Holder")), Column(_("Device")), Column(_("Reason")),
        ],
        rows=[_number(row) for row in shown],
        tabs=[
            Tab(label, url_with(request.GET, state=state or None), count, current=state == wanted.state)
            for state, label, count in tabs
        ],
        count=len(shown), exact=not more, older=_older(request, str(shown[-1].serial)) if more else "",
        empty=Empty(
            _("No number here."), _("The first is drawn when a document is issued or a block reserved."), icon="list"
        ),
    )  # fmt: skip


def _number(row: Number) -> Row:
    used = getattr(row, "document", None)
    word, look = STATES[row.state]
    holder = used.issued_by if used else row.holder
    return Row(
        id=str(row.id), title=row.text,
        url=reverse("document", args=[used.id]) if used else reverse("number", args=[row.id]),
        cells=[
            Chip(word, look), localised(holder.name_zh, holder.name_en) if holder else "", row.device, row.reason
        ],
    )  # fmt: skip


def number_chip(row: Number) -> Chip:
    """Return what became of a number."""
    word, look = STATES[row.state]
    return Chip(word, look)


def register_series(code: str) -> str:
    """Return a series that the address names, else the first one declared."""
    series = declarations().series
    return code if code in series else next(iter(series))


def _older(request: PersonRequest, key: str) -> str:
    query = request.GET.copy()
    query["before"] = key
    return f"?{query.urlencode()}"


def _uuid(value: str) -> UUID | None:
    try:
        return UUID(value)
    except ValueError:
        return None
