"""An object's page in a directory, and the pages of the acts on it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from oneteam.directories.access import role_of, shown
from oneteam.directories.fields import search_long
from oneteam.directories.pages import Directory, Edit, Look
from oneteam.journal.queries import timeline
from oneteam.web.parts import Fact, Facts, Link, PageHeader


@dataclass(frozen=True, slots=True)
class Offer:
    """An act as a button of the object's page."""

    button: str
    url: str
    icon: str
    main: bool


def crumbs(directory: Directory, row: Any = None) -> list[Link]:
    """Return the way to an object: all directories, this one, the object."""
    way = [
        Link(_("Directories"), reverse("directories")),
        Link(directory.label, reverse("directory", args=[directory.name])),
    ]
    if row is not None:
        way.append(Link(directory.title(row), reverse("directory-row", args=[directory.name, row.pk])))
    return way


def offers(directory: Directory, request: HttpRequest, row: Any = None, *, at: datetime) -> list[Offer]:
    """Return the acts that the acting person may take: on an object, or (without one) on the list."""
    role = role_of(request)
    possible = [
        edit for edit in directory.edits
        if role in edit.who and bool(edit.target) == (row is not None) and (row is None or edit.offered(row, at))
    ]  # fmt: skip
    return [
        Offer(str(edit.button), _address(directory, edit, row), edit.icon, main=place == 0)
        for place, edit in enumerate(possible)
    ]


def _address(directory: Directory, edit: Edit, row: Any) -> str:
    if row is None:
        return reverse("directory-new", args=[directory.name, edit.name])
    return reverse("directory-edit", args=[directory.name, row.pk, edit.name])


def look_form(directory: Directory, request: HttpRequest, row: Any) -> forms.Form | None:
    """Return the form for a look at protected values; None where there is none, or not for the acting person."""
    look = directory.look
    return look.form() if look is not None and role_of(request) in look.who and look.offered(row) else None


@dataclass(frozen=True, slots=True)
class Seen:
    """Values that this one page shows; `hides`: after a minute no more."""

    title: str
    facts: Facts
    note: str
    hides: bool


def seen_values(look: Look, values: Mapping[str, str]) -> Seen:
    """Return protected values as they are shown once."""
    facts = Facts([Fact(label, values[name]) for name, label in look.labels.items() if values.get(name)])
    note = _("Your look was recorded with its purpose. This card hides after 60 seconds.")
    return Seen(_("Protected values"), facts, note, hides=True)


def shown_once(edit: Edit, values: Mapping[str, str]) -> Seen:
    """Return what an act made that no other page shows."""
    facts = Facts([Fact(label, values[name]) for name, label in edit.once.items()])
    return Seen(str(edit.told or edit.button), facts, str(edit.once_note), hides=False)


def detail_context(
    directory: Directory, request: HttpRequest, row: Any, *, at: datetime, look: forms.Form | None = None,
    seen: Seen | None = None,
) -> dict[str, Any]:  # fmt: skip
    """Return what the page of an object shows; `look` is the purpose as it was sent back, `seen` the values, once."""
    return {
        "look": look or look_form(directory, request, row),
        "seen": seen,
        "look_url": reverse("directory-look", args=[directory.name, row.pk]),
        "header": PageHeader(title=directory.title(row), crumbs=crumbs(directory), chips=directory.chips(row, at)),
        "facts": Facts(directory.facts(row, at)),
        "sections": directory.sections(request, row, at),
        "offers": offers(directory, request, row, at=at),
        "timeline": shown(timeline(directory.subject(row)), told=directory.hidden, words=directory.words),
    }


def newest_act(directory: Directory, row: Any) -> UUID | None:
    """Return the newest act about an object: what a form was filled from."""
    entries = timeline(directory.subject(row))
    return entries[0].act if entries else None


def changed_meanwhile(directory: Directory, row: Any, seen: str) -> str:
    """Say who changed an object since a form was opened; "" where nobody did."""
    entries = timeline(directory.subject(row))
    since = next((place for place, entry in enumerate(entries) if str(entry.act) == seen), None)
    if since == 0 or not entries:
        return ""
    newest = shown(entries[: since or 1], told=(), words=directory.words).entries[0]
    return _("%(who)s changed this meanwhile: %(what)s. Check the values below and send again.") % {
        "who": newest.actor, "what": newest.text,
    }  # fmt: skip


def form_of(directory: Directory, edit: Edit, request: HttpRequest, row: Any, *, at: datetime) -> forms.Form:
    """Return an act's form: as it was sent, or filled from the object."""
    if request.method == "POST":
        form = edit.form(request.POST, request.FILES)
    else:
        form = edit.form(initial=dict(edit.initial(row, at)) if row is not None else None)
    search_long(form, lambda field: reverse("directory-offer", args=[directory.name, edit.name, field]))
    return form
