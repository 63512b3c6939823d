"""Form widgets of the design system."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.forms.renderers import BaseRenderer
from django.forms.utils import flatatt
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString


class LongSelect(forms.Select):
    """A select with hundreds of options, written in one go: Django renders a template for each option."""

    def render(
        self, name: str, value: Any, attrs: Mapping[str, Any] | None = None, renderer: BaseRenderer | None = None
    ) -> SafeString:
        """Return the element with its groups."""
        context = self.get_context(name, value, dict(attrs or {}))["widget"]
        parts = []
        for group, options, _index in context["optgroups"]:
            rows = [
                (option["value"], flatatt({"selected": True} if option["selected"] else {}), option["label"])
                for option in options
            ]
            inner = format_html_join("", '<option value="{}"{}>{}</option>', rows)
            parts.append(format_html('<optgroup label="{}">{}</optgroup>', group, inner) if group else inner)
        return format_html(
            '<select name="{}"{}>{}</select>', context["name"], flatatt(context["attrs"]),
            format_html_join("", "{}", ((part,) for part in parts)),
        )  # fmt: skip
