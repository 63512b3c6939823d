"""Forms of the pages of reports."""

from typing import Any

from django import forms
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from oneteam.intake.labels import CHANNELS, PURPOSES, RESULTS, SATISFACTIONS
from oneteam.kernel.texts import TEXT_LIMIT
from oneteam.lawbook.catalogue import branches, field_name


class CallForm(forms.Form):
    """What a caller tells, typed while they are on the line."""

    channel = forms.ChoiceField(label=_("Channel"), choices=list(CHANNELS.items()))
    text = forms.CharField(
        label=_("What was told"), max_length=TEXT_LIMIT, strip=False, help_text=_("In the caller's own words."),
        error_messages={"required": _("Write what was told.")},
        widget=forms.Textarea(attrs={"rows": 6}),
    )  # fmt: skip
    title = forms.CharField(label=_("Title"), max_length=100, required=False)
    address = forms.CharField(
        label=_("Where"), max_length=200, required=False, help_text=_("As told: road, number, shop, landmark.")
    )
    caller_name = forms.CharField(label=_("Caller"), max_length=60, required=False)
    caller_phone = forms.CharField(
        label=_("Caller's phone"), max_length=30, required=False, widget=forms.TextInput(attrs={"inputmode": "tel"})
    )
    told_at = forms.DateTimeField(
        label=_("Told at"), required=False, help_text=_("Leave empty for now."),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )  # fmt: skip


class FilterForm(forms.Form):
    """Which reports the list shows."""

    channel = forms.ChoiceField(label=_("Channel"), required=False)
    field = forms.ChoiceField(label=_("Field"), required=False)
    view = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        known = {"channel": CHANNELS.items(), "field": ((code, capfirst(field_name(code))) for code in branches())}
        for name, choices in known.items():
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)
            field.choices = [("", _("All")), *choices]


class AnswerForm(forms.Form):
    """The answer to the source of a report."""

    result = forms.ChoiceField(label=_("Result"), choices=list(RESULTS.items()))
    answer = forms.CharField(
        label=_("Answer"), max_length=TEXT_LIMIT, widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("What was done, in words for the caller."),
        error_messages={"required": _("Write the answer.")},
    )  # fmt: skip


class CloseForm(forms.Form):
    """Closing an answered report."""

    contacted = forms.BooleanField(label=_("The caller was spoken to"), required=False)
    satisfaction = forms.ChoiceField(
        label=_("What the caller says"), required=False, choices=[("", _("Not asked")), *SATISFACTIONS.items()]
    )
    reason = forms.CharField(
        label=_("Reason to close all the same"), max_length=TEXT_LIMIT, required=False,
        help_text=_("Only where nobody was reached, or a dissatisfied caller's report is not reviewed."),
        widget=forms.Textarea(attrs={"rows": 2}),
    )  # fmt: skip


class LookForm(forms.Form):
    """Looking at a masked caller: the purpose is recorded (PII-02)."""

    purpose = forms.ChoiceField(
        label=_("Purpose"),
        choices=list(PURPOSES.items()),
    )
