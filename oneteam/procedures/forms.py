"""Forms that steps of any procedure share."""

from django import forms
from django.utils.translation import gettext_lazy as _

from oneteam.kernel.texts import TEXT_LIMIT


class ReasonForm(forms.Form):
    """A step that needs a reason."""

    reason = forms.CharField(
        label=_("Reason"), max_length=TEXT_LIMIT, widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": _("Write the reason.")},
    )  # fmt: skip
