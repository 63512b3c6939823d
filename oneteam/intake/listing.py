"""The work list of reports: what a view shows of the queries."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet
from django.http import HttpResponse, QueryDict
from django.urls import reverse
from django.utils.dateparse import parse_datetime
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from oneteam.intake import queries
from oneteam.intake.forms import FilterForm
from oneteam.intake.labels import CHANNELS, title_of
from oneteam.intake.models import Report
from oneteam.intake.queries import Listed
from oneteam.intake.slots import PROPOSED_IN_FIELD, REPORT_CELLS
from oneteam.journal.subjects import find_subject
from oneteam.lawbook.catalogue import branches, field_name
from oneteam.people.middleware import PersonRequest
from oneteam.procedures.queries import in_state, late_runs, nearest_due
from oneteam.procedures.shown import clocks_of
from oneteam.web.exporting import sheet_file
from oneteam.web.lists import PAGE_SIZE, Column, Filter, Row, Tab, WorkList, url_with
from oneteam.web.parts import Chip, Empty, Link
from oneteam.web.slots import collect_bulk

COUNT_LIMIT = 10_001
SEARCH_LIMIT = 60
NUMBER_DIGITS = 12
PHONE_DIGITS = 5
PAGE_DIGITS = 4
BY_LIMIT, NEWEST = "limit", "newest"
NEVER = datetime.max.replace(tzinfo=UTC)

# key, label, states, only reports without an incident (None: either)
VIEWS: tuple[tuple[str, Any, tuple[str, ...], bool | None], ...] = (
    ("new", gettext_lazy("To decide"), queries.AWAITED, True),
    ("going", gettext_lazy("In hand"), queries.AWAITED, False),
    ("late", gettext_lazy("Overdue"), (), None),
    ("answered", gettext_lazy("Answered"), ("answered",), None),
    ("closed", gettext_lazy("Closed"), ("closed",), None),
    ("all", gettext_lazy("All"), (), None),
)


@dataclass(frozen=True, slots=True)
class Asked:
    """What the address of the list asks for; whatever is unknown in it is left out."""

    view: str
    channel: str
    field: str
    words: str
    sort: str
    at: datetime

    @classmethod
    def of(cls, query: QueryDict, at: datetime) -> "Asked":
        """Read an address. What is in hand or late at `at` comes by its time limit, everything else newest first."""
        words = query.get("q", "").replace("\x00", "").strip()[:SEARCH_LIMIT]
        known = {key for key, *_rest in VIEWS}
        view = "all" if words else query.get("view", "")
        view = view if view in known else VIEWS[0][0]
        asked = query.get("sort", "")
        return cls(
            view=view,
            channel=query.get("channel", "") if query.get("channel", "") in CHANNELS else "",
            field=query.get("field", "") if query.get("field", "") in branches() else "",
            words=words,
            sort=asked if asked in (BY_LIMIT, NEWEST) else BY_LIMIT if view in ("going", "late") else NEWEST,
            at=at,
        )


def report_list(request: PersonRequest, *, at: datetime) -> WorkList:
    """Return the work list that the address asks for; the number of queries does not depend on the number of rows."""
    asked = Asked.of(request.GET, at)
    found = select(asked)
    rows, newer, older = _by_limit(request, found) if asked.sort == BY_LIMIT else _page(request, found)
    shown = queries.listed(rows)
    cells = collect_bulk(REPORT_CELLS, request, shown)
    clocks = clocks_of([row.id for row in rows], at=at, running=True)
    count = _count(asked)
    return WorkList(
        id="reports",
        caption=_("Reports"),
        title_column=_("Report"),
        columns=_columns(request, asked),
        rows=[_row(row, cells.get(row.id, []), clocks.get(row.id, [])) for row in shown],
        empty=_empty(asked),
        live=not shown and not asked.words,
        news="report.received report.reopened",
        tabs=_tabs(request, asked, count),
        filters=_filters(request, asked),
        filter_form=FilterForm(
            initial={"channel": asked.channel, "field": asked.field, "view": asked.view}, auto_id="id_filter_%s"
        ),
        search_value=asked.words,
        search_label=_("Number or caller's phone"),
        kept={name: value for name, value in (("channel", asked.channel), ("field", asked.field)) if value},
        action=reverse("reports"),
        count=count,
        exact=count < COUNT_LIMIT,
        newer=newer,
        older=older,
        exports=[
            Link(label, reverse("reports-file", args=[kind]) + url_with(request.GET))
            for kind, label in (("csv", "CSV"), ("xlsx", "Excel"))
        ],
    )


def _columns(request: PersonRequest, asked: Asked) -> list[Column]:
    by_limit, newest = (url_with(request.GET, sort=sort, page=None) for sort in (BY_LIMIT, NEWEST))
    return [
        Column(_("Proposal")),
        Column(_("State"), word_on_phone=False),
        Column(
            _("Time limit"), sort_url=by_limit, sorted="ascending" if asked.sort == BY_LIMIT else "",
            word_on_phone=False,
        ),
        Column(_("Received at"), kind="time", sort_url=newest, sorted="descending" if asked.sort == NEWEST else ""),
    ]  # fmt: skip


def _row(row: Listed, cells: Sequence[object], clocks: Sequence[object]) -> Row:
    return Row(
        id=str(row.id),
        title=title_of(row.told),
        url=reverse("report", args=[row.id]),
        facts=[_("No. %(number)d") % {"number": row.number}, CHANNELS[row.channel], *cells[1:]],
        cells=[
            next(iter(cells), ""),
            Chip(row.state_label, "ok" if row.state == "closed" else "plain"),
            next(iter(clocks), ""),
            row.received_at,
        ],
    )


def _tabs(request: PersonRequest, asked: Asked, count: int) -> list[Tab]:
    """Return the views with their counts; `count` is that of the present one, which is not counted twice."""
    return [
        Tab(
            label,
            url_with(request.GET, view=key, q=None, sort=None, page=None),
            count if key == asked.view and not asked.words else _count(replace(asked, view=key, words="")),
            current=key == asked.view,
        )
        for key, label, _states, _open in VIEWS
    ]


def _filters(request: PersonRequest, asked: Asked) -> list[Filter]:
    shown = (
        ("channel", _("Channel"), CHANNELS.get(asked.channel, "")),
        ("field", _("Field"), capfirst(field_name(asked.field))),
    )
    return [Filter(label, word, url_with(request.GET, **{name: None})) for name, label, word in shown if word]


def select(asked: Asked) -> QuerySet[Report]:
    """Return the reports that are asked for, newest first."""
    _key, _label, wanted, alone = next(known for known in VIEWS if known[0] == asked.view)
    found = queries.select(wanted=wanted, channel=asked.channel)
    if alone is not None:
        found = found.filter(incident__isnull=alone)
    if asked.view == "late":
        found = found.filter(id__in=late_runs("report", asked.at))
    if asked.field:
        proposed = Q(pk__in=[])
        for ids in PROPOSED_IN_FIELD:
            proposed |= Q(id__in=ids(asked.field))
        found = found.filter(Q(incident__field=asked.field) | Q(incident__isnull=True) & proposed)
    return found.filter(_matches(asked.words)) if asked.words else found


def _matches(words: str) -> Q:
    """Find a report by its number, its caller's whole phone number or its number at the source."""
    found = Q(external_id=words)
    digits = "".join(letter for letter in words if letter.isdigit())
    if words.isdecimal() and len(words) <= NUMBER_DIGITS:
        found |= Q(number=int(words))
    caller = find_subject("phone", digits) if len(digits) >= PHONE_DIGITS else None
    return found | Q(caller_subject=caller) if caller else found


def _count(asked: Asked) -> int:
    """Count exactly to ten thousand; more than that is "about" in the list.

    A view of states alone is counted where the states stand, without a look at ten thousand reports.
    """
    _key, _label, wanted, alone = next(known for known in VIEWS if known[0] == asked.view)
    if wanted and alone is None and not (asked.channel or asked.field or asked.words):
        return in_state("report", *wanted)[:COUNT_LIMIT].count()
    return select(asked).order_by()[:COUNT_LIMIT].count()


def _by_limit(request: PersonRequest, found: QuerySet[Report]) -> tuple[list[Report], str, str]:
    """Return one page, the nearest time limit first, what has none behind it; with the addresses of its neighbours."""
    asked = request.GET.get("page", "1")
    page = max(1, int(asked)) if asked.isdecimal() and len(asked) <= PAGE_DIGITS else 1
    ids = list(found.values_list("id", flat=True)[:COUNT_LIMIT])
    due = nearest_due(ids)
    place = {row: position for position, row in enumerate(sorted(ids, key=lambda row: due.get(row, NEVER)))}
    first, last = PAGE_SIZE * (page - 1), PAGE_SIZE * page
    rows = list(Report.objects.filter(id__in=[row for row in ids if first <= place[row] < last]))
    newer = url_with(request.GET, page=str(page - 1)) if page > 1 else ""
    older = url_with(request.GET, page=str(page + 1)) if last < len(ids) else ""
    return sorted(rows, key=lambda row: place[row.id]), newer, older


def _page(request: PersonRequest, found: QuerySet[Report]) -> tuple[list[Report], str, str]:
    """Return one keyset page, newest first, with the addresses of its neighbours."""
    after, before = _key(request.GET.get("after")), _key(request.GET.get("before"))
    if before:
        rows = list(found.filter(_newer(*before)).order_by("received_at", "id")[: PAGE_SIZE + 1])
        more_newer, more_older = len(rows) > PAGE_SIZE, True
        rows = rows[:PAGE_SIZE][::-1]
    else:
        rows = list((found.filter(_older(*after)) if after else found)[: PAGE_SIZE + 1])
        more_newer, more_older = after is not None, len(rows) > PAGE_SIZE
        rows = rows[:PAGE_SIZE]
    newer = url_with(request.GET) + f"&before={_write(rows[0])}" if rows and more_newer else ""
    older = url_with(request.GET) + f"&after={_write(rows[-1])}" if rows and more_older else ""
    return rows, newer, older


def _key(text: str | None) -> tuple[datetime, UUID] | None:
    moment, _sep, identifier = (text or "").partition("_")
    try:
        at = parse_datetime(moment)
        return (at, UUID(identifier)) if at and at.tzinfo else None
    except ValueError:
        return None


def _write(row: Report) -> str:
    return f"{row.received_at.isoformat().replace('+', '%2B')}_{row.id}"


def _older(at: datetime, row: UUID) -> Q:
    return Q(received_at__lt=at) | Q(received_at=at, id__lt=row)


def _newer(at: datetime, row: UUID) -> Q:
    return Q(received_at__gt=at) | Q(received_at=at, id__gt=row)


def _empty(asked: Asked) -> Empty:
    if asked.words:
        return Empty(
            _("No report has this number or this caller's phone."),
            _("Type the whole number; words of the text are not searched."),
            icon="search",
        )
    if asked.channel or asked.field:
        return Empty(_("No report stands here."), _("Remove a filter, or choose another view above."))
    if asked.view == "new":
        return Empty(_("No report waits for a decision."), _("New ones appear here by themselves."), icon="tick")
    if asked.view == "late":
        return Empty(_("No report is overdue."), _("Choose another view above."), icon="tick")
    return Empty(_("No report stands here."), _("Choose another view above."))


EXPORT_LIMIT = 10_000


def export_file(request: PersonRequest, kind: str, *, at: datetime) -> HttpResponse:
    """Return the list as a file, at most ten thousand rows: no caller, no phone, no address; safe to open in Excel."""
    rows = queries.listed(list(select(Asked.of(request.GET, at))[:EXPORT_LIMIT]))
    columns = [_("Number"), _("Title"), _("Channel"), _("State"), _("Told at"), _("Received at")]
    return sheet_file(columns, [_exported(row) for row in rows], name="reports", kind=kind, title=_("Reports"))


def _exported(row: Listed) -> list[object]:
    channel = str(CHANNELS[row.channel])
    return [row.number, title_of(row.told), channel, row.state_label, row.told_at, row.received_at]
