"""Forms of the desk and of orders."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from oneteam.command.acts import PHOTO_LIMIT, photos_fault
from oneteam.command.conduct import GROUNDS
from oneteam.command.offers import offered_places
from oneteam.files.forms import PhotosField, photos_of
from oneteam.intake.labels import URGENCIES
from oneteam.intake.models import Incident, Urgency
from oneteam.kernel.texts import TEXT_LIMIT
from oneteam.lawbook.catalogue import matters
from oneteam.lawbook.offers import matter_choices
from oneteam.patrols.queries import Found
from oneteam.people.queries import HeldPost, posts
from oneteam.places.queries import Named
from oneteam.triage.models import Proposal
from oneteam.web.widgets import WORDS, SearchedSelect, say_who_is_gone


class DecideForm(forms.Form):
    """What the report is: the machine's proposal, confirmed or corrected."""

    matter = forms.ChoiceField(
        label=gettext_lazy("Matter"),
        error_messages={"required": gettext_lazy("Choose a matter")},
        widget=SearchedSelect({"data-key": "e"}, url="offer-matters", label=gettext_lazy("Search all matters")),
    )
    urgency = forms.ChoiceField(label=gettext_lazy("Urgency"), choices=list(URGENCIES.items()))
    place = forms.ChoiceField(
        label=gettext_lazy("Place"), required=False,
        widget=SearchedSelect(url="offer-places", label=gettext_lazy("Search roads, shops, landmarks")),
    )  # fmt: skip

    def __init__(
        self, *args: Any, proposal: Proposal | None, places: Sequence[Named], on: date, found: Found | None = None,
        **kwargs: Any,
    ) -> None:  # fmt: skip
        kwargs.setdefault("auto_id", "id_decide_%s")
        kwargs["initial"] = {
            "matter": proposal.matter if proposal else None,
            "urgency": proposal.urgency if proposal else Urgency.GENERAL,
            "place": str(proposal.place_id) if proposal and proposal.place_id else "",
        }
        if found is not None:  # a person who stood there knows more than the machine
            kwargs["initial"] |= {"matter": found.matter, "place": str(found.place or "")}
        super().__init__(*args, **kwargs)
        self.proposal, self.found = proposal, found
        _choices(self, "matter", matter_choices(on, likely=self._likely(), words=self.data.get("matter" + WORDS, "")))
        _choices(self, "place", [("", _("Unresolved")), *((str(place.id), place.name) for place in places)])

    def _likely(self) -> list[str | None]:
        """Return the matter that was sent, the one found on the spot, the proposed one and those beside it."""
        first = [self.data.get("matter"), self.found.matter if self.found else None]
        if self.proposal is None:
            return first
        beside = self.proposal.content.get("matter", {}).get("alternatives", [])
        return [*first, self.proposal.matter, *(other["value"] for other in beside)]

    def corrected(self) -> tuple[str, ...]:
        """Return which parts of the proposal the person changed; none where there was no proposal."""
        if self.proposal is None:
            return ()
        given = {
            "matter": self.proposal.matter or "",
            "urgency": self.proposal.urgency,
            "place": str(self.proposal.place_id or ""),
        }
        return tuple(name for name, value in given.items() if self.cleaned_data[name] != value)


class CorrectForm(DecideForm):
    """What an incident really is."""

    def __init__(self, *args: Any, incident: Incident, places: Sequence[Named], **kwargs: Any) -> None:
        kwargs.setdefault("auto_id", "id_correct_%s")
        self._known = incident.matter
        super().__init__(*args, proposal=None, places=places, **kwargs)
        self.initial = {
            "matter": incident.matter, "urgency": incident.urgency, "place": str(incident.place_id or ""),
        }  # fmt: skip
        del self.fields["matter"].widget.attrs["data-key"]

    def _likely(self) -> list[str | None]:
        return [self.data.get("matter"), self._known]

    def established(self) -> dict[str, Any]:
        """Return what the incident is now."""
        return incident_of(self)


class SendForm(forms.Form):
    """An order: who goes, and what is to be done."""

    post = forms.ChoiceField(label=gettext_lazy("Send to"), required=False)
    instruction = forms.CharField(
        label=gettext_lazy("What is to be done"), max_length=TEXT_LIMIT,
        error_messages={"required": gettext_lazy("Write what is to be done.")},
        widget=forms.Textarea(attrs={"rows": 2}),
    )  # fmt: skip

    def __init__(self, *args: Any, on_duty: Sequence[HeldPost], **kwargs: Any) -> None:
        kwargs.setdefault("auto_id", "id_send_%s")
        super().__init__(*args, **kwargs)
        _choices(self, "post", [("", ""), *((str(post.id), post.name) for post in on_duty)])
        say_who_is_gone(self.fields["post"], self.data.get("post"), _gone)
        # An instruction is asked for where somebody is chosen; accepting without an order needs none.
        self.fields["instruction"].required = not self.is_bound or bool(self.data.get("post"))

    def chosen(self) -> UUID | None:
        """Return the chosen post."""
        return UUID(self.cleaned_data["post"]) if self.cleaned_data.get("post") else None


def _gone(post: UUID) -> str:
    held = posts([post]).get(post)
    return _("%(name)s is not on duty any more; choose another one.") % {"name": held.name} if held else ""


def _choices(form: forms.Form, name: str, choices: list[tuple[str, Any]]) -> None:
    field = form.fields[name]
    assert isinstance(field, forms.ChoiceField)
    field.choices = choices


class HandOverForm(forms.Form):
    """What the next dispatcher has to know."""

    note = forms.CharField(
        label=gettext_lazy("What the next one has to know"), max_length=TEXT_LIMIT,
        error_messages={"required": gettext_lazy("Write what the next one has to know; “nothing” will do.")},
        widget=forms.Textarea(attrs={"rows": 4}),
    )  # fmt: skip


class SplitForm(forms.Form):
    """Why a report is about something else than its incident."""

    reason = forms.CharField(
        label=gettext_lazy("What else it is about"), max_length=TEXT_LIMIT, widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": gettext_lazy("Write what else it is about.")},
    )  # fmt: skip


class SuspendForm(forms.Form):
    """Why the work cannot go on."""

    ground = forms.ChoiceField(label=gettext_lazy("Why the work cannot go on"), choices=list(GROUNDS.items()))
    reason = forms.CharField(
        label=gettext_lazy("In your words"), max_length=TEXT_LIMIT, widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": gettext_lazy("Write why.")},
    )  # fmt: skip


def correct_form(incident: Incident, data: Any = None, *, on: date) -> "CorrectForm":
    """Return the form for correcting an incident, with what it was established to be."""
    return CorrectForm(data, incident=incident, places=offered_places([incident.place_id], data, on=on), on=on)


class HandleForm(forms.Form):
    """What was done, with photos."""

    before = PhotosField(label=gettext_lazy("Photos from before"), required=False)
    after = PhotosField(
        label=gettext_lazy("Photos from after"), help_text=gettext_lazy("It is verified from them."),
        error_messages={"required": gettext_lazy("Take a photo of how it looks now; it is verified from it.")},
    )  # fmt: skip
    note = forms.CharField(
        label=gettext_lazy("What was done"),
        max_length=TEXT_LIMIT,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": gettext_lazy("Write what was done.")},
    )

    def clean(self) -> dict[str, Any]:
        """Open the photos once everything else is right: at most twelve over both fields."""
        moments = ("before", "after")
        if sum(len(self.cleaned_data.get(moment, ())) for moment in moments) > PHOTO_LIMIT:
            self.add_error("after", photos_fault())
        for moment in moments if not self.errors else ():
            try:
                self.cleaned_data[moment] = photos_of(self.cleaned_data[moment])
            except forms.ValidationError as error:
                self.add_error(moment, error)
        return self.cleaned_data


def incident_of(form: DecideForm) -> dict[str, Any]:
    """Return what a decided form establishes: the matter's own field and handling beside what was chosen."""
    matter = matters()[form.cleaned_data["matter"]]
    return {
        "matter": matter.code, "field": matter.field or "", "handling": str(matter.kind),
        "urgency": form.cleaned_data["urgency"],
        "place": UUID(form.cleaned_data["place"]) if form.cleaned_data["place"] else None,
    }  # fmt: skip
