"""Forms of findings: three taps on a phone, and what comes of them."""

from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from oneteam.files.forms import PhotosField, photos_of
from oneteam.kernel.texts import TEXT_LIMIT
from oneteam.lawbook.catalogue import catalogue
from oneteam.lawbook.offers import matter_choices
from oneteam.patrols.acts import ADDRESS_LIMIT, PHOTO_LIMIT, RECEIVERS, Spotted, photos_fault
from oneteam.patrols.models import Receiver
from oneteam.patrols.places import Spot, spot_of
from oneteam.web.widgets import WORDS, SearchedSelect

OFF_DUTY = gettext_lazy("You are off duty, so the position of your device is not taken; search for the place.")


class SpotForm(forms.Form):
    """Where: the device's position, a place that was searched for, or one of several of that name.

    Off duty no position is taken from the device, whatever it sends (PIPL 6, 28).
    """

    lon = forms.DecimalField(required=False, widget=forms.HiddenInput)
    lat = forms.DecimalField(required=False, widget=forms.HiddenInput)
    accuracy = forms.FloatField(required=False, widget=forms.HiddenInput)
    place = forms.UUIDField(required=False)
    address = forms.CharField(
        label=gettext_lazy("Place"), max_length=ADDRESS_LIMIT, required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "enterkeyhint": "search"}),
        help_text=gettext_lazy("Road and number, shop or landmark; not needed where the device knows where it is."),
    )  # fmt: skip

    def __init__(self, *args: Any, on: date, on_duty: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.on, self.on_duty = on, on_duty

    def spot(self) -> Spot:
        """Return where it is, as far as what was given tells; of a bound form whose fields were cleaned."""
        given = self.cleaned_data
        lon, lat = given.get("lon"), given.get("lat")
        point = (lon, lat) if lon is not None and lat is not None else None
        if point is not None and not self.on_duty:
            if given.get("place") is None and not given.get("address"):
                return Spot(problem=str(OFF_DUTY))
            point = None
        return spot_of(point, given.get("place"), given.get("address", ""), on=self.on)


class FindingForm(SpotForm):
    """What was found: a photo, a place, a matter."""

    finding = forms.UUIDField(
        widget=forms.HiddenInput, error_messages={"required": gettext_lazy("Open this page anew.")}
    )  # fmt: skip
    photos = PhotosField(
        label=gettext_lazy("Photo"), error_messages={"required": gettext_lazy("Take a photo of what was found.")}
    )
    note = forms.CharField(
        label=gettext_lazy("What you saw"), max_length=TEXT_LIMIT, required=False,
        widget=forms.Textarea(attrs={"rows": 1}),
    )  # fmt: skip
    matter = forms.CharField(error_messages={"required": gettext_lazy("Choose what it is.")})

    def clean_matter(self) -> str:
        """Take only a matter that holds on the day."""
        code: str = self.cleaned_data["matter"]
        if catalogue().version(code, self.on) is None:
            raise forms.ValidationError(_("Choose what it is from the list."))
        return code

    def clean(self) -> dict[str, Any]:
        """Find the place, and open the photos once everything else is right."""
        given = self.cleaned_data
        given["spot"] = spot = self.spot()
        if spot.point is None:
            self.add_error("address", spot.problem)
        if len(given.get("photos", ())) > PHOTO_LIMIT:
            self.add_error("photos", photos_fault())
        if not self.errors:
            try:
                given["photos"] = photos_of(given["photos"])
            except forms.ValidationError as error:
                self.add_error("photos", error)
        return given

    def spotted(self) -> Spotted:
        """Return what was seen and where; only of a valid form."""
        spot: Spot = self.cleaned_data["spot"]
        return spot.spotted(
            self.cleaned_data["matter"], address=self.cleaned_data["address"], note=self.cleaned_data["note"]
        )


class SettleForm(forms.Form):
    """Settled on the spot: how it looks now."""

    after = PhotosField(
        label=gettext_lazy("Photo of how it looks now"),
        error_messages={"required": gettext_lazy("Take a photo of how it looks now.")},
    )
    note = forms.CharField(
        label=gettext_lazy("What was done"), max_length=TEXT_LIMIT, required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        """Open the photos once everything else is right."""
        if len(self.cleaned_data.get("after", ())) > PHOTO_LIMIT:
            self.add_error("after", photos_fault())
        if not self.errors:
            try:
                self.cleaned_data["after"] = photos_of(self.cleaned_data["after"])
            except forms.ValidationError as error:
                self.add_error("after", error)
        return self.cleaned_data


class PassOnForm(forms.Form):
    """To whom a finding is passed on."""

    receiver = forms.ChoiceField(
        label=gettext_lazy("To whom"),
        choices=list(RECEIVERS.items()),
        initial=Receiver.DESK,
        error_messages={"required": gettext_lazy("Choose to whom it is passed on.")},
        widget=forms.RadioSelect,
    )
    note = forms.CharField(
        label=gettext_lazy("What they have to know"), max_length=TEXT_LIMIT, required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )  # fmt: skip


class CorrectForm(forms.Form):
    """What it really is, and where; a place left empty stays as it is."""

    matter = forms.ChoiceField(
        label=gettext_lazy("Matter"),
        widget=SearchedSelect(url="offer-matters", label=gettext_lazy("Search all matters")),
    )  # fmt: skip
    address = forms.CharField(
        label=gettext_lazy("Another place"), max_length=ADDRESS_LIMIT, required=False,
        help_text=gettext_lazy("Leave empty where the place is right."),
    )  # fmt: skip

    def __init__(self, *args: Any, on: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.on = on
        field = self.fields["matter"]
        assert isinstance(field, forms.ChoiceField)
        likely = [self.data.get("matter"), self.initial.get("matter")]
        field.choices = matter_choices(on, likely=likely, words=self.data.get("matter" + WORDS, ""))

    def clean_address(self) -> str:
        """Take only a place that is found."""
        address: str = self.cleaned_data["address"]
        self.spot = spot_of(None, None, address, on=self.on) if address else None
        if self.spot is not None and self.spot.point is None:
            raise forms.ValidationError(self.spot.problem)
        return address

    def spotted(self, *, lon: Decimal, lat: Decimal, place: UUID | None) -> Spotted:
        """Return what it is and where; the point and place given where no other was written."""
        spot = self.spot or Spot(point=(lon, lat), place=place)
        return spot.spotted(self.cleaned_data["matter"])
