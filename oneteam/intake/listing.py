"""The work list of reports: what a view shows of the queries."""

import csv
import io
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from oneteam.intake import queries
from oneteam.intake.labels import CHANNELS
from oneteam.intake.models import Report
from oneteam.intake.queries import Listed
from oneteam.intake.slots import REPORT_CELLS
from oneteam.people.middleware import PersonRequest
from oneteam.procedures.shown import clocks_of
from oneteam.web.lists import PAGE_SIZE, Column, Filter, Row, Tab, WorkList, url_with
from oneteam.web.parts import Chip, Empty, Link
from oneteam.web.slots import collect_bulk

COUNT_LIMIT = 10_001

# key, label, states, only reports without an incident (None: either)
VIEWS: tuple[tuple[str, Any, tuple[str, ...], bool | None], ...] = (
    ("new", gettext_lazy("To decide"), ("received", "reopened"), True),
    ("going", gettext_lazy("In hand"), ("received", "reopened"), False),
    ("answered", gettext_lazy("Answered"), ("answered",), None),
    ("closed", gettext_lazy("Closed"), ("closed",), None),
    ("all", gettext_lazy("All"), (), None),
)


def report_list(request: PersonRequest, *, at: datetime) -> WorkList:
    """Return the work list that the address asks for; the number of queries does not depend on the number of rows."""
    view = _view(request.GET.get("view", ""))
    channel = request.GET.get("channel", "")
    channel = channel if channel in CHANNELS else ""
    found = _select(view, channel)
    rows, newer, older = _page(request, found)
    shown = queries.listed(rows)
    cells = collect_bulk(REPORT_CELLS, request, shown)
    clocks = clocks_of([row.id for row in rows], at=at)
    return WorkList(
        id="reports",
        caption=_("Reports"),
        title_column=_("Report"),
        columns=[
            Column(_("Proposal")),
            Column(_("State"), word_on_phone=False),
            Column(_("Time limit"), word_on_phone=False),
            Column(_("Received"), kind="time"),
        ],
        rows=[
            Row(
                id=str(row.id),
                title=row.told.headline if not row.told.erased else _("Told text erased"),
                url=reverse("report", args=[row.id]),
                facts=[_("No. %(number)d") % {"number": row.number}, CHANNELS[row.channel]],
                cells=[
                    next(iter(cells.get(row.id, [])), "–"),
                    Chip(row.state_label, "ok" if row.state == "closed" else "plain"),
                    next(iter(clocks.get(row.id, [])), "–"),
                    row.received_at,
                ],
            )
            for row in shown
        ],
        empty=_empty(view),
        tabs=[
            Tab(label, url_with(request.GET, view=key), _count(_select(key, channel)), current=key == view)
            for key, label, _states, _open in VIEWS
        ],
        filters=[Filter(_("Channel"), CHANNELS[channel], url_with(request.GET, channel=None))] if channel else [],
        action=reverse("reports"),
        count=_count(found),
        exact=_count(found) < COUNT_LIMIT,
        newer=newer,
        older=older,
        exports=[Link(_("CSV"), reverse("reports-csv") + url_with(request.GET))],
    )


def _view(asked: str) -> str:
    return asked if asked in {key for key, *_rest in VIEWS} else VIEWS[0][0]


def _select(view: str, channel: str) -> QuerySet[Report]:
    _key, _label, wanted, alone = next(known for known in VIEWS if known[0] == view)
    found = queries.select(wanted=wanted, channel=channel)
    return found if alone is None else found.filter(incident__isnull=alone)


def _count(found: QuerySet[Report]) -> int:
    """Count exactly to ten thousand; more than that is "about" in the list."""
    return found.order_by()[:COUNT_LIMIT].count()


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


def _empty(view: str) -> Empty:
    if view == "new":
        return Empty(_("No report waits for a decision."), _("New ones appear here by themselves."), icon="tick")
    return Empty(_("No report stands here."), _("Choose another view above."))


EXPORT_LIMIT = 10_000


def export_csv(request: PersonRequest) -> str:
    """Return the list as CSV, at most ten thousand rows: no caller, no phone, no address; safe to open in Excel."""
    view, channel = _view(request.GET.get("view", "")), request.GET.get("channel", "")
    rows = queries.listed(list(_select(view, channel if channel in CHANNELS else "")[:EXPORT_LIMIT]))
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow([_("Number"), _("Title"), _("Channel"), _("State"), _("Told at"), _("Received")])
    for row in rows:
        writer.writerow(_safe(_cells(row)))
    return "\ufeff" + out.getvalue()


def _cells(row: Listed) -> Sequence[object]:
    return [
        row.number, row.told.headline, CHANNELS[row.channel], row.state_label, row.told_at.isoformat(),
        row.received_at.isoformat(),
    ]  # fmt: skip


def _safe(cells: Sequence[object]) -> list[str]:
    """Put an apostrophe before what a spreadsheet would take for a formula."""
    return [f"'{text}" if text[:1] in "=+-@\t\r" else text for text in map(str, cells)]
