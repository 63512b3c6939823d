"""Which days a figure is about: today, 7 or 30 days, or days that somebody chose. Days are legal days in Shanghai."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from oneteam.kernel.clock import SHANGHAI, legal_day
from oneteam.supervision.measuring import Span

DAY = timedelta(days=1)
DAYS: dict[str, tuple[int, str | Promise]] = {
    "1": (1, gettext_lazy("Today")),
    "7": (7, gettext_lazy("7 days")),
    "30": (30, gettext_lazy("30 days")),
}
USUAL = "30"
LONGEST = 366  # days; a year with its leap day
EARLIEST = date(2000, 1, 1)  # no journal is older


class ChosenDays(forms.Form):
    """The days that somebody chose, both included."""

    since = forms.DateField(
        label=gettext_lazy("From"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    until = forms.DateField(
        label=gettext_lazy("To, this day included"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    by = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today

    def clean(self) -> dict[str, Any]:
        """Refuse days in the wrong order, to come, or too many."""
        found: dict[str, Any] = super().clean() or {}
        since, until = found.get("since"), found.get("until")
        if since and since > self.today:
            self.add_error("since", _("This day is still to come; choose today or earlier."))
        elif since and since < EARLIEST:
            self.add_error("since", _("No acts are that old; choose %(day)s or later.") % {"day": EARLIEST})
        elif since and until and until < since:
            self.add_error("until", _("The last day comes before the first; choose %(day)s or later.") % {"day": since})
        elif since and until and (until - since).days >= LONGEST:
            self.add_error("until", _("At most %(most)d days can be shown at once.") % {"most": LONGEST})
        return found


@dataclass(frozen=True, slots=True)
class Days:
    """The days that a page is about. `name`: one of DAYS, or "" for chosen ones; `form` has them, with their faults."""

    first: date
    last: date
    span: Span
    name: str
    form: ChosenDays

    def all(self) -> list[date]:
        """Return every day."""
        return [self.first + n * DAY for n in range((self.last - self.first).days + 1)]


def last_days(number: int, at: datetime) -> Span:
    """Return the last days until now, today included; compared with the same time of as many days before."""
    since = _midnight(legal_day(at) - (number - 1) * DAY)
    return Span(since, at + timedelta(microseconds=1), number * DAY)


def days_of(query: QueryDict, at: datetime) -> Days:
    """Read an address. What it asks in vain is answered with the usual days, and the form says what is wrong."""
    today = legal_day(at)
    chosen = ChosenDays(query if "since" in query or "until" in query else None, today=today)
    if chosen.is_bound and chosen.is_valid():
        first, last = chosen.cleaned_data["since"], min(chosen.cleaned_data["until"], today)
        if last == today:
            return Days(first, last, last_days((last - first).days + 1, at), "", chosen)
        return Days(first, last, Span(_midnight(first), _midnight(last + DAY), last + DAY - first), "", chosen)
    name = query.get("days", USUAL) if query.get("days", USUAL) in DAYS else USUAL
    number = DAYS[name][0]
    first = today - (number - 1) * DAY
    if not chosen.is_bound:
        chosen = ChosenDays(initial={"since": first, "until": today, "by": query.get("by", "")}, today=today)
    return Days(first, today, last_days(number, at), "" if chosen.is_bound else name, chosen)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), SHANGHAI)
