"""Form fields and words that directories share."""

from collections.abc import Callable, Iterable
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django import forms
from django.conf import settings
from django.db.models import Model, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import override

from oneteam.kernel.clock import SHANGHAI
from oneteam.web.parts import Link
from oneteam.web.widgets import LongSelect, SearchedSelect


class Chosen(forms.ModelChoiceField):  # type: ignore[type-arg] # Django has no such type at run time
    """A row chosen from a list; the form's value is its id, as acts take it. `word` says what a row is called.

    `ask` stands first: what is to be chosen, or what no choice means.
    """

    def __init__(self, rows: QuerySet[Any], *, word: Callable[[Any], str], ask: Any, **kwargs: Any) -> None:
        super().__init__(queryset=rows, widget=LongSelect, empty_label=ask, **kwargs)
        self._word = word

    def label_from_instance(self, obj: Model) -> str:
        """Return what a row is called."""
        return self._word(obj)

    def clean(self, value: Any) -> Any:
        """Return the row's id, None for no choice."""
        found = super().clean(value)
        return found.pk if found is not None else None


class Picked(forms.TypedChoiceField):
    """A choice among `choices()` of (id, name), asked for when the form is made; None for none, called `ask`."""

    def __init__(self, choices: Callable[[], Iterable[tuple[UUID, str]]], *, ask: Any, **kwargs: Any) -> None:
        def offered() -> list[tuple[str, str]]:
            return [("", str(ask)), *((str(key), name) for key, name in choices())]

        super().__init__(choices=offered, coerce=UUID, empty_value=None, widget=LongSelect, **kwargs)


MANY = 15  # choices from which a box that searches them stands above


def search_long(form: forms.Form, address: Callable[[str], str]) -> None:
    """Put a search box above each choice among many; `address` says where the options for typed words come from."""
    for name, field in form.fields.items():
        if isinstance(field, Chosen | Picked) and len(_choices(field)) > MANY:
            offered: Any = field.choices
            widget = SearchedSelect(url=address(name), label=_("Search by name"))
            widget.choices, widget.is_required, field.widget = offered, field.required, widget


def searched(field: Chosen | Picked, words: str) -> list[tuple[str, str]]:
    """Return the choices whose name has all these words, in whatever language; all of them without words."""
    wanted = words.casefold().split()
    here, there = _choices(field), {}
    for language, _name in settings.LANGUAGES if wanted else ():
        with override(language):
            there[language] = dict(_choices(field))
    return [
        (value, label) for value, label in here
        if not wanted or (value and _all_in(wanted, " ".join(names[value] for names in there.values())))
    ]  # fmt: skip


def _choices(field: Chosen | Picked) -> list[tuple[str, str]]:
    offered: Any = field.choices
    return [(str(value), str(label)) for value, label in offered]


def _all_in(words: Iterable[str], text: str) -> bool:
    return all(word in text.casefold() for word in words)


def day_field(label: Any, *, required: bool = True) -> forms.DateField:
    """Return a field for a day."""
    return forms.DateField(label=label, required=required, widget=forms.DateInput(attrs={"type": "date"}))


def moment_field(label: Any) -> forms.DateTimeField:
    """Return a field for a moment, Shanghai time, to the minute."""
    return forms.DateTimeField(label=label, widget=forms.DateTimeInput(attrs={"type": "datetime-local"}))


def to_row(directory: str, identifier: UUID, text: str) -> Link:
    """Return the link to an object's page."""
    return Link(text, reverse("directory-row", args=[directory, identifier]))


def span(first: date | None, last: date | None) -> str:
    """Return days as "2026-01-01 – …"; None is open."""
    return f"{first or '…'} – {last or '…'}"


def minute(moment: datetime) -> str:
    """Return a moment of Shanghai time to the minute."""
    return f"{moment.astimezone(SHANGHAI):%Y-%m-%d %H:%M}"
