"""The list of cases."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _

from oneteam.cases import queries
from oneteam.cases.models import Case
from oneteam.cases.page import state_chip, title_of
from oneteam.cases.rules import READERS_OF_ALL
from oneteam.people.middleware import PersonRequest
from oneteam.people.standing import person_names
from oneteam.procedures.queries import runs
from oneteam.procedures.shown import clocks_of
from oneteam.things.queries import parties
from oneteam.web.exporting import FILE_TYPES, PARAMETER
from oneteam.web.lists import PAGE_SIZE, Column, Row, Tab, WorkList, url_with
from oneteam.web.parts import Empty, Link

FILE_ROWS = 10_000
VIEWS = {"open": queries.OPEN, "all": ()}


def case_list(request: PersonRequest, *, at: datetime) -> WorkList:
    """Return the acting officer's cases, or all for who reads all, the newest first; a file holds all pages at once."""
    view = request.GET.get("view", "open")
    view = view if view in VIEWS else "open"
    whole = request.GET.get(PARAMETER, "") in FILE_TYPES
    before, most = "" if whole else request.GET.get("before", ""), FILE_ROWS if whole else PAGE_SIZE
    whose = None if request.acting.post.role in READERS_OF_ALL else request.acting.post.person
    rows = queries.cases_of(whose, states=VIEWS[view], before=int(before) if before.isdigit() else None, limit=most + 1)
    shown, own = rows[:most], request.acting.post.role == "officer"
    words = {"open": _("Open cases"), "all": _("All")}
    return WorkList(
        id="cases", caption=_("Cases"), title_column=_("Case"),
        columns=[
            Column(_("State"), word_on_phone=False), Column(_("Time limit"), word_on_phone=False), Column(_("Party")),
            Column(_("Officers")), Column(_("Opened at"), "time"),
        ],
        rows=case_rows(shown, at=at),
        empty=Empty(
            _("No case is open."), _("A case begins on the page of an order, or here for what you find yourself."),
            link=Link(_("Open on-the-spot case"), reverse("case-new")) if own else None,
        ),
        tabs=[Tab(words[name], url_with(request.GET, view=name), current=name == view) for name in VIEWS],
        count=len(shown), exact=len(rows) <= most,
        older=f"{url_with(request.GET)}&before={shown[-1].number}" if len(rows) > most else "",
    )  # fmt: skip


def case_rows(rows: Sequence[Case], *, at: datetime) -> list[Row]:
    """Return cases as rows, in a fixed number of queries."""
    ids: list[UUID] = [row.id for row in rows]
    state, clocks = runs(ids), clocks_of(ids, at=at, running=True)
    people = person_names({one for row in rows for one in row.officers})
    known = parties(row.party_id for row in rows if row.party_id)
    return [
        Row(
            id=str(row.id), title=title_of(row), url=reverse("case", args=[row.id]),
            facts=[_("No. %(number)d") % {"number": row.number}],
            cells=_cells(row, state[row.id], clocks.get(row.id, []), known, people),
        )
        for row in rows
    ]  # fmt: skip


def _cells(row: Case, run: Any, clocks: Sequence[Any], known: Any, people: Any) -> list[object]:
    return [
        state_chip(run), next((clock for clock in clocks if clock.stopped is None), ""),
        known[row.party_id].name if row.party_id in known else "", _(", ").join(people[one] for one in row.officers),
        row.opened_at,
    ]  # fmt: skip
