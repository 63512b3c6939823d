"""The directory of matters: what the list shows of the catalogue. It costs the same for one row and for thirty."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django import forms
from django.http import QueryDict
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from oneteam.kernel.errors import CellError
from oneteam.kernel.sheets import cells
from oneteam.lawbook.catalogue import branch_names, catalogue, field_name
from oneteam.lawbook.labels import COMPETENCES, KINDS
from oneteam.lawbook.matters import Kind, Mark, Matter
from oneteam.lawbook.page import fine_text
from oneteam.people.middleware import PersonRequest
from oneteam.web.lists import PAGE_SIZE, Column, Filter, Row, Tab, WorkList, sort_link, url_with
from oneteam.web.parts import Chip, Empty, Link

SEARCH_LIMIT, PAGE_DIGITS = 60, 4


class MatterFilter(forms.Form):
    """Which matters the list shows."""

    field = forms.ChoiceField(label=gettext_lazy("Field"), required=False)
    competence = forms.ChoiceField(
        label=gettext_lazy("Competent"), required=False, choices=[("", gettext_lazy("All")), *COMPETENCES.items()]
    )
    on = forms.DateField(
        label=gettext_lazy("In force on"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    kind = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["field"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", _("All")), *((code, f"{code} {name}") for code, name in branch_names().items())]


@dataclass(frozen=True, slots=True)
class Asked:
    """What the address of the list asks for; whatever is unknown in it is left out."""

    kind: str
    field: str
    competence: str
    words: str
    sort: str
    on: date
    page: int

    @classmethod
    def of(cls, query: QueryDict, *, today: date) -> "Asked":
        """Read an address; a day that is none is today."""
        known = {"kind": KINDS, "field": branch_names(), "competence": COMPETENCES}
        chosen = {name: query.get(name, "") if query.get(name, "") in words else "" for name, words in known.items()}
        page = query.get("page", "1")
        return cls(
            **chosen,
            words=query.get("q", "").replace("\x00", "").strip()[:SEARCH_LIMIT],
            sort=query.get("sort", "") if query.get("sort", "") in ("code", "-code", "name", "-name") else "code",
            on=day_of(query.get("on", ""), today=today),
            page=max(1, int(page)) if page.isdecimal() and len(page) <= PAGE_DIGITS else 1,
        )


def day_of(text: str, *, today: date) -> date:
    """Return the day that an address names, today where it names none."""
    try:
        return cells.day(text) if text else today
    except CellError:
        return today


def matter_list(request: PersonRequest, *, today: date) -> WorkList:
    """Return the list that the address asks for, of the matters in force on its day."""
    asked = Asked.of(request.GET, today=today)
    known = list(catalogue().on(asked.on).values())
    found = _sorted(select(known, asked), asked)
    first = PAGE_SIZE * (asked.page - 1)
    shown = found[first : first + PAGE_SIZE]
    kept = {"kind": asked.kind, "field": asked.field, "competence": asked.competence}
    if asked.on != today:
        kept["on"] = asked.on.isoformat()
    return WorkList(
        id="matters",
        caption=_("Matters"),
        title_column=_("Matter"),
        columns=_columns(request),
        rows=[_row(matter, asked, today) for matter in shown],
        empty=Empty(
            _("No matter is like that."), _("Take away a filter, or search for a part of the name or the code.")
        ),
        tabs=_tabs(request, known, asked),
        filters=_filters(request, asked, today),
        filter_form=MatterFilter(initial={**kept, "on": asked.on}, auto_id="id_filter_%s"),
        search_value=asked.words,
        search_label=_("Name, code or statute"),
        kept={name: value for name, value in kept.items() if value},
        action=reverse("matters"),
        count=len(found),
        newer=url_with(request.GET, page=str(asked.page - 1)) if asked.page > 1 else "",
        older=url_with(request.GET, page=str(asked.page + 1)) if first + PAGE_SIZE < len(found) else "",
        exports=[
            Link(_("CSV"), reverse("matters-export", args=["csv"])),
            Link(_("Excel"), reverse("matters-export", args=["xlsx"])),
        ],
    )


def select(known: list[Matter], asked: Asked) -> list[Matter]:
    """Return the matters that are asked for, in the catalogue's order."""
    words = asked.words.casefold().split()
    return [
        matter
        for matter in known
        if asked.kind in ("", matter.kind)
        and asked.field in ("", matter.field)
        and asked.competence in ("", matter.competence)
        and all(word in _searched(matter) for word in words)
    ]


def _searched(matter: Matter) -> str:
    statutes = " ".join(basis.statute for basis in matter.bases)
    return f"{matter.code} {matter.name.zh} {matter.name.en} {statutes} {' '.join(matter.words)}".casefold()


def _sorted(found: list[Matter], asked: Asked) -> list[Matter]:
    if asked.sort.endswith("name"):
        return sorted(found, key=lambda matter: str(matter.name), reverse=asked.sort.startswith("-"))
    return sorted(found, key=lambda matter: matter.code, reverse=asked.sort.startswith("-"))


def _columns(request: PersonRequest) -> list[Column]:
    url, state = sort_link(request.GET, "code")
    return [
        Column(_("Code"), sort_url=url, sorted=state, word_on_phone=False),
        Column(_("Field"), word_on_phone=False),
        Column(_("Competent")),
        Column(_("Fine")),
    ]


def _row(matter: Matter, asked: Asked, today: date) -> Row:
    chips: list[object] = [Chip(KINDS[matter.kind], "plain")]
    if matter.two_step:
        chips.append(Chip(_("Order to correct first"), "warn"))
    if matter.mark in (Mark.U, Mark.TEST):
        chips.append(Chip(_("Not verified") if matter.mark is Mark.U else _("Test row"), "draft"))
    address = reverse("matter", args=[matter.code])
    return Row(
        id=matter.code,
        title=str(matter.name),
        url=address if asked.on == today else f"{address}?on={asked.on.isoformat()}",
        facts=chips,
        cells=[
            matter.code,
            capfirst(field_name(matter.field or "")) or "–",
            COMPETENCES[matter.competence] if matter.kind is Kind.ENFORCEMENT else "–",
            fine_text(matter, asked.on) or "–",
        ],
    )


def _tabs(request: PersonRequest, known: list[Matter], asked: Asked) -> list[Tab]:
    labels: dict[str, str | Promise] = {"": _("All"), **KINDS}
    counts = {key: sum(key in ("", matter.kind) for matter in known) for key in labels}
    return [
        Tab(label, url_with(request.GET, kind=key or None, page=None), counts[key], current=key == asked.kind)
        for key, label in labels.items()
    ]


def _filters(request: PersonRequest, asked: Asked, today: date) -> list[Filter]:
    shown = [
        ("field", _("Field"), capfirst(field_name(asked.field))),
        ("competence", _("Competent"), COMPETENCES.get(asked.competence, "")),
        ("on", _("In force on"), asked.on.isoformat() if asked.on != today else ""),
    ]
    return [
        Filter(label, word, url_with(request.GET, **{name: None}, page=None)) for name, label, word in shown if word
    ]
