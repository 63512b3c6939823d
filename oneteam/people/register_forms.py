"""The forms of the acts on people, posts, certificates, duty and absences."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from oneteam.directories.fields import Chosen, day_field, moment_field
from oneteam.people.labels import ABSENCES, CERTIFICATE_KINDS, INTERESTS, ROLES
from oneteam.people.models import Person, Post, Unit
from oneteam.places.queries import localised


def name_of(person: Person) -> str:
    """Return a person's name in the reader's language."""
    return localised(person.name_zh, person.name_en)


def post_title(post: Post) -> str:
    """Return a post's title in the reader's language."""
    return localised(post.title_zh, post.title_en)


def unit_name(unit: Unit) -> str:
    """Return a unit's name in the reader's language."""
    return localised(unit.name_zh, unit.name_en)


def person_field() -> Chosen:
    """Return the choice of a person."""
    return Chosen(
        Person.objects.order_by("name_en"),
        word=name_of,
        label=gettext_lazy("Person"),
        ask=gettext_lazy("Choose a person"),
    )


def unit_field() -> Chosen:
    """Return the choice of a unit."""
    return Chosen(
        Unit.objects.order_by("code"), word=unit_name, label=gettext_lazy("Unit"), ask=gettext_lazy("Choose a unit")
    )


def post_field() -> Chosen:
    """Return the choice of a post."""
    rows = Post.objects.select_related("person", "unit").order_by("person__name_en", "id")
    return Chosen(
        rows, word=lambda post: f"{name_of(post.person)} {post_title(post)} {unit_name(post.unit)}",
        label=gettext_lazy("Post"), ask=gettext_lazy("Choose a post"),
    )  # fmt: skip


class PersonForm(forms.Form):
    """What somebody is called."""

    name_zh = forms.CharField(label=gettext_lazy("Chinese name"), max_length=60)
    name_en = forms.CharField(label=gettext_lazy("English name"), max_length=60)


class InterestForm(forms.Form):
    """A tie to somebody by name; one's own ties to parties and premises are declared on their pages."""

    kind = forms.ChoiceField(label=gettext_lazy("Kind"), choices=list(INTERESTS.items()))
    name = forms.CharField(label=gettext_lazy("Tied to"), max_length=60)
    valid_from = day_field(gettext_lazy("First day"))


class PostForm(forms.Form):
    """A post that is given."""

    person = person_field()
    unit = unit_field()
    role = forms.ChoiceField(label=gettext_lazy("Role"), choices=[("", gettext_lazy("Choose a role")), *ROLES.items()])
    title_zh = forms.CharField(label=gettext_lazy("Chinese title"), max_length=60)
    title_en = forms.CharField(label=gettext_lazy("English title"), max_length=60)
    valid_from = day_field(gettext_lazy("First day"))
    valid_to = day_field(gettext_lazy("Last day"), required=False)


class LastDayForm(forms.Form):
    """The day with which something ends."""

    valid_to = day_field(gettext_lazy("Last day"))


class HeldForm(PostForm):
    """A post that is given on its holder's page."""

    person = None  # type: ignore[assignment] # Django's way of leaving a field out


class AccountForm(forms.Form):
    """What somebody signs in as; the password is made."""

    username = forms.CharField(
        label=gettext_lazy("User name"), max_length=60,
        help_text=gettext_lazy("Up to 60 small letters, digits, dots, hyphens and underscores."),
    )  # fmt: skip


class BareForm(forms.Form):
    """Nothing to fill in: the button says it."""


class CertificateForm(forms.Form):
    """A certificate; an exam older than five years takes a reason (OFF-02)."""

    person = person_field()
    number = forms.CharField(label=gettext_lazy("Number"), max_length=40)
    kind = forms.ChoiceField(label=gettext_lazy("Kind"), choices=list(CERTIFICATE_KINDS.items()))
    issued = day_field(gettext_lazy("Issued on"))
    valid_from = day_field(gettext_lazy("First day"))
    valid_to = day_field(gettext_lazy("Last day"))
    exam_passed_on = day_field(gettext_lazy("Exam passed"), required=False)
    reason = forms.CharField(label=gettext_lazy("Reason where the exam is older"), required=False, max_length=500)

    def clean(self) -> dict[str, Any]:
        """The act takes reasons by check."""
        values = super().clean() or {}
        reason = values.pop("reason", "")
        return {**values, "overrides": {"OFF-02": reason} if reason else None}


class EndCertificateForm(LastDayForm):
    """A certificate that ends before its day."""

    reason = forms.CharField(label=gettext_lazy("Reason"), max_length=500)


class DutyForm(forms.Form):
    """One turn of duty."""

    post = post_field()
    starts = moment_field(gettext_lazy("From"))
    ends = moment_field(gettext_lazy("Until"))


class AbsenceForm(forms.Form):
    """When and why somebody is away."""

    person = person_field()
    starts = moment_field(gettext_lazy("From"))
    ends = moment_field(gettext_lazy("Until"))
    reason = forms.ChoiceField(label=gettext_lazy("Reason"), choices=list(ABSENCES.items()))


class BackForm(forms.Form):
    """From when somebody is back."""

    ends = moment_field(gettext_lazy("Back from"))
