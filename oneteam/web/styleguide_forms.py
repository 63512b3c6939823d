"""The forms of the style guide."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _


class Sample(forms.Form):
    """One field of every kind."""

    title = forms.CharField(label=_("What happened"), help_text=_("One sentence, as the caller would say it"))
    phone = forms.CharField(label=_("Telephone"), widget=forms.TextInput(attrs={"inputmode": "tel"}))
    told = forms.CharField(label=_("As told"), widget=forms.Textarea(attrs={"rows": 4}), required=False)
    source = forms.ChoiceField(label=_("Source"), choices=[("a", "12345"), ("b", _("grid patrol"))])
    urgency = forms.ChoiceField(
        label=_("Urgency"), choices=[("g", _("general")), ("u", _("urgent"))], widget=forms.RadioSelect
    )
    again = forms.BooleanField(label=_("The caller wants to be rung back"), required=False)
    photos = forms.FileField(
        label=_("Photographs"), required=False, widget=forms.ClearableFileInput(attrs={"accept": "image/*"})
    )

    def clean_phone(self) -> str:
        """Show an error with its cure."""
        phone: str = self.cleaned_data["phone"]
        if len(phone) < 11:
            raise forms.ValidationError(_("A mobile number has 11 digits; this has %(count)d.") % {"count": len(phone)})
        return phone


class Filters(forms.Form):
    """The filter panel of the list."""

    area = forms.ChoiceField(label=_("Area"), choices=[("1", _("Binhai")), ("2", _("Nanpu"))], required=False)
    since = forms.DateField(label=_("Since"), required=False, widget=forms.DateInput(attrs={"type": "date"}))


class Send(forms.Form):
    """Correct the proposal and send."""

    matter = forms.ChoiceField(
        label=_("Matter"), choices=[("1", _("Trading on the pavement")), ("2", _("Fumes of an open-air barbecue"))]
    )
    note = forms.CharField(
        label=_("Note for the person sent"), required=False, widget=forms.Textarea(attrs={"rows": 2})
    )


class Handled(forms.Form):
    """What the attendant hands in."""

    photos = forms.FileField(label=_("Photographs"), widget=forms.ClearableFileInput(attrs={"accept": "image/*"}))
    note = forms.CharField(label=_("What was done"), widget=forms.Textarea(attrs={"rows": 3}))


class Call(forms.Form):
    """The call-taker's form."""

    told = forms.CharField(
        label=_("As told"), widget=forms.Textarea(attrs={"rows": 5}), help_text=_("In the caller's own words")
    )
    place = forms.CharField(label=_("Place"), help_text=_("Street and number, or what stands nearby"))
    caller = forms.CharField(label=_("Caller"), required=False)
    phone = forms.CharField(label=_("Telephone"), required=False, widget=forms.TextInput(attrs={"inputmode": "tel"}))


class SignIn(forms.Form):
    """Account and password."""

    account = forms.CharField(label=_("Account"), widget=forms.TextInput(attrs={"autocomplete": "username"}))
    password = forms.CharField(
        label=_("Password"), widget=forms.PasswordInput(attrs={"autocomplete": "current-password"})
    )


class Proof(forms.Form):
    """Which fields a proof discloses."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["disclosed"] = forms.MultipleChoiceField(
            label=_("Fields to disclose"),
            help_text=_("Everything else stays a commitment: provable, not readable."),
            choices=[("told", _("As told")), ("place", _("Place")), ("caller", _("Caller"))],
            widget=forms.CheckboxSelectMultiple,
            required=False,
        )
