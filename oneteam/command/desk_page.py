"""The duty desk: the work list, the report that is open, and who to send; what a view shows of the queries."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.http import QueryDict
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from oneteam.command.handover import waiting
from oneteam.command.hands import in_officers_hands
from oneteam.command.models import Order
from oneteam.command.slots import DESK_STRIPS
from oneteam.intake import queries as intake
from oneteam.intake.labels import CHANNELS, title_of
from oneteam.intake.models import Report, Urgency
from oneteam.intake.page import report_context
from oneteam.intake.queries import Listed
from oneteam.intake.slots import REPORT_CELLS
from oneteam.kernel.ids import uuid7
from oneteam.people.middleware import PersonRequest
from oneteam.procedures.clocks import ClockState
from oneteam.procedures.queries import by_due, in_state
from oneteam.procedures.shown import Returned, clocks_of
from oneteam.triage.queries import pressing
from oneteam.web.lists import Filter, Tab, url_with
from oneteam.web.parts import Empty, Link, PageHeader
from oneteam.web.slots import collect, collect_bulk

SHOWN = 30  # rows of the list; what is below them comes up as those above are sent
COUNT_LIMIT = 1_000  # open reports that the desk counts and sorts by their limit; the list of reports shows them all

TABS: tuple[tuple[str, Promise], ...] = (
    ("new", gettext_lazy("To decide")),
    ("soon", gettext_lazy("Due soon")),
    ("late", gettext_lazy("Overdue")),
    ("back", gettext_lazy("Returned")),
    ("going", gettext_lazy("In hand")),
)


@dataclass(frozen=True, slots=True)
class DeskRow:
    """A report in the desk's list; `current` when it is the one that is open."""

    id: str
    title: str
    url: str
    facts: Sequence[object]
    clock: object
    current: bool


@dataclass(frozen=True, slots=True)
class Asked:
    """What the desk's address asks for; whatever is unknown in it is left out."""

    tab: str
    channel: str
    open: UUID | None

    @classmethod
    def of(cls, query: QueryDict) -> "Asked":
        """Read an address."""
        tab, channel = query.get("tab", ""), query.get("channel", "")
        return cls(
            tab=tab if tab in dict(TABS) else TABS[0][0],
            channel=channel if channel in CHANNELS else "",
            open=_uuid(query.get("open", "")),
        )


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def desk_context(
    request: PersonRequest, *, at: datetime, report: UUID | None = None, returned: Returned | None = None
) -> dict[str, Any]:
    """Return what the desk's template shows. `report` is open, else the one the address names, else the first.

    A fixed number of queries, whatever the number of rows.
    """
    asked = Asked.of(request.GET)
    views = _views(at, asked.channel)
    rows = _first(views[asked.tab])
    wanted = report or asked.open or (rows[0].id if rows else None)
    shown = intake.report(wanted) if wanted else None
    return {
        "header": PageHeader(
            title=_("Duty desk"),
            links=[
                Link(_("Hand the desk over"), reverse("handover")),
                Link(_("All reports"), reverse("reports")),
            ],
        ),
        "tabs": [
            Tab(label, url_with(request.GET, tab=key, open=None, also=None), len(views[key]), current=key == asked.tab)
            for key, label in TABS
        ],
        "filters": _filters(request, asked),
        "channels": [
            (code, word, url_with(request.GET, channel=code, open=None, also=None)) for code, word in CHANNELS.items()
        ],
        "rows": _rows(request, rows, shown.id if shown else None, at=at),
        "more": len(views[asked.tab]) - len(rows),
        "empty": _empty(asked),
        "open": shown,
        "wait": waiting(),
        "strips": collect(DESK_STRIPS, request),
        "merge_key": str(uuid7()),
        "back": request.get_full_path() if request.method == "GET" else reverse("desk"),
        **({"file": report_context(request, shown, at=at, returned=returned)} if shown else {}),
        "returned": returned,
    }


def _views(at: datetime, channel: str) -> dict[str, list[UUID]]:
    """Return the ids of each tab, the nearest time limit first; emergencies (as proposed) are decided first."""
    open_reports = Report.objects.filter(id__in=in_state("report", *intake.AWAITED))
    if channel:
        open_reports = open_reports.filter(channel=channel)
    found = dict(open_reports.order_by("received_at", "id").values_list("id", "incident_id")[:COUNT_LIMIT])
    due = by_due(found, at)
    ordered = [*due, *(one for one in found if one not in due)]
    back = _without_order({incident for incident in found.values() if incident})
    undecided = [one for one in ordered if found[one] is None]
    first = pressing(undecided, Urgency.VERY_URGENT)
    return {
        "new": sorted(undecided, key=lambda one: one not in first),
        "soon": [one for one, state in due.items() if state is ClockState.WARN],
        "late": [one for one, state in due.items() if state is ClockState.OVERDUE],
        "back": [one for one in ordered if found[one] in back],
        "going": [one for one in ordered if found[one] is not None],
    }


def _without_order(incidents: Iterable[UUID]) -> set[UUID]:
    """Return which established incidents have no order under way: none was sent, or all came back.

    What an officer took over from the patrol, or has a case of, needs none.
    """
    wanted = set(incidents)
    if not wanted:
        return wanted
    wanted -= in_officers_hands(wanted)
    open_orders: QuerySet[Any] = in_state("order", "sent", "accepted", "arrived", "suspended", "handled")
    busy = set(Order.objects.filter(incident__in=wanted, id__in=open_orders).values_list("incident_id", flat=True))
    return set(in_state("incident", "established").filter(id__in=wanted - busy))


def _first(ids: Sequence[UUID]) -> list[Report]:
    place = {one: position for position, one in enumerate(ids[:SHOWN])}
    return sorted(intake.reports_by_id(place), key=lambda row: place[row.id])


def _rows(request: PersonRequest, rows: Sequence[Report], shown: UUID | None, *, at: datetime) -> list[DeskRow]:
    listed: Sequence[Listed] = intake.listed(rows)
    cells = collect_bulk(REPORT_CELLS, request, listed)
    clocks = clocks_of([row.id for row in rows], at=at, running=True)
    return [
        DeskRow(
            id=str(row.id),
            title=title_of(row.told),
            url=url_with(request.GET, open=str(row.id), also=None),
            facts=[_("No. %(number)d") % {"number": row.number}, CHANNELS[row.channel], *cells.get(row.id, [])],
            clock=next((clock.chip for clock in clocks.get(row.id, []) if clock.stopped is None), ""),
            current=row.id == shown,
        )
        for row in listed
    ]


def _filters(request: PersonRequest, asked: Asked) -> list[Filter]:
    if not asked.channel:
        return []
    return [Filter(_("Channel"), CHANNELS[asked.channel], url_with(request.GET, channel=None))]


def _empty(asked: Asked) -> Empty:
    if asked.channel:
        return Empty(_("No report stands here."), _("Remove a filter, or choose another view above."))
    if asked.tab == "new":
        return Empty(_("No report waits for a decision."), _("New ones appear here by themselves."), icon="tick")
    return Empty(_("No report stands here."), _("Choose another view above."), icon="tick")
