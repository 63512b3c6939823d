"""What somebody typed into a form that could not be taken: no page that answers it may lose it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import ClassVar

from django import forms
from django.forms import BaseForm, BoundField
from django.http import HttpRequest

from oneteam.web.parts import Refusal, Text

_KEPT = "typed_forms"


@dataclass(frozen=True, slots=True)
class Typed:
    """The texts of forms that the page does not show again, by their labels, to be copied."""

    entries: Sequence[tuple[Text, str]]
    template: ClassVar[str] = "web/typed.html"


@dataclass(frozen=True, slots=True)
class SentBack:
    """What stands above a page whose form was not taken: why, the faulty entries, and what the page does not show."""

    refusal: Refusal | None
    forms: Sequence[BaseForm]
    typed: Typed | None
    template: ClassVar[str] = "web/sent_back.html"


def typed(sent: Iterable[BaseForm]) -> Typed | None:
    """Return the texts typed into these forms; None where there are none."""
    entries = [(bound.label, text) for form in sent for bound in form.visible_fields() if (text := _text(bound))]
    return Typed(entries) if entries else None


def _text(bound: BoundField) -> str:
    """Return what was typed into a field; a choice made is quickly made again."""
    value = None if isinstance(bound.field, forms.ChoiceField) else bound.value()
    return value.strip() if isinstance(value, str) else ""


def keep(request: HttpRequest, *sent: BaseForm) -> None:
    """Keep the forms of a request for whatever error page may answer it."""
    setattr(request, _KEPT, sent)


def kept(request: HttpRequest) -> Typed | None:
    """Return what was typed into the forms of this request, if it was kept."""
    return typed(getattr(request, _KEPT, ()))
