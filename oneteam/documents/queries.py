"""Reading templates, documents and the register of numbers."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import Count as Total
from django.db.models import Max, Q, QuerySet
from django.utils.translation import gettext as _

from oneteam.documents import composing
from oneteam.documents.composing import BadValuesError, Composer, cleaned, fields_with
from oneteam.documents.declaration import Remedy, Series, Template, declarations, remedy_on
from oneteam.documents.models import Count, Document, Number, State
from oneteam.documents.rendering import MissingGlyphsError, render
from oneteam.journal.subjects import read_personal
from oneteam.kernel.errors import BadInputError, MissingError
from oneteam.lawbook.queries import setting
from oneteam.lawbook.settings_table import UnsetSettingError


def templates() -> Mapping[str, Template]:
    """Return the templates of the law packs by name."""
    return declarations().templates


class Labels(Mapping[str, str]):
    """What each kind of document is called in the reader's language, by the template's name."""

    def __getitem__(self, name: str) -> str:
        return str(templates()[name].label)

    def __iter__(self) -> Iterator[str]:
        return iter(templates())

    def __len__(self) -> int:
        return len(templates())


def label_of(name: str) -> str:
    """Return what a kind of document is called; its name where no pack declares it any more."""
    return Labels().get(name, name)


def all_series() -> Mapping[str, Series]:
    """Return the series of numbers that the law packs declare."""
    return declarations().series


def template_of(name: str) -> Template:
    """Return a template. BadInputError for a name that no pack declares."""
    found = templates().get(name)
    if found is None:
        raise BadInputError(_("No law pack declares a document “%(name)s”.") % {"name": name})
    return found


def missing(template: str, values: Mapping[str, Any]) -> list[str]:
    """Return the names of the mandatory fields that have no value, in the template's order (SIM-04)."""
    return composing.missing(template_of(template), values)


def unset(template: str, values: Mapping[str, Any], *, day: date) -> list[str]:
    """Return the settings that this document needs on a day and the city has not set."""
    known = template_of(template)
    wanted = [
        field.setting
        for name, field in known.fields.items()
        if field.setting and composing.applies(known, name, values)
    ]
    if known.series:
        wanted.append(declarations().series[known.series].setting)
    if known.remedy:
        wanted += remedy_on(known.remedy, day).settings.values()
    lacking = []
    for name in dict.fromkeys(wanted):
        try:
            setting(name)
        except UnsetSettingError:
            lacking.append(name)
    return lacking


def remedy(template: str, day: date) -> Remedy | None:
    """Return the remedies that a document names when it is issued on a day, None for one that names none (SIM-05)."""
    kind = template_of(template).remedy
    return remedy_on(kind, day) if kind else None


@dataclass(frozen=True, slots=True)
class Preview:
    """How a document would look: its pages as PNG, and what is still missing, by field."""

    pages: tuple[bytes, ...]
    missing: tuple[str, ...]


def preview(template: str, values: Mapping[str, Any], *, day: date, language: str = "zh") -> Preview:
    """Render a document that is not issued, stamped as a preview; what is missing is marked in it.

    `language` "en" gives the translation for reading. Raises BadValuesError, UnsetSettingError and RenderError.
    """
    known = template_of(template)
    kept = cleaned(known, values)
    composer = Composer(known, kept, day, setting, language=language)
    try:
        made = render(composer.document(), day=day)
    except MissingGlyphsError as error:
        held = fields_with(known, kept, error.characters)
        raise BadValuesError(
            known,
            {
                name: _("no font has: %(characters)s") % {"characters": " ".join(characters)}
                for name, characters in held.items()
            },
        ) from error
    return Preview(made.pages, tuple(composing.missing(known, kept)))


def public_facts(template: Template, values: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the public check page tells of a document besides kind, number and day."""
    return {name: values[name] for name in template.shown if name in values}


def document(document_id: UUID) -> Document:
    """Return a document with its number. MissingError for an unknown one."""
    found = Document.objects.select_related("number__count", "issued_by").filter(id=document_id).first()
    if found is None:
        raise MissingError(_("There is no such document."))
    return found


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which documents a list shows: of a template, with these words in the number, issued by a person."""

    template: str = ""
    words: str = ""
    issued_by: UUID | None = None


def documents(wanted: Wanted, *, before: UUID | None = None, limit: int = 50) -> list[Document]:
    """Return documents, the newest first, with numbers and issuers, in one query."""
    rows = Document.objects.select_related("number", "issued_by")
    if wanted.template:
        rows = rows.filter(template=wanted.template)
    if wanted.words:
        rows = rows.filter(number__text__contains=wanted.words)
    if wanted.issued_by:
        rows = rows.filter(issued_by=wanted.issued_by)
    if before is not None:
        rows = rows.filter(id__lt=before)
    return list(rows.order_by("-id")[:limit])


def number(number_id: UUID) -> Number:
    """Return a number of the register. MissingError for an unknown one."""
    found = Number.objects.select_related("holder", "count").filter(id=number_id).first()
    if found is None:
        raise MissingError(_("There is no such number."))
    return found


def documents_of_blobs(blobs: Iterable[UUID]) -> list[Document]:
    """Return the documents whose files these are."""
    return list(Document.objects.select_related("number").filter(blob__in=set(blobs)))


def documents_about(objects: Iterable[UUID]) -> dict[UUID, list[Document]]:
    """Return the documents of each of these files, oldest first, in one query."""
    wanted = set(objects)
    found: dict[UUID, list[Document]] = {one: [] for one in wanted}
    for row in Document.objects.select_related("number").filter(about__overlap=list(wanted)).order_by("id"):
        for one in wanted.intersection(row.about):
            found[one].append(row)
    return found


def values_of(documents: Sequence[Document]) -> dict[UUID, dict[str, Any]]:
    """Return what each document was issued with; nothing for one whose person was erased. Two queries.

    Who asks has checked who may read it, and masks what need not be seen.
    """
    opened = read_personal(row.issued_act for row in documents)
    return {row.id: opened[row.issued_act]["values"] for row in documents if "values" in opened.get(row.issued_act, {})}


def by_token(token: str) -> Document | None:
    """Return the document of a public check address, or None."""
    return Document.objects.select_related("number").filter(token=token).first()


def by_seal(sha256: str) -> Document | None:
    """Return the document that is this file, byte for byte, or None."""
    return Document.objects.select_related("number").filter(sha256=sha256).first()


@dataclass(frozen=True, slots=True)
class RegisterFilter:
    """Which numbers of the register are asked for."""

    series: str
    year: int
    state: str = ""
    holder: UUID | None = None


def _registered(wanted: RegisterFilter) -> QuerySet[Number]:
    rows = Number.objects.filter(count__series=wanted.series, count__year=wanted.year)
    if wanted.holder:
        rows = rows.filter(Q(holder=wanted.holder) | Q(document__issued_by=wanted.holder))
    return rows


def register(wanted: RegisterFilter, *, before: int | None = None, limit: int = 50) -> list[Number]:
    """Return numbers of a series and year, the highest first, with documents and holders."""
    rows = _registered(wanted).select_related("document__issued_by", "holder")
    if wanted.state:
        rows = rows.filter(state=wanted.state)
    if before is not None:
        rows = rows.filter(serial__lt=before)
    return list(rows.order_by("-serial")[:limit])


def counts(wanted: RegisterFilter) -> dict[str, int]:
    """Return how many numbers of a series and year, and of a holder if one is asked for, are in each state."""
    rows = _registered(wanted).values_list("state").annotate(n=Total("id"))
    return {**dict.fromkeys(State.values, 0), **dict(rows)}


def years(series: str) -> list[int]:
    """Return the years in which a series has numbers, the newest first."""
    return list(Count.objects.filter(series=series).order_by("-year").values_list("year", flat=True))


def numbering_faults(series: str, year: int) -> list[str]:
    """Return what is wrong with a series in a year: gaps, doubles, void numbers without reason (NUM-01).

    Empty for a sound one. The database refuses each of these; this is the proof, for supervision.
    """
    numbers = Number.objects.filter(count__series=series, count__year=year)
    found = numbers.aggregate(
        have=Total("id"), top=Max("serial"), bare=Total("id", filter=Q(state=State.VOID, reason=""))
    )
    last = Count.objects.filter(series=series, year=year).aggregate(last=Max("last"))["last"] or 0
    if found["have"] == (found["top"] or 0) == last and not found["bare"]:
        return []  # no serial stands twice and none lies below one: as many as the highest are all
    serials = list(numbers.order_by("serial").values_list("serial", "state", "reason"))
    faults = []
    for place, (serial, state, reason) in enumerate(serials, 1):
        if serial != place:
            faults.append(_("no. %(place)d is missing before no. %(serial)d") % {"place": place, "serial": serial})
            break
        if state == State.VOID and not reason:
            faults.append(_("no. %(serial)d is void without a reason") % {"serial": serial})
    if last != len(serials):
        faults.append(
            _("the count says %(last)d, but there are %(have)d numbers") % {"last": last, "have": len(serials)}
        )
    return faults
