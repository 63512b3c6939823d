"""Photos in forms, and the forms of custody."""

from collections.abc import Sequence
from typing import Any, BinaryIO, cast

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from oneteam.files import photos
from oneteam.files.acts import PURPOSES, TO_LIMIT
from oneteam.kernel.errors import BadInputError


class PhotosInput(forms.ClearableFileInput):
    """A file input that takes several photos and opens the phone's camera."""

    allow_multiple_selected = True


class PhotosField(forms.FileField):
    """Several files. None is opened here, for their number may be limited over several fields: see `photos_of`."""

    widget = PhotosInput(attrs={"accept": "image/*", "capture": "environment", "multiple": True})

    def clean(self, data: Any, initial: Any = None) -> "list[UploadedFile[bytes]]":
        """Return the uploaded files, one to many (or none where none is needed), each within the limit of size."""
        files = data if isinstance(data, list | tuple) else [data] if data else []
        if self.required and not files:
            raise forms.ValidationError(self.error_messages["required"], code="required")
        kept = [super(PhotosField, self).clean(file, initial) for file in files]
        if large := [_of(file, photos.size_fault()) for file in kept if file.size > photos.SIZE_LIMIT]:
            raise forms.ValidationError(large)
        return kept


def _of(file: "UploadedFile[bytes]", fault: object) -> str:
    return _("%(file)s: %(fault)s") % {"file": file.name, "fault": fault}


def photos_of(files: "Sequence[UploadedFile[bytes]]") -> list[photos.Photo]:
    """Return uploaded files as photos; ValidationError names each that is none, with what to do."""
    found: list[photos.Photo] = []
    faults: list[str] = []
    for file in files:
        assert file.file is not None
        try:
            found.append(photos.read_photo(cast(BinaryIO, file.file)))
        except BadInputError as error:
            faults.append(_of(file, error))
    if faults:
        raise forms.ValidationError(faults)
    return found


class PurposeForm(forms.Form):
    """Opening an original: the purpose is recorded (PII-02)."""

    purpose = forms.ChoiceField(label=gettext_lazy("Purpose"), choices=list(PURPOSES.items()))


class HandOverForm(PurposeForm):
    """Handing an original over."""

    to = forms.CharField(
        label=gettext_lazy("To whom"), max_length=TO_LIMIT, help_text=gettext_lazy("Body, person, receipt number."),
        error_messages={"required": gettext_lazy("Write who receives it.")},
    )  # fmt: skip
    field_order = ("to", "purpose")


class CompareForm(forms.Form):
    """Comparing a file with the original, byte for byte."""

    file = forms.FileField(
        label=gettext_lazy("File to compare"), allow_empty_file=True,
        error_messages={"required": gettext_lazy("Choose the file to compare.")},
    )  # fmt: skip
