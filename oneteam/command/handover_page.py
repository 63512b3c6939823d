"""The page of the hand-over: what is open, and what the one before said."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _

from oneteam.command import handover, queries
from oneteam.command.forms import HandOverForm
from oneteam.command.listing import order_rows
from oneteam.intake.labels import title_of
from oneteam.intake.queries import listed, reports_by_id
from oneteam.kernel.ids import uuid7
from oneteam.people.middleware import PersonRequest
from oneteam.people.queries import actor_names
from oneteam.procedures.shown import Returned, clocks_of
from oneteam.web.lists import Column, Row, WorkList
from oneteam.web.parts import Empty, Link, PageHeader
from oneteam.web.typed import SentBack


def handover_context(
    request: PersonRequest, *, at: datetime, form: HandOverForm, returned: Returned | None
) -> dict[str, Any]:
    """Return what the template shows: a hand-over that waits, or what is open now with the form to hand it over."""
    wait = handover.waiting()
    reports, orders = handover.still_open(wait.items) if wait else handover.open_items()
    mine = wait is not None and wait.given_by_id == request.acting.actor.person_id
    given = actor_names([f"person:{wait.given_by_id}"]) if wait else {}
    return {
        "header": PageHeader(title=_("Hand-over"), crumbs=[Link(_("Duty desk"), reverse("desk"))]),
        "wait": wait,
        "mine": mine,
        "given_by": next(iter(given.values()), ""),
        "note": handover.note_of(wait) if wait else "",
        "reports": _reports(reports, at=at),
        "orders": order_rows(queries.orders_by_id(orders), name="open-orders", caption=_("Orders under way"), at=at),
        "form": form,
        "key": (returned and returned.key) or str(uuid7()),
        "sent_back": SentBack(returned.refusal, [form], None) if returned else None,
    }


def _reports(ids: Sequence[UUID], *, at: datetime) -> WorkList:
    place = {one: position for position, one in enumerate(ids)}
    shown = listed(sorted(reports_by_id(ids), key=lambda row: place[row.id]))
    clocks = clocks_of(ids, at=at, running=True)
    return WorkList(
        id="open-reports", caption=_("Open reports"), title_column=_("Report"), count=len(shown), titled=True,
        columns=[Column(_("State"), word_on_phone=False), Column(_("Time limit"), word_on_phone=False)],
        empty=Empty(_("No report is open."), icon="tick"),
        rows=[
            Row(
                id=str(row.id), title=title_of(row.told), url=reverse("report", args=[row.id]),
                facts=[_("No. %(number)d") % {"number": row.number}],
                cells=[row.state_label, next((one for one in clocks.get(row.id, []) if one.stopped is None), "")],
            )
            for row in shown
        ],
    )  # fmt: skip
