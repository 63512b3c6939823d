"""What pages of later rooms show of documents: how one would look, and the list of those that were issued."""

import base64
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from oneteam.documents import queries
from oneteam.documents.composing import BadValuesError
from oneteam.documents.declaration import Template
from oneteam.documents.models import Document
from oneteam.lawbook.settings_table import catalogue
from oneteam.lawbook.text import reader_language
from oneteam.web.panels import Paper
from oneteam.web.parts import Banner, Chip, Link
from oneteam.web.slots import Panel


def picture(data: bytes, media_type: str = "image/png") -> str:
    """Return a picture as an address that holds it: a look at a page is one answer, and nothing stays in a cache."""
    return f"data:{media_type};base64,{base64.b64encode(data).decode()}"


def preview_paper(template: str, values: Mapping[str, Any], *, day: date, language: str = "") -> Paper:
    """Return how a document would look, what is missing or wrong first; nothing is numbered or kept.

    `language` "en" gives the translation for reading, "" the one of the reader. `values` as for `acts.issue`.
    """
    known = queries.template_of(template)
    notes = [
        Banner(_("The city has not set: %(names)s") % {"names": names}, "warn") for names in _unset(known, values, day)
    ]
    pages: Sequence[bytes] = ()
    if not notes:
        try:
            made = queries.preview(template, values, day=day, language=language or reader_language())
        except BadValuesError as error:
            notes = [Banner(line, "danger") for line in str(error).splitlines()]
        else:
            pages = made.pages
            notes = [_missing(known, made.missing)] if made.missing else []
    return Paper(
        str(known.label), [picture(page) for page in pages], [Chip(_("Preview"), "draft")], notes,
        empty=_("It can be shown once this is mended."),
    )  # fmt: skip


def _unset(template: Template, values: Mapping[str, Any], day: date) -> list[str]:
    names = queries.unset(template.name, values, day=day)
    known = catalogue()
    return [", ".join(f"{known[name].label} ({name})" for name in names)] if names else []


def _missing(template: Template, names: Sequence[str]) -> Banner:
    labels = _(", ").join(str(template.fields[name].label) for name in names)
    return Banner(labels, "warn", _("Still missing:"))


def title_of(row: Document) -> str:
    """Return how a document is called: its kind and number."""
    return f"{queries.label_of(row.template)} {row.number.text if row.number else ''}".strip()


def state_chip(row: Document) -> Chip:
    """Return how a document stands."""
    return Chip(_("Void"), "danger") if row.voided_at else Chip(_("Sealed"), "sealed")


def documents_panel(rows: Sequence[Document], *, order: int = 50) -> Panel:
    """Return the documents of a file (see `queries.documents_about`) as a panel of its page."""
    entries = [
        {
            "link": Link(title_of(row), reverse("document", args=[row.id])),
            "chip": state_chip(row),
            "when": row.issued_at,
        }
        for row in rows
    ]
    return Panel("documents/panel.html", {"entries": entries}, order=order)
