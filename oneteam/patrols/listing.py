"""Lists of findings, for a phone first."""

from collections.abc import Callable, Sequence
from datetime import datetime

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from oneteam.kernel.clock import legal_day
from oneteam.lawbook.catalogue import matter_name
from oneteam.patrols import queries
from oneteam.patrols.models import Finding
from oneteam.patrols.page import handling_chip, place_name, state_chip
from oneteam.patrols.rules import FINDERS
from oneteam.people.middleware import PersonRequest
from oneteam.places.queries import around, localised
from oneteam.procedures.queries import runs
from oneteam.web.lists import Column, Row, Tab, WorkList, url_with
from oneteam.web.parts import Empty, Link

LIMIT = 200

View = tuple[str, Promise, Callable[[], Sequence[Finding]]]


def _views(request: PersonRequest, at: datetime) -> list[View]:
    """Return the views that the acting role has: key, label and what gives their rows."""
    acting, day = request.acting, legal_day(at)
    person = acting.actor.person_id
    if acting.post.role not in FINDERS or person is None:
        return [
            ("today", gettext_lazy("Today"), lambda: list(queries.found_on(day)[:LIMIT])),
            ("waiting", gettext_lazy("For officers"), lambda: list(queries.waiting_for_officers()[:LIMIT])),
        ]
    found: list[View] = [
        ("today", gettext_lazy("Today"), lambda: list(queries.found_on(day, by=person)[:LIMIT])),
        ("open", gettext_lazy("To do"), lambda: list(queries.unfinished(person)[:LIMIT])),
    ]
    if acting.post.role == "officer":
        found += [
            ("waiting", gettext_lazy("To take over"), lambda: _waiting(request, at)),
            ("mine", gettext_lazy("Taken over"), lambda: list(queries.taken_by(person)[:LIMIT])),
        ]
    return found


def _waiting(request: PersonRequest, at: datetime) -> list[Finding]:
    """Return what waits for officers, what lies on the acting officer's ground first."""
    scope, within = request.acting.post.scope, around(legal_day(at))
    return sorted(queries.waiting_for_officers()[:LIMIT], key=lambda row: within(row.place_id).isdisjoint(scope))


def finding_list(request: PersonRequest, *, at: datetime) -> WorkList:
    """Return the list that the address asks for, in a fixed number of queries."""
    views = _views(request, at)
    asked = request.GET.get("view", "")
    chosen = asked if asked in {key for key, *_rest in views} else views[0][0]
    rows = {key: give() for key, _label, give in views}
    return WorkList(
        id="findings",
        caption=_("Findings"),
        title_column=_("Finding"),
        columns=[Column(_("State"), word_on_phone=False), Column(_("Found by")), Column(_("Found at"), "time")],
        rows=_rows(rows[chosen]),
        empty=_empty(chosen, finder=request.acting.post.role in FINDERS),
        tabs=[
            Tab(label, url_with(request.GET, view=key), len(rows[key]), current=key == chosen)
            for key, label, _give in views
        ],
        count=len(rows[chosen]),
        live=not rows[chosen],
    )  # fmt: skip


def _rows(findings: Sequence[Finding]) -> list[Row]:
    state = runs([finding.id for finding in findings])
    return [
        Row(
            id=str(row.id),
            title=matter_name(row.matter),
            url=reverse("finding", args=[row.id]),
            facts=[_("No. %(number)d") % {"number": row.number}, handling_chip(row.handling), place_name(row)],
            cells=[
                state_chip(state[row.id].state, str(state[row.id].label)),
                localised(row.found_by.name_zh, row.found_by.name_en),
                row.found_at,
            ],
        )
        for row in findings
    ]


def _empty(view: str, *, finder: bool) -> Empty:
    new = Link(_("New finding"), reverse("finding-new")) if finder else None
    if view == "today":
        return Empty(_("Nothing was found today."), _("A finding takes three taps: photo, place, matter."), new)
    if view == "waiting":
        return Empty(_("No finding waits for an officer."), _("New ones appear here by themselves."), icon="tick")
    if view == "mine":
        return Empty(_("You have taken no finding over."), icon="tick")
    return Empty(_("Every finding is settled or passed on."), icon="tick")
