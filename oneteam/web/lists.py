"""The work list: tabs, filters, columns, rows, pager, bulk bar. A view builds it, a template writes `{% show list %}`.

Filters, sort order and page live in the URL; `url_with` and `sort_link` make such addresses.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar, Literal

from django.forms import BaseForm
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from oneteam.web.parts import Chip, Clock, Empty, Link, Text

PAGE_SIZE = 50
EXACT_UP_TO = 10_000


@dataclass(frozen=True, slots=True)
class Tab:
    """A view of the list with its count (None: not counted)."""

    label: Text
    url: str
    count: int | None = None
    current: bool = False


@dataclass(frozen=True, slots=True)
class Filter:
    """An active filter as a chip; `remove_url` is the same list without it."""

    label: Text
    value: Text
    remove_url: str


@dataclass(frozen=True, slots=True)
class Column:
    """A column after the title. `kind` sets the alignment; `sort_url` and `sorted` where the server can sort by it.

    `word_on_phone`: on a phone, where there is no head, the label stands before the value.
    """

    label: Text
    kind: Literal["text", "time", "number"] = "text"
    sort_url: str = ""
    sorted: Literal["", "ascending", "descending"] = ""
    word_on_phone: bool = True


@dataclass(frozen=True, slots=True)
class Row:
    """A row: the title opens the object, `facts` stand under it, `cells` follow the columns.

    A fact or cell is a text, date, datetime, Chip, Clock or Link. `refused` says why a bulk act left the row out.
    """

    id: str
    title: Text
    url: str
    cells: Sequence[object] = ()
    facts: Sequence[object] = ()
    refused: Text = ""


@dataclass(frozen=True, slots=True)
class BulkAction:
    """An act on all selected rows; `label` is verb + object, `name`/`value` are posted with the rows' ids as `row`."""

    label: Text
    value: str
    icon: str = ""


@dataclass(frozen=True, slots=True)
class WorkList:
    """A work list. `caption` names the table for screen readers; `id` must be unique on the page and stable.

    `count` exact to 10,000 (`exact` False beyond); `newer`/`older` are keyset page addresses ("" where there is none).
    `live`: asks the server every fifteen seconds; only for lists without rows, as nothing may move under the reader.
    `titled` shows the caption above the rows, where a page has several lists.
    `news`: of which acts the live feed says "3 new"; rows are never inserted under the reader's pointer.
    """

    id: str
    caption: Text
    title_column: Text
    columns: Sequence[Column]
    rows: Sequence[Row]
    empty: Empty
    tabs: Sequence[Tab] = ()
    filters: Sequence[Filter] = ()
    filter_form: BaseForm | None = None
    search_value: str = ""
    search_label: Text = ""
    kept: Mapping[str, str] | None = None
    action: str = ""
    count: int = 0
    exact: bool = True
    newer: str = ""
    older: str = ""
    exports: Sequence[Link] = ()
    news: str = ""
    bulk_action: str = ""
    bulk: Sequence[BulkAction] = ()
    tall: bool = True
    live: bool = False
    titled: bool = False
    template: ClassVar[str] = "web/work_list.html"

    @property
    def count_word(self) -> str:
        """The number of rows in words; beyond 10,000 it is about so many, or more where counting ended there."""
        if self.exact and self.count <= EXACT_UP_TO:
            return ngettext("%(count)s item", "%(count)s items", self.count) % {"count": f"{self.count:,}"}
        if not self.exact and self.count >= EXACT_UP_TO:
            return _("more than %(count)s items") % {"count": f"{EXACT_UP_TO:,}"}
        return _("about %(count)s items") % {"count": f"{self.count:,}"}

    @property
    def paired(self) -> list[tuple[Row, list[tuple[Column, object]]]]:
        """Each row with its cells beside their columns. Raises ValueError when a row has too many or too few cells."""
        return [(row, list(zip(self.columns, row.cells, strict=True))) for row in self.rows]


def url_with(parameters: QueryDict, **changes: str | None) -> str:
    """The query string of this list with some parameters changed (None removes); always back on the first page."""
    query = parameters.copy()
    for name in ("after", "before"):
        query.pop(name, None)
    for name, value in changes.items():
        if value is None:
            query.pop(name, None)
        else:
            query[name] = value
    return f"?{query.urlencode()}"


def sort_link(
    parameters: QueryDict, key: str, *, parameter: str = "sort"
) -> tuple[str, Literal["", "ascending", "descending"]]:
    """Address and present state of a sortable column: `?sort=key` ascending, `?sort=-key` descending."""
    present = parameters.get(parameter, "")
    if present == key:
        return url_with(parameters, **{parameter: f"-{key}"}), "ascending"
    if present == f"-{key}":
        return url_with(parameters, **{parameter: key}), "descending"
    return url_with(parameters, **{parameter: key}), ""


__all__ = [
    "EXACT_UP_TO",
    "PAGE_SIZE",
    "BulkAction",
    "Chip",
    "Clock",
    "Column",
    "Filter",
    "Row",
    "Tab",
    "WorkList",
    "sort_link",
    "url_with",
]
