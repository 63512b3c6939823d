"""The form of an upload."""

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _

from oneteam.directories.importing import Importer
from oneteam.directories.runs import UPLOAD_LIMIT


class UploadForm(forms.Form):
    """A file, and the importer's options."""

    def __init__(self, importer: Importer, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        accepted = ".csv,.xlsx,.xls" + (",.geojson,.json" if importer.features else "")
        self.fields["file"] = forms.FileField(
            label=_("File"), widget=forms.FileInput(attrs={"accept": accepted}), allow_empty_file=True,
            help_text=_("It is checked first; nothing is written before you confirm."),
            error_messages={"required": _("Choose a file.")},
        )  # fmt: skip
        for option in importer.options:
            given: dict[str, Any] = {"label": option.label, "help_text": option.hint, "initial": option.default}
            self.fields[option.name] = (
                forms.ChoiceField(choices=list(option.choices), **given)
                if option.choices
                else forms.CharField(max_length=100, required=False, **given)
            )

    def clean_file(self) -> "UploadedFile[bytes]":
        """Refuse a file that is too large before it is read."""
        sent: UploadedFile[bytes] = self.cleaned_data["file"]
        if (sent.size or 0) > UPLOAD_LIMIT:
            raise forms.ValidationError(
                _("The file is larger than %(limit)d MB; split it.") % {"limit": UPLOAD_LIMIT // 2**20}
            )
        return sent
