"""Template tags of the design system: `show` renders any part, `field` a form field, `told` the words that decided."""

import re
from collections.abc import Iterable
from datetime import date, datetime

from django import forms, template
from django.forms import BaseForm, BoundField
from django.template import Context
from django.templatetags.static import static
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import conditional_escape, escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import pgettext

register = template.Library()
NUMBER = re.compile(r"(?<=\S) (?=\d)|(?<=\d) (?=[a-zA-Z%])")


@register.simple_tag
def icon(name: str, size: str = "") -> SafeString:
    """An icon of the sprite; decoration only, so hidden from screen readers. `size` may be "small"."""
    extra = f" icon-{size}" if size else ""
    return format_html(
        '<svg class="icon{}" aria-hidden="true" focusable="false"><use href="{}#{}"></use></svg>',
        extra,
        static("web/icons.svg"),
        name,
    )


@register.simple_tag(takes_context=True)
def show(context: Context, part: object) -> SafeString:
    """Render a part by its own template; a date as a date; a plain text escaped; nothing as a dash."""
    if part is None or part == "":
        return format_html('<span class="quiet">{}</span>', "–")
    name = getattr(part, "template", None)
    if isinstance(name, str) and context.template is not None:
        # As an inclusion tag does: the page's context processors are not run again for each of a list's hundred parts.
        inner = {"part": part} | {key: context.get(key) for key in ("csrf_token", "shell", "request")}
        return context.template.engine.get_template(name).render(context.new(inner))
    if isinstance(part, datetime | date):
        return _time_element(part)
    return conditional_escape(part if isinstance(part, str) else str(part))


def _time_element(value: datetime | date) -> SafeString:
    machine = timezone.localtime(value).isoformat() if isinstance(value, datetime) else value.isoformat()
    return format_html('<time datetime="{}" title="{}">{}</time>', machine, _full(value), moment(value))


def _full(value: datetime | date) -> str:
    if isinstance(value, datetime):
        return date_format(timezone.localtime(value), pgettext("date and time, Django format", "j M Y, H:i:s"))
    return day(value)


@register.filter
def day(value: date | datetime | None) -> str:
    """A date in full: 23 Nov 2026."""
    if value is None:
        return "–"
    if isinstance(value, datetime):
        value = timezone.localtime(value).date()
    return date_format(value, pgettext("date, Django format", "j M Y"))


@register.filter
def day_time(value: datetime | None) -> str:
    """A moment in full, to the minute: 23 Nov 2026, 14:03."""
    if value is None:
        return "–"
    return date_format(timezone.localtime(value), pgettext("date and minute, Django format", "j M Y, H:i"))


@register.filter
def moment(value: date | datetime | None) -> str:
    """A moment in a list: 11-23 14:03; a date without time of day: 11-23 (never an invented 00:00)."""
    if value is None:
        return "–"
    if isinstance(value, datetime):
        return date_format(timezone.localtime(value), "m-d H:i")
    return date_format(value, "m-d")


@register.filter
def together(value: object) -> SafeString:
    """A number with its unit, a code: never broken over two lines."""
    return format_html('<span class="together">{}</span>', value)


@register.filter
def keep(value: object) -> str:
    """A text whose numbers stay with the word before them: art. 44, 15 m."""
    return NUMBER.sub("\u00a0", str(value))


@register.simple_tag
def told(text: str, words: Iterable[str] = ()) -> SafeString:
    """The told text as it is, the words that decided tinted; the longest word wins where two overlap."""
    ordered = sorted({word for word in words if word}, key=len, reverse=True)
    pieces: list[str] = []
    rest = text
    while rest:
        starts = [(rest.find(word), word) for word in ordered]
        found = [(at, -len(word), word) for at, word in starts if at >= 0]
        if not found:
            break
        at, _length, word = min(found)
        pieces += [escape(rest[:at]), f"<mark>{escape(word)}</mark>"]
        rest = rest[at + len(word) :]
    pieces.append(escape(rest))
    return mark_safe("".join(pieces))  # noqa: S308 -- every piece is escaped above


@register.inclusion_tag("web/field.html")
def field(bound: BoundField, *, short: bool = False, marked: bool = True) -> dict[str, object]:
    """A form field: label above, hint, error between label and field; optional is marked unless all is (a filter)."""
    widget = bound.field.widget
    grouped = isinstance(widget, forms.RadioSelect | forms.CheckboxSelectMultiple)
    hint_id, error_id = f"{bound.auto_id}_hint", f"{bound.auto_id}_error"
    attrs: dict[str, str | bool] = {}
    described = [name for name, wanted in ((hint_id, bound.help_text), (error_id, bound.errors)) if wanted]
    if described and not grouped:
        attrs["aria-describedby"] = " ".join(described)
    if bound.errors and not grouped:
        attrs["aria-invalid"] = "true"
    if short:
        attrs["class"] = "short"
    return {
        "bound": bound,
        "optional": marked and not bound.field.required,
        "control": bound.as_widget(attrs=attrs),
        "grouped": grouped,
        "single": isinstance(widget, forms.CheckboxInput),
        "photo": isinstance(widget, forms.ClearableFileInput) and "image" in str(widget.attrs.get("accept", "")),
        "hint_id": hint_id,
        "error_id": error_id,
        "described": " ".join(described),
    }


@register.inclusion_tag("web/error_summary.html")
def error_summary(form: BaseForm) -> dict[str, object]:
    """Every error of a form at the top of the page, each a link to its field; takes the focus."""
    errors = [(bound, message) for bound in form for message in bound.errors]
    return {"errors": errors, "general": form.non_field_errors() if form.is_bound else []}
