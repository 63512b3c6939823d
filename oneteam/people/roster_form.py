"""The forms of a roster: shifts, their order and the teams are written as lines of words."""

from collections.abc import Sequence
from datetime import time
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from oneteam.directories.fields import day_field, moment_field
from oneteam.people.labels import ROLES
from oneteam.people.models import Post
from oneteam.people.register_forms import unit_field
from oneteam.people.rosters import Pattern, Shift


class RosterForm(forms.Form):
    """A roster: teams of people take turns at shifts."""

    unit = unit_field()
    role = forms.ChoiceField(label=gettext_lazy("Role"), choices=list(ROLES.items()))
    first = day_field(gettext_lazy("First day"))
    last = day_field(gettext_lazy("Last day"))
    shifts = forms.CharField(
        label=gettext_lazy("Shifts"), widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("A line each: name, beginning, hours, as in: day 08:00 12"),
    )  # fmt: skip
    cycle = forms.CharField(
        label=gettext_lazy("Order of shifts"), max_length=500,
        help_text=gettext_lazy("A shift for each day, - for a day off, as in: day night - -"),
    )  # fmt: skip
    teams = forms.CharField(
        label=gettext_lazy("Teams"), widget=forms.Textarea(attrs={"rows": 4}),
        help_text=gettext_lazy("A team a line: the user names of its people"),
    )  # fmt: skip
    whole_day = forms.BooleanField(
        label=gettext_lazy("Somebody must serve at every hour"), required=False, initial=True
    )  # fmt: skip

    def clean_shifts(self) -> list[Shift]:
        """Read a shift a line."""
        found = []
        for line in str(self.cleaned_data["shifts"]).splitlines():
            words = line.split()
            if not words:
                continue
            try:
                name, starts, hours = words
                found.append(Shift(name, time.fromisoformat(starts), int(hours)))
            except ValueError:
                message = _("“%(line)s” is no shift; write name, beginning and hours, as in: day 08:00 12")
                raise forms.ValidationError(message % {"line": line}) from None
        return found

    def clean_cycle(self) -> list[str]:
        """Read the shift of each day; a hyphen is a day off."""
        return ["" if word in ("-", "–", "休") else word for word in str(self.cleaned_data["cycle"]).split()]

    def clean(self) -> dict[str, Any]:
        """Return what the act takes: a pattern, and teams of posts."""
        values = super().clean() or {}
        if self.errors:
            return values
        pattern = Pattern(values["shifts"], values["cycle"], bool(values["whole_day"]))
        teams = [self._team(line.split(), values) for line in str(values["teams"]).splitlines() if line.split()]
        return {
            "unit": values["unit"], "first": values["first"], "last": values["last"], "pattern": pattern,
            "teams": teams,
        }  # fmt: skip

    def _team(self, names: Sequence[str], values: dict[str, Any]) -> list[UUID]:
        """Return the posts of a team in this unit and role; an error names who holds none."""
        held = Post.objects.filter(
            person__account__username__in=names, unit=values["unit"], role=values["role"]
        ).select_related("person__account")  # fmt: skip
        posts = {post.person.account.username: post.id for post in held if post.holds_on(values["first"])}
        if missing := [name for name in names if name not in posts]:
            message = _("These hold no such post in this unit on the first day: %(names)s.")
            self.add_error("teams", message % {"names": ", ".join(missing)})
        return list(posts.values())


class CutForm(forms.Form):
    """From when the turns of a roster are taken back."""

    start = moment_field(gettext_lazy("From"))
