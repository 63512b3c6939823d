"""The forms of the acts on places."""

import re
from typing import Any
from uuid import UUID

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from oneteam.directories.fields import Picked, day_field
from oneteam.kernel.sheets import FILE_LIMIT, read_features
from oneteam.places.labels import PLACE_KINDS
from oneteam.places.models import Place, PlaceKind
from oneteam.places.queries import localised, wide_places


def wide_choices() -> list[tuple[UUID, str]]:
    """Return the places that others lie in, as choices."""
    return [(place.id, place.name) for place in wide_places() if place.kind != PlaceKind.STATION]


class AliasField(forms.CharField):
    """Other names of a place, a line each."""

    def __init__(self) -> None:
        super().__init__(
            label=gettext_lazy("Other names"), required=False, widget=forms.Textarea(attrs={"rows": 2}),
            help_text=gettext_lazy("a line each"),
        )  # fmt: skip

    def clean(self, value: Any) -> Any:
        """Return the names as a list."""
        return [line.strip() for line in re.split(r"[\n、;；]", super().clean(value)) if line.strip()]


class GeometryField(forms.FileField):
    """A GeoJSON file with one feature; the value is its geometry."""

    def clean(self, data: "UploadedFile[bytes] | None", initial: Any = None) -> Any:
        """Return the geometry of the file's one feature."""
        sent = super().clean(data, initial)
        if not sent:
            return None
        if (sent.size or 0) > FILE_LIMIT:
            raise forms.ValidationError(_("The file is too large."))
        features = read_features(sent.read(), name=sent.name or "")
        if len(features) != 1:
            raise forms.ValidationError(_("The file must hold one feature, not %(count)d.") % {"count": len(features)})
        return features[0].geometry


class PlaceForm(forms.Form):
    """What a place is called and where it is."""

    name_zh = forms.CharField(label=gettext_lazy("Chinese name"), max_length=100)
    name_en = forms.CharField(label=gettext_lazy("English name"), max_length=100)
    aliases = AliasField()
    lon = forms.DecimalField(label=gettext_lazy("Longitude"), max_digits=9, decimal_places=6)
    lat = forms.DecimalField(label=gettext_lazy("Latitude"), max_digits=8, decimal_places=6)
    address = forms.CharField(label=gettext_lazy("Address"), max_length=200, required=False)


class NewPlaceForm(PlaceForm):
    """A place that is not registered yet. Beside an outline or a line the point may be left out."""

    code = forms.CharField(label=gettext_lazy("Code"), max_length=15)
    kind = forms.ChoiceField(label=gettext_lazy("Kind"), choices=list(PLACE_KINDS.items()))
    parent = Picked(wide_choices, label=gettext_lazy("Lies in"), ask=gettext_lazy("No wider place"), required=False)
    lon = forms.DecimalField(label=gettext_lazy("Longitude"), max_digits=9, decimal_places=6, required=False)
    lat = forms.DecimalField(label=gettext_lazy("Latitude"), max_digits=8, decimal_places=6, required=False)
    geometry = GeometryField(
        label=gettext_lazy("Outline or line"), required=False, help_text=gettext_lazy("a GeoJSON file, WGS 84")
    )
    field_order = ("code", "kind", "name_zh", "name_en", "aliases", "parent", "lon", "lat", "address", "geometry")


class RedrawForm(forms.Form):
    """Another boundary, from a day on."""

    valid_from = day_field(gettext_lazy("First day"))
    parent = Picked(wide_choices, label=gettext_lazy("Lies in"), ask=gettext_lazy("No wider place"), required=False)
    outline = GeometryField(label=gettext_lazy("Outline"), help_text=gettext_lazy("a GeoJSON file, WGS 84"))


class CloseForm(forms.Form):
    """From when a place is no more."""

    closed_on = day_field(gettext_lazy("First day on which it is no more"))


def place_name(place: Place) -> str:
    """Return a place's name in the reader's language."""
    return localised(place.name_zh, place.name_en)
