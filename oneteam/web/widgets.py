"""Form widgets of the design system."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import Any
from uuid import UUID

from django import forms
from django.forms.renderers import BaseRenderer
from django.forms.utils import flatatt
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

WORDS = "_words"  # the name of a field's search box is the field's with this behind it


class LongSelect(forms.Select):
    """A select with many options, written in one go: Django renders a template for each option."""

    def render(
        self, name: str, value: Any, attrs: Mapping[str, Any] | None = None, renderer: BaseRenderer | None = None
    ) -> SafeString:
        """Return the element with its groups."""
        context = self.get_context(name, value, dict(attrs or {}))["widget"]
        groups = [
            (group, [(option["value"], option["selected"], option["label"]) for option in options])
            for group, options, _index in context["optgroups"]
        ]
        return format_html(
            '<select name="{}"{}>{}</select>', context["name"], flatatt(context["attrs"]), options_of(groups)
        )


class SearchedSelect(LongSelect):
    """A select of what is likely, below a box that searches the rest: `url` answers with options for the words typed.

    `url` is the name of an address, or an address.
    Without scripts the words go with the form, whose page comes back with what they find.
    """

    def __init__(self, attrs: Mapping[str, Any] | None = None, *, url: str, label: str | Promise) -> None:
        super().__init__(dict(attrs or {}))
        self.url, self.label, self.words = url, label, ""

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
        """Return what was chosen; keep the words, so that they stand in the box again."""
        self.words = data.get(name + WORDS, "")
        return super().value_from_datadict(data, files, name)

    def render(
        self, name: str, value: Any, attrs: Mapping[str, Any] | None = None, renderer: BaseRenderer | None = None
    ) -> SafeString:
        """Return the box and the select."""
        given = dict(attrs or {})
        box = {
            "type": "search", "name": name + WORDS, "value": self.words, "id": f"{given.get('id', name)}{WORDS}",
            "placeholder": str(self.label), "aria-label": str(self.label), "autocomplete": "off",
            "hx-get": self.url if self.url.startswith("/") else reverse(self.url),
            "hx-trigger": "input changed delay:200ms", "hx-sync": "this:replace",
            "hx-target": f"#{given.get('id', name)}", "hx-swap": "innerHTML", "hx-select": "unset",
        }  # fmt: skip
        select = super().render(name, value, given, renderer)
        return format_html('<div class="searched"><input{}>{}</div>', flatatt(box), select)


def found_options(groups: Sequence[tuple[str, Sequence[tuple[Any, str]]]]) -> SafeString:
    """Return what typed words found as options; the first one is the browser's choice. One says so where none was."""
    if not groups:
        return options_of([("", [("", True, _("Nothing is called so"))])])
    return options_of([(group, [(value, False, label) for value, label in found]) for group, found in groups])


def options_of(groups: Sequence[tuple[str | None, Sequence[tuple[Any, bool, str]]]]) -> SafeString:
    """Return the options (value, selected, label) of a select by their groups; "" or None is no group."""
    parts = []
    for group, options in groups:
        rows = [(value, flatatt({"selected": True} if selected else {}), label) for value, selected, label in options]
        inner = format_html_join("", '<option value="{}"{}>{}</option>', rows)
        parts.append(format_html('<optgroup label="{}">{}</optgroup>', group, inner) if group else inner)
    return format_html_join("", "{}", ((part,) for part in parts))


def say_who_is_gone(field: forms.Field, value: str | None, say: Callable[[UUID], str]) -> None:
    """Let a choice of people name whoever was chosen and stands no longer among them, where `say` has words for it."""
    assert isinstance(field, forms.ChoiceField)
    if not value or field.valid_value(value):
        return
    with suppress(ValueError):
        field.error_messages["invalid_choice"] = say(UUID(value)) or field.error_messages["invalid_choice"]
