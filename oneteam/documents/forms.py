"""Forms of the pages of documents."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from oneteam.documents.acts import BLOCK_LIMIT, REASON_LIMIT
from oneteam.documents.declaration import Template, declarations

SIZE_LIMIT = 25 * 1024 * 1024  # bytes of a file that is compared


class VoidForm(forms.Form):
    """Declaring a document or a number void."""

    reason = forms.CharField(
        label=_("Reason"), max_length=REASON_LIMIT, widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("It stays in the register for ever: name nobody."),
        error_messages={"required": _("Write the reason.")},
    )  # fmt: skip


class BlockForm(forms.Form):
    """Reserving numbers for a device."""

    series = forms.ChoiceField(label=_("Series"))
    count = forms.IntegerField(label=_("How many"), min_value=1, max_value=BLOCK_LIMIT, initial=20)
    device = forms.CharField(
        label=_("Device"), max_length=60, help_text=_("For example the number on the phone."),
        error_messages={"required": _("Name the device.")},
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        series = self.fields["series"]
        assert isinstance(series, forms.ChoiceField)
        series.choices = [(code, str(one.label)) for code, one in declarations().series.items()]


class ChoicesForm(forms.Form):
    """The choices of a template, to see how its text changes with them."""

    def __init__(self, template: Template, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in template.fields.items():
            if field.options:
                options = [(option, str(word)) for option, word in field.options.items()]
                self.fields[name] = forms.ChoiceField(
                    label=str(field.label), choices=[("", "–"), *options], required=False
                )


class CheckForm(forms.Form):
    """The public check: the code beside the QR picture, or the file itself."""

    code = forms.CharField(
        label=_("Check code"),
        required=False,
        max_length=200,
        help_text=_("The end of the address beside the QR picture."),
    )
    file = forms.FileField(
        label=_("The document as a file (PDF)"), required=False, allow_empty_file=True,
        help_text=_("It is compared byte for byte and not kept."),
    )  # fmt: skip
