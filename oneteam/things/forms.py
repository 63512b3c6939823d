"""The forms of the acts on parties, premises, licences, components and devices."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from oneteam.directories.fields import Picked, day_field
from oneteam.kernel.errors import BadInputError
from oneteam.people.labels import INTERESTS
from oneteam.people.queries import unit_choices
from oneteam.things.branches import branch_names
from oneteam.things.labels import ACCURACIES, DEVICE_KINDS, PARTY_KINDS, STATES
from oneteam.things.queries import find_party

_NAME, _ADDRESS = gettext_lazy("Name"), gettext_lazy("Address")
_CREDIT_CODE = gettext_lazy("Unified social credit code")


def _text(label: Any, most: int, *, required: bool = True, help_text: Any = "") -> forms.CharField:
    return forms.CharField(label=label, max_length=most, required=required, help_text=help_text)


def _degree(label: Any, digits: int, *, required: bool = True) -> forms.DecimalField:
    return forms.DecimalField(label=label, max_digits=digits, decimal_places=6, required=required)


class PartyField(forms.CharField):
    """A party named by its credit code; the value is its id."""

    def __init__(self) -> None:
        super().__init__(label=gettext_lazy("Credit code of the party"), max_length=18)

    def clean(self, value: Any) -> Any:
        """Return the party's id; an error where none has this code."""
        code = super().clean(value)
        try:
            found = find_party(credit_code=code)
        except BadInputError as error:
            raise forms.ValidationError(str(error)) from error
        if found is None:
            raise forms.ValidationError(_("No party has this code; register the party first."))
        return found


class PartyForm(forms.Form):
    """A party that is not registered yet."""

    kind = forms.ChoiceField(label=gettext_lazy("Kind"), choices=list(PARTY_KINDS.items()))
    name = _text(_NAME, 100)
    credit_code = _text(_CREDIT_CODE, 18, required=False, help_text=gettext_lazy("of all but citizens"))
    id_number = _text(
        gettext_lazy("Identity number"), 18, required=False, help_text=gettext_lazy("the citizen's or representative's")
    )
    phone = _text(gettext_lazy("Phone"), 20, required=False)
    address = _text(_ADDRESS, 200, required=False)
    representative = _text(gettext_lazy("Legal representative"), 100, required=False)


class OwnTieForm(forms.Form):
    """A tie of one's own to what the page shows."""

    kind = forms.ChoiceField(label=gettext_lazy("Kind of tie"), choices=list(INTERESTS.items()))
    valid_from = day_field(gettext_lazy("First day"))


class CorrectPartyForm(forms.Form):
    """What is known better of a party. What is left empty stays as it is: personal values are not shown here."""

    name = _text(_NAME, 100, required=False)
    credit_code = _text(_CREDIT_CODE, 18, required=False)
    address = _text(_ADDRESS, 200, required=False)
    id_number = _text(gettext_lazy("Identity number"), 18, required=False, help_text=gettext_lazy("empty: as it is"))
    phone = _text(gettext_lazy("Phone"), 20, required=False, help_text=gettext_lazy("empty: as it is"))
    representative = _text(
        gettext_lazy("Legal representative"), 100, required=False, help_text=gettext_lazy("empty: as it is")
    )

    def clean(self) -> dict[str, Any]:
        """Leave out what was not filled in."""
        return {name: value for name, value in (super().clean() or {}).items() if value}


class EndPartyForm(forms.Form):
    """From when a party is no more."""

    ended_on = day_field(gettext_lazy("First day on which it is no more"))


class FieldsField(forms.MultipleChoiceField):
    """Branches of matters, to be ticked."""

    widget = forms.CheckboxSelectMultiple

    def __init__(self) -> None:
        super().__init__(label=gettext_lazy("Fields"), required=False, choices=lambda: branch_names().items())


class PremisesForm(forms.Form):
    """What premises are called and where they are; without a point the address leads to it."""

    name = _text(_NAME, 100)
    address = _text(_ADDRESS, 200)
    branches = FieldsField()
    lon = _degree(gettext_lazy("Longitude"), 9, required=False)
    lat = _degree(gettext_lazy("Latitude"), 8, required=False)

    def clean(self) -> dict[str, Any]:
        """Call the branches of matters what the act calls them; an empty point is none."""
        values = super().clean() or {}
        values["fields"] = values.pop("branches", [])
        if values.get("lon") is None and values.get("lat") is None:
            values.pop("lon", None)
            values.pop("lat", None)
        return values


class NewPremisesForm(PremisesForm):
    """Premises that are not registered yet."""

    party = PartyField()
    opened_on = day_field(gettext_lazy("Opened on"), required=False)
    field_order = ("party", "name", "address", "branches", "lon", "lat", "opened_on")


class HandOverForm(forms.Form):
    """Whose premises they are from a day on."""

    party = PartyField()
    since = day_field(gettext_lazy("First day"))


class ClosePremisesForm(forms.Form):
    """From when premises are closed."""

    closed_on = day_field(gettext_lazy("First day on which they are closed"))


class LicenceForm(forms.Form):
    """A licence that premises hold."""

    name = _text(gettext_lazy("Name of the licence"), 100)
    number = _text(gettext_lazy("Number"), 60)
    issuer = _text(gettext_lazy("Issuing authority"), 100)
    valid_from = day_field(gettext_lazy("First day"))
    valid_to = day_field(gettext_lazy("Last day"), required=False)


class EndLicenceForm(forms.Form):
    """The last day of a licence."""

    valid_to = day_field(gettext_lazy("Last day"))


class ComponentForm(forms.Form):
    """A component that is not registered yet; the grid follows from the point."""

    code = _text(gettext_lazy("Code of 17 digits"), 17)
    name = _text(_NAME, 100)
    unit = Picked(unit_choices, label=gettext_lazy("Kept by"), ask=gettext_lazy("Choose a unit"))
    department_code = _text(gettext_lazy("Credit code of the department"), 18)
    lon = _degree(gettext_lazy("Longitude"), 9)
    lat = _degree(gettext_lazy("Latitude"), 8)
    accuracy = forms.ChoiceField(
        label=gettext_lazy("Accuracy"), choices=[("", gettext_lazy("not known")), *ACCURACIES.items()], required=False
    )
    first_date = day_field(gettext_lazy("First recorded on"))
    reason = _text(gettext_lazy("Reason where a check warns"), 500, required=False)

    def clean(self) -> dict[str, Any]:
        """The act takes reasons by check."""
        values = super().clean() or {}
        reason = values.pop("reason", "")
        return {**values, "overrides": {"EVT-02": reason, "EVT-06": reason} if reason else None}


class StateForm(forms.Form):
    """A component's new state."""

    state = forms.ChoiceField(label=gettext_lazy("State"), choices=list(STATES.items()))
    changed_on = day_field(gettext_lazy("Changed on"))


class DeviceForm(forms.Form):
    """A device that is not registered yet."""

    code = _text(gettext_lazy("Code"), 40)
    kind = forms.ChoiceField(label=gettext_lazy("Kind"), choices=list(DEVICE_KINDS.items()))
    name = _text(_NAME, 100)
    unit = Picked(unit_choices, label=gettext_lazy("Kept by"), ask=gettext_lazy("Choose a unit"))
    used_from = day_field(gettext_lazy("Used from"))
    plate = _text(gettext_lazy("Plate"), 10, required=False, help_text=gettext_lazy("of a vehicle"))
    lon = _degree(gettext_lazy("Longitude"), 9, required=False)
    lat = _degree(gettext_lazy("Latitude"), 8, required=False)


class RetireForm(forms.Form):
    """The last day a device is used."""

    used_to = day_field(gettext_lazy("Last day"))
