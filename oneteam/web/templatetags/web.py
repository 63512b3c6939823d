"""Template tags of the design system: `show` renders any part, `field` a form field, `told` the words that decided."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date, datetime
from functools import cache
from html import escape as escape_text
from typing import Any

from django import forms, template
from django.forms import BaseForm, BoundField
from django.template import Context
from django.templatetags.static import static
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from oneteam.web.lists import Column, Row, WorkList
from oneteam.web.panels import Choice
from oneteam.web.parts import Chip, Clock, Link

register = template.Library()
NUMBER = re.compile(r"(?<=\S) (?=\d)|(?<=\d) (?=[a-zA-Z%])")


@register.simple_tag
def icon(name: str, size: str = "") -> SafeString:
    """An icon of the sprite; decoration only, so hidden from screen readers. `size` may be "small"."""
    extra = f" icon-{size}" if size else ""
    return format_html(
        '<svg class="icon{}" aria-hidden="true" focusable="false"><use href="{}#{}"></use></svg>',
        extra,
        _sprite(),
        name,
    )


@cache
def _sprite() -> str:
    return static("web/icons.svg")


@register.simple_tag(takes_context=True)
def show(context: Context, part: object) -> SafeString:
    """Render a part by its own template; a date as a date; a plain text escaped; nothing as a dash."""
    if part is None or part == "":
        return format_html('<span class="quiet">{}</span>', "–")
    if draw := _DRAWN.get(type(part)):
        return draw(part)
    name = getattr(part, "template", None)
    if isinstance(name, str) and context.template is not None:
        # As an inclusion tag does: the page's context processors are not run again for each of a list's hundred parts.
        inner = {"part": part} | {key: context.get(key) for key in ("csrf_token", "shell", "request")}
        return context.template.engine.get_template(name).render(context.new(inner))
    if isinstance(part, datetime | date):
        return _time_element(part)
    return _html(_esc(part))


def _time_element(value: datetime | date) -> SafeString:
    machine = timezone.localtime(value).isoformat() if isinstance(value, datetime) else value.isoformat()
    return _html(f'<time datetime="{machine}" title="{_esc(_full(value))}">{moment(value)}</time>')


def _full(value: datetime | date) -> str:
    if isinstance(value, datetime):
        return date_format(timezone.localtime(value), pgettext("date and time, Django format", "j M Y, H:i:s"))
    return day(value)


# What stands a hundred times on a page is drawn without templates, and escaped without Django's lazy wrappers: the list
# of reports took twice as long.
def _esc(value: object) -> str:
    """Escape a text; what is safe already stays."""
    return value if isinstance(value, SafeString) else escape_text(str(value))


def _html(text: str) -> SafeString:
    return mark_safe(text)  # noqa: S308 -- built of literals and of what `_esc` gave


def _chip(part: Chip) -> SafeString:
    """A state: icon + word + colour."""
    sign = icon(part.shown_icon) if part.shown_icon else ""
    solid = " chip-solid" if part.solid else ""
    return _html(f'<span class="chip{solid}" data-state="{part.state}">{sign}{_esc(part.word)}</span>')


def _link(part: Link) -> SafeString:
    """A word that leads somewhere."""
    return _html(f'<a href="{_esc(part.url)}">{_esc(part.label)}</a>')


def _clock(part: Clock) -> SafeString:
    """A button with a panel that says why it is this moment."""
    head = f'<details class="clock" data-clock="{part.state}"><summary>{_chip(part.chip)}</summary>'
    return _html(f'{head}<div class="clock-panel">{why(part)}</div></details>')


_DRAWN: Mapping[type, Callable[[Any], SafeString]] = {Chip: _chip, Link: _link, Clock: _clock}


@register.simple_tag(takes_context=True)
def rows(context: Context, part: WorkList) -> SafeString:
    """The rows of a work list: the title opens the object, facts stand under it, cells follow the columns."""
    tall = ' class="tall"' if part.tall else ""
    return _html(
        "".join(
            f'<tr role="row" id="{part.id}-row-{_esc(row.id)}" data-row{tall}>{_pick(row) if part.bulk else ""}'
            f"{_title(context, part, row)}{''.join(_cell(context, *cell) for cell in cells)}</tr>"
            for row, cells in part.paired
        )
    )


def _pick(row: Row) -> str:
    word = _esc(_("Select %(title)s") % {"title": row.title})
    box = f'<input type="checkbox" name="row" value="{_esc(row.id)}">'
    return f'<td role="cell" class="cell-pick"><label><span class="unseen">{word}</span>{box}</label></td>'


def _title(context: Context, part: WorkList, row: Row) -> str:
    facts = "".join(f"<span>{show(context, fact)}</span>" for fact in row.facts)
    under = f'<div class="row-facts">{facts}</div>' if facts else ""
    under += f'<div class="row-refused">{_esc(row.refused)}</div>' if row.refused else ""
    opens = f'href="{_esc(row.url)}" id="{part.id}-open-{_esc(row.id)}" hx-boost="false"'
    return f'<td role="cell" class="cell-title"><a class="row-title" {opens}>{_esc(row.title)}</a>{under}</td>'


def _cell(context: Context, column: Column, value: object) -> str:
    word = f' data-word="{_esc(column.label)}"' if column.word_on_phone else ""
    none = "" if value else " cell-none"
    return f'<td role="cell" class="cell-{column.kind} {column.kind}{none}"{word}>{show(context, value)}</td>'


@register.simple_tag
def choices(listed: Iterable[Choice], name: str) -> SafeString:
    """Radio buttons with facts, inside a fieldset; `name` is the field's."""
    return _html(f'<div class="choices">{"".join(_choice(choice, _esc(name)) for choice in listed)}</div>')


def _choice(choice: Choice, name: str) -> str:
    facts = "".join(f"<span>{_esc(fact)}</span>" for fact in choice.facts)
    text = f'<b>{_esc(choice.title)}</b> <span class="quiet">{_esc(choice.note)}</span>'
    text += f"<small>{facts}</small>" if facts else ""
    end = _esc(choice.end) + (f"<small>{_esc(choice.end_note)}</small>" if choice.end_note else "")
    chosen = " checked" if choice.checked else ""
    radio = f'<input type="radio" name="{name}" value="{_esc(choice.value)}" required{chosen}>'
    return f'<label class="choice">{radio}<span>{text}</span><span class="choice-end">{end}</span></label>'


@register.simple_tag
def why(part: Clock) -> SafeString:
    """The reasons of a clock's date: start, rule, article, days skipped, pauses, provisional."""
    lines = "".join(f"<div><dt>{_esc(name)}</dt><dd>{_esc(value)}</dd></div>" for name, value in _reasons(part))
    return _html(f'<dl class="facts">{lines}</dl>')


def _reasons(part: Clock) -> Iterator[tuple[object, object]]:
    yield part.name, together(day_time(part.due)) if part.due else _("No deadline yet")
    if part.since:
        yield _("Counts from"), _noted(together(day_time(part.since)), part.since_act)
    if part.rule:
        yield _("Rule"), _noted(part.rule, keep(part.article) if part.article else "")
    if part.skipped:
        yield _("Not counted"), _html(", ".join(together(f"{moment(s.day)} {s.reason}") for s in part.skipped))
    for pause in part.pauses:
        until = moment(pause.until) if pause.until else ""
        yield _("Paused"), _noted(together(f"{moment(pause.since)} – {until}"), pause.ground)
    if part.stopped:
        yield _("Stopped"), together(day_time(part.stopped))
    if part.provisional:
        told = _("The holidays of that year are not announced yet; this date is computed again when they are.")
        yield _("Provisional"), told


def _noted(value: object, note: object) -> SafeString:
    """A value with a quieter line under it, where there is one."""
    under = f'<span class="facts-note">{_esc(note)}</span>' if note else ""
    return _html(f"{_esc(value)}{under}")


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
    """A moment in a list: 11-23 14:03; a day, which may lie years off, with its year: 2026-11-23."""
    if value is None:
        return "–"
    if isinstance(value, datetime):
        return f"{timezone.localtime(value):%m-%d %H:%M}"
    return f"{value:%Y-%m-%d}"


@register.filter
def together(value: object) -> SafeString:
    """A number with its unit, a code: never broken over two lines."""
    return _html(f'<span class="together">{_esc(value)}</span>')


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
