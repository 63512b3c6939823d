"""What the pages show of a figure: tiles, and a chart with its table."""

from collections.abc import Sequence
from datetime import timedelta

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from oneteam.supervision.breakdown import PartOf
from oneteam.supervision.declaration import By, Indicator, Measure, Shown
from oneteam.supervision.measuring import Measured, Pair
from oneteam.supervision.spans import DAYS, Days
from oneteam.web.charts import Bar, Chart, nice_top
from oneteam.web.lists import Column, Tab
from oneteam.web.panels import Figure
from oneteam.web.parts import Empty, Fact, duration
from oneteam.web.templatetags.web import day as day_word

MINUTE = timedelta(minutes=1)
BY: dict[By, Promise] = {
    By.DAY: gettext_lazy("Day"),
    By.HOUR: gettext_lazy("Hour"),
    By.CHANNEL: gettext_lazy("Channel"),
    By.FIELD: gettext_lazy("Field"),
    By.AREA: gettext_lazy("Area"),
    By.UNIT: gettext_lazy("Unit"),
}
Cells = Sequence[object]


def percent(share: float | None) -> float | None:
    """Return a share in per cent to a tenth; never 100 or 0 where something is missing or there is some."""
    if share is None or share in (0.0, 1.0):
        return None if share is None else 100 * share
    return min(99.9, max(0.1, round(100 * share, 1)))


def worded(indicator: Indicator, found: Measured) -> str:
    """Return a figure in words, "" where there is none: a number, a share, or the median of an interval."""
    if indicator.measure is Measure.COUNT:
        return f"{found.count:,}" if found.count else ""
    if indicator.measure is Measure.SHARE:
        return _percents(found.share)
    return duration(found.median) if found.median is not None else ""


def _percents(share: float | None) -> str:
    shown = percent(share)
    return "" if shown is None else f"{shown:.0f}%" if shown in (0.0, 100.0) else f"{shown:.1f}%"


# ---- tiles


def tile(indicator: Indicator, pair: Pair, *, query: str = "") -> Figure:
    """Return a figure as a tile; it leads to its page, with the days of this address."""
    now, before = pair.now, worded(indicator, pair.before)
    compared = Fact(_("Span before"), before or "–")
    facts = {
        Measure.COUNT: lambda: [compared, Fact(_("Change"), _change(now.count, pair.before.count))],
        Measure.SHARE: lambda: [
            Fact(str(indicator.begin.label), f"{now.count:,}"),
            Fact(str(indicator.end.label) if indicator.end else "", f"{now.reached:,}"), compared,
        ],
        Measure.INTERVAL: lambda: [
            Fact(_("Within promise"), _percents(now.share) or "–"),
            Fact(_("90th percentile"), duration(now.p90) if now.p90 is not None else "–"), _promise(indicator),
        ],
    }[indicator.measure]()  # fmt: skip
    value = worded(indicator, now)
    return Figure(
        title=str(indicator.name), value=value, word=_word(indicator, now), way=way(indicator) if indicator.end else "",
        bar=_bar(indicator, now), facts=facts, foot=_foot(indicator, now, before) if value else "",
        missed=_missed(indicator, now), empty=_none(indicator, now),
        url=reverse("figure", args=[indicator.id]) + query,
    )  # fmt: skip


def way(indicator: Indicator) -> str:
    """Return what is counted: from which acts to which."""
    ends = (indicator.begin, indicator.end)
    return " → ".join(str(end.label) for end in ends if end is not None)


def _word(indicator: Indicator, now: Measured) -> str:
    if indicator.measure is Measure.INTERVAL:
        return _("median")
    if indicator.measure is Measure.SHARE:
        return _("of %(count)s %(unit)s") % {"count": f"{now.settled:,}", "unit": indicator.unit}
    return str(indicator.unit)


def _bar(indicator: Indicator, now: Measured) -> int | None:
    shown = percent(now.share) if indicator.measure is not Measure.COUNT else None
    return None if shown is None else round(shown)


def _missed(indicator: Indicator, now: Measured) -> str:
    target, reached = indicator.target, percent(now.share)
    if target is None or reached is None or not target.missed(reached):
        return ""
    word = _("Above target %(target)d%%") if target.most else _("Below target %(target)d%%")
    return word % {"target": target.percent}


def _promise(indicator: Indicator) -> Fact:
    note = _("was %(before)s") % {"before": indicator.before} if indicator.before is not None else ""
    return Fact(_("Promise"), duration(indicator.promise or timedelta()), note)


def _foot(indicator: Indicator, now: Measured, before: str) -> str:
    if indicator.measure is Measure.INTERVAL:
        told = _("%(finished)s finished, %(running)s running; span before: %(before)s")
        return told % {"finished": f"{now.settled:,}", "running": f"{now.running:,}", "before": before or "–"}
    if indicator.clock and now.running:
        return _("%(count)s neither settled nor late yet") % {"count": f"{now.running:,}"}
    return ""


def _none(indicator: Indicator, now: Measured) -> str:
    if indicator.awaited:
        return _("No acts of this kind are recorded yet.")
    if now.running:
        return _("%(count)d running, none finished yet.") % {"count": now.running}
    return _("No acts in these days; imported history is not counted.")


def _change(now: int, before: int) -> str:
    return f"{(now - before) / before:+.0%}".replace("-", "\N{MINUS SIGN}") if before else "–"


# ---- chart and table


def chart(indicator: Indicator, by: By, parts: Sequence[PartOf]) -> Chart:
    """Return a breakdown as a chart with its table."""
    bars = [Bar(part.name, _value(indicator, part.pair.now), worded(indicator, part.pair.now) or "–") for part in parts]
    title = _("%(name)s: by %(by)s") % {"name": indicator.name, "by": str(BY[by]).lower()}
    line = _line(indicator)
    largest = max([bar.value or 0.0 for bar in bars] + ([line[0]] if line else []), default=0.0)
    top = 100.0 if indicator.measure is Measure.SHARE else nice_top(largest)
    total = sum(part.pair.now.count for part in parts)
    return Chart(
        id="figure", title=title, form="columns" if indicator.by[by] is Shown.COLUMNS else "bars", bars=bars,
        summary=_summary(title, bars), columns=_columns(indicator, by),
        rows=[_row(indicator, part, by, total) for part in parts], top=top, top_word=_end_of_scale(indicator, top),
        line=line, empty=Empty(_("Nothing to draw for these days"), _none(indicator, Measured()), icon="chart"),
    )  # fmt: skip


def _value(indicator: Indicator, found: Measured) -> float | None:
    """Return what is drawn: a number, per cent, or minutes."""
    if indicator.measure is Measure.COUNT:
        return float(found.count)
    if indicator.measure is Measure.SHARE:
        return percent(found.share)
    return found.median / MINUTE if found.median is not None else None


def _end_of_scale(indicator: Indicator, top: float) -> str:
    if indicator.measure is Measure.INTERVAL:
        return duration(top * MINUTE) if top else ""
    return f"{top:,.0f}" + ("%" if indicator.measure is Measure.SHARE else "")


def _line(indicator: Indicator) -> tuple[float, str] | None:
    if indicator.promise is not None:
        return indicator.promise / MINUTE, _("Promise %(time)s") % {"time": duration(indicator.promise)}
    if indicator.target is not None:
        return float(indicator.target.percent), _("Target %(target)d%%") % {"target": indicator.target.percent}
    return None


def _summary(title: str, bars: Sequence[Bar]) -> str:
    most = max(bars, key=lambda bar: bar.value or 0.0, default=None)
    if most is None:
        return title
    told = _("%(title)s. Highest: %(label)s, %(value)s. All values stand in the table.")
    return told % {"title": title, "label": most.label, "value": most.shown}


def _columns(indicator: Indicator, by: By) -> list[Column]:
    words = {
        Measure.COUNT: [str(indicator.begin.label), _("Part")],
        Measure.SHARE: [
            str(indicator.begin.label), str(indicator.end.label) if indicator.end else "", _("Share"),
        ],
        Measure.INTERVAL: [_("Finished"), _("Running"), _("Median"), _("90th percentile"), _("Within promise")],
    }[indicator.measure]  # fmt: skip
    before = [] if by is By.DAY else [_("Span before")]  # a day has none
    return [Column(BY[by]), *(Column(word, "number") for word in (*words, *before))]


def _row(indicator: Indicator, part: PartOf, by: By, total: int) -> Cells:
    now, name = part.pair.now, part.day or part.name
    before = [] if by is By.DAY else [worded(indicator, part.pair.before) or "–"]
    if indicator.measure is Measure.COUNT:
        return [name, f"{now.count:,}", _percents(now.count / total) if total else "–", *before]
    if indicator.measure is Measure.SHARE:
        return [name, f"{now.count:,}", f"{now.reached:,}", _percents(now.share) or "–", *before]
    times = [duration(time) if time is not None else "–" for time in (now.median, now.p90)]
    return [name, f"{now.settled:,}", f"{now.running:,}", *times, _percents(now.share) or "–", *before]


# ---- files


def sheet(indicator: Indicator, by: By, parts: Sequence[PartOf]) -> tuple[Cells, list[Cells]]:
    """Return the table as columns and rows of a file: numbers as numbers, days as days, times in minutes."""
    interval, share = indicator.measure is Measure.INTERVAL, indicator.measure is Measure.SHARE
    columns: list[object] = [str(BY[by]), str(indicator.begin.label)]
    if share:
        columns += [_("Settled"), str(indicator.end.label) if indicator.end else "", _("Share (%)")]
    if interval:
        columns += [_("Finished"), _("Running"), _("Median (min)"), _("90th percentile (min)"), _("Within promise (%)")]
    before = {Measure.COUNT: _("Span before"), Measure.SHARE: _("Span before (%)")}
    if by is not By.DAY:
        columns.append(before.get(indicator.measure, _("Span before (min)")))
    return columns, [_numbers(indicator, part, by) for part in parts]


def _numbers(indicator: Indicator, part: PartOf, by: By) -> Cells:
    now = part.pair.now
    row: list[object] = [part.day or part.name, now.count]
    if indicator.measure is Measure.SHARE:
        row += [now.settled, now.reached, percent(now.share)]
    if indicator.measure is Measure.INTERVAL:
        row += [now.settled, now.running, _minutes(now.median), _minutes(now.p90), percent(now.share)]
    if by is not By.DAY:
        value = _value(indicator, part.pair.before)
        row.append(int(value) if indicator.measure is Measure.COUNT and value is not None else _tenth(value))
    return row


def _minutes(time: timedelta | None) -> float | None:
    return None if time is None else _tenth(time / MINUTE)


def _tenth(value: float | None) -> float | None:
    return None if value is None else round(value, 1)


# ---- choices of days and parts


def days_tabs(days: Days, by: By | None) -> list[Tab]:
    """Return the ways to other days, on the same breakdown."""
    more = f"&by={by}" if by is not None else ""
    return [Tab(word, f"?days={name}{more}", current=name == days.name) for name, (_number, word) in DAYS.items()]


def by_tabs(indicator: Indicator, by: By, query: str) -> list[Tab]:
    """Return the ways to the other breakdowns, on the same days."""
    return [Tab(BY[each], f"{query}&by={each}", current=each is by) for each in indicator.by]


def days_query(days: Days) -> str:
    """Return the days as the beginning of an address's query."""
    if days.name:
        return f"?days={days.name}"
    return f"?since={days.first.isoformat()}&until={days.last.isoformat()}"


def days_words(days: Days) -> str:
    """Return the days in words."""
    if days.first == days.last:
        return day_word(days.first)
    return f"{day_word(days.first)} – {day_word(days.last)}"
