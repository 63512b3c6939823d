"""The page of one document: what a view shows of the queries."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django import forms
from django.urls import reverse
from django.utils.translation import gettext as _

from oneteam.documents import queries
from oneteam.documents.acts import VOIDERS, check_address
from oneteam.documents.composing import shown_value
from oneteam.documents.forms import VoidForm
from oneteam.documents.models import Document
from oneteam.documents.shown import picture, state_chip, title_of
from oneteam.files import queries as files
from oneteam.files.forms import PurposeForm
from oneteam.files.queries import State
from oneteam.files.shown import custody_panel, file_chip
from oneteam.journal.queries import timeline
from oneteam.kernel.ids import uuid7
from oneteam.people.middleware import PersonRequest
from oneteam.people.shown import shown_timeline
from oneteam.places.queries import localised
from oneteam.web.panels import Paper
from oneteam.web.parts import Banner, Chip, Fact, Facts, Link, PageHeader, Step, Steps
from oneteam.web.templatetags.web import day
from oneteam.web.typed import SentBack


def pages_of(blob: UUID) -> list[str]:
    """Return the pages of a document as pictures."""
    return [picture(files.copy(blob, number)) for number in range(1, files.kept(blob).copies + 1)]


def public_facts(row: Document) -> list[Fact]:
    """Return what anybody is told of a document besides kind, number and day."""
    template = queries.templates().get(row.template)
    if template is None:
        return []
    return [
        Fact(str(template.fields[name].label), shown_value(template, name, row.shown[name]))
        for name in template.shown
        if name in row.shown
    ]


def document_context(
    request: PersonRequest, row: Document, *, looked: bool, bound: Mapping[str, forms.Form] | None = None
) -> dict[str, Any]:
    """Return what the template of a document shows. `looked`: the reader gave a purpose, so the pages are shown."""
    back, state = bound or {}, files.states([row.blob_id])[row.blob_id]
    own = row.issued_by_id == request.acting.post.person
    shown = state is State.INTACT and (own or looked)
    return {
        "header": PageHeader(
            title=title_of(row), crumbs=[Link(_("Documents"), reverse("documents"))],
            chips=[state_chip(row), *([file_chip(state)] if state is not State.INTACT else [])],
            facts=[day(row.issued_at), localised(row.issued_by.name_zh, row.issued_by.name_en)],
        ),
        "paper": Paper(
            queries.label_of(row.template), pages_of(row.blob_id) if shown else [], [state_chip(row)],
            _notes(row, state), number=row.number.text if row.number else "",
            empty=_("Its pages are shown once you say what for.")
            if state is State.INTACT
            else _("The document itself cannot be shown."),
        ),
        "document": row,
        "look": back.get("look") or PurposeForm(auto_id="id_look_%s") if state is State.INTACT and not shown else None,
        "facts": Facts(
            [
                *([Fact(_("Document number"), row.number.text)] if row.number else []),
                Fact(_("Sealed by SHA-256"), row.sha256, wide=True),
                Fact(_("Template"), _("version %(version)d") % {"version": row.version}),
                *public_facts(row),
                Fact(_("Public check"), Link(check_address(row.token), reverse("check", args=[row.token])), wide=True),
            ]
        ),
        "steps": Steps(_steps(request, row, back), title=_("Next steps")),
        "custody": custody_panel(request, row.blob_id),
        "timeline": shown_timeline(timeline(row.id)),
        "sent_back": SentBack(None, list(back.values()), None) if back else None,
    }  # fmt: skip


def _notes(row: Document, state: State) -> list[Banner]:
    notes = []
    if row.voided_at is not None:
        text = _("Declared void on %(day)s: %(reason)s") % {"day": day(row.voided_at), "reason": row.void_reason}
        notes.append(Banner(text, "danger"))
    if state is State.ERASED:
        notes.append(Banner(_("Erased together with the values of its person; number and seal remain."), "draft"))
    if state is State.ALTERED:
        notes.append(Banner(_("The kept file is missing or was altered: bring it back from a backup."), "danger"))
    return notes


def _steps(request: PersonRequest, row: Document, back: Mapping[str, forms.Form]) -> Sequence[Step]:
    role = request.acting.post.role
    own = row.issued_by_id == request.acting.post.person
    if row.voided_at is not None or role not in VOIDERS or (role == "officer" and not own):
        return []
    form = back.get("void") or VoidForm(auto_id="id_void_%s")
    action = reverse("document-void", args=[row.id])
    return [Step(_("Declare void"), "lawful", _("Declare void"), action, icon="cross", form=form, key=str(uuid7()))]


def template_chips(version: int, mark: str) -> list[Chip]:
    """Return version and mark of a template."""
    return [Chip(_("version %(version)d") % {"version": version}), Chip(mark)]
