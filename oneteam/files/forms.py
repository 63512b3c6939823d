"""Photos in forms."""

from collections.abc import Sequence
from typing import Any, BinaryIO, cast

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _

from oneteam.files import store
from oneteam.kernel.errors import BadInputError


class PhotosInput(forms.ClearableFileInput):
    """A file input that takes several photos and opens the phone's camera."""

    allow_multiple_selected = True


class PhotosField(forms.FileField):
    """Several files. None is opened here, for their number may be limited over several fields: see `photos_of`."""

    widget = PhotosInput(attrs={"accept": "image/*", "capture": "environment", "multiple": True})

    def clean(self, data: Any, initial: Any = None) -> "list[UploadedFile[bytes]]":
        """Return the uploaded files, none to many, each within the limit of size."""
        files = data if isinstance(data, list | tuple) else [data] if data else []
        kept = [super(PhotosField, self).clean(file, initial) for file in files]
        if large := [_of(file, store.size_fault()) for file in kept if file.size > store.SIZE_LIMIT]:
            raise forms.ValidationError(large)
        return kept


def _of(file: "UploadedFile[bytes]", fault: object) -> str:
    return _("%(file)s: %(fault)s") % {"file": file.name, "fault": fault}


def photos_of(files: "Sequence[UploadedFile[bytes]]") -> list[store.Photo]:
    """Return uploaded files as photos; ValidationError names each that is none, with what to do."""
    photos: list[store.Photo] = []
    faults: list[str] = []
    for file in files:
        assert file.file is not None
        try:
            photos.append(store.read_photo(cast(BinaryIO, file.file)))
        except BadInputError as error:
            faults.append(_of(file, error))
    if faults:
        raise forms.ValidationError(faults)
    return photos
