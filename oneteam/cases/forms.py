"""The forms of a case, one a page. `data-when` shows a field only with the choice that asks for it (web/app.js)."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from oneteam.cases import labels
from oneteam.cases.acts import PHOTO_LIMIT
from oneteam.cases.closing import SLIP_LIMIT
from oneteam.cases.deciding import Proposed, Settling
from oneteam.files.forms import PhotosField, photos_of
from oneteam.kernel.texts import TEXT_LIMIT
from oneteam.people.standing import person_names
from oneteam.web.widgets import SearchedSelect, say_who_is_gone

MOMENT = "%Y-%m-%dT%H:%M"
GROUNDS = {
    "": gettext_lazy("None"),
    "30": gettext_lazy("Article 30: party between 14 and 18"),
    "31": gettext_lazy("Article 31: mental illness"),
    "32": gettext_lazy("Article 32: lighter or mitigated"),
}
NATURAL = frozenset({"30", "31"})
"""Grounds that lie in a natural person."""


def _choices(words: Mapping[str, Any]) -> list[tuple[str, Any]]:
    return list(words.items())


def _radio(words: Mapping[str, Any], label: Any, **more: Any) -> forms.ChoiceField:
    return forms.ChoiceField(label=label, choices=_choices(words), widget=forms.RadioSelect, **more)


def _text(label: Any, *, rows: int = 0, when: str = "", need: Any = "", **more: Any) -> forms.CharField:
    attrs = {**({"rows": rows} if rows else {}), **({"data-when": when} if when else {}), **more.pop("attrs", {})}
    widget: forms.Widget = forms.Textarea(attrs=attrs) if rows else forms.TextInput(attrs=attrs)
    if need:
        more["error_messages"] = {"required": need}
    more.setdefault("max_length", TEXT_LIMIT if rows else 200)
    return forms.CharField(label=label, widget=widget, **more)


def _moment(label: Any, *, when: str = "", **more: Any) -> forms.DateTimeField:
    attrs = {"type": "datetime-local", **({"data-when": when} if when else {})}
    return forms.DateTimeField(
        label=label, widget=forms.DateTimeInput(attrs=attrs, format=MOMENT), input_formats=[MOMENT], **more
    )


class PhotosForm(forms.Form):
    """A form with photos, opened once everything else is right."""

    photos = PhotosField(label=gettext_lazy("Photos"), required=False)

    def clean(self) -> dict[str, Any]:
        """Open the photos."""
        if len(self.cleaned_data.get("photos", ())) > PHOTO_LIMIT:
            self.add_error("photos", _("At most %(limit)d photos are taken at once.") % {"limit": PHOTO_LIMIT})
        if not self.errors:
            try:
                self.cleaned_data["photos"] = photos_of(self.cleaned_data["photos"])
            except forms.ValidationError as error:
                self.add_error("photos", error)
        return self.cleaned_data


class OpenForm(forms.Form):
    """Who is the second officer, and what was seen."""

    second = forms.TypedChoiceField(
        label=gettext_lazy("Second officer"), coerce=UUID,
        error_messages={"required": gettext_lazy("Choose who is the second officer.")},
    )  # fmt: skip
    remark = _text(gettext_lazy("What you see"), rows=2, required=False)
    incident = forms.UUIDField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, officers: Iterable[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        second = self.fields["second"]
        assert isinstance(second, forms.ChoiceField)
        second.choices = [("", _("Choose a person")), *officers]
        say_who_is_gone(second, self.data.get("second"), _no_officer)


def _no_officer(person: UUID) -> str:
    name = person_names([person]).get(person)
    return _("%(name)s holds no post as an officer any more; choose another one.") % {"name": name} if name else ""


class IdentifyForm(forms.Form):
    """Who the party is."""

    asked = ("credit_code", "representative")
    kind = _radio(labels.PARTY_KINDS, gettext_lazy("Kind of party"), initial="citizen")
    name = _text(gettext_lazy("Name of the party"), max_length=100, need=gettext_lazy("Enter the name."))
    id_number = _text(gettext_lazy("Resident identity number"), max_length=30, when="kind=citizen", required=False)
    born_on = forms.DateField(
        label=gettext_lazy("Date of birth, as told"), required=False,
        help_text=gettext_lazy("Only where there is no identity number"),
        widget=forms.DateInput(attrs={"type": "date", "data-when": "kind=citizen"}, format="%Y-%m-%d"),
    )  # fmt: skip
    credit_code = _text(
        gettext_lazy("Unified social credit code"), max_length=30, required=False,
        when="kind=individual_business|legal_person|other_organisation",
    )  # fmt: skip
    representative = _text(
        gettext_lazy("Legal representative or person in charge"), max_length=100, required=False,
        when="kind=individual_business|legal_person|other_organisation",
    )  # fmt: skip
    phone = _text(gettext_lazy("Telephone"), max_length=30, required=False, attrs={"inputmode": "tel"})
    address = _text(gettext_lazy("Address"), required=False)


class NoteForm(PhotosForm):
    """What was found."""

    matter = forms.CharField(
        label=gettext_lazy("Matter"), max_length=20,
        widget=SearchedSelect(url="offer-matters", label=gettext_lazy("Search matters")),
        error_messages={"required": gettext_lazy("Choose a matter")},
    )  # fmt: skip
    found_at = _moment(gettext_lazy("When"))
    where = _text(gettext_lazy("Place of the violation"), need=gettext_lazy("Write where it was."))
    act = _text(gettext_lazy("What the party did"), rows=3, need=gettext_lazy("Write what the party did."))
    premises = forms.UUIDField(label=gettext_lazy("Premises"), required=False, widget=forms.Select)
    field_order = ("matter", "found_at", "where", "act", "premises", "photos")


class OrderForm(forms.Form):
    """What is to be corrected, and by when."""

    asked = ("deadline",)
    mode = _radio(
        {"at_once": gettext_lazy("At once"), "by_deadline": gettext_lazy("By a deadline")},
        gettext_lazy("When it is to be corrected"), initial="at_once",
    )  # fmt: skip
    deadline = _moment(gettext_lazy("Deadline"), when="mode=by_deadline", required=False)
    demand = _text(gettext_lazy("What is to be corrected"), rows=3, need=gettext_lazy("Write what is to be corrected."))
    consequence = _text(
        gettext_lazy("What follows otherwise"), rows=2, need=gettext_lazy("Write what follows otherwise.")
    )
    refusal = _text(gettext_lazy("If the party refused to sign: how"), rows=2, required=False)

    def clean(self) -> dict[str, Any]:
        """Ask for the deadline where there is one."""
        values = self.cleaned_data
        if values.pop("mode", "") == "by_deadline":
            if not values.get("deadline") and "deadline" not in self.errors:
                self.add_error("deadline", _("Enter the deadline."))
        else:
            values["deadline"] = None
        return values


class RecheckForm(PhotosForm):
    """What the re-check found."""

    correction = _radio(labels.CORRECTIONS, gettext_lazy("What did you find?"))
    note = _text(gettext_lazy("Describe it"), rows=3, need=gettext_lazy("Write what was found."))
    field_order = ("correction", "note", "photos")


class PenaltyForm(forms.Form):
    """A penalty that is meant."""

    asked: tuple[str, ...] = ("amount",)
    penalty = _radio(labels.PENALTIES, gettext_lazy("Kind of penalty"), initial="fine")
    amount = forms.DecimalField(
        label=gettext_lazy("Fine in yuan"), required=False, max_digits=12, decimal_places=2,
        widget=forms.TextInput(attrs={"inputmode": "decimal", "data-when": "penalty=fine|warning_and_fine"}),
    )  # fmt: skip
    measured = forms.DecimalField(
        label=gettext_lazy("How many, or how much"), required=False, max_digits=12, decimal_places=2,
        help_text=gettext_lazy("The range of this matter depends on it"),
        widget=forms.TextInput(attrs={"inputmode": "decimal", "data-when": "penalty=fine|warning_and_fine"}),
    )  # fmt: skip
    grounds = forms.ChoiceField(
        label=gettext_lazy("Ground for less than the minimum"), choices=_choices(GROUNDS), required=False,
        widget=forms.Select(attrs={"data-when": "penalty=fine|warning_and_fine"}),
    )  # fmt: skip

    def proposed(self) -> Proposed:
        """Return the penalty that is meant."""
        values = self.cleaned_data
        amount: Decimal | None = values.pop("amount", None)
        ground, measured = values.pop("grounds", ""), values.pop("measured", None)
        return Proposed(
            penalty=values.pop("penalty"), amount=amount, measured=measured, grounds=(ground,) if ground else (),
            lighter=values.pop("lighter", False),
        )  # fmt: skip


class HearForm(PenaltyForm):
    """The intended penalty, told; and what the party said."""

    told = forms.BooleanField(
        label=gettext_lazy("The intended penalty, its facts, reasons and basis, and the party's rights were told"),
        error_messages={"required": gettext_lazy("Tell the party first, then tick this.")},
    )  # fmt: skip
    statement = _text(
        gettext_lazy("What the party said"), rows=3, help_text=gettext_lazy("“Nothing” will do."),
        need=gettext_lazy("Write what the party said; “nothing” will do."),
    )  # fmt: skip
    field_order = ("penalty", "amount", "measured", "grounds", "told", "statement")

    def clean(self) -> dict[str, Any]:
        """Return the penalty with what was said."""
        values = self.cleaned_data
        values.pop("told", None)
        return {"proposed": self.proposed(), **values} if not self.errors else values


class DecideForm(PenaltyForm):
    """The decision: the penalty as told, and how it is paid."""

    asked = ("amount", "payment", "cash_ground", "ground_note", "receipt_number")
    lighter = forms.BooleanField(
        label=gettext_lazy("Lighter or mitigated, because the party is under 18"), required=False
    )
    clear = forms.BooleanField(label=gettext_lazy("The facts are clear and proven"), required=False)
    other_kinds = forms.BooleanField(
        label=gettext_lazy("Confiscation, suspension or another kind of penalty is due"), required=False
    )
    no_order_reason = _text(gettext_lazy("Why nothing was ordered to be corrected"), rows=2, required=False)
    payment = _radio(labels.PAYMENTS, gettext_lazy("How it is paid"), required=False, initial="bank")
    cash_ground = forms.ChoiceField(
        label=gettext_lazy("Ground for cash"), choices=[("", "–"), *labels.CASH_GROUNDS.items()], required=False,
        widget=forms.Select(attrs={"data-when": "payment=cash"}),
    )  # fmt: skip
    ground_note = _text(
        gettext_lazy("What makes it so"), required=False, when="cash_ground=hard_later|remote",
        help_text=gettext_lazy("Why it is hard later; or that the party asked for it"),
    )  # fmt: skip
    receipt_number = _text(gettext_lazy("Number of the receipt"), max_length=60, when="payment=cash", required=False)
    number = forms.CharField(label=gettext_lazy("Number of the decision"), required=False, widget=forms.Select)
    happened = forms.BooleanField(
        label=gettext_lazy("Handed over already, without signal, under this number"), required=False
    )
    field_order = (
        "penalty", "amount", "measured", "grounds", "lighter", "clear", "other_kinds", "no_order_reason", "payment",
        "cash_ground", "ground_note", "receipt_number", "number", "happened",
    )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        """Return the penalty with what is settled beside it."""
        if self.errors:
            return self.cleaned_data
        proposed, values = self.proposed(), self.cleaned_data
        happened = values.pop("happened", False)
        return {"proposed": proposed, "settling": Settling(**values), "happened": happened}


class DeliverForm(PhotosForm):
    """How the decision reached the party."""

    asked = ("refusal", "proof")
    way = _radio(labels.DELIVERIES, gettext_lazy("How was it delivered?"), initial="handed")
    received_by = _text(gettext_lazy("Who signed, if not the party"), max_length=100, when="way=handed", required=False)
    refusal = _text(gettext_lazy("How the party refused"), rows=2, when="way=refused", required=False)
    proof = _text(gettext_lazy("Witness, or that it was photographed or filmed"), when="way=refused", required=False)
    field_order = ("way", "received_by", "refusal", "proof", "photos")


class SlipForm(forms.Form):
    """A payment at the bank."""

    slip = _text(
        gettext_lazy("Number of the bank's slip"), max_length=SLIP_LIMIT, need=gettext_lazy("Enter the number.")
    )


class ReplaceForm(forms.Form):
    """Who takes an officer's place, and why."""

    leaving = forms.UUIDField(label=gettext_lazy("Who leaves the case"), widget=forms.Select)
    joining = forms.UUIDField(
        label=gettext_lazy("Who takes the place"), widget=forms.Select,
        error_messages={"required": gettext_lazy("Choose who takes the place.")},
    )  # fmt: skip
    reason = _text(gettext_lazy("Why"), rows=2, need=gettext_lazy("Write why."))


class EndForm(forms.Form):
    """Why a case ends without a penalty."""

    ending = forms.ChoiceField(label=gettext_lazy("Why"), choices=_choices(labels.ENDINGS))
    reason = _text(gettext_lazy("Describe it"), rows=2, need=gettext_lazy("Write why."))
