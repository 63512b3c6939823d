"""A directory's list: what a view shows of its rows, and the same rows as a file."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.http import HttpRequest, QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _

from oneteam.directories.pages import Directory, Filter, Shown
from oneteam.kernel.errors import BadInputError
from oneteam.kernel.sheets import write_csv, write_xlsx
from oneteam.web import lists
from oneteam.web.lists import PAGE_SIZE, Column, Row, WorkList, sort_link, url_with
from oneteam.web.parts import Chip, Clock, Empty, Link

COUNT_LIMIT = 10_001
EXPORT_LIMIT = 50_000
SEARCH_LENGTH = 60
PAGE_DIGITS = 5


@dataclass(frozen=True, slots=True)
class Asked:
    """What the address of a list asks for; whatever is unknown in it is left out."""

    words: str
    sort: str
    page: int
    chosen: tuple[tuple[Filter, str, str], ...]

    @classmethod
    def of(cls, directory: Directory, query: QueryDict) -> "Asked":
        """Read an address."""
        page = query.get("page", "1")
        sorts = {shown.name for shown in directory.columns if shown.sort}
        chosen = []
        for known in directory.filters:
            value = query.get(known.name, "")
            label = next((str(word) for key, word in known.choices() if key == value), "") if value else ""
            if label:
                chosen.append((known, value, label))
        return cls(
            words=query.get("q", "").replace("\x00", "").strip()[:SEARCH_LENGTH] if directory.search else "",
            sort=query.get("sort", "") if query.get("sort", "").removeprefix("-") in sorts else "",
            page=max(1, int(page)) if page.isdecimal() and len(page) <= PAGE_DIGITS else 1,
            chosen=tuple(chosen),
        )


def select(directory: Directory, asked: Asked) -> QuerySet[Any]:
    """Return the rows that are asked for, in their order."""
    found = directory.rows()
    for known, value, _label in asked.chosen:
        found = found.filter(known.where(value))
    if asked.words and directory.search is not None:
        found = found.filter(directory.search(asked.words))
    field = next((shown.sort for shown in directory.columns if shown.name == asked.sort.removeprefix("-")), "")
    first = [f"-{field}" if asked.sort.startswith("-") else field] if field else []
    return found.order_by(*first, *directory.order)


def work_list(directory: Directory, request: HttpRequest) -> WorkList:
    """Return the list that the address asks for; the number of queries does not depend on the number of rows."""
    asked = Asked.of(directory, request.GET)
    found = select(directory, asked)
    start = PAGE_SIZE * (asked.page - 1)
    rows = list(found[start : start + PAGE_SIZE + 1])
    more, rows = len(rows) > PAGE_SIZE, rows[:PAGE_SIZE]
    directory.load(rows)
    shown = [column for column in directory.columns if not column.only_exported]
    count = found.order_by()[:COUNT_LIMIT].count()
    address = reverse("directory", args=[directory.name])
    return WorkList(
        id=directory.name,
        caption=directory.label,
        title_column=directory.title_label or directory.label,
        columns=[_column(request.GET, column) for column in shown],
        rows=[_row(directory, shown, row) for row in rows],
        empty=_empty(directory, asked),
        filters=[
            lists.Filter(known.label, label, url_with(request.GET, **{known.name: None, "page": None}))
            for known, _value, label in asked.chosen
        ],
        filter_form=_filter_form(directory, asked) if directory.filters else None,
        search_value=asked.words,
        search_label=directory.search_label if directory.search else "",
        kept={known.name: value for known, value, _label in asked.chosen},
        action=address,
        count=count,
        exact=count < COUNT_LIMIT,
        newer=url_with(request.GET, page=str(asked.page - 1)) if asked.page > 1 else "",
        older=url_with(request.GET, page=str(asked.page + 1)) if more else "",
        exports=[
            Link(label, reverse("directory-file", args=[directory.name, kind]) + url_with(request.GET, page=None))
            for kind, label in (("csv", "CSV"), ("xlsx", "Excel"))
        ],
        tall=directory.row_facts(rows[0]) != () if rows else False,
    )


def _column(query: QueryDict, shown: Shown) -> Column:
    if not shown.sort:
        return Column(shown.label, kind=shown.kind)
    address, state = sort_link(query, shown.name)
    return Column(shown.label, kind=shown.kind, sort_url=address, sorted=state)


def _row(directory: Directory, shown: Sequence[Shown], row: Any) -> Row:
    return Row(
        id=str(row.pk),
        title=directory.title(row),
        url=reverse("directory-row", args=[directory.name, row.pk]),
        cells=[column.value(row) for column in shown],
        facts=directory.row_facts(row),
    )


def _empty(directory: Directory, asked: Asked) -> Empty:
    if asked.words:
        return Empty(_("Nothing here matches these words."), _("Write fewer words, or remove a filter."), icon="search")
    if asked.chosen:
        return Empty(_("Nothing here passes these filters."), _("Remove a filter."))
    begun_here = directory.importer or any(not edit.target for edit in directory.edits)
    return Empty(_("Nothing is registered here yet."), _("Register something, or import a file.") if begun_here else "")


def _filter_form(directory: Directory, asked: Asked) -> forms.Form:
    form = forms.Form(
        initial={known.name: value for known, value, _label in asked.chosen}, auto_id=f"id_{directory.name}_%s"
    )
    for known in directory.filters:
        choices: list[tuple[str, Any]] = [("", _("All")), *known.choices()]
        form.fields[known.name] = forms.ChoiceField(label=str(known.label), choices=choices, required=False)
    return form


def export(directory: Directory, request: HttpRequest, kind: str) -> bytes:
    """Return the rows of the list, all pages, as CSV or as a workbook; safe to open in a spreadsheet program.

    Raises BadInputError for more rows than a file may hold: nothing is left out unsaid.
    """
    rows = list(select(directory, Asked.of(directory, request.GET))[: EXPORT_LIMIT + 1])
    if len(rows) > EXPORT_LIMIT:
        raise BadInputError(
            _("More than %(limit)d rows do not go into one file; set a filter and export in parts.")
            % {"limit": EXPORT_LIMIT}
        )
    directory.load(rows)
    columns = [directory.title_label or directory.label, *(shown.label for shown in directory.columns)]
    cells = [[directory.title(row), *(_exported(shown, row) for shown in directory.columns)] for row in rows]
    if kind == "csv":
        return write_csv(columns, cells)
    return write_xlsx(columns, cells, sheet=str(directory.label))


def _exported(shown: Shown, row: Any) -> object:
    value = shown.exported(row) if shown.exported else shown.value(row)
    if isinstance(value, Chip | Clock):
        return str(value.word)
    return str(value.label) if isinstance(value, Link) else value
