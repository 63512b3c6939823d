"""The leader's page in plain words: each sentence counts something, and leads to the list of what it counts."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from oneteam.command.listing import columns, order_rows
from oneteam.command.panels import order_title
from oneteam.command.queries import Order
from oneteam.kernel.clock import SHANGHAI
from oneteam.procedures.queries import Standing as Pressure
from oneteam.procedures.queries import standing
from oneteam.supervision.declaration import indicators
from oneteam.supervision.leading import LOADED, SOON, WAITED, Standing
from oneteam.supervision.measuring import measure
from oneteam.supervision.page import percent
from oneteam.supervision.spans import last_days
from oneteam.web.lists import WorkList
from oneteam.web.parts import HOUR, MINUTE, Empty, State, duration

NAMED = 3  # units or people that a sentence names
WEEK = 7
TITLES: dict[str, Promise] = {
    "overdue": gettext_lazy("Overdue orders"),
    "due": gettext_lazy("Orders due in the next hours"),
    "unaccepted": gettext_lazy("Orders that nobody has accepted"),
    "away": gettext_lazy("Orders of people who are away"),
    "verify": gettext_lazy("Handled orders that wait for verification"),
    "in_hand": gettext_lazy("Orders in hand"),
}


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence, with the list that it counts. `state`: colour and shape mark exceptions only."""

    text: str
    url: str
    state: State = "plain"


@dataclass(frozen=True, slots=True)
class Part:
    """Sentences under a heading; `calm` is said where there is none."""

    title: str
    sentences: Sequence[Sentence]
    calm: str = ""


def parts(here: Standing) -> list[Part]:
    """Return what a leader reads, what needs a hand first."""
    city = standing(("report",), here.at, most=1)
    return [
        Part(
            _("Needs a hand now"),
            list(_now(here, city)),
            _("Nothing is overdue, and nothing lies with somebody away."),
        ),
        Part(
            _("Will break in the next hours"),
            list(_soon(here, city)),
            _("Nothing falls due in the next hours."),
        ),
        Part(_("How it went in the whole city"), list(_went(here.at))),
    ]


def _list_url(which: str, **more: str) -> str:
    query = f"?{urlencode(more)}" if more else ""
    return reverse("leader-list", args=[which]) + query


def _now(here: Standing, city: Pressure) -> Iterator[Sentence]:
    if overdue := here.found("overdue"):
        late = duration(here.at - here.dues[overdue[0].id])
        text = ngettext(
            "%(count)d order is overdue, by %(time)s: %(title)s.",
            "%(count)d orders are overdue, the longest by %(time)s: %(title)s.", len(overdue),
        )  # fmt: skip
        told = {"count": len(overdue), "time": late, "title": order_title(overdue[0])}
        yield Sentence(text % told, _list_url("overdue"), "overdue")
    for held, count in here.by_post(here.found("away"))[:NAMED]:
        until = here.away[held.person].ends.astimezone(SHANGHAI)
        text = ngettext(
            "%(name)s is away until %(until)s and has %(count)d order in hand: nobody works on it.",
            "%(name)s is away until %(until)s and has %(count)d orders in hand: nobody works on them.", count,
        )  # fmt: skip
        told = {"name": held.name, "until": f"{until:%m-%d %H:%M}", "count": count}
        yield Sentence(text % told, _list_url("away", post=str(held.id)), "danger")
    if waiting := here.found("unaccepted"):
        text = ngettext(
            "%(count)d order was sent more than %(minutes)d minutes ago and is not accepted yet%(whose)s.",
            "%(count)d orders were sent more than %(minutes)d minutes ago and are not accepted yet%(whose)s.",
            len(waiting),
        )
        told = {"count": len(waiting), "minutes": WAITED // MINUTE, "whose": _whose(here, waiting)}
        yield Sentence(text % told, _list_url("unaccepted"), "warn")
    if city.overdue:
        text = ngettext(
            "%(count)d report of the city is past its time limit.",
            "%(count)d reports of the city are past their time limits.", city.overdue,
        )  # fmt: skip
        yield Sentence(text % {"count": city.overdue}, _reports_url("late"), "overdue")
    if unpaid := standing(("case_on_the_spot",), here.at, most=1).overdue:
        text = ngettext(
            "%(count)d case of the city is past a time limit, such as that of its payment.",
            "%(count)d cases of the city are past a time limit, such as that of their payment.", unpaid,
        )  # fmt: skip
        yield Sentence(text % {"count": unpaid}, reverse("cases"), "warn")


def _soon(here: Standing, city: Pressure) -> Iterator[Sentence]:
    due = here.found("due")
    if due:
        text = ngettext(
            "%(count)d order falls due in the next %(hours)d hours%(whose)s.",
            "%(count)d orders fall due in the next %(hours)d hours%(whose)s.", len(due),
        )  # fmt: skip
        told = {"count": len(due), "hours": SOON // HOUR, "whose": _whose(here, due)}
        yield Sentence(text % told, _list_url("due"), "warn")
    for held, count in here.by_post(due):
        if count > 1:
            first = min(here.dues[order.id] for order in due if order.post_id == held.id).astimezone(SHANGHAI)
            text = _("%(name)s has %(count)d of them, the first due at %(time)s.")
            told = {"name": held.name, "count": count, "time": f"{first:%H:%M}"}
            yield Sentence(text % told, _list_url("due", post=str(held.id)), "warn")
    for held, count in here.by_post(here.found("in_hand"))[:NAMED]:
        if count >= LOADED:
            text = _("%(name)s (%(unit)s) has %(count)d orders in hand at once.")
            told = {"name": held.name, "unit": held.unit, "count": count}
            yield Sentence(text % told, _list_url("in_hand", post=str(held.id)), "warn")
    if verify := here.found("verify"):
        text = ngettext(
            "%(count)d handled order waits for somebody to verify it%(whose)s.",
            "%(count)d handled orders wait for somebody to verify them%(whose)s.", len(verify),
        )  # fmt: skip
        yield Sentence(text % {"count": len(verify), "whose": _whose(here, verify)}, _list_url("verify"))
    if city.soon:
        text = ngettext(
            "%(count)d report of the city is near its time limit.",
            "%(count)d reports of the city are near their time limits.", city.soon,
        )  # fmt: skip
        yield Sentence(text % {"count": city.soon}, _reports_url("all"), "warn")


def _reports_url(view: str) -> str:
    """Return a view of the reports, what is due first coming first."""
    return f"{reverse('reports')}?view={view}&sort=limit"


def _whose(here: Standing, found: Sequence[Order]) -> str:
    """Return with which units these orders lie, as an end of a sentence; nothing where it is one unit alone."""
    units = here.by_unit(found)
    if len(units) < 2:
        return ""
    named = _(", ").join(_("%(unit)s: %(count)d") % {"unit": unit, "count": count} for unit, count in units[:NAMED])
    return _(" (%(units)s)") % {"units": named}


def _went(at: datetime) -> Iterator[Sentence]:
    """Say the figures of today and of the week, each against the days before."""
    known, today, week = indicators(), last_days(1, at), last_days(WEEK, at)

    def url(name: str, days: int) -> str:
        return f"{reverse('figure', args=[name])}?days={days}"

    reports = measure(known["reports"], today)
    text = ngettext(
        "%(count)d report came in today; at this time yesterday it was %(before)d.",
        "%(count)d reports came in today; at this time yesterday it was %(before)d.", reports.now.count,
    )  # fmt: skip
    yield Sentence(text % {"count": reports.now.count, "before": reports.before.count}, url("reports", 1))
    complaint = measure(known["complaint"], week).now
    promise = known["complaint"].promise
    if complaint.median is not None and promise is not None:
        text = _("Half of all complaints of the last 7 days were answered within %(time)s; the promise is %(promise)s.")
        told = {"time": duration(complaint.median), "promise": duration(promise)}
        yield Sentence(text % told, url("complaint", WEEK), "warn" if complaint.median > promise else "plain")
    for name, (some, none) in _SHARES.items():
        found = measure(known[name], week).now
        shown = percent(found.share)
        if shown is not None and found.settled:
            counted = {"reached": found.reached, "settled": found.settled, "share": f"{shown:g}"}
            yield Sentence(str(some if found.reached else none) % counted, url(name, WEEK))


_SHARES: dict[str, tuple[Promise, Promise]] = {
    "answered_in_time": (
        gettext_lazy("In the last 7 days %(reached)d of %(settled)d reports were answered in time (%(share)s%%)."),
        gettext_lazy("In the last 7 days none of %(settled)d reports was answered in time."),
    ),
    "reopened": (
        gettext_lazy("%(reached)d of %(settled)d answered reports of these days had to be taken up again."),
        gettext_lazy("None of the %(settled)d answered reports of these days had to be taken up again."),
    ),
    "returned": (
        gettext_lazy("%(reached)d of %(settled)d orders of these days came back undone."),
        gettext_lazy("None of the %(settled)d orders of these days came back undone."),
    ),
}
"""What a share says, and what it says where there is nothing of it."""


def leader_list(here: Standing, which: str, post: str) -> WorkList:
    """Return the orders that a sentence counts; `post` only those of one post, "" of all."""
    found = [order for order in here.found(which) if not post or str(order.post_id) == post]
    return WorkList(
        id="orders", caption=str(TITLES[which]), title_column=_("Order"), columns=columns(),
        rows=order_rows(found, at=here.at), count=len(found),
        empty=Empty(_("No such order any more."), _("What the sentence counted has been dealt with."), icon="tick"),
    )  # fmt: skip
